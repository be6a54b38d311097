//go:build unix

// Command compare reads the labelled article pages with nhip, with its generic reader
// alone, and with two general readability libraries, in one run, and prints a table of
// quality and cost. It is a module of its own, so that nhip does not depend on what it
// is compared with.
//
//	cd compare && go run . [-data ../../shared/data] [-rounds 5]
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"codeberg.org/readeck/go-readability/v2"
	"github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"

	"nhip"
	"nhip/catalog"
	"nhip/transform"
	"nhip/transform/article"
)

// label is one hand-made record of the labelled pages.
type label struct {
	File        string    `json:"file"`
	URL         string    `json:"url"`
	Title       string    `json:"title"`
	Sapo        string    `json:"sapo"`
	Body        []string  `json:"body"`
	Authors     []string  `json:"authors"`
	PublishedAt time.Time `json:"published_at"`

	html []byte
	addr *url.URL
}

// reading is what a reader made of a page.
type reading struct {
	title, body string
	authors     []string
	published   time.Time
}

// reader is one of those compared.
type reader struct {
	name string
	read func(*label) reading
}

func main() {
	log.SetFlags(0)
	data := flag.String("data", "../../shared/data", "`folder` with gold/articles/*.json and the pages they name")
	rounds := flag.Int("rounds", 5, "how often each reader reads all pages; the fastest round counts")
	flag.Parse()
	labels, size, err := load(*data)
	if err != nil {
		log.Fatal("compare: ", err)
	}
	readers, err := contenders()
	if err != nil {
		log.Fatal("compare: ", err)
	}
	fmt.Printf("%d pages, %.2f MB\n\n", len(labels), float64(size)/1e6)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "reader\tbody F1\ttitle\ttime\tauthors F1\tms CPU a page\tagainst parsing\tKB allocated a page")
	costs := measure(readers, labels, *rounds)
	for i, r := range readers {
		n := float64(len(labels))
		quality := "–\t–\t–\t–"
		if i > 0 {
			q := judge(r, labels)
			quality = fmt.Sprintf("%.3f\t%.3f\t%.3f\t%.3f", q.body, q.title, q.published, q.authors)
		}
		fmt.Fprintf(w, "%s\t%s\t%.2f\t%.2f\t%.0f\n", r.name, quality, costs[i].cpu.Seconds()*1000/n,
			costs[i].cpu.Seconds()/costs[0].cpu.Seconds(), float64(costs[i].bytes)/1000/n)
	}
	w.Flush()
}

func load(folder string) (labels []*label, size int, err error) {
	files, _ := filepath.Glob(filepath.Join(folder, "gold", "articles", "*.json"))
	if len(files) == 0 {
		return nil, 0, fmt.Errorf("no labelled articles in %s; name the folder with -data", folder)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, 0, err
		}
		l := &label{}
		if err := json.Unmarshal(b, l); err != nil {
			return nil, 0, fmt.Errorf("%s: %w", f, err)
		}
		if l.html, err = os.ReadFile(filepath.Join(folder, l.File)); err != nil {
			return nil, 0, err
		}
		if l.addr, err = url.Parse(l.URL); err != nil {
			return nil, 0, err
		}
		size += len(l.html)
		labels = append(labels, l)
	}
	return labels, size, nil
}

// contenders returns the readers; the first only parses, as the measure of cost.
func contenders() ([]reader, error) {
	cat, err := catalog.Load(nil)
	if err != nil {
		return nil, err
	}
	articles, err := article.New(cat)
	if err != nil {
		return nil, err
	}
	whole, err := transform.New(cat)
	if err != nil {
		return nil, err
	}
	return []reader{
		{"html.Parse alone", func(l *label) reading {
			_, err := html.Parse(bytes.NewReader(l.html))
			must(err)
			return reading{}
		}},
		{"nhip, with sources", func(l *label) reading {
			src, _ := cat.SourceOfHost(l.addr.Hostname())
			a, _, _ := articles.Read(page(l), src)
			return of(&a)
		}},
		{"nhip, generic reader", func(l *label) reading {
			a, _, _ := articles.Read(page(l), nil)
			return of(&a)
		}},
		{"nhip, whole record", func(l *label) reading { return of(&whole.Read(page(l)).Article) }},
		{"go-trafilatura, fallback", func(l *label) reading {
			res, err := trafilatura.Extract(bytes.NewReader(l.html), trafilatura.Options{OriginalURL: l.addr, EnableFallback: true, ExcludeComments: true})
			if err != nil {
				return reading{}
			}
			m := res.Metadata
			return reading{m.Title, res.ContentText, names(m.Author, ";"), m.Date}
		}},
		{"go-readability", func(l *label) reading {
			a, err := readability.FromReader(bytes.NewReader(l.html), l.addr)
			if err != nil || a.Node == nil {
				return reading{}
			}
			var text strings.Builder
			must(a.RenderText(&text))
			at, _ := a.PublishedTime()
			return reading{a.Title(), text.String(), names(a.Byline(), ",;"), at}
		}},
	}, nil
}

func page(l *label) *nhip.Page {
	return &nhip.Page{URL: l.URL, Kind: nhip.KindArticle, Body: l.html, ContentType: "text/html",
		FetchedAt: time.Date(2026, 11, 1, 12, 0, 0, 0, nhip.Zone)}
}

func of(a *nhip.Article) reading {
	r := reading{title: a.Title, body: strings.Join(a.Body, "\n"), authors: a.Authors}
	if a.PublishedAt != nil {
		r.published = *a.PublishedAt
	}
	return r
}

func names(s, separators string) (out []string) {
	for _, n := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

func must(err error) {
	if err != nil {
		log.Fatal("compare: ", err)
	}
}

// cost is what reading all pages once took.
type cost struct {
	cpu   time.Duration // of all threads, the collector's included: wall time lies on a busy machine
	bytes uint64
}

// measure reads all pages with each reader in turn, rounds times, and keeps the
// cheapest round of each: what disturbs a round only makes it dearer.
func measure(readers []reader, labels []*label, rounds int) []cost {
	best := make([]cost, len(readers))
	for round := range rounds + 1 { // the first one warms up
		for i, r := range readers {
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := cpuTime()
			const repeats = 4
			for range repeats {
				for _, l := range labels {
					r.read(l)
				}
			}
			c := cost{cpu: (cpuTime() - start) / repeats}
			runtime.ReadMemStats(&after)
			c.bytes = (after.TotalAlloc - before.TotalAlloc) / repeats
			if round == 1 || round > 1 && c.cpu < best[i].cpu {
				best[i] = c
			}
		}
	}
	return best
}
