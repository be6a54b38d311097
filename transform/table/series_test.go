package table_test

import (
	"testing"

	"nhip"
	"nhip/transform/table"
)

// Rows that are named by a period or a place are numbers of the heading above them: the
// same quarter under two rates is two series. A heading that only says that places
// follow is none, because some releases print it and some do not.
func TestSeriesOfRowsUnderHeadings(t *testing.T) {
	page := func(heading string) string {
		return `<p>1. Tỷ lệ thất nghiệp</p><p>Đơn vị tính: %</p><table><tr><td></td><td>Chung</td><td>Thành thị</td></tr>
<tr><td><b>Trong độ tuổi lao động</b></td><td></td><td></td></tr><tr><td>Quý I năm 2031</td><td>2,46</td><td>2,9</td></tr><tr><td>Quý II năm 2031</td><td>2,32</td><td>2,8</td></tr>
<tr><td><b>Thanh niên</b></td><td></td><td></td></tr><tr><td>Quý I năm 2031</td><td>7,9</td><td>9,1</td></tr><tr><td>Quý II năm 2031</td><td>7,6</td><td>9,3</td></tr></table>
<p>2. Vốn đầu tư thực hiện</p><p>Đơn vị tính: Tỷ đồng</p><table><tr><td></td><td>Tháng 3 năm 2031</td><td>Tháng 4 năm 2031</td></tr>
<tr><td><b>TỔNG SỐ</b></td><td>300,5</td><td>310,5</td></tr>` + heading + `<tr><td>Hà Nội</td><td>200,5</td><td>210,5</td></tr><tr><td>Bắc Giang</td><td>100,0</td><td>100,0</td></tr></table>`
	}
	r := table.New(fixtureCatalog())
	bySeries := map[uint64]map[string]bool{}
	for _, heading := range []string{"", "<tr><td><b>Địa phương</b></td><td></td><td></td></tr>"} {
		for _, o := range r.Read(&nhip.Page{Body: []byte(page(heading))}, nil).Observations {
			id := o.Series("nso")
			if bySeries[id] == nil {
				bySeries[id] = map[string]bool{}
			}
			bySeries[id][o.Period+" "+o.Value.String()] = true
		}
	}
	if len(bySeries) != 7 { // two rates of two columns, the total and two provinces
		t.Errorf("%d series, want 7: %v", len(bySeries), bySeries)
	}
	for _, numbers := range bySeries {
		if len(numbers) != 2 {
			t.Errorf("a series holds %v, want one number a period", numbers)
		}
	}
}
