package vi

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Repair returns s as text is stored: valid UTF-8, NFC, every run of white space
// one blank, none at the ends, invisible characters and soft hyphens gone, the
// look-alikes of Đ mapped to it. Dashes, quotes, superscripts and the printed
// placement of tone marks stay as they are; NFKC would turn m² into m2.
//
// It must not see text of a legacy encoding: there U+00AD is the letter ư. See
// [Decode] and [DecodeString].
func Repair(s string) string {
	if clean(s) {
		return s
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	s = norm.NFC.String(s)
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		switch {
		case isBlank(r):
			blank = true
			continue
		case isInvisible(r):
			continue
		}
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(repairedLetter(r))
	}
	// Removing a joiner may bring a letter and its mark together.
	return norm.NFC.String(b.String())
}

// clean reports, without allocating, that Repair would return s itself. Nearly all of
// a text is letters that need no look into the tables.
func clean(s string) bool {
	before, plain := rune(' '), true
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' || c == 0x7F || c == ' ' && before == ' ' {
				return false
			}
			before = rune(c)
			i++
			continue
		}
		if isVietnamese(s[i:]) {
			before = 'ạ'
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r < 0x1EA0 || r > 0x1EF9 {
			if isBlank(r) || isInvisible(r) || r == utf8.RuneError {
				return false
			}
			plain = plain && r < 0x300
		}
		if repairedLetter(r) != r {
			return false
		}
		before = r
		i += size
	}
	return (before != ' ' || s == "") && (plain || isNFC(s))
}

// isVietnamese reports whether s begins with one of the letters U+1EA0 to U+1EF9.
func isVietnamese(s string) bool {
	return len(s) >= 3 && s[0] == 0xE1 && (s[1] == 0xBA && s[2] >= 0xA0 && s[2] <= 0xBF || s[1] == 0xBB && s[2] >= 0x80 && s[2] <= 0xB9)
}

// isNFC reports whether s is NFC. What prose is made of needs no look into the tables:
// below U+0300 nothing combines, and the Vietnamese letters at U+1EA0 are composed.
func isNFC(s string) bool {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		if isVietnamese(s[i:]) {
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r >= 0x300 && (r < 0x1EA0 || r > 0x1EF9) && (r < 0x2010 || r > 0x2027) {
			return norm.NFC.IsNormalString(s)
		}
		i += size
	}
	return true
}

func isBlank(r rune) bool {
	if r < 0x80 {
		return r == ' ' || r >= '\t' && r <= '\r'
	}
	return r == 0x85 || r == 0xA0 || r >= 0x1680 && unicode.Is(unicode.White_Space, r)
}

// isInvisible tells characters that print nothing: joiners, direction marks,
// soft hyphen, byte order mark, variation selectors, and control codes.
func isInvisible(r rune) bool {
	switch {
	case r < 0x20 || r == 0x7F:
		return !isBlank(r)
	case r < 0xA0:
		return r >= 0x80 && r != 0x85
	case r < 0x200B:
		return r == 0xAD
	}
	return r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2060 && r <= 0x2064 ||
		r >= 0x2066 && r <= 0x2069 || r == 0xFEFF || r >= 0xFE00 && r <= 0xFE0F
}

// isDash tells the characters printed as hyphen, dash or minus.
func isDash(r rune) bool {
	return r == '-' || r >= 0x2010 && r <= 0x2015 || r == 0x2212
}
