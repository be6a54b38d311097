package table

import (
	"fmt"
	"strings"
	"testing"

	"nhip"
)

// describe writes a meaning the way the cases below do.
func describe(m meaning) string {
	if m.problem != "" {
		return "? " + m.problem
	}
	parts := []string{m.main.code()}
	if a := m.main.accumulation(); a != "" {
		parts = append(parts, a)
	}
	if c := m.main.timeCollect(); c != "" {
		parts = append(parts, "collect="+c)
	}
	if c := m.compare(); c != "" {
		parts = append(parts, string(c)+"="+m.base.code())
	}
	if m.status != "" {
		parts = append(parts, "status="+string(m.status))
	}
	if m.measure != "" {
		parts = append(parts, string(m.measure))
	}
	if !m.unit.isZero() {
		parts = append(parts, fmt.Sprintf("unit=%s^%d", m.unit.id, m.unit.mult))
	}
	if m.planned {
		parts = append(parts, "plan")
	}
	if m.price != "" {
		parts = append(parts, "price="+m.price)
	}
	if m.item != "" {
		parts = append(parts, "item="+m.item)
	}
	return strings.Join(parts, " ")
}

// TestHeaderGrammar reads headers in the forms of monthly reports, yearbooks and lists
// of customs; the title of the table is "Biểu tháng 8 năm 2027".
func TestHeaderGrammar(t *testing.T) {
	tests := []struct{ header, want string }{
		{"Tháng 7 năm 2027 so với cùng kỳ năm trước", "2027-07 yoy=2026-07"},
		{"Tháng 8\nnăm 2027\nso với\ntháng\ntrước", "2027-08 mom=2027-07"},
		{"Tháng 1 năm 2027 so với tháng trước", "2027-01 mom=2026-12"},
		{"8 tháng năm 2027 so với cùng kỳ năm trước (%)", "2027-01-01/P8M ytd yoy=2026-01-01/P8M unit=%^0"},
		{"Thực hiện tháng 7 năm 2027", "2027-07 status=A"},
		{"Ước tính tháng 8 năm 2027", "2027-08 status=E"},
		{"Thực hiện (Tỷ đồng) Ước tính tháng 8 năm 2027", "2027-08 status=E unit=VND^9"},
		{"Sơ bộ quý III năm năm 2027", "2027-Q3 status=P"},
		{"Cộng dồn 8 tháng năm 2027", "2027-01-01/P8M ytd"},
		{"Lũy kế từ đầu năm", "2027-01-01/P8M ytd"},
		{"8 tháng năm 2027 so với kế hoạch năm 2027 (%)", "2027-01-01/P8M ytd vs_plan=2027 unit=%^0"},
		{"Năm 2027 so với kế hoạch năm (%)", "2027 vs_plan=2027 unit=%^0"},
		{"Kế hoạch năm 2027", "2027 plan"},
		{"Tháng 8 năm 2027 so với: Kỳ gốc (2024)", "2027-08 vs_base=2024"},
		{"Tháng 8 năm 2027 so với: Tháng 12 năm 2026", "2027-08 vs_dec=2026-12"},
		{"Tháng 8 năm 2027 so với: Tháng 8 năm 2026", "2027-08 yoy=2026-08"},
		{"Tháng 12 năm 2027 so với tháng 12 năm 2026", "2027-12 yoy=2026-12"},
		{"Bình quân 8 tháng năm 2027 so với cùng kỳ năm 2026", "2027-01-01/P8M ytd_avg collect=A yoy=2026-01-01/P8M"},
		{"Chỉ số sử dụng lao động thời điểm 1/8/2027 so với cùng thời điểm tháng trước", "2027-08-01 collect=P mom=2027-07-01 item=Chỉ số sử dụng lao động"},
		{"Ước tính thời điểm 31/12/2027 so với cùng thời điểm tháng trước", "2027-12-31 collect=P mom=2027-11-30 status=E"},
		{"So với cùng kỳ năm trước (%) Quý III năm 2027", "2027-Q3 yoy=2026-Q3 unit=%^0"},
		{"Quý IV năm 2027 so với Quý III năm 2027", "2027-Q4 qoq=2027-Q3"},
		{"Năm 2027 so với năm 2026 (%)", "2027 yoy=2026 unit=%^0"},
		{"Năm 2027 Quý II", "2027-Q2"},
		{"Năm 2027 Cả năm", "2027"},
		{"Tháng 8 năm 2027 so với (%) Tháng 7 năm 2027", "2027-08 mom=2027-07 unit=%^0"},
		{"Cộng dồn 8 tháng năm 2027 Cơ cấu (%)", "2027-01-01/P8M ytd share unit=%^0"},
		{"Ước tính 8 tháng năm 2027 Trị giá", "2027-01-01/P8M ytd status=E item=Trị giá"},
		{"Thực hiện cùng kỳ năm trước", "2026-08 status=A"},
		{"Thực hiện kỳ này", "2027-08 status=A"},
		{"Thực hiện kỳ này so với cùng kỳ năm trước (%)", "2027-08 yoy=2026-08 status=A unit=%^0"},
		{"2025/2024", "2025 yoy=2024"},
		{"Sơ bộ - Prel. 2026", "2026 status=P"},
		{"Tháng 8 so với tháng 7 (%)", "2027-08 mom=2027-07 unit=%^0"},
		{"T8/2027 so với T7/2027", "2027-08 mom=2027-07"},
		{"K1-T12-2027", "2027-12-01/P15D"},
		{"6 tháng cuối năm 2027", "2027-07-01/P6M"},
		{"Số vốn đăng ký (Nghìn USD)", "2027-08 unit=USD^3 item=Số vốn đăng ký"},
		{"Theo giá so sánh 2010 Tổng số (Tỷ đồng)", "2027-08 unit=VND^9 price=constant item=Tổng số"},
		{"Tăng/giảm so với vụ đông xuân 2026 (Nghìn ha)", "2027-08 vs_period=2026 growth unit=ha^3"},
		{"Thực hiện vụ đông xuân năm 2027", "2027 status=A"},
		{"Thành thị", "2027-08 item=Thành thị"},
		{"6 th\uFFFDng n\uFFFDm 2027", "? the header has characters that were lost in decoding"},
		{"Tháng 8 năm 2027 so với", "? so với without what it is compared with"},
		{"Tháng 8 năm 2027 tháng 9 năm 2027", "? two periods (2027-08 and 2027-09)"},
	}
	r := New(nil)
	c := context{title: r.titleMeaning("Biểu tháng 8 năm 2027"), year: 2027}
	for _, tt := range tests {
		m, _ := r.units.understand(tt.header).resolve(c)
		if got := describe(m); got != tt.want {
			t.Errorf("%q:\n got %s\nwant %s", tt.header, got, tt.want)
		}
	}
}

