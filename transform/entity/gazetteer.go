package entity

import (
	"slices"
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
// a trie over word keys.
type gazetteer struct {
	lexicon map[string]int32 // word key to number, from 1
	nodes   []node
	first   []int32 // node of each word that begins a form, by the word's number
}

// node is a point of the trie; the first is none.
type node struct {
	entries []*entry
	next    []edge // by word
}

type edge struct{ word, node int32 }

// step returns the node that word leads to from n, 0 if none. Most nodes have no more
// than a few edges.
func (n *node) step(word int32) int32 {
	if len(n.next) > 8 {
		if i, ok := slices.BinarySearchFunc(n.next, word, func(e edge, w int32) int { return int(e.word - w) }); ok {
			return n.next[i].node
		}
		return 0
	}
	for _, e := range n.next {
		if e.word == word {
			return e.node
		}
	}
	return 0
}

// kindSet is a set of kinds.
type kindSet uint32

func newGazetteer() gazetteer {
	return gazetteer{lexicon: map[string]int32{}, nodes: make([]node, 1)}
}

// add enters one printed form. Forms without a word are ignored.
func (g *gazetteer) add(k kind, ref int, form string) {
	e := &entry{kind: k, ref: int32(ref), lower: true}
	at, gapStart := int32(0), 0
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
		at = g.step(at, vi.Key(word))
		i += length
		gapStart = i
	}
	if at != 0 {
		g.nodes[at].entries = append(g.nodes[at].entries, e)
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

// step returns the node that a word leads to from another one, or from the beginning if
// that is 0. It is made if there is none.
func (g *gazetteer) step(at int32, key string) int32 {
	word, ok := g.lexicon[key]
	if !ok {
		word = int32(len(g.lexicon) + 1)
		g.lexicon[key] = word
	}
	if at == 0 {
		for len(g.first) <= int(word) {
			g.first = append(g.first, 0)
		}
		if g.first[word] == 0 {
			g.first[word] = int32(len(g.nodes))
			g.nodes = append(g.nodes, node{})
		}
		return g.first[word]
	}
	if next := g.nodes[at].step(word); next != 0 {
		return next
	}
	next := int32(len(g.nodes))
	g.nodes = append(g.nodes, node{})
	edges := g.nodes[at].next
	i, _ := slices.BinarySearchFunc(edges, word, func(e edge, w int32) int { return int(e.word - w) })
	g.nodes[at].next = slices.Insert(edges, i, edge{word, next})
	return next
}

// seal ends the adding of forms.
func (g *gazetteer) seal() {
	for len(g.first) <= len(g.lexicon) {
		g.first = append(g.first, 0)
	}
}

// search fills the hits of p, in the memory of w.
func (g *gazetteer) search(w *workspace, p *paragraph) {
	p.hits = w.hits.open(len(p.toks))
	p.hit = w.hit.take(len(p.toks) + 1)
	p.kinds = w.kinds.take(len(p.toks))
	for i := range p.toks {
		at := g.first[p.toks[i].key]
		for j := i; at != 0; {
			n := &g.nodes[at]
			for _, e := range n.entries {
				if e.fits(p.toks[i:]) {
					p.hits = append(p.hits, hit{e, j + 1})
					p.kinds[i] |= 1 << e.kind
				}
			}
			if j++; j == len(p.toks) || p.toks[j].key == 0 || len(n.next) == 0 {
				break
			}
			at = n.step(p.toks[j].key)
		}
		p.hit[i+1] = int32(len(p.hits))
	}
	w.hits.close(p.hits)
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
		t := &toks[n]
		if rule == capital && !t.upper || rule == allCapitals && !t.caps {
			return false
		}
		if n == 0 || t.gap == e.gaps[n] {
			continue
		}
		if !soft(e.gaps[n], &toks[n-1]) && e.gaps[n] != "." || !soft(t.gap, &toks[n-1]) {
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
