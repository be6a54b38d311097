package crawler

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"nhip"
	"nhip/catalog"
)

// HostMemory is a [Memory] that also keeps the manners of hosts: a restart does not
// make a host that asked for a pause forget that it did.
type HostMemory interface {
	Memory
	// Hosts returns what is known of the named hosts.
	Hosts(ctx context.Context, names ...string) ([]nhip.Host, error)
	// SaveHosts keeps it; of each host the newest counts.
	SaveHosts(ctx context.Context, hosts []nhip.Host) error
}

// hostKeeper carries the limiter's knowledge of hosts from run to run. It belongs to
// one crawl and its goroutine.
//
// What a killed run did in its last moments is nowhere written. So the first request
// of a crawl to a host waits for the host's delay from the beginning of the crawl:
// whoever asked it before had ended by then, since a source is crawled by one run at
// a time. The delay is the source's own, or what the host's robots.txt asked for when it
// was last read, if that is longer: the first request is for robots.txt again.
type hostKeeper struct {
	memory  HostMemory
	limiter *limiter
	source  nhip.SourceID
	own     time.Duration // the source's delay
	begun   time.Time
	touched map[string]time.Duration // the delay that the next crawl will know of
}

// hostWrite is how long keeping a host's state may take when the crawl has ended.
const hostWrite = 5 * time.Second

// newHostKeeper returns nil, which keeps nothing, where the memory has no hosts.
func (c *Crawler) newHostKeeper(src *catalog.Source) *hostKeeper {
	memory, ok := c.memory.(HostMemory)
	if !ok || c.archive != nil {
		return nil
	}
	return &hostKeeper{memory: memory, limiter: c.limiter, source: src.ID, own: ownDelay(src), begun: time.Now(), touched: map[string]time.Duration{}}
}

// recall tells the limiter, before the crawl's first request to a host, what earlier
// runs learnt of it. If that cannot be known, the host is left alone.
func (k *hostKeeper) recall(ctx context.Context, host string, delay time.Duration) error {
	if k == nil {
		return nil
	}
	if _, ok := k.touched[host]; ok {
		return nil
	}
	known, err := k.memory.Hosts(ctx, host)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return newFault(classBackoff, nhip.OutcomeRetryLater, "what earlier runs learnt of host %s: %w", host, err)
	}
	kept := k.own
	for _, h := range known {
		kept = max(kept, keptDelay(h))
		k.limiter.recall(h)
	}
	k.touched[host] = kept
	if delay > 0 { // delays may be off
		k.limiter.notBefore(host, k.begun.Add(max(delay, kept)))
	}
	return nil
}

// keptDelay is the delay that a run kept to a host, see state. No robots.txt is followed
// beyond maxCrawlDelay, and a longer one of a source stands in its file.
func keptDelay(h nhip.Host) time.Duration {
	return min(h.NextAt.Sub(h.At), maxCrawlDelay)
}

// raise keeps the host's delay, before it is asked, where a robots.txt has asked for more
// than the next crawl would know of if this one were killed.
func (k *hostKeeper) raise(ctx context.Context, host string, delay time.Duration) error {
	if k == nil || delay <= k.touched[host] {
		return nil
	}
	k.limiter.expect(host, delay)
	if err := k.save(ctx, host); err != nil {
		return newFault(classBackoff, nhip.OutcomeRetryLater, "%w", err)
	}
	k.touched[host] = delay
	return nil
}

// closed keeps the state of a host that has just been closed: now, since the process
// may be killed before the crawl ends.
func (k *hostKeeper) closed(ctx context.Context, host string) error {
	if k == nil {
		return nil
	}
	return k.save(ctx, host)
}

// end keeps the state of all hosts the crawl asked, also where ctx has ended.
func (k *hostKeeper) end(ctx context.Context) error {
	if k == nil || len(k.touched) == 0 {
		return nil
	}
	var hosts []string
	for h := range k.touched {
		hosts = append(hosts, h)
	}
	return k.save(ctx, hosts...)
}

func (k *hostKeeper) save(ctx context.Context, hosts ...string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hostWrite)
	defer cancel()
	states := make([]nhip.Host, len(hosts))
	for i, h := range hosts {
		states[i] = k.limiter.state(h)
		states[i].Source = k.source
	}
	if err := k.memory.SaveHosts(ctx, states); err != nil {
		return fmt.Errorf("what is known of hosts: %w", err)
	}
	return nil
}

// recall takes over what another process learnt of a host. What this one learnt by
// asking it itself is newer and stays, but a pause always holds. Times that no delay or
// pause leads to were written under a clock that was wrong.
func (l *limiter) recall(known nhip.Host) {
	h := l.host(known.Name)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if known.NextAt.After(now.Add(time.Hour)) {
		known.NextAt = time.Time{}
	}
	if longest := now.Add(maxRetryAfter); known.ClosedUntil.After(longest) {
		known.ClosedUntil = longest
	}
	if known.NextAt.After(h.next) {
		h.next = known.NextAt
	}
	if known.ClosedUntil.After(h.closed) && known.ClosedUntil.After(now) {
		h.closed = known.ClosedUntil
		h.reason = known.Reason
	}
	if !h.asked {
		h.failures, h.reason = known.Failures, known.Reason
	}
}

// notBefore puts the next request to a host off.
func (l *limiter) notBefore(name string, at time.Time) {
	h := l.host(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	if at.After(h.next) {
		h.next = at
	}
}

// expect sets the delay that is kept after the next request to a host.
func (l *limiter) expect(name string, delay time.Duration) {
	h := l.host(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	h.delay = delay
}

// state is what is to be kept of a host: NextAt is never sooner than one delay after At,
// so that the two tell the delay as well. The store keeps milliseconds and drops the rest.
func (l *limiter) state(name string) nhip.Host {
	h := l.host(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	next := later(h.next, now.Add(h.delay)).Add(time.Millisecond)
	return nhip.Host{Name: name, At: now, NextAt: next, ClosedUntil: h.closed, Failures: h.failures, Reason: h.reason}
}

// limiterHost names the host of an address for the limiter: one name for all ways to
// write it and for the copies of a site (www., m., amp.), which are one server as a rule,
// with the port only where it is not the scheme's own.
func limiterHost(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return bareHost(strings.TrimSuffix(host, "."))
}
