package schedules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/catalog"
)

// The stages here are the smallest that keep the contracts of the interfaces; the
// pipeline over the real ones is tested in cmd/nhip.

// web is a crawler of documents that exist already.
type web struct {
	pages map[nhip.SourceID][]string
	err   map[nhip.SourceID]error
}

func (w web) Crawl(ctx context.Context, src *catalog.Source, emit func(context.Context, nhip.Fetch) error) (nhip.Account, error) {
	a := nhip.NewAccount(src.ID)
	for _, url := range w.pages[src.ID] {
		a.Discovered++
		if ctx.Err() != nil {
			a.Skipped[nhip.SkipStopped]++
			continue
		}
		a.Fetched++
		page := &nhip.Page{Source: src.ID, URL: url, Kind: nhip.KindArticle, Body: []byte(url)}
		if err := emit(ctx, nhip.Fetch{Visit: nhip.Visit{Source: src.ID, URL: url, Kind: nhip.KindArticle, Outcome: nhip.OutcomeOK}, Page: page}); err != nil {
			return a, err
		}
	}
	if err := w.err[src.ID]; err != nil {
		return a, err
	}
	a.Index["ok"]++
	feed := "http://" + string(src.ID) + ".example/feed"
	return a, emit(ctx, nhip.Fetch{
		Visit: nhip.Visit{Source: src.ID, URL: feed, Kind: nhip.KindFeed, Outcome: nhip.OutcomeOK},
		Page:  &nhip.Page{Source: src.ID, URL: feed, Kind: nhip.KindFeed, Body: []byte("<rss/>")},
	})
}

type titles struct{}

func (titles) Read(p *nhip.Page) *nhip.Record {
	r := &nhip.Record{Source: p.Source, URL: p.URL, Kind: p.Kind, Article: nhip.Article{Title: p.URL}}
	if strings.Contains(p.URL, "video") {
		r.Reject = "not_article"
	} else {
		r.Observations = []nhip.Observation{{}, {}}
	}
	return r
}

// shelf is a store that remembers what it was given.
type shelf struct {
	mu      sync.Mutex
	batches [][]string
	pages   []nhip.Page
	runs    []nhip.Run
	fail    func(batch int) error
}

func (s *shelf) Load(_ context.Context, _ string, items []nhip.Item) (nhip.Loaded, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var urls []string
	for _, it := range items {
		urls = append(urls, it.Visit.URL)
		if it.Page != nil {
			s.pages = append(s.pages, *it.Page)
		}
	}
	s.batches = append(s.batches, urls)
	if s.fail != nil {
		if err := s.fail(len(s.batches)); err != nil {
			return nhip.Loaded{}, err
		}
	}
	return count(items), nil
}

func (s *shelf) SaveRun(_ context.Context, run nhip.Run) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = append(s.runs, run)
	return nil
}

func (s *shelf) Pages(_ context.Context, source nhip.SourceID, _ time.Time, _ string, fn func(nhip.Page) error) error {
	for _, p := range slices.Clone(s.pages) {
		if source == "" || p.Source == source {
			if err := fn(p); err != nil {
				return err
			}
		}
	}
	return nil
}

var (
	_ Crawler = web{}
	_ Reader  = titles{}
	_ Store   = (*shelf)(nil)
)

func documentsOf(id string, n int) []string {
	var urls []string
	for i := range n {
		urls = append(urls, fmt.Sprintf("http://%s.example/%d", id, i))
	}
	return urls
}

func sourcesOf(ids ...nhip.SourceID) []*catalog.Source {
	var out []*catalog.Source
	for _, id := range ids {
		out = append(out, &catalog.Source{ID: id})
	}
	return out
}

