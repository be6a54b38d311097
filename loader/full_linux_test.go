package loader

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

// smallDisk is set for the process of TestDiskFull that stands alone in its mount
// namespace: the folder to put a small disk on.
const smallDisk = "NHIP_TEST_SMALL_DISK"

// A disk that is full stops a load with a sentence; what was acknowledged stays, and
// with room the same load ends as an undisturbed one. The disk is a tmpfs in a user
// namespace of the test's own, which needs no rights where the kernel allows it.
func TestDiskFull(t *testing.T) {
	if dir := os.Getenv(smallDisk); dir != "" {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=96m"); err != nil {
			t.Skipf("no small disk can be mounted: %v", err)
		}
		fullDisk(t, dir)
		return
	}
	if testing.Short() {
		t.Skip("fills a disk of its own")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	inside := exec.Command(self, "-test.run=^TestDiskFull$", "-test.v")
	inside.Env = append(os.Environ(), smallDisk+"="+t.TempDir())
	inside.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}}
	out, err := inside.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		t.Skipf("this kernel gives no user namespace to mount a small disk in: %v", err)
	case err != nil:
		t.Fatalf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("%s", out)
	case !strings.Contains(string(out), "--- PASS: TestDiskFull"):
		t.Fatalf("nothing was tested:\n%s", out)
	}
}

func fullDisk(t *testing.T, dir string) {
	data := filepath.Join(dir, "data")
	s := openFolder(t, data)
	defer func() { s.Close() }()
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	items := testItems(40)
	random := rand.NewChaCha8([32]byte{1})
	for i := range items { // pages that cannot be compressed
		body := make([]byte, 20_000)
		_, _ = random.Read(body)
		items[i].Page.Body, items[i].Page.SHA256 = body, sha256.Sum256(body)
	}
	if _, err := s.Load(t.Context(), "before", items[:20]); err != nil {
		t.Fatal(err)
	}
	stopped := 0
	for i, room := range []int64{0, 1100 << 10, 1500 << 10} {
		filler := fillDisk(t, dir, room)
		got, err := s.Load(t.Context(), fmt.Sprint("room ", i), items[20:])
		switch {
		case err != nil && !strings.Contains(err.Error(), "the disk is full: make room"):
			t.Errorf("%d bytes of room: %v", room, err)
		case err == nil && got.Loaded != 20:
			t.Errorf("%d bytes of room: %+v", room, got)
		case err != nil:
			stopped++
		}
		var kept uint64
		if err := s.conn.QueryRow(t.Context(), "SELECT countIf(url IN {urls:Array(String)}) FROM documents FINAL", named("urls", urlsOf(items[:20]))).Scan(&kept); err != nil || kept != 20 {
			t.Errorf("%d bytes of room: %d of 20 documents are kept, %v", room, kept, err)
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
	}
	if stopped < 2 {
		t.Errorf("only %d loads met a full disk", stopped)
	}
	// No back-up, and no half of one.
	filler := fillDisk(t, dir, 32<<10)
	backup := filepath.Join(dir, "b.tar")
	if _, err := s.Backup(t.Context(), backup); err == nil || !strings.Contains(err.Error(), "the disk is full: make room") {
		t.Errorf("a back-up on a full disk: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "b.tar*")); len(left) > 0 {
		t.Errorf("half a back-up is left: %v", left)
	}
	// An engine that starts without room answers what it holds.
	s.Close()
	stopEngine(t, data)
	more := fillDisk(t, dir, 0)
	s = openFolder(t, data)
	var kept uint64
	if err := s.conn.QueryRow(t.Context(), "SELECT count() FROM v_articles").Scan(&kept); err != nil || kept < 20 {
		t.Errorf("%d documents on a full disk, %v", kept, err)
	}
	for _, f := range []string{filler, more} {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Load(t.Context(), "with room", items[20:]); err != nil {
		t.Fatal(err)
	}
	other := openFolder(t, filepath.Join(dir, "other"))
	defer other.Close()
	if _, err := other.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, part := range [][]nhip.Item{items[:20], items[20:]} {
		if _, err := other.Load(t.Context(), "undisturbed", part); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(rowsOf(t, other), rowsOf(t, s)); d != "" {
		t.Error(d)
	}
	// A disk that nobody may write, root neither.
	s.Close()
	stopEngine(t, data)
	other.Close()
	stopEngine(t, filepath.Join(dir, "other"))
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{DataDir: data}); err == nil || !strings.Contains(err.Error(), "cannot be written") || !strings.Contains(err.Error(), "--data") {
		t.Errorf("a read-only store: %v", err)
	}
}

// fillDisk fills the disk of a folder up to some bytes.
func fillDisk(t *testing.T, dir string, room int64) (file string) {
	t.Helper()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(dir, fmt.Sprint("filler ", room))
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if size := int64(fs.Bavail)*fs.Bsize - room; size > 0 {
		if err := syscall.Fallocate(int(f.Fd()), 0, 0, size); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

func urlsOf(items []nhip.Item) (urls []string) {
	for _, it := range items {
		urls = append(urls, it.Page.URL)
	}
	return urls
}
