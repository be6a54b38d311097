package table_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/transform/table"
)

// TestTimeless: numbers of a data set that has no time are kept without one; where
// anything speaks of time that is not understood, the file is set aside as before.
func TestTimeless(t *testing.T) {
	set := func(title, dimension, first, second string) []byte {
		return fmt.Appendf(nil, `{"version":"2.0","class":"dataset","label":%q,"id":["a"],"size":[2],
			"dimension":{"a":{"label":%q,"category":{"index":["x","y"],"label":{"x":%q,"y":%q}}}},"value":[1.5,2]}`, title, dimension, first, second)
	}
	r := table.New(fixtureCatalog())
	for _, c := range []struct {
		title, dimension, first, second string
		want                            string
	}{
		{"Số trạm đo", "Loại trạm", "Tự động", "Thủ công", "_Z|1.5 _Z|2"},
		{"Số trạm đo năm 2031", "Loại trạm", "Tự động", "Thủ công", "2031|1.5 2031|2"},
		{"Số trạm đo", "Năm", "Đầu", "Cuối", ""},
		{"Số trạm đo", "Loại", "Tự động", "Tháng 5 năm 2031", ""},
		{"Số trạm đo từ 2030 đến 2031", "Loại", "Tự động", "Thủ công", ""},
		{"Stations", "Reference year", "first", "last", ""},
	} {
		res := r.Read(&nhip.Page{Kind: nhip.KindTable, Body: set(c.title, c.dimension, c.first, c.second)}, nil)
		var got []string
		for _, o := range res.Observations {
			got = append(got, o.Period+"|"+o.Value.String())
			if o.Period == nhip.PeriodNone && (!o.PeriodStart.IsZero() || !o.PeriodEnd.IsZero() || o.Freq != "") {
				t.Errorf("%q: from %s to %s, frequency %q, want none", c.title, o.PeriodStart, o.PeriodEnd, o.Freq)
			}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q by %q (-want +got)\n%s%v", c.title, c.dimension, diff, res.Issues)
		}
		if c.want == "" && len(res.Quarantined) != 1 {
			t.Errorf("%q by %q: %d set aside, want the file", c.title, c.dimension, len(res.Quarantined))
		}
	}
}
