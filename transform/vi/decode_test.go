package vi

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

const page = `<html><head><title>Tin</title></head><body><p>Sản xuất công nghiệp quý ba ước tăng mạnh, xưởng dệt ở Đồng Nai nhận đủ đơn hàng; giữ giá điện.</p></body></html>`

// encodeTCVN3 and encodeVNI invert the decoders letter by letter.
func encodeTCVN3(s string) []byte {
	back := map[rune]byte{}
	for i := 0xA1; i < 256; i++ {
		if tcvn3[i] != rune(i) {
			back[tcvn3[i]] = byte(i)
		}
	}
	var out []byte
	for _, r := range s {
		if b, ok := back[r]; ok {
			out = append(out, b)
		} else {
			out = append(out, byte(r))
		}
	}
	return out
}

func encodeVNI(s string) []byte {
	marks, letters := map[string]rune{}, map[rune]rune{}
	for r, m := range vniMarks {
		marks[m] = r
	}
	for r, l := range vniLetters {
		letters[l] = r
	}
	var out []byte
	for _, r := range s {
		if l, ok := letters[r]; ok {
			out = append(out, byte(l))
			continue
		}
		parts := []rune(norm.NFD.String(string(r)))
		if len(parts) > 2 && parts[1] == 0x0323 { // NFD orders the dot first
			parts[1], parts[2] = parts[2], parts[1]
		}
		base, rest := parts[0], string(parts[1:])
		if strings.HasPrefix(rest, "\u031b") { // horn: ơ and ư are letters of their own
			base = []rune(norm.NFC.String(string(parts[:2])))[0]
			base, rest = letters[base], string(parts[2:])
		}
		if len(parts) > 2 && parts[2] == 0x031b {
			base = letters[[]rune(norm.NFC.String(string([]rune{parts[0], parts[2]})))[0]]
			rest = string(parts[1:2])
		}
		out = append(out, byte(base))
		if rest != "" {
			out = append(out, byte(marks[rest]))
		}
	}
	return out
}

func encode1258(t *testing.T, s string) []byte {
	var b strings.Builder
	for _, r := range s {
		if _, ok := charmap.Windows1258.EncodeRune(r); ok {
			b.WriteRune(r)
			continue
		}
		l := letterOf(r)
		base := l.base
		if strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ", []rune(norm.NFD.String(string(r)))[0]) {
			base = []rune(strings.ToUpper(string(base)))[0]
		}
		b.WriteRune(base)
		b.WriteRune(toneMarks[l.tone])
	}
	out, err := charmap.Windows1258.NewEncoder().Bytes([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDecode(t *testing.T) {
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(page))
	if err != nil {
		t.Fatal(err)
	}
	mojibake, err := charmap.Windows1252.NewDecoder().Bytes([]byte("Viết tiếng"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		body        []byte
		contentType string
		charset     string
		issues      int
	}{
		{"utf-8", []byte(page), "text/html", "utf-8", 0},
		{"utf-8 with BOM", []byte("\xEF\xBB\xBF" + page), "text/html; charset=iso-8859-1", "utf-8", 0},
		{"utf-8 declared latin", []byte(page), "text/html; charset=iso-8859-1", "utf-8", 1},
		{"utf-16", utf16, "", "utf-16le", 0},
		{"windows-1258", encode1258(t, page), "text/html; charset=windows-1258", "windows-1258", 0},
		{"windows-1258 undeclared", encode1258(t, page), "", "windows-1258", 1},
		{"tcvn3", encodeTCVN3(page), "text/html; charset=iso-8859-1", CharsetTCVN3, 1},
		{"vni", encodeVNI(page), "text/html", CharsetVNI, 1},
	} {
		text, charset, issues := Decode(c.body, c.contentType)
		if text != page || charset != c.charset || len(issues) != c.issues {
			t.Errorf("%s: charset %s, issues %q\n%s", c.name, charset, issues, text)
		}
	}
	if text, charset, _ := Decode(mojibake, ""); charset != CharsetMojibake || text != "Viết tiếng" {
		t.Errorf("mojibake: %s %q", charset, text)
	}
	damaged := strings.Repeat(page, 3) + "\xff"
	if text, charset, issues := Decode([]byte(damaged), ""); charset != "utf-8" || len(issues) != 1 || !strings.HasSuffix(text, "\uFFFD") {
		t.Errorf("damaged: %s %q", charset, issues)
	}
	late := "<html><head>" + strings.Repeat(" ", 2000) + `<meta http-equiv="Content-Type" content="text/html; charset=windows-1258">` + page
	if text, charset, _ := Decode(encode1258(t, late), "text/html"); charset != "windows-1258" || text != late {
		t.Errorf("late meta: %s", charset)
	}
}

func TestDecodeString(t *testing.T) {
	for _, c := range []struct{ in, font, want, charset string }{
		{"S¶n xuÊt c«ng nghiÖp", "", "Sản xuất công nghiệp", CharsetTCVN3},
		{"S¶n l\u00adîng", ".VnTime", "Sản lượng", CharsetTCVN3},
		{"S¶n l\u00adîng", ".VnTimeH", "SẢN LƯỢNG", CharsetTCVN3},
		{"saûn xuaát coâng nghieäp", "", "sản xuất công nghiệp", CharsetVNI},
		{"löôïng nöôùc", "VNI-Times", "lượng nước", CharsetVNI},
		{"Sản xuất", "Times", "Sản xuất", ""},
		{"Société Générale", "", "Société Générale", ""},
		{"São Paulo", "", "São Paulo", ""},
		{"1.250 m²", "", "1.250 m²", ""},
		{"Thép", ".VnTime", "Thộp", CharsetTCVN3},
	} {
		if got, charset := DecodeString(c.in, c.font); got != c.want || charset != c.charset {
			t.Errorf("DecodeString(%q, %q) = %q, %q; want %q, %q", c.in, c.font, got, charset, c.want, c.charset)
		}
	}
}

func TestIsSyllable(t *testing.T) {
	for _, w := range strings.Fields("nghiệp quyền giếng gì hoà hòa thuỷ quốc khuỷu ươm yêu ngoằn trường Thuế quý xuất") {
		if !IsSyllable(w) {
			t.Errorf("%q is a syllable", w)
		}
	}
	for _, w := range strings.Fields("société nghiẹpp thép2 sảnn bcd ắă cà́ cat") {
		if IsSyllable(w) {
			t.Errorf("%q is no syllable", w)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(page), "text/html")
	f.Add(encodeTCVN3(page), "text/html; charset=x-user-defined")
	f.Add([]byte("<meta charset=gbk>\xb0\xa1"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		text, charset, _ := Decode(body, contentType)
		if !utf8.ValidString(text) || charset == "" {
			t.Fatalf("Decode(%q, %q) = %q, %q", body, contentType, text, charset)
		}
		DecodeString(text, "")
		DecodeString(text, ".VnTimeH")
	})
}
