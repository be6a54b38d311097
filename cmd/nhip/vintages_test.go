package main

import (
	"archive/zip"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

// workbook is one monthly workbook of the statistics office, published on Day.
type workbook struct{ file, day string }

func workbooks(t *testing.T) []workbook {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(sharedData(t, "statistics", "xlsx"), "202[23]-*.xlsx"))
	if err != nil || len(files) != 24 {
		t.Fatalf("%d workbooks of 2022 and 2023, %v; want 24", len(files), err)
	}
	var out []workbook
	for _, f := range files {
		out = append(out, workbook{f, filepath.Base(f)[:10]})
	}
	return out
}

// loadWorkbooks loads them in the given order, four a run, each with the day of its
// release.
func loadWorkbooks(t *testing.T, dir string, books []workbook) {
	t.Helper()
	for part := range slices.Chunk(books, 4) {
		archive := t.TempDir()
		index := "file\turl\tkind\tfetched_at\n"
		for i, b := range part {
			data, err := os.ReadFile(b.file)
			if err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("%d.xlsx", i)
			if err := os.WriteFile(filepath.Join(archive, name), data, 0o644); err != nil {
				t.Fatal(err)
			}
			index += fmt.Sprintf("%s\thttps://www.nso.gov.vn/wp-content/uploads/%s/%s/%s\ttable\t%sT09:00:00+07:00\n", name, b.day[:4], b.day[5:7], path.Base(b.file)[11:], b.day)
		}
		if err := os.WriteFile(filepath.Join(archive, "index.tsv"), []byte(index), 0o644); err != nil {
			t.Fatal(err)
		}
		if run := accounts(t, dir, "--source", "nso", "--archive", archive); run.Totals.Loaded+run.Totals.Unchanged+run.Totals.Skipped[nhip.SkipKnown] != len(part) {
			t.Fatalf("of %d workbooks not all are loaded or known: %+v", len(part), run.Totals)
		}
	}
}

// printedIIP reads the row of the whole industry from a workbook without nhip's
// readers: the month, and the month before, each against the same month of the year
// before. A workbook of January prints no month before.
func printedIIP(t *testing.T, file string) (before *float64, month float64) {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	parse := func(name string, into any) {
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		data, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := xml.Unmarshal(data, into); err != nil {
			t.Fatalf("%s %s: %v", file, name, err)
		}
	}
	var strs struct {
		SI []struct {
			T []string `xml:"t"`
			R []struct {
				T string `xml:"t"`
			} `xml:"r"`
		} `xml:"si"`
	}
	parse("xl/sharedStrings.xml", &strs)
	text := make([]string, len(strs.SI))
	for i, si := range strs.SI {
		text[i] = strings.Join(si.T, "")
		for _, r := range si.R {
			text[i] += r.T
		}
	}
	for _, f := range z.File {
		if !strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			continue
		}
		var sheet struct {
			Rows []struct {
				C []struct {
					T string `xml:"t,attr"`
					V string `xml:"v"`
				} `xml:"c"`
			} `xml:"sheetData>row"`
		}
		parse(f.Name, &sheet)
		isIIP, isMonthly := false, false
		for _, row := range sheet.Rows {
			var label string
			var numbers []float64
			for _, c := range row.C {
				if c.T == "s" {
					i, err := strconv.Atoi(c.V)
					if err != nil {
						t.Fatal(err)
					}
					isMonthly = isMonthly || strings.Contains(strings.ToLower(text[i]), "tháng")
					if label == "" {
						label = strings.TrimSpace(text[i])
					}
				} else if v, err := strconv.ParseFloat(c.V, 64); err == nil {
					numbers = append(numbers, v)
				}
			}
			lower := strings.ToLower(label)
			isIIP = isIIP || strings.Contains(lower, "chỉ số sản xuất công nghiệp")
			if isIIP && isMonthly && strings.HasPrefix(lower, "toàn ngành công nghiệp") {
				switch len(numbers) {
				case 2: // against the month before, against the year before
					return nil, numbers[1]
				case 3, 4: // the month before, then the same two, then the year to date
					return &numbers[0], numbers[2]
				}
			}
		}
	}
	t.Fatalf("%s: no row of the whole industry found", file)
	return nil, 0
}

