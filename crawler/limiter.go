package crawler

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"nhip"
)

// limiter spaces the requests to each host, as the host sees them. All sources and all
// redirect hops of a Crawler share it, so that two sources on one host are one visitor.
// It also remembers that a host asked to wait (Retry-After) or failed several times in a
// row, and then refuses instead of asking.
//
// When a request is let go says little about when the host sees it: a name is looked up,
// a connection dialled, packets take their way, and the host may be busy. Its answer is the
// first sure sign that it has seen it. So the delay counts from the moment the answer's
// header came, or the attempt failed, to the moment the next request may begin, which no
// host can see earlier than that: the gap at the host is never shorter than the delay,
// whatever the network does. Every page costs its time to the first byte more than a delay
// from start to start; a host that struggles is asked less.
type limiter struct {
	maxWait time.Duration // a longer pause is an answer, not a sleep

	mu    sync.Mutex
	hosts map[string]*hostState
}

type hostState struct {
	busy     chan struct{} // holds one token: one request to a host at a time
	last     time.Time     // the host had seen its last request then
	delay    time.Duration // that is kept after it
	next     time.Time     // the next request may start then: that of the last request's delay
	closed   time.Time     // no request before: Retry-After, or the breaker is open
	failures int           // in a row
	reason   string        // class of the last of them
	asked    bool          // by this process
}

const (
	breakerAfter = 5 // failures in a row that close a host
	breakerPause = 10 * time.Minute
)

func newLimiter(maxWait time.Duration) *limiter {
	return &limiter{maxWait: maxWait, hosts: map[string]*hostState{}}
}

func (l *limiter) host(name string) *hostState {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[name]
	if h == nil {
		h = &hostState{busy: make(chan struct{}, 1)}
		l.hosts[name] = h
	}
	return h
}

