package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/catalog"
	"nhip/cmd/nhip/demosite"
)

// state is what a store holds, without what differs from run to run: run and batch
// names, the times of fetching and what polling makes of them, whether a row was
// written before, and the Date an origin answers with.
func state(t *testing.T, dir string) map[string]string {
	t.Helper()
	const times = "run_id, batch_id, fetched_at"
	tables := map[string]string{
		"pages":             "SELECT * EXCEPT (batch_id, fetched_at, header) FROM pages FINAL ORDER BY source, doc_id, sha256",
		"documents":         "SELECT * EXCEPT (" + times + ", known_at) FROM documents FINAL ORDER BY source, doc_id",
		"document_versions": "SELECT * EXCEPT (" + times + ", known_at) FROM document_versions FINAL ORDER BY source, doc_id, content_version, reading",
		"observations":      "SELECT * EXCEPT (batch_id) FROM observations FINAL ORDER BY doc_id, content_version, reading, ordinal",
		"mentions":          "SELECT * EXCEPT (batch_id) FROM mentions FINAL ORDER BY doc_id, content_version, reading, kind, entity_id, paragraph, span_start",
		"rejects":           "SELECT * EXCEPT (run_id, batch_id, at) FROM rejects FINAL ORDER BY source, doc_id, sha256, stage, table_name, row_key",
		"visits":            "SELECT * EXCEPT (run_id, batch_id, at, next_due, outcome, reason, status, failures, poll_s, new_items) FROM visits FINAL ORDER BY source, url_id",
	}
	out := map[string]string{}
	for name, sql := range tables {
		out[name] = nhipOutput(t, dir, "query", "--format", "TSV", "SELECT count(), hex(groupBitXor(cityHash64(*))) FROM ("+sql+")") +
			nhipOutput(t, dir, "query", "--format", "TSV", "SELECT count() FROM "+name+" FINAL")
	}
	return out
}

// archives returns folders that `nhip run --archive` reads: the demo's site, and
// the real pages where they are present.
func archives(t *testing.T) map[string][]string {
	t.Helper()
	demo := t.TempDir()
	writeDemoArchive(t, demo)
	args := map[string][]string{"demo": {"--archive", demo, "--catalog", filepath.Join(demo, "catalog")}}
	if real, err := filepath.Abs("../../../shared/data/pages"); err == nil {
		if _, err := os.Stat(real); err == nil {
			args["real"] = []string{"--archive", real}
		}
	}
	return args
}

// writeDemoArchive keeps the demo's site as a folder with an index.tsv.
func writeDemoArchive(t *testing.T, dir string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(dir, "catalog"), demosite.Catalog()); err != nil {
		t.Fatal(err)
	}
	cat, err := catalog.Load(demosite.Catalog())
	if err != nil {
		t.Fatal(err)
	}
	addresses, err := demosite.Addresses()
	if err != nil {
		t.Fatal(err)
	}
	site := demosite.Handler()
	index := "file\turl\tkind\n"
	for i, address := range addresses {
		answer := httptest.NewRecorder()
		site.ServeHTTP(answer, httptest.NewRequest("GET", address, nil))
		if answer.Code != http.StatusOK {
			t.Fatalf("%s: %d", address, answer.Code)
		}
		kind := kindOf(t, cat, address, answer.Header().Get("Content-Type"))
		if kind == "" {
			continue
		}
		name := fmt.Sprintf("%03d.html", i)
		if err := os.WriteFile(filepath.Join(dir, name), answer.Body.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		index += name + "\t" + address + "\t" + kind + "\n"
	}
	if err := os.WriteFile(filepath.Join(dir, "index.tsv"), []byte(index), 0o644); err != nil {
		t.Fatal(err)
	}
}

// kindOf is what the source of an address says of it; "" for what is no page.
func kindOf(t *testing.T, cat *catalog.Catalog, address, media string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	src, ok := cat.SourceOfHost(u.Hostname())
	switch {
	case !ok || u.Path == "/robots.txt":
		return ""
	case strings.Contains(media, "xml"):
		return "feed"
	case src.Documents.URL != nil && !src.Documents.URL.MatchString(address):
		return "listing"
	case src.Kind == "statistics":
		return "table"
	}
	return "article"
}

// accounts runs nhip and returns its accounts, which must balance.
func accounts(t *testing.T, dir string, args ...string) nhip.Run {
	t.Helper()
	out := strings.TrimSpace(nhipOutput(t, dir, append([]string{"run", "--format", "json"}, args...)...))
	lines := strings.Split(out, "\n")
	var run nhip.Run
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &run); err != nil {
		t.Fatalf("last line is not the accounts: %v\n%s", err, out)
	}
	for _, a := range run.Sources {
		if err := a.Check(); err != nil {
			t.Error(err)
		}
	}
	return run
}

func TestArchiveTwice(t *testing.T) {
	needEngine(t)
	for name, args := range archives(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			first := accounts(t, dir, args...)
			if first.Totals.Articles == 0 || first.Totals.Observations == 0 {
				t.Errorf("nothing was loaded: %+v", first.Totals)
			}
			want := state(t, dir)
			second := accounts(t, dir, args...)
			if second.Totals.Articles != 0 || second.Totals.Revisions != 0 {
				t.Errorf("the second run loaded %+v, want nothing", second.Totals)
			}
			if diff := cmp.Diff(want, state(t, dir)); diff != "" {
				t.Errorf("the second run changed the store (-first +second):\n%s", diff)
			}
			if out := nhipOutput(t, dir, "trends", "mentions", "công nghiệp", "--by", "year"); !strings.Contains(out, "articles") {
				t.Errorf("trends does not answer:\n%s", out)
			}
		})
	}
}

