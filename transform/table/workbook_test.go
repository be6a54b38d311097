package table_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"nhip"
	"nhip/transform/table"
)

// workbook builds a small report: stacked header, a number format, a merged group, a
// hidden column, a formula without a cached value, an indent, and a hidden sheet.
func workbook(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const sheet = "7.IIP"
	must(f.SetSheetName("Sheet1", sheet))
	rows := [][]any{
		{"2. Chỉ số sản xuất công nghiệp"},
		{nil, nil, nil, "%"},
		{nil, "Tháng 3", "Tháng 4 năm 2031 so với", nil},
		{nil, 2031, "Tháng trước", "Cùng kỳ năm trước"},
		{nil, "so với cùng kỳ năm trước"},
		{"Toàn ngành công nghiệp", 111.0859, 104.04, 110.449},
		{"Khai khoáng", 107.93, 95.06, 104.2},
		{"Khai thác than", 130, 92.75, 120.666},
	}
	for i, row := range rows {
		name, err := excelize.CoordinatesToCellName(1, i+1)
		must(err)
		must(f.SetSheetRow(sheet, name, &row))
	}
	must(f.MergeCell(sheet, "C3", "D3"))
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: ptr("#,##0.0")})
	must(err)
	must(f.SetCellStyle(sheet, "B6", "D8", style))
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	must(err)
	must(f.SetCellStyle(sheet, "A6", "A7", bold))
	indent, err := f.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{Indent: 1}})
	must(err)
	must(f.SetCellStyle(sheet, "A8", "A8", indent))
	must(f.SetCellFormula(sheet, "D9", "SUM(D6:D8)"))
	must(f.SetColVisible(sheet, "B", false))

	_, err = f.NewSheet("Nháp")
	must(err)
	must(f.SetSheetRow("Nháp", "A1", &[]any{"Doanh thu", "Năm 2030 (Tỷ đồng)"}))
	must(f.SetSheetRow("Nháp", "A2", &[]any{"Tổng số", 1250000.5}))
	must(f.SetSheetVisible("Nháp", false))
	var b bytes.Buffer
	must(f.Write(&b))
	return b.Bytes()
}

func ptr[T any](v T) *T { return &v }

func TestWorkbook(t *testing.T) {
	res := table.New(fixtureCatalog()).Read(&nhip.Page{Kind: nhip.KindTable, Body: workbook(t)}, nil)
	var got []string
	for _, o := range res.Observations {
		got = append(got, strings.Join([]string{o.Cell, o.Printed, o.Value.String(), string(o.Unit), string(o.Measure), string(o.Compare), o.Period,
			strings.Join(o.Path, "/"), strings.Join(withoutPlace(o.Flags), ",")}, " | "))
	}
	want := []string{
		"7.IIP!B6 | 111.1 | 111.1 | % | index | yoy | 2031-03 | Toàn ngành công nghiệp | hidden",
		"7.IIP!C6 | 104.0 | 104 | % | index | mom | 2031-04 | Toàn ngành công nghiệp | status_assumed",
		"7.IIP!D6 | 110.4 | 110.4 | % | index | yoy | 2031-04 | Toàn ngành công nghiệp | status_assumed",
		"7.IIP!B7 | 107.9 | 107.9 | % | index | yoy | 2031-03 | Toàn ngành công nghiệp/Khai khoáng | hidden",
		"7.IIP!C7 | 95.1 | 95.1 | % | index | mom | 2031-04 | Toàn ngành công nghiệp/Khai khoáng | status_assumed",
		"7.IIP!D7 | 104.2 | 104.2 | % | index | yoy | 2031-04 | Toàn ngành công nghiệp/Khai khoáng | status_assumed",
		"7.IIP!B8 | 130.0 | 130 | % | index | yoy | 2031-03 | Toàn ngành công nghiệp/Khai khoáng/Khai thác than | hidden",
		"7.IIP!C8 | 92.8 | 92.8 | % | index | mom | 2031-04 | Toàn ngành công nghiệp/Khai khoáng/Khai thác than | status_assumed",
		"7.IIP!D8 | 120.7 | 120.7 | % | index | yoy | 2031-04 | Toàn ngành công nghiệp/Khai khoáng/Khai thác than | status_assumed",
		"Nháp!B2 | 1250000.5 | 1250000500000000 | VND | level |  | 2030 | Tổng số | hidden",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s\nissues: %v", diff, res.Issues)
	}
}

// TestBrokenFiles reads what is no workbook: a sentence, no panic, no observation.
func TestBrokenFiles(t *testing.T) {
	good := workbook(t)
	r := table.New(nil)
	for name, body := range map[string][]byte{
		"truncated":     good[:len(good)/2],
		"only a header": good[:4],
		"zeroes":        append([]byte("PK\x03\x04"), make([]byte, 1000)...),
	} {
		res := r.Read(&nhip.Page{Body: body}, nil)
		if len(res.Observations) != 0 || len(res.Issues) == 0 {
			t.Errorf("%s: %d observations, issues %v", name, len(res.Observations), res.Issues)
		}
	}
	for name, body := range map[string]string{
		"empty": "", "no table": "<p>Không có bảng</p>", "unclosed": "<table><tr><td>1<td>2<tr><td>a", "plain": "2031 12,5",
	} {
		if res := r.Read(&nhip.Page{Body: []byte(body)}, nil); len(res.Observations) != 0 {
			t.Errorf("%s: %d observations", name, len(res.Observations))
		}
	}
}

