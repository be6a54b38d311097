package crawler

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// TestRobotsDirectives: what a publisher asks for pages one by one is followed: noindex
// is flagged, of a page that says noarchive no copy is kept (12).
func TestRobotsDirectives(t *testing.T) {
	page := func(meta string) string { return "<html><head>" + meta + "</head><body><h1>Thép</h1></body></html>" }
	for _, test := range []struct {
		header, body string
		flag         string
		noArchive    bool
	}{
		{"", page(""), "", false},
		{"noindex", page(""), "noindex", false},
		{"NoArchive, nofollow", page(""), "noarchive", true},
		{"none", page(""), "noindex", false},
		{"googlebot: noindex, noarchive", page(""), "", false},
		{"nhip: noarchive", page(""), "noarchive", true},
		{"unavailable_after: 25 Jun 2026 15:00:00 PST, noarchive", page(""), "noarchive", true},
		{"", page(`<meta content="max-image-preview:large, NOARCHIVE" name="Robots">`), "noarchive", true},
		{"", page(`<meta name="nhip" content="noindex,noarchive"/>`), "noindex,noarchive", true},
		{"", page(`<meta name="googlebot" content="noarchive">`), "", false},
		{"", "<html><head></head><body><meta name=robots content=noarchive></body></html>", "", false},
	} {
		o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			if test.header != "" {
				w.Header().Set("X-Robots-Tag", test.header)
			}
			_, _ = io.WriteString(w, test.body)
		}))
		got, _, err := crawl(t, newTest(t, Options{}, newsHosts(o)), docSource())
		f := got[docURL]
		if err != nil || f.Page == nil || f.Visit.Reason != test.flag || f.Page.NoArchive != test.noArchive {
			t.Errorf("%q, %s: %+v, %v", test.header, test.body, f.Visit, err)
		}
	}
}

