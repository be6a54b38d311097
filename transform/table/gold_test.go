package table_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nhip"
	"nhip/catalog"
	"nhip/transform/table"
)

const shared = "../../../shared/data"

var verbose = flag.Bool("misses", false, "print every observation that differs from the gold")

// gold is one hand-labelled table.
type gold struct {
	Gold   string
	Sample struct{ Path, Sheet string }
	Title  string

	Observations []goldObservation
}

type goldObservation struct {
	Cell        string
	Measure     string
	Compare     string
	TimePeriod  string `json:"time_period"`
	Freq        string
	Status      string `json:"obs_status"`
	Value       *json.Number
	UnitMult    int    `json:"unit_mult"`
	UnitRaw     string `json:"unit_raw"`
	Unit        string
	BasePeriod  string `json:"base_period"`
	Accum       string `json:"accumulation"`
	RefAreaName string `json:"ref_area_name"`
	Path        []string
	Activity    string
	Hidden      bool
}

// compare translates the gold's spelling.
func (g goldObservation) compare() nhip.Compare {
	switch g.Compare {
	case "SPLY":
		return nhip.CompareYoY
	case "PP":
		switch g.Freq {
		case "M":
			return nhip.CompareMoM
		case "Q":
			return nhip.CompareQoQ
		case "A":
			return nhip.CompareYoY
		}
		return nhip.CompareVsPeriod
	case "DEC_PY":
		return nhip.CompareVsDec
	case "PLAN":
		return nhip.CompareVsPlan
	case "FIXED":
		return nhip.CompareVsBase
	}
	return ""
}

func readGold(t *testing.T) []gold {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(shared, "gold/tables/*.json"))
	if len(files) == 0 {
		t.Skip("../shared/data is absent: the real tables cannot be measured")
	}
	var all []gold
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var g gold
		if err := json.Unmarshal(data, &g); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, g)
	}
	return all
}

// score counts agreements.
type score struct {
	want, got, value, full, status, statusOf int
}

func (s *score) add(o score) {
	s.want, s.got, s.value, s.full, s.status, s.statusOf = s.want+o.want, s.got+o.got, s.value+o.value, s.full+o.full, s.status+o.status, s.statusOf+o.statusOf
}

func f1(hit, want, got int) float64 {
	if hit == 0 {
		return 0
	}
	p, r := float64(hit)/float64(got), float64(hit)/float64(want)
	return 2 * p * r / (p + r)
}

func (s score) String() string {
	status := 0.0
	if s.statusOf > 0 {
		status = float64(s.status) / float64(s.statusOf)
	}
	return fmt.Sprintf("want %d got %d: F1 value %.4f, value+period+measure+compare %.4f, status %.4f",
		s.want, s.got, f1(s.value, s.want, s.got), f1(s.full, s.want, s.got), status)
}

// measure compares observations with a gold table; place turns a cell of ours into
// the gold's name of it, "" for cells that are not of the table.
func measure(t *testing.T, g gold, got []nhip.Observation, place func(string) string) score {
	t.Helper()
	ours := map[string]nhip.Observation{}
	for _, o := range got {
		if cell := place(o.Cell); cell != "" {
			ours[cell] = o
		}
	}
	s := score{want: len(g.Observations), got: len(ours)}
	miss := func(w goldObservation, format string, args ...any) {
		if *verbose {
			t.Logf("%s %s: %s", g.Gold, w.Cell, fmt.Sprintf(format, args...))
		}
	}
	known := map[string]bool{}
	for _, w := range g.Observations {
		known[w.Cell] = true
		o, ok := ours[w.Cell]
		if !ok {
			miss(w, "not found")
			continue
		}
		if !sameValue(w, o) {
			miss(w, "value %v × 10^%d, got %v (printed %q unit %q)", w.Value, w.UnitMult, o.Value, o.Printed, o.UnitRaw)
			continue
		}
		s.value++
		s.statusOf++
		if string(o.Status) == w.Status {
			s.status++
		} else {
			miss(w, "status %s, got %s", w.Status, o.Status)
		}
		if o.Period == w.TimePeriod && strings.EqualFold(string(o.Measure), w.Measure) && o.Compare == w.compare() {
			s.full++
		} else {
			miss(w, "want %s %s %q, got %s %s %q", w.TimePeriod, w.Measure, w.compare(), o.Period, o.Measure, o.Compare)
		}
		if w.BasePeriod != "" && w.BasePeriod != o.BasePeriod {
			miss(w, "base %s, got %s", w.BasePeriod, o.BasePeriod)
		}
		if strings.Join(w.Path, "/") != strings.Join(o.Path, "/") {
			miss(w, "path %q, got %q", w.Path, o.Path)
		}
		if w.RefAreaName != "" && w.RefAreaName != "Cả nước" && w.RefAreaName != o.Place {
			miss(w, "place %q, got %q", w.RefAreaName, o.Place)
		}
	}
	for cell, o := range ours {
		if !known[cell] {
			miss(goldObservation{Cell: cell}, "too much: %v %q %s", o.Value, o.Path, o.Period)
		}
	}
	return s
}

func sameValue(w goldObservation, o nhip.Observation) bool {
	if w.Value == nil || o.Value == nil {
		return w.Value == nil && o.Value == nil
	}
	v, err := nhip.ParseDecimal(w.Value.String())
	return err == nil && v.Shift(w.UnitMult) == *o.Value
}

