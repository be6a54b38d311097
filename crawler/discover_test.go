package crawler

import (
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

// march is the day on which the sites of these tests are crawled.
var march = time.Date(2026, 3, 7, 8, 0, 0, 0, nhip.Zone)

// TestRobotsSitemaps: a source that says so gets its documents from the sitemaps that
// robots.txt names, of an index those that changed, a news sitemap and one on a host
// below; not from another publisher's.
func TestRobotsSitemaps(t *testing.T) {
	o := crawlertest.ServeSite(t, "127.0.0.2", `
-- tin.example/robots.txt --
User-agent: *
Sitemap: http://tin.example/index.xml
Sitemap: http://sitemap.tin.example/tin-moi.xml
Sitemap: http://khac.example/sitemap.xml
-- tin.example/index.xml --
<sitemapindex><sitemap><loc>http://tin.example/2026-03.xml</loc><lastmod>2026-03-07T07:00:00+07:00</lastmod></sitemap>
<sitemap><loc>http://tin.example/2026-02.xml</loc><lastmod>2026-03-01</lastmod></sitemap>
<sitemap><loc>http://khac.example/2026-03.xml</loc></sitemap><sitemap><loc>http://tin.example/index.xml</loc></sitemap></sitemapindex>
-- tin.example/2026-03.xml --
<urlset><url><loc>http://tin.example/thep-100001.html</loc><lastmod>2026-03-06</lastmod></url><url><loc>http://tin.example/gioi-thieu</loc></url></urlset>
-- tin.example/2026-02.xml --
<urlset><url><loc>http://tin.example/det-may-100002.html</loc></url></urlset>
-- sitemap.tin.example/tin-moi.xml --
<urlset xmlns:news="n"><url><loc>http://tin.example/dien-100003.html</loc><news:news><news:publication_date>2026-03-07T06:00:00+07:00</news:publication_date></news:news></url>
<url><loc>http://khac.example/giay-100004.html</loc></url></urlset>
-- tin.example/thep-100001.html --
<h1>Thép</h1>
-- tin.example/det-may-100002.html --
<h1>Dệt may</h1>
-- tin.example/dien-100003.html --
<h1>Điện</h1>
`)
	src := &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)},
		Discover: catalog.Discover{Pages: []string{"http://tin.example/thep-100001.html"}, Sitemaps: []string{catalog.RobotsSitemaps}}}
	mem, now := memory{}, march
	c := newTest(t, Options{Memory: mem, Now: func() time.Time { return now }},
		map[string]netip.AddrPort{"tin.example": o.Addr(), "sitemap.tin.example": o.Addr(), "khac.example": o.Addr()})
	got, account, err := crawl(t, c, src)
	if err != nil || account.Fetched != 3 || account.Discovered != 3 || account.Index["ok"] != 4 {
		t.Errorf("%+v, %v, %v", account, err, outcomes(got))
	}
	for _, h := range o.Hits("") {
		if h.Host == "khac.example" {
			t.Errorf("another publisher's %s was asked for", h.Path)
		}
	}
	// Of the index, what did not change since it was read is not asked for again.
	keep(mem, got)
	now = now.Add(24 * time.Hour)
	if _, account, err = crawl(t, c, src); err != nil || account.Index[string(nhip.OutcomeNotModified)] != 3 || account.Index["ok"] != 1 || len(o.Hits("/2026-02.xml")) != 1 || len(o.Hits("/2026-03.xml")) != 2 {
		t.Errorf("again: %+v, %v", account, err)
	}
	// A robots.txt that cannot be read closes the source; nothing else was declared.
	down := crawlertest.NewOrigin(t, "127.0.0.3").Handle("/robots.txt", crawlertest.Status(503))
	src.Discover.Pages = nil
	src.Discover.Sitemaps = append(src.Discover.Sitemaps, "http://tin.example/index.xml")
	if _, account, err := crawl(t, newTest(t, Options{}, newsHosts(down)), src); err == nil || account.Index[string(nhip.OutcomeRetryLater)] != 2 {
		t.Errorf("robots.txt out of reach: %+v, %v", account, err)
	}
}