func newPipeline(t *testing.T, w web, s Store, opts Options) *Pipeline {
	t.Helper()
	opts.Log = quiet
	p, err := NewPipeline(Stages{Crawler: w, Reader: titles{}, Store: s}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPipelineLoadsInBatchesAndIndexVisitsLast(t *testing.T) {
	w := web{pages: map[nhip.SourceID][]string{"a": append(documentsOf("a", 5), "http://a.example/video")}}
	store := &shelf{}
	run, err := newPipeline(t, w, store, Options{BatchItems: 3}).Run(t.Context(), sourcesOf("a"))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"http://a.example/0", "http://a.example/1", "http://a.example/2"},
		{"http://a.example/3", "http://a.example/4", "http://a.example/video"},
		{"http://a.example/feed"},
	}
	if diff := cmp.Diff(want, store.batches); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
	account := nhip.NewAccount("a")
	account.Discovered, account.Fetched, account.Loaded, account.Articles, account.Observations = 6, 6, 5, 5, 10
	account.Rejected["not_article"] = 1
	account.Index["ok"] = 1
	if diff := cmp.Diff([]nhip.Account{account}, run.Sources); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if len(store.runs) != 1 || store.runs[0].ID != run.ID || run.Totals.Loaded != 5 {
		t.Errorf("stored runs %+v, totals %+v", store.runs, run.Totals)
	}
	if len(store.pages) != 6 {
		t.Errorf("%d pages kept, want the 6 documents and not the feed", len(store.pages))
	}
}

func TestPipelineOneSourceFailsAlone(t *testing.T) {
	w := web{
		pages: map[nhip.SourceID][]string{"a": documentsOf("a", 2), "b": documentsOf("b", 2)},
		err:   map[nhip.SourceID]error{"a": errors.New("host unreachable")},
	}
	run, err := newPipeline(t, w, &shelf{}, Options{}).Run(t.Context(), sourcesOf("a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	if run.Sources[0].Error != "host unreachable" || run.Sources[0].Loaded != 2 {
		t.Errorf("failed source: %+v, want its error and what it had fetched", run.Sources[0])
	}
	if run.Sources[1].Error != "" || run.Sources[1].Loaded != 2 {
		t.Errorf("other source: %+v", run.Sources[1])
	}
}

func TestPipelineStoreFailureEndsTheSourceAndBalances(t *testing.T) {
	w := web{pages: map[nhip.SourceID][]string{"a": documentsOf("a", 10)}}
	store := &shelf{fail: func(batch int) error {
		if batch == 2 {
			return errors.New("disk full")
		}
		return nil
	}}
	run, err := newPipeline(t, w, store, Options{BatchItems: 2}).Run(t.Context(), sourcesOf("a"))
	if err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Fatalf("Run = %v, want the store's error", err)
	}
	a := run.Sources[0]
	if a.Fetched != 4 || a.Loaded != 2 || a.Rejected["store_error"] != 2 || a.Check() != nil {
		t.Errorf("account %+v (%v), want 4 fetched, 2 loaded, 2 refused by the store", a, a.Check())
	}
	if len(store.batches) != 2 {
		t.Errorf("%d batches were tried after the failure, want none", len(store.batches)-2)
	}
}

func TestPipelineCancelledStillLoadsWhatItHas(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := web{pages: map[nhip.SourceID][]string{"a": documentsOf("a", 4)}}
	store := &shelf{}
	seen := 0
	p := newPipeline(t, w, store, Options{Progress: func(nhip.Account, bool) {
		if seen++; seen == 2 {
			cancel()
		}
	}})
	run, err := p.Run(ctx, sourcesOf("a"))
	if err != nil {
		t.Fatal(err)
	}
	if a := run.Sources[0]; a.Loaded != 2 || a.Skipped[nhip.SkipStopped] != 2 {
		t.Errorf("account %+v, want 2 loaded and 2 skipped", a)
	}
}

func TestPipelineReplay(t *testing.T) {
	w := web{pages: map[nhip.SourceID][]string{"a": documentsOf("a", 3), "b": documentsOf("b", 1)}}
	store := &shelf{}
	p := newPipeline(t, w, store, Options{})
	if _, err := p.Run(t.Context(), sourcesOf("a", "b")); err != nil {
		t.Fatal(err)
	}
	store.batches = nil
	run, err := p.Replay(t.Context(), Replay{Source: "a"})
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Sources) != 1 || run.Sources[0].Loaded != 3 {
		t.Errorf("replay accounts %+v, want the 3 pages of a", run.Sources)
	}
	run, err = p.Replay(t.Context(), Replay{Known: func(id nhip.SourceID) bool { return id != "b" }})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range run.Sources {
		if want := map[nhip.SourceID]int{"b": 1}[a.Source]; a.Skipped[skipUnknownSource] != want {
			t.Errorf("%s: %d pages skipped, want %d", a.Source, a.Skipped[skipUnknownSource], want)
		}
	}
	for _, batch := range store.batches {
		for _, url := range batch {
			if url != "" {
				t.Errorf("replay wrote a visit of %s", url)
			}
		}
	}
}
