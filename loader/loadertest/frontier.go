package loadertest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhip"
	"nhip/loader"
)

// frontier: what was discovered is due until a visit acknowledges it, in whatever
// order the two are written.
func frontier(t *testing.T, s *loader.Store) {
	ctx := context.Background()
	found := func(url, link string, minutes int) nhip.Visit {
		return nhip.Visit{Source: source, URL: url, Link: link, Kind: nhip.KindArticle, NextDue: Day0.Add(time.Duration(minutes) * time.Minute)}
	}
	discovered := func(visits ...nhip.Visit) {
		t.Helper()
		if err := s.Discovered(ctx, visits); err != nil {
			t.Fatal(err)
		}
	}
	due := func() (urls []string) {
		t.Helper()
		list, err := s.Due(ctx, source, Day0.Add(time.Hour), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range list {
			urls = append(urls, fmt.Sprint(v.URL, " ", v.Link, " ", v.Outcome))
		}
		return urls
	}
	discovered(found("https://a.vn/2", "", 2), found("https://a.vn/1", "http://m.a.vn/1", 1), found("https://a.vn/3", "", 90))
	discovered(found("https://a.vn/2", "", 2))
	discovered()
	want(t, "due", due(), []string{"https://a.vn/1 http://m.a.vn/1 discovered", "https://a.vn/2  discovered"})
	first, err := s.NextDue(ctx, source)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the first is due", first.In(nhip.Zone), Day0.Add(time.Minute))

	visit := nhip.Visit{Source: source, URL: "https://a.vn/1", Kind: nhip.KindArticle, At: Day0, Outcome: nhip.OutcomeOK, Link: "http://m.a.vn/1"}
	load(t, s, nhip.Item{Visit: visit})
	discovered(found("https://a.vn/1", "", 5)) // by a run that did not know of the visit
	want(t, "a visit acknowledges", due(), []string{"https://a.vn/2  discovered"})
	waiting, err := s.Waiting(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "waiting", waiting, map[nhip.SourceID]int{source: 2})

	refused := visit
	refused.URL, refused.Link, refused.Outcome, refused.Reason, refused.Status = "https://a.vn/4", "", nhip.OutcomeBlockedPolicy, "http_403", 403
	scope := refused
	scope.URL, scope.Reason, scope.Status = "https://a.vn/5", "scope", 0
	load(t, s, nhip.Item{Visit: refused}, nhip.Item{Visit: scope})
	blocked, err := s.Refused(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "refused", blocked, map[nhip.SourceID]map[string]int{source: {"http_403": 1}})

	feed := nhip.Visit{Source: source, URL: "https://a.vn/rss", Kind: nhip.KindFeed, At: Day0, Outcome: nhip.OutcomeOK,
		NextDue: Day0.Add(20 * time.Minute), Poll: 20 * time.Minute, Items: 50, New: 12}
	load(t, s, nhip.Item{Visit: feed})
	index, err := s.IndexVisits(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got := index[source]
	if len(got) == 1 {
		got[0].At, got[0].NextDue = got[0].At.In(nhip.Zone), got[0].NextDue.In(nhip.Zone)
	}
	want(t, "index pages", got, []nhip.Visit{feed})
	want(t, "v_sources of a store without catalog", ask(t, s, "SELECT count() FROM v_sources"), []string{"0"})
}

// hosts: the newest state of each counts, and unset times stay unset.
func hosts(t *testing.T, s *loader.Store) {
	ctx := context.Background()
	closed := nhip.Host{Name: "a.vn", Source: source, At: Day0, ClosedUntil: Day0.Add(time.Hour), Failures: 5, Reason: "http_503"}
	asked := nhip.Host{Name: "b.vn:8080", Source: source, At: Day0, NextAt: Day0.Add(2 * time.Second)}
	opened := nhip.Host{Name: "a.vn", Source: source, At: Day0.Add(2 * time.Hour)}
	for _, list := range [][]nhip.Host{{closed, asked}, {opened}, {closed}} {
		if err := s.SaveHosts(ctx, list); err != nil {
			t.Fatal(err)
		}
	}
	get := func(names ...string) []nhip.Host {
		t.Helper()
		got, err := s.Hosts(ctx, names...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			for _, at := range []*time.Time{&got[i].At, &got[i].NextAt, &got[i].ClosedUntil} {
				if !at.IsZero() {
					*at = at.In(nhip.Zone)
				}
			}
		}
		return got
	}
	want(t, "all", get(), []nhip.Host{opened, asked})
	want(t, "named", get("b.vn:8080", "c.vn"), []nhip.Host{asked})
	want(t, "unknown", get("c.vn"), []nhip.Host(nil))
}

// leases: of many runs that want a source, one at a time has it.
func leases(t *testing.T, s *loader.Store) {
	ctx := context.Background()
	leased, release, holder, err := s.Lease(ctx, source, "run-1")
	if err != nil || holder != "" || leased.Err() != nil {
		t.Fatalf("first: %q, %v", holder, err)
	}
	if _, _, holder, err := s.Lease(ctx, source, "run-2"); err != nil || holder == "" {
		t.Fatalf("second: %q, %v, want to be told of run-1", holder, err)
	}
	if _, other, holder, err := s.Lease(ctx, "khac", "run-2"); err != nil || holder != "" {
		t.Fatalf("another source: %q, %v", holder, err)
	} else {
		other()
	}
	release()
	if leased.Err() == nil {
		t.Error("the context of a lease outlives it")
	}
	var held, most, taken atomic.Int64
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for try := range 40 {
				_, release, holder, err := s.Lease(ctx, source, fmt.Sprintf("run-%d-%d", i, try))
				if err != nil {
					t.Error(err)
					return
				}
				if holder != "" {
					continue
				}
				if n := held.Add(1); n > most.Load() {
					most.Store(n)
				}
				time.Sleep(2 * time.Millisecond)
				held.Add(-1)
				taken.Add(1)
				release()
				return
			}
			t.Error("never got the lease")
		})
	}
	wg.Wait()
	if most.Load() != 1 || taken.Load() != 4 {
		t.Errorf("leased %d times, by %d at once", taken.Load(), most.Load())
	}
}
