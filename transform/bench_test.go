package transform

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"nhip"
)

// BenchmarkRealPages reads the real article pages whole; its baseline builds the
// trees of the same pages with golang.org/x/net/html and does nothing with them.
func BenchmarkRealPages(b *testing.B) {
	pages := realPages(b)
	size := int64(0)
	for _, p := range pages {
		size += int64(len(p.Body))
	}
	r := newReader(b)
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range pages {
				if _, err := html.Parse(bytes.NewReader(p.Body)); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("article", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range pages {
				r.articles.Read(p, r.sourceOf(p))
			}
		}
	})
	b.Run("record", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range pages {
				if rec := r.Read(p); rec.Reject != "" {
					b.Fatalf("%s: %s", p.URL, rec.Reject)
				}
			}
		}
	})
}

func realPages(t testing.TB) (pages []*nhip.Page) {
	t.Helper()
	f, err := os.Open(shared + "/pages/index.tsv")
	if err != nil {
		t.Skipf("no folder %s: real pages belong to their publishers and are not part of the project", shared)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		col := strings.Split(s.Text(), "\t")
		if len(col) < 4 || col[3] != "article" {
			continue
		}
		body, err := os.ReadFile(filepath.Join(shared, "pages", col[0]))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, &nhip.Page{URL: col[1], Kind: nhip.KindArticle, Body: body, FetchedAt: fetched})
	}
	return pages
}
