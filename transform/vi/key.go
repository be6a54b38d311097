package vi

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Key returns the form of s in which two spellings of the same words are equal:
// lower case, tone marks at the end of their syllable (hòa = hoà, Khánh Hoà =
// Khánh Hòa), i for y where both are written (tỷ = tỉ, kỳ = kì, Mỹ = Mĩ, quý =
// quí), one kind of dash without blanks around it, one kind of quote, m² as m2,
// runs of blanks as one. Words that differ by tone or shape stay different. It is
// for comparing, never for printing.
func Key(s string) string {
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	var b strings.Builder
	b.Grow(len(s) + 8)
	blank, dash := false, false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		l := letterOf(r)
		switch {
		case l.isTo:
			n := wordLen(s[i:])
			if blank && b.Len() > 0 && !dash {
				b.WriteByte(' ')
			}
			blank, dash = false, false
			writeWordKey(&b, s[i:i+n])
			i += n
			continue
		case isBlank(r):
			blank = true
		case isInvisible(r):
		case isDash(r):
			b.WriteByte('-')
			blank, dash = false, true
		default:
			if blank && b.Len() > 0 && !dash {
				b.WriteByte(' ')
			}
			blank, dash = false, false
			b.WriteRune(keyRune(r))
		}
		i += size
	}
	return b.String()
}

// Fold returns s in lower case without any diacritics, đ as d, blanks folded:
// the form people search with.
func Fold(s string) string {
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		switch {
		case isBlank(r):
			blank = true
			continue
		case isInvisible(r), toneOf(r) != Level:
			continue
		case isDash(r):
			r = '-'
		}
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(keyRune(letterOf(r).plain))
	}
	return b.String()
}

// wordLen returns the length in bytes of the letters and digits s starts with.
func wordLen(s string) int {
	for i, r := range s {
		if !letterOf(r).isTo {
			return i
		}
	}
	return len(s)
}

// writeWordKey writes the key of one word of NFC letters and digits.
func writeWordKey(b *strings.Builder, word string) {
	tone := Level
	var before, last rune // the two bases before the end
	start := b.Len()
	n := 0
	for _, r := range word {
		l := letterOf(r)
		if l.tone != Level {
			tone = l.tone
		}
		if n > 0 {
			b.WriteRune(last)
		}
		before, last = last, keyRune(l.base)
		n++
	}
	if n == 0 {
		return
	}
	if last == 'y' && n > 1 && (!isVowel(before) || before == 'u' && n == 3 && strings.HasPrefix(b.String()[start:], "qu")) {
		last = 'i'
	}
	b.WriteRune(last)
	if tone != Level {
		b.WriteRune(toneMarks[tone])
	}
}

func keyRune(r rune) rune {
	switch r {
	case '²':
		return '2'
	case '³':
		return '3'
	case '“', '”', '„', '«', '»':
		return '"'
	case '‘', '’', '`', '´':
		return '\''
	}
	return r
}

func isVowel(base rune) bool {
	switch base {
	case 'a', 'ă', 'â', 'e', 'ê', 'i', 'o', 'ô', 'ơ', 'u', 'ư', 'y':
		return true
	}
	return false
}
