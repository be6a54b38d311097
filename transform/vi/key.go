package vi

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Key returns the form of s in which two spellings of the same words are equal:
// NFC, lower case, the tone mark of an open oa, oe, uy on its first vowel (hoà =
// hòa, Khánh Hoà = Khánh Hòa), y for i where both are written (tỉ = tỷ, kì = kỳ,
// Mĩ = Mỹ, quí = quý), one kind of dash without blanks around it, one kind of
// quote, m² as m2, runs of blanks as one. Words that differ by tone or shape stay
// different. It is for comparing, never for printing.
func Key(s string) string {
	if !isNFC(s) {
		s = norm.NFC.String(s)
	}
	k := keyOf(s)
	if !isNFC(k) {
		k = keyOf(norm.NFC.String(k)) // Greek has capitals that compose with a mark only once they are small
	}
	return k
}

func keyOf(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	blank, dash := false, false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		l := letterOf(r)
		switch {
		case l.isTo:
			if blank && b.Len() > 0 && !dash {
				b.WriteByte(' ')
			}
			blank, dash = false, false
			var buf [64]byte
			word, end, _ := appendWordKey(buf[:0], s, i)
			b.Write(word)
			i = end
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
	if !isNFC(s) {
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

// appendWordKey appends the key of the word of NFC letters and digits that starts
// at byte i of s. It returns the byte after the word and its length in code points.
func appendWordKey(dst []byte, s string, i int) (key []byte, end, n int) {
	var last, before, third *letter // the last three letters, from the end
	for i < len(s) {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		l := letterAt(r)
		if !l.isTo {
			break
		}
		third, before, last = before, last, l
		i += size
		n++
		if l.lower < utf8.RuneSelf {
			dst = append(dst, byte(l.lower))
		} else {
			dst = utf8.AppendRune(dst, l.lower)
		}
	}
	switch {
	case n < 2:
	case last.base == 'i' && (n == 2 && takesY(before.base) || n == 3 && before.base == 'u' && third.base == 'q'):
		dst = dst[:len(dst)-utf8.RuneLen(last.lower)]
		dst = utf8.AppendRune(dst, withTone('y', last.tone))
	case last.tone != Level && before.tone == Level && openPair(before.base, last.base) && (third == nil || third.base != 'q'):
		dst = dst[:len(dst)-utf8.RuneLen(last.lower)-utf8.RuneLen(before.lower)]
		dst = utf8.AppendRune(dst, withTone(before.base, last.tone))
		dst = utf8.AppendRune(dst, last.base)
	}
	return dst, i, n
}

// shortened cuts the key that begins at start in dst, if its word is longer than any: the
// key of a token must be short. [Key] keeps all of it, since signs that become digits may
// join two words.
func shortened(dst []byte, start, n int) []byte {
	if n <= longestWord {
		return dst
	}
	dst = dst[:start+longestWord]
	for len(dst) > start && !utf8.Valid(dst[start:]) {
		dst = dst[:len(dst)-1]
	}
	return dst
}

const longestWord = 64

// takesY tells the onsets after which a final i may be written y.
func takesY(onset rune) bool {
	switch onset {
	case 'h', 'k', 'l', 'm', 's', 't':
		return true
	}
	return false
}

func openPair(a, b rune) bool {
	return a == 'o' && (b == 'a' || b == 'e') || a == 'u' && b == 'y'
}

// toned maps a vowel and a tone to its letter.
var toned = func() map[rune][6]rune {
	m := map[rune][6]rune{}
	for _, v := range "aăâeêioôơuưy" {
		var row [6]rune
		for t, mark := range toneMarks {
			row[t] = v
			if mark != 0 {
				row[t] = []rune(norm.NFC.String(string(v) + string(mark)))[0]
			}
		}
		m[v] = row
	}
	return m
}()

func withTone(vowel rune, t Tone) rune { return toned[vowel][t] }

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
