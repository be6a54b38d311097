package loader

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

var kills = flag.Int("kills", 6, "how often TestKilled kills: two loaders and an engine for each seed")

// loadingChild is set for a process that loads killItems into the store it names:
// data directory and database.
const loadingChild = "NHIP_TEST_LOADING_CHILD"

func runIfLoadingChild() {
	dir, database, ok := strings.Cut(os.Getenv(loadingChild), "\n")
	if !ok {
		return
	}
	s, err := Open(context.Background(), Options{DataDir: dir, Database: database, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		err = loadInBatches(context.Background(), s, strconv.Itoa(os.Getpid()))
		s.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// killItems are 40 documents, every third of which is edited later.
func killItems() []nhip.Item {
	items := testItems(40)
	for i := 0; i < 40; i += 3 {
		edited, page, record := items[i], *items[i].Page, *items[i].Record
		page.FetchedAt = page.FetchedAt.Add(24 * time.Hour)
		page.Body = append([]byte("<html>sửa "), page.Body...)
		page.SHA256 = sha256.Sum256(page.Body)
		record.Article.Body = []string{"Đã sửa."}
		record.Observations = record.Observations[:1]
		edited.Page, edited.Record, edited.Visit.At = &page, &record, page.FetchedAt
		items = append(items, edited)
	}
	return items
}

func loadInBatches(ctx context.Context, s *Store, run string) error {
	items := killItems()
	for len(items) > 0 {
		n := min(5, len(items))
		if _, err := s.Load(ctx, run, items[:n]); err != nil {
			return err
		}
		items = items[n:]
	}
	return s.SaveRun(ctx, nhip.Run{ID: run, StartedAt: time.Now()})
}

// A loader that is killed at any moment and run again, and one whose engine is
// killed under it, end in the tables of an undisturbed one. The moments follow from
// fixed seeds; all two hundred of them:
//
//	go test ./loader -run TestKilled -kills 200 -timeout 30m
func TestKilled(t *testing.T) {
	undisturbed := openTest(t)
	if err := loadInBatches(t.Context(), undisturbed, "run"); err != nil {
		t.Fatal(err)
	}
	want := rowsOf(t, undisturbed)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(filepath.Dir(testDataDir), "killed")
	for seed := range uint64(*kills+2) / 3 {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 5))
			database := fmt.Sprint("killed", seed)
			s, err := Open(t.Context(), Options{DataDir: dir, Database: database})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			if _, err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			for round := range 4 {
				child := exec.Command(self)
				child.Env = append(os.Environ(), loadingChild+"="+dir+"\n"+database)
				var stderr strings.Builder
				child.Stderr = &stderr
				if err := child.Start(); err != nil {
					t.Fatal(err)
				}
				pause := time.Duration(random.IntN(600)) * time.Millisecond
				switch round {
				case 0, 1: // the loader dies
					time.Sleep(pause)
					_ = child.Process.Kill()
					_ = child.Wait()
					continue
				case 2: // its engine dies
					time.Sleep(pause)
					killEngine(t, dir)
				}
				if err := child.Wait(); err != nil {
					t.Fatalf("round %d: %v %s", round, err, stderr.String())
				}
			}
			if d := cmp.Diff(want, rowsOf(t, s)); d != "" {
				t.Error(d)
			}
			var views, recount uint64
			err = s.conn.QueryRow(t.Context(), "SELECT (SELECT sum(observations) FROM v_daily), (SELECT count() FROM v_observation_vintages WHERE is_current)").Scan(&views, &recount)
			if err != nil || views != recount || recount == 0 {
				t.Errorf("v_daily counts %d observations, the documents hold %d (%v)", views, recount, err)
			}
		})
	}
}

func killEngine(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Kill(enginePID(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// enginePID returns the process that serves a data directory.
func enginePID(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "engine.lock"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid < 2 {
		t.Fatalf("engine.lock holds %q", text)
	}
	return pid
}
