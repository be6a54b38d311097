package crawler

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

const spacing = 40 * time.Millisecond

// spacedHost is a paper that notes when it sees requests, and whose ways make them come
// sooner or later after they were let go: it closes connections, with its answer or
// instead of one, moves pages, and takes its time to look at a new connection.
type spacedHost struct {
	net.Listener
	name      string
	crawl     time.Duration // the Crawl-delay of its robots.txt, if that is more than spacing
	closes    bool          // every second answer ends its connection
	dies      bool          // every third request gets no answer
	busy      time.Duration // before it looks at a new connection
	killAt    int64         // the request during which the crawler dies
	die       func()
	arrivals  *crawlertest.Arrivals
	requests  atomic.Int64
	documents sync.Map // paths
}

// Accept looks at a new connection, late.
func (h *spacedHost) Accept() (net.Conn, error) {
	c, err := h.Listener.Accept()
	time.Sleep(h.busy)
	return c, err
}

func (h *spacedHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := h.requests.Add(1)
	if n == h.killAt {
		h.die()
	}
	if h.dies && n%3 == 0 && r.URL.Path != "/robots.txt" {
		panic(http.ErrAbortHandler)
	}
	if h.closes && n%2 == 0 {
		w.Header().Set("Connection", "close")
	}
	switch {
	case r.URL.Path == "/robots.txt":
		fmt.Fprintf(w, "User-agent: *\nCrawl-delay: %v\n", h.crawl.Seconds())
	case strings.HasSuffix(r.URL.Path, "/cu"):
		http.Redirect(w, r, "http://www."+h.name+strings.TrimSuffix(r.URL.Path, "cu")+"moi", http.StatusMovedPermanently)
	default:
		h.documents.Store(r.URL.Path, true)
		fmt.Fprintf(w, "<p>%s</p>", r.URL.Path)
	}
}

// source is one of two sources that have some pages of the host each.
func (h *spacedHost) source(part int) *catalog.Source {
	src := &catalog.Source{ID: nhip.SourceID(fmt.Sprintf("%s-%d", strings.TrimSuffix(h.name, ".example"), part)), Hosts: []string{h.name, "www." + h.name},
		Delay: catalog.Duration(spacing), MaxPerRun: 100}
	for i := range 6 {
		src.Discover.Pages = append(src.Discover.Pages, fmt.Sprintf("http://%s/%d/%d/%s", h.name, part, i, []string{"bai", "bai", "cu"}[i%3]))
	}
	return src
}

func startSpaced(t *testing.T, hosts []*spacedHost) map[string]netip.AddrPort {
	t.Helper()
	resolve := map[string]netip.AddrPort{}
	for i, h := range hosts {
		var err error
		if h.Listener, err = net.Listen("tcp", fmt.Sprintf("127.0.4.%d:0", i+1)); err != nil {
			t.Skipf("no loopback aliases here: %v", err)
		}
		h.name = fmt.Sprintf("bao%02d.example", i)
		h.arrivals = &crawlertest.Arrivals{Listener: h}
		server := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
		go server.Serve(h.arrivals) // ends with Close
		t.Cleanup(func() { _ = server.Close() })
		resolve[h.name] = netip.MustParseAddrPort(h.Listener.Addr().String())
		resolve["www."+h.name] = resolve[h.name]
	}
	return resolve
}

// slowDials makes every second connection late: a request that needs one goes out later
// than it was let go, and the next one, on a connection that is there, at once.
func slowDials(c *Crawler, late time.Duration) {
	network := c.network.(*http.Transport)
	dial := network.DialContext
	var n atomic.Int64
	network.DialContext = func(ctx context.Context, kind, address string) (net.Conn, error) {
		if n.Add(1)%2 == 0 {
			time.Sleep(late)
		}
		return dial(ctx, kind, address)
	}
}

// mortalMemory is what the store holds of a process that may be killed: nothing that
// comes after.
type mortalMemory struct {
	*ledger
	dead atomic.Bool
}

func (m *mortalMemory) SaveHosts(ctx context.Context, hosts []nhip.Host) error {
	if m.dead.Load() {
		return nil
	}
	return m.ledger.SaveHosts(ctx, hosts)
}

