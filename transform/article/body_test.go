package article

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/catalog"
)

const (
	paragraph1 = "Sản lượng thép tháng ba đạt 1,35 triệu tấn, tăng 6,2% so với tháng trước, theo hiệp hội."
	paragraph2 = "Bán hàng đạt 1,28 triệu tấn, trong đó xuất khẩu 210.000 tấn, giảm 12% so với cùng kỳ năm trước."
)

// readInner reads a page whose text is two paragraphs around and before inner.
func readInner(t *testing.T, before, between, after string) nhip.Article {
	t.Helper()
	r, err := New(&catalog.Catalog{})
	if err != nil {
		t.Fatal(err)
	}
	page := "<html><head><title>Sản lượng thép tháng ba tăng</title></head><body><h1>Sản lượng thép tháng ba tăng</h1><div>" + before +
		"<p>" + paragraph1 + "</p>" + between + "<p>" + paragraph2 + "</p>" + after + "</div></body></html>"
	a, _, _ := r.Read(&nhip.Page{URL: "https://a.example.vn/san-luong-thep-12345.html", Kind: nhip.KindArticle, Body: []byte(page)}, nil)
	return a
}

func TestEndOfText(t *testing.T) {
	for _, test := range []struct {
		after, author, credit, extra string
	}{
		{"<p><strong>Trần Hạnh</strong></p>", "Trần Hạnh", "", ""},
		{"<p style='text-align:right'>Trần Hạnh - Thu Lê</p>", "Trần Hạnh, Thu Lê", "", ""},
		{"<p><b>Trần Hạnh</b> (theo Reuters)</p>", "Trần Hạnh", "Reuters", ""},
		{"<p>Theo TTXVN</p>", "", "TTXVN", ""},
		{"<p>(TTXVN/Vietnam+)</p>", "", "TTXVN/Vietnam+", ""},
		{"<p>PV</p>", "", "", ""},
		{"<p>BT (t/h)</p>", "", "", ""},
		{"<p>Nguồn: Báo Mẫu</p>", "", "Báo Mẫu", ""},
		{"<p>Trần Hạnh<br>Ảnh: Bloomberg</p>", "Trần Hạnh", "", ""},
		{"<p>Theo đó, giá tăng 5%.</p>", "", "", "Theo đó, giá tăng 5%."},
		{"<p>Theo ông Minh, đơn hàng quý II đã kín.</p>", "", "", "Theo ông Minh, đơn hàng quý II đã kín."},
		{"<p>Giá không đổi.</p>", "", "", "Giá không đổi."},
		{"<p>Xem thêm: Giá thép tuần này</p><p>Chia sẻ</p>", "", "", ""},
	} {
		a := readInner(t, "", "", test.after)
		want := []string{paragraph1, paragraph2}
		if test.extra != "" {
			want = append(want, test.extra)
		}
		if diff := cmp.Diff(want, a.Body); diff != "" {
			t.Errorf("%s: body (-want +got):\n%s", test.after, diff)
		}
		if got := strings.Join(a.Authors, ", "); got != test.author || a.Credit != test.credit {
			t.Errorf("%s: authors %q, want %q; credit %q, want %q", test.after, got, test.author, a.Credit, test.credit)
		}
	}
}

func TestWithinText(t *testing.T) {
	for _, test := range []struct {
		name, between string
		body          []string // between the two paragraphs
		captions      []string
	}{
		{"sub-heading", "<h2>Xuất khẩu chậm lại</h2>", []string{"Xuất khẩu chậm lại"}, nil},
		{"bold sub-heading", "<p><strong>Xuất khẩu chậm lại</strong></p>", []string{"Xuất khẩu chậm lại"}, nil},
		{"list", "<ul><li>Thép cây: 820.000 tấn</li><li>Tôn mạ: 310.000 tấn</li></ul>", []string{"Thép cây: 820.000 tấn", "Tôn mạ: 310.000 tấn"}, nil},
		{"list of links", "<ul><li><a href='/b-1.html'>Giá thép tuần này tăng</a></li></ul>", nil, nil},
		{"link alone", "<p><a href='/b-1.html'>Giá thép tuần này tăng nhẹ</a></p>", nil, nil},
		{"link in a sentence", "<p>Hiệp hội <a href='/b-1.html'>đề nghị</a> giảm thuế 2%.</p>", []string{"Hiệp hội đề nghị giảm thuế 2%."}, nil},
		{"figure", "<figure><img src=a.jpg><figcaption>Lò điện. Ảnh: An</figcaption></figure>", nil, []string{"Lò điện. Ảnh: An"}},
		{"italics below a photo", "<p><img src=a.jpg></p><p><em>Công nhân bên lò điện</em></p>", nil, []string{"Công nhân bên lò điện"}},
		{"centred below a photo", "<p align=center><img src=a.jpg></p><p align=center>Công nhân bên lò điện</p>", nil, []string{"Công nhân bên lò điện"}},
		{"credit in the paragraph of the photo", "<p><img src=a.jpg><br>Công nhân bên lò điện (Ảnh: An)</p>", nil, []string{"Công nhân bên lò điện (Ảnh: An)"}},
		{"italics in the text", "<p><em>“Đơn hàng đã kín đến tháng sáu”, ông Minh nói.</em></p>", []string{"“Đơn hàng đã kín đến tháng sáu”, ông Minh nói."}, nil},
		{"quotation", "<blockquote>Đơn hàng đã kín đến tháng sáu.</blockquote>", []string{"Đơn hàng đã kín đến tháng sáu."}, nil},
		{"share bar", "<div class='share-box'><a href='#'>Facebook</a> <a href='#'>Zalo</a></div>", nil, nil},
		{"table", "<table><tr><td>Loại</td><td>Tấn</td></tr><tr><td>Thép cây</td><td>820.000</td></tr></table>", []string{"Loại\tTấn", "Thép cây\t820.000"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := readInner(t, "", test.between, "")
			want := append(append([]string{paragraph1}, test.body...), paragraph2)
			if diff := cmp.Diff(want, a.Body); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(append([]string{}, test.captions...), a.Captions); diff != "" {
				t.Errorf("captions (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBeforeText(t *testing.T) {
	a := readInner(t, "<p>Trần Hạnh</p><p>Thứ hai, 13/4/2026 | 09:10</p>", "", "")
	if diff := cmp.Diff([]string{paragraph1, paragraph2}, a.Body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}
