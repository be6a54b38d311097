package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// ledger is a memory with frontier and hosts, by the rules of the store: a visit
// replaces a discovery, whatever was written first; of hosts the newest counts.
type ledger struct {
	mu    sync.Mutex
	m     memory
	hosts map[string]nhip.Host
}

func newLedger() *ledger { return &ledger{m: memory{}, hosts: map[string]nhip.Host{}} }

func (l *ledger) Visits(ctx context.Context, source nhip.SourceID, urls []string) (map[string]nhip.Visit, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.m.Visits(ctx, source, urls)
}

func (l *ledger) Due(_ context.Context, source nhip.SourceID, now time.Time, limit int) ([]nhip.Visit, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var due []nhip.Visit
	for _, v := range l.m {
		if v.Source == source && v.Kind.IsDocument() && !v.NextDue.IsZero() && !v.NextDue.After(now) {
			due = append(due, v)
		}
	}
	slices.SortFunc(due, func(a, b nhip.Visit) int {
		return 2*a.NextDue.Compare(b.NextDue) + strings.Compare(a.URL, b.URL)
	})
	return due[:min(len(due), limit)], nil
}

func (l *ledger) Discovered(_ context.Context, visits []nhip.Visit) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range visits {
		if _, known := l.m[v.URL]; !known {
			l.m[v.URL] = v
		}
	}
	return nil
}

func (l *ledger) Hosts(_ context.Context, names ...string) (out []nhip.Host, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range names {
		if h, ok := l.hosts[n]; ok {
			out = append(out, h)
		}
	}
	return out, nil
}

func (l *ledger) SaveHosts(_ context.Context, hosts []nhip.Host) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, h := range hosts {
		l.hosts[h.Name] = h
	}
	return nil
}

// keep stores a visit as the loader does.
func (l *ledger) keep(f nhip.Fetch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.m[f.Visit.URL] = f.Visit
}

// changingFeed is a site whose feed lists what it is told.
type changingFeed struct {
	items atomic.Pointer[[]string]
	hits  sync.Map // path -> *atomic.Int32
}

func (c *changingFeed) list(items ...string) { c.items.Store(&items) }

func (c *changingFeed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, _ := c.hits.LoadOrStore(r.URL.Path, new(atomic.Int32))
	n.(*atomic.Int32).Add(1)
	switch r.URL.Path {
	case "/robots.txt":
		fmt.Fprint(w, "User-agent: *\nDisallow: /cam/\n")
	case "/rss":
		var items strings.Builder
		for _, p := range *c.items.Load() {
			fmt.Fprintf(&items, "<item><title>Tin</title><link>%s</link></item>", p)
		}
		crawlertest.Typed("application/rss+xml", `<rss version="2.0"><channel><title>t</title>`+items.String()+`</channel></rss>`).ServeHTTP(w, r)
	default:
		crawlertest.Body(crawlertest.Article(r.URL.Path, 500)).ServeHTTP(w, r)
	}
}

func paths(from, to int) (out []string) {
	for i := from; i < to; i++ {
		out = append(out, fmt.Sprintf("/tin-%06d.html", i))
	}
	return out
}

func feedSource(perRun int) *catalog.Source {
	return &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, MaxPerRun: perRun,
		Discover:  catalog.Discover{Feeds: []catalog.Feed{{URL: "http://tin.example/rss"}}},
		Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)}}
}

