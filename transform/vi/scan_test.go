package vi

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testUnits are enough units for the tests of this package; the program's are in
// its catalog.
var testUnits = NewLexicon([]Unit{
	{ID: "%", Family: "ratio", Forms: []string{"%", "phần trăm"}},
	{ID: "điểm phần trăm", Family: "points", Forms: []string{"điểm phần trăm", "điểm %"}},
	{ID: "điểm", Family: "points", Forms: []string{"điểm"}},
	{ID: "lần", Family: "ratio", Forms: []string{"lần"}},
	{ID: "VND", Family: "money", Forms: []string{"đồng", "VND", "đ"}},
	{ID: "USD", Family: "money", Forms: []string{"USD", "US$", "đô la Mỹ", "đô la"}},
	{ID: "tấn", Family: "mass", Forms: []string{"tấn"}},
	{ID: "tấn", Family: "mass", Forms: []string{"tạ"}, Mult: -1},
	{ID: "m3", Family: "volume", Forms: []string{"m3", "m³"}},
	{ID: "m2", Family: "area", Forms: []string{"m2", "m²"}},
	{ID: "ha", Family: "area", Forms: []string{"ha", "héc-ta"}},
	{ID: "kWh", Family: "energy", Forms: []string{"kWh"}},
	{ID: "thùng", Family: "volume", Forms: []string{"thùng"}},
	{ID: "doanh nghiệp", Family: "count", Counted: true, Forms: []string{"doanh nghiệp"}},
	{ID: "dự án", Family: "count", Counted: true, Forms: []string{"dự án"}},
	{ID: "xe", Family: "count", Counted: true, Forms: []string{"xe", "chiếc"}},
	{ID: "sản phẩm", Family: "count", Counted: true, Forms: []string{"sản phẩm"}},
	{ID: "lượt người", Family: "count", Counted: true, Forms: []string{"lượt khách", "lượt"}},
})

// show prints the quantities of a text.
func show(s string) string {
	x := Scan(Repair(s), testUnits)
	var out []string
	for _, m := range x.Marks {
		if q := m.Quantity; q != nil {
			v := q.Value.String()
			if q.IsRange {
				v += ".." + q.High.String()
			}
			if q.Negative {
				v = "-" + v
			}
			if q.Bound != Exactly && q.Bound != Range {
				v = string(q.Bound) + " " + v
			}
			out = append(out, v+" "+q.UnitID())
		}
	}
	return strings.Join(out, "; ")
}

func TestQuantities(t *testing.T) {
	for _, c := range [][2]string{
		{"đạt 7.318,6 tỷ đồng", "7318600000000 VND"},
		{"hơn 2,4 triệu tỷ đồng", "more_than 2400000000000000 VND"},
		{"gần 31.750 tỉ đồng", "nearly 31750000000000 VND"},
		{"khoảng 6,418 triệu tấn thép/năm", "about 6418000 tấn/năm"},
		{"18,36ha và 27.410 m² đất", "18.36 ha; 27410 m2"},
		{"1.745USD/tấn", "1745 USD/tấn"},
		{"giá 2.350 đồng một kWh", "2350 VND/kWh"},
		{"1,5 triệu thùng dầu mỗi ngày", "1500000 thùng/ngày"},
		{"tăng 4,7 %, rồi 12 phần trăm", "4.7 %; 12 %"},
		{"36,2 triệu m3", "36200000 m3"},
		{"tăng 0,4 điểm phần trăm lên 51,2 điểm", "0.4 điểm phần trăm; 51.2 điểm"},
		{"từ 60 - 65%", "60..65 %"},
		{"6,8–7,2%", "6.8..7.2 %"},
		{"9 đến 10%", "9..10 %"},
		{"từ 5% đến 6%", "5..6 %"},
		{"20-25 triệu tấn", "20000000..25000000 tấn"},
		{"từ 500.000 đồng đến 1 triệu đồng", "500000..1000000 VND"},
		{"từ 48,9 điểm lên 50,6 điểm", "48.9 điểm; 50.6 điểm"},
		{"tăng từ 48,9 lên 50,6 điểm", "48.9 điểm; 50.6 điểm"},
		{"giảm từ 3 xuống còn 2 triệu tấn", "3000000 tấn; 2000000 tấn"},
		{"sức chở từ 12 tạ tới 22 tạ, 5-6 tạ", "1.2..2.2 tấn; 0.5..0.6 tấn"},
		{"29 trên 30 dự án", "30 dự án"},
		{"không dưới 40 dự án", "at_least 40 dự án"},
		{"tối đa 30%, ít nhất 12 xe, không quá 5%", "at_most 30 %; at_least 12 xe; at_most 5 %"},
		{"chưa tới 900 doanh nghiệp", "less_than 900 doanh nghiệp"},
		{"xấp xỉ 8 tỷ USD; suýt soát 3 tỷ USD", "about 8000000000 USD; nearly 3000000000 USD"},
		{"từ 10% trở lên", "at_least 10 %"},
		{"hai triệu tấn", "2000000 tấn"},
		{"2 tỷ rưỡi đồng", "2500000000 VND"},
		{"1 tỷ 200 triệu đồng", "1200000000 VND"},
		{"12 500 000 đồng", "12500000 VND"},
		{"62 tạ", "6.2 tấn"},
		{"lợi nhuận -120 tỷ đồng", "-120000000000 VND"},
		{"tốc độ 5%", "5 %"},
		{"chỉ tới 44%", "44 %"},
		{"năm 2027tăng 2%", "2 %"},
		// No quantity:
		{"Nghị quyết 12/2026/QH16 và Nghị định 85/2025/NĐ-CP, Quyết định 1201/QĐ-UBND", ""},
		{"đại dịch Covid-19, mẫu A320, xăng A95", ""},
		{"ba nhà máy, năm lĩnh vực, bốn năm", ""},
		{"ngày 5.3, tháng 7.2027, sáng 4/10/2027, 8h30, 14:20", ""},
		{"vài doanh nghiệp, hàng trăm tỷ đồng, nhiều dự án", ""},
		{"giai đoạn 2026-2030, nhiệm kỳ 2025 – 2030", ""},
		{"năm 2027 doanh nghiệp gặp khó", ""},
		{"mục 3, khoản 2 Điều 15, quốc lộ 1, số 12", ""},
		{"gần đây, quá trình, trên địa bàn", ""},
	} {
		if got := show(c[0]); got != c[1] {
			t.Errorf("%s\n got %s\nwant %s", c[0], got, c[1])
		}
	}
}

