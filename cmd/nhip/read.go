package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"nhip"
	"nhip/catalog"
	"nhip/crawler"
	"nhip/transform"
)

// maxFile bounds one file of `nhip read`, as the crawler bounds a page.
const maxFile = 32 << 20

var readCommand = command{
	name:    "read",
	takes:   true,
	args:    "[--source ID] [--url URL] [--at TIME] [--kind KIND] [--explain] FILE...",
	summary: "Read files without a store: one JSON object a line for each file; - is standard input",
	example: `nhip read page.html                                       the generic reader
nhip read --url https://vnexpress.net/a-5047363.html a.html   with the selectors of the address's source
nhip read --explain --source tuoitre page.html            which evidence won for each field, and what the others say
nhip read --kind text --at 2022-03-01 article.txt         plain text, relative periods resolved against that day
nhip read --kind listing --source tuoitre section.html    the links of a section page
curl -s http://127.0.0.1:8000/a.html | nhip read -`,
	flags: func(flags *pflag.FlagSet) {
		flags.String("source", "", "`id` of the source whose selectors to use; default by the host of the URL, else the generic reader")
		flags.String("url", "", "`address` of the page")
		flags.String("at", "", "`time` the page was fetched, 2006-01-02 or RFC 3339; default now")
		flags.String("kind", "", "`kind` of the files: article, listing, feed, table or text; default by their form")
		flags.Bool("explain", false, "print to standard error, for each field, which witness won (*) and what the others say (-: not asked, or implausible); the JSON stays the same")
	},
	run: func(ctx context.Context, c *call) error {
		if len(c.args) == 0 {
			return usagef("read: name at least one file, or - for standard input; see `nhip help read`")
		}
		job, err := newReading(c)
		if err != nil {
			return err
		}
		out := json.NewEncoder(c.stdout)
		out.SetEscapeHTML(false)
		var errs []error
		for _, name := range c.args {
			if err := ctx.Err(); err != nil {
				return err
			}
			answer, err := job.read(c, name)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			if err := out.Encode(answer); err != nil {
				return err
			}
		}
		return errors.Join(errs...)
	},
}

// reading is what all files of one `nhip read` share.
type reading struct {
	catalog *catalog.Catalog
	reader  *transform.Reader
	source  *catalog.Source // nil: by the URL, else generic
	url     string
	at      time.Time
	kind    nhip.PageKind
}

func newReading(c *call) (*reading, error) {
	job := &reading{at: time.Now()}
	var err error
	if job.catalog, err = openCatalog(c); err != nil {
		return nil, err
	}
	if job.reader, err = transform.New(job.catalog); err != nil {
		return nil, err
	}
	if id, _ := c.flags.GetString("source"); id != "" {
		var ok bool
		if job.source, ok = job.catalog.Source(nhip.SourceID(id)); !ok {
			return nil, usagef("no source %s in the catalog; `nhip sources` lists them", id)
		}
	}
	if job.url, _ = c.flags.GetString("url"); job.url != "" {
		u, err := url.Parse(job.url)
		if err != nil || u.Host == "" {
			return nil, usagef("--url %s: want an absolute address such as https://host/path", job.url)
		}
		if job.source == nil {
			job.source, _ = job.catalog.SourceOfHost(u.Hostname())
		}
	}
	if at, _ := c.flags.GetString("at"); at != "" {
		if job.at, err = parseTime(at); err != nil {
			return nil, usagef("--at %s: %v", at, err)
		}
	}
	kind, _ := c.flags.GetString("kind")
	job.kind = nhip.PageKind(kind)
	if kinds := []nhip.PageKind{"", nhip.KindArticle, nhip.KindListing, nhip.KindFeed, nhip.KindTable, nhip.KindText}; !slices.Contains(kinds, job.kind) {
		return nil, usagef("--kind %s: want article, listing, feed, table or text", kind)
	}
	return job, nil
}

