package loader

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// What stands in folded text where something else than blanks stood between two
// words: a phrase does not reach over it. It is no ASCII, so the text index takes it
// for a word.
const foldedSign = "·"

// foldedText is what the column article_words.folded holds: the words of the texts
// without diacritics and in lower case, đ as d, a blank or a sign between them. It
// gives the same bytes as the expression of schema/0011_words.sql, whose functions and
// regular expressions take the engine more time than it needs to store the text.
func foldedText(texts ...string) string {
	n := len(texts)
	for _, t := range texts {
		n += len(t)
	}
	b := make([]byte, 0, n)
	between := byte(foldNothing)
	for i, t := range texts {
		if i > 0 {
			between = max(between, foldBlank)
		}
		b, between = appendFolded(b, between, t)
	}
	if between == foldSign {
		b = appendSign(b, "")
	}
	return string(b)
}

// What a code point is to folding.
const (
	foldNothing = iota // a mark without a letter
	foldBlank
	foldSign
	foldWord
)

type folding struct {
	kind byte
	to   string // foldWord: what it becomes
}

// letters says for the code points up to the general punctuation what they are, and
// of those that become one ASCII letter or digit, which is nearly all of a text, that
// letter; foldWord itself stands for those that become something else.
var letters = sync.OnceValue(func() *[0x2100]byte {
	var table [0x2100]byte
	for r := range table {
		f := foldingOf(rune(r))
		table[r] = f.kind
		if f.kind == foldWord && len(f.to) == 1 {
			table[r] = f.to[0]
		}
	}
	return &table
})

// appendFolded appends a text behind what stands between it and the text before.
func appendFolded(b []byte, between byte, text string) ([]byte, byte) {
	table := letters()
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		kind := byte(foldWord)
		if int(r) < len(table) {
			kind = table[r]
		}
		if kind > foldWord && between == foldNothing {
			b = append(b, kind)
			continue
		}
		var other folding
		if kind == foldWord {
			other = foldingOf(r)
			kind = other.kind
		}
		if kind < foldWord {
			between = max(between, kind)
			continue
		}
		switch {
		case between == foldSign:
			b = appendSign(b, " ")
		case between == foldBlank && len(b) > 0:
			b = append(b, ' ')
		}
		between = foldNothing
		if kind > foldWord {
			b = append(b, kind)
		} else {
			b = append(b, other.to...)
		}
	}
	return b, between
}

func appendSign(b []byte, after string) []byte {
	if len(b) > 0 {
		b = append(b, ' ')
	}
	return append(append(b, foldedSign...), after...)
}

// foldingOf folds one code point.
func foldingOf(r rune) folding {
	switch {
	case unicode.Is(unicode.Mn, r):
		return folding{kind: foldNothing}
	case unicode.Is(unicode.Z, r), strings.ContainsRune("\t\n\f\r", r):
		return folding{kind: foldBlank}
	case !unicode.In(r, unicode.L, unicode.N, unicode.M):
		return folding{kind: foldSign}
	case r == 'đ', r == 'Đ':
		return folding{foldWord, "d"}
	case 0x13a0 <= r && r <= 0x13f5: // Cherokee folds to its capitals, which cases.Fold takes to their small letters
		return folding{foldWord, string(r)}
	}
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(string(r)))
	return folding{foldWord, cases.Fold().String(norm.NFC.String(bare))}
}
