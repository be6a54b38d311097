package engine

import (
	"crypto/sha256"
	"debug/elf"
	"debug/macho"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// verify sees that path is the pinned library: there, whole, for this platform,
// and the same bytes. What is checked first is what explains most.
func (p pin) verify(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("there is no file %s", path)
	case err != nil:
		return fmt.Errorf("libchdb cannot be read: %w", err)
	case info.IsDir():
		return fmt.Errorf("%s is a folder; name the file %s in it", path, p.file)
	}
	platform, err := platformOf(path)
	if err != nil {
		return err
	}
	if want := p.os + "/" + p.arch; platform != want {
		return fmt.Errorf("%s is a library for %s, but this machine is %s; take the one of the package %s", path, platform, want, p.name)
	}
	switch {
	case !p.pinned():
		return nil
	case info.Size() < p.size:
		return fmt.Errorf("%s is cut or of another version: it has %d bytes, libchdb %s has %d; delete it and take the file of the package %s", path, info.Size(), libraryVersion, p.size, p.spec())
	case info.Size() > p.size:
		return fmt.Errorf("%s is of another version: it has %d bytes, libchdb %s has %d; take the file of the package %s", path, info.Size(), libraryVersion, p.size, p.spec())
	}
	if s, ok := readStamp(path); ok && s == stampOf(info, p.sha256) {
		return nil
	}
	sum, err := fileSHA256(path)
	if err != nil {
		return fmt.Errorf("read libchdb: %w", err)
	}
	if sum != p.sha256 {
		return fmt.Errorf("%s is damaged or another build: its SHA-256 is %s, that of libchdb %s is %s; delete it and take the file of the package %s", path, sum, libraryVersion, p.sha256, p.spec())
	}
	writeStamp(path, stampOf(info, sum))
	return nil
}

// platformOf reads the header of a shared library: "linux/amd64" and the like.
func platformOf(path string) (string, error) {
	if f, err := elf.Open(path); err == nil {
		defer f.Close()
		machine, known := map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64"}[f.Machine]
		if !known {
			machine = f.Machine.String()
		}
		if f.Type != elf.ET_DYN {
			return "", fmt.Errorf("%s is a Linux file of type %s, not a shared library", path, f.Type)
		}
		return "linux/" + machine, nil
	}
	if f, err := macho.Open(path); err == nil {
		defer f.Close()
		machine, known := map[macho.Cpu]string{macho.CpuAmd64: "amd64", macho.CpuArm64: "arm64"}[f.Cpu]
		if !known {
			machine = f.Cpu.String()
		}
		return "darwin/" + machine, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("libchdb cannot be read: %w", err)
	}
	defer f.Close()
	start := make([]byte, 4)
	n, err := io.ReadFull(f, start)
	if err != nil && n == 0 {
		return "", fmt.Errorf("%s is empty", path)
	}
	if string(start[:n]) == elf.ELFMAG {
		return "", fmt.Errorf("%s is cut: not even its header is whole", path)
	}
	return "", fmt.Errorf("%s is no shared library: it begins with %q", path, start[:n])
}

func fileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// stamp remembers that a file had a sum, by what changes when the file does.
type stamp struct {
	Size     int64  `json:"size"`
	Modified int64  `json:"modified_ns"`
	SHA256   string `json:"sha256"`
}

func stampOf(info os.FileInfo, sum string) stamp {
	return stamp{info.Size(), info.ModTime().UnixNano(), sum}
}

// stampFile is where the stamp of a library lies: in the cache folder under the
// hash of its path, because the library's own folder may belong to somebody else.
func stampFile(path string) (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	name := sha256.Sum256([]byte(path))
	return filepath.Join(cache, "verified", hex.EncodeToString(name[:8])+".json"), nil
}

func readStamp(path string) (stamp, bool) {
	var s stamp
	name, err := stampFile(path)
	if err != nil {
		return s, false
	}
	text, err := os.ReadFile(name)
	return s, err == nil && json.Unmarshal(text, &s) == nil
}

// writeStamp is a convenience: where it fails, the next start computes the sum again.
func writeStamp(path string, s stamp) {
	name, err := stampFile(path)
	if err != nil {
		return
	}
	text, err := json.Marshal(s)
	if err != nil || os.MkdirAll(filepath.Dir(name), 0o755) != nil {
		return
	}
	temp := fmt.Sprintf("%s.%d", name, os.Getpid())
	if os.WriteFile(temp, text, 0o600) == nil {
		_ = os.Rename(temp, name) // see above
	}
}
