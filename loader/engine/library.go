package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// libraryVariable names a libchdb of the user's own.
const libraryVariable = "NHIP_LIBCHDB"

// usualFolders are where people and packages put shared libraries.
var usualFolders = []string{
	"/usr/local/lib", "/usr/lib", "/usr/lib64", "/opt/homebrew/lib",
	"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
}

// FindLibrary returns the path of a verified libchdb 26.7.3. It looks at
// Options.Library, else at NHIP_LIBCHDB, else in nhip's cache folder, else in the
// usual library folders, and else has the npm client fetch the platform's package
// into the cache folder (about 180 MB, once). A library that was named but is
// missing, cut, foreign or of another version is an error, never passed over. The
// SHA-256 is computed once; size and time of change stand for it afterwards.
func FindLibrary(ctx context.Context, o Options) (path string, err error) {
	p, err := thisPlatform()
	if err != nil {
		return "", err
	}
	named, from := o.Library, "the library option"
	if named == "" {
		named, from = os.Getenv(libraryVariable), libraryVariable
	}
	if named != "" {
		if named, err = filepath.Abs(named); err != nil {
			return "", fmt.Errorf("%s: %w", from, err)
		}
		if err := p.verify(named); err != nil {
			return "", fmt.Errorf("%s: %w", from, err)
		}
		return named, nil
	}
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	return p.find(ctx, cache, usualFolders, o.Progress)
}

// cacheFolder is nhip's folder below the user's cache folder.
func cacheFolder() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no cache folder for libchdb (%w); set HOME, or put libchdb %s anywhere and name its path in %s", err, libraryVersion, libraryVariable)
	}
	return filepath.Join(dir, "nhip"), nil
}

// home is where a fetched library lies in the cache folder.
func (p pin) home(cache string) string {
	return filepath.Join(cache, "libchdb-"+libraryVersion+"-"+p.os+"-"+p.arch, p.file)
}

// find looks in the cache folder and the usual folders, then fetches.
func (p pin) find(ctx context.Context, cache string, folders []string, progress func(done, total int64, what string)) (string, error) {
	home := p.home(cache)
	if err := p.verify(home); err == nil {
		return home, nil
	}
	for _, folder := range folders {
		path := filepath.Join(folder, p.file)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		if p.verify(path) == nil { // another version is none of our business
			return path, nil
		}
	}
	if !p.pinned() {
		return "", fmt.Errorf("nhip has no verified libchdb %s for %s on %s yet; take %s out of the package %s and name its path in %s",
			libraryVersion, p.os, p.arch, p.file, p.spec(), libraryVariable)
	}
	err := p.fetch(ctx, home, progress)
	switch {
	case err == nil:
		return home, nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "", fmt.Errorf("fetching libchdb %s was interrupted (%w); run again to go on", libraryVersion, err)
	}
	return "", fmt.Errorf("libchdb %s is not on this machine and could not be fetched: %w; install Node.js with npm and run again, or put %s of the package %s at %s, or name its path in %s",
		libraryVersion, err, p.file, p.spec(), home, libraryVariable)
}
