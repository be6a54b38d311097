package engine

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sharedObject makes the header of an ELF shared library for a machine, followed
// by filling: enough for what is checked before a library is opened.
func sharedObject(kind, machine uint16, filling string) []byte {
	var b bytes.Buffer
	b.WriteString("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	for _, v := range []any{kind, machine, uint32(1), uint64(0), uint64(0), uint64(0), uint32(0), uint16(64), uint16(56), uint16(0), uint16(64), uint16(0), uint16(0)} {
		_ = binary.Write(&b, binary.LittleEndian, v) // into memory
	}
	b.WriteString(filling)
	return b.Bytes()
}

const (
	elfX86, elfARM      = 62, 183
	elfShared, elfExecs = 3, 2
)

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// smallPin pins a library of a few bytes and returns its bytes and its package.
func smallPin(t *testing.T) (p pin, lib, archive []byte) {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // stamps of this test
	lib = sharedObject(elfShared, elfX86, strings.Repeat("mã máy ", 1000))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	for _, f := range []struct {
		name string
		data []byte
	}{{"package/package.json", []byte("{}")}, {"package/libchdb.so", lib}} {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	archive = packed.Bytes()
	return pin{os: "linux", arch: "amd64", name: "@chdb/lib-test", file: "libchdb.so", size: int64(len(lib)), sha256: hexSum(lib),
		archiveSize: int64(len(archive)), archiveSHA256: hexSum(archive)}, lib, archive
}

func TestVerifySentences(t *testing.T) {
	p, lib, _ := smallPin(t)
	dir := t.TempDir()
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"good", lib, ""},
		{"empty", nil, "is empty"},
		{"cut", lib[:len(lib)/2], "is cut or of another version: it has 4532 bytes, libchdb 26.7.3 has 9064"},
		{"cut in its header", lib[:20], "not even its header is whole"},
		{"longer", append(bytes.Clone(lib), 'x'), "is of another version"},
		{"changed", append(bytes.Clone(lib[:len(lib)-1]), 'X'), "is damaged or another build: its SHA-256 is"},
		{"foreign", sharedObject(elfShared, elfARM, "x"), "is a library for linux/arm64, but this machine is linux/amd64"},
		{"program", sharedObject(elfExecs, elfX86, "x"), "not a shared library"},
		{"text", []byte("<html>not found"), `is no shared library: it begins with "<htm"`},
		{"macOS", append([]byte{0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1, 0, 0, 0, 0, 6, 0, 0, 0}, make([]byte, 16)...), "is a library for darwin/arm64"},
	} {
		path := filepath.Join(dir, tt.name)
		if err := os.WriteFile(path, tt.data, 0o600); err != nil {
			t.Fatal(err)
		}
		err := p.verify(path)
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want a sentence with %q", tt.name, err, tt.want)
		}
	}
	if err := p.verify(filepath.Join(dir, "missing")); err == nil || !strings.Contains(err.Error(), "there is no file") {
		t.Errorf("missing: %v", err)
	}
	if err := p.verify(dir); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("folder: %v", err)
	}
}