// TestFrontierOutlivesTheFeed: what a crawl discovered and did not come to, because
// its store failed or its budget was spent, is fetched by later ones after the feed
// lists other things, beside what is new.
func TestFrontierOutlivesTheFeed(t *testing.T) {
	site := &changingFeed{}
	site.list(paths(100, 130)...)
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", site)
	now := time.Date(2026, 3, 7, 8, 0, 0, 0, nhip.Zone)
	mem := newLedger()
	c := newTest(t, Options{Memory: mem, Now: func() time.Time { return now }}, newsHosts(o))
	pages := map[string]int{}
	run := func(perRun, dies int) nhip.Account {
		t.Helper()
		n := 0
		broken := errors.New("the store is gone")
		account, err := c.Crawl(t.Context(), feedSource(perRun), func(_ context.Context, f nhip.Fetch) error {
			if n++; n > dies {
				return broken
			}
			mem.keep(f)
			if f.Page != nil {
				pages[f.Page.URL]++
			}
			return nil
		})
		if err != nil && !errors.Is(err, broken) {
			t.Fatal(err)
		}
		account.Loaded = account.Fetched
		if err := account.Check(); err != nil {
			t.Error(err)
		}
		now = now.Add(time.Minute)
		return account
	}
	run(50, 7) // the eighth is not stored
	if len(pages) != 7 {
		t.Fatalf("%d pages after the crash", len(pages))
	}
	site.list(paths(200, 240)...)
	account := run(20, 1000)
	old := 0
	for u := range pages {
		if strings.Contains(u, "-0001") {
			old++
		}
	}
	if account.Fetched != 20 || old != 7+5 {
		t.Errorf("fetched %d, %d of the first feed's: a quarter of the budget is theirs", account.Fetched, old)
	}
	site.list(paths(300, 301)...)
	for range 4 {
		run(20, 1000)
	}
	if len(pages) != 71 {
		t.Errorf("%d of 71 documents were fetched", len(pages))
	}
	for u, n := range pages {
		if n != 1 {
			t.Errorf("%s was loaded %d times", u, n)
		}
	}
	if twice, _ := site.hits.Load("/tin-000107.html"); twice.(*atomic.Int32).Load() != 2 {
		t.Error("the document that was in hand at the crash is asked for once more, and only that")
	}
	if due, _ := mem.Due(t.Context(), "tin", now, 10); len(due) != 0 {
		t.Errorf("still due: %v", due)
	}
}

