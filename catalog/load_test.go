package catalog

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"nhip"
)

var update = flag.Bool("update", false, "rewrite the golden files under testdata")

// TestEmbedded lints the data of the project: one subtest a file, every problem of
// it, and those of the files together under the file that must change.
func TestEmbedded(t *testing.T) {
	files, err := embeddedFiles()
	if err != nil {
		t.Fatal(err)
	}
	byFile := map[string]Problems{}
	_, err = Load(nil)
	var problems Problems
	if err != nil && !errors.As(err, &problems) {
		t.Fatal(err)
	}
	for _, p := range problems {
		byFile[p.File] = append(byFile[p.File], p)
	}
	for _, f := range files.sorted() {
		t.Run(f.name, func(t *testing.T) {
			for _, p := range byFile[f.name] {
				t.Error(p)
			}
		})
	}
}

// TestBadFiles holds one bad catalog for each rule against the sentences it must
// give. An archive's files lie over the embedded data; "want" holds the problems.
func TestBadFiles(t *testing.T) {
	names, err := filepath.Glob("testdata/bad/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives under testdata/bad: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			overlay, want := fstest.MapFS{}, (*txtar.File)(nil)
			for i := range archive.Files {
				f := &archive.Files[i]
				if f.Name == "want" {
					want = f
					continue
				}
				overlay[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			_, err = Load(overlay)
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("Load = %v, want Problems", err)
			}
			got := ""
			for _, p := range problems {
				// What a bad file pulls along in embedded ones changes with every source.
				if _, own := overlay[p.File]; own {
					got += p.String() + "\n"
				}
			}
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(want.Data), got); d != "" {
				t.Errorf("problems (-want +got):\n%s", d)
			}
		})
	}
}

const goodSource = `id: mau
name: Báo Mẫu
kind: news
hosts: [mau.example, WWW]
selectors: verified
schedule: "*/30 5-23 * * 1-5"
discover:
  listings:
    - url: https://mau.example/a
      links: h3 a
      next: {pattern: "/a/{css:#zone@value}/{n}"}
      pages: 2
documents: {url: '-\d+\.html$', id: '-(\d+)\.html$'}
recheck: [90m, 2d]
layouts:
  - title: {css: h1, strip: [' - Mẫu$']}
`

func TestOverlay(t *testing.T) {
	overlay := fstest.MapFS{
		"sources/mau.yaml": {Data: []byte(strings.Replace(goodSource, ", WWW", "", 1))},
		"terms.yaml":       {Data: []byte("- {id: mot, name: một, phrases: một}\n")},
		".git/config":      {Data: []byte("not ours")},
		"notes.txt":        {Data: []byte("not ours either")},
	}
	c, err := Load(overlay)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Terms) != 1 || len(c.Terms[0].Phrases) != 1 {
		t.Errorf("terms = %v, want those of the overlay only", c.Terms)
	}
	s, ok := c.SourceOfHost("MAU.example")
	if !ok || s.ID != "mau" {
		t.Fatalf("SourceOfHost = %v, %v", s, ok)
	}
	if s.Delay != defaultDelay || s.MaxPerRun != 200 || s.Language != "vi" || !s.IsEnabled() {
		t.Errorf("defaults: delay %v, max_per_run %d, language %q", s.Delay, s.MaxPerRun, s.Language)
	}
	if l := s.Discover.Listings[0]; l.Format != "html" || l.Next.First != 2 {
		t.Errorf("listing defaults: format %q, first %d", l.Format, l.Next.First)
	}
	if got := s.Documents.ID.FindStringSubmatch("/a-12.html"); len(got) != 2 || got[1] != "12" {
		t.Errorf("documents.id finds %q", got)
	}
	if !s.Layouts[0].Title.Strip[0].MatchString("Tin - Mẫu") {
		t.Error("strip does not match")
	}
	base, err := Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Fingerprint == base.Fingerprint {
		t.Error("other data, same fingerprint")
	}
}

// TestFingerprint: what only the crawler needs does not make kept pages be read
// again; what the readers need does.
func TestFingerprint(t *testing.T) {
	load := func(source string) string {
		c, err := Load(fstest.MapFS{"sources/mau.yaml": {Data: []byte(source)}})
		if err != nil {
			t.Fatal(err)
		}
		return c.Fingerprint
	}
	source := strings.Replace(goodSource, ", WWW", "", 1)
	first := load(source)
	if got := load("# a comment\n" + strings.Replace(source, "*/30", "5", 1)); got != first {
		t.Error("a comment and a schedule changed the fingerprint")
	}
	if got := load(strings.Replace(source, "css: h1", "css: h2", 1)); got == first {
		t.Error("a selector did not change the fingerprint")
	}
}

