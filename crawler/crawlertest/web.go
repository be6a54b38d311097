package crawlertest

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// Web is a simulated web: papers with a host and a loopback address each, that publish
// documents by a feed, a paginated list and an index of sitemaps, forbid some by
// robots.txt, link to some under several addresses and to others' hosts, and answer
// about one request in ten wrongly. Everything follows from the seed and the number of
// times an address was asked for, so that two crawls of the same web meet the same.
type Web struct {
	Hosts     int
	Documents int // of each host that are new
	Known     int // of each host that only its sitemaps still list; a crawl that knows them asks for none
	Forbidden int // of each host, by robots.txt
	Faults    int // answers in a thousand that go wrong
	Seed      uint64

	// Delay is what a host's Crawl-delay asks for, in whole seconds; the pace at which
	// the crawler comes is measured all the same, see Closest.
	Delay time.Duration

	hosts []*webHost
	bomb  []byte
}

// webHost is one paper of the web.
type webHost struct {
	web  *Web
	name string
	addr netip.AddrPort

	arrivals *Arrivals

	mu       sync.Mutex
	asked    map[string]int // times
	requests int
	running  int
	overlap  int // requests that came while another one was answered
	wrong    int
}

// healthyFrom is the visit to an address from which on it is always answered well.
const healthyFrom = 3

// Start makes the hosts listen, on 127.1.0.1 and the addresses after it; the test's end
// stops them.
func (w *Web) Start(t testing.TB) {
	t.Helper()
	w.bomb = Bomb(8 << 20)
	for i := range w.Hosts {
		l, err := net.Listen("tcp", fmt.Sprintf("127.1.%d.%d:0", i/200, i%200+1))
		if err != nil {
			t.Skipf("no loopback aliases here: %v", err) // macOS wants them added to lo0
		}
		h := &webHost{web: w, name: fmt.Sprintf("bao%03d.example", i), addr: netip.MustParseAddrPort(l.Addr().String()), arrivals: &Arrivals{Listener: l}, asked: map[string]int{}}
		w.hosts = append(w.hosts, h)
		server := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
		go server.Serve(h.arrivals) // ends with Close
		t.Cleanup(func() { _ = server.Close() })
	}
}

// Resolve maps the hosts to where they listen.
func (w *Web) Resolve() map[string]netip.AddrPort {
	m := map[string]netip.AddrPort{}
	for _, h := range w.hosts {
		m[h.name], m["www."+h.name] = h.addr, h.addr
	}
	return m
}

// Names lists the hosts.
func (w *Web) Names() []string {
	var names []string
	for _, h := range w.hosts {
		names = append(names, h.name)
	}
	return names
}

// Addresses lists the documents of a host that a crawl must have got in the end, by
// their canonical addresses.
func (w *Web) Addresses(host string) []string {
	all := make([]string, w.Documents)
	for i := range all {
		all[i] = "http://" + host + documentPath(i)
	}
	return all
}

// KnownAddresses lists those that only the sitemaps list.
func (w *Web) KnownAddresses(host string) []string {
	all := make([]string, w.Known)
	for i := range all {
		all[i] = "http://" + host + documentPath(w.Documents+i)
	}
	return all
}

// ForbiddenAddresses lists those that the feeds announce and robots.txt forbids.
func (w *Web) ForbiddenAddresses(host string) []string {
	all := make([]string, w.Forbidden)
	for i := range all {
		all[i] = "http://" + host + forbiddenPath(i)
	}
	return all
}

// Source is a source file of the host, with a delay between requests and a budget that
// is no limit.
func (w *Web) Source(id, host string, delay time.Duration) string {
	return fmt.Sprintf(`# A paper of the simulated web, known by construction.
id: %s
name: Báo %s
kind: news
hosts: [%s, www.%s]
selectors: unverified
schedule: "0 6 * * *"
delay: %v
max_per_run: %d
discover:
  feeds:
    - {url: "http://%s/rss"}
  listings:
    - {url: "http://%s/muc", links: "h3 a", next: {css: "a.sau"}, pages: %d}
  sitemaps: ["http://%s/sitemap.xml"]
documents:
  url: '^http://%s/(?:tin|cam)/[a-z-]+-\d{6}\.html$'
`, id, id, host, host, delay, w.Documents+w.Forbidden+100, host, host, listPages, host, strings.ReplaceAll(host, ".", `\.`))
}

