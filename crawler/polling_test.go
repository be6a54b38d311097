package crawler

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// TestPollInterval follows a feed of 40 items through virtual weeks: the interval
// settles where about an eighth of the feed is new, within ten minutes and a day.
func TestPollInterval(t *testing.T) {
	for _, tt := range []struct {
		perHour   float64 // documents published
		low, high time.Duration
	}{
		{0, 24 * time.Hour, 24 * time.Hour},
		{0.05, 20 * time.Hour, 24 * time.Hour},
		{1, 3 * time.Hour, 8 * time.Hour},
		{5, 30 * time.Minute, 90 * time.Minute},
		{40, 10 * time.Minute, 15 * time.Minute},
		{10_000, 10 * time.Minute, 10 * time.Minute},
	} {
		at := time.Date(2026, 3, 7, 0, 0, 0, 0, nhip.Zone)
		var before *nhip.Visit
		published, seen := 0.0, 0.0
		for range 60 {
			fresh := min(int(published)-int(seen), 40)
			seen = published
			v := nhip.Visit{At: at, Outcome: nhip.OutcomeOK, Items: 40, New: fresh}
			v.Poll = pollInterval(&v, before)
			if v.Poll < pollShortest || v.Poll > pollLongest {
				t.Fatalf("%v an hour: interval %v", tt.perHour, v.Poll)
			}
			published += tt.perHour * v.Poll.Hours()
			at, before = at.Add(v.Poll), &v
		}
		if before.Poll < tt.low || before.Poll > tt.high {
			t.Errorf("%v documents an hour: interval %v, want %v to %v", tt.perHour, before.Poll, tt.low, tt.high)
		}
	}
}

// A run by hand right after another says nothing about the interval.
func TestPollIntervalOfHurriedRuns(t *testing.T) {
	before := &nhip.Visit{At: time.Unix(1_772_000_000, 0), Outcome: nhip.OutcomeOK, Poll: 2 * time.Hour, Items: 40}
	v := &nhip.Visit{At: before.At.Add(time.Minute), Outcome: nhip.OutcomeNotModified, Items: 40}
	if got := pollInterval(v, before); got != 2*time.Hour {
		t.Errorf("nothing new after a minute: %v, want the interval as it was", got)
	}
}

// TestPollFailures: temporary failures are tried again soon and keep the interval,
// soft and hard ones lengthen it.
func TestPollFailures(t *testing.T) {
	c := newTest(t, Options{}, nil)
	s := c.newSession(t.Context(), newsSource(), nil)
	at := time.Unix(1_772_000_000, 0)
	for _, tt := range []struct {
		outcome  nhip.Outcome
		reason   string
		severity Severity
		failures int
		due      time.Duration
		poll     time.Duration
	}{
		{nhip.OutcomeRetryLater, "timeout", Temporary, 1, 10 * time.Minute, 2 * time.Hour},
		{nhip.OutcomeRetryLater, "http_502", Temporary, 3, 40 * time.Minute, 2 * time.Hour},
		{nhip.OutcomeRetryLater, "refused", Temporary, 40, 2 * time.Hour, 2 * time.Hour},
		{nhip.OutcomePermanentError, "feed_parse", Soft, 1, 4 * time.Hour, 4 * time.Hour},
		{nhip.OutcomeTruncated, "bomb", Soft, 1, 4 * time.Hour, 4 * time.Hour},
		{nhip.OutcomeRetryLater, "http_404", Hard, 1, 8 * time.Hour, 8 * time.Hour},
		{nhip.OutcomeGone, "http_410", Hard, 1, 8 * time.Hour, 8 * time.Hour},
		{nhip.OutcomeBlockedPolicy, "http_403", Hard, 9, 8 * time.Hour, 8 * time.Hour},
		{nhip.OutcomeOK, "", 0, 0, 2 * time.Hour, 2 * time.Hour},
	} {
		before := &nhip.Visit{At: at.Add(-time.Minute), Poll: 2 * time.Hour}
		v := nhip.Visit{At: at, Outcome: tt.outcome, Reason: tt.reason, Failures: tt.failures}
		if got := SeverityOf(v); got != tt.severity {
			t.Errorf("%s(%s) is %q, want %q", tt.outcome, tt.reason, got, tt.severity)
		}
		s.setPoll(&v, before)
		if due := v.NextDue.Sub(at); due != tt.due || v.Poll != tt.poll {
			t.Errorf("%s(%s): due after %v, interval %v, want %v and %v", tt.outcome, tt.reason, due, v.Poll, tt.due, tt.poll)
		}
	}
}

