package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// newsSite is a paper with a feed, a paginated list, a robots.txt and a few traps.
const newsSite = `
-- tin.example/robots.txt --
User-agent: *
Disallow: /noi-bo/
Sitemap: http://tin.example/sitemap.xml
-- tin.example/rss/kinh-te.rss --
<?xml version="1.0"?>
<rss version="2.0"><channel><title>Kinh te</title><link>http://tin.example/</link>
<item><title>Thép tăng</title><link>http://tin.example/thep-tang-manh-100001.html?utm_source=rss</link></item>
<item><title>Điện đủ</title><link>/dien-du-cho-san-xuat-100002.html#binh-luan</link></item>
<item><title>Nội bộ</title><link>http://tin.example/noi-bo/ban-thao-100003.html</link></item>
<item><title>Báo khác</title><link>http://khac.example/tin-cua-bao-khac-100004.html</link></item>
</channel></rss>
-- tin.example/kinh-te --
<html><body><nav><a href="/the-thao">Thể thao</a></nav>
<h3 class="t"><a href="/thep-tang-manh-100001.html?fbclid=x">Thép tăng</a></h3>
<h3 class="t"><a href="http://m.tin.example/det-may-vao-mua-100005.html">Dệt may</a></h3>
<h3 class="t"><a href="/chuyen-muc/cong-nghiep">Chuyên mục</a></h3>
<a class="trang" href="/kinh-te?trang=2">2</a></body></html>
-- tin.example/kinh-te?trang=2 --
<h3 class="t"><a href="/da-giay-xuat-khau-100006.html">Da giày</a></h3>
<a class="trang" href="/kinh-te">1</a><a class="trang" href="/kinh-te?trang=3">3</a>
-- tin.example/kinh-te?trang=3 --
<h3 class="t"><a href="/xi-mang-du-thua-100007.html">Xi măng</a></h3>
-- tin.example/thep-tang-manh-100001.html --
@ETag: "a1"
<h1>Thép tăng</h1><p>Sản lượng 1,2 triệu tấn.</p>
-- tin.example/dien-du-cho-san-xuat-100002.html --
<h1>Điện đủ</h1>
-- m.tin.example/det-may-vao-mua-100005.html --
<h1>Dệt may</h1>
-- tin.example/det-may-vao-mua-100005.html --
<h1>Dệt may</h1>
-- tin.example/da-giay-xuat-khau-100006.html --
@status 301
@Location: /kinh-te
-- tin.example/xi-mang-du-thua-100007.html --
<h1>Xi măng</h1>
`

func newsSource() *catalog.Source {
	return &catalog.Source{ID: "tin", Hosts: []string{"tin.example", "www.tin.example"}, Recheck: []catalog.Duration{catalog.Duration(6 * time.Hour), catalog.Duration(48 * time.Hour)},
		Discover: catalog.Discover{
			Feeds:    []catalog.Feed{{URL: "http://tin.example/rss/kinh-te.rss"}},
			Listings: []catalog.Listing{{URL: "http://tin.example/kinh-te", Links: "h3.t a", Next: catalog.Next{CSS: "a.trang"}, Pages: 2}},
		},
		Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)}}
}

func newsHosts(o *crawlertest.Origin) map[string]netip.AddrPort {
	return map[string]netip.AddrPort{"tin.example": o.Addr(), "m.tin.example": o.Addr(), "khac.example": o.Addr()}
}

func outcomes(got map[string]nhip.Fetch) map[string]string {
	out := map[string]string{}
	for u, f := range got {
		out[u] = strings.TrimSuffix(fmt.Sprintf("%s(%s)", f.Visit.Outcome, f.Visit.Reason), "()")
	}
	return out
}

