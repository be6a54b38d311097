package table

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/catalog"
)

const statistics = "../../../shared/data/statistics"

func conformance(t *testing.T, pattern string) map[string][]byte {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join(statistics, pattern))
	if len(names) == 0 {
		t.Skip("../shared/data is absent: the conformance files cannot be compared")
	}
	files := map[string][]byte{}
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = body
	}
	return files
}

// TestConformanceJSONStat compares every value with what encoding/json alone finds in
// the file.
func TestConformanceJSONStat(t *testing.T) {
	for name, body := range conformance(t, "jsonstat/*.json") {
		body = bytes.TrimRight(body, "\x00")
		cubes, problems := readJSONStat(body)
		var want []map[int]string
		var anything any
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		if err := d.Decode(&anything); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		findValues(anything, &want)
		if len(problems) > 0 && len(want) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
		cubes = slices.DeleteFunc(cubes, func(c *cube) bool { return len(c.values) == 0 }) // described, and empty
		if len(cubes) != len(want) {
			t.Errorf("%s: %d data sets, want %d", name, len(cubes), len(want))
			continue
		}
		for i, c := range cubes {
			got := map[int]string{}
			for _, v := range c.values {
				if v.text != "" {
					got[v.at] = v.text
				}
			}
			if diff := cmp.Diff(want[i], got); diff != "" {
				t.Errorf("%s: data set %d (-want +got)\n%s", name, i+1, clip(diff, 600))
			}
		}
	}
}

// findValues collects the values beside every "dimension", as a list or by position.
func findValues(x any, into *[]map[int]string) {
	switch x := x.(type) {
	case []any:
		for _, y := range x {
			findValues(y, into)
		}
	case map[string]any:
		found := map[int]string{}
		put := func(at int, v any) {
			switch v := v.(type) {
			case json.Number:
				found[at] = v.String()
			case string:
				found[at] = v
			}
		}
		switch v := x["value"].(type) {
		case []any:
			for at, y := range v {
				put(at, y)
			}
		case map[string]any:
			for k, y := range v {
				at, _ := strconv.Atoi(k)
				put(at, y)
			}
		}
		if x["dimension"] != nil && len(found) > 0 {
			*into = append(*into, found)
			return
		}
		for _, y := range x {
			findValues(y, into)
		}
	}
}

// TestConformancePCAxis compares every number with the words behind DATA=.
func TestConformancePCAxis(t *testing.T) {
	for name, body := range conformance(t, "px/*.px") {
		c, _, err := readPCAxis(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, data, _ := strings.Cut(string(body), "\nDATA=")
		data, _, _ = strings.Cut(data, ";")
		want := strings.Fields(data)
		if len(want) != len(c.values) {
			t.Errorf("%s: %d values, want %d", name, len(c.values), len(want))
			continue
		}
		for i, w := range want {
			got := c.values[i]
			sign := strings.Trim(w, `"`)
			same := got.at == i && (got.text == w || sign == "-" && got.text == "0" || strings.Trim(sign, ".") == "" && got.text == "" && got.status != "")
			if !same {
				t.Fatalf("%s: value %d is %q (%q), want %s", name, i, got.text, got.status, w)
			}
		}
	}
}

// TestConformanceSDMX compares the messages with the expected tables beside them; those
// with the same rates in groups and series must say the same.
func TestConformanceSDMX(t *testing.T) {
	files := conformance(t, "sdmx/test/*")
	for _, c := range []struct{ file, expected string }{
		{"ECB_EXR_ng-flat-ss.xml", "expected_ng-flat-xml.txt"},
		{"ECB_EXR_rg-flat-ss.xml", "expected_ng-flat-xml.txt"},
		{"ECB_EXR_sg-ts-gf-flat-ss.xml", "expected_ng-flat-xml.txt"},
		{"ECB_EXR_flat.json", "expected_flat-json.txt"},
	} {
		rows := strings.Split(strings.TrimSpace(string(files[c.expected])), "\n")
		header := strings.Fields(rows[0])
		want := map[string]bool{}
		for _, row := range rows[1:] {
			want[strings.Join(strings.Fields(row), " ")] = true
		}
		got := map[string]bool{}
		add := func(a map[string]string) error {
			var row []string
			for _, h := range header {
				if h == "value" {
					h = "OBS_VALUE"
				}
				row = append(row, a[h])
			}
			got[strings.Join(row, " ")] = true
			if strings.HasSuffix(c.file, ".xml") && (a["TITLE"] == "" || a["UNIT_MEASURE"] != a["CURRENCY"] || a["OBS_STATUS"] != "A" || a["DECIMALS"] == "") {
				t.Errorf("%s: attributes are missing: %v", c.file, a)
			}
			return nil
		}
		var err error
		if strings.HasSuffix(c.file, ".json") {
			readSDMXJSON(files[c.file], func(a map[string]string) { _ = add(a) })
		} else {
			_, _, _, err = readSDMX(files[c.file], "", add)
		}
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.file, diff)
		}
	}
}

// goldCube is a hand-labelled table of cells by index.
type goldCube struct {
	Observations []struct {
		Index      []int
		Value      json.Number
		UnitMult   int    `json:"unit_mult"`
		Unit       string `json:"unit"`
		Measure    string
		TimePeriod string `json:"time_period"`
		Status     string `json:"obs_status"`
	}
}

// TestGoldCube scores the JSON-stat gold in all its cells: there are few.
func TestGoldCube(t *testing.T) {
	body := conformance(t, "jsonstat/nso-E02.02.json")["nso-E02.02.json"]
	data, err := os.ReadFile(filepath.Join(statistics, "../gold/tables/G20-jsonstat-E02.02.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g goldCube
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	byCell := map[string]nhip.Observation{}
	for _, o := range New(c).Read(&nhip.Page{Body: body}, nil).Observations {
		byCell[o.Cell] = o
	}
	for _, w := range g.Observations {
		cell := "dataset[" + strings.Join(strings.Fields(strings.Trim(strings.Join(ints(w.Index), " "), "[]")), ",") + "]"
		o := byCell[cell]
		v, err := nhip.ParseDecimal(w.Value.String())
		if err != nil {
			t.Fatal(err)
		}
		unit := map[string]nhip.UnitID{"PERSON": "người", "PERCENT": "%"}[w.Unit]
		if o.Value == nil || !isNear(o.Value.Float64(), v.Shift(w.UnitMult).Float64()) || o.Unit != unit || !strings.EqualFold(string(o.Measure), w.Measure) || o.Period != w.TimePeriod || string(o.Status) != w.Status {
			t.Errorf("%s: got %v %s %s %s %s, want %+v", cell, o.Value, o.Unit, o.Measure, o.Period, o.Status, w)
		}
	}
}

// isNear allows for the last digit, which the gold rounds.
func isNear(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Abs(b) }

func ints(list []int) []string {
	var out []string
	for _, n := range list {
		out = append(out, strconv.Itoa(n))
	}
	return out
}
