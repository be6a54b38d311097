package main

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/spf13/pflag"

	"nhip/catalog"
)

// source is the catalog file of a made-up publisher with one feed.
func source(id string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(`id: ` + id + `
name: ` + id + `
kind: news
hosts: [` + id + `.example]
language: vi
selectors: unverified
schedule: "0 * * * *"
delay: 10ms
discover: {feeds: [{url: "http://` + id + `.example/feed"}]}
`)}
}

// misbehaving answers for a publisher whose feed leads to a good article, a page of
// 50 MB, an empty page and one that is none.
func misbehaving(w http.ResponseWriter, r *http.Request) {
	html := func(title, body string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, `<!doctype html><html lang="vi"><head><title>`+title+`</title><meta property="article:published_time" content="2026-03-07T08:00:00+07:00">`+
			`<meta property="og:type" content="article"></head><body><article><h1>`+title+`</h1>`+body+`</article></body></html>`)
	}
	switch r.URL.Path {
	case "/feed":
		w.Header().Set("Content-Type", "application/rss+xml")
		io.WriteString(w, `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>`)
		for _, path := range []string{"san-luong-thep-tang-1", "trang-rat-lon-2", "trang-rong-3", "anh-khong-phai-bai-4"} {
			io.WriteString(w, `<item><title>`+path+`</title><link>http://`+r.Host+`/`+path+`.html</link></item>`)
		}
		io.WriteString(w, `</channel></rss>`)
	case "/san-luong-thep-tang-1.html":
		html("Sản lượng thép tăng", strings.Repeat(`<p>Năm 2025, sản lượng thép của tỉnh đạt 1,2 triệu tấn, tăng 5% so với năm trước, theo số liệu của ngành chức năng địa phương.</p>`, 6))
	case "/trang-rat-lon-2.html":
		w.Header().Set("Content-Type", "text/html")
		chunk := bytes.Repeat([]byte("<p>đầy</p>"), 1<<16)
		for range 50<<20/len(chunk) + 1 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	case "/trang-rong-3.html":
		w.Header().Set("Content-Type", "text/html")
	case "/anh-khong-phai-bai-4.html":
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte("\x89PNG\r\n\x1a\n0000"))
	default:
		http.NotFound(w, r)
	}
}

// One unreachable host fails its source only, and every bad page of the other is
// counted under its reason.
func TestRunWithFaults(t *testing.T) {
	lib := needEngine(t)
	origin := httptest.NewServer(http.HandlerFunc(misbehaving))
	defer origin.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0") // an address where nobody listens once it is closed
	if err != nil {
		t.Fatal(err)
	}
	refused := netip.MustParseAddrPort(closed.Addr().String())
	closed.Close()

	cat, err := catalog.Load(fstest.MapFS{"sources/up.yaml": source("up"), "sources/down.yaml": source("down"), "sources/html.yaml": source("html")})
	if err != nil {
		t.Fatal(err)
	}
	notAFeed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/feed" {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, "<!doctype html><html><body>Bảo trì</body></html>")
	}))
	defer notAFeed.Close()
	sources, err := chooseSources(cat, []string{"up", "down", "html"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	c := &call{config: config{values: values{Data: filepath.Join(t.TempDir(), "data"), Library: lib}, from: map[string]string{}},
		flags: pflag.NewFlagSet("run", pflag.ContinueOnError), log: slog.New(slog.NewTextHandler(&stderr, nil)), stderr: &stderr}
	run, err := ingest(t.Context(), c, ingestion{catalog: cat, sources: sources, resolve: map[string]netip.AddrPort{
		"up.example": netip.MustParseAddrPort(origin.Listener.Addr().String()), "down.example": refused,
		"html.example": netip.MustParseAddrPort(notAFeed.Listener.Addr().String())}})
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	up, down, html := run.Sources[0], run.Sources[1], run.Sources[2]
	if up.Error != "" || up.Loaded != 1 || up.Observations == 0 || up.Discovered != 4 {
		t.Errorf("the good source: %+v", up)
	}
	if bad := sum(up.Failed) + sum(up.Rejected); bad != 3 {
		t.Errorf("of three bad pages %d are counted: failed %v, rejected %v", bad, up.Failed, up.Rejected)
	}
	if up.Failed["too_large"] != 1 {
		t.Errorf("the page of 50 MB: failed %v, want too_large", up.Failed)
	}
	if !strings.Contains(down.Error, "refused") {
		t.Errorf("the unreachable source: error %q, want that the connection was refused", down.Error)
	}
	if !strings.Contains(html.Error, "HTML") && !strings.Contains(html.Error, "html") {
		t.Errorf("the source whose feed is a page: error %q", html.Error)
	}
	for _, a := range run.Sources {
		if err := a.Check(); err != nil {
			t.Error(err)
		}
	}
	err = runError(nil, run)
	if !errors.Is(err, errPartial) || fail(io.Discard, err) != exitPartial || !strings.Contains(err.Error(), "down") {
		t.Errorf("the run ends with %v, want status 3 and the name of the failed source", err)
	}
	var table bytes.Buffer
	if err := printAccounts(&table, run, "table"); err != nil || !strings.Contains(table.String(), "down FAILED: ") {
		t.Errorf("%v\n%s", err, table.String())
	}
}
