package entity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"nhip/transform/vi"
)

// token is one word of a paragraph: letters and digits, with an apostrophe or a
// plus sign inside or behind them.
type token struct {
	text       string
	key        int32 // in the lexicon, 0 if no name of the catalog holds this word
	start, end int   // code points
	gap        string
	blank      bool // blanks stand before it
	upper      bool // begins with a capital
	caps       bool // two letters or more, all capitals
	first      bool // begins a sentence, so its capital says nothing
	syllable   bool // could be Vietnamese
}

// paragraph is a text with its words and what the gazetteer found at each.
type paragraph struct {
	n    int // nhip.ParagraphTitle and so on
	text string
	toks []token
	hits [][]hit // per token, in no order
	byte []int   // byte offset of each token's start, for quotes
	stop []int   // byte offset of each token's end
	used []bool  // by an organisation, a person or the name of a thing
}

// words splits text into tokens. keys interns the words of the paragraph.
func (r *Reader) words(n int, text string, cache map[string]int32) *paragraph {
	p := &paragraph{n: n, text: text}
	cp, gapStart := 0, 0
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		if !isLetter(c) {
			i += size
			cp++
			continue
		}
		length, points := wordAt(text[i:])
		word := text[i : i+length]
		gap := text[gapStart:i]
		t := token{text: word, start: cp, end: cp + points, gap: strings.TrimSpace(gap)}
		t.blank = len(t.gap) != len(gap)
		t.upper = unicode.IsUpper(c) || unicode.IsDigit(c)
		t.caps = isCaps(word)
		t.syllable = vi.IsSyllable(word)
		t.first = len(p.toks) == 0 || endsSentence(t.gap, p.toks[len(p.toks)-1])
		key, ok := cache[word]
		if !ok {
			key = r.lexicon[vi.Key(word)]
			cache[word] = key
		}
		t.key = key
		p.toks = append(p.toks, t)
		p.byte = append(p.byte, i)
		p.stop = append(p.stop, i+length)
		i += length
		cp += points
		gapStart = i
	}
	p.used = make([]bool, len(p.toks))
	return p
}

func isLetter(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) }

// wordAt returns the length of the word s begins with, in bytes and code points.
func wordAt(s string) (length, points int) {
	for length < len(s) {
		c, size := utf8.DecodeRuneInString(s[length:])
		switch {
		case isLetter(c):
		case (c == '\'' || c == '’') && points > 0:
			next, _ := utf8.DecodeRuneInString(s[length+size:])
			if !unicode.IsLetter(next) {
				return length, points
			}
		case c == '+' && points > 0:
			if next, _ := utf8.DecodeRuneInString(s[length+size:]); isLetter(next) {
				return length, points
			}
		default:
			return length, points
		}
		length += size
		points++
	}
	return length, points
}

func isCaps(word string) bool {
	letters := 0
	for _, c := range word {
		if unicode.IsLower(c) {
			return false
		}
		if unicode.IsUpper(c) {
			letters++
		}
	}
	return letters >= 2 || letters == 1 && len(word) > 1 && !unicode.IsLetter(rune(word[len(word)-1]))
}

// endsSentence reports whether a new sentence or item begins after gap.
func endsSentence(gap string, before token) bool {
	if strings.ContainsAny(gap, "!?:;…\"“”«»•|") {
		return true
	}
	return strings.Contains(gap, ".") && !isAbbreviation(before)
}

// isAbbreviation tells the words whose full stop ends no sentence: TP., PGS., Q.
func isAbbreviation(t token) bool {
	if n := utf8.RuneCountInString(t.text); n == 1 && t.upper {
		return true
	}
	switch strings.ToLower(t.text) {
	case "tp", "tt", "tx", "ts", "ths", "pgs", "gs", "bs", "ks", "kts", "ls", "mr", "ms", "mrs", "dr", "st", "tskh", "tnhh", "jsc", "ltd":
		return true
	}
	return false
}

// soft reports whether a gap may stand between two words of one name in place of a
// blank: nothing, a hyphen or dash, an ampersand, or the stop of an abbreviation.
func soft(gap string, before token) bool {
	switch gap {
	case "", "-", "–", "—", "‐", "‑", "&":
		return true
	case ".":
		return isAbbreviation(before) || before.caps && utf8.RuneCountInString(before.text) <= 5
	}
	return false
}

// span returns the text of tokens [i, j) as printed.
func (p *paragraph) span(i, j int) string { return p.text[p.byte[i]:p.stop[j-1]] }

// after returns the character that follows token i, 0 at the end.
func (p *paragraph) gapAfter(i int) string {
	if i+1 < len(p.toks) {
		return p.toks[i+1].gap
	}
	return strings.TrimSpace(p.text[p.stop[i]:])
}

// glued reports whether token i follows the one before it with nothing but blanks
// between.
func (p *paragraph) glued(i int) bool { return i > 0 && p.toks[i].gap == "" }

func (p *paragraph) mark(i, j int) {
	for ; i < j; i++ {
		p.used[i] = true
	}
}

func (p *paragraph) anyUsed(i, j int) bool {
	for ; i < j; i++ {
		if p.used[i] {
			return true
		}
	}
	return false
}
