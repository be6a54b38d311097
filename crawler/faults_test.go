package crawler

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// quick are limits under which a test of a limit is over soon.
var quick = Limits{NoDelay: true, Connect: time.Second, Header: 400 * time.Millisecond, Total: 2 * time.Second,
	MinRate: 1024, RateWindow: 400 * time.Millisecond, WireBytes: 1 << 20, DecodedBytes: 3 << 20, HeaderBytes: 64 << 10, MaxWait: time.Second}

const docURL = "http://tin.example/doc"

// docSource publishes one fixed document.
func docSource(pages ...string) *catalog.Source {
	if pages == nil {
		pages = []string{docURL}
	}
	return &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, Discover: catalog.Discover{Pages: pages}}
}

func newTest(t testing.TB, o Options, hosts map[string]netip.AddrPort) *Crawler {
	t.Helper()
	o.UserAgent, o.Contact, o.Resolve = "nhip/0.1", "https://nhip.example/bot", hosts
	if o.Limits == (Limits{}) {
		o.Limits = quick
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// crawl runs one crawl and checks that its account balances.
func crawl(t testing.TB, c *Crawler, src *catalog.Source) (map[string]nhip.Fetch, nhip.Account, error) {
	t.Helper()
	var got collected
	account, err := c.Crawl(t.Context(), src, got.emit)
	check := account
	check.Loaded = check.Fetched
	if balance := check.Check(); balance != nil {
		t.Error(balance)
	}
	byURL := map[string]nhip.Fetch{}
	for _, f := range got.fetches {
		if _, twice := byURL[f.Visit.URL]; twice {
			t.Errorf("%s was emitted twice", f.Visit.URL)
		}
		if (f.Page != nil) != (f.Visit.Outcome == nhip.OutcomeOK && f.Visit.Kind.IsDocument()) {
			t.Errorf("%s: outcome %s, page %v", f.Visit.URL, f.Visit.Outcome, f.Page != nil)
		}
		byURL[f.Visit.URL] = f
	}
	return byURL, account, err
}

type want struct {
	outcome nhip.Outcome
	reason  string
}

// TestFaults: one document, one misbehaviour, one outcome. The numbers are those of
// the fault catalogue.
func TestFaults(t *testing.T) {
	page := crawlertest.Article("Sản lượng thép tăng", 3000)
	bomb := crawlertest.Bomb(100 << 20)
	raw := func(answer string) func(io.Writer, string) bool {
		return func(w io.Writer, _ string) bool { _, _ = io.WriteString(w, answer); return false }
	}
	tests := []struct {
		name    string
		handler http.Handler
		raw     func(io.Writer, string) bool
		want    want
	}{
		{name: "plain page", handler: crawlertest.Body(page), want: want{nhip.OutcomeOK, ""}},
		{name: "15 accepted then silence", handler: crawlertest.Hang(), want: want{nhip.OutcomeRetryLater, "timeout"}},
		{name: "16 headers one byte at a time", raw: func(w io.Writer, _ string) bool {
			for _, b := range []byte("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Long: " + strings.Repeat("a", 2000)) {
				if _, err := w.Write([]byte{b}); err != nil {
					return false
				}
				time.Sleep(5 * time.Millisecond)
			}
			return false
		}, want: want{nhip.OutcomeRetryLater, "timeout"}},
		{name: "17 body below the minimum rate", handler: crawlertest.Drip(20 * time.Millisecond), want: want{nhip.OutcomeRetryLater, "slow"}},
		{name: "17 body over the total deadline", raw: func(w io.Writer, _ string) bool {
			_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
			for range 100 {
				if _, err := io.WriteString(w, strings.Repeat("x", 200)); err != nil {
					return false
				}
				time.Sleep(40 * time.Millisecond)
			}
			return false
		}, want: want{nhip.OutcomeRetryLater, "timeout"}},
		{name: "18 closed without an answer", handler: crawlertest.Reset(), want: want{nhip.OutcomeRetryLater, "closed"}},
		{name: "19 content length beyond the body", raw: raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<p>a</p>"), want: want{nhip.OutcomeTruncated, "short_body"}},
		{name: "20 two content lengths", raw: raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"), want: want{nhip.OutcomeRetryLater, "protocol"}},
		{name: "21 chunked without its end", raw: raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"), want: want{nhip.OutcomeTruncated, "short_body"}},
		{name: "21 chunk of no size", raw: raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabcde\r\n0\r\n\r\n"), want: want{nhip.OutcomeTruncated, "bad_chunk"}},
		{name: "21 chunk extension of 1 MB", raw: raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=" + strings.Repeat("a", 1<<20) + "\r\nabcde\r\n0\r\n\r\n"), want: want{nhip.OutcomeTruncated, "bad_chunk"}},
		{name: "22 header block of 10 MB", raw: raw("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: "+strings.Repeat("b", 1000)+"\r\n", 10_000) + "\r\n"), want: want{nhip.OutcomePermanentError, "header_too_large"}},
		{name: "23 flood of 103", raw: func(w io.Writer, _ string) bool {
			for {
				if _, err := io.WriteString(w, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"); err != nil {
					return false
				}
			}
		}, want: want{nhip.OutcomePermanentError, "header_too_large"}},
		{name: "24 another protocol", raw: raw("SSH-2.0-OpenSSH_9.6\r\n"), want: want{nhip.OutcomeRetryLater, "protocol"}},
		{name: "24 HTTP/0.9", raw: raw("<html><body>old</body></html>\n"), want: want{nhip.OutcomeRetryLater, "protocol"}},
		{name: "27 304 to a request without validators", handler: crawlertest.Status(304), want: want{nhip.OutcomeRetryLater, "protocol"}},
		{name: "29 429", handler: crawlertest.Status(429, "Retry-After", "120"), want: want{nhip.OutcomeRetryLater, "http_429"}},
		{name: "30 503", handler: crawlertest.Status(503), want: want{nhip.OutcomeRetryLater, "http_503"}},
		{name: "31 403", handler: crawlertest.Status(403), want: want{nhip.OutcomeBlockedPolicy, "http_403"}},
		{name: "31 406", handler: crawlertest.Status(406), want: want{nhip.OutcomeBlockedPolicy, "http_406"}},
		{name: "31 451", handler: crawlertest.Status(451), want: want{nhip.OutcomeBlockedPolicy, "http_451"}},
		{name: "32 404 once", handler: crawlertest.Status(404), want: want{nhip.OutcomeRetryLater, "http_404"}},
		{name: "32 410", handler: crawlertest.Status(410), want: want{nhip.OutcomeGone, "http_410"}},
		{name: "33 401", handler: crawlertest.Status(401), want: want{nhip.OutcomeBlockedPolicy, "http_401"}},
		{name: "34 redirect to itself", handler: crawlertest.Redirect("/doc"), want: want{nhip.OutcomePermanentError, "redirect_loop"}},
		{name: "36 redirect to a file", handler: crawlertest.Redirect("file:///etc/hosts"), want: want{nhip.OutcomeBlockedPolicy, "redirect_scheme"}},
		{name: "36 redirect to ftp", handler: crawlertest.Redirect("ftp://tin.example/doc"), want: want{nhip.OutcomeBlockedPolicy, "redirect_scheme"}},
		{name: "36 redirect to gopher", handler: crawlertest.Redirect("gopher://tin.example/doc"), want: want{nhip.OutcomeBlockedPolicy, "redirect_scheme"}},
		{name: "36 redirect to javascript", handler: crawlertest.Redirect("javascript:alert(1)"), want: want{nhip.OutcomeBlockedPolicy, "redirect_scheme"}},
		{name: "36 redirect to data", handler: crawlertest.Redirect("data:text/html,a"), want: want{nhip.OutcomeBlockedPolicy, "redirect_scheme"}},
		{name: "37 redirect off the hosts", handler: crawlertest.Redirect("http://other.example/doc"), want: want{nhip.OutcomeBlockedPolicy, "scope"}},
		{name: "39 redirect without location", handler: crawlertest.Status(302), want: want{nhip.OutcomePermanentError, "http_302"}},
		{name: "48 page of 20 MB", handler: crawlertest.Sized(20 << 20), want: want{nhip.OutcomeTruncated, "too_large"}},
		{name: "48 page of 50 MB", handler: crawlertest.Sized(50 << 20), want: want{nhip.OutcomeTruncated, "too_large"}},
		{name: "48 page without end", handler: crawlertest.Endless(), want: want{nhip.OutcomeTruncated, "too_large"}},
		{name: "49 gzip bomb", handler: crawlertest.Coded("gzip", bomb), want: want{nhip.OutcomeTruncated, "bomb"}},
		{name: "50 the same as a file", handler: crawlertest.Typed("application/x-gzip", string(bomb)), want: want{nhip.OutcomeTruncated, "bomb"}},
		{name: "51 gzip twice", handler: crawlertest.Coded("gzip, gzip", crawlertest.Gzip(crawlertest.Gzip([]byte(page)))), want: want{nhip.OutcomeOK, ""}},
		{name: "51 five codings", handler: crawlertest.Coded("gzip, gzip, gzip, gzip, gzip", []byte("a")), want: want{nhip.OutcomePermanentError, "bad_coding"}},
		{name: "51 unknown coding", handler: crawlertest.Coded("lzma", []byte(page)), want: want{nhip.OutcomePermanentError, "bad_coding"}},
		{name: "52 zlib", handler: crawlertest.Coded("deflate", crawlertest.Zlib([]byte(page))), want: want{nhip.OutcomeOK, ""}},
		{name: "52 bare deflate", handler: crawlertest.Coded("deflate", crawlertest.Deflate([]byte(page))), want: want{nhip.OutcomeOK, ""}},
		{name: "52 brotli", handler: crawlertest.Coded("br", packed(t, func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }, page)), want: want{nhip.OutcomeOK, ""}},
		{name: "52 zstd", handler: crawlertest.Coded("zstd", packed(t, func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z }, page)), want: want{nhip.OutcomeOK, ""}},
		{name: "52 zstd with a window of 128 MB", handler: crawlertest.Coded("zstd", packed(t, func(w io.Writer) io.WriteCloser {
			z, _ := zstd.NewWriter(w, zstd.WithWindowSize(128<<20), zstd.WithSingleSegment(false))
			return z
		}, strings.Repeat(page, 100))), want: want{nhip.OutcomeTruncated, "bad_coding"}},
		{name: "53 gzip cut", handler: crawlertest.Coded("gzip", crawlertest.Gzip([]byte(page))[:200]), want: want{nhip.OutcomeTruncated, "short_body"}},
		{name: "53 gzip with garbage behind", handler: crawlertest.Coded("gzip", append(crawlertest.Gzip([]byte(page)), "garbage garbage"...)), want: want{nhip.OutcomeTruncated, "bad_coding"}},
		{name: "53 gzip with a wrong checksum", handler: crawlertest.Coded("gzip", flipped(crawlertest.Gzip([]byte(page)), -8)), want: want{nhip.OutcomeTruncated, "bad_coding"}},
		{name: "53 no gzip at all", handler: crawlertest.Coded("gzip", []byte(page)), want: want{nhip.OutcomeTruncated, "bad_coding"}},
		{name: "53 brotli garbage", handler: crawlertest.Coded("br", []byte(strings.Repeat("\xff\xfe", 50))), want: want{nhip.OutcomeTruncated, "bad_coding"}},
		{name: "57 PDF under the name of a page", handler: crawlertest.Body("%PDF-1.7\n%âãÏÓ\n1 0 obj"), want: want{nhip.OutcomePermanentError, "not_text"}},
		{name: "57 PNG", handler: crawlertest.Body("\x89PNG\x0D\x0A\x1A\x0A1234"), want: want{nhip.OutcomePermanentError, "not_text"}},
		{name: "57 MP4", handler: crawlertest.Body("\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2mp41avc1mp41"), want: want{nhip.OutcomePermanentError, "not_text"}},
		{name: "57 zip", handler: crawlertest.Body("PK\x03\x04aaaa"), want: want{nhip.OutcomePermanentError, "not_text"}},
		{name: "58 empty body", handler: crawlertest.Body(""), want: want{nhip.OutcomePermanentError, "empty_document"}},
		{name: "58 blank body", handler: crawlertest.Body(" \n\t \n"), want: want{nhip.OutcomePermanentError, "empty_document"}},
		{name: "58 204", handler: crawlertest.Status(204), want: want{nhip.OutcomePermanentError, "empty_document"}},
		{name: "79 redirect to a loopback literal", handler: crawlertest.Redirect("http://127.0.0.3/doc"), want: want{nhip.OutcomeBlockedPolicy, "scope"}},
		{name: "79 redirect to localhost in disguise", handler: crawlertest.Redirect("http://2130706433/doc"), want: want{nhip.OutcomeBlockedPolicy, "scope"}},
		{name: "82 redirect to another port", handler: crawlertest.Redirect("http://tin.example:8081/doc"), want: want{nhip.OutcomeBlockedPolicy, "scope"}},
		{name: "83 redirect with a user name", handler: crawlertest.Redirect("http://a:b@tin.example/doc2"), want: want{nhip.OutcomeBlockedPolicy, "redirect_scheme"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var addr netip.AddrPort
			if test.raw != nil {
				addr = crawlertest.Raw(t, "127.0.0.2", test.raw)
			} else {
				addr = crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", test.handler).Addr()
			}
			c := newTest(t, Options{}, map[string]netip.AddrPort{"tin.example": addr})
			got, account, err := crawl(t, c, docSource())
			visit := got[docURL].Visit
			if (want{visit.Outcome, visit.Reason}) != test.want {
				t.Fatalf("outcome %s(%s), want %s(%s); account %+v, error %v", visit.Outcome, visit.Reason, test.want.outcome, test.want.reason, account, err)
			}
			switch {
			case visit.Outcome == nhip.OutcomeOK:
				if string(got[docURL].Page.Body) != page {
					t.Errorf("the body differs: %d bytes", len(got[docURL].Page.Body))
				}
			case account.Failed[visit.Reason] != 1:
				t.Errorf("account %+v", account)
			case visit.NextDue.IsZero():
				t.Error("no next try")
			}
		})
	}
}

func packed(t *testing.T, packer func(io.Writer) io.WriteCloser, body string) []byte {
	t.Helper()
	var b strings.Builder
	w := packer(&b)
	if _, err := io.WriteString(w, body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

// flipped changes one byte; at counts from the end if negative.
func flipped(b []byte, at int) []byte {
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 0xff
	return b
}

// TestUnreachable: a host that refuses fails its source, and only its source (13).
func TestUnreachable(t *testing.T) {
	good := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", crawlertest.Body(crawlertest.Article("Tin", 500)))
	c := newTest(t, Options{}, map[string]netip.AddrPort{"tin.example": crawlertest.Closed(t, "127.0.0.3"), "khac.example": good.Addr()})
	got, account, err := crawl(t, c, docSource())
	if err == nil || account.Error == "" || account.Failed["robots_unreachable"] != 1 {
		t.Errorf("account %+v, error %v", account, err)
	}
	if v := got[docURL].Visit; v.Outcome != nhip.OutcomeRetryLater || !v.NextDue.After(time.Now()) {
		t.Errorf("visit %+v", v)
	}
	other := docSource("http://khac.example/doc")
	other.Hosts = []string{"khac.example"}
	if _, account, err := crawl(t, c, other); err != nil || account.Fetched != 1 {
		t.Errorf("the other source: %+v, %v", account, err)
	}
}

// TestRedirects: chains within the limit are followed, longer ones end (34, 35, 39).
func TestRedirects(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2")
	for i := range 12 {
		o.Handle(fmt.Sprintf("/r%d", i), crawlertest.Redirect(fmt.Sprintf("r%d#muc", i+1)))
	}
	o.Handle("/r12", crawlertest.Body("<p>a</p>"))
	o.Handle("/a", crawlertest.Redirect("/b")).Handle("/b", crawlertest.Redirect("/a"))
	o.Handle("/cach", crawlertest.Redirect(" /th\u00e9p moi\\x "))
	o.Handle("/th%C3%A9p%20moi/x", crawlertest.Body("<p>b</p>"))
	hosts := map[string]netip.AddrPort{"tin.example": o.Addr()}
	site := "http://tin.example"
	got, _, err := crawl(t, newTest(t, Options{}, hosts), docSource(site+"/r1", site+"/r2", site+"/a", site+"/cach"))
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]want{
		site + "/r1":   {nhip.OutcomePermanentError, "redirect_too_many"},
		site + "/r2":   {nhip.OutcomeOK, ""},
		site + "/a":    {nhip.OutcomePermanentError, "redirect_loop"},
		site + "/cach": {nhip.OutcomeOK, ""},
	} {
		if v := got[address].Visit; v.Outcome != want.outcome || v.Reason != want.reason {
			t.Errorf("%s: %s(%s), want %s(%s)", address, v.Outcome, v.Reason, want.outcome, want.reason)
		}
	}
	if p := got[site+"/r2"].Page; p == nil || p.URL != site+"/r12" {
		t.Errorf("the page's address: %+v", p)
	}
}

// TestRetryAfter: every form of the header, clamped (29).
func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 7, 1, 2, 3, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "abc": 0, "-5": 0, "": 0, "0": 0, "1000000000000": 6 * time.Hour, "NaN": 0,
		now.Add(time.Minute).Format(http.TimeFormat):    time.Minute,
		now.Add(-time.Minute).Format(http.TimeFormat):   0,
		now.Add(99 * time.Hour).Format(http.TimeFormat): 6 * time.Hour,
	} {
		got := retryAfter(value, now)
		if want == 0 && !got.IsZero() || want != 0 && !got.Equal(now.Add(want)) {
			t.Errorf("%q: %v, want in %v", value, got, want)
		}
	}
}

// TestStopped: a cancelled crawl balances and says nothing about what it left (94).
func TestStopped(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", crawlertest.Hang()).Handle("/robots.txt", crawlertest.Status(404)).
		Handle("/1", crawlertest.Body("<p>1</p>"))
	ctx, cancel := context.WithCancel(t.Context())
	src := docSource("http://tin.example/1", "http://tin.example/2", "http://tin.example/3")
	var got collected
	account, err := newTest(t, Options{Limits: Limits{NoDelay: true}}, map[string]netip.AddrPort{"tin.example": o.Addr()}).
		Crawl(ctx, src, func(ctx context.Context, f nhip.Fetch) error {
			time.AfterFunc(50*time.Millisecond, cancel)
			return got.emit(ctx, f)
		})
	if err == nil || account.Fetched != 1 || account.Skipped[nhip.SkipStopped] != 2 || len(got.fetches) != 1 {
		t.Errorf("account %+v, error %v, %d emitted", account, err, len(got.fetches))
	}
	account.Loaded = 1
	if err := account.Check(); err != nil {
		t.Error(err)
	}
}

func request(t testing.TB, address string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// TestConditional: validators of this address are sent, weak ones too, and the bytes
// decide where the validators changed and they did not (28).
func TestConditional(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", crawlertest.Validated(`W/"1"`, "<p>a</p>"))
	mem := memory{}
	c := newTest(t, Options{Memory: mem}, newsHosts(o))
	step := func(want nhip.Outcome, sent, etag string) {
		t.Helper()
		got, _, err := crawl(t, c, docSource())
		if err != nil {
			t.Fatal(err)
		}
		hits := o.Hits("/doc")
		last := hits[len(hits)-1].Header
		if v := got[docURL].Visit; v.Outcome != want || v.ETag != etag || last.Get("If-None-Match") != sent {
			t.Errorf("visit %+v, sent %q, want %s, %q, %q", v, last.Get("If-None-Match"), want, etag, sent)
		}
		keep(mem, got)
	}
	step(nhip.OutcomeOK, "", `W/"1"`)
	step(nhip.OutcomeNotModified, `W/"1"`, `W/"1"`) // 304
	o.Handle("/doc", crawlertest.Validated(`"2"`, "<p>a</p>"))
	step(nhip.OutcomeNotModified, `W/"1"`, `"2"`) // 200 with the same bytes
	o.Handle("/doc", crawlertest.Status(500))
	got, _, _ := crawl(t, c, docSource())
	if v := got[docURL].Visit; v.ETag != `"2"` || v.BodySHA256 == [32]byte{} {
		t.Errorf("a failure forgets what is held: %+v", v)
	}
	o.Handle("/doc", crawlertest.Validated(`"3"`, "<p>b</p>"))
	step(nhip.OutcomeOK, `"2"`, `"3"`)
	// The validators of a redirect's target are not asked of the redirecting address.
	o.Handle("/doc", crawlertest.Redirect("/doc2")).Handle("/doc2", crawlertest.Validated(`"4"`, "<p>c</p>"))
	step(nhip.OutcomeOK, `"3"`, "")
	step(nhip.OutcomeNotModified, "", "")
}

// TestKeepAlive: a connection that was closed between requests is no failure (25),
// and answers without a body leave it in step (26).
func TestKeepAlive(t *testing.T) {
	served := 0
	addr := crawlertest.Raw(t, "127.0.0.2", func(w io.Writer, path string) bool {
		served++
		if path == "/1" {
			_, _ = io.WriteString(w, "HTTP/1.1 204 No Content\r\n\r\n")
			return true
		}
		fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", len(path)+7, "<p>"+path+"</p>")
		return path != "/2" // closed behind the client's back
	})
	site := "http://tin.example"
	got, account, err := crawl(t, newTest(t, Options{}, map[string]netip.AddrPort{"tin.example": addr}), docSource(site+"/1", site+"/2", site+"/3", site+"/4"))
	if err != nil || account.Fetched != 3 || account.Failed["empty_document"] != 1 || served != 4 {
		t.Errorf("%+v, %v, %d served", account, err, served)
	}
	for _, path := range []string{"/2", "/3", "/4"} {
		if p := got[site+path].Page; p == nil || string(p.Body) != "<p>"+path+"</p>" {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

// TestCharsetKept: the bytes arrive as they were sent and the header as it was,
// however wrong it is (54).
func TestCharsetKept(t *testing.T) {
	body := "<p>Hà Nội</p>"
	for _, contentType := range []string{"text/html; charset=iso-8859-1", "text/html; charset=no-such-thing", "text/html; charset=", "text/html;;", "text/plain", "image/png"} {
		o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", crawlertest.Typed(contentType, body))
		got, _, err := crawl(t, newTest(t, Options{}, newsHosts(o)), docSource())
		p := got[docURL].Page
		if err != nil || p == nil || string(p.Body) != body || p.ContentType != contentType || p.Header.Get("Content-Type") != contentType {
			t.Errorf("%s: %+v, %v", contentType, p, err)
		}
	}
}
