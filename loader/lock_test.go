package loader

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Many that want to migrate at once do it one after the other.
func TestMigrationLock(t *testing.T) {
	a := openTest(t)
	var held, most, taken atomic.Int64
	var wg sync.WaitGroup
	for range 6 {
		s := openDatabase(t, a.Database())
		wg.Go(func() {
			for range 2 {
				unlock, err := s.lockMigrations(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if n := held.Add(1); n > most.Load() {
					most.Store(n)
				}
				time.Sleep(5 * time.Millisecond)
				held.Add(-1)
				taken.Add(1)
				unlock()
			}
		})
	}
	wg.Wait()
	if most.Load() != 1 || taken.Load() != 12 {
		t.Errorf("taken %d times, by %d at once", taken.Load(), most.Load())
	}
	if locks, err := a.locks(t.Context()); err != nil || len(locks) != 0 {
		t.Errorf("left behind: %v, %v", locks, err)
	}
}

// A lock whose holder was killed is free when its lease is over, and not before.
func TestMigrationLockOfTheDead(t *testing.T) {
	s := openTest(t)
	execSQL(t, s, "CREATE TABLE migrating_3 (n UInt8) ENGINE = Null COMMENT 'process 1 on nowhere'")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := s.lockMigrations(ctx); err == nil {
		t.Fatal("a lock that somebody holds was taken")
	}
	name, holder, err := s.tryLock(t.Context())
	if err != nil || name != "" || holder != "process 1 on nowhere" {
		t.Fatalf("%q %q %v", name, holder, err)
	}
	ageLocks(t, s, "migrating_3")
	unlock, err := s.lockMigrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	locks, err := s.locks(t.Context())
	if err != nil || len(locks) != 1 || locks[0].number != 4 || !locks[0].fresh {
		t.Errorf("after taking over: %+v, %v", locks, err)
	}
	unlock()
	if got := fmt.Sprint(schemaOf(t, s)["migrating_4"]); got != "" {
		t.Error("the lock is still there:", got)
	}
}

// ageLocks makes a lock's table look untouched for an hour.
func ageLocks(t *testing.T, s *Store, name string) {
	t.Helper()
	var path, data string
	err := s.admin.QueryRow(t.Context(), "SELECT metadata_path, (SELECT value FROM system.server_settings WHERE name = 'path') FROM system.tables WHERE database = {db:String} AND name = {name:String}",
		named("db", s.database), named("name", name)).Scan(&path, &data)
	if err != nil {
		t.Fatal(err)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(testDataDir, "clickhouse", path)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
}

// A lock, renewed or not, is known to be a dead process's where that ran here.
func TestLockDiedHere(t *testing.T) {
	child := exec.Command("true")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	dead := fmt.Sprintf(lockHolder, child.Process.Pid, host)
	for holder, want := range map[string]bool{dead: true, dead + ", renewed 3 times": true, fmt.Sprintf(lockHolder, os.Getppid(), host): false,
		fmt.Sprintf(lockHolder, child.Process.Pid, host+"x"): false, "somebody": false} {
		if got := diedHere(holder); got != want {
			t.Errorf("%q: %v", holder, got)
		}
	}
}
