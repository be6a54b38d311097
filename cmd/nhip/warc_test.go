package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWARCRoundTrip: what `nhip export warc` writes makes the same tables in an empty
// store, pages with their times and headers included; taking it in once more, through run
// --archive, changes nothing. A document that changed between two
// runs comes back with both versions.
func TestWARCRoundTrip(t *testing.T) {
	needEngine(t)
	archive := t.TempDir()
	writeDemoArchive(t, archive)
	catalog := filepath.Join(archive, "catalog")
	from := t.TempDir()
	accounts(t, from, "--archive", archive, "--catalog", catalog)
	changeOnePage(t, archive)
	if second := accounts(t, from, "--archive", archive, "--catalog", catalog); second.Totals.Revisions != 1 {
		t.Fatalf("the change of a page is %d revisions", second.Totals.Revisions)
	}
	dump := nhipOutput(t, from, "export", "warc")
	if !strings.HasPrefix(dump, "\x1f\x8b") {
		t.Fatal("no gzip")
	}
	file := filepath.Join(t.TempDir(), "kept.warc.gz")
	if err := os.WriteFile(file, []byte(dump), 0o600); err != nil {
		t.Fatal(err)
	}
	want := keptPages(t, from)
	if strings.Count(want, "\n") < 20 {
		t.Fatalf("few pages:\n%s", want)
	}
	tables := state(t, from)
	delete(tables, "visits") // an archive of pages holds no feeds and no failures
	to := t.TempDir()
	for _, args := range [][]string{{"import", "warc", file, "--catalog", catalog}, {"run", "--archive", file, "--catalog", catalog}} {
		nhipOutput(t, to, args...)
		if d := cmp.Diff(want, keptPages(t, to)); d != "" {
			t.Errorf("%v: kept pages (-exported +imported):\n%s", args[0], d)
		}
		got := state(t, to)
		delete(got, "visits")
		if d := cmp.Diff(tables, got); d != "" {
			t.Errorf("%v: tables (-exported +imported):\n%s", args[0], d)
		}
	}
	if one := nhipOutput(t, from, "export", "warc", "--since", "2099-01-01"); len(one) > 1000 || len(one) == 0 {
		t.Errorf("nothing was fetched since 2099, and %d bytes were written", len(one))
	}
}

// keptPages lists the kept pages with all that a WARC file keeps of them, each with the
// time its content was first seen.
func keptPages(t *testing.T, dir string) string {
	t.Helper()
	return nhipOutput(t, dir, "query", "--format", "TSV",
		`SELECT source, url, kind, status, content_type, toString(header), hex(sha256), length(body), hex(SHA256(body)), toString(v.fetched_at)
FROM pages AS p FINAL LEFT JOIN (SELECT doc_id, body_sha256, min(fetched_at) AS fetched_at FROM document_versions FINAL GROUP BY doc_id, body_sha256) AS v
ON v.doc_id = p.doc_id AND v.body_sha256 = p.sha256 ORDER BY source, url, sha256`)
}

// changeOnePage edits an article of a folder that is an archive.
func changeOnePage(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		edited := strings.Replace(string(body), "</p>", " Bản tin đã được bổ sung số liệu mới nhất.</p>", 1)
		if strings.Contains(string(body), "NewsArticle") && edited != string(body) {
			if err := os.WriteFile(name, []byte(edited), 0o600); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("the demo has no article")
}
