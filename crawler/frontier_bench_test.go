package crawler

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

const (
	manySitemaps = 20
	manyEach     = 50_000
)

// manyAddresses is a site whose index of sitemaps names a million documents.
func manyAddresses() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		var n int
		switch _, err := fmt.Sscanf(r.URL.Path, "/sitemap-%d.xml", &n); {
		case r.URL.Path == "/sitemap.xml":
			fmt.Fprint(w, `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
			for i := range manySitemaps {
				fmt.Fprintf(w, "<sitemap><loc>http://tin.example/sitemap-%d.xml</loc></sitemap>", i)
			}
			fmt.Fprint(w, "</sitemapindex>")
		case err == nil:
			fmt.Fprint(w, `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
			for i := range manyEach {
				fmt.Fprintf(w, "<url><loc>http://tin.example/san-xuat/cong-nghiep-che-bien-che-tao-%07d.html</loc></url>", n*manyEach+i)
			}
			fmt.Fprint(w, "</urlset>")
		case strings.HasSuffix(r.URL.Path, ".html"):
			crawlertest.Body(crawlertest.Article(r.URL.Path, 500)).ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}

// endlessMemory knows every document, or none, and counts what it is told.
type endlessMemory struct {
	all        bool
	discovered atomic.Int64
}

func (m *endlessMemory) Visits(_ context.Context, source nhip.SourceID, urls []string) (map[string]nhip.Visit, error) {
	found := map[string]nhip.Visit{}
	for _, u := range urls {
		if m.all && strings.HasSuffix(u, ".html") {
			found[u] = nhip.Visit{Source: source, URL: u, Kind: nhip.KindArticle, Outcome: nhip.OutcomeOK}
		}
	}
	return found, nil
}

func (*endlessMemory) Due(context.Context, nhip.SourceID, time.Time, int) ([]nhip.Visit, error) {
	return nil, nil
}

func (m *endlessMemory) Discovered(_ context.Context, visits []nhip.Visit) error {
	m.discovered.Add(int64(len(visits)))
	return nil
}

// BenchmarkMillionAddresses discovers a million addresses by sitemaps in one crawl, all
// of them known or none, and reports the largest heap on the way. One operation is the
// whole crawl.
func BenchmarkMillionAddresses(b *testing.B) {
	for _, all := range []bool{true, false} {
		b.Run(fmt.Sprintf("known=%v", all), func(b *testing.B) {
			o := crawlertest.NewOrigin(b, "127.0.0.2").Handle("*", manyAddresses())
			src := &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, MaxPerRun: 200,
				Discover: catalog.Discover{Sitemaps: []string{"http://tin.example/sitemap.xml"}}, Documents: catalog.Documents{URL: pattern(`-\d{7}\.html$`)}}
			var peak uint64
			stop, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				var m runtime.MemStats
				for {
					select {
					case <-stop:
						return
					case <-time.After(20 * time.Millisecond):
						runtime.ReadMemStats(&m)
						peak = max(peak, m.HeapInuse)
					}
				}
			}()
			for b.Loop() {
				mem := &endlessMemory{all: all}
				c := newTest(b, Options{Memory: mem, Limits: Limits{NoDelay: true}}, map[string]netip.AddrPort{"tin.example": o.Addr()})
				account, err := c.Crawl(b.Context(), src, func(context.Context, nhip.Fetch) error { return nil })
				if err != nil || account.Discovered != manySitemaps*manyEach || all && account.Skipped[nhip.SkipKnown] != account.Discovered ||
					!all && (account.Fetched != 200 || mem.discovered.Load() != int64(account.Discovered)) {
					b.Fatal(account, err)
				}
			}
			close(stop)
			<-stopped
			b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
		})
	}
}