// TestResets: a connection that is reset before the headers, or within the body, brings
// nothing and is tried again later (18).
func TestResets(t *testing.T) {
	for name, before := range map[string]string{
		"before the headers": "",
		"in the headers":     "HTTP/1.1 200 OK\r\nContent-Ty",
		"in the body":        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<p>a</p>",
	} {
		addr := crawlertest.Raw(t, "127.0.0.2", func(w io.Writer, _ string) bool {
			_, _ = io.WriteString(w, before)
			time.Sleep(20 * time.Millisecond) // so that it arrives before the reset throws it away
			_ = w.(*net.TCPConn).SetLinger(0)
			return false
		})
		got, account, _ := crawl(t, newTest(t, Options{}, map[string]netip.AddrPort{"tin.example": addr}), docSource())
		if v := got[docURL].Visit; v.Outcome != nhip.OutcomeRetryLater || v.Reason != "reset" && v.Reason != "protocol" || account.Fetched != 0 {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// TestMoreThanAnnounced: what follows a body that is longer than its announced length is
// no answer to the next request (20). Within one answer the protocol gives no way to tell
// such a body from a whole one.
func TestMoreThanAnnounced(t *testing.T) {
	addr := crawlertest.Raw(t, "127.0.0.2", func(w io.Writer, path string) bool {
		fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n<p>%s</p>HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n<p>forged</p>", len(path)+7, path)
		return true
	})
	site := "http://tin.example"
	got, account, err := crawl(t, newTest(t, Options{}, map[string]netip.AddrPort{"tin.example": addr}), docSource(site+"/1", site+"/2", site+"/3"))
	if err != nil || account.Fetched != 3 {
		t.Errorf("%+v, %v, %v", account, err, outcomes(got))
	}
	for u, f := range got {
		if f.Page == nil || string(f.Page.Body) != "<p>"+strings.TrimPrefix(u, site)+"</p>" {
			t.Errorf("%s: %q", u, f.Page.Body)
		}
	}
}

// TestBodiesThatMayNotBe: answers of statuses that have no body leave the connection in
// step although one is sent (26), and chunks win over a length (20).
func TestBodiesThatMayNotBe(t *testing.T) {
	addr := crawlertest.Raw(t, "127.0.0.2", func(w io.Writer, path string) bool {
		switch path {
		case "/204":
			_, _ = io.WriteString(w, "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello")
		case "/205":
			_, _ = io.WriteString(w, "HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nhello")
		case "/both":
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n<p>a</p>\r\n0\r\n\r\n")
		default:
			fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n<p>%s</p>", len(path)+7, path)
		}
		return true
	})
	site := "http://tin.example"
	got, account, err := crawl(t, newTest(t, Options{}, map[string]netip.AddrPort{"tin.example": addr}), docSource(site+"/204", site+"/1", site+"/205", site+"/2", site+"/both", site+"/3"))
	if err != nil || account.Fetched != 4 || account.Failed["empty_document"] != 2 {
		t.Errorf("%+v, %v, %v", account, err, outcomes(got))
	}
	for path, want := range map[string]string{"/1": "<p>/1</p>", "/2": "<p>/2</p>", "/3": "<p>/3</p>", "/both": "<p>a</p>"} {
		if p := got[site+path].Page; p == nil || string(p.Body) != want {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

// TestLoginWall: an answer that leads to where one logs in is a refusal (33).
func TestLoginWall(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", crawlertest.Redirect("/dang-nhap?next=/doc")).Handle("/dang-nhap", crawlertest.Body("<form></form>"))
	got, account, _ := crawl(t, newTest(t, Options{}, newsHosts(o)), docSource())
	if v := got[docURL].Visit; v.Outcome != nhip.OutcomeBlockedPolicy || v.Reason != "login" || account.Failed["login"] != 1 || len(o.Hits("/dang-nhap?next=/doc")) != 0 {
		t.Errorf("%+v", v)
	}
}

// TestMetaRefresh: a page that tells browsers to reload is the page it is; nothing is
// asked for because of it (40).
func TestMetaRefresh(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", crawlertest.Body(`<html><head><meta http-equiv="refresh" content="0;url=/doc"><meta http-equiv="refresh" content="0; url=http://127.0.0.3/"></head></html>`))
	if _, account, err := crawl(t, newTest(t, Options{}, newsHosts(o)), docSource()); err != nil || account.Fetched != 1 || len(o.Hits("/doc")) != 1 {
		t.Errorf("%+v, %v", account, err)
	}
}

// TestNoCookies: cookies are neither kept nor sent, whatever domain they name and however
// many there are (45).
func TestNoCookies(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, domain := range []string{"tin.example", "example", "vn", "com.vn", "edu.vn", "khac.example"} {
			w.Header().Add("Set-Cookie", "a=1; Domain="+domain+"; Path=/")
		}
		if r.URL.Path == "/many" {
			for i := range 10_000 {
				w.Header().Add("Set-Cookie", fmt.Sprintf("c%d=%s", i, strings.Repeat("x", 100)))
			}
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<p>"+r.URL.Path+"</p>")
	}))
	o.Handle("/robots.txt", crawlertest.Status(404, "Set-Cookie", "robots=1"))
	site := "http://tin.example"
	got, account, err := crawl(t, newTest(t, Options{}, newsHosts(o)), docSource(site+"/a", site+"/many", site+"/b"))
	if err != nil || account.Fetched != 2 || got[site+"/many"].Visit.Reason != "header_too_large" {
		t.Errorf("%+v, %v, %v", account, err, outcomes(got))
	}
	for _, h := range o.Hits("") {
		if h.Header.Get("Cookie") != "" {
			t.Errorf("%s: cookie %q was sent", h.Path, h.Header.Get("Cookie"))
		}
	}
}

// TestBombMemory: 300 MB of zeros packed into 300 KB cost no more memory than the cap,
// as a page and as a sitemap that is packed by its name (49, 50).
func TestBombMemory(t *testing.T) {
	bomb := crawlertest.Bomb(300 << 20)
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", crawlertest.Coded("gzip", bomb)).Handle("/sitemap.xml.gz", crawlertest.Typed("application/gzip", string(bomb)))
	src := docSource()
	src.Discover.Sitemaps = []string{"http://tin.example/sitemap.xml.gz"}
	c := newTest(t, Options{}, newsHosts(o))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, account, _ := crawl(t, c, src)
	runtime.ReadMemStats(&after)
	if account.Failed["bomb"] != 1 || account.Index[string(nhip.OutcomeTruncated)] != 1 {
		t.Errorf("%+v, %v", account, outcomes(got))
	}
	if spent := int64(after.TotalAlloc - before.TotalAlloc); spent > 64<<20 {
		t.Errorf("%d MB were allocated in all", spent>>20)
	}
}

// TestPackedSitemap: a sitemap packed as a file is read, by its name or its type (50).
func TestPackedSitemap(t *testing.T) {
	packed := string(crawlertest.Gzip([]byte("<urlset><url><loc>http://tin.example/thep-100001.html</loc></url></urlset>")))
	for path, contentType := range map[string]string{"/sitemap.xml.gz": "application/x-gzip", "/sitemap.gz": "application/octet-stream", "/sitemap.xml": "application/gzip"} {
		o := crawlertest.NewOrigin(t, "127.0.0.2").Handle(path, crawlertest.Typed(contentType, packed)).Handle("/thep-100001.html", crawlertest.Body("<p>a</p>"))
		src := &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, Discover: catalog.Discover{Sitemaps: []string{"http://tin.example" + path}}}
		if _, account, err := crawl(t, newTest(t, Options{}, newsHosts(o)), src); err != nil || account.Fetched != 1 {
			t.Errorf("%s as %s: %+v, %v", path, contentType, account, err)
		}
	}
}

// TestEndlessSite: a site whose pages make new addresses for ever (a calendar, paths that
// repeat themselves, session numbers, facets) ends with the pages the source file asks
// for, and what is a trap is not asked for (73).
func TestEndlessSite(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		var n int
		_, _ = fmt.Sscan(r.URL.Query().Get("thang"), &n)
		fmt.Fprintf(w, `<html><body><h3><a href="/tin/bai-so-%06d.html">Bài của tháng</a></h3>`, n)
		fmt.Fprintf(w, `<h3><a href="%s/a/b/a/b/bai-%06d.html">Đường dẫn lặp</a></h3>`, strings.Repeat("/a/b", n%5+1), n)
		fmt.Fprintf(w, `<h3><a href="/%sbai-100000.html">Đường dẫn dài</a></h3>`, strings.Repeat("x/", 30))
		fmt.Fprintf(w, `<h3><a href="/tin/bai-200000.html?loc=%d&amp;%s">Bộ lọc</a></h3>`, n, strings.Repeat("k=v&amp;", 4))
		fmt.Fprintf(w, `<h3><a href="/tin/%s-300000.html">Dài quá</a></h3>`, strings.Repeat("dai-", 600))
		fmt.Fprintf(w, `<a class="sau" href="/lich?thang=%d">Tháng sau</a></body></html>`, n+1)
	}))
	src := &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, MaxPerRun: 10, Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)},
		Discover: catalog.Discover{Listings: []catalog.Listing{{URL: "http://tin.example/lich", Links: "h3 a", Next: catalog.Next{CSS: "a.sau"}, Pages: 20}}}}
	got, account, err := crawl(t, newTest(t, Options{}, newsHosts(o)), src)
	if err != nil || account.Index["ok"] != 20 || account.Fetched != 10 || account.Skipped[nhip.SkipBudget] == 0 || account.Skipped[nhip.SkipScope] == 0 {
		t.Errorf("%+v, %v", account, err)
	}
	for u, f := range got {
		if f.Visit.Kind.IsDocument() && isTrap(u) {
			t.Errorf("a trap was asked for: %s", u)
		}
	}
	if n := len(o.Hits("")); n > 31 { // robots.txt, the pages of the list, the budget
		t.Errorf("%d requests", n)
	}
}