// TestSitemapIndexBounds: an index of itself, a chain of indexes and one of too many
// children end; what is beyond the protocol's limit is left out and counted (69).
func TestSitemapIndexBounds(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2")
	o.Handle("*", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		switch _, err := fmt.Sscanf(r.URL.Path, "/sau-%d.xml", &n); {
		case r.URL.Path == "/tu-than.xml":
			fmt.Fprint(w, "<sitemapindex><sitemap><loc>/tu-than.xml</loc></sitemap></sitemapindex>")
		case r.URL.Path == "/rong.xml":
			fmt.Fprint(w, "<sitemapindex>"+strings.Repeat("<sitemap><loc>/con.xml</loc></sitemap>", 50_000)+"</sitemapindex>")
		case r.URL.Path == "/dai.xml":
			fmt.Fprint(w, "<urlset>")
			for i := range maxSitemapURLs + 10 {
				fmt.Fprintf(w, "<url><loc>/khac-%d</loc></url>", i)
			}
			fmt.Fprint(w, "</urlset>")
		case err == nil:
			fmt.Fprintf(w, "<sitemapindex><sitemap><loc>/sau-%d.xml</loc></sitemap></sitemapindex>", n+1)
		default:
			http.NotFound(w, r)
		}
	}))
	src := &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)},
		Discover: catalog.Discover{Sitemaps: []string{"http://tin.example/tu-than.xml", "http://tin.example/sau-1.xml", "http://tin.example/rong.xml", "http://tin.example/dai.xml"}}}
	_, account, err := crawl(t, newTest(t, Options{Limits: Limits{NoDelay: true}}, newsHosts(o)), src)
	if err != nil || account.Index["ok"] != 6 || account.Index[indexCut] != 2 || account.Index[string(nhip.OutcomeRetryLater)] != 1 {
		t.Errorf("%+v, %v", account, err)
	}
	if n := len(o.Hits("")); n != 8 { // robots.txt, itself, three of the chain, the wide one and its child, the long one
		t.Errorf("%d requests", n)
	}
}

// archiveSite is a paper with a list a day, and a section list whose
// addresses hold dates, ten a page, twelve pages.
func archiveSite(w http.ResponseWriter, r *http.Request) {
	page := 1
	switch {
	case strings.HasPrefix(r.URL.Path, "/luu-tru/"):
		day := strings.ReplaceAll(strings.TrimPrefix(r.URL.Path, "/luu-tru/"), "/", "")
		fmt.Fprintf(w, `<h3><a href="/bai-%s010000.htm">Bài của ngày</a></h3>`, day)
	case strings.HasPrefix(r.URL.Path, "/san-xuat"):
		fmt.Sscanf(r.URL.Path, "/san-xuat/trang-%d", &page)
		for i := range 10 {
			day := march.AddDate(0, 0, -3*(page-1))
			fmt.Fprintf(w, `<h3><a href="/tin-188%s%02d.htm">Tin %d</a></h3>`, day.Format("060102")+"0900", i, i)
		}
		if page < 12 {
			fmt.Fprintf(w, `<link rel="next" href="/san-xuat/trang-%d">`, page+1)
		}
	default:
		fmt.Fprint(w, "<h1>Bài</h1><p>", r.URL.Path, "</p>")
	}
}

func backfillSource() *catalog.Source {
	return &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, MaxPerRun: 500, Documents: catalog.Documents{URL: pattern(`-\d{14,17}\.htm$`)},
		Discover: catalog.Discover{
			Listings: []catalog.Listing{{URL: "http://tin.example/san-xuat", Links: "h3 a", Pages: 2}},
			Archives: []catalog.Archive{{URL: "http://tin.example/luu-tru/{yyyy}/{mm}/{dd}", Links: "h3 a", Back: 2}},
		}}
}

