package entity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"nhip/transform/vi"
)

// kind says what an entry of the gazetteer is.
type kind uint8

const (
	kindPlace kind = iota
	kindOrganisation
	kindIndustry
	kindBareIndustry // its name, where that is a common word too
	kindTerm
	kindPosition
	kindStanding   // Quyền, Phó, nguyên: before a position
	kindHead       // Sở, Công ty, Hiệp hội: begins the name of an organisation
	kindWord       // tài chính, vận tải: words inside the names of organisations
	kindTail       // the few of them that may end one in lower case
	kindDescriptor // hãng, thương hiệu: a name follows that is no part of it
	kindHonorific  // ông, bà, TS
	kindLevel      // tỉnh, thành phố
	kindNamed      // đường, cảng: things named after places
	kindPark       // khu công nghiệp: things named after places that are places
	kindSpeech     // cho biết, nhận định
	kindSays       // the verbs that only somebody who speaks has
	kindSource     // theo, số liệu của
	kindSurname
	kindStop    // words no name of an organisation runs over
	kindNotName // words whose capital does not begin a name
)

// entry is one printed form of something.
type entry struct {
	kind  kind
	ref   int32 // index into the catalog's list of that kind
	caps  []caseRule
	gaps  []string // before each word; the first is empty
	lower bool     // no capital anywhere
}

// caseRule is what the first letter of a word must be.
type caseRule uint8

const (
	anyCase caseRule = iota
	capital
	allCapitals
)

// hit is a form of an entry found at a token.
type hit struct {
	entry *entry
	end   int // token after the last one
}

// gazetteer finds all forms of all entries in one walk over the words of a text:
// a trie over word keys whose edges live in one map.
type gazetteer struct {
	lexicon map[string]int32 // word key to number, from 1
	edges   map[uint64]int32
	entries [][]*entry // by node
	first   []int32    // node of each word that begins a form, by the word's number
}

// kindSet is a set of kinds.
type kindSet uint32

func newGazetteer() gazetteer {
	return gazetteer{lexicon: map[string]int32{}, edges: map[uint64]int32{}, entries: make([][]*entry, 1)}
}

// add enters one printed form. Forms without a word are ignored.
func (g *gazetteer) add(k kind, ref int, form string) {
	e := &entry{kind: k, ref: int32(ref), lower: true}
	node, gapStart := int32(0), 0
	for i := 0; i < len(form); {
		c, size := utf8.DecodeRuneInString(form[i:])
		if !isLetter(c) {
			i += size
			continue
		}
		length, _ := wordAt(form[i:])
		word := form[i : i+length]
		e.gaps = append(e.gaps, strings.TrimSpace(form[gapStart:i]))
		e.caps = append(e.caps, e.caseOf(k, word, c))
		e.lower = e.lower && !unicode.IsUpper(c)
		node = g.step(node, vi.Key(word))
		i += length
		gapStart = i
	}
	if node != 0 {
		g.entries[node] = append(g.entries[node], e)
	}
}

// caseOf says what case a text must print a word of a form in. Abbreviations are
// always capitals. A place needs every capital of its form, an organisation only
// the first ("Quỹ tiền tệ quốc tế"), the rest of the kinds none.
func (e *entry) caseOf(k kind, word string, first rune) caseRule {
	switch {
	case isCaps(word) && utf8.RuneCountInString(word) > 1 && k != kindHonorific:
		return allCapitals
	case !unicode.IsUpper(first):
		return anyCase
	case k == kindPlace || k == kindSurname || (k == kindHead || k == kindOrganisation) && len(e.caps) == 0:
		return capital
	}
	return anyCase
}

func (g *gazetteer) step(node int32, key string) int32 {
	word, ok := g.lexicon[key]
	if !ok {
		word = int32(len(g.lexicon) + 1)
		g.lexicon[key] = word
	}
	if node == 0 {
		for len(g.first) <= int(word) {
			g.first = append(g.first, 0)
		}
		if g.first[word] == 0 {
			g.first[word] = int32(len(g.entries))
			g.entries = append(g.entries, nil)
		}
		return g.first[word]
	}
	edge := uint64(node)<<32 | uint64(word)
	next, ok := g.edges[edge]
	if !ok {
		next = int32(len(g.entries))
		g.edges[edge] = next
		g.entries = append(g.entries, nil)
	}
	return next
}

// seal ends the adding of forms.
func (g *gazetteer) seal() {
	for len(g.first) <= len(g.lexicon) {
		g.first = append(g.first, 0)
	}
}

// search fills the hits of p.
func (g *gazetteer) search(p *paragraph) {
	p.hits = make([]hit, 0, len(p.toks))
	p.hit = make([]int32, len(p.toks)+1)
	p.kinds = make([]kindSet, len(p.toks))
	for i := range p.toks {
		node := g.first[p.toks[i].key]
		for j := i; node != 0; {
			for _, e := range g.entries[node] {
				if e.fits(p.toks[i:]) {
					p.hits = append(p.hits, hit{e, j + 1})
					p.kinds[i] |= 1 << e.kind
				}
			}
			if j++; j == len(p.toks) || p.toks[j].key == 0 {
				break
			}
			node = g.edges[uint64(node)<<32|uint64(p.toks[j].key)]
		}
		p.hit[i+1] = int32(len(p.hits))
	}
}

// at returns the hits that begin at token i.
func (p *paragraph) at(i int) []hit {
	if i >= len(p.toks) {
		return nil
	}
	return p.hits[p.hit[i]:p.hit[i+1]]
}

// fits holds the cases and gaps of the words at the start of toks against e.
func (e *entry) fits(toks []token) bool {
	for n, rule := range e.caps {
		t := toks[n]
		if rule == capital && !t.upper || rule == allCapitals && !t.caps {
			return false
		}
		if n == 0 || t.gap == e.gaps[n] {
			continue
		}
		if !soft(e.gaps[n], toks[n-1]) && e.gaps[n] != "." || !soft(t.gap, toks[n-1]) {
			return false
		}
	}
	return true
}

// longest returns the longest hit of a kind at token i; end is i if there is none.
func (p *paragraph) longest(i int, k kind) (e *entry, end int) {
	end = i
	if !p.is(i, k) {
		return nil, i
	}
	for _, h := range p.at(i) {
		if h.entry.kind == k && h.end > end {
			e, end = h.entry, h.end
		}
	}
	return e, end
}

// is reports whether a hit of the kind begins at token i.
func (p *paragraph) is(i int, k kind) bool {
	return i < len(p.kinds) && p.kinds[i]&(1<<k) != 0
}

// endsAt reports whether a hit of the kind ends before token i and begins no more
// than eight words earlier.
func (p *paragraph) endsAt(i int, k kind) bool {
	for j := max(i-8, 0); j < i; j++ {
		if !p.is(j, k) {
			continue
		}
		for _, h := range p.at(j) {
			if h.entry.kind == k && h.end == i {
				return true
			}
		}
	}
	return false
}
