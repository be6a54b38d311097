package vi

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Charset names of encodings that have no entry in the WHATWG list.
const (
	CharsetTCVN3    = "tcvn3"    // TCVN 5712:1993 VN3, the "ABC" fonts .VnTime, .VnArial
	CharsetVNI      = "vni"      // the fonts VNI-Times, VNI-Helve
	CharsetMojibake = "mojibake" // UTF-8 that was read as windows-1252 and encoded again
)

// tcvn3 maps the code points 0xA1-0xFE of TCVN3. Capitals with tones do not
// exist: fonts whose name ends in H show the small letters as capitals.
var tcvn3 = func() *[256]rune {
	var t [256]rune
	for i := range t {
		t[i] = rune(i)
	}
	const from = "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ"
	const to = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
	target := []rune(to)
	for i, r := range []rune(from) {
		t[r] = target[i]
	}
	return &t
}()

// vniMarks maps the mark letter that follows a vowel in VNI text to combining
// marks; vniLetters the letters that stand for themselves.
var vniMarks = map[rune]string{
	'ù': "\u0301", 'ø': "\u0300", 'û': "\u0309", 'õ': "\u0303", 'ï': "\u0323",
	'â': "\u0302", 'á': "\u0302\u0301", 'à': "\u0302\u0300", 'å': "\u0302\u0309", 'ã': "\u0302\u0303", 'ä': "\u0302\u0323",
	'ê': "\u0306", 'é': "\u0306\u0301", 'è': "\u0306\u0300", 'ú': "\u0306\u0309", 'ü': "\u0306\u0303", 'ë': "\u0306\u0323",
}

var vniLetters = map[rune]rune{
	'ô': 'ơ', 'ö': 'ư', 'ñ': 'đ', 'í': 'í', 'ì': 'ì', 'æ': 'ỉ', 'ó': 'ĩ', 'ò': 'ị', 'î': 'ỵ',
	'Ô': 'Ơ', 'Ö': 'Ư', 'Ñ': 'Đ', 'Í': 'Í', 'Ì': 'Ì', 'Æ': 'Ỉ', 'Ó': 'Ĩ', 'Ò': 'Ị', 'Î': 'Ỵ',
}

// decodeTCVN3 maps a string whose code points are TCVN3 codes.
func decodeTCVN3(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 256 {
			return tcvn3[r]
		}
		return r
	}, s)
}

// decodeVNI maps a string whose code points are VNI codes: a mark letter joins
// the vowel before it, and every other letter stands for itself.
func decodeVNI(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/4)
	var before rune
	for _, r := range s {
		if mark, ok := vniMarks[unicode.ToLower(r)]; ok && vniTakes(before, mark) {
			b.WriteString(mark)
			before = 0
			continue
		}
		if l, ok := vniLetters[r]; ok {
			r = l
		}
		b.WriteRune(r)
		before = r
	}
	return norm.NFC.String(b.String())
}

func vniTakes(before rune, mark string) bool {
	vowel := unicode.ToLower(before)
	switch first, _ := utf8.DecodeRuneInString(mark); first {
	case 0x0302:
		return strings.ContainsRune("aeo", vowel)
	case 0x0306:
		return vowel == 'a'
	}
	return strings.ContainsRune("aeouyơư", vowel)
}

// decodeMojibake undoes one reading of UTF-8 as windows-1252.
func decodeMojibake(s string) (string, bool) {
	b, ok := windows1252Bytes(s)
	if !ok || !utf8.Valid(b) {
		return "", false
	}
	return norm.NFC.String(string(b)), true
}

// windows1252Bytes returns the bytes that windows-1252 shows as s; the five
// codes it does not define stand for themselves.
func windows1252Bytes(s string) ([]byte, bool) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r < 0x80 || r >= 0xA0 && r < 0x100 {
			out = append(out, byte(r))
		} else if b, ok := charmap.Windows1252.EncodeRune(r); ok {
			out = append(out, b)
		} else if r < 0xA0 {
			out = append(out, byte(r))
		} else {
			return nil, false
		}
	}
	return out, true
}

// syllableShare scores text: of the chunks between blanks that hold a letter
// outside ASCII, how many are Vietnamese syllables (or several joined by signs).
func syllableShare(s string) (share float64, marked int) {
	good := 0
	for chunk := range strings.FieldsSeq(s) {
		if isASCII(chunk) {
			continue
		}
		bare := strings.TrimFunc(chunk, isOutside)
		if isASCII(bare) {
			continue
		}
		if marked++; allSyllables(bare) {
			good++
		}
		if marked >= 5000 {
			break
		}
	}
	if marked == 0 {
		return 1, 0
	}
	return float64(good) / float64(marked), marked
}

func isOutside(r rune) bool {
	switch r {
	case '“', '”', '‘', '’', '…', '–', '—', '₫', '•', '²', '³':
		return true
	}
	return r < 0x80 && !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
}

func allSyllables(s string) bool {
	for part := range strings.FieldsFuncSeq(s, isOutside) {
		if !IsSyllable(part) {
			return false
		}
	}
	return true
}

func isASCII[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// DecodeString returns the Vietnamese text of a string that went through a legacy
// encoding: TCVN3 or VNI codes shown as Latin-1, or UTF-8 read as windows-1252.
// charset is "" where s was sound and is returned unchanged. font, if known, is
// the name of the font the text is set in, which decides in doubt and tells
// capitals (".VnTimeH"). It must come before [Repair]: in TCVN3 U+00AD is a letter.
func DecodeString(s, font string) (text, charset string) {
	if isASCII(s) {
		if capitalFont(font) {
			return strings.ToUpper(s), CharsetTCVN3
		}
		return s, ""
	}
	f := strings.ToLower(font)
	switch {
	case strings.HasPrefix(f, ".vn") && !hasVietnamese(s):
		text = decodeTCVN3(s)
		if capitalFont(font) {
			text = strings.ToUpper(text)
		}
		return text, CharsetTCVN3
	case strings.HasPrefix(f, "vni") && !hasVietnamese(s):
		return decodeVNI(s), CharsetVNI
	}
	sound, marked := syllableShare(s)
	if marked == 0 || sound > 0.6 {
		return s, ""
	}
	best := max(sound+0.25, 0.65)
	text = s
	try := func(t, name string) {
		if share, n := syllableShare(t); n > 0 && share > best {
			best, text, charset = share, t, name
		}
	}
	if t, ok := decodeMojibake(s); ok {
		try(t, CharsetMojibake)
	}
	if !hasVietnamese(s) { // letters above U+00FF prove that the text is Unicode
		try(decodeTCVN3(s), CharsetTCVN3)
		try(decodeVNI(s), CharsetVNI)
	}
	return text, charset
}

func capitalFont(font string) bool {
	return len(font) > 3 && strings.EqualFold(font[:3], ".vn") && strings.HasSuffix(font, "H")
}

// hasVietnamese reports a letter that only Unicode Vietnamese text holds.
func hasVietnamese(s string) bool {
	for _, r := range s {
		if r >= 0x1EA0 && r <= 0x1EF9 || r == 'ơ' || r == 'ư' || r == 'Ơ' || r == 'Ư' || r == 'đ' || r == 'Đ' || r == 'ă' || r == 'Ă' {
			return true
		}
	}
	return false
}
