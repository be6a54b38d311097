package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/crawler"
	"nhip/crawler/crawlertest"
	"nhip/loader"
	"nhip/loader/engine"
)

// The long form, which docs/performance.md reports:
//
//	go test ./cmd/nhip -run TestSimulatedWeb -timeout 60m -v -web.hosts 200 -web.documents 500 -web.known 5000
var (
	webHosts     = flag.Int("web.hosts", 8, "hosts of the simulated web")
	webDocuments = flag.Int("web.documents", 40, "documents of each host")
	webKnown     = flag.Int("web.known", 500, "addresses of each host that the store knows already")
	webDelay     = flag.Duration("web.delay", 10*time.Millisecond, "delay between two requests to a host")
	webMemory    = flag.Int("web.memory", 300, "MiB that nhip may take at most")
)

// webTolerance is what a host's own clock may be wrong by. Nothing of nhip's needs any: the
// delay counts from an answer, which comes after the host has noted the request, and a run
// that was killed is over before the next begins. But of the last request of a killed run,
// and of one that nobody answers, the host may take note late on a busy machine.
const webTolerance = time.Millisecond

// mainOnLoopback is nhip with a crawler whose hosts are those of NHIP_TEST_HOSTS
// (host=address, one a line), whose limits are over soon, and whose clock is ahead by
// NHIP_TEST_AHEAD.
func mainOnLoopback() {
	hosts := map[string]netip.AddrPort{}
	for line := range strings.Lines(os.Getenv("NHIP_TEST_HOSTS")) {
		if host, addr, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			hosts[host] = netip.MustParseAddrPort(addr)
		}
	}
	ahead, _ := time.ParseDuration(os.Getenv("NHIP_TEST_AHEAD"))
	onLoopback = func(o *crawler.Options) {
		o.Resolve = hosts
		o.Now = func() time.Time { return time.Now().Add(ahead) }
		o.Limits.Header, o.Limits.Total, o.Limits.RateWindow = time.Second, 3*time.Second, time.Second
	}
	main()
}

// simulation is a web, and a store that is filled from it.
type simulation struct {
	web  crawlertest.Web
	dir  string
	ids  []string
	peak int64 // KiB, of nhip
}

// TestSimulatedWeb crawls a web of many hosts, a tenth of whose answers go wrong, with
// nhip run itself, and kills it three times on the way. In the end every document is in
// the store, none forbidden was asked for, every address has its outcome, no host was
// asked faster than its delay, and nhip took little memory however many addresses the
// store knows.
func TestSimulatedWeb(t *testing.T) {
	if testing.Short() {
		t.Skip("crawls for half a minute")
	}
	needEngine(t)
	s := &simulation{dir: t.TempDir(), web: crawlertest.Web{Hosts: *webHosts, Documents: *webDocuments, Known: *webKnown, Forbidden: 3, Faults: 100, Seed: 20261124}}
	t.Cleanup(func() { killEngine(t, filepath.Join(s.dir, "data")); time.Sleep(200 * time.Millisecond) }) // it may still be merging
	s.web.Start(t)
	s.writeCatalog(t)
	s.know(t)

	kills := s.killed(t, 3)
	run, wall := s.run(t, 0)
	for ahead := 1; ahead <= 5 && s.waiting(t) > 0; ahead++ { // until every backoff is over
		run, _ = s.run(t, time.Duration(ahead)*200*24*time.Hour)
	}
	t.Logf("%d kills, first whole run %v, last run: %d discovered, %d fetched, skipped %v, failed %v", kills, wall.Round(time.Millisecond), run.Totals.Discovered, run.Totals.Fetched, run.Totals.Skipped, run.Totals.Failed)
	s.checkPages(t)
	s.checkOutcomes(t)
	s.checkManners(t)
	t.Logf("peak memory of nhip %d MiB", s.peak>>10)
	if s.peak>>10 > int64(*webMemory) {
		t.Errorf("nhip took %d MiB, want at most %d", s.peak>>10, *webMemory)
	}
}