// parseTime reads a day or an instant; a day is its midnight in Vietnam.
func parseTime(s string) (time.Time, error) {
	if t, err := time.ParseInLocation(time.DateOnly, s, nhip.Zone); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, errors.New("want a day such as 2022-03-01 or a time such as 2022-03-01T08:30:00+07:00")
	}
	return t, nil
}

// listing and feed are the answers for pages that lead to documents.
type listing struct {
	Kind  nhip.PageKind `json:"kind"`
	Links []string      `json:"links"`
	Next  string        `json:"next"`
}

type feed struct {
	Kind  nhip.PageKind `json:"kind"`
	Items []feedItem    `json:"items"`
}

type feedItem struct {
	URL         string     `json:"url"`
	Title       string     `json:"title"`
	PublishedAt *time.Time `json:"published_at"`
}

func (job *reading) read(c *call, name string) (any, error) {
	body, err := readFile(c.stdin, name)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, fmt.Errorf("read %s: the file is empty", name)
	}
	kind := job.kind
	if kind == "" {
		kind = guessKind(name, body)
	}
	switch kind {
	case nhip.KindListing:
		links, next, err := crawler.ReadListing(body, job.url, job.listing())
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		return listing{Kind: kind, Links: append([]string{}, links...), Next: next}, nil
	case nhip.KindFeed:
		items, err := crawler.ReadFeed(body, job.url)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		f := feed{Kind: kind, Items: []feedItem{}}
		for _, it := range items {
			item := feedItem{URL: it.URL, Title: it.Title}
			if !it.Published.IsZero() {
				item.PublishedAt = &it.Published
			}
			f.Items = append(f.Items, item)
		}
		return f, nil
	}
	page := &nhip.Page{URL: job.url, Kind: kind, FetchedAt: job.at, Status: 200, Body: body}
	if job.source != nil {
		page.Source = job.source.ID
	}
	if explain, _ := c.flags.GetBool("explain"); explain {
		printClaims(c.stderr, name, job.reader.Explain(page))
	}
	rec := job.reader.Read(page)
	if job.kind == "" && kind != nhip.KindTable && len(rec.Observations) == 0 {
		page.Kind = nhip.KindTable // nobody said what it is, and as prose it holds no number
		if t := job.reader.Read(page); t.Reject == "" && len(t.Observations) > 0 {
			return t, nil
		}
	}
	return rec, nil
}

// listing returns how the source's listing of that address is read, else its first
// one; nil where there is none, for the generic reader.
func (job *reading) listing() *catalog.Listing {
	if job.source == nil || len(job.source.Discover.Listings) == 0 {
		return nil
	}
	listings := job.source.Discover.Listings
	for i := range listings {
		if listings[i].URL == job.url {
			return &listings[i]
		}
	}
	return &listings[0]
}

func readFile(stdin io.Reader, name string) ([]byte, error) {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	body, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(body) > maxFile {
		return nil, fmt.Errorf("%s: larger than %d MB, no page is", name, maxFile>>20)
	}
	return body, nil
}

// guessKind tells feeds, plain text, tables and pages apart by name and first bytes.
func guessKind(name string, body []byte) nhip.PageKind {
	head := bytes.ToLower(body[:min(len(body), 2048)])
	switch {
	case bytes.Contains(head, []byte("<rss")), bytes.Contains(head, []byte("<feed")), bytes.Contains(head, []byte("<rdf:rdf")):
		return nhip.KindFeed
	case strings.EqualFold(filepath.Ext(name), ".txt"):
		return nhip.KindText
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".xlsx", ".xlsm", ".xls", ".px":
		return nhip.KindTable
	case ".json":
		if bytes.Contains(body, []byte(`"dimension"`)) || bytes.Contains(body, []byte(`"columns"`)) || bytes.Contains(body, []byte(`"dataSets"`)) ||
			bytes.Contains(head, []byte(`"lastupdated"`)) {
			return nhip.KindTable
		}
	case ".xml":
		if bytes.Contains(head, []byte("sdmx")) {
			return nhip.KindTable
		}
	}
	return nhip.KindArticle
}
