package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"nhip/catalog"
	"nhip/cmd/nhip/demosite"
)

// locked is a writer that several goroutines may write to.
type locked struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func get(t *testing.T, url string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// TestServe: serve makes up a missed run on the demo's site, answers on both ports
// what was loaded, refuses to write and foreign hosts, and stops cleanly.
func TestServe(t *testing.T) {
	lib := needEngine(t)
	cat, err := catalog.Load(demosite.Catalog())
	if err != nil {
		t.Fatal(err)
	}
	site, err := serveDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	resolve := map[string]netip.AddrPort{}
	for _, host := range demosite.Hosts() {
		resolve[host] = site.addr
	}
	src, ok := cat.Source("demo-tapchixuongtho")
	if !ok {
		t.Fatal("the demo has no source demo-tapchixuongtho")
	}
	everyMinute := *src
	everyMinute.Schedule = "* * * * *"
	var logged locked
	c := &call{flags: pflag.NewFlagSet("serve", pflag.ContinueOnError), config: config{values: values{Data: filepath.Join(t.TempDir(), "data"), Library: lib, Web: "127.0.0.1:0", ClickHouse: "127.0.0.1:0"},
		from: map[string]string{}}, log: slog.New(slog.NewTextHandler(&logged, nil)), stderr: &logged}
	in := ingestion{catalog: cat, sources: []*catalog.Source{&everyMinute}, resolve: resolve}

	// A first run that lies in the past makes the source's next time a missed one.
	if _, err := ingest(t.Context(), c, ingestion{catalog: cat, sources: in.sources, resolve: resolve}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := newServer(ctx, c, in)
	if err != nil {
		t.Fatal(err)
	}
	defer s.store.Close()
	ended := make(chan error, 1)
	go func() { ended <- s.serve(ctx) }()
	if len(s.listeners) < 2 {
		t.Skip("this kernel has no Landlock, so nhip serve offers no ClickHouse interface")
	}
	web, ch := "http://"+s.listeners[0].Addr().String(), "http://"+s.listeners[1].Addr().String()

	code, body := get(t, web+"/healthz")
	var h health
	if err := json.Unmarshal([]byte(body), &h); err != nil || code != 200 || h.Status != "ok" || len(h.Sources) != 1 || h.Sources[0].LastRun == nil {
		t.Errorf("/healthz: %d %s (%v), want ok with the last run of one source", code, body, err)
	}
	if code, body := get(t, ch+"/?query=SELECT+count()+FROM+v_articles"); code != 200 || strings.TrimSpace(body) != "10" {
		t.Errorf("articles over ClickHouse's interface: %d %q, want 10", code, body)
	}
	if code, body := get(t, ch+"/?session_id=a&query=SELECT+1"); code != 200 || strings.TrimSpace(body) != "1" {
		t.Errorf("a question with a session: %d %q, want 1", code, body)
	}
	for _, sql := range []string{"DROP+TABLE+nhip.documents", "SET+readonly=0", "INSERT+INTO+nhip.runs+(run_id)+VALUES+('x')"} {
		for _, more := range []string{"", "&readonly=0", "&readonly=2"} {
			if code, body := get(t, ch+"/?query="+sql+more); code < 400 {
				t.Errorf("%s%s: %d %q, want a refusal", sql, more, code, body)
			}
		}
	}
	for _, base := range []string{web + "/healthz", ch + "/ping"} {
		if code, _ := get(t, base, "Host", "rebound.example"); code != http.StatusForbidden {
			t.Errorf("%s for a foreign Host: %d, want 403", base, code)
		}
	}
	if code, body := get(t, web+"/metrics"); code != 200 || !strings.Contains(body, "# TYPE nhip_documents_fetched_total counter") {
		t.Errorf("/metrics: %d\n%s", code, body)
	} else {
		checkMetrics(t, body)
	}
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("serve ended with %v, want nil after a clean stop\n%s", err, logged.String())
		}
	case <-time.After(time.Minute):
		t.Fatal("serve does not stop")
	}
	if _, err := http.Get(web + "/healthz"); err == nil {
		t.Error("the port still answers after the stop")
	}
}

func TestServeRefusesAddresses(t *testing.T) {
	s := &server{}
	for _, tt := range []struct{ addr, want string }{
		{"0.0.0.0:8123", "only loopback"},
		{"[::]:8123", "only loopback"},
		{"192.0.2.1:8123", "only loopback"},
		{"nhip.example:8123", "only loopback"},
		{"8123", "host:port"},
	} {
		if _, err := s.bind(t.Context(), "clickhouse", tt.addr, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("bind %s: %v, want %q", tt.addr, err, tt.want)
		}
	}
}
