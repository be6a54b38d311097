package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"nhip/loader/engine"
)

func TestMain(m *testing.M) {
	engine.RunIfChild() // the test binary is also the engine's process
	testscript.Main(m, map[string]func(){"nhip": main, "nhip-on-loopback": mainOnLoopback})
}

// library returns the path of libchdb, fetching it if need be. Where it cannot be
// had the test is skipped, and fails in CI.
var library = sync.OnceValues(func() (string, error) {
	return engine.FindLibrary(context.Background(), engine.Options{})
})

func needEngine(t *testing.T) string {
	t.Helper()
	path, err := library()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the engine is needed in CI: %v", err)
		}
		t.Skipf("needs the engine: %v", err)
	}
	return path
}

// TestScripts runs whole commands as a user would: testdata/script/*.txtar.
func TestScripts(t *testing.T) {
	lib := needEngine(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("NHIP_LIBCHDB", lib)
			return nil
		},
	})
}

// command is nhip as a process of its own, in its own folder.
func nhipCommand(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// testscript's main runs the command whose name the binary is called by.
	link := filepath.Join(t.TempDir(), "nhip")
	if err := os.Symlink(exe, link); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(link, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NHIP_LIBCHDB="+needEngine(t), "NHIP_DATA="+filepath.Join(dir, "data"))
	return cmd
}

// nhipOutput runs nhip and returns its standard output.
func nhipOutput(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := nhipCommand(t, dir, args...)
	var out, errOut strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("nhip %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), errOut.String())
	}
	return out.String()
}

// sharedData is the folder of real pages, or the test is skipped.
func sharedData(t *testing.T, elem ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the real pages are not here (%s): they belong to their publishers and are not part of the project", path)
	}
	return path
}
