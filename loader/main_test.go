package loader

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nhip/loader/engine"
)

// One engine process and data directory serve all tests of the package; each test
// has a database of its own.
var testDataDir string

func TestMain(m *testing.M) {
	engine.RunIfChild()
	runIfLoadingChild()
	runIfMigratingChild()
	dir, err := os.MkdirTemp("", "nhip-loader")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	testDataDir = filepath.Join(dir, "data")
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

var testDatabases atomic.Int64

func openTest(t testing.TB) *Store {
	t.Helper()
	s := openUnmigrated(t)
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func openUnmigrated(t testing.TB) *Store {
	t.Helper()
	name := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, t.Name())
	return openDatabase(t, fmt.Sprintf("t%d_%s", testDatabases.Add(1), name))
}

func openDatabase(t testing.TB, database string) *Store {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s, err := Open(ctx, Options{DataDir: testDataDir, Database: database})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