func documentPath(i int) string  { return fmt.Sprintf("/tin/san-luong-thang-nay-%06d.html", i) }
func forbiddenPath(i int) string { return fmt.Sprintf("/cam/ban-thao-%06d.html", i) }

const (
	feedItems   = 40
	listPages   = 3
	listItems   = 20
	sitemapURLs = 5000
)

// Requests is how many requests all hosts received.
func (w *Web) Requests() (n int) {
	for _, h := range w.hosts {
		h.mu.Lock()
		n += h.requests
		h.mu.Unlock()
	}
	return n
}

// Wrong is how many answers went wrong, Overlaps how many requests came to a host that
// was still answering one.
func (w *Web) Wrong() (wrong, overlaps int) {
	for _, h := range w.hosts {
		h.mu.Lock()
		wrong, overlaps = wrong+h.wrong, overlaps+h.overlap
		h.mu.Unlock()
	}
	return wrong, overlaps
}

// Asked is how often an address of a host was asked for.
func (w *Web) Asked(host, path string) int {
	for _, h := range w.hosts {
		if h.name == host {
			h.mu.Lock()
			defer h.mu.Unlock()
			return h.asked[path]
		}
	}
	return 0
}

// Closest returns the shortest time between two requests to any host, as the host saw them
// come (see [Arrivals]), and that host.
func (w *Web) Closest() (gap time.Duration, host string) {
	for _, h := range w.hosts {
		if d, ok := h.arrivals.Closest(); ok && (host == "" || d < gap) {
			gap, host = d, h.name
		}
	}
	return gap, host
}

// ServeHTTP answers as the host of the request.
func (h *webHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.requests++
	if h.running++; h.running > 1 {
		h.overlap++
	}
	path := r.URL.RequestURI()
	h.asked[path]++
	fault := h.fault(path, h.asked[path])
	if fault != nil {
		h.wrong++
	}
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		h.running--
		h.mu.Unlock()
	}()
	if fault != nil {
		fault.ServeHTTP(w, r)
		return
	}
	h.answer(w, r)
}

// number is a hash of the seed and what is given.
func (h *webHost) number(parts ...any) uint64 {
	sum := fnv.New64a()
	_ = binary.Write(sum, binary.BigEndian, h.web.Seed)
	fmt.Fprint(sum, h.name)
	fmt.Fprintln(sum, parts...)
	return sum.Sum64()
}

// fault is how the n-th request for a path goes wrong, nil if it does not.
func (h *webHost) fault(path string, n int) http.Handler {
	at := h.number(path, n)
	if n >= healthyFrom || int(at%1000) >= h.web.Faults {
		return nil
	}
	if path == "/robots.txt" { // only such as close a host; a 404, or a body without rules, opens all of it
		closing := []http.Handler{Reset(), Status(500), Status(503), Status(429, "Retry-After", "1"), Coded("gzip", []byte("no gzip at all")), Drip(100 * time.Millisecond), Hang()}
		return closing[at/1000%uint64(len(closing))]
	}
	faults := []http.Handler{
		Reset(), Reset(), Status(500), Status(502), Status(404), Redirect(path), Body(""),
		Status(503, "Retry-After", "1"), Status(429, "Retry-After", "1"),
		Coded("gzip", []byte("no gzip at all")), Coded("gzip", h.web.bomb), Coded("gzip", Gzip([]byte(h.article(path)))[:200]),
		Body("%PDF-1.7\n%âãÏÓ\n1 0 obj"), Sized(20 << 20), Drip(100 * time.Millisecond), Hang(),
	}
	if path == "/robots.txt" { // what else goes wrong with it means that nothing is forbidden (RFC 9309 §2.3.1.3)
		faults = []http.Handler{Reset(), Status(500), Status(502), Status(503, "Retry-After", "1"), Hang()}
	}
	return faults[at/1000%uint64(len(faults))]
}

