package table

import "testing"

func TestCellsInTwoFonts(t *testing.T) {
	for text, want := range map[string]string{
		"Tæng s¶n phÈm trong n\u00adíc 6 th¸ng đầu n¨m": "Tổng sản phẩm trong nước 6 tháng đầu năm",
		"Tỷ lệ tèt nghiÖp trung học phæ th«ng":          "Tỷ lệ tốt nghiệp trung học phổ thông",
		"Sản lượng (tÊn), cà phê":                       "Sản lượng (tấn), cà phê",
		"TÊn":                                           "Tấn",
		"TỔNG SỐ, CÔNG TY Êđê":                          "TỔNG SỐ, CÔNG TY Êđê",
		"6 th¸ng\nđầu n¨m, ưíc tính":                    "6 tháng\nđầu năm, ước tính",
		"Công ty Nestlé và Café tại Hà Nội":             "Công ty Nestlé và Café tại Hà Nội",
	} {
		if got := decodeCell(text, "Arial"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