// TestHTTP2Faults: a server that speaks HTTP/2 and breaks it ends as any other (43).
func TestHTTP2Faults(t *testing.T) {
	o := crawlertest.NewTLSOrigin(t, "127.0.0.3") // for its certificate only
	config := &tls.Config{Certificates: o.Server().TLS.Certificates, NextProtos: []string{"h2"}}
	headers := func(fr *http2.Framer, stream uint32, end bool, fields ...string) {
		var block strings.Builder
		enc := hpack.NewEncoder(&block)
		for i := 0; i+1 < len(fields); i += 2 {
			_ = enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
		}
		_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: []byte(block.String()), EndStream: end, EndHeaders: true})
	}
	for name, test := range map[string]struct {
		answer func(fr *http2.Framer, stream uint32)
		want   []want
	}{
		"stream reset": {func(fr *http2.Framer, stream uint32) { _ = fr.WriteRSTStream(stream, http2.ErrCodeInternal) },
			[]want{{nhip.OutcomeRetryLater, "reset"}}},
		"stream reset in the body": {func(fr *http2.Framer, stream uint32) {
			headers(fr, stream, false, ":status", "200", "content-type", "text/html")
			_ = fr.WriteData(stream, false, []byte("<p>half"))
			_ = fr.WriteRSTStream(stream, http2.ErrCodeInternal)
		}, []want{{nhip.OutcomeRetryLater, "reset"}}},
		"going away": {func(fr *http2.Framer, stream uint32) {
			headers(fr, stream, false, ":status", "200", "content-type", "text/html")
			_ = fr.WriteGoAway(stream, http2.ErrCodeEnhanceYourCalm, nil)
		}, []want{{nhip.OutcomeRetryLater, "reset"}, {nhip.OutcomeRetryLater, "closed"}, {nhip.OutcomeRetryLater, "timeout"}, {nhip.OutcomeRetryLater, "slow"}}},
		"flood of continuations": {func(fr *http2.Framer, stream uint32) {
			_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: []byte{0x88}})
			filler := []byte(strings.Repeat("\x00\x01a\x7f\x80\x7e"+strings.Repeat("b", 255), 50))
			for fr.WriteContinuation(stream, false, filler) == nil {
			}
		}, []want{{nhip.OutcomePermanentError, "header_too_large"}, {nhip.OutcomeRetryLater, "protocol"}, {nhip.OutcomeRetryLater, "reset"}}},
		"body longer than announced": {func(fr *http2.Framer, stream uint32) {
			headers(fr, stream, false, ":status", "200", "content-type", "text/html", "content-length", "3")
			_ = fr.WriteData(stream, true, []byte("<p>longer</p>"))
		}, []want{{nhip.OutcomeRetryLater, "protocol"}, {nhip.OutcomeRetryLater, "network"}, {nhip.OutcomeRetryLater, "reset"}}},
		"body without end": {func(fr *http2.Framer, stream uint32) {
			headers(fr, stream, false, ":status", "200", "content-type", "text/html")
		}, []want{{nhip.OutcomeRetryLater, "slow"}, {nhip.OutcomeRetryLater, "timeout"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := serveHTTP2(t, config, func(fr *http2.Framer, stream uint32, path string) {
				if path == "/robots.txt" {
					headers(fr, stream, true, ":status", "404")
					return
				}
				test.answer(fr, stream)
			})
			c := newTest(t, Options{RootCAs: o.Server().Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}, map[string]netip.AddrPort{"example.com": addr})
			src := docSource("https://example.com/doc")
			src.Hosts = []string{"example.com"} // the name in the certificate of httptest
			got, account, _ := crawl(t, c, src)
			v := got["https://example.com/doc"].Visit
			for _, w := range test.want {
				if (want{v.Outcome, v.Reason}) == w {
					return
				}
			}
			t.Errorf("%s(%s), want one of %v; %+v", v.Outcome, v.Reason, test.want, account)
		})
	}
}

