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
