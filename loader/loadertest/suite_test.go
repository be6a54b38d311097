package loadertest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"nhip/loader"
	"nhip/loader/engine"
	"nhip/loader/loadertest"
)

var dataDir string

func TestMain(m *testing.M) {
	engine.RunIfChild()
	dir, err := os.MkdirTemp("", "nhip-loadertest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	dataDir = filepath.Join(dir, "data")
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func TestEmbedded(t *testing.T) {
	var n atomic.Int64
	loadertest.Run(t, func(t *testing.T) *loader.Store {
		s, err := loader.Open(t.Context(), loader.Options{DataDir: dataDir, Database: fmt.Sprintf("suite%d", n.Add(1))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		if _, err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s
	})
}

// TestServer runs the suite on the server that NHIP_TEST_DSN names, in databases
// suite_PID_1, suite_PID_2 … that it leaves behind.
func TestServer(t *testing.T) {
	dsn := os.Getenv("NHIP_TEST_DSN")
	if dsn == "" {
		t.Skip("NHIP_TEST_DSN names no ClickHouse server of version 26 or newer")
	}
	var n atomic.Int64
	loadertest.Run(t, func(t *testing.T) *loader.Store {
		s, err := loader.Open(t.Context(), loader.Options{DSN: dsn, Database: fmt.Sprintf("suite_%d_%d", os.Getpid(), n.Add(1))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		if _, err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s
	})
}
