package article

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSignature(t *testing.T) {
	for _, test := range []struct {
		line   string
		names  []string
		credit string
	}{
		{"Hà Thu", []string{"Hà Thu"}, ""},
		{"Hà Thu (tổng hợp)", []string{"Hà Thu"}, ""},
		{"Hà Thu (theo Reuters, AFP)", []string{"Hà Thu"}, "Reuters, AFP"},
		{"Hà Thu theo Reuters", []string{"Hà Thu"}, "Reuters"},
		{"Theo Nhịp sống thị trường", nil, "Nhịp sống thị trường"},
		{"Theo Trần An (Báo Mẫu)", []string{"Trần An"}, "Báo Mẫu"},
		{"Nguồn: TTXVN", nil, "TTXVN"},
		{"NHẬT XUÂN - NGHI VŨ", []string{"NHẬT XUÂN", "NGHI VŨ"}, ""},
		{"Bài, ảnh: Minh Chiến và Thu Lê", []string{"Minh Chiến", "Thu Lê"}, ""},
		{"Tác giả: H.Y.T.", []string{"H.Y.T"}, ""},
		{"PV", nil, ""},
		{"Nhóm phóng viên", nil, ""},
		{"TTXVN", nil, ""},
		{"H", nil, ""},
		{"https://www.facebook.com/baomau", nil, ""},
		{"baotuoitre", nil, ""},
		{"VietNamNet.vn", nil, ""},
		{"Bạch Dương Ảnh: Bloomberg", []string{"Bạch Dương"}, ""},
		{"16/03/2026 08:00", nil, ""},
		{"Đinh Thị Bích-Ngọc", []string{"Đinh Thị Bích-Ngọc"}, ""},
	} {
		names, credit := signature(test.line)
		if diff := cmp.Diff(test.names, names); diff != "" || credit != test.credit {
			t.Errorf("%q: names %q, want %q; credit %q, want %q", test.line, names, test.names, credit, test.credit)
		}
	}
}

func TestIsSignature(t *testing.T) {
	for line, want := range map[string]bool{
		"Hà Thu": true, "Trần Thị Hạnh": true, "Minh Chiến - Thu Lê": true, "Hà Thu (tổng hợp)": true,
		"Pháp luật và Xã hội": false, "Hỗ trợ doanh nghiệp": false, "Ngọc": false, "Giảm thuế": false, "Kết luận": false,
	} {
		if got := isSignature(line); got != want {
			t.Errorf("isSignature(%q) = %v, want %v", line, got, want)
		}
	}
}

func FuzzSignature(f *testing.F) {
	f.Add("Hà Thu (theo Reuters)")
	f.Add("Theo Trần An (Báo Mẫu)")
	f.Fuzz(func(t *testing.T, line string) {
		names, _ := signature(line)
		isSignature(line)
		for _, n := range names {
			if !isName(n) {
				t.Errorf("%q gives %q, which is no name", line, n)
			}
		}
	})
}

func TestFurniture(t *testing.T) {
	for line, want := range map[string]bool{
		"Theo dõi Báo Mẫu trên":                                 true,
		"Theo dõi Báo Mẫu trên Google News":                     true,
		"Mở Zalo, bấm quét QR để quét và xem trên điện thoại":   true,
		"Xem thêm: Giá thuê đất công nghiệp":                    true,
		">> Giá thuê đất công nghiệp tăng":                      true,
		"Tags: cơ khí, Hà Nội":                                  true,
		"Chia sẻ":                                               true,
		"Mời bạn đọc theo dõi Báo Mẫu trên Facebook.":           true,
		"Theo dõi diễn biến giá thép trên thị trường thế giới.": false,
		"Người dân quét mã QR để trả tiền.":                     false,
		"Quảng cáo sai sự thật":                                 false,
		"Chia sẻ kinh nghiệm chuyển đổi số":                     false,
		"Trở lại thị trường Mỹ":                                 false,
		"Thông tin này lan truyền trên Facebook hôm 5/3.":       false,
		"Giấy phép số 12 được cấp ngày 5/3.":                    false,
	} {
		if got := isFurniture(line); got != want {
			t.Errorf("isFurniture(%q) = %v, want %v", line, got, want)
		}
	}
}

func TestPhotoCredit(t *testing.T) {
	for line, want := range map[string]bool{
		"Một dự án. Ảnh: Hồng Khanh":                     true,
		"Xưởng gỗ ở Bình Dương (Ảnh: Phạm Nguyễn).":      true,
		"Chuyên gia nêu sai sót (Ảnh minh họa)":          true,
		"Khu công nghiệp - Ảnh: M.C.":                    true,
		"Công ty bán máy ảnh cho thị trường châu Âu.":    false,
		"Doanh nghiệp chịu ảnh hưởng nặng nề.":           false,
		"Hình ảnh sản phẩm được cập nhật trên sàn: 500.": false,
	} {
		if got := hasPhotoCredit(line); got != want {
			t.Errorf("hasPhotoCredit(%q) = %v, want %v", line, got, want)
		}
	}
}
