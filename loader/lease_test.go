package loader

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"nhip"
)

// The lease of a process that was killed is free at once on its own machine, and when
// it ends where nobody can tell.
func TestLeaseOfTheDead(t *testing.T) {
	s := openTest(t)
	child := exec.Command("true")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	left := func(source, holder, until string) {
		execSQL(t, s, fmt.Sprintf("INSERT INTO leases (source, owner, holder, at, until) SELECT '%s', 'dead', '%s', now64(3), now64(3) + INTERVAL %s", source, holder, until))
	}
	left("here", fmt.Sprintf(lockHolder, child.Process.Pid, host), "1 MINUTE")
	left("elsewhere", fmt.Sprintf(lockHolder, child.Process.Pid, host+"x"), "1 MINUTE")
	left("long-ago", fmt.Sprintf(lockHolder, child.Process.Pid, host+"x"), "-1 SECOND")
	left("restarted", fmt.Sprintf(leaseHolder, os.Getpid(), host, processBegun-1), "1 MINUTE")
	left("us", fmt.Sprintf(leaseHolder, os.Getpid(), host, processBegun), "1 MINUTE")
	left("alive", fmt.Sprintf(lockHolder, os.Getppid(), host), "1 MINUTE")
	for source, free := range map[string]bool{"here": true, "elsewhere": false, "long-ago": true, "restarted": true, "us": false, "alive": false} {
		holder, err := s.claim(t.Context(), "elsewhere-too", "run")
		if err != nil || holder != "" {
			t.Fatal(holder, err)
		}
		holder, err = s.claim(t.Context(), nhip.SourceID(source), "run")
		if err != nil || (holder == "") != free {
			t.Errorf("%s: held by %q, %v, want free: %t", source, holder, err, free)
		}
	}
}
