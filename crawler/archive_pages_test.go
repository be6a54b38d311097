package crawler

import (
	"context"
	"regexp"
	"testing"
	"time"

	"nhip"
	"nhip/catalog"
)

func pattern(expr string) *catalog.Pattern {
	return &catalog.Pattern{Regexp: regexp.MustCompile(expr)}
}

// collector is an emit that keeps everything.
type collected struct{ fetches []nhip.Fetch }

func (c *collected) emit(_ context.Context, f nhip.Fetch) error {
	c.fetches = append(c.fetches, f)
	return nil
}

// memory is a Memory fed by what was emitted: what a store would answer.
type memory map[string]nhip.Visit

func (m memory) keep(fetches []nhip.Fetch) {
	for _, f := range fetches {
		m[f.Visit.URL] = f.Visit
	}
}

func (m memory) Visits(_ context.Context, _ nhip.SourceID, urls []string) (map[string]nhip.Visit, error) {
	found := map[string]nhip.Visit{}
	for _, u := range urls {
		if v, ok := m[u]; ok {
			found[u] = v
		}
	}
	return found, nil
}

func (m memory) Due(_ context.Context, source nhip.SourceID, now time.Time, limit int) ([]nhip.Visit, error) {
	var due []nhip.Visit
	for _, v := range m {
		if v.Source == source && !v.NextDue.IsZero() && !v.NextDue.After(now) && len(due) < limit {
			due = append(due, v)
		}
	}
	return due, nil
}

// TestRealArchive reads the folder of real pages for one publisher, twice.
func TestRealArchive(t *testing.T) {
	dir := shared(t, "pages")
	archive, err := OpenArchive(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range archive.Damage() {
		t.Error(d)
	}
	src := &catalog.Source{ID: "dantri", Hosts: []string{"dantri.com.vn"},
		Discover: catalog.Discover{
			Feeds:    []catalog.Feed{{URL: "https://dantri.com.vn/rss/kinh-doanh.rss"}},
			Listings: []catalog.Listing{{URL: "https://dantri.com.vn/kinh-doanh.htm", Links: "h3.article-title a"}},
		},
		Documents: catalog.Documents{URL: pattern(`-\d{17}\.htm$`)}}
	mem := memory{}
	for run := range 2 {
		c, err := New(Options{UserAgent: "nhip/0.1", Archive: archive, Memory: mem})
		if err != nil {
			t.Fatal(err)
		}
		var got collected
		account, err := c.Crawl(t.Context(), src, got.emit)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", account)
		if account.Loaded = account.Fetched; account.Check() != nil {
			t.Error(account.Check())
		}
		if run == 0 && account.Fetched != 12 || run == 1 && (account.Fetched != 0 || account.Unchanged != 12) {
			t.Errorf("run %d: fetched %d, unchanged %d", run, account.Fetched, account.Unchanged)
		}
		mem.keep(got.fetches)
	}
}
