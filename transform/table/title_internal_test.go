package table

import (
	"testing"

	"nhip/catalog"
)

func TestWithoutTime(t *testing.T) {
	u := newUnits(nil)
	for text, want := range map[string]string{
		"Một số sản phẩm chủ yếu tháng 6 và 6 tháng năm 2031":   "Một số sản phẩm chủ yếu",
		"Chỉ số sản xuất công nghiệp các quý năm 2031":          "Chỉ số sản xuất công nghiệp",
		"Vốn đầu tư thực hiện các quý":                          "Vốn đầu tư thực hiện",
		"Đầu tư được cấp phép từ 01/01- 20/6/2031":              "Đầu tư được cấp phép",
		"Sản xuất nông nghiệp đến ngày 15 tháng 6 năm 2031":     "Sản xuất nông nghiệp",
		"Khách quốc tế đến Việt Nam":                            "Khách quốc tế đến Việt Nam",
		"Sản xuất vụ đông xuân năm 2031":                        "Sản xuất vụ đông xuân",
		"Kết quả sản xuất lúa năm 2031 phân theo địa phương":    "Kết quả sản xuất lúa phân theo địa phương",
		"Diện tích, năng suất và sản lượng, quý II/2031 (Tiếp)": "Diện tích, năng suất và sản lượng, (Tiếp)",
		"Tháng 6 năm 2031": "Tháng 6 năm 2031",
	} {
		if got := u.withoutTime(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestIndicatorOfTitleRowAndColumn(t *testing.T) {
	c, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := New(c)
	for _, tt := range []struct{ title, row, item, want string }{
		{"Chỉ số giá tiêu dùng, chỉ số giá vàng, chỉ số giá đô la Mỹ và lạm phát cơ bản", "", "", "cpi"},
		{"Chỉ số giá tiêu dùng, chỉ số giá vàng, chỉ số giá đô la Mỹ và lạm phát cơ bản", "Lạm phát cơ bản", "", "core-inflation"},
		{"Chỉ số giá tiêu dùng, chỉ số giá vàng, chỉ số giá đô la Mỹ và lạm phát cơ bản", "CHỈ SỐ GIÁ VÀNG", "", "gold-price-index"},
		{"Chỉ số giá xuất khẩu hàng hóa", "", "", "export-price-index"},
		{"Tỷ giá thương mại hàng hóa", "", "", "terms-of-trade"},
		{"Tỷ lệ lao động có việc làm phi chính thức", "", "", ""},
		{"Hàng hóa xuất khẩu", "Sắt thép", "Lượng", "exports"},
		{"Diện tích, năng suất và sản lượng lúa", "Hà Nội", "Diện tích", ""},
		{"Diện tích, năng suất và sản lượng lúa", "Hà Nội", "Sản lượng", "output"},
		{"Chỉ số tiêu thụ và tồn kho ngành công nghiệp", "", "Chỉ số tồn kho", "inventory-index"},
		{"Tổng mức bán lẻ hàng hóa", "", "Tổng mức", "retail-sales"},
		{"Một số chỉ tiêu về doanh nghiệp", "Doanh nghiệp đăng ký thành lập mới", "", "enterprises-new"},
		{"Tổng sản phẩm trong nước", "Xuất khẩu hàng hóa", "", "gdp"},
	} {
		s := r.subject(&block{titles: []string{tt.title}}, context{})
		ind, _ := r.indicatorOf(&s, tt.row, tt.item)
		got := ""
		if ind != nil {
			got = string(ind.ID)
		}
		if got != tt.want {
			t.Errorf("%q, row %q, column %q: %q, want %q", tt.title, tt.row, tt.item, got, tt.want)
		}
	}
}