func TestPeriods(t *testing.T) {
	frame := Frame{Ref: Date{2027, 9, 10}}
	for _, c := range [][2]string{
		{"tháng 4/2027", "2027-04"}, {"tháng 4-2027", "2027-04"}, {"tháng 4.2027", "2027-04"}, {"tháng 4 năm 2027", "2027-04"},
		{"tháng Tư", "2027-04"}, {"tháng 4", "2027-04"}, {"T4/2027", "2027-04"}, {"tháng 12", "2026-12"}, {"tháng mười hai năm ngoái", "2026-12"},
		{"quý II/2027", "2027-Q2"}, {"quý II năm 2027", "2027-Q2"}, {"quý 2/2027", "2027-Q2"}, {"quí 2", "2027-Q2"}, {"Q2/2027", "2027-Q2"},
		{"quý IV", "2026-Q4"}, {"3 quý đầu năm", "2027-01-01/P9M"}, {"7 tháng đầu năm", "2027-01-01/P7M"}, {"bảy tháng đầu năm 2027", "2027-01-01/P7M"},
		{"lũy kế 7 tháng", "2027-01-01/P7M"}, {"tính chung 7 tháng năm 2026", "2026-01-01/P7M"}, {"nửa đầu năm", "2027-S1"}, {"nửa cuối năm 2026", "2026-S2"},
		{"từ đầu năm đến nay", "2027-01-01/P8M"}, {"từ đầu năm đến hết tháng 7", "2027-01-01/P7M"}, {"6 tháng cuối năm 2026", "2026-07-01/P6M"},
		{"5 tháng còn lại của năm 2027", "2027-08-01/P5M"}, {"tính đến ngày 20/8/2027", "2027-08-20"}, {"đến hết tháng 7", "2027-07"}, {"đến giữa tháng 9-2027", "2027-09"},
		{"cả năm 2026", "2026"}, {"năm nay", "2027"}, {"năm ngoái", "2026"}, {"đến năm 2035", "2035"}, {"giai đoạn 2026-2030", "2026-01-01/P5Y"},
		{"nhiệm kỳ 2025 – 2030", "2025-01-01/P6Y"}, {"kế hoạch 5 năm 2026-2030", "2026-01-01/P5Y"}, {"từ 01/01 đến 20/5/2027", "2027-01-01/P140D"},
		{"ngày 5.3", "2027-03-05"}, {"ngày 20 tháng 8 năm 2027", "2027-08-20"}, {"từ tháng 2 đến tháng 5/2027", "2027-02-01/P4M"},
		{"8 tháng năm 2027", "2027-01-01/P8M"}, {"tháng 9 vừa qua", "2027-09"}, {"quý III năm ngoái", "2026-Q3"},
		// No reference period:
		{"kể từ năm 2019", ""}, {"giá so sánh 2010", ""}, {"trong 3 năm qua", ""}, {"15 tháng", ""}, {"cao nhất từ tháng 3/2020", ""},
	} {
		x := Scan(Repair(c[0]), testUnits)
		var got []string
		for _, m := range x.Marks {
			if m.Period != nil {
				if p, ok := m.Period.Resolve(frame); ok {
					got = append(got, p.Code())
				}
			}
		}
		if s := strings.Join(got, " "); s != c[1] {
			t.Errorf("%s = %s, want %s", c[0], s, c[1])
		}
	}
	if _, ok := (&PeriodExpr{Span: SpanMonth, Month: 12}).Resolve(Frame{}); ok {
		t.Error("a month without any year was resolved")
	}
}

