package crawler

import (
	"fmt"
	"io"
	"net/netip"
	"sync"
	"testing"
	"time"

	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// TestResendKeepsPace: net/http sends a request once more where a used connection dies
// under it; the host gets that request at its pace too (25, 46).
func TestResendKeepsPace(t *testing.T) {
	const delay = 150 * time.Millisecond
	var mu sync.Mutex
	var at []time.Time
	addr := crawlertest.Raw(t, "127.0.0.2", func(w io.Writer, path string) bool {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, time.Now())
		if len(at) == 2 || len(at) == 4 { // on a connection that answered before
			return false
		}
		fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n<p>%s</p>", len(path)+7, path)
		return true
	})
	site := "http://tin.example"
	src := docSource(site+"/1", site+"/2", site+"/3")
	src.Delay = catalog.Duration(delay)
	limits := quick
	limits.NoDelay = false
	_, account, err := crawl(t, newTest(t, Options{Limits: limits}, map[string]netip.AddrPort{"tin.example": addr}), src)
	if err != nil || account.Fetched != 3 || len(at) != 5 {
		t.Fatalf("%+v, %v, %d requests", account, err, len(at))
	}
	for i := 1; i < len(at); i++ {
		if gap := at[i].Sub(at[i-1]); gap < delay {
			t.Errorf("request %d came %v after the one before", i, gap)
		}
	}
}
