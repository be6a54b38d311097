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

// wholeCues are furniture where they are all of the line, a colon aside; a
// sub-heading may begin with them.
var wholeCues = map[string]bool{
	"chia se": true, "chia se bai viet": true, "quang cao": true, "advertisement": true, "tai tro": true, "tro lai": true, "quay lai": true,
	"tin moi": true, "tin khac": true, "tin noi bat": true, "tin tuc": true, "binh luan": true, "dang nhap": true, "dang ky": true, "su kien": true,
	"chu de": true, "tu khoa": true, "tags": true, "tag": true, "doc tiep": true, "xem tiep": true, "in bai viet": true, "in bai": true,
	"trang chu": true, "gui email": true, "luu bai viet": true, "ve dau trang": true, "cung chuyen muc": true, "tin cung chuyen muc": true,
	"bai cung chuyen muc": true, "y kien ban doc": true, "gui binh luan": true, "gui phan hoi": true, "danh gia bai viet": true, "doc nhieu": true,
	"doc nhieu nhat": true, "nghe audio": true, "video": true, "lien quan": true, "nguon": true, "muc luc": true, "noi dung bai viet": true, "tom tat": true, "tom tat nhanh": true, "diem chinh": true, "noi dung chinh": true,
	"y kien": true, "tra loi": true, "thich": true, "facebook": true, "zalo": true, "twitter": true,
}

// openingCues are furniture at the beginning of a line that does not end as a
// sentence.
var openingCues = []string{
	"xem them", "doc them", "moi xem them", "tin lien quan", "bai lien quan", "bai viet lien quan", "video lien quan", "co the ban quan tam", "ban co the quan tam",
	"copy link", "sao chep lien ket", "link bai goc", "lay link", "dang ky nhan tin", "dang ky kenh", "moi quy doc gia", "moi ban doc",
	"moi doc gia", "quy doc gia quan tam", "nghe doc bai", "mo zalo", "tai app", "tai ung dung", "download app", "bam de xem", "click de xem",
	"nhan de xem", "vui long bat javascript", ">>", "»", "bai doc nhieu", "tin doc nhieu", "ban dang xem", "tu khoa:", "tags:", "tag:", "chu de:", "chia se:",
}

// anywhereCues are telling wherever they stand in a line that does not end as a
// sentence, or that begins by inviting the reader.
var anywhereCues = []string{
	"google news", "googlenews", "quet ma qr", "quet qr", "qr code", "fanpage", "all rights reserved", "ban quyen thuoc",
	"zalo official", "kenh zalo", "nhom zalo", "group zalo", "zalo oa", "tren zalo", "facebook.com", "kenh youtube", "kenh telegram",
	"tren facebook", "xem cac tin, bai", "tin, bai lien quan", "don doc bai", "xem tren dien thoai", "nut theo doi", "ghi ro nguon",
}

var invitations = []string{"moi ", "theo doi ", "tham gia ", "ban doc ", "doc gia ", "quy doc gia", "quy vi ", "hay ", "bam ", "nhan ", "quet ", "tai ", "like "}

const longestFurniture = 220 // bytes: what is longer is a paragraph, whatever it begins with

// isFurniture reports whether a short line belongs to the page and not to the text.
func isFurniture(line string) bool {
	if line == "" || len(line) > longestFurniture {
		return line == ""
	}
	f := strings.TrimLeft(vi.Fold(line), "*+•-– ")
	if isFollowUs(f) || wholeCues[bareCue(f)] {
		return true
	}
	sentence := endsSentence(line)
	for _, cue := range openingCues {
		if strings.HasPrefix(f, cue) && (!sentence || strings.HasPrefix(f[len(cue):], ":")) {
			return true
		}
	}
	if sentence && !hasPrefix(f, invitations) {
		return false // "Người dân quét mã QR để trả tiền." is news
	}
	return hasAny(f, anywhereCues...) || strings.Contains(f, "zalo") && hasAny(f, "quet", "qr")
}

// bareCue takes signs and a count off a folded line: "binh luan (12)" is "binh luan".
func bareCue(folded string) string {
	return strings.Trim(strings.TrimRight(folded, " 0123456789()"), " :.>»|-")
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
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
	end := tail(line, 160) // a credit stands at the end
	if !mayCredit(end) {
		return false
	}
	l := strings.ToLower(end)
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

// mayCredit looks for letters that every cue of a credit has and few lines: "ảnh",
// "phot", "ồ h", "f".
func mayCredit(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case 'f', 'F':
			return true
		case 'n', 'N', ' ':
			if i >= 3 && s[i-3] == 0xE1 && s[i-2] == 0xBA && (s[i-1] == 0xA2 || s[i-1] == 0xA3) && s[i] != ' ' {
				return true
			}
			if i >= 3 && s[i-3] == 0xE1 && s[i-2] == 0xBB && (s[i-1] == 0x92 || s[i-1] == 0x93) && s[i] == ' ' {
				return true
			}
		case 'p', 'P':
			if i+3 < len(s) && s[i+3]|0x20 == 't' {
				return true
			}
		}
	}
	return false
}

// tail returns about the last n bytes of a text, from the beginning of a rune on.
func tail(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[len(s)-n:]
	for len(s) > 0 && !utf8.RuneStart(s[0]) {
		s = s[1:]
	}
	return s
}