// TestFrontierOutcomes: every discovered address has one outcome in the end, those
// that are no documents any more included.
func TestFrontierOutcomes(t *testing.T) {
	site := &changingFeed{}
	site.list(append(paths(100, 103), "/cam/tin-000001.html", "http://m.tin.example/tin-000200.html")...)
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", site)
	now := time.Date(2026, 3, 7, 8, 0, 0, 0, nhip.Zone)
	mem := newLedger()
	stale := nhip.Visit{Source: "tin", URL: "http://tin.example/muc-cu", Kind: nhip.KindArticle, Outcome: nhip.OutcomeDiscovered, NextDue: now.Add(-time.Hour)}
	mem.m[stale.URL] = stale
	c := newTest(t, Options{Memory: mem, Now: func() time.Time { return now }}, newsHosts(o))
	account, err := c.Crawl(t.Context(), feedSource(50), func(_ context.Context, f nhip.Fetch) error { mem.keep(f); return nil })
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for u, v := range mem.m {
		if v.Kind.IsDocument() {
			got[strings.TrimPrefix(u, "http://tin.example")] = fmt.Sprint(v.Outcome, " ", v.Link)
		}
	}
	want := map[string]string{"/tin-000100.html": "ok ", "/tin-000101.html": "ok ", "/tin-000102.html": "ok ", "/cam/tin-000001.html": "blocked_robots ",
		"/tin-000200.html": "ok http://m.tin.example/tin-000200.html", "/muc-cu": "blocked_policy "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	wantSkipped := map[string]int{"robots": 1, "scope": 1}
	if diff := cmp.Diff(wantSkipped, account.Skipped); diff != "" || account.Fetched != 4 || account.Discovered != 6 {
		t.Errorf("%+v %s", account, diff)
	}
}

// TestMannersSurviveARestart: a pause and a breaker that closed hold for the next
// process, and so does the delay after a process that was killed.
func TestMannersSurviveARestart(t *testing.T) {
	for name, behaviour := range map[string]http.Handler{
		"http_429": crawlertest.Status(429, "Retry-After", "3600"),
		"http_500": crawlertest.Status(500),
	} {
		t.Run(name, func(t *testing.T) {
			site := &changingFeed{}
			site.list(paths(100, 120)...)
			o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", site)
			for _, p := range paths(100, 120) {
				o.Handle(p, behaviour)
			}
			mem := newLedger()
			var asked []int
			for range 3 {
				c := newTest(t, Options{Memory: mem}, newsHosts(o)) // a new process
				before := len(o.Hits(""))
				if _, err := c.Crawl(t.Context(), feedSource(50), func(context.Context, nhip.Fetch) error { return nil }); err != nil && !strings.Contains(err.Error(), classBackoff) {
					t.Error(err)
				}
				asked = append(asked, len(o.Hits(""))-before)
			}
			if asked[0] < 3 || asked[0] > 2+breakerAfter || asked[1] != 0 || asked[2] != 0 {
				t.Errorf("requests of three processes: %v, want none after the first was told to wait", asked)
			}
			h := mem.hosts["tin.example"]
			if h.Reason != name || !h.ClosedUntil.After(time.Now().Add(5*time.Minute)) {
				t.Errorf("kept: %+v", h)
			}
		})
	}
	t.Run("delay", func(t *testing.T) {
		site := &changingFeed{}
		site.list(paths(100, 101)...)
		o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", site)
		limits := quick
		limits.NoDelay = false
		mem := newLedger()
		for range 3 {
			c := newTest(t, Options{Memory: mem, Limits: limits}, newsHosts(o))
			src := feedSource(50)
			src.Delay = catalog.Duration(60 * time.Millisecond)
			if _, err := c.Crawl(t.Context(), src, func(context.Context, nhip.Fetch) error { return nil }); err != nil {
				t.Fatal(err)
			}
			clear(mem.hosts) // as if it had been killed before it could write
		}
		hits := o.Hits("")
		for i := 1; i < len(hits); i++ {
			if gap := hits[i].At.Sub(hits[i-1].At); gap < 50*time.Millisecond {
				t.Errorf("%s came %v after the one before", hits[i].Path, gap)
			}
		}
	})
}

// TestLimiterRecalls: a delay of minutes is waited for, whatever the longest pause is;
// what an earlier process kept holds, unless its clock must have been wrong.
func TestLimiterRecalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(time.Minute)
		begin := time.Now()
		for i := range 3 {
			release, err := l.acquire(t.Context(), "cham.example", 5*time.Minute, nil)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begin); took != time.Duration(i)*5*time.Minute {
				t.Errorf("request %d began after %v", i, took)
			}
			release()
		}
		begin = time.Now()
		acquired := func(host string) time.Duration {
			t.Helper()
			release, err := l.acquire(t.Context(), host, 0, nil)
			if err != nil {
				return -1
			}
			release()
			return time.Since(begin)
		}
		l.recall(nhip.Host{Name: "a.example", NextAt: begin.Add(20 * time.Second)})
		l.recall(nhip.Host{Name: "b.example", NextAt: begin.AddDate(3, 0, 0)})
		l.recall(nhip.Host{Name: "c.example", ClosedUntil: begin.AddDate(3, 0, 0), Failures: 4})
		l.recall(nhip.Host{Name: "d.example", ClosedUntil: begin.Add(-time.Hour), Failures: 4, Reason: "timeout"})
		if b, d, c, a := acquired("b.example"), acquired("d.example"), acquired("c.example"), acquired("a.example"); b != 0 || d != 0 || c != -1 || a != 20*time.Second {
			t.Errorf("delay of another age %v, pause that is over %v, pause of another age %v, delay %v", b, d, c, a)
		}
		// One more failure of a host that was half open closes it.
		if closed := l.report("d.example", newFault("timeout", nhip.OutcomeRetryLater, "")); !closed || acquired("d.example") != -1 {
			t.Error("a breaker that was half open before the restart takes five failures again")
		}
		time.Sleep(maxRetryAfter)
		if acquired("c.example") < 0 {
			t.Error("a pause of three years outlives six hours")
		}
	})
}
