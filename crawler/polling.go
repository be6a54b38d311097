package crawler

import (
	"slices"
	"strings"
	"time"

	"nhip"
	"nhip/catalog"
)

// Bounds of how often a feed, listing or sitemap is polled.
const (
	pollFirst    = time.Hour // before anything is known of it
	pollShortest = 10 * time.Minute
	pollLongest  = 24 * time.Hour
	// A page is polled when about one in pollShare of what it announces should be new:
	// often enough that nothing passes through it unseen, and seldom in vain.
	pollShare = 8
)

// Severity is how much a failure of a feed, listing or sitemap tells of its future.
type Severity int

// Temporary failures pass by themselves and are tried again soon. After soft ones the
// page is there and cannot be used as it is; after hard ones it is gone or forbidden,
// and somebody must look at the source file.
const (
	Temporary Severity = iota + 1
	Soft
	Hard
)

func (s Severity) String() string {
	return [...]string{"", "temporary", "soft", "hard"}[s]
}

// SeverityOf judges a visit of an index page; 0 where it did not fail.
func SeverityOf(v nhip.Visit) Severity {
	switch v.Outcome {
	case nhip.OutcomeOK, nhip.OutcomeNotModified, nhip.OutcomeDiscovered:
		return 0
	case nhip.OutcomeGone, nhip.OutcomeBlockedPolicy, nhip.OutcomeBlockedRobots:
		return Hard
	case nhip.OutcomePermanentError, nhip.OutcomeTruncated:
		if strings.HasPrefix(v.Reason, "http_") || strings.HasPrefix(v.Reason, "redirect_") {
			return Hard
		}
		return Soft
	}
	switch {
	case v.Reason == "http_404", strings.HasPrefix(v.Reason, "tls_"):
		return Hard
	case v.Reason == "protocol":
		return Soft
	}
	return Temporary
}

// pollInterval returns how long after v the index page is polled again. before is the
// visit before it, nil if there was none.
//
// It aims at the time in which one in pollShare of the announced documents is new, and
// goes there in steps of at most four times faster or twice slower. Failures lengthen
// it by their severity; a temporary one is first tried again after the shortest
// interval, whatever the usual one.
func pollInterval(v, before *nhip.Visit) time.Duration {
	usual, elapsed := pollFirst, time.Duration(0)
	if before != nil {
		elapsed = v.At.Sub(before.At)
		if before.Poll > 0 {
			usual = before.Poll
		}
	}
	next := usual
	switch severity := SeverityOf(*v); {
	case severity == Temporary:
		return clampPoll(min(usual, pollShortest<<min(max(v.Failures-1, 0), 8)))
	case severity == Soft:
		next = 2 * usual
	case severity == Hard:
		next = 4 * usual
	case v.New == 0 && elapsed >= usual/2:
		next = 2 * usual
	case v.New > 0 && elapsed > 0:
		next = time.Duration(float64(elapsed) * float64(v.Items) / float64(pollShare*v.New))
		next = min(max(next, usual/4), 2*usual)
	}
	return clampPoll(next)
}

func clampPoll(d time.Duration) time.Duration { return min(max(d, pollShortest), pollLongest) }

// setPoll says when the index page of v is due again: after its interval, and not
// before the host wants to be asked.
func (s *session) setPoll(v, before *nhip.Visit) {
	if s.crawler.archive != nil {
		v.NextDue, v.Items, v.New = time.Time{}, 0, 0 // it says nothing of the publisher's next day
		return
	}
	asked := v.NextDue // what the host asked for
	v.Poll = pollInterval(v, before)
	if v.NextDue = v.At.Add(v.Poll); askedToWait(v) && asked.After(v.NextDue) {
		v.NextDue = asked
	}
	if SeverityOf(*v) == Temporary { // the usual interval, once it answers again
		if v.Poll = pollFirst; before != nil && before.Poll > 0 {
			v.Poll = before.Poll
		}
	}
}

// pollDue is when an index page is due; the zero time, which is always over, if
// nothing is known of it.
func pollDue(v *nhip.Visit) time.Time {
	switch {
	case v == nil:
		return time.Time{}
	case !v.NextDue.IsZero():
		return v.NextDue
	}
	return v.At.Add(pollFirst) // it comes from an archive, or from before intervals were kept
}

// isPolled tells whether the crawl asks for an index page.
func (s *session) isPolled(canonical string) bool {
	return !s.polling || !pollDue(s.visits[canonical]).After(s.started)
}

// NextPoll returns when the first of the feeds, listings, date archives and sitemaps that
// the source declares is due, given the newest visits of its index pages; the zero time if
// one of them was never visited. Of a date archive these are the lists of the periods that
// a run at now asks for, so that a new day's is due when it begins. announced are sitemaps
// that no source file names, see [Crawler.Announced]. ok is false where there are none of
// all these. Pages that others lead to (the second of a list, a sitemap of an index) come
// with those.
func NextPoll(src *catalog.Source, visits []nhip.Visit, now time.Time, announced ...string) (due time.Time, ok bool) {
	known := map[string]*nhip.Visit{}
	for i := range visits {
		known[visits[i].URL] = &visits[i]
	}
	for _, address := range append(polledAddresses(src, now), announced...) {
		canonical, err := Canonical(address, "", src)
		if err != nil {
			continue
		}
		if at := pollDue(known[canonical]); !ok || at.Before(due) {
			due, ok = at, true
		}
	}
	return due, ok
}

func polledAddresses(src *catalog.Source, now time.Time) (addresses []string) {
	for _, f := range src.Discover.Feeds {
		addresses = append(addresses, f.URL)
	}
	for _, l := range src.Discover.Listings {
		addresses = append(addresses, l.URL)
	}
	for i := range src.Discover.Archives {
		for _, l := range datedLists(&src.Discover.Archives[i], now, time.Time{}) {
			addresses = append(addresses, l.URL)
		}
	}
	for _, m := range src.Discover.Sitemaps {
		if m != catalog.RobotsSitemaps {
			addresses = append(addresses, m)
		}
	}
	return addresses
}

// Announced lists the sitemaps that the source takes from the robots.txt of its first
// host, if it takes any and this crawler has read that already; it asks nobody.
func (c *Crawler) Announced(src *catalog.Source) (addresses []string) {
	site := announcingSite(src)
	if site == nil || !slices.Contains(src.Discover.Sitemaps, catalog.RobotsSitemaps) {
		return nil
	}
	if rules := c.robots.known(site); rules != nil {
		addresses = announcedBy(rules, site, src)
	}
	return addresses
}