func TestComparisons(t *testing.T) {
	month := Period{SpanMonth, Date{2027, 5, 1}, 1}
	for _, c := range [][2]string{
		{"so với cùng kỳ năm trước", "yoy"}, {"so cùng kỳ", "yoy"}, {"so với cùng kỳ 2026", "yoy"}, {"so với tháng 5/2026", "yoy"},
		{"so với tháng trước", "mom"}, {"so với tháng trước liền kề", "mom"}, {"so với tháng 4", "mom"}, {"so với tháng 12 năm trước", "vs_dec"},
		{"so với tháng 5 năm 2020", "vs_period"}, {"so sánh với năm 2020", "vs_period"},
	} {
		x := Scan(Repair(c[0]), testUnits)
		if len(x.Marks) != 1 || x.Marks[0].Comparison == nil {
			t.Errorf("%s: no comparison in %+v", c[0], x.Marks)
			continue
		}
		base, _ := x.Marks[0].Comparison.Period.Resolve(Frame{Ref: Date{2027, 6, 5}, Force: month})
		if got := string(RelationOf(month, base)); got != c[1] {
			t.Errorf("%s = %s, want %s (base %s)", c[0], got, c[1], base.Code())
		}
	}
	for s, want := range map[string]Basis{"so với kế hoạch": BasisPlan, "tăng 5% theo năm": BasisYear, "bình quân mỗi năm": BasisAverage, "so với cuối năm 2026": BasisYearEnd, "so với các nước": BasisOther} {
		x := Scan(s, testUnits)
		if n := len(x.Marks); n == 0 || x.Marks[n-1].Comparison == nil || x.Marks[n-1].Comparison.Basis != want {
			t.Errorf("%s: %+v, want basis %d", s, x.Marks, want)
		}
	}
}

func TestSentences(t *testing.T) {
	for _, want := range [][]string{
		{"Kim ngạch đạt 3.265 tỷ đồng.", "TP. HCM đứng đầu.", "Theo TS. Nguyễn Văn A, giá giảm…", "Vì sao?"},
		{"1. Công nghiệp tăng 5%.", "Ông nói: \"Giá đã giảm.\"", "Xuất khẩu thép, nhôm... đều tăng."},
		{"Chỉ số đạt 51.3 điểm (tháng trước: 50,2. Xem bảng).", "Ngày 5.3 công bố."},
	} {
		if diff := cmp.Diff(want, Sentences(strings.Join(want, " "))); diff != "" {
			t.Error(diff)
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add("Lũy kế 7 tháng, sản lượng ước đạt từ 6 - 7 triệu tấn/năm, tăng 4,7 % so với cùng kỳ (quý II/2027 giảm 3%).")
	f.Add("từ ngày 1.1 đến 5 - 6 tháng 3 năm mười so với đầu năm đến giữa tháng")
	f.Fuzz(func(t *testing.T, s string) {
		s = Repair(s)
		x := Scan(s, testUnits)
		at, n := 0, len([]rune(s))
		for _, k := range x.Tokens {
			if k.Start >= k.End || k.End > n || k.From >= k.To {
				t.Fatalf("token %+v of %d code points", k, n)
			}
		}
		for _, m := range x.Marks {
			if m.First < at || m.End <= m.First || m.End > len(x.Tokens) {
				t.Fatalf("mark [%d,%d) after %d of %d tokens in %q", m.First, m.End, at, len(x.Tokens), s)
			}
			at = m.End
			if m.Period != nil {
				if p, ok := m.Period.Resolve(Frame{Ref: Date{2027, 9, 10}}); ok {
					_ = fmt.Sprint(p.Code(), p.End())
				}
			}
		}
	})
}
