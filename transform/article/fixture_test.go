package article_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"nhip"
	"nhip/catalog"
)

var update = flag.Bool("update", false, "write what the reader gives as the expected records of testdata")

// reading is the expected record of a fixture.
type reading struct {
	Article nhip.Article `json:"article"`
	Issues  []nhip.Issue `json:"issues"`
	Reject  string       `json:"rejected,omitempty"`
}

// TestFixtures reads testdata/*.txtar: the comment says why a fixture exists and
// which source, address and day it has; page.html or text.txt is the page, want.json
// the record. Its sentences are our own, its structure is that of real pages.
func TestFixtures(t *testing.T) {
	c := loadCatalog(t)
	r := newReader(t, c)
	for name, arc := range fixtures(t) {
		file := "testdata/" + name + ".txtar"
		t.Run(name, func(t *testing.T) {
			p, src := fixturePage(t, c, arc)
			a, issues, reject := r.Read(p, src)
			got := reading{a, append([]nhip.Issue{}, issues...), reject}
			if *update {
				writeWant(t, file, arc, got)
				return
			}
			var want reading
			if err := json.Unmarshal(section(arc, "want.json"), &want); err != nil {
				t.Fatalf("want.json: %v", err)
			}
			var again reading // through JSON, so that times compare as printed
			if err := json.Unmarshal(encode(t, got), &again); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, again); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFixtureOfEverySource holds every verified source to a fixture.
func TestFixtureOfEverySource(t *testing.T) {
	for _, src := range loadCatalog(t).Sources {
		if src.Selectors != "verified" || src.Kind != "news" {
			continue
		}
		arc, err := txtar.ParseFile("testdata/" + string(src.ID) + ".txtar")
		if err != nil {
			t.Errorf("source %s is verified, but no testdata/%s.txtar shows its structure", src.ID, src.ID)
			continue
		}
		if p, of := fixturePage(t, loadCatalog(t), arc); of == nil || of.ID != src.ID || src.Documents.URL != nil && !src.Documents.URL.MatchString(p.URL) {
			t.Errorf("testdata/%s.txtar is a page of %s, which is no document of the source", src.ID, p.URL)
		}
	}
}

// fixtures returns testdata/*.txtar by name.
func fixtures(t testing.TB) map[string]*txtar.Archive {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	all := map[string]*txtar.Archive{}
	for _, file := range files {
		arc, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".txtar")] = arc
	}
	return all
}

func fixturePage(t *testing.T, c *catalog.Catalog, arc *txtar.Archive) (*nhip.Page, *catalog.Source) {
	t.Helper()
	p := &nhip.Page{Kind: nhip.KindArticle, Body: section(arc, "page.html"), ContentType: "text/html; charset=utf-8"}
	if text := section(arc, "text.txt"); text != nil {
		p.Kind, p.Body, p.ContentType = nhip.KindText, text, "text/plain"
	}
	var src *catalog.Source
	for line := range strings.Lines(string(arc.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "source":
			s, ok := c.Source(nhip.SourceID(value))
			if !ok {
				t.Fatalf("no source %q", value)
			}
			src, p.Source = s, s.ID
		case "url":
			p.URL = value
		case "fetched":
			at, err := time.Parse(time.RFC3339, value)
			if err != nil {
				t.Fatal(err)
			}
			p.FetchedAt = at
		}
	}
	return p, src
}

func section(arc *txtar.Archive, name string) []byte {
	for _, f := range arc.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func encode(t *testing.T, r reading) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func writeWant(t *testing.T, file string, arc *txtar.Archive, got reading) {
	t.Helper()
	for i := range arc.Files {
		if arc.Files[i].Name == "want.json" {
			arc.Files[i].Data = encode(t, got)
		}
	}
	if err := os.WriteFile(file, txtar.Format(arc), 0o644); err != nil {
		t.Fatal(err)
	}
}
