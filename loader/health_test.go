package loader

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/loader/engine"
)

// openFolder opens a migrated store in a data directory of its own.
func openFolder(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{DataDir: dir, Log: slog.New(slog.DiscardHandler), Engine: engine.Options{IdleAfter: time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stopEngine ends the engine of a data directory cleanly and waits for its end.
func stopEngine(t *testing.T, dir string) {
	t.Helper()
	pid := enginePID(t, dir)
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		f, err := os.Open(filepath.Join(dir, "engine.lock"))
		if err != nil {
			t.Fatal(err)
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		f.Close()
		if err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the engine does not end")
}

func findings(t *testing.T, s *Store) (all []Finding, wrong []Finding) {
	t.Helper()
	all, err := s.Examine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Wrong {
			wrong = append(wrong, f)
			if f.Advice == "" {
				t.Errorf("%s: no advice", f.What)
			}
		}
	}
	return all, wrong
}

// A byte that was flipped in a stored part is found, the part is named, and the
// advice helps: everything else answers again.
func TestExamineBrokenPart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := openFolder(t, dir)
	defer func() { s.Close() }()
	if all, wrong := findings(t, s); len(wrong) != 1 || wrong[0].Check != "schema" || wrong[0].Advice != "nhip migrate" {
		t.Errorf("a new store: %+v", all)
	}
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if _, err := s.Load(t.Context(), "run", testItems(40)[20*i:][:20]); err != nil {
			t.Fatal(err)
		}
	}
	all, wrong := findings(t, s)
	if len(wrong) != 0 {
		t.Fatalf("a store that is well: %+v", wrong)
	}
	for _, check := range []string{"version", "schema", "disk", "parts", "checksums", "interrupted", "sources"} {
		found := false
		for _, f := range all {
			found = found || f.Check == check
		}
		if !found {
			t.Errorf("%s was not looked at", check)
		}
	}
	var part, path string
	if err := s.admin.QueryRow(t.Context(), "SELECT name, path FROM system.parts WHERE database = {db:String} AND table = 'observations' AND active ORDER BY name LIMIT 1",
		named("db", s.database)).Scan(&part, &path); err != nil {
		t.Fatal(err)
	}
	s.Close()
	stopEngine(t, dir)
	file := filepath.Join(path, "data.bin")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 0x10
	if err := os.WriteFile(file, data, 0o640); err != nil {
		t.Fatal(err)
	}
	s = openFolder(t, dir)
	_, wrong = findings(t, s)
	named := false
	for _, f := range wrong {
		named = named || f.Check == "checksums" && strings.Contains(f.What, "observations") && strings.Contains(f.What, part) && strings.Contains(f.Advice, "replay")
	}
	if !named {
		t.Errorf("the damaged part %s is not named: %+v", part, wrong)
	}
	execSQL(t, s, "ALTER TABLE observations DETACH PART '"+part+"'")
	if _, wrong = findings(t, s); len(wrong) != 0 {
		t.Errorf("after the advice: %+v", wrong)
	}
	// Loading again what the part held brings it back.
	for i := range 2 {
		if _, err := s.Load(t.Context(), "again", testItems(40)[20*i:][:20]); err != nil {
			t.Fatal(err)
		}
	}
	var n uint64
	if err := s.conn.QueryRow(t.Context(), "SELECT count() FROM observations FINAL").Scan(&n); err != nil || n != 120 {
		t.Errorf("%d observations, %v", n, err)
	}
}

// A run that failed is named with its sentence, and so are unfinished loads.
func TestExamineSources(t *testing.T) {
	s := openTest(t)
	execSQL(t, s, "INSERT INTO sources (id, enabled, version) VALUES ('bao', 1, 1), ('khac', 1, 1)")
	account := nhip.NewAccount("bao")
	account.Error = "không tới được"
	if err := s.SaveRun(t.Context(), nhip.Run{ID: "r", StartedAt: time.Now(), Sources: []nhip.Account{account, nhip.NewAccount("khac")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context(), "run", testItems(3)); err != nil {
		t.Fatal(err)
	}
	execSQL(t, s, "TRUNCATE TABLE batches")
	all, wrong := findings(t, s)
	if len(wrong) != 1 || wrong[0].Check != "sources" || !strings.Contains(wrong[0].What, "bao: không tới được") {
		t.Errorf("%+v", wrong)
	}
	for _, f := range all {
		if f.Check == "interrupted" && !strings.HasPrefix(f.What, "3 documents") {
			t.Errorf("%+v", f)
		}
	}
}

// A back-up that is taken while a load runs is restored to a store that holds at
// least what was there when it began, and that the load, run again, completes.
func TestBackupAndRestore(t *testing.T) {
	s := openTest(t)
	items := killItems()
	if _, err := s.Load(t.Context(), "run", items[:20]); err != nil {
		t.Fatal(err)
	}
	loading := make(chan error, 1)
	go func() { loading <- loadInBatches(t.Context(), s, "meanwhile") }()
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	// What a killed back-up left behind goes with the next one.
	if err := os.MkdirAll(filepath.Join(testDataDir, engine.BackupFolder, fmt.Sprintf("pass-%d-x", dead.Process.Pid), "y"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "nhip.tar")
	m, err := s.Backup(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-loading; err != nil {
		t.Fatal(err)
	}
	if m.Rows["document_versions"] < 20 || m.Rows["observations"] < 60 {
		t.Errorf("manifest: %v", m.Rows)
	}
	restored := openUnmigrated(t)
	if _, err := restored.Restore(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if pending, err := restored.Pending(t.Context()); err != nil || len(pending) > 0 {
		t.Errorf("pending after the restore: %v, %v", pending, err)
	}
	if err := loadInBatches(t.Context(), restored, "meanwhile"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(rowsOf(t, s), rowsOf(t, restored)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(schemaOf(t, s), schemaOf(t, restored)); d != "" {
		t.Error(d)
	}
	if _, err := restored.Restore(t.Context(), file); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("restored over a store: %v", err)
	}
	if _, err := s.Backup(t.Context(), file); err == nil {
		t.Error("a back-up was written over another")
	}
	left, err := filepath.Glob(filepath.Join(testDataDir, engine.BackupFolder, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What is no whole back-up is refused, and leaves no half store.
func TestRestoreRefuses(t *testing.T) {
	s := openTest(t)
	file := filepath.Join(t.TempDir(), "nhip.tar")
	if _, err := s.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(good)
	for i := len(damaged) / 3; i < len(damaged)/3+64; i++ {
		damaged[i] ^= 0xff
	}
	newer := bytes.Replace(good, []byte(`"0001_tables.sql"`), []byte(`"0099_tables.sql"`), 1)
	for name, data := range map[string][]byte{"empty": nil, "no back-up": []byte("xin chào"), "cut": good[:len(good)/2], "damaged": damaged, "newer": newer} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		empty := openUnmigrated(t)
		if _, err := empty.Restore(t.Context(), file); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", name, err)
		}
		if have, err := empty.appliedMigrations(t.Context()); err != nil || len(have) > 0 {
			t.Errorf("%s: a half store is left: %v, %v", name, have, err)
		}
	}
}