func (s *simulation) writeCatalog(t *testing.T) {
	t.Helper()
	dir := filepath.Join(s.dir, "catalog", "sources")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, host := range s.web.Names() {
		id := strings.TrimSuffix(host, ".example")
		s.ids = append(s.ids, id)
		if err := os.WriteFile(filepath.Join(dir, id+".yaml"), []byte(s.web.Source(id, host, *webDelay)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// know stores a visit of each address that the web calls known.
func (s *simulation) know(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	dir := filepath.Join(s.dir, "data")
	store, err := loader.Open(ctx, loader.Options{DataDir: dir, Engine: engine.Options{DataDir: dir, Library: needEngine(t)}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for i, host := range s.web.Names() {
		var items []nhip.Item
		for _, address := range s.web.KnownAddresses(host) {
			items = append(items, nhip.Item{Visit: nhip.Visit{Source: nhip.SourceID(s.ids[i]), URL: address, Kind: nhip.KindArticle, At: time.Now().Add(-48 * time.Hour), Outcome: nhip.OutcomeOK, Status: 200}})
		}
		if _, err := store.Load(ctx, "known", items); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d known addresses stored in %v", s.web.Hosts*s.web.Known, time.Since(began).Round(time.Millisecond))
}

// command is `nhip run` of all hosts with a clock that is ahead.
func (s *simulation) command(t *testing.T, ahead time.Duration) *exec.Cmd {
	t.Helper()
	args := []string{"run", "--format", "json", "--catalog", filepath.Join(s.dir, "catalog")}
	for _, id := range s.ids {
		args = append(args, "--source", id)
	}
	cmd := nhipCommand(t, s.dir, args...)
	link := filepath.Join(t.TempDir(), "nhip-on-loopback")
	if err := os.Symlink(cmd.Path, link); err != nil {
		t.Fatal(err)
	}
	cmd.Path, cmd.Args[0] = link, link
	var hosts strings.Builder
	for host, addr := range s.web.Resolve() {
		fmt.Fprintf(&hosts, "%s=%s\n", host, addr)
	}
	cmd.Env = append(cmd.Env, "NHIP_TEST_HOSTS="+hosts.String(), "NHIP_TEST_AHEAD="+ahead.String())
	cmd.Stderr = os.Stderr
	return cmd
}

// killed begins runs and kills each when the web has been asked for some more of its
// documents.
func (s *simulation) killed(t *testing.T, times int) (kills int) {
	t.Helper()
	random := rand.New(rand.NewPCG(s.web.Seed, 1))
	all := s.web.Hosts * s.web.Documents
	for range times {
		at := s.web.Requests() + all/8 + random.IntN(all/8)
		cmd := s.command(t, 0)
		cmd.Stdout = nil
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for running := true; running; {
			select {
			case err := <-ended:
				t.Fatalf("a run ended before it was killed: %v", err)
			case <-time.After(20 * time.Millisecond):
				if s.web.Requests() >= at {
					_ = cmd.Process.Kill()
					<-ended
					running = false
				}
			}
		}
		kills++
		s.measure(cmd)
	}
	return kills
}

// run is one whole run, whose accounts must balance.
func (s *simulation) run(t *testing.T, ahead time.Duration) (run nhip.Run, took time.Duration) {
	t.Helper()
	cmd := s.command(t, ahead)
	var out bytes.Buffer
	cmd.Stdout = &out
	began := time.Now()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == exitPartial) { // a host whose robots.txt fails is a source that failed
		t.Fatal(err)
	}
	took = time.Since(began)
	s.measure(cmd)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &run); err != nil {
		t.Fatalf("accounts: %v\n%s", err, out.String())
	}
	for _, a := range run.Sources {
		if err := a.Check(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("run %v ahead took %v: %d discovered, %d fetched, %d loaded, skipped %v, failed %v", ahead, took.Round(time.Millisecond), run.Totals.Discovered, run.Totals.Fetched, run.Totals.Loaded, run.Totals.Skipped, run.Totals.Failed)
	return run, took
}

func (s *simulation) measure(cmd *exec.Cmd) {
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.peak = max(s.peak, int64(usage.Maxrss))
	}
}

func (s *simulation) ask(t *testing.T, sql string) []string {
	t.Helper()
	return strings.Fields(nhipOutput(t, s.dir, "query", "--format", "TSV", sql))
}

// waiting is how many documents are left for a later run.
func (s *simulation) waiting(t *testing.T) int {
	t.Helper()
	n := 0
	fmt.Sscan(s.ask(t, "SELECT count() FROM visits FINAL WHERE kind = 'article' AND outcome NOT IN ('ok', 'not_modified', 'blocked_robots')")[0], &n)
	return n
}

// checkPages compares the pages in the store with those of the web: all of them, nothing
// else, each once.
func (s *simulation) checkPages(t *testing.T) {
	t.Helper()
	var want []string
	for _, host := range s.web.Names() {
		want = append(want, s.web.Addresses(host)...)
	}
	slices.Sort(want)
	if d := cmp.Diff(want, s.ask(t, "SELECT url FROM pages FINAL ORDER BY url")); d != "" {
		t.Errorf("pages in the store (-the web's +the store's):\n%.4000s", d)
	}
	if got := s.ask(t, "SELECT count(), uniqExact(url) FROM v_articles"); got[0] != fmt.Sprint(len(want)) || got[1] != got[0] {
		t.Errorf("articles and their addresses: %v, want %d", got, len(want))
	}
}

// checkOutcomes wants an outcome for every address that was discovered.
func (s *simulation) checkOutcomes(t *testing.T) {
	t.Helper()
	got := map[string]string{}
	fields := s.ask(t, "SELECT outcome, count() FROM visits FINAL WHERE kind = 'article' GROUP BY outcome")
	for i := 0; i+1 < len(fields); i += 2 {
		got[fields[i]] = fields[i+1]
	}
	delete(got, "not_modified")
	want := map[string]string{"ok": fmt.Sprint(s.web.Hosts * (s.web.Documents + s.web.Known)), "blocked_robots": fmt.Sprint(s.web.Hosts * s.web.Forbidden)}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("outcomes of the addresses (-want +got):\n%s", d)
	}
}

// checkManners asks the hosts how they were treated.
func (s *simulation) checkManners(t *testing.T) {
	t.Helper()
	wrong, overlaps := s.web.Wrong()
	gap, host := s.web.Closest()
	t.Logf("%d requests, %d answered wrongly, the closest two to a host %v apart (%s), %d while another was answered", s.web.Requests(), wrong, gap.Round(time.Microsecond), host, overlaps)
	if gap < *webDelay-webTolerance {
		t.Errorf("%s saw two requests %v apart, its delay is %v", host, gap, *webDelay)
	}
	for _, host := range s.web.Names() {
		for _, address := range s.web.ForbiddenAddresses(host) {
			if n := s.web.Asked(host, strings.TrimPrefix(address, "http://"+host)); n > 0 {
				t.Errorf("robots.txt forbids %s, and it was asked for %d times", address, n)
			}
		}
		for _, address := range s.web.KnownAddresses(host) {
			if n := s.web.Asked(host, strings.TrimPrefix(address, "http://"+host)); n > 0 {
				t.Errorf("%s is known, and was asked for %d times", address, n)
				break
			}
		}
	}
}