// TestYearOfRelease takes the year a header leaves out from the release.
func TestYearOfRelease(t *testing.T) {
	r := New(nil)
	c := context{year: 2027, latest: nhip.Date{Year: 2027, Month: 1, Day: 29}}
	for header, want := range map[string]string{
		"Tháng 12 so với tháng trước": "2026-12 mom=2026-11",
		"Tháng 1 so với tháng 12":     "2027-01 mom=2026-12",
	} {
		m, flags := r.units.understand(header).resolve(c)
		if got := describe(m); got != want || len(flags) != 1 || flags[0] != FlagYearAssumed {
			t.Errorf("%q: %s %v, want %s", header, got, flags, want)
		}
	}
	if m, _ := r.units.understand("Tháng 12").resolve(context{}); m.problem == "" {
		t.Errorf("a month without a year anywhere was placed in %s", m.main.code())
	}
}

func TestUnits(t *testing.T) {
	u := newUnits(nil)
	tests := []struct{ printed, want string }{
		{"Nghìn tấn", "tấn 3"}, {"Đơn vị tính: Tỷ đồng", "VND 9"}, {"ĐVT: %", "% 0"}, {"Nghìn \ntỷ đồng", "VND 12"},
		{"(Triệu USD)", "USD 6"}, {"Tạ/ha", "tạ/ha 0"}, {"Triệu HK.km", "HK.km 6"}, {"Tỷ kwh", "kWh 9"}, {"DN", "doanh nghiệp 0"},
		{"Tỷ đồng - Bill. dongs", "VND 9"}, {"Nghìn con gà", "con gà 3 unknown"}, {"Số nam/100 nữ", ""}, {"Tháng 5 năm 2022", ""}, {"", ""},
	}
	for _, tt := range tests {
		got := ""
		if x, ok := u.parse(tt.printed); ok {
			got = fmt.Sprintf("%s %d", x.id, x.mult)
			if !x.known {
				got += " unknown"
			}
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.printed, got, tt.want)
		}
	}
	if list := u.caption("Nghìn tấn; Triệu USD"); len(list) != 2 || choose(list, "Lượng").id != "tấn" || choose(list, "Trị giá").id != "USD" {
		t.Errorf("caption of two units: %v", list)
	}
}

func FuzzUnderstand(f *testing.F) {
	f.Add("Tháng 5 năm 2022 so với: Kỳ gốc (2019)")
	f.Add("từ 01/01- 20/5/2022")
	f.Add("(((%")
	u := newUnits(nil)
	f.Fuzz(func(t *testing.T, header string) {
		m, _ := u.understand(header).resolve(context{year: 2022})
		if m.problem == "" && (m.main.isZero() || !m.main.valid() || m.main.code() == "") {
			t.Errorf("%q is said to be understood and has the period %+v", header, m.main)
		}
	})
}
