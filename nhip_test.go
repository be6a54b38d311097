package nhip_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

func TestZoneHasNoClockChange(t *testing.T) {
	for _, month := range []time.Month{time.January, time.July} {
		if _, offset := time.Date(2026, month, 1, 0, 0, 0, 0, nhip.Zone).Zone(); offset != 7*60*60 {
			t.Errorf("offset in %s is %d s, want 25200", month, offset)
		}
	}
}

func TestAccountBalances(t *testing.T) {
	a := nhip.NewAccount("paper")
	a.Discovered, a.Fetched, a.Unchanged, a.Loaded = 10, 5, 2, 4
	a.Skipped["known"], a.Failed["timeout"], a.Rejected["not_article"] = 2, 1, 1
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	lost := a
	lost.Discovered++
	if err := lost.Check(); err == nil || !strings.Contains(err.Error(), "discovered 11") {
		t.Errorf("a lost document: %v", err)
	}
	doubled := a
	doubled.Loaded++
	if err := doubled.Check(); err == nil || !strings.Contains(err.Error(), "fetched 5") {
		t.Errorf("a document loaded twice: %v", err)
	}
	sum := nhip.NewAccount("")
	sum.Add(a)
	sum.Add(a)
	if sum.Discovered != 20 || sum.Skipped["known"] != 4 || sum.Rejected["not_article"] != 2 || sum.Check() != nil {
		t.Errorf("the sum of two accounts is %+v (%v)", sum, sum.Check())
	}
}

func TestDecimal(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		float    float64
	}{
		{"0", "0", 0}, {"-0.0", "0", 0}, {"12.50", "12.5", 12.5}, {"-0.4", "-0.4", -0.4}, {"0.05", "0.05", 0.05},
		{"1200000000", "1200000000", 1.2e9}, {"3e6", "3000000", 3e6}, {"2.4e15", "2400000000000000", 2.4e15},
		{"999999999999999999", "999999999999999999", 999999999999999999}, {"1e-3", "0.001", 0.001},
	} {
		d, err := nhip.ParseDecimal(tt.in)
		if err != nil || d.String() != tt.want || d.Float64() != tt.float {
			t.Errorf("ParseDecimal(%q) = %s (%v), %v; want %s (%v)", tt.in, d, d.Float64(), err, tt.want, tt.float)
		}
	}
	for _, bad := range []string{"", "x", "1.2.3", "--1", "1e", "1e999", "12345678901234567891", "1,5", "0x10", "1_0", "NaN"} {
		if d, err := nhip.ParseDecimal(bad); err == nil {
			t.Errorf("ParseDecimal(%q) = %s, want an error", bad, d)
		}
	}
	if a, b := nhip.NewDecimal(1500, -2), nhip.NewDecimal(15, 0); a != b {
		t.Errorf("15.00 and 15 are different: %#v, %#v", a, b)
	}
	if got := nhip.NewDecimal(12, -1).Shift(9); got.String() != "1200000000" {
		t.Errorf("1,2 tỷ is %s", got)
	}
	if got := nhip.NewDecimal(5, 0).Neg(); got.Sign() != -1 || got.String() != "-5" {
		t.Errorf("-5 is %s", got)
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0", "-12.5", "1e6", ".5", "5.", "-", "+1", "1e-100", "1e61", "-00", "0e5", "0.0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := nhip.ParseDecimal(s)
		if err != nil {
			return
		}
		again, err := nhip.ParseDecimal(d.String())
		if err != nil || again != d {
			t.Errorf("%q is %s, which reads as %s, %v", s, d, again, err)
		}
		if math.IsNaN(d.Float64()) {
			t.Errorf("%q is not a number", s)
		}
	})
}

func TestDate(t *testing.T) {
	var d nhip.Date
	if err := d.UnmarshalText([]byte("2025-07-01")); err != nil || d.String() != "2025-07-01" {
		t.Errorf("2025-07-01 is %s, %v", d, err)
	}
	for _, bad := range []string{"2025-02-30", "1/7/2025", "2025-7-1"} {
		if err := d.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%s was read as %s", bad, d)
		}
	}
	if (nhip.Date{}).String() != "" || !(nhip.Date{}).IsZero() {
		t.Error("the zero date is not empty")
	}
	// 00:30 of a Vietnamese day is still the day before in UTC.
	night := time.Date(2026, 1, 2, 0, 30, 0, 0, nhip.Zone)
	if got := nhip.DateOf(night); got.String() != "2026-01-02" {
		t.Errorf("day of %s is %s", night, got)
	}
}

// The JSON of an observation is a contract: every field of docs and scripts is
// there, numbers are numbers, unknown ones null.
func TestObservationJSON(t *testing.T) {
	value := nhip.NewDecimal(12, 8)
	o := nhip.Observation{Label: "kim ngạch", Value: &value, Unit: "USD", Period: "2025-Q1",
		PeriodStart: nhip.Date{Year: 2025, Month: 1, Day: 1}, PeriodEnd: nhip.Date{Year: 2025, Month: 3, Day: 31},
		Span: nhip.Span{Paragraph: 3, Start: 120, End: 131}}
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"label": "kim ngạch", "indicator": "", "value": 1.2e9, "low": nil, "high": nil, "bound": "", "unit": "USD", "measure": "",
		"compare": "", "direction": "", "kind": "", "status": "", "period": "2025-Q1", "period_start": "2025-01-01",
		"period_end": "2025-03-31", "place": "", "industry": "", "organisation": "", "quote": "", "paragraph": 3.0, "start": 120.0,
		"end": 131.0, "cell": "", "rule": "",
	} {
		value, ok := got[key]
		if diff := cmp.Diff(want, value); !ok || diff != "" {
			t.Errorf("%s: present %t (-want +got):\n%s", key, ok, diff)
		}
	}
}

func TestSeriesIdentity(t *testing.T) {
	base := nhip.Observation{Indicator: "iip", Measure: nhip.MeasureGrowth, Compare: nhip.CompareYoY, Unit: "%", PlaceID: "ha-noi", Freq: "M"}
	id := base.Series("office")
	for name, change := range map[string]func(*nhip.Observation){
		"measure": func(o *nhip.Observation) { o.Measure = nhip.MeasureIndex },
		"place":   func(o *nhip.Observation) { o.PlaceID = "bac-ninh" },
		"dims":    func(o *nhip.Observation) { o.Dims = map[string]string{"ACTIVITY": "VSIC2018:C10"} },
		"ytd":     func(o *nhip.Observation) { o.Accumulation = "ytd" },
	} {
		other := base
		change(&other)
		if other.Series("office") == id {
			t.Errorf("%s is no part of the identity of a series", name)
		}
	}
	if base.Series("paper") == id {
		t.Error("two sources share a series")
	}
	for name, change := range map[string]func(*nhip.Observation){
		"status": func(o *nhip.Observation) { o.Status, o.Kind = "E", nhip.KindEstimate },
		"scale":  func(o *nhip.Observation) { o.UnitMult, o.Decimals = 3, 2 },
		"label":  func(o *nhip.Observation) { o.Label = "chỉ số sản xuất" },
		"base":   func(o *nhip.Observation) { o.BasePeriod = "2024-05" },
	} {
		other := base
		change(&other)
		if other.Series("office") != id {
			t.Errorf("%s must not make another series", name)
		}
	}
	fixed := base
	fixed.Compare, fixed.BasePeriod = nhip.CompareVsBase, "2015"
	rebased := fixed
	rebased.BasePeriod = "2010"
	if fixed.Series("office") == rebased.Series("office") {
		t.Error("another fixed base must make another series")
	}
}
