package vi

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Tone is one of the six tones of a syllable.
type Tone uint8

// The tones, in the order of the dictionary.
const (
	Level   Tone = iota // ngang, unmarked
	Falling             // huyền, U+0300
	Asking              // hỏi, U+0309
	Broken              // ngã, U+0303
	Rising              // sắc, U+0301
	Heavy               // nặng, U+0323
)

var toneMarks = [...]rune{Level: 0, Falling: 0x0300, Asking: 0x0309, Broken: 0x0303, Rising: 0x0301, Heavy: 0x0323}

// letter is what the tables know of one code point below letterLimit.
type letter struct {
	lower rune // lower case, look-alikes of đ mapped
	base  rune // lower case without tone, with its shape: ế -> ê
	plain rune // lower case without any mark: ế -> e, đ -> d
	tone  Tone
	isTo  bool // a letter or digit, part of a word
}

const letterLimit = 0x1F00 // the last Vietnamese letter is U+1EF9

var letters = makeLetters()

func makeLetters() *[letterLimit]letter {
	var t [letterLimit]letter
	for r := rune(0); r < letterLimit; r++ {
		l := repairedLetter(unicode.ToLower(repairedLetter(r)))
		e := letter{lower: l, base: l, plain: l, isTo: unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)}
		parts := []rune(norm.NFD.String(string(l)))
		if len(parts) > 1 && unicode.IsLetter(parts[0]) {
			e.plain = parts[0]
			rest := parts[:1:1]
			for _, m := range parts[1:] {
				if tone := toneOf(m); tone != Level {
					e.tone = tone
				} else {
					rest = append(rest, m)
				}
			}
			if b := []rune(norm.NFC.String(string(rest))); len(b) == 1 {
				e.base = b[0]
			}
		}
		if l == 'đ' {
			e.plain = 'd'
		}
		t[r] = e
	}
	return &t
}

func toneOf(mark rune) Tone {
	for t, m := range toneMarks {
		if m == mark && m != 0 {
			return Tone(t)
		}
	}
	return Level
}

// repairedLetter maps the look-alikes of Đ to it: eth U+00D0, African D U+0189.
func repairedLetter(r rune) rune {
	switch r {
	case 0x00D0, 0x0189:
		return 'Đ'
	case 0x00F0, 0x0256:
		return 'đ'
	}
	return r
}

// letterAt is letterOf without a copy for the code points of the table.
func letterAt(r rune) *letter {
	if r < letterLimit && r >= 0 {
		return &letters[r]
	}
	l := letterOf(r)
	return &l
}

func letterOf(r rune) letter {
	if r < letterLimit && r >= 0 {
		return letters[r]
	}
	l := unicode.ToLower(r)
	return letter{lower: l, base: l, plain: l, isTo: unicode.IsLetter(r) || unicode.IsDigit(r)}
}
