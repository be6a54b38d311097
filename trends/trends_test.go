package trends

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

func TestQuestionsAreComplete(t *testing.T) {
	questions, err := Questions()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, q := range questions {
		names[q.Name] = true
		if !strings.HasPrefix(q.Example, "nhip trends "+q.Name) {
			t.Errorf("%s: example %q does not ask it", q.Name, q.Example)
		}
	}
	for _, want := range []string{"mentions", "observations", "series"} {
		if !names[want] {
			t.Errorf("no question %s", want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	head := "-- what\n-- vi: gì\n-- example: nhip trends x\n"
	for _, tt := range []struct{ text, want string }{
		{"SELECT 1", "must begin with comment lines"},
		{"-- what\nSELECT 1", "must begin with comment lines"},
		{head + "-- arg phrase: words\nSELECT 1", "argument phrase is not used"},
		{head + "SELECT {colour:String}", "[colour]"},
	} {
		_, err := parseAll(fstest.MapFS{"queries/x.sql": {Data: []byte(tt.text)}})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "queries/x.sql") {
			t.Errorf("%q: %v, want the file and %q", tt.text, err, tt.want)
		}
	}
}

func TestParams(t *testing.T) {
	q, err := Find("mentions")
	if err != nil {
		t.Fatal(err)
	}
	got, err := q.Params([]string{"công", "nghiệp", "hỗ", "trợ"}, Filters{By: "quarter", From: nhip.Date{Year: 2025, Month: 3, Day: 1}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"phrase": "công nghiệp hỗ trợ", "by": "quarter", "from": "2025-03-01", "to": "2299-12-31", "place": "", "industry": "", "limit": "1000"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("params (-want +got):\n%s", diff)
	}

	day := func(y, m, d int) nhip.Date { return nhip.Date{Year: y, Month: time.Month(m), Day: d} }
	for _, tt := range []struct {
		name string
		args []string
		f    Filters
		want string
	}{
		{"mentions", nil, Filters{}, "needs PHRASE"},
		{"mentions", []string{" "}, Filters{}, "PHRASE is empty"},
		{"mentions", []string{"x"}, Filters{By: "decade"}, "--by decade"},
		{"mentions", []string{"x"}, Filters{AsOf: day(2025, 1, 1)}, "knows no --asof"},
		{"mentions", []string{"x"}, Filters{From: day(2025, 1, 2), To: day(2025, 1, 1)}, "lies after"},
		{"people", []string{"x"}, Filters{}, "takes no argument"},
	} {
		q, err := Find(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.Params(tt.args, tt.f); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %q %+v: %v, want %q", tt.name, tt.args, tt.f, err, tt.want)
		}
	}
	if _, err := Find("nonsense"); err == nil || !strings.Contains(err.Error(), "mentions") {
		t.Errorf("Find(nonsense) = %v, want the known names", err)
	}
}

// As of a day means at its end: what was published at noon of that day counts.
func TestAsOfIsTheEndOfTheDay(t *testing.T) {
	q, err := Find("series")
	if err != nil {
		t.Fatal(err)
	}
	params, err := q.Params([]string{"iip"}, Filters{AsOf: nhip.Date{Year: 2022, Month: 12, Day: 31}})
	if err != nil || params["asof"] != "2023-01-01 00:00:00" {
		t.Errorf("asof = %q, %v; want the first moment of the next day", params["asof"], err)
	}
}
