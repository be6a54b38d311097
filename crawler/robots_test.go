package crawler

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// TestRobotsAsked: the rules hold for feeds, lists, documents and each redirect
// target (2), exactly as written (3).
func TestRobotsAsked(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2").
		Handle("/robots.txt", crawlertest.Typed("text/plain", "User-agent: *\nDisallow: /cam\nDisallow: /q?b=1&a=2\n")).
		Handle("/a", crawlertest.Redirect("/cam/b")).Handle("/cam/b", crawlertest.Body("<p>b</p>")).
		Handle("/q", crawlertest.Body("<p>q</p>"))
	site := "http://tin.example"
	src := docSource(site+"/a", site+"/q?b=1&a=2", site+"/q?a=2&b=1")
	src.Discover.Feeds = []catalog.Feed{{URL: site + "/cam/rss"}}
	got, account, err := crawl(t, newTest(t, Options{}, newsHosts(o)), src)
	if err == nil {
		t.Error("the only feed is forbidden, and the source did not fail")
	}
	if account.Skipped[nhip.SkipRobots] != 2 || account.Fetched != 1 || account.Index["blocked_robots"] != 1 {
		t.Errorf("account %+v, %v", account, outcomes(got))
	}
	for _, forbidden := range []string{"/cam/b", "/cam/rss", "/q?b=1&a=2"} {
		if len(o.Hits(forbidden)) > 0 {
			t.Errorf("%s is forbidden and was asked for", forbidden)
		}
	}
}

// TestRobotsStatus: which answers allow, which forbid for now (4, 5, 7, 8).
func TestRobotsStatus(t *testing.T) {
	rules := "User-agent: nhip\nDisallow: /\n"
	tests := map[string]struct {
		robots http.Handler
		want   want
	}{
		"rules":          {crawlertest.Typed("text/plain", rules), want{nhip.OutcomeBlockedRobots, "robots"}},
		"404":            {crawlertest.Status(404), want{nhip.OutcomeOK, ""}},
		"410":            {crawlertest.Status(410), want{nhip.OutcomeOK, ""}},
		"401":            {crawlertest.Status(401), want{nhip.OutcomeOK, ""}},
		"403":            {crawlertest.Status(403), want{nhip.OutcomeOK, ""}},
		"429":            {crawlertest.Status(429), want{nhip.OutcomeRetryLater, classRobotsUnreachable}},
		"500":            {crawlertest.Status(500), want{nhip.OutcomeRetryLater, classRobotsUnreachable}},
		"503":            {crawlertest.Status(503), want{nhip.OutcomeRetryLater, classRobotsUnreachable}},
		"no answer":      {crawlertest.Hang(), want{nhip.OutcomeRetryLater, classRobotsUnreachable}},
		"closed":         {crawlertest.Reset(), want{nhip.OutcomeRetryLater, classRobotsUnreachable}},
		"dripping":       {crawlertest.Drip(20 * time.Millisecond), want{nhip.OutcomeRetryLater, classRobotsUnreachable}},
		"endless":        {crawlertest.Endless(), want{nhip.OutcomeOK, ""}},
		"rules, endless": {crawlertest.Typed("text/plain", rules+strings.Repeat("# ghi chu\n", 1<<16)), want{nhip.OutcomeBlockedRobots, "robots"}},
		"HTML with 200":  {crawlertest.Body("<!doctype html><html><body>Disallow: everything</body></html>"), want{nhip.OutcomeOK, ""}},
		"BOM, CR only":   {crawlertest.Typed("text/plain", "\xEF\xBB\xBFUser-agent: *\rDisallow: /\r"), want{nhip.OutcomeBlockedRobots, "robots"}},
		"NUL bytes":      {crawlertest.Typed("text/plain", "User-agent: *\x00\nDisallow: /\x00\n"), want{nhip.OutcomeBlockedRobots, "robots"}},
		"UTF-16":         {crawlertest.Typed("text/plain", utf16le("User-agent: *\nDisallow: /\n")), want{nhip.OutcomeOK, ""}}, // no line of it is a rule
		"bad first line": {crawlertest.Typed("text/plain", "Disallow: /a\nUser-agent: *\nDisallow: /doc\n"), want{nhip.OutcomeBlockedRobots, "robots"}},
		"empty":          {crawlertest.Typed("text/plain", ""), want{nhip.OutcomeOK, ""}},
		"gzip":           {crawlertest.Coded("gzip", crawlertest.Gzip([]byte(rules))), want{nhip.OutcomeBlockedRobots, "robots"}},
		"crawl delay":    {crawlertest.Typed("text/plain", "User-agent: *\nCrawl-delay: 1e9\n"), want{"", ""}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/robots.txt", test.robots).Handle("/doc", crawlertest.Body("<p>a</p>"))
			got, account, _ := crawl(t, newTest(t, Options{}, newsHosts(o)), docSource())
			v := got[docURL].Visit
			if (want{v.Outcome, v.Reason}) != test.want {
				t.Errorf("outcome %s(%s), want %s(%s)", v.Outcome, v.Reason, test.want.outcome, test.want.reason)
			}
			if name == "crawl delay" && account.Skipped[classCrawlDelay] != 1 {
				t.Errorf("account %+v", account)
			}
			if test.want.outcome != nhip.OutcomeOK && len(o.Hits("/doc")) > 0 {
				t.Error("the document was asked for")
			}
		})
	}
}