// TestHostsSeeTheDelay: between two requests that a host sees there is its delay at
// least: of robots.txt, redirects, pages of two sources, requests that net/http sends
// again, on new connections and old ones, before and after the crawler is killed (25, 46).
// The hosts take note when the first byte of a request is read, and need no tolerance: a
// request is noted before it is answered, and the delay counts from the answer.
func TestHostsSeeTheDelay(t *testing.T) {
	var hosts []*spacedHost
	for i := range 12 {
		h := &spacedHost{closes: i%2 == 1, dies: i%3 == 1, crawl: spacing / 2, killAt: 3 + int64(i)}
		if i%4 >= 2 {
			h.busy = spacing / 2
		}
		if i%3 == 2 {
			h.crawl = 2 * spacing
		}
		hosts = append(hosts, h)
	}
	resolve := startSpaced(t, hosts)
	limits := quick
	limits.NoDelay = false
	var wg sync.WaitGroup
	for _, h := range hosts {
		wg.Go(func() { // each with a process of its own, since that is killed
			book := newLedger()
			for life := range 2 {
				memory := &mortalMemory{ledger: book}
				c := newTest(t, Options{Memory: memory, Limits: limits}, resolve)
				slowDials(c, spacing/2)
				ctx, kill := context.WithCancel(t.Context())
				if life == 0 {
					h.die = func() { memory.dead.Store(true); kill() }
				}
				var sources sync.WaitGroup
				for part := range 2 {
					sources.Go(func() {
						_, err := c.Crawl(ctx, h.source(part), func(_ context.Context, f nhip.Fetch) error { return nil })
						if err != nil && life == 1 {
							t.Errorf("%s: %v", h.name, err)
						}
					})
				}
				sources.Wait()
				kill()
			}
		})
	}
	wg.Wait()
	least := time.Hour
	for i, h := range hosts {
		want := max(spacing, h.crawl)
		at := h.arrivals.Times()
		for n := 1; n < len(at); n++ {
			gap := at[n].Sub(at[n-1])
			if least = min(least, gap-want); gap < want {
				t.Errorf("%s saw request %d %v after the one before, its delay is %v (closes %v, dies %v, busy %v, killed at %d)", h.name, n, gap, want, h.closes, h.dies, h.busy, h.killAt)
			}
		}
		got := 0
		h.documents.Range(func(any, any) bool { got++; return true })
		if i%3 != 1 && got != 12 || int64(len(at)) != h.requests.Load() {
			t.Errorf("%s gave %d documents, noted %d of %d requests", h.name, got, len(at), h.requests.Load())
		}
	}
	t.Logf("the shortest gap was %v longer than its delay", least)
}

// TestHTTP2KeepsTheDelay: a stream that the host refuses before it looks at the request is
// sent again by net/http; so is one of a connection that goes away.
func TestHTTP2KeepsTheDelay(t *testing.T) {
	o := crawlertest.NewTLSOrigin(t, "127.0.0.3") // for its certificate only
	var mu sync.Mutex
	var at []time.Time
	addr := serveHTTP2(t, &tls.Config{Certificates: o.Server().TLS.Certificates, NextProtos: []string{"h2"}}, func(fr *http2.Framer, stream uint32, path string) {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, time.Now())
		switch len(at) {
		case 3, 4:
			_ = fr.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
			return
		case 6:
			_ = fr.WriteGoAway(stream-2, http2.ErrCodeNo, nil)
			return
		}
		var block strings.Builder
		status := "200"
		if path == "/robots.txt" {
			status = "404"
		}
		_ = hpack.NewEncoder(&block).WriteField(hpack.HeaderField{Name: ":status", Value: status})
		_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: []byte(block.String()), EndHeaders: true})
		_ = fr.WriteData(stream, true, []byte("<p>trang</p>"))
	})
	limits := quick
	limits.NoDelay = false
	c := newTest(t, Options{Limits: limits, RootCAs: o.Server().Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}, map[string]netip.AddrPort{"example.com": addr})
	src := docSource("https://example.com/1", "https://example.com/2", "https://example.com/3", "https://example.com/4")
	src.Hosts, src.Delay = []string{"example.com"}, catalog.Duration(spacing) // the name in the certificate of httptest
	if _, account, err := crawl(t, c, src); err != nil || account.Fetched != 4 {
		t.Fatalf("%+v, %v", account, err)
	}
	mu.Lock()
	defer mu.Unlock()
	var gaps []time.Duration
	for i := 1; i < len(at); i++ {
		gaps = append(gaps, at[i].Sub(at[i-1]))
	}
	if len(at) != 8 || slices.Min(gaps) < spacing {
		t.Errorf("%d requests, want 8 of 5 addresses, %v apart", len(at), gaps)
	}
	t.Logf("%v", gaps)
}
