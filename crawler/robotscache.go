package crawler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"nhip"
)

const (
	robotsTTL       = 24 * time.Hour   // RFC 9309 §2.4
	robotsRedirects = 5                // §2.3.1.2
	maxCrawlDelay   = 30 * time.Second // a run cannot keep a longer one
)

// robotsCache keeps the robots.txt of each authority for a day. Many first requests
// to an authority make one robots request; an authority whose robots.txt cannot be
// read is closed (§2.3.1.4) and asked again with backoff.
type robotsCache struct {
	now   func() time.Time
	agent string

	mu    sync.Mutex
	hosts map[string]*robotsEntry
}

type robotsEntry struct {
	busy     chan struct{} // held while the file is asked for
	mu       sync.Mutex    // guards the rest
	rules    *robots
	err      *fault
	until    time.Time // rules or err count until then
	failures int
}

func newRobotsCache(agent string, now func() time.Time) *robotsCache {
	return &robotsCache{now: now, agent: agent, hosts: map[string]*robotsEntry{}}
}

func (c *robotsCache) entry(u *url.URL) *robotsEntry {
	key := u.Scheme + "://" + u.Host
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.hosts[key]
	if e == nil {
		e = &robotsEntry{busy: make(chan struct{}, 1)}
		c.hosts[key] = e
	}
	return e
}

// known returns the rules of the authority if they were read already.
func (c *robotsCache) known(u *url.URL) *robots {
	e := c.entry(u)
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.rules
}

func (e *robotsEntry) fresh(now time.Time) (*robots, error, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !now.Before(e.until) {
		return nil, nil, false
	}
	if e.err != nil {
		return nil, e.err, true
	}
	return e.rules, nil, true
}

// get returns the rules of the authority of u, asking for them through below if they
// are not known. The error is a fault; "robots_unreachable" forbids for now.
func (c *robotsCache) get(ctx context.Context, u *url.URL, below http.RoundTripper) (*robots, error) {
	e := c.entry(u)
	if rules, err, ok := e.fresh(c.now()); ok {
		return rules, err
	}
	select {
	case e.busy <- struct{}{}:
		defer func() { <-e.busy }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if rules, err, ok := e.fresh(c.now()); ok { // somebody else asked meanwhile
		return rules, err
	}
	rules, err := c.ask(ctx, u, below)
	if err != nil {
		var f *fault
		if f = classify(err); f.class == classStopped || f.class == classBackoff {
			return nil, f // says nothing about the file
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		e.failures++
		e.rules, e.err = nil, newFault(classRobotsUnreachable, nhip.OutcomeRetryLater, "robots.txt of %s: %w", u.Host, err)
		e.until = c.now().Add(min(time.Minute<<min(e.failures-1, 6), time.Hour))
		return nil, e.err
	}
	e.rules, e.err, e.failures, e.until = rules, nil, 0, c.now().Add(robotsTTL)
	return rules, nil
}

// ask fetches robots.txt, following redirects also to other hosts; the rules hold
// for the first authority (§2.3.1.2).
func (c *robotsCache) ask(ctx context.Context, u *url.URL, below http.RoundTripper) (*robots, error) {
	address := u.Scheme + "://" + u.Host + "/robots.txt"
	for range robotsRedirects + 1 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("User-Agent", c.agent)
		req.Header.Set("Accept", "text/plain, */*;q=0.5")
		req.Header.Set("Accept-Encoding", acceptEncoding)
		rules, next, err := c.read(below, req)
		if errors.Is(err, errNotArchived) {
			return &robots{}, nil
		}
		if err != nil || next == "" {
			return rules, err
		}
		address = next
	}
	return &robots{}, nil // more than five redirects: unavailable, which allows
}

// read performs one request: rules, or where to look next.
func (c *robotsCache) read(below http.RoundTripper, req *http.Request) (*robots, string, error) {
	resp, err := below.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode >= 500:
		return nil, "", fmt.Errorf("status %d", resp.StatusCode)
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		next, err := parseAddress(resp.Header.Get("Location"), req.URL.String())
		if err != nil || !usualPort(next.Port()) && hostPort(next) != req.URL.Host {
			return &robots{}, "", nil // leads nowhere: unavailable
		}
		address, err := href(next)
		return &robots{}, address, err
	case resp.StatusCode >= 400:
		return &robots{}, "", nil // unavailable: no restrictions (§2.3.1.3)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRobots+1))
	if err != nil {
		return nil, "", err
	}
	return parseRobots(body), "", nil
}

func usualPort(port string) bool { return port == "" || port == "80" || port == "443" }

// robotsGate is the layer that asks before every request, redirect hops included.
type robotsGate struct {
	next  http.RoundTripper // also brings robots.txt itself
	cache *robotsCache
	token string
}

func (t *robotsGate) RoundTrip(req *http.Request) (*http.Response, error) {
	rules, err := t.cache.get(req.Context(), req.URL, t.next)
	if err != nil {
		return nil, err
	}
	if !rules.allowed(t.token, req.URL.RequestURI()) {
		return nil, newFault(classRobots, nhip.OutcomeBlockedRobots, "robots.txt of %s forbids it", req.URL.Host)
	}
	if d := rules.delay(t.token); d > maxCrawlDelay {
		return nil, newFault(classCrawlDelay, nhip.OutcomeRetryLater, "robots.txt of %s asks for %v between requests", req.URL.Host, d)
	}
	return t.next.RoundTrip(req)
}
