package crawler

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// faultyWeb is some hosts with a feed of documents each, of which about one answer
// in ten goes wrong until it is healed.
type faultyWeb struct {
	documents int
	healed    atomic.Bool
	running   sync.Map // *atomic.Int32 by host
	overlaps  atomic.Int32
	bomb      []byte
}

func (w *faultyWeb) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	n, _ := w.running.LoadOrStore(r.Host, new(atomic.Int32))
	if n.(*atomic.Int32).Add(1) > 1 {
		w.overlaps.Add(1)
	}
	defer n.(*atomic.Int32).Add(-1)
	switch {
	case r.URL.Path == "/robots.txt":
		fmt.Fprint(rw, "User-agent: *\nDisallow: /cam/\n")
	case r.URL.Path == "/rss":
		rw.Header().Set("ETag", `"feed"`)
		if r.Header.Get("If-None-Match") != "" {
			rw.WriteHeader(http.StatusNotModified)
			return
		}
		var items strings.Builder
		for i := range w.documents {
			fmt.Fprintf(&items, "<item><title>Tin %d</title><link>/tin-tuc-%06d.html</link></item>", i, i)
		}
		fmt.Fprintf(rw, `<rss version="2.0"><channel><title>t</title>%s<item><link>/cam/tin-tuc-999999.html</link></item></channel></rss>`, items.String())
	default:
		w.document(rw, r)
	}
}

func (w *faultyWeb) document(rw http.ResponseWriter, r *http.Request) {
	h := fnv.New32a()
	fmt.Fprint(h, r.Host, r.URL.Path)
	behaviour := crawlertest.Body(crawlertest.Article(r.Host+r.URL.Path, 2000))
	if !w.healed.Load() {
		switch h.Sum32() % 60 {
		case 0:
			behaviour = crawlertest.Reset()
		case 1:
			behaviour = crawlertest.Status(500)
		case 2:
			behaviour = crawlertest.Redirect(r.URL.Path)
		case 3:
			behaviour = crawlertest.Coded("gzip", []byte("no gzip"))
		case 4:
			behaviour = crawlertest.Coded("gzip", w.bomb)
		case 5:
			behaviour = crawlertest.Status(404)
		}
	}
	behaviour.ServeHTTP(rw, r)
}

// sharedMemory is a memory for several sources at once.
type sharedMemory struct {
	mu sync.Mutex
	m  memory
}

func (s *sharedMemory) Visits(ctx context.Context, source nhip.SourceID, urls []string) (map[string]nhip.Visit, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m.Visits(ctx, source, urls)
}

func (s *sharedMemory) Due(ctx context.Context, source nhip.SourceID, now time.Time, limit int) ([]nhip.Visit, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m.Due(ctx, source, now, limit)
}

// TestFaultyWeb crawls 12 hosts at once, with budgets, faults, and stores that fail
// at random moments. Every account balances, no host is asked for two things at once,
// nothing forbidden is asked for, and in the end every document was loaded.
func TestFaultyWeb(t *testing.T) {
	const hosts, documents, delay = 12, 40, 3 * time.Millisecond
	web := &faultyWeb{documents: documents, bomb: crawlertest.Bomb(8 << 20)}
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", web)
	resolve := map[string]netip.AddrPort{}
	var sources []*catalog.Source
	for i := range hosts {
		host := fmt.Sprintf("bao%02d.example", i)
		resolve[host] = o.Addr()
		sources = append(sources, &catalog.Source{ID: nhip.SourceID(fmt.Sprintf("bao%02d", i)), Hosts: []string{host}, Delay: catalog.Duration(delay), MaxPerRun: 25,
			Discover: catalog.Discover{Feeds: []catalog.Feed{{URL: "http://" + host + "/rss"}}}, Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)}})
	}
	var clock atomic.Int64
	now := func() time.Time { return time.Unix(1_772_000_000, 0).Add(time.Duration(clock.Load())) }
	mem := &sharedMemory{m: memory{}}
	pages := map[string]int{}
	limits := quick
	limits.NoDelay = false
	broken := errors.New("the store is gone")
	random := rand.New(rand.NewPCG(1, 2))
	for run := range 8 {
		if run == 3 {
			web.healed.Store(true)
		}
		c := newTest(t, Options{Memory: mem, Now: now, Limits: limits}, resolve) // a new process each time
		var wg sync.WaitGroup
		for _, src := range sources {
			dies := -1
			if run < 4 {
				dies = random.IntN(30)
			}
			wg.Go(func() {
				n := 0
				account, err := c.Crawl(t.Context(), src, func(_ context.Context, f nhip.Fetch) error {
					if n++; n == dies {
						return broken
					}
					mem.mu.Lock()
					defer mem.mu.Unlock()
					mem.m[f.Visit.URL] = f.Visit
					if f.Page != nil {
						pages[f.Page.URL]++
					}
					return nil
				})
				if err != nil && !errors.Is(err, broken) {
					t.Errorf("run %d: %v", run, err)
				}
				account.Loaded = account.Fetched
				if err := account.Check(); err != nil {
					t.Errorf("run %d: %v: %+v", run, err, account)
				}
			})
		}
		wg.Wait()
		clock.Add(int64(61 * 24 * time.Hour)) // every backoff is over
	}
	if len(pages) != hosts*documents {
		t.Errorf("%d of %d documents were loaded", len(pages), hosts*documents)
	}
	for u, n := range pages {
		if n != 1 {
			t.Errorf("%s was loaded %d times", u, n)
		}
	}
	for _, h := range o.Hits("") {
		if strings.HasPrefix(h.Path, "/cam/") {
			t.Errorf("forbidden %s%s was asked for", h.Host, h.Path)
		}
	}
	if n := web.overlaps.Load(); n > 0 {
		t.Errorf("%d requests to a host began before the one before had ended", n)
	}
}
