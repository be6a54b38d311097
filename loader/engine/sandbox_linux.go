package engine

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Rights of Landlock rules.
const (
	rightsRead = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	rightsRun  = rightsRead | unix.LANDLOCK_ACCESS_FS_EXECUTE
	// rightsFile are the rights that a rule on a file, not a folder, may have.
	rightsFile = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_READ_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// enterSandbox restricts this process to the data directory, the library and what
// loading it and resolving names reads, without TCP, and runs the executable again under these
// restrictions: they bind one thread, and only a fresh image has no other. It
// returns only where that could not be done; the error says why, and the caller
// goes on without.
//
// What stays open by construction: the data directory itself, /proc/self, UDP.
func enterSandbox(o childOptions) error {
	if os.Getenv(sandboxVariable) != "" {
		return nil
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return fmt.Errorf("this kernel has no Landlock (%w)", errno)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := restrictThread(int(abi), o, self); err != nil {
		return err
	}
	err = syscall.Exec(self, os.Args, append(os.Environ(), sandboxVariable+"="+sandboxed))
	// The thread is restricted already and stays so; a process of two kinds of
	// threads would be worse than none.
	return fmt.Errorf("%w: %w", errHalfSandboxed, err)
}

// errHalfSandboxed is an engine that must not go on.
var errHalfSandboxed = errors.New("the engine could not be run in its sandbox")

// restrictThread applies the rules to the calling thread. An older ABI knows
// fewer rights; those it does not know stay open.
func restrictThread(abi int, o childOptions, self string) error {
	all := handledRights(abi)
	attr := unix.LandlockRulesetAttr{Handled_access_fs: all}
	if abi >= 4 {
		attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr), 0)
	if errno != 0 {
		return fmt.Errorf("the kernel refuses the ruleset: %w", errno)
	}
	defer unix.Close(int(fd))
	for _, rule := range []struct {
		path   string
		rights uint64
	}{
		{o.dataDir, all},
		{o.library, rightsRun},
		{self, rightsRun},
		{"/usr", rightsRun}, {"/lib", rightsRun}, {"/lib64", rightsRun}, // the dynamic loader is run, libraries are read
		{"/proc", rightsRead}, {"/sys", rightsRead}, {"/etc/ld.so.cache", rightsRead},
		// Names: a dictionary over an own table says host 'localhost'.
		{"/etc/hosts", rightsRead}, {"/etc/host.conf", rightsRead}, {"/etc/nsswitch.conf", rightsRead},
		{"/etc/resolv.conf", rightsRead}, {"/etc/gai.conf", rightsRead},
		{"/dev", rightsRead | unix.LANDLOCK_ACCESS_FS_WRITE_FILE},
	} {
		if err := addRule(int(fd), rule.path, rule.rights&all); err != nil && !errors.Is(err, unix.ENOENT) {
			return fmt.Errorf("rule of %s: %w", rule.path, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return fmt.Errorf("the kernel refuses to restrict: %w", errno)
	}
	return nil
}

// handledRights are all file rights that an ABI knows.
func handledRights(abi int) uint64 {
	rights := uint64(unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1) // ABI 1: the first thirteen
	if abi >= 2 {
		rights |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if abi >= 3 {
		rights |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	return rights
}

func addRule(ruleset int, path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return err
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= rightsFile
	}
	attr := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH,
		uintptr(unsafe.Pointer(&attr)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
