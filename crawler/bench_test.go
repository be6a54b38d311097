package crawler

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"testing"

	"github.com/gocolly/colly/v2"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

const benchPages = 5000

// benchSite serves 5,000 pages of about 40 KB by a sitemap, packed or not.
func benchSite(b *testing.B, packed bool) (*crawlertest.Origin, []string) {
	b.Helper()
	body := crawlertest.Article("Sản xuất công nghiệp", 40_000)
	o := crawlertest.NewOrigin(b, "127.0.0.2").Handle("*", crawlertest.Body(body))
	if packed {
		o.Handle("*", crawlertest.Coded("gzip", crawlertest.Gzip([]byte(body))))
	}
	o.Handle("/robots.txt", crawlertest.Typed("text/plain", "User-agent: *\nDisallow: /cam/\nAllow: /\n"))
	paths := make([]string, benchPages)
	for i := range paths {
		paths[i] = fmt.Sprintf("/bai-viet-so-%06d.html", 100000+i)
	}
	return o, paths
}

// BenchmarkCrawl is the whole fetch path over 5,000 loopback pages: robots, limiter
// without delay, scope, conditions, caps, account. BenchmarkBareColly is the
// baseline: colly fetching the same pages and doing nothing with them. One
// operation is all 5,000 pages.
func BenchmarkCrawl(b *testing.B) {
	for _, packed := range []bool{false, true} {
		b.Run(fmt.Sprintf("gzip=%v", packed), func(b *testing.B) {
			o, paths := benchSite(b, packed)
			src := &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, MaxPerRun: benchPages, Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)}}
			for _, p := range paths {
				src.Discover.Pages = append(src.Discover.Pages, "http://tin.example"+p)
			}
			c := newTest(b, Options{Limits: Limits{NoDelay: true}}, map[string]netip.AddrPort{"tin.example": o.Addr()})
			b.ReportAllocs()
			for b.Loop() {
				account, err := c.Crawl(b.Context(), src, func(context.Context, nhip.Fetch) error { return nil })
				if err != nil || account.Fetched != benchPages {
					b.Fatal(account, err)
				}
			}
			b.ReportMetric(float64(benchPages*b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}

// BenchmarkBareColly is the baseline of BenchmarkCrawl.
func BenchmarkBareColly(b *testing.B) {
	for _, packed := range []bool{false, true} {
		b.Run(fmt.Sprintf("gzip=%v", packed), func(b *testing.B) {
			o, paths := benchSite(b, packed)
			base := "http://" + o.Addr().String()
			b.ReportAllocs()
			for b.Loop() {
				c := colly.NewCollector()
				n := 0
				c.OnResponse(func(*colly.Response) { n++ })
				for _, p := range paths {
					if err := c.Visit(base + p); err != nil {
						b.Fatal(err)
					}
				}
				if n != benchPages {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(benchPages*b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}

// BenchmarkReadFeed and BenchmarkReadListing read real pages where the shared data are
// present.
func BenchmarkReadFeed(b *testing.B) {
	body := readFile(b, shared(b, "pages", "dantri.com.vn", "fts_dantri_kinh-doanh_bom.rss"))
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := ReadFeed(body, ""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadListing(b *testing.B) {
	body := readFile(b, shared(b, "pages", "vnexpress.net", "meth04_vnexpress_list.html"))
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, _, err := ReadListing(body, "https://vnexpress.net/kinh-doanh", &catalog.Listing{Links: "article.item-news h3.title-news a"}); err != nil {
			b.Fatal(err)
		}
	}
}

func readFile(b *testing.B, name string) []byte {
	b.Helper()
	body, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	return body
}
