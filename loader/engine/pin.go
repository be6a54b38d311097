package engine

import (
	"fmt"
	"path/filepath"
	"runtime"
)

// pin says which file of which package is the library of a platform, to the byte.
type pin struct {
	os, arch string
	name     string // of the package, for the npm client
	file     string // within the package and on disk

	archiveSize   int64 // of the package as npm packs it
	archiveSHA256 string
	size          int64 // of the library
	sha256        string
}

// packageVersion is the pinned version of the packages that carry the library.
// Their tag "latest" is older.
const packageVersion = libraryVersion + "-stable.1"

// pins are the platforms there are packages for. Where the sums are empty nobody
// of us has yet seen the package: nothing is fetched there, and a library that the
// user names is checked for its platform and its own version only.
var pins = []pin{
	{os: "linux", arch: "amd64", name: "@chdb/lib-linux-x64-gnu", file: "libchdb.so",
		archiveSize: 177817999, archiveSHA256: "c0d32b129e988f2b9a9a31c9141aecf5e1e2453f9a079efc4d36ab8e3f92b2ad",
		size: 566330096, sha256: "36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5"},
	{os: "linux", arch: "arm64", name: "@chdb/lib-linux-arm64-gnu", file: "libchdb.so"},
	{os: "darwin", arch: "amd64", name: "@chdb/lib-darwin-x64", file: "libchdb.so"},
	{os: "darwin", arch: "arm64", name: "@chdb/lib-darwin-arm64", file: "libchdb.so"},
}

// spec is what the npm client is asked for.
func (p pin) spec() string { return p.name + "@" + packageVersion }

// pinned tells whether the sums are known.
func (p pin) pinned() bool { return p.sha256 != "" }

// thisPlatform returns the pin of the running platform.
func thisPlatform() (pin, error) {
	for _, p := range pins {
		if p.os == runtime.GOOS && p.arch == runtime.GOARCH {
			return p, glibc(p)
		}
	}
	return pin{}, fmt.Errorf("there is no libchdb for %s on %s, so the embedded engine cannot run here; use a ClickHouse server with --dsn clickhouse://host:9000/database",
		runtime.GOOS, runtime.GOARCH)
}

// glibc refuses Linux systems on another C library, where the packages' library
// cannot be loaded.
func glibc(p pin) error {
	if p.os != "linux" {
		return nil
	}
	for _, pattern := range []string{"/lib*/ld-linux-*.so.*", "/lib/*/ld-linux-*.so.*", "/usr/lib*/ld-linux-*.so.*"} {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return nil
		}
	}
	return fmt.Errorf("libchdb needs the GNU C library, which this Linux system does not have; use a glibc-based system or image, or a ClickHouse server with --dsn clickhouse://host:9000/database")
}