// TestRobotsRedirects: five hops, other hosts too, rules for the first authority (6).
func TestRobotsRedirects(t *testing.T) {
	other := crawlertest.NewOrigin(t, "127.0.0.3").Handle("/r", crawlertest.Typed("text/plain", "User-agent: *\nDisallow: /doc\n"))
	for hops, want := range map[int]nhip.Outcome{5: nhip.OutcomeBlockedRobots, 6: nhip.OutcomeOK} {
		o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", crawlertest.Body("<p>a</p>"))
		o.Handle("/robots.txt", crawlertest.Redirect("/1"))
		for i := 1; i < hops; i++ {
			o.Handle(fmt.Sprintf("/%d", i), crawlertest.Redirect(fmt.Sprintf("/%d", i+1)))
		}
		o.Handle(fmt.Sprintf("/%d", hops-1), crawlertest.Redirect("http://khac.example/r"))
		c := newTest(t, Options{}, map[string]netip.AddrPort{"tin.example": o.Addr(), "khac.example": other.Addr()})
		if got, _, _ := crawl(t, c, docSource()); got[docURL].Visit.Outcome != want {
			t.Errorf("%d hops: %s, want %s", hops, got[docURL].Visit.Outcome, want)
		}
	}
}

// TestRobotsCache: many first requests make one robots request, the file is kept for
// a day, and a change is seen after it (9); a failure is asked again with backoff (5).
func TestRobotsCache(t *testing.T) {
	var body atomic.Value
	body.Store("User-agent: *\nDisallow: /cam\n")
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", crawlertest.Body("<p>a</p>")).
		Handle("/robots.txt", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			text := body.Load().(string)
			if text == "" {
				w.WriteHeader(503)
				return
			}
			_, _ = w.Write([]byte(text))
		}))
	var offset atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
	c := newTest(t, Options{Now: now}, newsHosts(o))
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			var got collected
			if account, err := c.Crawl(t.Context(), docSource(), got.emit); err != nil || account.Fetched != 1 {
				t.Errorf("%+v, %v", account, err)
			}
		})
	}
	wg.Wait()
	ask := func(after time.Duration, hits int, want nhip.Outcome) {
		t.Helper()
		offset.Add(int64(after))
		got, _, _ := crawl(t, c, docSource())
		if n := len(o.Hits("/robots.txt")); n != hits || got[docURL].Visit.Outcome != want {
			t.Errorf("after %v more: %d robots requests, want %d; outcome %s, want %s", after, n, hits, got[docURL].Visit.Outcome, want)
		}
	}
	ask(0, 1, nhip.OutcomeOK)
	body.Store("User-agent: *\nDisallow: /\n")
	ask(23*time.Hour, 1, nhip.OutcomeOK)
	ask(2*time.Hour, 2, nhip.OutcomeBlockedRobots)
	body.Store("")
	ask(25*time.Hour, 3, nhip.OutcomeRetryLater)
	ask(30*time.Second, 3, nhip.OutcomeRetryLater)
	ask(time.Minute, 4, nhip.OutcomeRetryLater)
	body.Store("User-agent: *\nAllow: /\n")
	ask(time.Minute, 4, nhip.OutcomeRetryLater)
	ask(2*time.Minute, 5, nhip.OutcomeOK)
}

