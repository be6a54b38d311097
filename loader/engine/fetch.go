package engine

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// fetch brings the pinned library to home. The npm client downloads the package
// (from wherever it is set up to), this function verifies, unpacks, verifies again
// and moves the library into place in one step. One process fetches at a time; an
// archive that an interrupted run left whole is not fetched again.
func (p pin) fetch(ctx context.Context, home string, progress func(done, total int64, what string)) error {
	if progress == nil {
		progress = func(int64, int64, string) {}
	}
	folder := filepath.Dir(home)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("create the cache folder: %w", err)
	}
	unlock, err := lockFetch(ctx, filepath.Join(folder, "fetch.lock"))
	if err != nil {
		return err
	}
	defer unlock()
	if p.verify(home) == nil { // another process brought it meanwhile
		return nil
	}
	stage := filepath.Join(folder, "stage")
	if err := os.MkdirAll(stage, 0o755); err != nil {
		return fmt.Errorf("create the cache folder: %w", err)
	}
	archive := filepath.Join(stage, "package.tgz")
	if sum, err := fileSHA256(archive); err != nil || sum != p.archiveSHA256 {
		if err := p.pack(ctx, stage, archive, progress); err != nil {
			return err
		}
	}
	part := filepath.Join(stage, p.file)
	if err := p.unpack(ctx, archive, part, progress); err != nil {
		return err
	}
	if err := os.Rename(part, home); err != nil {
		return fmt.Errorf("move libchdb into place: %w", err)
	}
	if info, err := os.Stat(home); err == nil {
		writeStamp(home, stampOf(info, p.sha256))
	}
	return os.RemoveAll(stage)
}

// lockFetch waits for its turn.
func lockFetch(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the cache folder: %w", err)
	}
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			f.Close()
			return nil, fmt.Errorf("lock the cache folder: %w", err)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// pack has the npm client download the package into archive.
func (p pin) pack(ctx context.Context, stage, archive string, progress func(done, total int64, what string)) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("npm is not installed")
	}
	out := filepath.Join(stage, "packed")
	if err := os.RemoveAll(out); err != nil { // what an interrupted run left is not whole
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, npm, "pack", p.spec(), "--pack-destination", out,
		"--cache", filepath.Join(stage, "npm"), "--ignore-scripts", "--loglevel=error", "--no-update-notifier", "--no-fund", "--no-audit")
	cmd.Dir = out // not the caller's folder, whose project settings are not ours
	cmd.Stderr = &said
	cmd.WaitDelay = 5 * time.Second
	watched := watchGrowth(stage, p.archiveSize, func(done int64) {
		progress(done, p.archiveSize, "fetching libchdb "+libraryVersion)
	})
	err = cmd.Run()
	watched()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("npm pack %s failed: %s", p.spec(), npmReason(said.String(), err))
	}
	packed, err := filepath.Glob(filepath.Join(out, "*.tgz"))
	if err != nil || len(packed) != 1 {
		return fmt.Errorf("npm pack %s left %d archives instead of one", p.spec(), len(packed))
	}
	sum, err := fileSHA256(packed[0])
	if err != nil {
		return err
	}
	if sum != p.archiveSHA256 {
		return fmt.Errorf("the package %s that npm fetched has the SHA-256 %s, not the pinned %s", p.spec(), sum, p.archiveSHA256)
	}
	progress(p.archiveSize, p.archiveSize, "fetching libchdb "+libraryVersion)
	return os.Rename(packed[0], archive)
}

// npmReason takes the telling lines out of what npm wrote.
func npmReason(said string, err error) string {
	var lines []string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "npm error"))
		if line != "" && !strings.HasPrefix(line, "A complete log") && len(lines) < 3 {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return err.Error()
	}
	return strings.Join(lines, ", ")
}

// watchGrowth reports the size of the largest file below a folder until stop is
// called: npm says nothing of its progress, but its temporary file grows.
func watchGrowth(folder string, limit int64, report func(done int64)) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				report(min(largestFile(folder), limit))
			}
		}
	}()
	return func() { close(done); <-ended }
}

func largestFile(folder string) int64 {
	var largest int64
	_ = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // files come and go while npm works
		}
		if info, err := d.Info(); err == nil {
			largest = max(largest, info.Size())
		}
		return nil
	})
	return largest
}

// unpack takes the library out of the archive and verifies it on the way.
func (p pin) unpack(ctx context.Context, archive, part string, progress func(done, total int64, what string)) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", archive, err)
	}
	for t := tar.NewReader(z); ; {
		header, err := t.Next()
		if err == io.EOF {
			return fmt.Errorf("the package %s holds no %s", p.spec(), p.file)
		}
		if err != nil {
			return fmt.Errorf("unpack %s: %w", archive, err)
		}
		if header.Name != "package/"+p.file {
			continue
		}
		return p.write(ctx, t, part, progress)
	}
}

func (p pin) write(ctx context.Context, from io.Reader, part string, progress func(done, total int64, what string)) error {
	to, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	defer to.Close()
	h := sha256.New()
	buffer := make([]byte, 1<<20)
	for done := int64(0); ; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n, err := from.Read(buffer)
		h.Write(buffer[:n])
		if _, err := to.Write(buffer[:n]); err != nil {
			return fmt.Errorf("unpack libchdb: %w", err)
		}
		before := done
		if done += int64(n); done>>24 != before>>24 || err == io.EOF {
			progress(done, p.size, "unpacking libchdb "+libraryVersion)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("unpack libchdb: %w", err)
		}
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != p.sha256 {
		return fmt.Errorf("%s of the package %s has the SHA-256 %s, not the pinned %s", p.file, p.spec(), sum, p.sha256)
	}
	if err := to.Sync(); err != nil { // before the rename, so that a power cut leaves no hollow file
		return fmt.Errorf("unpack libchdb: %w", err)
	}
	return to.Close()
}
