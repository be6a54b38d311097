package main

import (
	"errors"
	"math/rand/v2"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestTerminated: a run that is asked to stop at a random moment keeps what it has and
// says that it did not end; one that is asked twice ends at once; and the next run ends
// in the tables of an undisturbed one.
func TestTerminated(t *testing.T) {
	if testing.Short() {
		t.Skip("runs nhip five times")
	}
	needEngine(t)
	undisturbed, dir := t.TempDir(), t.TempDir()
	began := time.Now()
	nhipOutput(t, undisturbed, "demo")
	took := time.Since(began)
	random := rand.New(rand.NewPCG(94, 94))
	stopped := 0
	for try := range 3 {
		cmd := nhipCommand(t, dir, "demo")
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.Int64N(int64(took))))
		for range 1 + try%2 {
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				break // it came to its end
			}
			time.Sleep(20 * time.Millisecond)
		}
		err := cmd.Wait()
		var exit *exec.ExitError
		switch {
		case err == nil:
			continue
		case !errors.As(err, &exit):
			t.Fatal(err)
		case exit.ExitCode() < 0 && try%2 == 0 && said.Len() > 0: // before its first word it may not listen yet
			t.Errorf("one SIGTERM ended it like a second one: %v", err)
		case exit.ExitCode() >= 0 && said.Len() == 0:
			t.Errorf("stopped with %v and not a word", err)
		}
		stopped++
	}
	if stopped == 0 {
		t.Error("no run was stopped before it ended")
	}
	nhipOutput(t, dir, "demo")
	if d := cmp.Diff(state(t, undisturbed), state(t, dir)); d != "" {
		t.Errorf("after %d stops the tables differ (-undisturbed +stopped):\n%s", stopped, d)
	}
}