// TestProductToken: only our own token is matched, whatever else the line says (11).
func TestProductToken(t *testing.T) {
	file := parseRobots([]byte("User-agent: nhip/2.0\nDisallow: /a\nCrawl-delay: 7\n\nUser-agent: NHIPPER\nDisallow: /b\n\nUser-agent: *\nDisallow: /c\nCrawl-delay: 3\n\nuser-agent: NHIP\nDisallow: /d\nSitemap: https://tin.example/s.xml\n"))
	for path, allowed := range map[string]bool{"/a": false, "/b": true, "/c": true, "/d": false} {
		if file.allowed("nhip", path) != allowed {
			t.Errorf("%s: allowed = %v", path, !allowed)
		}
	}
	if d := file.delay("nhip"); d != 7*time.Second {
		t.Errorf("delay %v", d)
	}
	if d := file.delay("other"); d != 3*time.Second {
		t.Errorf("delay for everybody %v", d)
	}
	if len(file.sitemaps) != 1 {
		t.Errorf("sitemaps %v", file.sitemaps)
	}
	for value, want := range map[string]time.Duration{"-1": 0, "NaN": 0, "10s": 0, "": 0, "2.5": 2500 * time.Millisecond, "1e9": 1000 * time.Hour, "Inf": 1000 * time.Hour} {
		if got := crawlDelay(value); got != want {
			t.Errorf("crawl delay %q: %v, want %v", value, got, want)
		}
	}
}

// TestLimiter: one host's requests start a delay apart whoever makes them, other
// hosts do not wait, and waiting ends with the context (46, 47).
func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(time.Minute)
		begin := time.Now()
		var mu sync.Mutex
		starts := map[string][]time.Duration{}
		var wg sync.WaitGroup
		for i := range 20 {
			host := fmt.Sprintf("h%d.example", i%2)
			wg.Go(func() {
				release, err := l.acquire(t.Context(), host, 2*time.Second, nil)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				starts[host] = append(starts[host], time.Since(begin))
				mu.Unlock()
				time.Sleep(500 * time.Millisecond)
				release()
			})
		}
		wg.Wait()
		for host, at := range starts {
			for i := range at {
				if want := time.Duration(i) * 2 * time.Second; at[i] != want {
					t.Errorf("%s: request %d began after %v, want %v", host, i, at[i], want)
				}
			}
		}
		l.closeFor("h0.example", time.Hour)
		if _, err := l.acquire(t.Context(), "h0.example", 0, nil); err == nil || classify(err).class != classBackoff {
			t.Errorf("a host closed for an hour: %v", err)
		}
		time.Sleep(59*time.Minute + 30*time.Second)
		if _, err := l.acquire(t.Context(), "h0.example", 0, nil); err != nil {
			t.Errorf("half a minute is waited: %v", err)
		}
	})
}

// TestPace: redirect hops and robots.txt keep the source's delay too.
func TestPace(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", crawlertest.Redirect("/b")).Handle("/b", crawlertest.Redirect("/c")).
		Handle("/c", crawlertest.Body("<p>c</p>"))
	src := docSource()
	src.Delay = catalog.Duration(60 * time.Millisecond)
	var waits atomic.Int32
	l := quick
	l.NoDelay = false
	c := newTest(t, Options{Limits: l, Progress: func(p Progress) {
		if p.Waiting > 0 {
			waits.Add(1)
		}
	}}, newsHosts(o))
	if _, account, err := crawl(t, c, src); err != nil || account.Fetched != 1 {
		t.Fatalf("%+v, %v", account, err)
	}
	hits := o.Hits("")
	if len(hits) != 4 || waits.Load() < 3 {
		t.Fatalf("%d hits, %d waits", len(hits), waits.Load())
	}
	for i := 1; i < len(hits); i++ {
		if gap := hits[i].At.Sub(hits[i-1].At); gap < 60*time.Millisecond {
			t.Errorf("%s came %v after the one before", hits[i].Path, gap)
		}
	}
}
