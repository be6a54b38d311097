package engine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// What lies in a data directory.
const (
	storageFolder = "clickhouse"  // the engine's own files
	socketFile    = "engine.sock" // where it listens; mode 0600
	lockFile      = "engine.lock" // flock'ed by the engine process for its life; holds its process number
	logFile       = "engine.log"  // its standard error, bounded
)

// prepareDataDirectory makes the directory absolute, creates it and sees that it
// can be written.
func prepareDataDirectory(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("the engine needs a data directory")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("data directory: %w", err)
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return "", fmt.Errorf("data directory %s is a file; name a folder, or move the file away", dir)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("data directory %s cannot be created: %w; name another with --data", dir, err)
	}
	probe, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", fmt.Errorf("data directory %s cannot be written: %w; give yourself the right or name another with --data", dir, errors.Unwrap(err))
	}
	return dir, probe.Close()
}

// lockDataDirectory takes the lock that the engine process holds for its life.
// The kernel releases it with the process, so kill -9 leaves none behind.
func lockDataDirectory(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the engine's lock: %w", err)
	}
	switch err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); {
	case errors.Is(err, unix.EWOULDBLOCK):
		f.Close()
		return nil, errBusy
	case err != nil:
		f.Close()
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	// The number is for people and tests; nobody branches on it.
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintln(f, os.Getpid())
	}
	return f, nil
}

// heldByAnother tells that a ClickHouse that is not ours has the storage folder open:
// each locks the file status in it.
func heldByAnother(storage string) bool {
	f, err := os.OpenFile(filepath.Join(storage, "status"), os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close() // and with it the lock, where we got it
	return errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK)
}

// The log is cut to its newest half when it grows over this many bytes.
const logLimit = 2 << 20

// boundLog keeps the log file small for the life of the process. The file stays
// the same inode, because the library writes to it through standard error.
func boundLog(name string) {
	for {
		if err := cutLog(name, logLimit); err != nil && !errors.Is(err, os.ErrNotExist) {
			fmt.Fprintln(os.Stderr, "engine: log:", err)
		}
		time.Sleep(10 * time.Second)
	}
}

func cutLog(name string, limit int64) error {
	info, err := os.Stat(name)
	if err != nil || info.Size() <= limit {
		return err
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Seek(-limit/2, io.SeekEnd); err != nil {
		return err
	}
	tail, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(tail, 0) // writers append, so what comes meanwhile stands behind or is overwritten: it is a log
	return err
}
