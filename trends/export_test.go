package trends

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

var update = flag.Bool("update", false, "write what the writers give as the expectation")

// lines is an answer given as CSV: the first line holds the columns.
type lines struct {
	head []string
	rest [][]string
	at   int
}

func answer(t *testing.T, text string) *lines {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return &lines{all[0], all[1:], -1}
}

func (l *lines) Columns() []string          { return l.head }
func (l *lines) Types() []string            { return make([]string, len(l.head)) }
func (l *lines) Next() bool                 { l.at++; return l.at < len(l.rest) }
func (l *lines) Strings() ([]string, error) { return l.rest[l.at], nil }
func (l *lines) Values() ([]any, error)     { return nil, errors.New("not asked for") }
func (l *lines) Err() error                 { return nil }
func (l *lines) Close() error               { return nil }

// numbers are two months of an output in two vintages, the second with a number that is
// missing, and one of half a month.
const numbers = `source,table_code,indicator,indicator_name,label,path,item,variable,other_dims,place_id,place,geo_vintage,counterpart,industry,industry_name,freq,accumulation,time_collect,measure,compare,price_basis,adjustment,unit,fixed_base,base_period,period,first_day,last_day,vintage,value,unit_mult,decimals,kind,status,flags,printed,title,cell,url
nso,THEP,steel-output,Sản lượng thép,Sản lượng thép – Thép cán,Thép cán,thép cán,,,viet-nam,Việt Nam,,,,,M,,,level,,,N,tấn,,,2031-01,2031-01-01,2031-01-31,2031-02-28T09:00:00+07:00,1234500,3,1,actual,A,place_assumed,"1.234,5",,t1r2c2,https://a.example/2
nso,THEP,steel-output,Sản lượng thép,Sản lượng thép – Thép cán,Thép cán,thép cán,,,viet-nam,Việt Nam,,,,,M,,,level,,,N,tấn,,,2031-02,2031-02-01,2031-02-28,2031-02-28T09:00:00+07:00,1300000,3,1,estimate,E,,"1.300,0",,t1r2c3,https://a.example/2
nso,THEP,steel-output,Sản lượng thép,Sản lượng thép – Thép cán,Thép cán,thép cán,,,viet-nam,Việt Nam,,,,,M,,,level,,,N,tấn,,,2031-02,2031-02-01,2031-02-28,2031-03-31T09:00:00+07:00,,3,0,actual,L,,...,,t1r2c2,https://a.example/3
nso,THEP,steel-output,Sản lượng thép,Sản lượng thép – Thép cán,Thép cán,thép cán,,,viet-nam,Việt Nam,,,,,H2M,,,growth,yoy,,N,%,,2030-03-01/P15D,2031-03-01/P15D,2031-03-01,2031-03-15,2031-03-31T09:00:00+07:00,-0.5,0,1,actual,A,sum_mismatch,"-0,5",,t1r2c4,https://a.example/3
`

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test ./trends -update writes it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestSDMXCSV(t *testing.T) {
	var out bytes.Buffer
	if err := WriteSDMXCSV(&out, answer(t, numbers), Units{"tấn": "TON", "%": "PT"}); err != nil {
		t.Fatal(err)
	}
	golden(t, "sdmx.csv", out.Bytes())
}

