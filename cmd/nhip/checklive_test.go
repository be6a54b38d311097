package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"nhip/catalog"
	"nhip/crawler"
)

var update = flag.Bool("update", false, "rewrite the golden files under testdata")

// TestCheckLive serves the sites of testdata/live on loopback and compares what the
// check tells a person. An archive holds the source file, the pages by their path
// (those that are missing are 404), and want: the report, then how the command ends.
func TestCheckLive(t *testing.T) {
	names, err := filepath.Glob("testdata/live/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives under testdata/live: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			arc, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := liveReport(t, arc)
			want := &arc.Files[len(arc.Files)-1]
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(arc), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(want.Data), got); want.Name != "want" || d != "" {
				t.Errorf("report (-want +got):\n%s", d)
			}
		})
	}
}

func liveReport(t *testing.T, arc *txtar.Archive) string {
	pages := map[string][]byte{}
	for _, f := range arc.Files {
		pages["/"+f.Name] = f.Data
	}
	asked := map[string]int{}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path]++ // one request at a time, as the check promises
		body, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		switch filepath.Ext(r.URL.Path) {
		case ".rss":
			w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		case ".txt":
			w.Header().Set("Content-Type", "text/plain")
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		}
		switch string(body) {
		case "refused\n":
			w.WriteHeader(http.StatusForbidden)
		case "broken\n":
			w.WriteHeader(http.StatusInternalServerError)
		}
		w.Write(body)
	}))
	defer site.Close()
	cat, err := catalog.Load(fstest.MapFS{"sources/mau.yaml": {Data: pages["/mau.yaml"]}})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := &call{config: config{from: map[string]string{}}, log: slog.New(slog.NewTextHandler(io.Discard, nil)), stdout: &out, stderr: io.Discard}
	err = checkLive(t.Context(), c, cat, "mau", crawler.Options{
		Resolve: map[string]netip.AddrPort{"mau.example": netip.MustParseAddrPort(site.Listener.Addr().String())},
		Now:     func() time.Time { return time.Date(2026, 5, 5, 1, 0, 0, 0, time.UTC) },
		Limits:  crawler.Limits{NoDelay: true},
	})
	for path, n := range asked {
		if n > 1 {
			t.Errorf("%s was asked for %d times", path, n)
		}
	}
	fmt.Fprintf(&out, "ends with: %v\n", err)
	return regexp.MustCompile(`after [0-9.]+(µs|ms|s)`).ReplaceAllString(out.String(), "after a while")
}

// TestExamplesAreAddresses holds the examples of every source against what the
// crawler makes of links: an example is its own canonical form and a document, a
// counterexample is none.
func TestExamplesAreAddresses(t *testing.T) {
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range cat.Sources {
		for _, address := range src.Documents.Examples {
			if canonical, ok := crawler.DocumentAddress(address, src); !ok || canonical != address {
				t.Errorf("%s: example %s becomes %s, a document: %t", src.ID, address, canonical, ok)
			}
		}
		for _, address := range src.Documents.Counterexamples {
			if canonical, ok := crawler.DocumentAddress(address, src); ok {
				t.Errorf("%s: counterexample %s becomes the document %s", src.ID, address, canonical)
			}
		}
	}
}