// vintage is a row of `nhip trends vintages`.
type vintage struct {
	Period    string   `json:"period"`
	Measure   string   `json:"measure"`
	Compare   string   `json:"compare"`
	Known     string   `json:"known"`
	ValueFull *float64 `json:"value_full"`
	Kind      string   `json:"kind"`
}

// TestWorkbookVintages: the 24 monthly workbooks of 2022 and 2023, loaded in any
// order, keep the first and the next published figure of each month, and as-of
// questions are answered as if asked on that day.
func TestWorkbookVintages(t *testing.T) {
	books := workbooks(t)
	needEngine(t)
	var answers []string
	var dir string
	for seed := range uint64(2) {
		shuffled := slices.Clone(books)
		rand.New(rand.NewPCG(seed, 7)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		dir = t.TempDir()
		loadWorkbooks(t, dir, shuffled)
		answers = append(answers, nhipOutput(t, dir, "trends", "vintages", "iip", "--format", "json")+
			nhipOutput(t, dir, "trends", "revisions", "iip", "--format", "json")+
			nhipOutput(t, dir, "trends", "series", "iip", "--format", "json"))
	}
	if answers[0] != answers[1] {
		t.Error("two orders of loading give two answers")
	}

	yoy := map[string][]vintage{}
	for line := range strings.Lines(nhipOutput(t, dir, "trends", "vintages", "iip", "--format", "json")) {
		var v vintage
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		if v.Measure == "index" && v.Compare == "yoy" && len(v.Period) == len("2023-01") && !strings.Contains(v.Period, "Q") {
			yoy[v.Period] = append(yoy[v.Period], v)
		}
	}
	revised := map[string]bool{}
	for i, b := range books {
		month := b.day[:7]
		_, first := printedIIP(t, b.file)
		want := []vintage{{Period: month, Measure: "index", Compare: "yoy", Known: b.day, ValueFull: &first, Kind: "estimate"}}
		if i+1 < len(books) {
			if next, _ := printedIIP(t, books[i+1].file); next != nil {
				want = append(want, vintage{Period: month, Measure: "index", Compare: "yoy", Known: books[i+1].day, ValueFull: next, Kind: "actual"})
				revised[month] = true
			}
		}
		near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
		if diff := cmp.Diff(want, yoy[month], near); diff != "" {
			t.Errorf("%s (-workbooks +store):\n%s", month, diff)
		}
	}
	if v := yoy["2023-01"]; len(v) != 2 || math.Abs(*v[0].ValueFull-91.96) > 0.005 || math.Abs(*v[1].ValueFull-85.11) > 0.005 {
		t.Errorf("2023-01: %+v, want 91.96 in the first release and 85.11 in the next", v)
	}
	for line := range strings.Lines(nhipOutput(t, dir, "trends", "revisions", "iip", "--compare", "yoy", "--freq", "M", "--format", "json")) {
		var r struct {
			Period, Class, Accumulation string
			First, Then, Revision       float64
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		v := yoy[r.Period]
		if r.Accumulation == "" && (len(v) != 2 || r.Class != "revision" || math.Abs(*v[1].ValueFull-*v[0].ValueFull-r.Revision) > 1e-4) {
			t.Errorf("%s: revision %+v of the vintages %+v", r.Period, r, v)
		}
		delete(revised, r.Period)
	}
	if len(revised) > 0 {
		t.Errorf("no revision of %v", revised)
	}
	asOf := func(day string) string {
		return nhipOutput(t, dir, "trends", "series", "iip", "--asof", day, "--from", "2023-01-01", "--to", "2023-01-31", "--format", "csv")
	}
	for _, tt := range []struct{ day, has, hasNot string }{
		{"2023-01-28", "", "2023-01,"},
		{"2023-01-29", "91.96", "85.11"},
		{"2023-02-27", "91.96", "85.11"},
		{"2023-02-28", "85.11", "91.96"},
	} {
		if out := asOf(tt.day); !strings.Contains(out, tt.has) || strings.Contains(out, tt.hasNot) {
			t.Errorf("as of %s: want %q and not %q in\n%s", tt.day, tt.has, tt.hasNot, out)
		}
	}

	before := state(t, dir)
	loadWorkbooks(t, dir, books[:4])
	if diff := cmp.Diff(before, state(t, dir)); diff != "" {
		t.Errorf("loading the same workbooks again changed the store:\n%s", diff)
	}
}
