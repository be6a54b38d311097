package crawler

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/catalog"
)

// f1 compares two sets.
func f1(got, want []string) float64 {
	have := map[string]bool{}
	for _, g := range got {
		have[g] = true
	}
	hit := 0
	seen := map[string]bool{}
	for _, w := range want {
		if have[w] && !seen[w] {
			hit++
		}
		seen[w] = true
	}
	if len(have)+len(seen) == 0 {
		return 1
	}
	return 2 * float64(hit) / float64(len(have)+len(seen))
}

func goldFiles(t *testing.T, kind string) map[string]json.RawMessage {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shared(t, "gold", kind), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no gold", err)
	}
	gold := map[string]json.RawMessage{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		gold[name] = data
	}
	return gold
}

// TestGoldFeeds reads the real feeds whose items were listed by hand.
func TestGoldFeeds(t *testing.T) {
	for name, data := range goldFiles(t, "feeds") {
		var gold struct {
			File  string
			Items []struct {
				URL, Title string
				Published  time.Time `json:"published_at"`
			}
		}
		if err := json.Unmarshal(data, &gold); err != nil {
			t.Fatal(name, err)
		}
		body, err := os.ReadFile(shared(t, filepath.FromSlash(gold.File)))
		if err != nil {
			t.Fatal(err)
		}
		items, err := ReadFeed(body, "")
		if err != nil {
			t.Errorf("%s: %v", gold.File, err)
			continue
		}
		if len(items) != len(gold.Items) {
			t.Errorf("%s: %d items, want %d", gold.File, len(items), len(gold.Items))
			continue
		}
		for i, want := range gold.Items {
			if got := items[i]; got.URL != want.URL || got.Title != want.Title || !got.Published.Equal(want.Published) {
				t.Errorf("%s item %d:\n got %s | %s | %v (%s)\nwant %s | %s | %v", gold.File, i, got.URL, got.Title, got.Published, got.Printed, want.URL, want.Title, want.Published)
			}
		}
	}
}

// TestGoldListings reads the real lists, with the selectors of the catalog and
// without any.
func TestGoldListings(t *testing.T) {
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Skip("the catalog does not load:", err)
	}
	var selected, generic, n float64
	for name, data := range goldFiles(t, "listings") {
		var gold struct {
			File  string
			Base  string   `json:"base_url"`
			Links []string `json:"article_links"`
			Next  string   `json:"next_page"`
		}
		if err := json.Unmarshal(data, &gold); err != nil {
			t.Fatal(name, err)
		}
		body, err := os.ReadFile(shared(t, filepath.FromSlash(gold.File)))
		if err != nil {
			t.Fatal(err)
		}
		src, ok := cat.SourceOfHost(strings.Split(gold.File, "/")[1])
		if !ok {
			continue
		}
		best, listing := 0.0, &catalog.Listing{}
		for i := range src.Discover.Listings {
			l := &src.Discover.Listings[i]
			links, _, err := ReadListing(body, gold.Base, l)
			if got := f1(links, gold.Links); err == nil && (got > best || l.URL == gold.Base) {
				best, listing = got, l
				if l.URL == gold.Base {
					break
				}
			}
		}
		links, next, err := ReadListing(body, gold.Base, &catalog.Listing{})
		if err != nil {
			t.Errorf("%s: %v", gold.File, err)
		}
		if gold.Next != "" {
			if _, own, _ := ReadListing(body, gold.Base, listing); next != gold.Next || own != gold.Next {
				t.Errorf("%s: next page %q, %q by the catalog, want %q", gold.File, next, own, gold.Next)
			}
		}
		plain := f1(links, gold.Links)
		t.Logf("%-55s %.3f by the catalog, %.3f without selectors (%d links of %d)", gold.File, best, plain, len(links), len(gold.Links))
		selected, generic, n = selected+best, generic+plain, n+1
	}
	t.Logf("mean F1 %.3f by the catalog, %.3f without selectors", selected/n, generic/n)
	if selected/n < 0.97 || generic/n < 0.95 {
		t.Errorf("mean F1 is %.3f by the catalog, %.3f without selectors", selected/n, generic/n)
	}
}

// TestRealArchiveWhole crawls the folder of real pages for every source of the
// catalog and expects every document in it that has a source and an address.
func TestRealArchiveWhole(t *testing.T) {
	archive, err := OpenArchive(shared(t, "pages"))
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Skip("the catalog does not load:", err)
	}
	c, err := New(Options{UserAgent: "nhip/0.1", Archive: archive})
	if err != nil {
		t.Fatal(err)
	}
	fetched, want := 0, 0
	for _, src := range cat.Sources {
		got, account, err := crawl(t, c, src)
		if err != nil {
			t.Errorf("%s: %v", src.ID, err)
		}
		if account.Discovered > 0 || len(account.Index) > 0 {
			t.Logf("%s: discovered %d, fetched %d, skipped %v, failed %v, index %v", src.ID, account.Discovered, account.Fetched, account.Skipped, account.Failed, account.Index)
		}
		for _, f := range got {
			if f.Page != nil {
				fetched++
			}
		}
	}
	for _, e := range archive.entries {
		if _, ok := cat.SourceOfHost(bareHost(hostOf(e.url))); ok && e.kind == nhip.KindArticle {
			want++
		}
	}
	if fetched != want || want == 0 {
		t.Errorf("fetched %d documents, the archive holds %d with a source", fetched, want)
	}
}

// TestFeedSuites: no public feed fixture may panic or take long; what cannot be read
// is an error.
func TestFeedSuites(t *testing.T) {
	root := shared(t, "cases", "feeds")
	read, refused := 0, 0
	var slowest time.Duration
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "LICENSE" {
			return err
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		start := time.Now()
		if _, err := ReadFeed(body, "https://tin.example/feed"); err != nil {
			refused++
		} else {
			read++
		}
		slowest = max(slowest, time.Since(start))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d read, %d refused, slowest %v", read, refused, slowest)
	if read < 2500 {
		t.Errorf("only %d fixtures were read, %d refused", read, refused)
	}
}