// TestSpans claims more cells than a table has: the caps hold and the rest is read.
func TestSpans(t *testing.T) {
	page := `<p>Sản lượng năm 2031</p><table><tr><td colspan="999999999">x</td></tr><tr><td rowspan="99999">y</td><td>z</td></tr></table>
<table><tr><td rowspan="0"></td><td>Năm 2030 (Tấn)</td></tr><tr><td>Thép</td><td>12,5</td></tr></table>`
	res := table.New(nil).Read(&nhip.Page{Body: []byte(page)}, nil)
	if len(res.Issues) == 0 || !strings.Contains(res.Issues[0].Reason, "more than a table people read") {
		t.Errorf("issues: %v", res.Issues)
	}
}

// TestWorkbooks reads the real workbooks: all of them, nearly all of their tables, and
// the revision of January 2023.
func TestWorkbooks(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(shared, "statistics/xlsx/*.xlsx"))
	if len(files) == 0 {
		t.Skip("../shared/data is absent: the real workbooks cannot be read")
	}
	if testing.Short() {
		files = files[:1]
	}
	r := table.New(loadCatalog(t))
	tables, quarantined := 0, 0
	first := map[string]float64{} // the first and the next figure of the total, year on year
	next := map[string]float64{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		res := r.Read(&nhip.Page{Kind: nhip.KindTable, Body: data}, nil)
		tables += res.Tables
		quarantined += len(res.Quarantined)
		if res.Tables < 15 || len(res.Observations) < 1500 {
			t.Errorf("%s: %d tables, %d observations", filepath.Base(name), res.Tables, len(res.Observations))
		}
		for _, o := range res.Observations {
			if o.TableCode != "IIP" || o.Freq != "M" || o.Accumulation != "" || o.Compare != nhip.CompareYoY || len(o.Path) != 1 || o.ValueFull == nil {
				continue
			}
			if _, seen := first[o.Period]; !seen {
				first[o.Period] = *o.ValueFull
			} else if _, seen := next[o.Period]; !seen {
				next[o.Period] = *o.ValueFull
			}
		}
	}
	t.Logf("%d workbooks, %d tables, %d quarantined", len(files), tables, quarantined)
	if 100*quarantined > 5*tables {
		t.Errorf("%d of %d tables quarantined", quarantined, tables)
	}
	if testing.Short() {
		return
	}
	if len(first) != 24 || len(next) < 22 {
		t.Errorf("first figures of %d months and next figures of %d, want 24 and nearly as many", len(first), len(next))
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"first", first["2023-01"], 91.96}, {"next", next["2023-01"], 85.11}} {
		if math.Abs(c.got-c.want) > 0.005 {
			t.Errorf("the %s figure of January 2023 is %v, want %v", c.name, c.got, c.want)
		}
	}
}

func BenchmarkPage(b *testing.B) {
	page := nestedPage(b, 40)
	r := table.New(fixtureCatalog())
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		if res := r.Read(&nhip.Page{Body: page}, nil); len(res.Observations) == 0 {
			b.Fatal("nothing read")
		}
	}
}

func BenchmarkWorkbook(b *testing.B) {
	data := workbook(b)
	r := table.New(fixtureCatalog())
	for b.Loop() {
		if res := r.Read(&nhip.Page{Body: data}, nil); len(res.Observations) == 0 {
			b.Fatal("nothing read")
		}
	}
}

// nestedPage returns a page of the size of a real one.
func nestedPage(tb testing.TB, rows int) []byte {
	tb.Helper()
	var p strings.Builder
	p.WriteString(`<html><body><p><strong>2. Chỉ số sản xuất công nghiệp</strong></p><p><em>Đơn vị tính: %</em></p><table><tbody><tr><td></td>`)
	for _, h := range []string{"Tháng 4 năm 2031 so với cùng kỳ năm trước", "Tháng 5 năm 2031 so với tháng trước", "Tháng 5 năm 2031 so với cùng kỳ năm trước", "5 tháng năm 2031 so với cùng kỳ năm trước"} {
		p.WriteString(`<td><p style="text-align: center;"><strong>` + h + `</strong></p></td>`)
	}
	p.WriteString("</tr>\n")
	for range rows {
		p.WriteString(`<tr><td>&nbsp;&nbsp;Khai thác than cứng và than non</td><td>111,1</td><td>104,0</td><td>110,4</td><td>108,3</td></tr>` + "\n")
	}
	p.WriteString("</tbody></table></body></html>")
	return []byte(p.String())
}
