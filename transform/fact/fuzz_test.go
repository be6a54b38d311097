package fact

import (
	"testing"
	"time"
	"unicode/utf8"

	"nhip"
	"nhip/transform/vi"
)

func FuzzRead(f *testing.F) {
	f.Add("Tháng 7, xuất khẩu thép, nhôm lần lượt tăng 4,1% và 6,5% so với cùng kỳ (năm 2026 giảm 3%).", "Trong đó, khoảng 300 doanh nghiệp trong các lĩnh vực này đạt từ 5 - 6 tỷ đồng/năm.")
	f.Add("Theo (của", "((5% )), gồm: 3 dự án (4 ha) của 5 xe đạt 6 tấn")
	r, _ := testReader(f)
	at := time.Date(2027, 8, 12, 8, 0, 0, 0, nhip.Zone)
	f.Fuzz(func(t *testing.T, a, b string) {
		art := &nhip.Article{Title: vi.Repair(a), Body: []string{vi.Repair(b), vi.Repair(a)}}
		ctx := Context{At: at}
		if n := utf8.RuneCountInString(art.Body[0]); n > 4 { // a mention anywhere, even absurd
			ctx.Mentions = []nhip.Mention{{Kind: nhip.MentionPlace, ID: "ha-noi", Name: "Hà Nội", Span: nhip.Span{Start: n / 3, End: n / 2}},
				{Kind: nhip.MentionOrganisation, Name: "X", Span: nhip.Span{Start: 1, End: 3}}}
		}
		for _, o := range r.Read(art, ctx) {
			text := art.Text(o.Paragraph)
			if o.Start < 0 || o.Start >= o.End || o.End > utf8.RuneCountInString(text) {
				t.Fatalf("span [%d,%d) of %d code points: %+v", o.Start, o.End, utf8.RuneCountInString(text), o)
			}
			if (o.Value == nil) != (o.Bound == nhip.BoundRange) || (o.Low == nil) != (o.Value != nil) || o.Unit == "" || o.Rule == "" || !utf8.ValidString(o.Label) {
				t.Fatalf("incomplete: %+v", o)
			}
		}
	})
}
