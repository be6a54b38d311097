package table_test

import (
	"testing"

	"golang.org/x/net/html"

	"bytes"

	"nhip"
	"nhip/transform/table"
)

// FuzzRead reads foreign pages: no panic, and every observation can be placed.
func FuzzRead(f *testing.F) {
	f.Add(nestedPage(f, 2))
	f.Add([]byte(`<table><tr><td rowspan=0 colspan=3>Tháng 5/2022<td>x<tr><td>a<td>1.5<td>-<td>"`))
	f.Add([]byte(`<table><tr><td>a<table><tr><td>b<td>2022<tr><td>c<td>1</table>`))
	r := table.New(nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		if bytes.HasPrefix(body, []byte("PK")) {
			return // the workbook library has its own fuzzing
		}
		for _, o := range r.Read(&nhip.Page{Body: body}, nil).Observations {
			if o.Period == "" || o.Cell == "" || o.PeriodStart.IsZero() != (o.Period == nhip.PeriodNone) || o.Value == nil && o.Status == "A" {
				t.Errorf("incomplete observation %+v", o)
			}
		}
	})
}

// BenchmarkParse is the baseline of BenchmarkPage: the same page through html.Parse.
func BenchmarkParse(b *testing.B) {
	page := nestedPage(b, 40)
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		if _, err := html.Parse(bytes.NewReader(page)); err != nil {
			b.Fatal(err)
		}
	}
}
