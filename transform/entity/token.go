package entity

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"nhip/transform/vi"
)

// token is one word of a paragraph: letters and digits, with an apostrophe or a
// plus sign inside or behind them.
type token struct {
	text       string
	gap        string // what stands before it, without the blanks around
	start, end int32  // code points
	from, to   int32  // bytes
	word
	blank bool // blanks stand before it
	first bool // begins a sentence, so its capital says nothing
}

// word is what a word is wherever it stands.
type word struct {
	key      int32 // in the lexicon, 0 if no form of the gazetteer holds it
	upper    bool  // begins with a capital or digit
	caps     bool  // two letters or more, all capitals
	syllable bool  // could be Vietnamese
	brand    bool  // a capital no Vietnamese word has
}

// paragraph is a text with its words and what the gazetteer found at each.
type paragraph struct {
	n     int // nhip.ParagraphTitle and so on
	order int // among the paragraphs of the document
	text  string
	toks  []token
	hits  []hit
	hit   []int32   // hits of token i are hits[hit[i]:hit[i+1]]
	kinds []kindSet // of the hits of each token
	used  []bool    // by an organisation, a person or the name of a thing
}

// words splits text into tokens, in the memory of w.
func (r *Reader) words(w *workspace, n int, text string) paragraph {
	p := paragraph{n: n, text: text, toks: w.toks.open(len(text)/5 + 4)}
	r.known.mu.RLock() // once a paragraph: its words are looked up one after the other
	defer r.known.mu.RUnlock()
	cp, gapStart := 0, 0
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		if !isLetter(c) {
			i += size
			cp++
			continue
		}
		length, points := wordAt(text[i:])
		gap := text[gapStart:i]
		trimmed := ""
		if gap != " " {
			trimmed = strings.TrimSpace(gap)
		}
		p.toks = append(p.toks, token{text: text[i : i+length], gap: trimmed, start: int32(cp), end: int32(cp + points), from: int32(i), to: int32(i + length)})
		t := &p.toks[len(p.toks)-1]
		t.word = r.known.lookup(t.text, r.lexicon)
		t.blank = len(t.gap) != len(gap)
		t.first = len(p.toks) == 1 || t.gap != "" && endsSentence(t.gap, &p.toks[len(p.toks)-2])
		i += length
		cp += points
		gapStart = i
	}
	w.toks.close(p.toks)
	p.used = w.used.take(len(p.toks))
	return p
}

// wordCache remembers what the words of all texts are: a language has few. It is
// bounded, and what it holds depends on the word alone, so results do not depend on
// what was read before.
type wordCache struct {
	mu    sync.RWMutex
	words map[string]word
}

const maxCachedWords = 1 << 16

// lookup is called with the lock held for reading, and lets go of it to add a word.
func (c *wordCache) lookup(text string, lexicon map[string]int32) word {
	w, ok := c.words[text]
	if ok {
		return w
	}
	first, _ := utf8.DecodeRuneInString(text)
	w = word{
		key:      lexicon[vi.Key(text)],
		upper:    unicode.IsUpper(first) || unicode.IsDigit(first),
		caps:     isCaps(text),
		syllable: vi.IsSyllable(text),
	}
	w.brand = w.upper && (!w.syllable || w.caps || countUpper(text) > 1) && !notOrganisations[text] && utf8.RuneCountInString(text) > 1
	if len(text) <= 32 {
		c.mu.RUnlock()
		defer c.mu.RLock()
		c.mu.Lock()
		if len(c.words) < maxCachedWords {
			c.words[strings.Clone(text)] = w // a part of text would keep all of it
		}
		c.mu.Unlock()
	}
	return w
}

// isLetter tells the characters of words. The ranges first: nearly all of a Vietnamese
// text is in them, and the tables of package unicode are searched.
func isLetter(c rune) bool {
	switch {
	case c < utf8.RuneSelf:
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
	case c >= 0xC0 && c < 0x250:
		return c != '×' && c != '÷'
	case c >= 0x1E00 && c < 0x1F00:
		return true
	}
	return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c)
}

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
func endsSentence(gap string, before *token) bool {
	if strings.ContainsAny(gap, "!?:;…\"“”«»•|") {
		return true
	}
	return strings.Contains(gap, ".") && !isAbbreviation(before)
}

// isAbbreviation tells the words whose full stop ends no sentence: TP., PGS., Q.
func isAbbreviation(t *token) bool {
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
func soft(gap string, before *token) bool {
	switch gap {
	case "", "-", "–", "—", "‐", "‑", "&":
		return true
	case ".":
		return isAbbreviation(before) || before.caps && utf8.RuneCountInString(before.text) <= 5
	}
	return false
}

// span returns the text of tokens [i, j) as printed.
func (p *paragraph) span(i, j int) string { return p.text[p.toks[i].from:p.toks[j-1].to] }

// gapAfter returns what stands behind token i.
func (p *paragraph) gapAfter(i int) string {
	if i+1 < len(p.toks) {
		return p.toks[i+1].gap
	}
	return strings.TrimSpace(p.text[p.toks[i].to:])
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