// TestPoll: a poll asks for what is due and for nothing else; where nothing is due it
// asks nobody.
func TestPoll(t *testing.T) {
	hot, cold := &changingFeed{}, &changingFeed{}
	hot.list(paths(100, 108)...)
	cold.list(paths(200, 208)...)
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", hot)
	o.Handle("/cu/rss", crawlertest.Typed("application/rss+xml", `<rss version="2.0"><channel><title>t</title><item><link>/tin-000900.html</link></item></channel></rss>`))
	src := feedSource(50)
	src.Discover.Feeds = append(src.Discover.Feeds, catalog.Feed{URL: "http://tin.example/cu/rss"})
	now := time.Date(2026, 3, 7, 8, 0, 0, 0, nhip.Zone)
	mem := newLedger()
	c := newTest(t, Options{Memory: mem, Now: func() time.Time { return now }}, newsHosts(o))
	poll := func() (fetched int, asked []string) {
		t.Helper()
		before := len(o.Hits(""))
		account, err := c.Poll(t.Context(), src, func(_ context.Context, f nhip.Fetch) error { mem.keep(f); return nil })
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range o.Hits("")[before:] {
			if h.Path == "/rss" || h.Path == "/cu/rss" {
				asked = append(asked, h.Path)
			}
		}
		return account.Fetched, asked
	}
	if n, asked := poll(); n != 9 || len(asked) != 2 {
		t.Fatalf("first: %d documents, asked %v", n, asked)
	}
	next := 108
	counts := map[string]int{}
	for range 200 { // two days, a quarter of an hour each
		now = now.Add(15 * time.Minute)
		hot.list(paths(next-7, next+1)...) // one new of eight
		next++
		fetched, asked := poll()
		for _, p := range asked {
			counts[p]++
		}
		if len(asked) == 0 && fetched > 0 {
			t.Errorf("%d documents without a feed that was due", fetched)
		}
	}
	if counts["/rss"] < 150 || counts["/cu/rss"] > 8 {
		t.Errorf("polls in 200 quarters of an hour: %v, want nearly all for the feed that is always new and few for the other", counts)
	}
	due, ok := NextPoll(src, []nhip.Visit{mem.m["http://tin.example/rss"], mem.m["http://tin.example/cu/rss"]}, now)
	if !ok || due.Before(now.Add(-15*time.Minute)) || due.After(now.Add(time.Hour)) {
		t.Errorf("next poll %v, now %v", due, now)
	}
	if due, ok := NextPoll(src, nil, now); !ok || !due.IsZero() {
		t.Errorf("never visited: %v %v", due, ok)
	}
	if _, ok := NextPoll(&catalog.Source{ID: "x", Hosts: []string{"x.example"}}, nil, now); ok {
		t.Error("a source without feeds has no poll")
	}
}

// TestPollUndeclared: the lists of a date archive, and the sitemaps that only robots.txt
// names, are polled by their own intervals like what the source file names.
func TestPollUndeclared(t *testing.T) {
	list := crawlertest.Body(`<h3><a href="/tin-000100.html">Thép</a></h3>`)
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/robots.txt", crawlertest.Body("User-agent: *\nAllow: /\nSitemap: http://tin.example/moi.xml\nSitemap: http://khac.example/x.xml\n")).
		Handle("/moi.xml", crawlertest.Typed("application/xml", "<urlset><url><loc>http://tin.example/tin-000200.html</loc></url></urlset>")).
		Handle("/2026/03/06", list).Handle("/2026/03/07", list).Handle("/2026/03/08", list).
		Handle("/tin-000100.html", crawlertest.Body("<p>a</p>")).Handle("/tin-000200.html", crawlertest.Body("<p>b</p>"))
	src := &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)}, Discover: catalog.Discover{
		Sitemaps: []string{catalog.RobotsSitemaps}, Archives: []catalog.Archive{{URL: "http://tin.example/{yyyy}/{mm}/{dd}", Links: "h3 a", Back: 2}}}}
	now := time.Date(2026, 3, 7, 8, 0, 0, 0, nhip.Zone)
	mem := newLedger()
	c := newTest(t, Options{Memory: mem, Now: func() time.Time { return now }}, newsHosts(o))
	next := func() time.Time {
		t.Helper()
		due, ok := NextPoll(src, slices.Collect(maps.Values(mem.m)), now, c.Announced(src)...)
		if !ok {
			t.Fatal("nothing to poll")
		}
		return due
	}
	hits := func(path string) int { return len(o.Hits(path)) }
	if len(c.Announced(src)) != 0 || !next().IsZero() {
		t.Errorf("before the first poll: announced %v, due %v", c.Announced(src), next())
	}
	polls := 0
	for ; now.Day() == 7; polls++ {
		if _, err := c.Poll(t.Context(), src, func(_ context.Context, f nhip.Fetch) error { mem.keep(f); return nil }); err != nil {
			t.Fatal(err)
		}
		if due := next(); due.After(now) {
			now = due
		} else {
			t.Fatalf("due at %v, right after the poll of %v", due, now)
		}
	}
	if n, m, all := hits("/2026/03/07"), hits("/moi.xml"), hits(""); polls > 12 || n < 3 || m < 3 || n > polls || hits("/2026/03/08") != 0 {
		t.Errorf("%d polls of a day asked for its list %d times, for the sitemap %d times, %d requests", polls, n, m, all)
	}
	if due := next(); !due.IsZero() {
		t.Errorf("a new day's list is due at %v", due)
	}
	if got := c.Announced(src); !slices.Equal(got, []string{"http://tin.example/moi.xml"}) {
		t.Errorf("announced %v", got)
	}
}