// answer answers well.
func (h *webHost) answer(w http.ResponseWriter, r *http.Request) {
	web := h.web
	link := func(i int) string { // some links carry what does not matter
		switch p := documentPath(i); i % 5 {
		case 1:
			return "http://" + h.name + p + "?utm_source=rss&amp;utm_medium=feed"
		case 2:
			return "http://www." + h.name + p + "#binh-luan"
		default:
			return p
		}
	}
	var n int
	path := r.URL.Path
	switch {
	case path == "/robots.txt":
		fmt.Fprintf(w, "User-agent: *\nDisallow: /cam/\nCrawl-delay: %d\nSitemap: http://%s/sitemap.xml\n", int(web.Delay.Seconds()), h.name)
	case path == "/rss":
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, `<?xml version="1.0"?><rss version="2.0"><channel><title>Tin</title>`)
		for i := range min(feedItems, web.Documents) {
			fmt.Fprintf(w, "<item><title>Tin %d</title><link>%s</link></item>", i, link(i))
		}
		for i := range web.Forbidden {
			fmt.Fprintf(w, "<item><title>Bản thảo %d</title><link>%s</link></item>", i, forbiddenPath(i))
		}
		fmt.Fprint(w, `<item><title>Báo khác</title><link>http://khac.example/tin/cua-bao-khac-000001.html</link></item></channel></rss>`)
	case path == "/muc" || strings.HasPrefix(path, "/muc/"):
		page := 1
		_, _ = fmt.Sscanf(path, "/muc/trang-%d", &page)
		fmt.Fprint(w, "<html><body>")
		for i := (page - 1) * listItems; i < min(page*listItems, web.Documents); i++ {
			fmt.Fprintf(w, `<h3><a href="%s">Sản lượng tháng này số %d</a></h3>`, link(i), i)
		}
		fmt.Fprintf(w, `<a class="sau" href="/muc/trang-%d">Sau</a></body></html>`, page+1)
	case path == "/sitemap.xml":
		fmt.Fprint(w, "<sitemapindex>")
		for i := 0; i*sitemapURLs < web.Documents+web.Known; i++ {
			fmt.Fprintf(w, "<sitemap><loc>http://%s/sitemap-%d.xml</loc></sitemap>", h.name, i)
		}
		fmt.Fprint(w, "</sitemapindex>")
	case scanned(path, "/sitemap-%d.xml", &n):
		fmt.Fprint(w, "<urlset>")
		for i := n * sitemapURLs; i < min((n+1)*sitemapURLs, web.Documents+web.Known); i++ {
			fmt.Fprintf(w, "<url><loc>http://%s%s</loc></url>", h.name, documentPath(i))
		}
		fmt.Fprint(w, "</urlset>")
	case scanned(path, "/tin/san-luong-thang-nay-%d.html", &n) && n < web.Documents+web.Known:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, h.article(path))
	default:
		http.NotFound(w, r)
	}
}

func scanned(path, format string, n *int) bool {
	_, err := fmt.Sscanf(path, format, n)
	return err == nil
}

// article is a page with structured data, a lead and a few paragraphs with numbers.
func (h *webHost) article(path string) string {
	n := h.number(path)
	var b strings.Builder
	title := fmt.Sprintf("Sản lượng tháng %d đạt %d nghìn tấn", n%12+1, n%900+100)
	day := time.Date(2025, 1, 1, 6, 0, 0, 0, time.UTC).Add(time.Duration(n%500_000) * time.Minute)
	fmt.Fprintf(&b, `<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>%s</title>
<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":%[1]q,"datePublished":%q,"author":{"@type":"Person","name":"Lê Minh"}}</script></head>
<body><nav><a href="/muc">Mục</a></nav><article><h1>%[1]s</h1><p class="sapo">Các nhà máy tại %s cho biết sản xuất tiếp tục tăng.</p>
`, title, day.Format(time.RFC3339), []string{"Hà Nội", "Hải Phòng", "Bắc Ninh", "Đồng Nai", "Đà Nẵng"}[n%5])
	for i := range 8 {
		m := h.number(path, i)
		fmt.Fprintf(&b, "<p>Trong tháng %d, sản lượng %s đạt %d nghìn tấn, tăng %d,%d%% so với cùng kỳ năm trước; đơn hàng %d của nhà máy giao đủ trong quý.</p>\n",
			m%12+1, []string{"thép", "xi măng", "phân bón", "giấy", "than"}[m/12%5], m%9000+100, m%17+1, m%10, m%100_000)
	}
	b.WriteString("</article></body></html>\n")
	return b.String()
}
