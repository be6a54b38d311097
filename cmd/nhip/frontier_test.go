package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
	"nhip/loader"
	"nhip/loader/engine"
)

// paper is a publisher whose feed lists what it is told.
type paper struct {
	mu   sync.Mutex
	list []string
	hits map[string]int
	deny int // status of documents, 0 for none
}

func (p *paper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hits[r.URL.Path]++
	switch {
	case r.URL.Path == "/robots.txt":
		fmt.Fprint(w, "User-agent: *\nAllow: /\n")
	case r.URL.Path == "/rss":
		var items strings.Builder
		for _, path := range p.list {
			fmt.Fprintf(&items, "<item><title>Tin</title><link>%s</link></item>", path)
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>t</title>%s</channel></rss>`, items.String())
	case p.deny != 0:
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(p.deny)
	default:
		crawlertest.Body(crawlertest.Article("Sản xuất thép tháng ba "+r.URL.Path, 3000)).ServeHTTP(w, r)
	}
}

// asked counts the documents that were asked for, and all requests for them.
func (p *paper) asked() (documents, requests int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for path, n := range p.hits {
		if strings.HasSuffix(path, ".html") {
			documents, requests = documents+1, requests+n
		}
	}
	return documents, requests
}

func (p *paper) publish(deny int, from, to int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list, p.deny = nil, deny
	for i := from; i < to; i++ {
		p.list = append(p.list, fmt.Sprintf("/thep-tang-%06d.html", i))
	}
}

// press is one paper, and a folder with a store and a catalog that names it.
type press struct {
	paper *paper
	dir   string
	hosts string
}

func newPress(t *testing.T, schedule string) *press {
	t.Helper()
	p := &press{paper: &paper{hits: map[string]int{}}, dir: t.TempDir()}
	// The engine outlives its last client for a while, and writes.
	t.Cleanup(func() { killEngine(t, filepath.Join(p.dir, "data")) })
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("*", p.paper)
	p.hosts = "thep.example=" + o.Addr().String()
	dir := filepath.Join(p.dir, "catalog", "sources")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	source := "id: thep\nname: Báo Thép\nkind: news\nhosts: [thep.example]\nselectors: unverified\nschedule: \"" + schedule + "\"\ndelay: 10ms\n" +
		"discover: {feeds: [{url: \"http://thep.example/rss\"}]}\ndocuments: {url: '-\\d{6}\\.html$'}\n"
	if err := os.WriteFile(filepath.Join(dir, "thep.yaml"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// environment makes nhip ask the paper, under a clock that is ahead.
func (p *press) environment(ahead time.Duration) []string {
	return []string{"NHIP_TEST_HOSTS=" + p.hosts, "NHIP_TEST_AHEAD=" + ahead.String(), "NHIP_CATALOG=" + filepath.Join(p.dir, "catalog")}
}

// run is a whole run of the paper; its accounts balance.
func (p *press) run(t *testing.T, ahead time.Duration, flags ...string) nhip.Account {
	t.Helper()
	cmd := onLoopbackCommand(t, p.dir, p.environment(ahead), append([]string{"run", "--source", "thep", "--format", "json"}, flags...)...)
	out, err := cmd.Output()
	var run nhip.Run
	if jsonErr := json.Unmarshal(out, &run); jsonErr != nil || len(run.Sources) != 1 {
		t.Fatalf("%v, %v: %s", err, jsonErr, out)
	}
	a := run.Sources[0]
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	return a
}

// openStore opens the store of the folder.
func (p *press) openStore(t *testing.T) *loader.Store {
	t.Helper()
	data := filepath.Join(p.dir, "data")
	store, err := loader.Open(t.Context(), loader.Options{DataDir: data, Engine: engine.Options{DataDir: data, Library: needEngine(t)}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func (p *press) endPauses(t *testing.T) {
	t.Helper()
	store := p.openStore(t)
	hosts, err := store.Hosts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range hosts {
		hosts[i].At, hosts[i].ClosedUntil, hosts[i].Failures = time.Now(), time.Time{}, 0
	}
	if err := store.SaveHosts(t.Context(), hosts); err != nil {
		t.Fatal(err)
	}
}

// onLoopbackCommand is nhip with the test's hosts, as a process of its own.
func onLoopbackCommand(t *testing.T, dir string, environment []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := nhipCommand(t, dir, args...)
	link := filepath.Join(t.TempDir(), "nhip-on-loopback")
	if err := os.Symlink(cmd.Path, link); err != nil {
		t.Fatal(err)
	}
	cmd.Path, cmd.Args[0] = link, link
	cmd.Env = append(cmd.Env, environment...)
	cmd.Stderr = os.Stderr
	return cmd
}

// TestKillLosesNoDiscovery: what a killed run had discovered is fetched by the next
// although the feed lists other things by then, and of what it had fetched only what
// was not stored yet is asked for again.
func TestKillLosesNoDiscovery(t *testing.T) {
	needEngine(t)
	p := newPress(t, "17 5 * * *")
	const old, fresh = 120, 5
	p.paper.publish(0, 100, 100+old)
	cmd := onLoopbackCommand(t, p.dir, p.environment(0), "run", "--source", "thep")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		if _, n := p.paper.asked(); n >= 20 {
			break
		}
		if time.Since(began) > time.Minute {
			t.Error("the run asks for nothing")
			break
		}
	}
	cmd.Process.Kill()
	_ = cmd.Wait()
	before, _ := p.paper.asked()
	if before >= old {
		t.Skip("the run was over before it was killed")
	}
	p.paper.publish(0, 900, 900+fresh)
	account := p.run(t, 0)
	documents, requests := p.paper.asked()
	if documents != old+fresh || account.Loaded < old+fresh-before {
		t.Errorf("%d of %d documents were asked for, account %+v", documents, old+fresh, account)
	}
	if again := requests - documents; again > before {
		t.Errorf("%d requests repeated after %d before the kill", again, before)
	}
	if got := strings.TrimSpace(nhipOutput(t, p.dir, "query", "--format", "TSV", "SELECT count(), countIf(outcome = 'discovered') FROM visits FINAL WHERE kind = 'article'")); got != fmt.Sprintf("%d\t0", old+fresh) {
		t.Errorf("visits, and of these only discovered: %q", got)
	}
}

// TestPauseOutlivesTheProcess: a publisher that asks for an hour is left alone for it
// by the processes to come, `nhip sources` says so, and its documents are fetched
// afterwards.
func TestPauseOutlivesTheProcess(t *testing.T) {
	needEngine(t)
	p := newPress(t, "adaptive")
	p.paper.publish(429, 100, 104)
	p.run(t, 0)
	_, asked := p.paper.asked()
	if asked != 1 {
		t.Errorf("%d documents asked for, want no more after the first was refused", asked)
	}
	p.paper.publish(0, 100, 104)
	p.run(t, 0)
	if _, n := p.paper.asked(); n != asked {
		t.Errorf("the next process asked %d times more", n-asked)
	}
	var state sourceState
	out := nhipOutput(t, p.dir, "sources", "--catalog", filepath.Join(p.dir, "catalog"), "--source", "thep", "--format", "json")
	if err := json.Unmarshal([]byte(out), &state); err != nil {
		t.Fatal(err)
	}
	if len(state.Closed) != 1 || state.Closed[0].Host != "thep.example" || state.Closed[0].Reason != "http_429" || !strings.HasPrefix(state.Health, "LEFT ALONE") ||
		state.Waiting != 3 || state.NextPoll == nil || len(state.Index) != 1 || state.Index[0].IntervalS != 3600 || state.Index[0].New != 4 {
		t.Errorf("nhip sources: %s", out)
	}
	for _, flag := range []string{"--health", "--feeds"} {
		out := nhipOutput(t, p.dir, "sources", "--catalog", filepath.Join(p.dir, "catalog"), "--source", "thep", flag)
		if want := map[string]string{"--health": "LEFT ALONE: thep.example", "--feeds": "1h0m"}[flag]; !strings.Contains(out, want) {
			t.Errorf("sources %s: %s", flag, out)
		}
	}
	// The limiter goes by the machine's own clock, so the pause is ended in the store.
	p.endPauses(t)
	if account := p.run(t, 2*time.Hour, "--due"); account.Loaded != 4 || account.Index["ok"]+account.Index["not_modified"] != 1 {
		t.Errorf("after the pause: %+v", account)
	}
	if account := p.run(t, 2*time.Hour, "--due"); account.Discovered != 0 || len(account.Index) != 0 {
		t.Errorf("nothing is due: %+v", account)
	}
	p.paper.publish(403, 200, 202)
	if account := p.run(t, 2*time.Hour); account.Failed["http_403"] != 2 {
		t.Errorf("refused: %+v", account)
	}
	out = nhipOutput(t, p.dir, "sources", "--catalog", filepath.Join(p.dir, "catalog"), "--source", "thep", "--health")
	if !strings.Contains(out, "BLOCKED: documents were refused: http_403 2") {
		t.Errorf("sources --health: %s", out)
	}
}

// TestSourceLeftToAnotherRun: while one run has a source, another leaves it alone and
// says so; and neither that, nor an archive, nor a replay counts as a crawl of it.
func TestSourceLeftToAnotherRun(t *testing.T) {
	needEngine(t)
	p := newPress(t, "17 5 * * *")
	p.paper.publish(0, 100, 101)
	if first := p.run(t, 0); first.Loaded != 1 {
		t.Fatalf("%+v", first)
	}
	store := p.openStore(t)
	crawled, err := lastRunsOf(t.Context(), store)
	if err != nil || crawled["thep"].crawl.IsZero() || crawled["thep"].loaded != 1 {
		t.Fatalf("%+v, %v", crawled, err)
	}
	_, release, holder, err := store.Lease(t.Context(), "thep", "another")
	if err != nil || holder != "" {
		t.Fatal(holder, err)
	}
	_, before := p.paper.asked()
	account := p.run(t, 48*time.Hour)
	release()
	if _, after := p.paper.asked(); after != before || !strings.Contains(account.Note, "another") || account.Error != "" || account.Discovered != 0 {
		t.Errorf("asked %d times, account %+v", after-before, account)
	}
	for _, mode := range []nhip.RunMode{nhip.ModeArchive, nhip.ModeReplay} {
		run := nhip.Run{ID: string(mode), Mode: mode, StartedAt: time.Now().Add(time.Hour), Sources: []nhip.Account{nhip.NewAccount("thep")}}
		if err := store.SaveRun(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	again, err := lastRunsOf(t.Context(), store)
	if err != nil || again["thep"] != crawled["thep"] {
		t.Errorf("%+v, %v, want the crawl as before: %+v", again["thep"], err, crawled["thep"])
	}
	src := &catalog.Source{ID: "thep", Hosts: []string{"thep.example"}, Discover: catalog.Discover{Feeds: []catalog.Feed{{URL: "http://thep.example/rss"}}}}
	due, err := nextPoll(t.Context(), store, src)
	if wait := time.Until(due); err != nil || wait < 50*time.Minute || wait > time.Hour {
		t.Errorf("the feed is polled in %v, %v, want an hour after its first visit", wait, err)
	}
}

// TestServePolls: serve polls an adaptive source at once, says when it does again, and
// waits for that.
func TestServePolls(t *testing.T) {
	lib := needEngine(t)
	p := newPress(t, "adaptive")
	p.paper.publish(0, 100, 103)
	cat, err := catalog.Load(os.DirFS(filepath.Join(p.dir, "catalog")))
	if err != nil {
		t.Fatal(err)
	}
	src, ok := cat.Source("thep")
	if !ok {
		t.Fatal("no source thep")
	}
	host, addr, _ := strings.Cut(p.hosts, "=")
	var logged locked
	c := &call{flags: pflag.NewFlagSet("serve", pflag.ContinueOnError), log: slog.New(slog.NewTextHandler(&logged, nil)), stderr: &logged,
		config: config{values: values{Data: filepath.Join(p.dir, "data"), Library: lib, Web: "127.0.0.1:0", ClickHouse: "off"}, from: map[string]string{}}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := newServer(ctx, c, ingestion{catalog: cat, sources: []*catalog.Source{src}, resolve: map[string]netip.AddrPort{host: netip.MustParseAddrPort(addr)}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.store.Close()
	ended := make(chan error, 1)
	go func() { ended <- s.serve(ctx) }()
	var h health
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		_, body := get(t, "http://"+s.listeners[0].Addr().String()+"/healthz")
		if err := json.Unmarshal([]byte(body), &h); err != nil {
			t.Fatal(err)
		}
		if len(h.Sources) == 1 && !h.Sources[0].Running && h.Sources[0].NextPoll != nil && time.Until(*h.Sources[0].NextPoll) > 30*time.Minute {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("not polled, or not to be polled again in an hour: %s\n%s", body, logged.String())
		}
	}
	if documents, requests := p.paper.asked(); documents != 3 || requests != 3 {
		t.Errorf("%d documents in %d requests, want 3 in 3", documents, requests)
	}
	rows, err := s.store.Query(ctx, "SELECT groupUniqArray(mode) = ['poll'], sum(loaded) FROM v_runs", nil)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		if cells, err := rows.Strings(); err != nil || cells[0] != "1" || cells[1] != "3" {
			t.Errorf("runs: %v, %v, want only polls, which loaded 3", cells, err)
		}
	}
	rows.Close()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("serve ended with %v\n%s", err, logged.String())
	}
}
