// Package crawlertest serves the web that a crawler must survive: an origin on a
// loopback address that misbehaves on demand (slow, endless, lying, packed beyond
// reason, redirecting in circles), and saved sites written as text.
//
// Everything listens on 127.0.0.0/8 only. A test gives the crawler the origin's
// address (crawler.Options.Resolve); nothing else is reachable.
package crawlertest

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// Hit is one request an origin received.
type Hit struct {
	Host, Path string // Path with its query, as sent
	Header     http.Header
	At         time.Time
}

// Origin is an HTTP server that answers each path as told, 404 by default, and
// remembers what it was asked.
type Origin struct {
	server *httptest.Server

	mu       sync.Mutex
	handlers map[string]http.Handler
	hits     []Hit
}

// NewOrigin starts an origin on the loopback address ip ("127.0.0.2"); the test's
// end stops it.
func NewOrigin(t testing.TB, ip string) *Origin {
	t.Helper()
	o := newOrigin(t, ip)
	o.server.Start()
	t.Cleanup(o.server.Close)
	return o
}

// NewTLSOrigin starts an origin that speaks TLS with the certificate of httptest.
func NewTLSOrigin(t testing.TB, ip string) *Origin {
	t.Helper()
	o := newOrigin(t, ip)
	o.server.EnableHTTP2 = true
	o.server.StartTLS()
	t.Cleanup(o.server.Close)
	return o
}

func newOrigin(t testing.TB, ip string) *Origin {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		t.Skipf("no loopback alias %s here: %v", ip, err) // macOS wants them added to lo0
	}
	o := &Origin{handlers: map[string]http.Handler{}}
	o.server = httptest.NewUnstartedServer(o)
	o.server.Config.ErrorLog = log.New(io.Discard, "", 0) // misbehaving is what it is for
	_ = o.server.Listener.Close()
	o.server.Listener = l
	return o
}

// Addr is where the origin listens.
func (o *Origin) Addr() netip.AddrPort {
	return netip.MustParseAddrPort(o.server.Listener.Addr().String())
}

// Server is the server behind, for its certificate and its connections.
func (o *Origin) Server() *httptest.Server { return o.server }

// Handle answers a path ("/a?b=c", or "host/a" for one host only) from now on.
func (o *Origin) Handle(path string, h http.Handler) *Origin {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.handlers[path] = h
	return o
}

// ServeHTTP finds the handler of the path: with host and query, then with less.
func (o *Origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.RequestURI()
	o.mu.Lock()
	o.hits = append(o.hits, Hit{r.Host, path, r.Header.Clone(), time.Now()})
	var h http.Handler
	for _, key := range []string{r.Host + path, path, r.Host + r.URL.Path, r.URL.Path, "*"} {
		if h = o.handlers[key]; h != nil {
			break
		}
	}
	o.mu.Unlock()
	if h == nil {
		http.NotFound(w, r)
		return
	}
	h.ServeHTTP(w, r)
}

// Hits returns the requests for a path, or all of them for "".
func (o *Origin) Hits(path string) []Hit {
	o.mu.Lock()
	defer o.mu.Unlock()
	var hits []Hit
	for _, h := range o.hits {
		if path == "" || h.Path == path {
			hits = append(hits, h)
		}
	}
	return hits
}

// Raw starts a server that answers with bytes no HTTP library would send. answer is
// called for each request but those for /robots.txt, which get a 404; it returns
// whether the connection may be used again.
func Raw(t testing.TB, ip string, answer func(w io.Writer, path string) (keep bool)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		t.Skipf("no loopback alias %s here: %v", ip, err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serveRaw(c, answer)
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}

func serveRaw(c net.Conn, answer func(io.Writer, string) bool) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		for header := line; strings.TrimSpace(header) != ""; {
			if header, err = r.ReadString('\n'); err != nil {
				return
			}
		}
		path := "/"
		if fields := strings.Fields(line); len(fields) > 1 {
			path = fields[1]
		}
		if path == "/robots.txt" {
			_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
			continue
		}
		if !answer(c, path) {
			return
		}
	}
}

// Closed returns a loopback address on which nothing listens.
func Closed(t testing.TB, ip string) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		t.Skipf("no loopback alias %s here: %v", ip, err)
	}
	addr := netip.MustParseAddrPort(l.Addr().String())
	_ = l.Close()
	return addr
}

// Article is a page of about size bytes with a title and paragraphs.
func Article(title string, size int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>%s</title></head><body><h1>%[1]s</h1><article>\n", title)
	for i := 1; b.Len() < size; i++ {
		fmt.Fprintf(&b, "<p>Trong tháng %d, sản lượng đạt %d nghìn tấn, tăng %d,%d%% so với cùng kỳ.</p>\n", i%12+1, 100+i, i%9+1, i%10)
	}
	b.WriteString("</article></body></html>\n")
	return b.String()
}