func TestStampStandsForTheSum(t *testing.T) {
	p, lib, _ := smallPin(t)
	path := filepath.Join(t.TempDir(), "libchdb.so")
	if err := os.WriteFile(path, lib, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.verify(path); err != nil {
		t.Fatal(err)
	}
	s, ok := readStamp(path)
	if !ok || s.SHA256 != p.sha256 {
		t.Fatalf("no stamp after the first check: %v %v", s, ok)
	}
	// Other bytes under another time of change are looked at again ...
	bad := bytes.Clone(lib)
	bad[len(bad)-1] ^= 1
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := p.verify(path); err == nil {
		t.Error("changed bytes passed by the stamp")
	}
	// ... and a stamp of another pin is none.
	other := p
	other.sha256 = hexSum(bad)
	if err := other.verify(path); err != nil {
		t.Error(err)
	}
}

// npmScript puts an npm on PATH that does what the script says; $out is where the
// package belongs.
func npmScript(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	text := "#!/bin/sh\nwhile [ $# -gt 0 ]; do [ \"$1\" = --pack-destination ] && out=$2; shift; done\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(dir, "npm"), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
}

func TestFetch(t *testing.T) {
	p, lib, archive := smallPin(t)
	source := filepath.Join(t.TempDir(), "source.tgz")
	if err := os.WriteFile(source, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	counted := filepath.Join(t.TempDir(), "calls")
	npmScript(t, fmt.Sprintf("echo call >> %s; cp %s $out/package.tgz", counted, source))
	cache := t.TempDir()
	seen := map[string]int64{}
	progress := func(done, total int64, what string) {
		if done < seen[what] || done > total {
			t.Errorf("%s: %d of %d after %d", what, done, total, seen[what])
		}
		seen[what] = done
	}
	path, err := p.find(t.Context(), cache, nil, progress)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(path); err != nil || !bytes.Equal(data, lib) {
		t.Errorf("%s: %d bytes, %v", path, len(data), err)
	}
	if seen["fetching libchdb 26.7.3"] != p.archiveSize || seen["unpacking libchdb 26.7.3"] != p.size {
		t.Errorf("progress %v", seen)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); err != nil || len(left) != 2 { // the library and the lock
		t.Errorf("left behind: %q, %v", left, err)
	}
	if again, err := p.find(t.Context(), cache, nil, progress); err != nil || again != path {
		t.Errorf("again: %q, %v", again, err)
	}
	// An interrupted unpacking goes on with the archive that is there.
	stage := filepath.Join(filepath.Dir(path), "stage")
	if err := errors.Join(os.Remove(path), os.Mkdir(stage, 0o700), os.WriteFile(filepath.Join(stage, "package.tgz"), archive, 0o600),
		os.WriteFile(filepath.Join(stage, p.file), lib[:100], 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.find(t.Context(), cache, nil, nil); err != nil {
		t.Error(err)
	}
	if calls, err := os.ReadFile(counted); err != nil || string(calls) != "call\n" {
		t.Errorf("npm was called %q, %v; want once", calls, err)
	}
	// A damaged library in the cache is fetched again.
	if err := os.WriteFile(path, lib[:50], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.find(t.Context(), cache, nil, nil); err != nil {
		t.Error(err)
	}
}

func TestFetchOneAtATime(t *testing.T) {
	p, _, archive := smallPin(t)
	source := filepath.Join(t.TempDir(), "source.tgz")
	if err := os.WriteFile(source, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	counted := filepath.Join(t.TempDir(), "calls")
	npmScript(t, fmt.Sprintf("echo call >> %s; sleep 0.3; cp %s $out/package.tgz", counted, source))
	cache := t.TempDir()
	failed := make(chan error, 4)
	for range cap(failed) {
		go func() {
			_, err := p.find(context.Background(), cache, nil, nil)
			failed <- err
		}()
	}
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if calls, err := os.ReadFile(counted); err != nil || string(calls) != "call\n" {
		t.Errorf("npm was called %q, %v; want once", calls, err)
	}
}

func TestFetchSentences(t *testing.T) {
	p, _, archive := smallPin(t)
	other := filepath.Join(t.TempDir(), "other.tgz")
	if err := os.WriteFile(other, archive[:len(archive)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, script, want string }{
		{"wrong package", "cp " + other + " $out/package.tgz", "not the pinned"},
		{"npm fails", "echo 'npm error code E404' >&2; echo 'npm error 404 Not Found' >&2; exit 1", "npm pack @chdb/lib-test@26.7.3-stable.1 failed: code E404, 404 Not Found"},
		{"npm says nothing", "exit 3", "exit status 3"},
		{"npm brings nothing", "true", "left 0 archives"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			npmScript(t, tt.script)
			cache := t.TempDir()
			_, err := p.find(t.Context(), cache, nil, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), libraryVariable) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v; want a sentence with %q and what to do", err, tt.want)
			}
			if _, err := os.Stat(p.home(cache)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("something was moved into place: %v", err)
			}
		})
	}
	t.Run("no npm", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		_, err := p.find(t.Context(), t.TempDir(), nil, nil)
		if err == nil || !strings.Contains(err.Error(), "npm is not installed; install Node.js with npm") {
			t.Errorf("%v", err)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		npmScript(t, "exec sleep 20")
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := p.find(ctx, t.TempDir(), nil, nil)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "run again to go on") {
			t.Errorf("%v", err)
		}
	})
	t.Run("platform without sums", func(t *testing.T) {
		p := p
		p.sha256 = ""
		_, err := p.find(t.Context(), t.TempDir(), nil, nil)
		if err == nil || !strings.Contains(err.Error(), "no verified libchdb") {
			t.Errorf("%v", err)
		}
	})
}

func TestUsualFolders(t *testing.T) {
	p, lib, _ := smallPin(t)
	other, good := t.TempDir(), t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(other, p.file), []byte("another version"), 0o600),
		os.WriteFile(filepath.Join(good, p.file), lib, 0o600)); err != nil {
		t.Fatal(err)
	}
	path, err := p.find(t.Context(), t.TempDir(), []string{t.TempDir(), other, good}, nil)
	if want := filepath.Join(good, p.file); err != nil || path != want {
		t.Errorf("%q, %v; want %q", path, err, want)
	}
}

// TestNamedLibraryIsNeverPassedOver: who names a library means that one.
func TestNamedLibraryIsNeverPassedOver(t *testing.T) {
	if _, err := thisPlatform(); err != nil {
		t.Skip(err)
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	path := filepath.Join(t.TempDir(), "libchdb.so")
	if err := os.WriteFile(path, []byte("kein ELF"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(libraryVariable, path)
	if _, err := FindLibrary(t.Context(), Options{}); err == nil || !strings.HasPrefix(err.Error(), libraryVariable+": ") {
		t.Errorf("NHIP_LIBCHDB: %v", err)
	}
	if _, err := Ensure(t.Context(), Options{DataDir: t.TempDir(), Library: path}); err == nil || !strings.Contains(err.Error(), "no shared library") {
		t.Errorf("Options.Library: %v", err)
	}
}

// TestCutLibrary cuts the real one.
func TestCutLibrary(t *testing.T) {
	whole, err := os.Open(library(t))
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	path := filepath.Join(t.TempDir(), "libchdb.so")
	part, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(part, whole, 1<<20); err != nil {
		t.Fatal(err)
	}
	if err := part.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	_, err = Ensure(t.Context(), Options{DataDir: dir, Library: path})
	if err == nil || !strings.Contains(err.Error(), "is cut") {
		t.Errorf("Ensure with a cut library: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, storageFolder)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a store was begun: %v", err)
	}
}
