package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/loader"
)

// A machine whose clock lies before the store's last run is told so and changes
// nothing; who knows better may go on.
func TestClockInThePast(t *testing.T) {
	needEngine(t)
	args := append([]string{"run"}, archives(t)["demo"]...)
	dir := t.TempDir()
	store, err := loader.Open(t.Context(), loader.Options{DataDir: filepath.Join(dir, "data")})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := nhip.Run{ID: "last", StartedAt: time.Now().AddDate(1, 0, 0), Totals: nhip.NewAccount("")}
	if err := store.SaveRun(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	before, err := store.Rows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := nhipCommand(t, dir, args...).CombinedOutput()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 1 || !strings.Contains(string(out), "the clock is wrong: this machine says ") || !strings.Contains(string(out), "--clock-is-right") {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := nhipCommand(t, dir, "doctor").CombinedOutput(); err == nil || !strings.Contains(string(out), "WRONG  clock") {
		t.Errorf("doctor: %v\n%s", err, out)
	}
	after, err := store.Rows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for table, n := range after {
		if n != before[table] {
			t.Errorf("%s: %d rows, before %d", table, n, before[table])
		}
	}
	nhipOutput(t, dir, append(args, "--clock-is-right")...)
	if after, err = store.Rows(t.Context()); err != nil || after["documents"] == 0 {
		t.Errorf("documents %d, %v", after["documents"], err)
	}
}