// TestCrawl runs a source three times: everything new, nothing new, and a recheck.
func TestCrawl(t *testing.T) {
	o := crawlertest.ServeSite(t, "127.0.0.2", newsSite)
	now := time.Date(2026, 3, 7, 8, 0, 0, 0, nhip.Zone)
	mem := memory{}
	c := newTest(t, Options{Memory: mem, Now: func() time.Time { return now }}, newsHosts(o))

	got, account, err := crawl(t, c, newsSource())
	if err != nil {
		t.Fatal(err)
	}
	site := "http://tin.example/"
	want := map[string]string{
		site + "thep-tang-manh-100001.html":       "ok",
		site + "dien-du-cho-san-xuat-100002.html": "ok",
		site + "noi-bo/ban-thao-100003.html":      "blocked_robots(robots)",
		site + "det-may-vao-mua-100005.html":      "ok",
		site + "da-giay-xuat-khau-100006.html":    "retry_later(redirect_elsewhere)",
		site + "rss/kinh-te.rss":                  "ok",
		site + "kinh-te":                          "ok",
		site + "kinh-te?trang=2":                  "ok",
	}
	if diff := cmp.Diff(want, outcomes(got)); diff != "" {
		t.Errorf("first run (-want +got):\n%s", diff)
	}
	wantAccount := nhip.NewAccount("tin")
	wantAccount.Discovered, wantAccount.Fetched, wantAccount.Bytes = 7, 3, account.Bytes
	wantAccount.Skipped = map[string]int{"robots": 1, "scope": 2}
	wantAccount.Failed = map[string]int{"redirect_elsewhere": 1}
	wantAccount.Index = map[string]int{"ok": 3}
	if diff := cmp.Diff(wantAccount, account); diff != "" {
		t.Errorf("first account (-want +got):\n%s", diff)
	}
	if len(o.Hits("/noi-bo/ban-thao-100003.html")) != 0 {
		t.Error("robots.txt forbids it, and it was asked for")
	}
	if hits := o.Hits("/thep-tang-manh-100001.html"); len(hits) != 1 || !strings.HasPrefix(hits[0].Header.Get("User-Agent"), "nhip/0.1 (+https://nhip.example/bot)") {
		t.Errorf("hits of the article: %+v", hits)
	}
	keep(mem, got)

	now = now.Add(time.Hour)
	got, account, err = crawl(t, c, newsSource())
	if err != nil {
		t.Fatal(err)
	}
	// Feed and list say the same as before: nothing on them is looked at again, but
	// the failed document is due.
	want = map[string]string{
		site + "da-giay-xuat-khau-100006.html": "retry_later(redirect_elsewhere)",
		site + "rss/kinh-te.rss":               "not_modified",
		site + "kinh-te":                       "not_modified",
	}
	if diff := cmp.Diff(want, outcomes(got)); diff != "" {
		t.Errorf("second run (-want +got):\n%s", diff)
	}
	if account.Fetched != 0 {
		t.Errorf("second account %+v", account)
	}
	keep(mem, got)

	now = now.Add(6 * time.Hour)
	got, account, err = crawl(t, c, newsSource())
	if err != nil {
		t.Fatal(err)
	}
	if account.Unchanged != 3 || account.Fetched != 0 {
		t.Errorf("third account %+v", account)
	}
	v := got[site+"thep-tang-manh-100001.html"].Visit
	if v.Outcome != nhip.OutcomeNotModified || v.ETag != `"a1"` || !v.NextDue.Equal(time.Date(2026, 3, 9, 8, 0, 0, 0, nhip.Zone)) {
		t.Errorf("recheck: %+v", v)
	}
}

func keep(m memory, got map[string]nhip.Fetch) {
	for u, f := range got {
		m[u] = f.Visit
	}
}

// TestBudget: what a budget leaves out is found again by the next run, although the
// feed did not change.
func TestBudget(t *testing.T) {
	o := crawlertest.ServeSite(t, "127.0.0.2", newsSite)
	mem := memory{}
	src := newsSource()
	src.MaxPerRun = 2
	fetched := map[string]bool{}
	for run := range 4 {
		got, account, err := crawl(t, newTest(t, Options{Memory: mem}, newsHosts(o)), src)
		if err != nil {
			t.Fatal(err)
		}
		if run == 0 && account.Skipped[nhip.SkipBudget] != 3 {
			t.Errorf("account %+v", account)
		}
		for u, f := range got {
			if f.Page != nil {
				if fetched[u] {
					t.Errorf("%s was fetched twice", u)
				}
				fetched[u] = true
			}
		}
		keep(mem, got)
	}
	if len(fetched) != 3 {
		t.Errorf("fetched %d documents of 3: %v", len(fetched), fetched)
	}
	if v := mem["http://tin.example/rss/kinh-te.rss"]; v.Outcome != nhip.OutcomeNotModified {
		t.Errorf("the feed is remembered once nothing is left: %+v", v)
	}
}