// serveHTTP2 speaks HTTP/2 by frames: answer is called for each request.
func serveHTTP2(t *testing.T, config *tls.Config, answer func(fr *http2.Framer, stream uint32, path string)) netip.AddrPort {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.2:0", config)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
					return
				}
				fr := http2.NewFramer(conn, conn)
				fr.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
				_ = fr.WriteSettings()
				for {
					frame, err := fr.ReadFrame()
					if err != nil {
						return
					}
					switch f := frame.(type) {
					case *http2.SettingsFrame:
						if !f.IsAck() {
							_ = fr.WriteSettingsAck()
						}
					case *http2.MetaHeadersFrame:
						answer(fr, f.StreamID, f.PseudoValue("path"))
					}
				}
			}()
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}

// TestNames: a name server that does not answer, one with a thousand addresses, a name
// that is an alias of itself: each ends in its class, nothing is asked again at once, and
// no goroutine is left (41).
func TestNames(t *testing.T) {
	var asked atomic.Int32
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	go func() {
		for buf := make([]byte, 1500); ; {
			if _, _, err := silent.ReadFrom(buf); err != nil {
				return
			}
			asked.Add(1)
		}
	}()
	many := make([]string, 60) // as many as one answer by UDP may hold without being cut
	for i := range many {
		many[i] = fmt.Sprintf("127.0.3.%d", i+1)
	}
	try := func(name string, resolver *net.Resolver) {
		t.Helper()
		began := time.Now()
		c := newTest(t, Options{Resolver: resolver}, nil)
		src := docSource("http://tin.example/1", "http://tin.example/2", "http://tin.example/3")
		_, account, err := crawl(t, c, src)
		if err == nil || account.Failed[classRobotsUnreachable] != 3 {
			t.Errorf("%s: %+v, %v", name, account, err)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		c.Close()
	}
	crowd, circle := names(t, map[string][][]string{"tin.example.": {many}}), aliasOfItself(t)
	before := runtime.NumGoroutine()
	try("many addresses", crowd)
	try("an alias of itself", circle)
	for range 100 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines are left of %d", n, before)
	}
	try("no answer", toNameServer(silent.LocalAddr().String()))
	if n := asked.Load(); n == 0 || n > 8 { // robots.txt once: two kinds of records, tried again
		t.Errorf("the silent server was asked %d times for one host", n)
	}
}

func toNameServer(address string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", address)
	}}
}

// aliasOfItself answers every question with an alias of the name that leads back to it.
func aliasOfItself(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		for buf := make([]byte, 1500); ; {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Additionals = true, nil
			m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Type: dnsmessage.TypeCNAME, Class: dnsmessage.ClassINET},
				Body: &dnsmessage.CNAMEResource{CNAME: m.Questions[0].Name}}}
			if out, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return toNameServer(conn.LocalAddr().String())
}
