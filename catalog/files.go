package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// maxFileSize bounds one file of the catalog. The largest embedded one has about
// a hundred kilobytes; whoever needs more should split it.
const maxFileSize = 4 << 20

// file is one file of the catalog before it is decoded.
type file struct {
	name  string // below the catalog's root: "places.csv", "sources/x.yaml"
	shown string // how problems name it
	data  []byte
}

// fileSet holds the files by name; an overlay replaces those of the same name.
type fileSet map[string]file

func (s fileSet) sorted() []file {
	var files []file
	for _, name := range slices.Sorted(maps.Keys(s)) {
		files = append(files, s[name])
	}
	return files
}

func embeddedFiles() (fileSet, error) {
	s := fileSet{}
	var problems Problems
	if err := s.overlay(embedded, &problems); err != nil {
		return nil, fmt.Errorf("catalog: reading the embedded files: %w", err)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return s, nil
}

// overlay takes every catalog file of fsys. A file that looks like one and is not
// is a problem: it would be ignored in silence.
func (s fileSet) overlay(fsys fs.FS, problems *Problems) error {
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name != "." && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if why := strayName(name); why != "" {
			*problems = append(*problems, Problem{File: name, Message: why})
			return nil
		}
		if !isCatalogFile(name) {
			return nil
		}
		data, err := readCapped(fsys, name)
		return s.add(file{name: name, shown: name, data: data}, err, problems)
	})
}

// overlayPath takes a file or folder of the operating system.
func (s fileSet) overlayPath(p string, problems *Problems) error {
	info, err := os.Stat(p)
	if err != nil {
		return err
	}
	if info.IsDir() {
		inner := fileSet{}
		var found Problems
		if err := inner.overlay(os.DirFS(p), &found); err != nil {
			return err
		}
		for _, f := range found {
			f.File = filepath.Join(p, filepath.FromSlash(f.File))
			*problems = append(*problems, f)
		}
		for name, f := range inner {
			f.shown = filepath.Join(p, filepath.FromSlash(name))
			s[name] = f
		}
		return nil
	}
	name := filepath.Base(p)
	if !isCatalogFile(name) {
		if path.Ext(name) != ".yaml" {
			*problems = append(*problems, Problem{File: p, Message: "is no file of the catalog: give a source as <id>.yaml, or one of " + strings.Join(rootFiles(), ", ")})
			return nil
		}
		name = "sources/" + name
	}
	data, err := readCapped(os.DirFS(filepath.Dir(p)), filepath.Base(p))
	return s.add(file{name: name, shown: p, data: data}, err, problems)
}

func (s fileSet) add(f file, err error, problems *Problems) error {
	if errors.Is(err, errTooLarge) {
		*problems = append(*problems, Problem{File: f.shown, Message: fmt.Sprintf("is larger than %d MB: split it or take out what does not belong there", maxFileSize>>20)})
		return nil
	}
	if err != nil {
		return err
	}
	s[f.name] = f
	return nil
}

var errTooLarge = errors.New("file too large")

func readCapped(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFileSize {
		return nil, errTooLarge
	}
	return fs.ReadFile(fsys, name)
}

func isCatalogFile(name string) bool {
	if _, ok := decoders[name]; ok {
		return true
	}
	dir, base := path.Split(name)
	return dir == "sources/" && path.Ext(base) == ".yaml"
}

// strayName says what is wrong with the name of a data file nothing would read.
func strayName(name string) string {
	if isCatalogFile(name) {
		return ""
	}
	dir, base := path.Split(name)
	switch ext := path.Ext(base); {
	case ext == ".yml":
		return "is not read: name it " + strings.TrimSuffix(base, ext) + ".yaml"
	case ext != ".yaml" && ext != ".csv":
		return ""
	case dir == "sources/":
		return "is not read: a source is a YAML file sources/<id>.yaml"
	case ext == ".yaml" && dir == "":
		return "is not read: a source belongs into the folder sources, and the other files are " + strings.Join(rootFiles(), ", ")
	}
	return "is not read: the catalog consists of sources/<id>.yaml and " + strings.Join(rootFiles(), ", ")
}

func rootFiles() []string { return slices.Sorted(maps.Keys(decoders)) }