// TestTwoAtOnce: two commands that start together on a new data folder share one
// engine, and what they load together is what one of them loads alone.
func TestTwoAtOnce(t *testing.T) {
	needEngine(t)
	args := archives(t)["demo"]
	alone := t.TempDir()
	accounts(t, alone, args...)

	dir := t.TempDir()
	cmds := make([]*exec.Cmd, 2)
	outs := make([]strings.Builder, 2)
	for i := range cmds {
		cmds[i] = nhipCommand(t, dir, append([]string{"run"}, args...)...)
		cmds[i].Stdout, cmds[i].Stderr = &outs[i], &outs[i]
		if err := cmds[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Errorf("command %d: %v\n%s", i, err, outs[i].String())
		}
	}
	if diff := cmp.Diff(state(t, alone), state(t, dir)); diff != "" {
		t.Errorf("two at once left other tables than one alone (-one +two):\n%s", diff)
	}
}

// TestArchiveReadsEveryArticle: each real article page whose publisher has a source
// is loaded, none is rejected.
func TestArchiveReadsEveryArticle(t *testing.T) {
	pages := sharedData(t, "pages")
	needEngine(t)
	run := accounts(t, t.TempDir(), "--archive", pages)
	index, err := os.ReadFile(filepath.Join(pages, "index.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	articles := 0
	for line := range strings.Lines(string(index)) {
		if fields := strings.Split(line, "\t"); len(fields) > 3 && fields[3] == "article" {
			articles++
		}
	}
	if run.Totals.Loaded < articles {
		t.Errorf("loaded %d documents of %d article pages: %+v", run.Totals.Loaded, articles, run.Totals)
	}
	for _, a := range run.Sources {
		if a.Error != "" || len(a.Failed) > 0 {
			t.Errorf("%s: error %q, failed %v", a.Source, a.Error, a.Failed)
		}
	}
}

// TestKill: nhip killed at ten random moments, the engine with it in every third
// case, and run again to the end leaves the same tables as one undisturbed run: from
// archives, and over loopback HTTP with its robots.txt, feeds and conditional requests.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("runs nhip three dozen times")
	}
	needEngine(t)
	calls := map[string][]string{"loopback": {"demo"}}
	for name, args := range archives(t) {
		calls["archive "+name] = append([]string{"run"}, args...)
	}
	for name, args := range calls {
		t.Run(name, func(t *testing.T) {
			undisturbed := t.TempDir()
			began := time.Now()
			nhipOutput(t, undisturbed, args...)
			took := time.Since(began)
			want := state(t, undisturbed)

			check := func(dir string, kills int) {
				t.Helper()
				if diff := cmp.Diff(want, state(t, dir)); diff != "" {
					t.Errorf("after %d kills the tables differ (-undisturbed +killed):\n%s", kills, diff)
				}
			}
			dir := t.TempDir()
			random := rand.New(rand.NewPCG(20261124, uint64(len(name))))
			killed, here := 0, 0 // here: in the folder that is being filled
			for try := 0; killed < 10 && try < 60; try++ {
				if !killedAfter(t, nhipCommand(t, dir, args...), time.Duration(random.Int64N(int64(took)))) {
					check(dir, here) // it came to its end: hold it against the undisturbed one and begin anew
					dir, here = t.TempDir(), 0
					continue
				}
				killed, here = killed+1, here+1
				if killed%3 == 0 {
					killEngine(t, filepath.Join(dir, "data"))
				}
			}
			if killed < 10 {
				t.Errorf("only %d of 10 runs were killed before they ended", killed)
			}
			nhipOutput(t, dir, args...)
			check(dir, here)
		})
	}
}

// killedAfter starts a command and kills it after a while; it tells whether the
// command had not ended before.
func killedAfter(t *testing.T, cmd *exec.Cmd, after time.Duration) bool {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
		return false
	case <-time.After(after):
		cmd.Process.Kill()
		<-ended
		return true
	}
}

// killEngine ends the engine process of a data folder with SIGKILL, if one runs.
// Linux tells which process has its files open.
func killEngine(t *testing.T, data string) {
	t.Helper()
	procs, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil || len(procs) == 0 {
		t.Log("no /proc: the engine was not killed")
		return
	}
	real, err := filepath.EvalSymlinks(data)
	if err != nil {
		return // no run came so far as to make it
	}
	for _, cwd := range procs {
		pid := filepath.Base(filepath.Dir(cwd))
		fds, err := os.ReadDir(filepath.Join("/proc", pid, "fd"))
		if err != nil {
			continue
		}
		if holdsFileBelow(pid, fds, filepath.Join(real, "clickhouse")) {
			if n := 0; len(pid) > 0 {
				fmt.Sscan(pid, &n)
				if p, err := os.FindProcess(n); err == nil && n != os.Getpid() {
					p.Kill()
				}
			}
		}
	}
}

func holdsFileBelow(pid string, fds []fs.DirEntry, dir string) bool {
	for _, fd := range fds {
		if target, err := os.Readlink(filepath.Join("/proc", pid, "fd", fd.Name())); err == nil && strings.HasPrefix(target, dir+"/") {
			return true
		}
	}
	return false
}