// TestCrash: the store fails at the n-th document; the next run continues and
// nothing is lost, whatever n.
func TestCrash(t *testing.T) {
	o := crawlertest.ServeSite(t, "127.0.0.2", newsSite)
	for n := range 7 {
		mem := memory{}
		broken := errors.New("the store is gone")
		var got collected
		c := newTest(t, Options{Memory: mem}, newsHosts(o))
		account, err := c.Crawl(t.Context(), newsSource(), func(ctx context.Context, f nhip.Fetch) error {
			if len(got.fetches) == n {
				return broken
			}
			return got.emit(ctx, f)
		})
		if !errors.Is(err, broken) {
			t.Fatalf("error %v", err)
		}
		account.Loaded = account.Fetched
		if err := account.Check(); err != nil {
			t.Error(err)
		}
		mem.keep(got.fetches)
		for range 2 {
			var more collected
			if _, err := c.Crawl(t.Context(), newsSource(), more.emit); err != nil {
				t.Fatal(err)
			}
			mem.keep(more.fetches)
			got.fetches = append(got.fetches, more.fetches...)
		}
		pages := map[string]int{}
		for _, f := range got.fetches {
			if f.Page != nil {
				pages[f.Page.URL]++
			}
		}
		if len(pages) != 3 {
			t.Errorf("crash at %d: pages %v", n, pages)
		}
	}
}

// TestSourceFails: a source fails as a whole when none of its feeds and lists can be
// read, and says what came instead.
func TestSourceFails(t *testing.T) {
	for name, body := range map[string]http.Handler{
		"feed_is_html":   crawlertest.Body("<!doctype html><html><body>Trang không tồn tại</body></html>"),
		"empty_document": crawlertest.Body(""),
		"feed_parse":     crawlertest.Typed("application/xml", "<a>"),
		"http_500":       crawlertest.Status(500),
	} {
		o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/rss/kinh-te.rss", body).Handle("/robots.txt", crawlertest.Status(404))
		src := newsSource()
		src.Discover.Listings = nil
		got, account, err := crawl(t, newTest(t, Options{}, newsHosts(o)), src)
		if err == nil || !strings.Contains(account.Error, name) {
			t.Errorf("%s: error %v", name, err)
		}
		if v := got["http://tin.example/rss/kinh-te.rss"].Visit; v.Reason != name {
			t.Errorf("%s: visit %+v", name, v)
		}
	}
}

// TestConfirmedGone: a document is gone after the third 404 (32).
func TestConfirmedGone(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2")
	now := time.Date(2026, 3, 7, 8, 0, 0, 0, nhip.Zone)
	mem := memory{}
	c := newTest(t, Options{Memory: mem, Now: func() time.Time { return now }}, newsHosts(o))
	var seen []string
	for range 4 {
		got, _, _ := crawl(t, c, docSource())
		for _, f := range got {
			seen = append(seen, string(f.Visit.Outcome))
		}
		keep(mem, got)
		now = now.Add(26 * time.Hour)
	}
	if want := []string{"retry_later", "retry_later", "gone"}; !slices.Equal(seen, want) {
		t.Errorf("outcomes %v, want %v", seen, want)
	}
}

// TestPause: a host that asked for a pause is left alone, in this run, in the next
// process, and until the time it named (29, 30).
func TestPause(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/rss/kinh-te.rss", crawlertest.Status(503, "Retry-After", "600"))
	now := time.Now()
	mem := memory{}
	src := newsSource()
	open := func() *Crawler {
		return newTest(t, Options{Memory: mem, Now: func() time.Time { return now }}, newsHosts(o))
	}
	got, account, err := crawl(t, open(), src)
	if err == nil || account.Index["retry_later"] != 1 || account.Index["backoff"] != 1 {
		t.Errorf("first run: %+v, %v", account, err)
	}
	if v := got["http://tin.example/rss/kinh-te.rss"].Visit; v.NextDue.Sub(now).Round(time.Second) != 10*time.Minute {
		t.Errorf("next due %v", v.NextDue)
	}
	keep(mem, got)
	before := len(o.Hits(""))
	if _, account, err = crawl(t, open(), src); err == nil || len(o.Hits("")) != before {
		t.Errorf("second process: %+v, %v, %d requests", account, err, len(o.Hits(""))-before)
	}
	now = now.Add(11 * time.Minute)
	if _, _, _ = crawl(t, open(), src); len(o.Hits("/rss/kinh-te.rss")) != 2 {
		t.Error("not asked again after the pause")
	}
}

// TestBreaker: a host that fails five times in a row is left alone; what was not
// asked comes back in a later run (30).
func TestBreaker(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", crawlertest.Status(502)).Handle("/robots.txt", crawlertest.Status(404))
	var pages []string
	for i := range 20 {
		pages = append(pages, fmt.Sprintf("http://tin.example/%d", i))
	}
	_, account, err := crawl(t, newTest(t, Options{}, newsHosts(o)), docSource(pages...))
	if err != nil || account.Failed["http_502"] != 5 || account.Skipped["backoff"] != 15 {
		t.Errorf("account %+v, error %v", account, err)
	}
	if n := len(o.Hits("")); n != 6 {
		t.Errorf("%d requests", n)
	}
}
