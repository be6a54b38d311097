package fact

import (
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/transform/vi"
)

var benchArticle = func() *nhip.Article {
	a := &nhip.Article{Title: "Công nghiệp 7 tháng năm 2027"}
	for range 100 {
		a.Body = append(a.Body, "Theo Sở Công Thương, lũy kế 7 tháng năm 2027, sản lượng thép của tỉnh ước đạt khoảng 1,25 triệu tấn, tăng 4,7% so với cùng kỳ năm trước; kim ngạch xuất khẩu đạt gần 3,2 tỷ USD, giảm 0,8% so với tháng 6. "+
			"Các doanh nghiệp trên địa bàn tiếp tục mở rộng sản xuất, đầu tư dây chuyền mới và tuyển thêm lao động để kịp đơn hàng cuối năm.")
	}
	return a
}()

// BenchmarkRead reads an article with a number every twelve words. BenchmarkScan is
// its named baseline: what package vi alone needs for the same text.
func BenchmarkRead(b *testing.B) {
	r, _ := testReader(b)
	at := time.Date(2027, 8, 12, 8, 0, 0, 0, nhip.Zone)
	b.SetBytes(int64(len(strings.Join(benchArticle.Body, "\n"))))
	b.ReportAllocs()
	for b.Loop() {
		r.Read(benchArticle, Context{At: at})
	}
}

func BenchmarkScan(b *testing.B) {
	r, _ := testReader(b)
	b.SetBytes(int64(len(strings.Join(benchArticle.Body, "\n"))))
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range benchArticle.Body {
			vi.Scan(p, r.units)
		}
	}
}
