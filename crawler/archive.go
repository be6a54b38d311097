package crawler

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nhip"
)

// errNotArchived says that an archive does not hold an address.
var errNotArchived = newFault(classNotArchived, nhip.OutcomeRetryLater, "the archive does not hold it")

// Archive is a part of the web as it once was: folders with an index.tsv, and WARC
// files. It takes the place of the network as the innermost [http.RoundTripper]; rules
// of scope, robots.txt and size hold for it too.
//
// Only the index is kept in memory; bodies are read from the files when they are
// asked for. An Archive is safe for concurrent use.
type Archive struct {
	entries []*archived
	byKey   map[string]*archived // the newest capture of each address
	older   map[string][]*archived
	damage  []Damage
}

// archived is one page of an archive.
type archived struct {
	url       string
	kind      nhip.PageKind // "" where the archive does not say
	publisher string
	at        time.Time // zero where the archive does not say
	media     string    // type of WARC payloads
	status    int
	open      func() (*http.Response, error)
}

// isPage tells whether a capture of unknown kind may be a page at all.
func (e *archived) isPage() bool {
	return e.status == http.StatusOK && (e.media == "text/html" || e.media == "application/xhtml+xml")
}

// Damage is a part of an archive that could not be read.
type Damage struct {
	Path   string
	Offset int64 // of the damaged record or index line
	Err    error
}

func (d Damage) String() string { return fmt.Sprintf("%s: offset %d: %v", d.Path, d.Offset, d.Err) }

// OpenArchive indexes folders (which hold an index.tsv) and WARC files (.warc,
// .warc.gz); several of them make one archive. Of several captures of one address the
// newest answers, of equally old ones the last; [Archive.Passes] leads through all of them.
//
// index.tsv begins with a line of column names: file, url, kind, in any order; a
// column publisher (host name) tells whose a page of unknown address is, and
// fetched_at (RFC 3339) when it was taken; more columns are ignored. Kinds are article,
// table, text, listing, feed (or rss, atom) and sitemap.
//
// Damaged records are left out and reported by Damage; only a path that cannot be
// opened, or an index without its columns, is an error.
func OpenArchive(paths ...string) (*Archive, error) {
	a := &Archive{byKey: map[string]*archived{}, older: map[string][]*archived{}}
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, fmt.Errorf("archive: %w", err)
		}
		if info.IsDir() {
			err = a.openFolder(p)
		} else {
			err = a.openWARC(p)
		}
		if err != nil {
			return nil, fmt.Errorf("archive %s: %w", p, err)
		}
	}
	return a, nil
}

// Damage lists what could not be read.
func (a *Archive) Damage() []Damage { return a.damage }

// Len returns the number of addresses it holds captures of.
func (a *Archive) Len() int { return len(a.entries) }

// Has tells whether the archive holds an address.
func (a *Archive) Has(address string) bool { return a.byKey[lookupKey(address)] != nil }

// add keeps an entry. Its place in the list is that of the first capture of its
// address.
func (a *Archive) add(e *archived) {
	if e.url == "" {
		a.entries = append(a.entries, e)
		return
	}
	key := lookupKey(e.url)
	old := a.byKey[key]
	switch {
	case old == nil:
		a.entries = append(a.entries, e)
		a.byKey[key] = e
	case e.at.Equal(old.at):
		*old = *e
	case e.at.After(old.at):
		before := *old
		a.older[key] = append(a.older[key], &before)
		*old = *e
	default:
		a.older[key] = append(a.older[key], e)
	}
}

// Passes splits an archive that holds several captures of some addresses into archives
// that hold one of each: the oldest of all in the first, the next ones in the second,
// and so on. Crawling them one after another brings the versions of a document in the
// order of time, as a store numbers them. robots.txt files are in all of them, with
// their newest rules.
func (a *Archive) Passes() []*Archive {
	captures := make([][]*archived, len(a.entries)) // oldest first
	most := 1
	for i, e := range a.entries {
		if e.url == "" {
			captures[i] = []*archived{e}
			continue
		}
		captures[i] = append(slices.Clone(a.older[lookupKey(e.url)]), e)
		slices.SortStableFunc(captures[i], func(x, y *archived) int { return x.at.Compare(y.at) })
		most = max(most, len(captures[i]))
	}
	if most == 1 {
		return []*Archive{a}
	}
	passes := make([]*Archive, most)
	for n := range passes {
		pass := &Archive{byKey: map[string]*archived{}, older: map[string][]*archived{}}
		for _, all := range captures {
			switch newest := all[len(all)-1]; {
			case strings.HasSuffix(newest.url, "/robots.txt"):
				pass.add(newest)
			case n < len(all):
				pass.add(all[n])
			}
		}
		passes[n] = pass
	}
	return passes
}

