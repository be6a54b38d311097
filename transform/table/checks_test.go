package table_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nhip"
	"nhip/transform/table"
)

// balancedPage is a page whose numbers all follow from each other: three sectors that
// make up a total, in January, February and the two together, with the change from
// month to month; one cell is given another number.
func balancedPage(seed uint64, row, col int, factor float64) (page, cell string) {
	rnd := rand.New(rand.NewPCG(seed, 3))
	var v [4][3]float64 // total and sectors; January, February, both
	for i := 1; i < 4; i++ {
		for k := range 2 {
			v[i][k] = float64(100_000+rnd.IntN(900_000)) / 10
			v[i][2] += v[i][k]
		}
		for k := range 3 {
			v[0][k] += v[i][k]
		}
	}
	var b strings.Builder
	b.WriteString(`<p>1. Vốn đầu tư thực hiện</p><p>Đơn vị tính: Tỷ đồng</p><table><tr><td></td><td>Thực hiện tháng 1 năm 2031</td>` +
		`<td>Ước tính tháng 2 năm 2031</td><td>Cộng dồn 2 tháng năm 2031</td><td>Tháng 2 năm 2031 so với tháng trước (%)</td></tr>`)
	for i, label := range []string{"<b>TỔNG SỐ</b>", "Nông nghiệp", "Công nghiệp", "Dịch vụ"} {
		b.WriteString("<tr><td>" + label + "</td>")
		numbers := []float64{v[i][0], v[i][1], v[i][2], 100 * v[i][1] / v[i][0]}
		for k, x := range numbers {
			if i == row && k == col {
				x *= factor
			}
			b.WriteString("<td>" + strings.Replace(fmt.Sprintf("%.1f", x), ".", ",", 1) + "</td>")
		}
		b.WriteString("</tr>")
	}
	return b.String() + "</table>", fmt.Sprintf("t1r%dc%d", row+2, col+2)
}

func findings(res table.Result) map[string][]string {
	out := map[string][]string{}
	for _, o := range res.Observations {
		for _, f := range []string{table.FlagSumMismatch, table.FlagIdentityBreak, table.FlagSuspiciousUnit} {
			if slices.Contains(o.Flags, f) {
				out[o.Cell] = append(out[o.Cell], f)
			}
		}
	}
	return out
}

// Whatever single number is wrong, something is said; what is right raises nothing, and
// no value is ever changed.
func TestChecksFindAWrongNumber(t *testing.T) {
	r := table.New(fixtureCatalog())
	for seed := range uint64(40) {
		page, _ := balancedPage(seed, -1, -1, 1)
		if found := findings(r.Read(&nhip.Page{Body: []byte(page)}, nil)); len(found) > 0 {
			t.Fatalf("seed %d: a balanced table is flagged: %v\n%s", seed, found, page)
		}
		row, col := int(seed%4), int(seed/4%4)
		for _, factor := range []float64{10, 0.1, 1.03} {
			page, cell := balancedPage(seed, row, col, factor)
			res := r.Read(&nhip.Page{Body: []byte(page)}, nil)
			if found := findings(res); len(found) == 0 {
				t.Errorf("seed %d: %s times %v is not found in\n%s", seed, cell, factor, page)
			}
			for _, o := range res.Observations {
				want := strings.Replace(o.Printed, ",", ".", 1)
				if v, err := nhip.ParseDecimal(want); err != nil || v.Shift(o.UnitMult) != *o.Value {
					t.Errorf("%s: printed %q became %v", o.Cell, o.Printed, o.Value)
				}
			}
		}
	}
}

// The real workbooks: nearly everything adds up, and what does not is an error of the
// table, such as the arrivals of November 2023 whose five parts make 1,233,356 under a
// printed total of 1,233,371.
func TestChecksOnWorkbooks(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(shared, "statistics/xlsx/202[23]-*.xlsx"))
	if len(files) == 0 {
		t.Skip("../shared/data is absent: the real workbooks cannot be checked")
	}
	r := table.New(loadCatalog(t))
	numbers, broken := 0, 0
	for _, name := range files {
		if !strings.Contains(name, "2023-11") && !strings.Contains(name, "2022-06") && !strings.Contains(name, "2022-12") {
			continue // three of 24 are enough for every run of the tests
		}
		rel, err := filepath.Rel(shared, name)
		if err != nil {
			t.Fatal(err)
		}
		res := readFile(t, r, rel)
		numbers += len(res.Observations)
		for cell, flags := range findings(res) {
			if slices.Contains(flags, table.FlagSumMismatch) || slices.Contains(flags, table.FlagIdentityBreak) {
				broken++
				t.Log(filepath.Base(name), cell, flags)
			}
		}
		if strings.Contains(name, "2023-11") && !slices.Contains(findings(res)["19. KQT!D9"], table.FlagSumMismatch) {
			t.Error("the wrong total of 19. KQT!D9 is not found")
		}
	}
	if broken > numbers/500 {
		t.Errorf("%d of %d numbers are flagged: more than the tables' own errors", broken, numbers)
	}
}