// Every column of the data is declared by the structure, and every code stands in its list.
func TestSDMXStructureCoversTheData(t *testing.T) {
	var structure, data bytes.Buffer
	if err := WriteSDMXStructure(&structure, time.Date(2031, 4, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	golden(t, "structure.xml", structure.Bytes())
	if err := WriteSDMXCSV(&data, answer(t, numbers), nil); err != nil {
		t.Fatal(err)
	}
	type component struct {
		ID   string `xml:"id,attr"`
		List string `xml:"LocalRepresentation>Enumeration"`
	}
	var m struct {
		Codelists []struct {
			ID    string      `xml:"id,attr"`
			Codes []component `xml:"Code"`
		} `xml:"Structures>Codelists>Codelist"`
		Dimensions []component `xml:"Structures>DataStructures>DataStructure>DataStructureComponents>DimensionList>Dimension"`
		Time       []component `xml:"Structures>DataStructures>DataStructure>DataStructureComponents>DimensionList>TimeDimension"`
		Measures   []component `xml:"Structures>DataStructures>DataStructure>DataStructureComponents>MeasureList>Measure"`
		Attributes []component `xml:"Structures>DataStructures>DataStructure>DataStructureComponents>AttributeList>Attribute"`
	}
	if err := xml.Unmarshal(structure.Bytes(), &m); err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{}
	for _, l := range m.Codelists {
		for _, c := range l.Codes {
			codes[l.ID+" "+c.ID] = true
		}
	}
	declared := map[string]string{}
	for _, list := range [][]component{m.Dimensions, m.Time, m.Measures, m.Attributes} {
		for _, c := range list {
			_, after, _ := strings.Cut(c.List, "NHIP:")
			declared[c.ID], _, _ = strings.Cut(after, "(")
		}
	}
	rows, err := csv.NewReader(&data).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range rows[0][3:] {
		list, ok := declared[name]
		if !ok {
			t.Errorf("column %s is not in the structure", name)
		}
		for _, row := range rows[1:] {
			if v := row[i+3]; list != "" && v != "" && !codes[list+" "+v] {
				t.Errorf("%s: code %q is not in %s", name, v, list)
			}
		}
	}
}

func TestJSONStat(t *testing.T) {
	var out bytes.Buffer
	if err := WriteJSONStat(&out, answer(t, numbers), Units{"tấn": "TON", "%": "PT"}); err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, out.Bytes(), "", " "); err != nil {
		t.Fatal(err)
	}
	golden(t, "jsonstat.json", indented.Bytes())
	head, _, _ := strings.Cut(numbers, "\n")
	if err := WriteJSONStat(io.Discard, answer(t, head+"\n"), nil); err == nil || !strings.Contains(err.Error(), "no official number") {
		t.Errorf("no rows: %v", err)
	}
	twice := numbers + numbers[len(head)+1:]
	if err := WriteJSONStat(io.Discard, answer(t, twice), nil); err == nil || !strings.Contains(err.Error(), "two numbers") {
		t.Errorf("a number twice: %v", err)
	}
	if err := WriteJSONStat(io.Discard, answer(t, "period\n2031\n"), nil); err == nil || !strings.Contains(err.Error(), "no column value") {
		t.Errorf("other rows: %v", err)
	}
}

func TestShiftPoint(t *testing.T) {
	for _, tt := range []struct {
		number string
		n      int
		want   string
	}{
		{"1234500", -3, "1234.5"}, {"-0.5", 0, "-0.5"}, {"5", -12, "0.000000000005"}, {"1.25", 3, "1250"}, {"0", -3, "0"}, {"-1200", -2, "-12"}, {"0.001", 3, "1"},
	} {
		if got := shiftPoint(tt.number, tt.n); got != tt.want {
			t.Errorf("%s × 10^%d = %s, want %s", tt.number, tt.n, got, tt.want)
		}
	}
}

func TestExportParams(t *testing.T) {
	sql, params, err := Export("", Filters{Place: "Hà Nội"})
	if err != nil || params["indicator"] != "" || params["place"] != "Hà Nội" || !strings.Contains(sql, "{indicator:String}") {
		t.Errorf("%v, %v", params, err)
	}
	for _, f := range []Filters{{Compare: "last year"}, {Measure: "percent"}, {Freq: "monthly"}} {
		if _, _, err := Export("iip", f); err == nil || !strings.Contains(err.Error(), "want one of") {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if _, _, err := Export("iip", Filters{By: "month"}); err == nil {
		t.Error("a step of time is taken")
	}
	if _, _, err := Export("iip", Filters{From: nhip.Date{Year: 2025, Month: 1, Day: 2}, To: nhip.Date{Year: 2025, Month: 1, Day: 1}}); err == nil {
		t.Error("days in the wrong order are taken")
	}
}
