package engine

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func init() {
	// unlanded: <dir> <library> runs as on a kernel without Landlock and says whether its
	// engine is in a sandbox, and answers.
	roles["unlanded"] = func(args []string) error {
		if os.Getenv("NHIP_TEST_FILTERED") == "" {
			if err := withoutLandlock(); err != nil {
				return err
			}
			return syscall.Exec(os.Args[0], os.Args, append(os.Environ(), "NHIP_TEST_FILTERED=1"))
		}
		cl, err := Ensure(context.Background(), Options{DataDir: args[0], Library: args[1], IdleAfter: time.Second})
		if err != nil {
			return err
		}
		fmt.Println("sandboxed:", cl.Sandboxed())
		return cl.Close()
	}
}

// withoutLandlock lets Landlock's three system calls fail with ENOSYS, as old kernels
// do, for this thread and all that it executes.
func withoutLandlock() error {
	runtime.LockOSThread()
	load, jump, give := uint16(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS), uint16(unix.BPF_JMP|unix.BPF_JGE|unix.BPF_K), uint16(unix.BPF_RET|unix.BPF_K)
	filter := []unix.SockFilter{
		{Code: load, K: 0}, // number of the call
		{Code: jump, K: unix.SYS_LANDLOCK_CREATE_RULESET, Jf: 2},
		{Code: jump, K: unix.SYS_LANDLOCK_RESTRICT_SELF + 1, Jt: 1},
		{Code: give, K: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)},
		{Code: give, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0)
}

// TestWithoutLandlock: the engine still answers on its Unix socket, says in its log
// that it has no sandbox, and its clients know.
func TestWithoutLandlock(t *testing.T) {
	dir := t.TempDir()
	out, err := runRole(t, "unlanded", dir, library(t)).CombinedOutput()
	if err != nil || string(out) != "sandboxed: false\n" {
		t.Fatalf("%v: %s", err, out)
	}
	log, err := os.ReadFile(dir + "/" + logFile)
	if err != nil || !strings.Contains(string(log), "no sandbox: this kernel has no Landlock") {
		t.Errorf("the log does not say so: %v %s", err, log)
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION); errno != 0 {
		t.Skipf("this kernel has no Landlock itself: %v", errno)
	}
	if cl := start(t); !cl.Sandboxed() {
		t.Error("an engine under Landlock says that it has no sandbox")
	}
}