// lookupKey makes one key of the forms in which one page is linked: scheme, copies
// of the host, fragment and tracking parameters do not matter.
func lookupKey(address string) string {
	link, err := linked(address, "")
	if err != nil {
		return address
	}
	_, rest, _ := strings.Cut(link, "://")
	host, tail, _ := strings.Cut(rest, "/")
	return bareHost(host) + "/" + tail
}

// RoundTrip answers from the archive; errNotArchived where it holds nothing.
func (a *Archive) RoundTrip(req *http.Request) (*http.Response, error) {
	e := a.byKey[lookupKey(req.URL.String())]
	if e == nil {
		return nil, errNotArchived
	}
	resp, err := e.open()
	if err != nil {
		var f *fault
		if errors.As(err, &f) {
			return nil, f
		}
		return nil, newFault("archive", nhip.OutcomePermanentError, "%w", err)
	}
	if at := attemptOf(req.Context()); at != nil {
		at.capturedAt = e.at
	}
	resp.Request = req
	return resp, nil
}

func (a *Archive) openFolder(dir string) error {
	root, err := os.OpenRoot(dir) // a file name of the index cannot lead out of the folder
	if err != nil {
		return err
	}
	index, err := root.Open("index.tsv")
	if errors.Is(err, os.ErrNotExist) {
		return errors.New("the folder holds no index.tsv; it needs one with the columns file, url, kind")
	}
	if err != nil {
		return err
	}
	defer index.Close()
	r := csv.NewReader(index)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	names, err := r.Read()
	if err != nil {
		return fmt.Errorf("index.tsv: %w", err)
	}
	column := map[string]int{}
	for i, name := range names {
		column[strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF"))] = i
	}
	for _, name := range []string{"file", "url", "kind"} {
		if _, ok := column[name]; !ok {
			return fmt.Errorf("index.tsv: no column %q in its first line; it needs file, url and kind", name)
		}
	}
	for {
		offset := r.InputOffset()
		row, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = a.addRow(root, column, row)
		}
		if err != nil {
			a.damage = append(a.damage, Damage{filepath.Join(dir, "index.tsv"), offset, err})
		}
	}
}

func (a *Archive) addRow(root *os.Root, column map[string]int, row []string) error {
	get := func(name string) string {
		if i, ok := column[name]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	e := &archived{url: get("url"), publisher: strings.ToLower(get("publisher")), status: http.StatusOK}
	var ok bool
	if e.kind, ok = archiveKinds[get("kind")]; !ok {
		return fmt.Errorf("kind %q of file %s: not one of article, table, text, listing, feed, sitemap", get("kind"), get("file"))
	}
	if at := get("fetched_at"); at != "" {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return fmt.Errorf("fetched_at of file %s: %w", get("file"), err)
		}
		e.at = t
	}
	name := filepath.FromSlash(get("file"))
	if _, err := root.Stat(name); err != nil {
		return err
	}
	if e.url != "" {
		if _, err := linked(e.url, ""); err != nil {
			return fmt.Errorf("url of file %s: %w", get("file"), err)
		}
	}
	e.open = func() (*http.Response, error) { return openFile(root, name) }
	a.add(e)
	return nil
}

var archiveKinds = map[string]nhip.PageKind{
	"article": nhip.KindArticle, "table": nhip.KindTable, "text": nhip.KindText, "listing": nhip.KindListing,
	"feed": nhip.KindFeed, "rss": nhip.KindFeed, "atom": nhip.KindFeed, "sitemap": nhip.KindSitemap,
}

func openFile(root *os.Root, name string) (*http.Response, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	return &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {fileType(name)}}, Body: f, ContentLength: -1}, nil
}

// fileType names the type by the file's ending; it names no character set, since
// the file does not either.
func fileType(name string) string {
	switch strings.ToLower(path.Ext(filepath.ToSlash(name))) {
	case ".html", ".htm", ".xhtml":
		return "text/html"
	case ".rss", ".atom", ".xml":
		return "application/xml"
	case ".json":
		return "application/json"
	case ".txt", ".csv", ".px":
		return "text/plain"
	case ".xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case ".xls":
		return "application/vnd.ms-excel"
	}
	return "application/octet-stream"
}

// openWARC indexes a WARC file.
func (a *Archive) openWARC(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 5)
	n, _ := io.ReadFull(f, head)
	if !bytes.HasPrefix(head[:n], []byte("WARC/")) && !bytes.HasPrefix(head[:n], []byte{0x1f, 0x8b}) && n > 0 {
		return errors.New("neither a folder with an index.tsv nor a WARC file")
	}
	w := &warcIndex{path: name, byDigest: map[string]*warcRecord{}}
	if err := w.scan(); err != nil {
		return err
	}
	for _, r := range w.records {
		if e := w.entry(r); e != nil {
			a.add(e)
		}
	}
	a.damage = append(a.damage, w.damage...)
	return nil
}
