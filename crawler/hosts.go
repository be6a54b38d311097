package crawler

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"nhip"
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
// a time.
type hostKeeper struct {
	memory  HostMemory
	limiter *limiter
	source  nhip.SourceID
	begun   time.Time
	touched map[string]bool
}

// hostWrite is how long keeping a host's state may take when the crawl has ended.
const hostWrite = 5 * time.Second

// newHostKeeper returns nil, which keeps nothing, where the memory has no hosts.
func (c *Crawler) newHostKeeper(source nhip.SourceID) *hostKeeper {
	memory, ok := c.memory.(HostMemory)
	if !ok || c.archive != nil {
		return nil
	}
	return &hostKeeper{memory: memory, limiter: c.limiter, source: source, begun: time.Now(), touched: map[string]bool{}}
}

// recall tells the limiter, before the crawl's first request to a host, what earlier
// runs learnt of it. If that cannot be known, the host is left alone.
func (k *hostKeeper) recall(ctx context.Context, host string, delay time.Duration) error {
	if k == nil || k.touched[host] {
		return nil
	}
	known, err := k.memory.Hosts(ctx, host)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return newFault(classBackoff, nhip.OutcomeRetryLater, "what earlier runs learnt of host %s: %w", host, err)
	}
	k.touched[host] = true
	k.limiter.notBefore(host, k.begun.Add(delay))
	for _, h := range known {
		k.limiter.recall(h)
	}
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

// state is what is to be kept of a host.
func (l *limiter) state(name string) nhip.Host {
	h := l.host(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	return nhip.Host{Name: name, At: time.Now(), NextAt: h.next, ClosedUntil: h.closed, Failures: h.failures, Reason: h.reason}
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
