package table_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"nhip"
	"nhip/catalog"
	"nhip/transform/table"
)

var update = flag.Bool("update", false, "write what the reader gives as the expectation")

// render writes a result as lines people can compare with the page by eye.
func render(res table.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "title: %s\ntables: %d\n", res.Title, res.Tables)
	for _, q := range res.Quarantined {
		fmt.Fprintf(&b, "quarantined: %s %q: %s\n", q.Cell, q.Title, q.Reason)
	}
	for _, i := range res.Issues {
		if !strings.HasPrefix(i.Reason, "quarantined") {
			fmt.Fprintf(&b, "issue: %s\n", i.Reason)
		}
	}
	heading := ""
	for _, o := range res.Observations {
		if h := fmt.Sprintf("\n%s | %s", o.TableCode, strings.Join(o.Path, " > ")); h != heading {
			heading = h
			fmt.Fprintf(&b, "%s | %s\n", h, o.Place)
		}
		value := "none"
		if o.Value != nil {
			value = o.Value.String()
		}
		parts := []string{"  " + o.Cell, fmt.Sprintf("%q", o.Printed), value + " " + string(o.Unit), string(o.Measure), o.Period}
		for _, p := range []struct{ name, value string }{
			{"", o.Accumulation}, {"", string(o.Compare)}, {"base=", o.BasePeriod}, {"status=", string(o.Status)}, {"kind=", string(o.Kind)},
			{"collect=", o.TimeCollect}, {"", o.Direction}, {"price=", o.PriceBasis}, {"vintage=", o.GeoVintage}, {"variable=", o.Dims["VARIABLE"]}, {"season=", o.Dims["SEASON"]},
			{"flags=", strings.Join(withoutPlace(o.Flags), ",")},
		} {
			if p.value != "" {
				parts = append(parts, p.name+p.value)
			}
		}
		b.WriteString(strings.Join(parts, " ") + "\n")
	}
	return b.String()
}

// withoutPlace drops the flag that all observations of these pages have.
func withoutPlace(flags []string) []string {
	var kept []string
	for _, f := range flags {
		if f != table.FlagPlaceAssumed {
			kept = append(kept, f)
		}
	}
	return kept
}

// fixtureCatalog is small and fixed, so that a new entry of the real catalog does not
// change what these pages give.
func fixtureCatalog() *catalog.Catalog {
	until := nhip.Date{Year: 2025, Month: 6, Day: 30}
	return &catalog.Catalog{
		Units: []*catalog.Unit{
			{ID: "tấn", Family: "mass", Forms: []string{"tấn"}},
			{ID: "VND", Family: "money", Forms: []string{"VND", "đồng"}},
			{ID: "USD", Family: "money", Forms: []string{"USD", "đô la Mỹ"}},
		},
		Indicators: []*catalog.Indicator{
			{ID: "iip", Name: "Chỉ số sản xuất công nghiệp", Codes: []string{"NSDP:IIP"}},
		},
		Places: []*catalog.Place{
			{ID: "viet-nam", Name: "Việt Nam", Level: "country", ISO: "VN", Aliases: []string{"cả nước"}},
			{ID: "ha-noi", Name: "Hà Nội", Level: "province", Vintage: "VN63 VN34"},
			{ID: "bac-giang", Name: "Bắc Giang", Level: "province", Vintage: "VN63", ValidUntil: until},
			{ID: "dong-nai", Name: "Đồng Nai", Level: "province", Vintage: "VN63", ValidUntil: until},
			{ID: "dong-nai-2025", Name: "Đồng Nai", Level: "province", Vintage: "VN34", ValidFrom: nhip.Date{Year: 2025, Month: 7, Day: 1}},
		},
		Industries: []*catalog.Industry{{ID: "vsic-b", Name: "Khai khoáng"}},
	}
}

func TestRead(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar") // read: pages; formats: other files
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	r := table.New(fixtureCatalog())
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			page := archive.Files[0]
			got := render(r.Read(&nhip.Page{Kind: nhip.KindTable, Body: page.Data}, nil))
			if *update {
				archive.Files = []txtar.File{page, {Name: "want", Data: []byte(got)}}
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(archive.Files) != 2 {
				t.Fatal("no expectation; run the test with -update and read what it writes")
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