// TestBackfill: a usual run asks for the newest lists; one with a date or a depth goes
// back as far, and no further; a budget bounds what is fetched.
func TestBackfill(t *testing.T) {
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", http.HandlerFunc(archiveSite))
	o.Handle("/robots.txt", crawlertest.Status(404))
	tests := []struct {
		name     string
		backfill Backfill
		lists    int    // of a day
		last     string // list of a day
		sections int    // pages of the section
		account  map[string]int
	}{
		{name: "usual", lists: 2, last: "2026/03/06", sections: 2, account: map[string]int{"fetched": 22}},
		{name: "depth", backfill: Backfill{Pages: 4}, lists: 2, last: "2026/03/06", sections: 4, account: map[string]int{"fetched": 42}},
		// Days 28 February to 7 March; the section's fourth page is of 26 February.
		{name: "since", backfill: Backfill{Since: time.Date(2026, 2, 28, 0, 0, 0, 0, nhip.Zone)}, lists: 8, last: "2026/02/28", sections: 4, account: map[string]int{"fetched": 38, skipTooOld: 10}},
		{name: "budget", backfill: Backfill{Since: time.Date(2026, 2, 28, 0, 0, 0, 0, nhip.Zone), Budget: 5}, lists: 8, last: "2026/02/28", sections: 4, account: map[string]int{"fetched": 5, skipTooOld: 10, nhip.SkipBudget: 33}},
		{name: "to the end", backfill: Backfill{Pages: 100}, lists: 2, last: "2026/03/06", sections: 12, account: map[string]int{"fetched": 122}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := len(o.Hits(""))
			src := backfillSource()
			_, account, err := crawl(t, newTest(t, Options{Backfill: test.backfill, Now: func() time.Time { return march }}, newsHosts(o)), src)
			if err != nil {
				t.Fatal(err)
			}
			var days []string
			sections := 0
			for _, h := range o.Hits("")[before:] {
				if day, ok := strings.CutPrefix(h.Path, "/luu-tru/"); ok {
					days = append(days, day)
				}
				if strings.HasPrefix(h.Path, "/san-xuat") {
					sections++
				}
			}
			if len(days) != test.lists || days[len(days)-1] != test.last || !slices.IsSortedFunc(days, func(a, b string) int { return strings.Compare(b, a) }) || sections != test.sections {
				t.Errorf("lists of the days %v, %d pages of the section, want %d to %s and %d", days, sections, test.lists, test.last, test.sections)
			}
			counts := map[string]int{"fetched": account.Fetched}
			for reason, n := range account.Skipped {
				counts[reason] = n
			}
			if d := cmp.Diff(test.account, counts); d != "" {
				t.Errorf("account (-want +got):\n%s", d)
			}
		})
	}
}

// TestArchiveAddresses: the periods of date archives, in Vietnam's days.
func TestArchiveAddresses(t *testing.T) {
	now := time.Date(2025, 12, 31, 18, 0, 0, 0, time.UTC) // New Year's morning in Hà Nội
	for pattern, want := range map[string][]string{
		"https://mau.vn/{yyyy}/{mm}/{dd}":         {"https://mau.vn/2026/01/01", "https://mau.vn/2025/12/31"},
		"https://mau.vn/thang-{m}-{yyyy}":         {"https://mau.vn/thang-1-2026", "https://mau.vn/thang-12-2025"},
		"https://mau.vn/nam/{yyyy}":               {"https://mau.vn/nam/2026", "https://mau.vn/nam/2025"},
		"https://mau.vn/ngay?tu={from}&den={to}":  {"https://mau.vn/ngay?tu=1767200400&den=1767286799", "https://mau.vn/ngay?tu=1767114000&den=1767200399"},
		"https://mau.vn/{d}-{m}-{yyyy}/danh-sach": {"https://mau.vn/1-1-2026/danh-sach", "https://mau.vn/31-12-2025/danh-sach"},
	} {
		var got []string
		for _, l := range datedLists(&catalog.Archive{URL: pattern, Back: 2}, now, time.Time{}) {
			got = append(got, l.URL)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", pattern, d)
		}
	}
}

// TestAddressTime: the dates that addresses hold.
func TestAddressTime(t *testing.T) {
	for address, want := range map[string]string{
		"https://tin.example/thep-20260307080112345.htm":       "2026-03-07T08:01:12+07:00",
		"https://tin.example/thep-196260307080112345.htm":      "2026-03-07T08:01:12+07:00",
		"https://tin.example/thep-18826030708011234.chn":       "2026-03-07T08:01:12+07:00",
		"https://tin.example/2025/3/7/thep-tang.html":          "2025-03-07T00:00:00+07:00",
		"https://tin.example/kinh-doanh/2025-03-07/thep-tang":  "2025-03-07T00:00:00+07:00",
		"https://tin.example/thep-4012345.html":                "",
		"https://tin.example/thep-99999999999999999.html":      "",
		"https://tin.example/2025/31/31/thep.html":             "",
		"https://tin.example/thep-tang-nam-2025-ca-nuoc-1.htm": "",
	} {
		got := ""
		if at := addressTime(address); !at.IsZero() {
			got = at.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
