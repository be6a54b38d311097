package main

import (
	"encoding/csv"
	"flag"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/catalog"
	tables "nhip/transform/table"
)

// The largest files, one of 264,060 numbers, take a minute and more.
var roundTripAll = flag.Bool("roundtrip-all", false, "take every conformance file through the exports, also the largest")

// conformanceFile is one official sample, loaded as the only document of a source.
type conformanceFile struct {
	source nhip.SourceID
	path   string
	body   []byte
}

func conformanceFiles(t *testing.T) []conformanceFile {
	t.Helper()
	dir := sharedData(t, "statistics")
	var out []conformanceFile
	for set, patterns := range map[string][]string{
		"px": {"px/*.px"}, "jsonstat": {"jsonstat/*.json", "pxwebapi-v1/*.json"},
		"sdmx": {"sdmx/nsdp-*.xml", "sdmx/test/ECB_*", "sdmx/test/v3_csv_*.csv"}} {
		var files []string
		for _, p := range patterns {
			found, err := filepath.Glob(filepath.Join(dir, p))
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, found...)
		}
		for i, f := range files {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			most := 60_000
			if testing.Short() {
				most = 6_000
			}
			if len(body) > most && !*roundTripAll {
				continue
			}
			out = append(out, conformanceFile{nhip.SourceID(fmt.Sprintf("%s-%d", set, i+1)), f, body})
		}
	}
	slices.SortFunc(out, func(a, b conformanceFile) int { return strings.Compare(string(a.source), string(b.source)) })
	return out
}

// loadConformance loads every file in one run, each from a source of its own.
func loadConformance(t *testing.T, dir string, files []conformanceFile) {
	t.Helper()
	sources, archive := filepath.Join(dir, "catalog", "sources"), t.TempDir()
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	index := "file\turl\tkind\tfetched_at\n"
	for _, f := range files {
		host := string(f.source) + ".example"
		write(filepath.Join(sources, string(f.source)+".yaml"), fmt.Sprintf("id: %s\nname: %s\nkind: statistics\nhosts: [%s]\nlanguage: en\nselectors: verified\n"+
			"schedule: \"5 */6 * * *\"\ndelay: 10ms\nmax_per_run: 9\ndiscover:\n  pages: [\"http://%s/file\"]\n", f.source, f.source, host, host))
		write(filepath.Join(archive, string(f.source)), string(f.body))
		index += fmt.Sprintf("%s\thttp://%s/file\ttable\t2031-05-06T09:00:00+07:00\n", f.source, host)
	}
	write(filepath.Join(archive, "index.tsv"), index)
	accounts(t, dir, "--catalog", filepath.Join(dir, "catalog"), "--archive", archive)
}

// kept is a number with the ten decimals the store keeps; files for machines have more.
func kept(number string) string {
	x, ok := new(big.Rat).SetString(number)
	if !ok {
		return number
	}
	return x.FloatString(10)
}

// facts are the observations as lines that two ways of writing them down share.
func facts(list []nhip.Observation, withRows bool) []string {
	var out []string
	for _, o := range list {
		value := ""
		if o.Value != nil {
			value = kept(o.Value.String())
		}
		dims := maps.Clone(o.Dims)
		delete(dims, "SOURCE")
		delete(dims, "VINTAGE")
		label := strings.ToLower(o.Label)
		if o.Indicator != "" && !withRows {
			label = string(o.Indicator) // a data set has the indicator's name
		}
		base := o.BasePeriod
		if !withRows && o.Compare != nhip.CompareVsBase {
			base = "" // it moves with time, and no dimension holds it
		}
		line := []string{string(o.Indicator), label, value, string(o.Unit), o.Period, o.PeriodStart.String(), o.PeriodEnd.String(), o.Freq, o.Accumulation, o.TimeCollect,
			string(o.Measure), string(o.Compare), base, o.PriceBasis, o.Direction, o.Place, string(o.PlaceID), o.GeoVintage, o.Counterpart, string(o.Industry),
			string(o.Status), string(o.Kind), o.TableCode, fmt.Sprint(dims)}
		if withRows {
			line = append(line, strings.Join(o.Path, " > "), o.Printed, o.Adjustment, fmt.Sprint(o.Decimals, o.UnitMult), strings.Join(o.Flags, "; "))
		}
		out = append(out, strings.Join(line, "|"))
	}
	slices.Sort(out)
	return out
}

// TestConformanceRoundTrip: what the readers take from the official samples comes back
// from a store through SDMX-CSV, JSON-stat and the view's CSV as the same observations.
func TestConformanceRoundTrip(t *testing.T) {
	files := conformanceFiles(t)
	needEngine(t)
	dir := t.TempDir()
	loadConformance(t, dir, files)
	cat, err := catalog.Load(os.DirFS(filepath.Join(dir, "catalog")))
	if err != nil {
		t.Fatal(err)
	}
	reader := tables.New(cat)
	view := viewRows(t, nhipOutput(t, dir, "export", "csv", "v_observation_vintages"))
	total := 0
	for _, f := range files {
		src, _ := cat.Source(f.source)
		want := reader.Read(&nhip.Page{Source: f.source, Kind: nhip.KindTable, Body: f.body}, src).Observations
		if len(want) == 0 {
			continue // a description, or words
		}
		total += len(want)
		name := filepath.Base(f.path)
		for form, withRows := range map[string]bool{"sdmx": true, "jsonstat": false} {
			out := nhipOutput(t, dir, "export", form, "--source", string(f.source), "--catalog", filepath.Join(dir, "catalog"))
			again := reader.Read(&nhip.Page{Kind: nhip.KindTable, Body: []byte(out)}, nil)
			if diff := cmp.Diff(facts(want, withRows), facts(again.Observations, withRows)); diff != "" {
				t.Errorf("%s by %s: %d observations, %d come back (-file +export)\n%.2000s", name, form, len(want), len(again.Observations), diff)
			}
		}
		var rows []string
		for _, o := range want {
			value := ""
			if o.Value != nil {
				value = kept(o.Value.String())
			}
			rows = append(rows, strings.Join([]string{o.Label, value, string(o.Unit), o.Period, string(o.Measure), string(o.Compare), o.Place, string(o.Status), o.Cell}, "|"))
		}
		slices.Sort(rows)
		if diff := cmp.Diff(rows, view[string(f.source)]); diff != "" {
			t.Errorf("%s by CSV (-file +view)\n%.2000s", name, diff)
		}
	}
	t.Logf("%d observations of %d files", total, len(files))
}

// viewRows reads the CSV of the view by source.
func viewRows(t *testing.T, text string) map[string][]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range all[0] {
		at[name] = i
	}
	out := map[string][]string{}
	for _, row := range all[1:] {
		var line []string
		for _, name := range []string{"label", "value", "unit", "period", "measure", "compare", "place", "status", "cell"} {
			cell := strings.TrimPrefix(row[at[name]], "'")
			if name == "value" {
				cell = kept(cell)
			}
			line = append(line, cell)
		}
		source := row[at["source"]]
		out[source] = append(out[source], strings.Join(line, "|"))
	}
	for _, rows := range out {
		slices.Sort(rows)
	}
	return out
}
