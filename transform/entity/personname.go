package entity

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// titleEnd returns the end of the titles at i: ông, bà TS., PGS.TS.
func (p *paragraph) titleEnd(i int) int {
	at := i
	for n := 0; n < 4 && at < len(p.toks); n++ {
		if n > 0 && !soft(p.toks[at].gap, &p.toks[at-1]) {
			break
		}
		e, end := p.longest(at, kindHonorific)
		if e == nil || !goodTitle(p, at, end) {
			break
		}
		at = end
	}
	if at == i || at >= len(p.toks) || !p.toks[at].upper || !soft(p.toks[at].gap, &p.toks[at-1]) && p.toks[at].gap != "." && p.toks[at].gap != ":" {
		return i
	}
	return at
}

// goodTitle refuses titles that are part of a place or shorter than they must be:
// "Bà Rịa", and "ts" in lower case.
func goodTitle(p *paragraph, at, end int) bool {
	if _, place := p.longest(at, kindPlace); place > end {
		return false
	}
	if end == at+1 {
		t := p.toks[at]
		switch strings.ToLower(t.text) {
		case "ts", "gs", "pgs", "bs", "ks", "ls", "kts", "tskh", "mr", "ms", "dr":
			return t.upper
		case "ông", "bà", "anh", "chị", "cô", "chú", "vị":
			return !t.upper || t.first || at > 0 && (p.toks[at-1].upper || p.toks[at].gap != "") // Ông after a stop
		}
	}
	return true
}

// nameEnd returns the end of the name of a person that begins at i, or i. A
// Vietnamese name is a run of two to five capitalised syllables that begins with a
// surname; where a title or post stands before it (strong) the surname may be
// missing and foreign names count too.
func (p *paragraph) nameEnd(i int, strong bool) int {
	if i >= len(p.toks) || p.used[i] || !isNameWord(p.toks[i]) {
		return i
	}
	surname := p.is(i, kindSurname)
	if p.postEnd(i) > i+1 {
		return i // Phó Tổng Giám đốc
	}
	if e, end := p.longest(i, kindPlace); e != nil && !e.lower && !(surname && end-i == 1) {
		if !surname || !p.titleBefore(i) || p.runEnd(i) <= end {
			return i
		}
	}
	if !surname && (p.is(i, kindHead) || p.is(i, kindPosition) || p.is(i, kindOrganisation) || p.is(i, kindLevel)) {
		return i
	}
	end := p.runEnd(i)
	if p.toks[i].caps && (end-i == 1 || !p.toks[i+1].caps) {
		return i // ACV Vũ Thế Phiệt: a firm
	}
	if !slices.ContainsFunc(p.toks[i:end], func(t token) bool { return len(t.text) > 2 }) {
		return i // N.T.H.
	}
	foreign := slices.ContainsFunc(p.toks[i:end], func(t token) bool { return !t.syllable })
	switch {
	case surname && end-i >= 2:
		return end
	case !strong:
		return i
	case foreign:
		return end
	case p.is(i, kindWord) || p.is(i, kindNotName):
		return i
	case i > 0 && p.titleBefore(i):
		return end
	}
	return i
}

// titleBefore reports whether a title ends before token i.
func (p *paragraph) titleBefore(i int) bool { return p.endsAt(i, kindHonorific) }

func isNameWord(t token) bool {
	r, _ := utf8.DecodeRuneInString(t.text)
	return unicode.IsUpper(r) && !(t.caps && (utf8.RuneCountInString(t.text) > 7 || notOrganisations[t.text]))
}

// runEnd returns the end of the capitals at i that one name may hold: up to five,
// before an organisation, a post or a place of two words.
func (p *paragraph) runEnd(i int) int {
	caps := p.toks[i].caps
	end := i + 1
	for end < len(p.toks) && end-i < 5 {
		t := p.toks[end]
		hyphen := t.gap == "-" && !t.blank && !p.toks[end-1].syllable
		if t.gap != "" && !hyphen && !(t.gap == "." && utf8.RuneCountInString(p.toks[end-1].text) == 1) {
			break
		}
		if p.used[end] || !isNameWord(t) && !hyphen && !isParticle(t.text) || t.caps && !caps && !t.syllable && end-i > 1 || t.caps != caps && t.syllable && caps {
			break
		}
		if isParticle(t.text) && (end+1 >= len(p.toks) || !isNameWord(p.toks[end+1])) {
			break
		}
		if end-i >= 2 && (p.postEnd(end) > end || p.is(end, kindOrganisation) && !t.syllable) {
			break
		}
		if end-i >= 2 {
			if e, place := p.longest(end, kindPlace); e != nil && !e.lower && place-end >= 2 {
				break
			}
		}
		end++
	}
	return end
}

func isParticle(word string) bool {
	switch word {
	case "van", "von", "de", "der", "bin", "al", "da", "den":
		return true
	}
	return false
}