// acquire waits until a request to the host may start and returns the function that
// ends it; saw tells when the host had seen the request. Requests to one host never
// overlap, and between two the longer of their delays is kept, since a robots.txt may have
// asked for more only now. waiting is told about waits. It gives up when ctx ends, or with
// a fault of class "backoff" when the host is closed for longer than the limiter waits.
func (l *limiter) acquire(ctx context.Context, name string, delay time.Duration, waiting func(time.Duration)) (release func(), err error) {
	h := l.host(name)
	select {
	case h.busy <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	release = sync.OnceFunc(func() { <-h.busy })
	for {
		l.mu.Lock()
		now := time.Now()
		start := later(later(h.next, h.last.Add(delay)), h.closed)
		wait := start.Sub(now)
		if wait <= 0 {
			h.saw(now, delay)
			l.mu.Unlock()
			return release, nil
		}
		closed := h.closed
		l.mu.Unlock()
		if closed.Sub(now) > l.maxWait { // its delay is always waited for, a pause is not
			release()
			return nil, &fault{class: classBackoff, outcome: nhip.OutcomeRetryLater, until: closed,
				err: errHostClosed(name, start)}
		}
		if waiting != nil {
			waiting(wait)
		}
		if err := sleep(ctx, wait); err != nil {
			release()
			return nil, err
		}
	}
}

// saw tells the limiter that the host has seen the request it was asked with.
func (l *limiter) saw(name string, delay time.Duration) {
	h := l.host(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	h.saw(time.Now(), delay)
}

func (h *hostState) saw(at time.Time, delay time.Duration) {
	h.last, h.delay = at, delay
	h.next = later(h.next, at.Add(delay))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// again waits for the host's next turn within a request that holds its turn already:
// net/http sends a request once more, without asking, where a connection that had been
// used before dies under it (RFC 9110 §9.2.2). For the host that is one more request,
// and the one before may have reached it as late as it is known to be lost.
func (l *limiter) again(ctx context.Context, name string, delay time.Duration) {
	h := l.host(name)
	l.mu.Lock()
	now := time.Now()
	h.saw(now, delay)
	start := h.next
	h.saw(start, delay)
	l.mu.Unlock()
	_ = sleep(ctx, start.Sub(now)) // a context that ended ends the request as well
}

// report tells the limiter how a request ended: f is nil for any answer that shows a
// host at work. A host that asks to wait, or fails breakerAfter times in a row, is
// closed, which it tells; the first request after that decides anew.
func (l *limiter) report(name string, f *fault) (closed bool) {
	h := l.host(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	h.asked = true
	if f == nil || !isHostFault(f) {
		h.failures, h.reason = 0, ""
		return false
	}
	h.failures++
	h.reason = f.class
	now, before := time.Now(), h.closed
	if f.until.After(h.closed) {
		h.closed = f.until
	}
	if h.failures >= breakerAfter && h.closed.Before(now.Add(breakerPause)) {
		h.closed = now.Add(breakerPause)
		h.failures = breakerAfter - 1 // half open: one more failure closes it again
	}
	return h.closed.After(before)
}

// closeFor closes a host that asked to wait in an earlier run.
func (l *limiter) closeFor(name string, d time.Duration) {
	h := l.host(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := time.Now().Add(d); until.After(h.closed) {
		h.closed = until
	}
}

// isHostFault separates what a host does to everybody from what one address does.
func isHostFault(f *fault) bool {
	switch f.class {
	case "timeout", "refused", "dns", "reset", "closed", "unreachable", "network", "protocol", "slow",
		"http_429", "http_403", "http_406", "http_451", "http_401", "http_500", "http_502", "http_503", "http_504":
		return true
	}
	return len(f.class) > 4 && f.class[:4] == "tls_"
}

// answered tells whether the host answered, however badly.
func (f *fault) answered(status int) bool {
	return status != 0 || !isHostFault(f) && f.class != classRobotsUnreachable && f.class != classBackoff
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// limited is the limiter's layer. The host is free for the next request when the
// body is closed.
type limited struct {
	next    http.RoundTripper
	limiter *limiter
	hosts   *hostKeeper
	delay   func(req *http.Request) time.Duration
	waiting func(host string, d time.Duration)
}

func (t *limited) RoundTrip(req *http.Request) (*http.Response, error) {
	host, delay := limiterHost(req.URL), t.delay(req)
	if err := t.hosts.recall(req.Context(), host, delay); err != nil {
		return nil, err
	}
	if err := t.hosts.raise(req.Context(), host, delay); err != nil {
		return nil, err
	}
	release, err := t.limiter.acquire(req.Context(), host, delay, func(d time.Duration) { t.waiting(host, d) })
	if err != nil {
		return nil, err
	}
	resp, err := t.next.RoundTrip(t.paced(req, host, delay))
	t.limiter.saw(host, delay)
	if err != nil {
		release()
		if f := classify(err); f.class != classStopped && t.limiter.report(host, f) {
			err = errors.Join(err, t.hosts.closed(req.Context(), host))
		}
		return nil, err
	}
	if t.limiter.report(host, statusFault(resp.StatusCode, resp.Header, 0, time.Now())) {
		if err := t.hosts.closed(req.Context(), host); err != nil {
			_ = resp.Body.Close()
			release()
			return nil, newFault(classBackoff, nhip.OutcomeRetryLater, "%w", err)
		}
	}
	resp.Body = &onClose{resp.Body, release}
	return resp, nil
}

// paced makes a request wait for the host's turn each time it is sent but the first. It
// waits before a connection is chosen, so that none is held and grows old meanwhile; where
// HTTP/2 chooses one by itself, before the request goes out on it.
func (t *limited) paced(req *http.Request, host string, delay time.Duration) *http.Request {
	if delay <= 0 {
		return req
	}
	turn := true
	wait := func() {
		if !turn {
			t.limiter.again(req.Context(), host, delay)
			turn = true
		}
	}
	return req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { wait() },
		GotConn: func(httptrace.GotConnInfo) { wait(); turn = false },
	}))
}
