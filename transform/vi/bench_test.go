package vi

import (
	"strings"
	"testing"
)

// benchText is prose of the usual density: a number every twelve words.
var benchText = strings.Repeat("Theo Sở Công Thương, lũy kế 7 tháng năm 2027, sản lượng thép của tỉnh ước đạt khoảng 1,25 triệu tấn, "+
	"tăng 4,7% so với cùng kỳ năm trước; kim ngạch xuất khẩu đạt gần 3,2 tỷ USD, giảm 0,8% so với tháng 6. "+
	"Các doanh nghiệp trên địa bàn tiếp tục mở rộng sản xuất, đầu tư dây chuyền mới và tuyển thêm lao động để kịp đơn hàng cuối năm. ", 200)

// BenchmarkScan is everything this package finds in text. Baseline of the first
// version, one core of a shared two-core machine: see docs/performance.md.
func BenchmarkScan(b *testing.B) {
	b.SetBytes(int64(len(benchText)))
	b.ReportAllocs()
	for b.Loop() {
		Scan(benchText, testUnits)
	}
}

// BenchmarkTokens is the part of [Scan] that no reader can do without.
func BenchmarkTokens(b *testing.B) {
	b.SetBytes(int64(len(benchText)))
	b.ReportAllocs()
	for b.Loop() {
		Tokens(benchText)
	}
}

// BenchmarkRepair is the cost of text that is sound already.
func BenchmarkRepair(b *testing.B) {
	b.SetBytes(int64(len(benchText)))
	for b.Loop() {
		Repair(benchText)
	}
}

// BenchmarkFields is the named baseline: the standard library cutting the same
// text at blanks and lowering its case.
func BenchmarkFields(b *testing.B) {
	b.SetBytes(int64(len(benchText)))
	for b.Loop() {
		for f := range strings.FieldsSeq(benchText) {
			_ = strings.ToLower(f)
		}
	}
}
