package nhip_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// room is one row of the import table of docs/design.md.
type room struct {
	ours   []string // packages of this module it may import; a trailing /* means all below
	theirs []string // third-party modules that may appear in this room
}

// The table. A third-party module that no row lists is a mistake; one that a row
// lists may be imported in that room only. Tests may import what their room may,
// and the modules and packages of onlyTests.
var rooms = map[string]room{
	".":       {},
	"catalog": {ours: []string{"nhip"}, theirs: []string{"go.yaml.in/yaml/v3", "github.com/andybalholm/cascadia", "golang.org/x/text"}},
	"crawler": {ours: []string{"nhip", "nhip/catalog"}, theirs: []string{
		"github.com/gocolly/colly/v2", "github.com/mmcdole/gofeed", "github.com/nlnwa/whatwg-url", "code.dny.dev/ssrf",
		"github.com/andybalholm/brotli", "github.com/klauspost/compress", "github.com/andybalholm/cascadia", "golang.org/x/net", "golang.org/x/text"}},
	"crawler/crawlertest": {ours: []string{"nhip", "nhip/catalog"}},
	"transform":           {ours: []string{"nhip", "nhip/catalog", "nhip/transform/*"}},
	"transform/vi":        {theirs: []string{"golang.org/x/text"}},
	"transform/article": {ours: []string{"nhip", "nhip/catalog", "nhip/transform/vi"}, theirs: []string{
		"github.com/PuerkitoBio/goquery", "github.com/andybalholm/cascadia", "golang.org/x/net", "golang.org/x/text"}},
	"transform/table": {ours: []string{"nhip", "nhip/catalog", "nhip/transform/vi"}, theirs: []string{
		"github.com/PuerkitoBio/goquery", "github.com/andybalholm/cascadia", "golang.org/x/net", "golang.org/x/text",
		"github.com/xuri/excelize/v2", "github.com/shakinm/xlsReader"}},
	"transform/fact":   {ours: []string{"nhip", "nhip/catalog", "nhip/transform/vi"}},
	"transform/entity": {ours: []string{"nhip", "nhip/catalog", "nhip/transform/vi"}},
	"loader": {ours: []string{"nhip", "nhip/catalog", "nhip/loader/engine"}, theirs: []string{
		"github.com/ClickHouse/clickhouse-go/v2", "github.com/ClickHouse/ch-go", "github.com/shopspring/decimal", "golang.org/x/text"}},
	"loader/engine": {theirs: []string{
		"github.com/ebitengine/purego", "golang.org/x/sys", "github.com/ClickHouse/ch-go",
		"github.com/klauspost/compress", "github.com/andybalholm/brotli", "github.com/pierrec/lz4/v4"}},
	"loader/corpus":     {ours: []string{"nhip", "nhip/catalog"}},
	"loader/loadertest": {ours: []string{"nhip", "nhip/catalog", "nhip/loader", "nhip/loader/engine"}},
	"schedules":         {ours: []string{"nhip", "nhip/catalog"}, theirs: []string{"github.com/robfig/cron/v3"}},
	"trends":            {ours: []string{"nhip", "nhip/loader"}, theirs: []string{"gonum.org/v1/plot"}},
	"cmd/nhip":          {ours: []string{"nhip", "nhip/*"}, theirs: []string{"github.com/spf13/pflag", "golang.org/x/term", "golang.org/x/crypto"}},
	"cmd/nhip/demosite": {ours: []string{"nhip"}},
}

var onlyTests = []string{
	"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "go.yaml.in/yaml/v3",
	"github.com/andybalholm/brotli", "github.com/klauspost/compress", "github.com/pierrec/lz4/v4",
	"nhip/crawler/crawlertest", "nhip/loader/loadertest", "nhip/loader/corpus", "nhip/transform/entity", "nhip/loader/engine", "golang.org/x/net", "golang.org/x/text",
}

// TestImports holds the code against the import table by parsing every file. It
// does not run `go list`: the result of such a test is cached and misses changes.
func TestImports(t *testing.T) {
	fset := token.NewFileSet()
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "data") {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(name, "go.mod")); name != "." && err == nil {
				return fs.SkipDir // a module of its own: what it imports is no dependency of nhip
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		dir := filepath.ToSlash(filepath.Dir(name))
		room, ok := rooms[dir]
		if !ok {
			t.Errorf("%s: folder %s is in no row of the import table; docs/design.md says where things belong", name, dir)
			return nil
		}
		seen[dir] = true
		file, err := parser.ParseFile(fset, name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		isTest := strings.HasSuffix(name, "_test.go")
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if !allowed(dir, room, imported, isTest) {
				t.Errorf("%s: %s must not import %s (see the import table in docs/design.md)", fset.Position(spec.Pos()), dir, imported)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := range rooms {
		if !seen[dir] {
			t.Errorf("the import table has a row for %s, which holds no Go file", dir)
		}
	}
}

func allowed(dir string, r room, imported string, isTest bool) bool {
	first, _, _ := strings.Cut(imported, "/")
	switch {
	case imported == "C":
		return false // CGO_ENABLED=0 must work
	case imported == "nhip" || first == "nhip":
		own := path.Join("nhip", dir)
		return imported == own && isTest || matches(r.ours, imported) || isTest && matches(onlyTests, imported)
	case !strings.Contains(first, "."):
		return true // standard library
	}
	return matches(r.theirs, imported) || isTest && matches(onlyTests, imported)
}

func matches(patterns []string, imported string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if below, ok := strings.CutSuffix(p, "/*"); ok {
			return strings.HasPrefix(imported, below+"/")
		}
		if strings.Contains(p, ".") { // a module: any of its packages
			return imported == p || strings.HasPrefix(imported, p+"/")
		}
		return imported == p
	})
}
