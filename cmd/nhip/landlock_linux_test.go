package main

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// Landlock's three system calls, on every architecture.
const firstLandlock, lastLandlock = 444, 446

// startWithoutLandlock starts a command for which Landlock's system calls fail with
// ENOSYS, as on kernels that do not have it.
func startWithoutLandlock(cmd *exec.Cmd) error {
	type filter struct {
		code   uint16
		jt, jf uint8
		k      uint32
	}
	const load, atLeast, give = 0x20, 0x35, 0x06 // BPF_LD|W|ABS, BPF_JMP|JGE|K, BPF_RET|K
	const allow, refuse = 0x7fff0000, 0x00050000 // SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
	program := []filter{{load, 0, 0, 0}, {atLeast, 0, 2, firstLandlock}, {atLeast, 1, 0, lastLandlock + 1}, {give, 0, 0, refuse | uint32(syscall.ENOSYS)}, {give, 0, 0, allow}}
	header := struct {
		n      uint16
		filter *filter
	}{uint16(len(program)), &program[0]}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine, and its filter with it
		const setSeccomp, filterMode, noNewPrivileges = 22, 2, 38
		if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, noNewPrivileges, 1, 0, 0, 0, 0); errno != 0 {
			done <- errno
			return
		}
		if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, setSeccomp, filterMode, uintptr(unsafe.Pointer(&header))); errno != 0 {
			done <- errno
			return
		}
		done <- cmd.Start()
	}()
	return <-done
}

// Without a sandbox below the gate nhip serve says so and offers SQL to nobody by TCP.
func TestServeWithoutLandlock(t *testing.T) {
	dir := t.TempDir()
	cmd := nhipCommand(t, dir, "serve", "--no-crawl")
	cmd.Env = append(cmd.Env, "NHIP_WEB=127.0.0.1:0", "NHIP_CLICKHOUSE=127.0.0.1:0")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := startWithoutLandlock(cmd); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	closed := false
	for lines := bufio.NewScanner(said); lines.Scan(); {
		line := lines.Text()
		closed = closed || strings.Contains(line, "stays closed: without Landlock") && strings.Contains(line, filepath.Join(dir, "data"))
		if strings.Contains(line, "http://") && strings.Contains(line, "query=") {
			t.Errorf("SQL is offered: %s", line)
		}
		if closed {
			break
		}
	}
	if !closed {
		t.Error("nothing was said about the missing sandbox")
	}
	if out := nhipOutput(t, dir, "query", "SELECT 1 + 1"); !strings.Contains(out, "2") {
		t.Errorf("over the Unix socket: %q", out)
	}
}
