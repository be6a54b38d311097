// Package crawler finds and fetches what a publisher published: pages in, nothing
// else. It asks a source's feeds, sitemaps and listing pages which addresses exist,
// leaves out those it knows to be unchanged, and fetches the rest the way a
// publisher would want it: robots.txt first (RFC 9309), one request to a host at a
// time with a delay, conditional requests, waiting when asked to, and a name with a
// contact. A refusal is recorded, never evaded.
//
// colly performs the single request; every rule stands in one [http.RoundTripper]
// (transport.go), so that it holds for redirect hops too. Parsing stops at links:
// what a page says is transform's business, and where pages are kept is the
// store's. The package remembers nothing between runs by itself; see [Memory],
// [Frontier] and [HostMemory].
//
// An [Archive] (a folder with index.tsv, or WARC files) takes the place of the
// network, and everything else stays the same.
package crawler

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"nhip"
)

// Memory is what earlier runs learnt. What requests teach is not written to it: visits
// go out through emit and come back from here once the store holds them. A memory may
// also be a [Frontier] and a [HostMemory], which are told what a crash must not lose.
type Memory interface {
	// Visits returns the newest visit of each address that has one.
	Visits(ctx context.Context, source nhip.SourceID, urls []string) (map[string]nhip.Visit, error)
	// Due returns at most limit visits of the source whose NextDue is set and not
	// after now, the longest due first.
	Due(ctx context.Context, source nhip.SourceID, now time.Time, limit int) ([]nhip.Visit, error)
}

// Options configures a Crawler. The zero value of each field but UserAgent has a
// sensible meaning.
type Options struct {
	// UserAgent names the crawler, product token first: "nhip/0.1". The part before
	// the slash is what robots.txt groups are matched with.
	UserAgent string
	// Contact is an address or page where a publisher reaches the operator; it is
	// sent in the User-Agent.
	Contact string
	// Memory is what earlier runs learnt; nil remembers nothing, every document is new.
	Memory Memory
	// Archive takes the place of the network.
	Archive *Archive
	// Resolve maps host names to the one address they are reached at, port included,
	// whatever the port of the URL (like curl --resolve). Only these addresses may be
	// private ones.
	Resolve map[string]netip.AddrPort
	// Resolver replaces the system's name resolution.
	Resolver *net.Resolver
	// RootCAs replaces the system's certificate authorities.
	RootCAs *x509.CertPool
	Limits  Limits
	// Backfill makes crawls look further back than usual.
	Backfill Backfill
	// Now is the clock of visits, pages and due times; time.Now by default. Delays and
	// deadlines always run on the machine's own monotonic clock.
	Now func() time.Time
	// Progress is called after each request and before each wait, from the goroutine
	// of the source's Crawl; it should return at once.
	Progress func(Progress)
}

// Progress is how far a source is.
type Progress struct {
	Source     nhip.SourceID
	Discovered int // documents so far
	Done       int // documents that are accounted for
	Failed     int
	Bytes      int64
	Host       string        // of a wait
	Waiting    time.Duration // 0: not waiting
}

// Limits bounds what a request and a page may cost. Zero fields take the default;
// going over a limit fails the request with its class, never shortens a body.
type Limits struct {
	WireBytes    int64         // body as sent; default 16 MiB
	DecodedBytes int64         // body without content codings; default 16 MiB, sitemaps 50 MiB
	Ratio        int64         // decoded to wire, from 1 MiB decoded on; default 100
	MinRate      int64         // bytes a second, measured over RateWindow; default 1024
	RateWindow   time.Duration // default 20 s
	Connect      time.Duration // and TLS handshake; default 10 s
	Header       time.Duration // from the request to the end of the headers; default 20 s
	Total        time.Duration // one hop, waiting for the host's turn aside; default 60 s
	HeaderBytes  int64         // default 128 KiB
	Redirects    int           // default 10
	MaxWait      time.Duration // longest wait for a host that asked for a pause; default 60 s
	FeedItems    int           // read of one feed; default 2,000
	ListingLinks int           // read of one listing page; default 2,000

	// NoDelay leaves out the delay between requests to a host: for benchmarks and
	// sites of one's own.
	NoDelay bool
}

func (l Limits) withDefaults() Limits {
	def := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	defTime := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	defInt := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&l.WireBytes, 16<<20)
	def(&l.DecodedBytes, 16<<20)
	def(&l.Ratio, 100)
	def(&l.MinRate, 1024)
	def(&l.HeaderBytes, 128<<10)
	defTime(&l.RateWindow, 20*time.Second)
	defTime(&l.Connect, 10*time.Second)
	defTime(&l.Header, 20*time.Second)
	defTime(&l.Total, time.Minute)
	defTime(&l.MaxWait, time.Minute)
	defInt(&l.Redirects, 10)
	defInt(&l.FeedItems, 2000)
	defInt(&l.ListingLinks, 2000)
	return l
}

// Crawler fetches for any number of sources; its sources share connections, the
// spacing of requests to a host, and the knowledge of robots.txt files. It is safe
// for concurrent use.
type Crawler struct {
	agent, token string
	memory       Memory
	archive      *Archive
	limits       Limits
	backfill     Backfill
	now          func() time.Time
	progress     func(Progress)

	network http.RoundTripper
	limiter *limiter
	robots  *robotsCache
}

// New checks the options and starts nothing.
func New(o Options) (*Crawler, error) {
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "COLLY_") {
			return nil, fmt.Errorf("crawler: environment variable %s is set: colly would let it override the crawler's rules, robots.txt included; unset it", name)
		}
	}
	token := productToken(o.UserAgent)
	if token == "" || token == "*" {
		return nil, errors.New(`crawler: the user agent must begin with a product token of letters, "-" and "_", such as nhip/0.1`)
	}
	agent := o.UserAgent
	if o.Contact != "" && !strings.Contains(agent, o.Contact) {
		agent += " (+" + o.Contact + ")"
	}
	if strings.ContainsAny(agent, "\r\n") {
		return nil, errors.New("crawler: line break in the user agent or contact")
	}
	for host, to := range o.Resolve {
		if !to.IsValid() || to.Port() == 0 {
			return nil, fmt.Errorf("crawler: host %s is resolved to %v, which is no address with a port", host, to)
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	limits := o.Limits.withDefaults()
	c := &Crawler{agent: agent, token: token, memory: o.Memory, archive: o.Archive, limits: limits, backfill: o.Backfill, now: o.Now, progress: o.Progress,
		limiter: newLimiter(limits.MaxWait), robots: newRobotsCache(agent, o.Now)}
	if o.Archive != nil {
		c.network = o.Archive
	} else {
		c.network = newNetwork(&o, &limits)
	}
	return c, nil
}

// Close closes idle connections. A Crawler may be used again afterwards.
func (c *Crawler) Close() {
	if t, ok := c.network.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}

func errHostClosed(host string, until time.Time) error {
	return fmt.Errorf("%s is left alone until %s", host, until.Format(time.RFC3339))
}