func readFile(t *testing.T, r *table.Reader, name string) table.Result {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared, name))
	if err != nil {
		t.Fatal(err)
	}
	return r.Read(&nhip.Page{Kind: nhip.KindTable, Body: []byte(withoutSource(string(data)))}, nil)
}

var sourceAttr = regexp.MustCompile(`(?: data-cell| sdval| sdnum)="[^"]*"`)

// withoutSource strips the attributes that name the source cell, which are for scoring
// only; workbooks have none.
func withoutSource(page string) string {
	if strings.HasPrefix(page, "PK") {
		return page
	}
	return sourceAttr.ReplaceAllString(page, "")
}

func loadCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestGoldWorkbooks(t *testing.T) {
	r := table.New(loadCatalog(t))
	results := map[string]table.Result{}
	var total score
	for _, g := range readGold(t) {
		if filepath.Ext(g.Sample.Path) != ".xlsx" {
			continue
		}
		path := filepath.Join("statistics", g.Sample.Path)
		if _, ok := results[path]; !ok {
			results[path] = readFile(t, r, path)
		}
		s := measure(t, g, results[path].Observations, func(cell string) string {
			ref, _ := strings.CutPrefix(cell, g.Sample.Sheet+"!")
			if ref == cell {
				return ""
			}
			return ref
		})
		t.Logf("%s: %v", g.Gold, s)
		total.add(s)
	}
	t.Logf("workbooks: %v", total)
	floor(t, total, 0.99, 0.97, 0.95)
}

func TestGoldPages(t *testing.T) {
	r := table.New(loadCatalog(t))
	for _, style := range []string{"vi", "lo"} {
		var total score
		for _, g := range readGold(t) {
			name := filepath.Join("statistics/html", g.Gold+"."+style+".html")
			if _, err := os.Stat(filepath.Join(shared, name)); err != nil {
				continue
			}
			place := sheetPlace
			if style == "vi" {
				place = dataCells(t, name)
			}
			res := readFile(t, r, name)
			s := measure(t, g, res.Observations, place)
			t.Logf("%s.%s: %v %v", g.Gold, style, s, res.Quarantined)
			total.add(s)
		}
		t.Logf("%s pages: %v", style, total)
		floor(t, total, 0.99, 0.97, 0.95)
	}
}

func floor(t *testing.T, s score, value, full, status float64) {
	t.Helper()
	if got := f1(s.value, s.want, s.got); got < value {
		t.Errorf("F1 of the values is %.4f, below %.2f", got, value)
	}
	if got := f1(s.full, s.want, s.got); got < full {
		t.Errorf("F1 of value, period, measure and comparison is %.4f, below %.2f", got, full)
	}
	if got := float64(s.status) / float64(max(s.statusOf, 1)); got < status {
		t.Errorf("the status is right in %.4f, below %.2f", got, status)
	}
}

var ourCell = regexp.MustCompile(`^t1r(\d+)c(\d+)$`)

// sheetPlace names the cell of an export whose rows and columns are those of the sheet.
func sheetPlace(cell string) string {
	m := ourCell.FindStringSubmatch(cell)
	if m == nil {
		return ""
	}
	col, _ := strconv.Atoi(m[2])
	return string(rune('A'+col-1)) + m[1]
}

// dataCells maps the places of a page to the cells that its markup names.
func dataCells(t *testing.T, name string) func(string) string {
	data, err := os.ReadFile(filepath.Join(shared, name))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	td := regexp.MustCompile(`<td([^>]*)>`)
	for r, tr := range strings.Split(string(data), "<tr>")[1:] {
		col := 1
		for _, m := range td.FindAllStringSubmatch(tr, -1) {
			if c := regexp.MustCompile(`data-cell="(\w+)"`).FindStringSubmatch(m[1]); c != nil {
				names[fmt.Sprintf("t1r%dc%d", r+1, col)] = c[1]
			}
			if c := regexp.MustCompile(`colspan="(\d+)"`).FindStringSubmatch(m[1]); c != nil {
				n, _ := strconv.Atoi(c[1])
				col += n - 1
			}
			col++
		}
	}
	return func(cell string) string { return names[cell] }
}

// TestGoldTexts scores the plain-text tables, whose observations have no cell: they are
// known by the label and the period.
func TestGoldTexts(t *testing.T) {
	r := table.New(loadCatalog(t))
	var total score
	for _, g := range readGold(t) {
		if filepath.Ext(g.Sample.Path) != ".txt" {
			continue
		}
		res := readFile(t, r, filepath.Join("statistics", g.Sample.Path))
		name := func(label, period string) string { return label + " @ " + period }
		for i := range g.Observations {
			g.Observations[i].RefAreaName = "" // only in the address or the book's title
			g.Observations[i].Cell = name(g.Observations[i].Activity, g.Observations[i].TimePeriod)
			g.Observations[i].Path = nil
		}
		got := slices.Clone(res.Observations)
		for i, o := range got {
			got[i].Cell, got[i].Path = name(o.Path[len(o.Path)-1], o.Period), nil
		}
		s := measure(t, g, got, func(cell string) string { return cell })
		t.Logf("%s: %v %v", g.Gold, s, res.Quarantined)
		total.add(s)
	}
	t.Logf("texts: %v", total)
	floor(t, total, 0.99, 0.97, 0.95)
}
