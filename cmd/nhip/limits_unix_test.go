//go:build unix

package main

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestFewDescriptors: with a soft limit of 64 open files everything works, since the
// limit is raised to the hard one; with a hard limit of 64 the command says what is
// missing and ends.
func TestFewDescriptors(t *testing.T) {
	needEngine(t)
	for limit, want := range map[string]string{"-Sn": "", "-Hn": "Too many open files"} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		demo := nhipCommand(t, t.TempDir(), "demo")
		cmd := exec.CommandContext(ctx, "sh", "-c", `ulimit -Sn 64 && ulimit `+limit+` 64 && exec "$0" demo`, demo.Path)
		cmd.Dir, cmd.Env = demo.Dir, demo.Env
		var errOut strings.Builder
		cmd.Stderr = &errOut
		err := cmd.Run()
		var exit *exec.ExitError
		switch {
		case ctx.Err() != nil:
			t.Errorf("ulimit %s: it hangs", limit)
		case want == "" && err != nil:
			t.Errorf("ulimit %s: %v\n%s", limit, err, errOut.String())
		case want != "" && (!errors.As(err, &exit) || exit.ExitCode() != exitFailed || !strings.Contains(strings.ToLower(errOut.String()), strings.ToLower(want))):
			t.Errorf("ulimit %s: %v, want status 1 and %q\n%s", limit, err, want, errOut.String())
		}
	}
}
