package article

import (
	"strings"
	"unicode/utf8"

	"nhip/transform/vi"
)

// A line is page furniture when it speaks of the page instead of the world:
// invitations to follow, share, scan or comment, boxes of related texts, lists of
// keywords. The cues are compared without diacritics, as the lines are often set in
// capitals or typed carelessly.

// opening cues must stand at the beginning of the line.
var openingCues = []string{
	"theo doi ", "xem them", "doc them", "tin lien quan", "bai lien quan", "tin cung chuyen muc", "cung chuyen muc",
	"tin khac", "tin moi", "tin noi bat", "co the ban quan tam", "ban co the quan tam", "bai viet lien quan", "tu khoa",
	"tags:", "tag:", "chia se:", "chia se bai viet", "chia se", "binh luan", "y kien ban doc", "gui binh luan", "copy link", "sao chep lien ket",
	"link bai goc", "lay link", "in bai viet", "in bai", "gui email", "luu bai viet", "quay lai", "tro lai", "ve dau trang",
	"dang nhap", "dang ky nhan tin", "dang ky kenh", "moi quy doc gia", "moi ban doc", "moi doc gia", "quy doc gia quan tam", "nghe doc bai", "nghe audio",
	"chu de:", "danh gia bai viet", "gui phan hoi", "mo zalo", "tai app", "tai ung dung", "download app",
	"bam de xem", "click de xem", "nhan de xem", "vui long bat javascript", "advertisement", "quang cao", "tai tro", ">>", "»", "xem tiep", "doc tiep", "trang chu",
	"moi xem them", "bai doc nhieu", "tin doc nhieu", "doc nhieu nhat", "bai cung chuyen muc", "ban dang xem", "su kien:", "video lien quan",
}

// anywhere cues are telling wherever they stand in a short line.
var anywhereCues = []string{
	"google news", "googlenews", "quet ma qr", "quet qr", "qr code", "fanpage", "all rights reserved", "ban quyen thuoc",
	"zalo official", "kenh zalo", "nhom zalo", "group zalo", "zalo oa", "tren zalo", "facebook.com", "kenh youtube", "kenh telegram",
	"tren facebook", "xem tren dien thoai", "nhan nut theo doi", "bam nut theo doi", "ghi ro nguon", "giay phep so", "tong bien tap",
}

const longestFurniture = 220 // bytes: what is longer is a paragraph, whatever it begins with

// isFurniture reports whether a short line belongs to the page and not to the text.
func isFurniture(line string) bool {
	if line == "" || len(line) > longestFurniture {
		return line == ""
	}
	f := vi.Fold(line)
	if isFollowUs(f) {
		return true
	}
	sentence := endsSentence(line)
	for _, cue := range openingCues {
		if rest, ok := strings.CutPrefix(f, cue); ok {
			// A sentence may begin with these words: "Theo dõi diễn biến giá …", "Chia sẻ với
			// phóng viên, ông …". Only a short one, or one that goes on with a sign, is furniture.
			if rest == "" || strings.HasPrefix(rest, ":") || !sentence && utf8.RuneCountInString(line) <= 60 && !strings.Contains(line, "\"") {
				return true
			}
		}
	}
	for _, cue := range anywhereCues {
		if strings.Contains(f, cue) {
			return true
		}
	}
	return strings.Contains(f, "zalo") && (strings.Contains(f, "quet") || strings.Contains(f, "qr"))
}

// isFollowUs recognises "Theo dõi <paper> trên <network>", with or without the
// network's name.
func isFollowUs(folded string) bool {
	rest, ok := strings.CutPrefix(folded, "theo doi ")
	if !ok {
		return false
	}
	i := strings.LastIndex(rest, " tren")
	if i < 0 || i > 60 {
		return false
	}
	network := strings.Trim(rest[i+len(" tren"):], " .:|!")
	if network == "" {
		return true
	}
	for _, n := range []string{"google", "facebook", "zalo", "youtube", "tiktok", "telegram", "instagram", "mang xa hoi", "twitter"} {
		if strings.HasPrefix(network, n) {
			return true
		}
	}
	return false
}

// endsSentence reports whether the line ends as a sentence does.
func endsSentence(line string) bool {
	line = strings.TrimRight(line, " \"”’')»]")
	if line == "" {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(line)
	return strings.ContainsRune(".!?…:;", r)
}

// hasPhotoCredit reports whether the line ends with a credit of the picture, as
// captions do: "… Ảnh: Hồng Khanh", "(Ảnh minh họa)", "– Nguồn: TTXVN".
func hasPhotoCredit(line string) bool {
	if len(line) > 900 {
		return false
	}
	l := strings.ToLower(line)
	for _, cue := range []string{"ảnh", "photo", "đồ họa", "infographic", "đồ hoạ"} {
		i := strings.LastIndex(l, cue)
		if i < 0 || len(l)-i > 90 {
			continue
		}
		before := strings.TrimRight(l[:i], " ")
		starts := before == "" || strings.ContainsAny(before[len(before)-1:], ".(-–/|:;,*[") || strings.HasSuffix(before, "–") ||
			strings.HasSuffix(before, "”") || strings.HasSuffix(before, "\"") || strings.HasSuffix(before, "…")
		rest := strings.TrimLeft(l[i+len(cue):], " ")
		if starts && (strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "minh h") || strings.HasPrefix(rest, "tư liệu") ||
			strings.HasPrefix(rest, "internet") || strings.HasPrefix(rest, "nguồn") || strings.HasPrefix(rest, "st)") || strings.HasPrefix(rest, "chụp")) {
			return true
		}
		if starts && strings.HasSuffix(before, "(") && strings.HasSuffix(strings.TrimRight(l, ". "), ")") {
			return true
		}
		if strings.HasSuffix(before, "nguồn") && strings.HasPrefix(rest, ":") {
			return true
		}
	}
	return false
}