func TestCheckPaths(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	good := write("mau.yaml", strings.Replace(goodSource, ", WWW", "", 1))
	if _, err := Check(good); err != nil {
		t.Errorf("a good file: %v", err)
	}
	bad := write("folder/sources/mau.yaml", goodSource)
	for name, path := range map[string]string{"file": bad, "folder": filepath.Join(dir, "folder")} {
		_, err := Check(path)
		want := fmt.Sprintf("%s:4: hosts[1]: is %q: write the bare host in lower case, without https:// and path", bad, "WWW")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", name, err, want)
		}
	}
	if _, err := Check(write("a.txt", "")); err == nil || !strings.Contains(err.Error(), "is no file of the catalog") {
		t.Errorf("a text file: %v", err)
	}
	if _, err := Check(filepath.Join(dir, "absent.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
	big := write("gross.yaml", "# "+strings.Repeat("x", maxFileSize))
	if _, err := Check(big); err == nil || !strings.Contains(err.Error(), "is larger than 4 MB") {
		t.Errorf("a huge file: %v", err)
	}
}

// TestProvinces holds what must be true of the two lists of provinces.
func TestProvinces(t *testing.T) {
	c, err := Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	both := 0
	for _, p := range c.Places {
		for _, v := range p.Vintages() {
			count[v]++
		}
		if len(p.Vintages()) == 2 {
			both++
		}
	}
	if count["VN63"] != 63 || count["VN34"] != 34 || both != 11 {
		t.Errorf("%d provinces of VN63, %d of VN34, %d of both; want 63, 34 and 11", count["VN63"], count["VN34"], both)
	}
	// Seven codes were given to another province.
	for code, names := range map[string][2]string{
		"15": {"Yên Bái", "Lào Cai"}, "24": {"Bắc Giang", "Bắc Ninh"}, "44": {"Quảng Bình", "Quảng Trị"}, "52": {"Bình Định", "Gia Lai"},
		"80": {"Long An", "Tây Ninh"}, "82": {"Tiền Giang", "Đồng Tháp"}, "91": {"Kiên Giang", "An Giang"},
	} {
		before, _ := c.PlaceByCode("VN63", code)
		after, _ := c.PlaceByCode("VN34", code)
		if before == nil || after == nil || before.Name != names[0] || after.Name != names[1] {
			t.Errorf("code %s: %v, then %v; want %v", code, before, after, names)
			continue
		}
		if before.Successor != after.ID {
			t.Errorf("code %s: the successor of %s is %q, want %q", code, before.ID, before.Successor, after.ID)
		}
	}
	last, first := nhip.Date{Year: 2025, Month: 6, Day: 30}, nhip.Date{Year: 2025, Month: 7, Day: 1}
	old, _ := c.Place("bac-ninh")
	now, _ := c.Place("bac-ninh-2025")
	if !old.ValidOn(last) || old.ValidOn(first) || now.ValidOn(last) || !now.ValidOn(first) || !now.ValidOn(nhip.Date{}) {
		t.Error("Bắc Ninh changed its territory on 2025-07-01")
	}
	for _, p := range c.Places {
		if p.Level == "province" && !p.ValidUntil.IsZero() {
			if next, ok := c.Place(p.Successor); !ok || !next.ValidOn(first) {
				t.Errorf("%s ended and has no successor", p.ID)
			}
		}
	}
}

// FuzzCheck feeds any bytes as any file: problems, never a panic or a hang.
func FuzzCheck(f *testing.F) {
	f.Add("sources/mau.yaml", []byte(goodSource))
	f.Add("units.yaml", []byte("- {id: a, family: b, forms: [a]}\n"))
	f.Add("places.csv", []byte("id,name,level\na,A,country\n"))
	f.Add("terms.yaml", []byte("a: &a [*a, *a]\n<<: *a"))
	f.Add("positions.csv", []byte("name,prefix\n\"a\n"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if !fs.ValidPath(name) || name == "." {
			return
		}
		files, problems := fileSet{}, Problems(nil) // without the embedded files, for speed
		if err := files.overlay(fstest.MapFS{name: {Data: data}}, &problems); err != nil {
			return
		}
		c, err := build(files, problems)
		switch {
		case err == nil && c.Fingerprint == "":
			t.Error("no fingerprint")
		case err != nil && (!errors.As(err, &problems) || len(problems) == 0):
			t.Errorf("%v, want Problems", err)
		}
	})
}
