package article

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"nhip/transform/vi"
)

// Title, lead, section, tags and byline of a page that no layout describes: what the
// head says is looked for on the visible page, because editors correct the one and
// forget the other.

// genericTitle compares the headings of the page with what its head calls it. The
// heading wins where they are about the same; a logo set as h1 shares nothing.
func (g *reading) genericTitle() (value, bool) {
	var head []value
	for _, v := range g.witnessesOfHead("title") {
		v.text = g.cutSiteName(v.text)
		if g.plausibleTitle(v.text) {
			head = append(head, v)
		}
	}
	if t := g.cutSiteName(g.page.title); g.plausibleTitle(t) {
		head = append(head, value{text: t, from: "title"})
	}
	var best value
	score := 0
	words := make([][]string, len(head))
	for i, v := range head {
		words[i] = wordsOf(v.text)
	}
	for _, n := range g.headings() {
		s := (&walker{}).text(n)
		if !g.plausibleTitle(s) {
			continue
		}
		var own []string // of s, once they are asked for
		for i, v := range head {
			if !comparable(s, v.text) {
				continue
			}
			if own == nil {
				own = wordsOf(s)
			}
			if o := overlapOf(own, words[i]); o > score {
				best, score = value{text: s, from: "generic", node: n}, o
			}
		}
		if len(head) == 0 && best.text == "" && n.DataAtom == atom.H1 {
			best = value{text: s, from: "generic", node: n}
		}
	}
	if score >= 50 {
		return best, true
	}
	if v, ok := g.shownTitle(head); ok {
		return v, true
	}
	if len(head) == 0 && best.text != "" {
		return best, true
	}
	if len(head) > 0 {
		return head[0], true
	}
	return value{}, false
}

// shownTitle looks for the title among the blocks before the text: one that says what
// the head says, else, as the head of some pages names the site alone, the heading
// that stands nearest to the text.
func (g *reading) shownTitle(head []value) (value, bool) {
	r := g.region()
	if r.end < r.begin || r.bare {
		return value{}, false
	}
	var near value
	for i := min(r.begin+2, len(r.page)) - 1; i >= 0; i-- {
		b := &r.page[i]
		n := b.letters()
		if b.kind == kindImage || b.kind == kindRow || n < 10 || n > 300 || b.link > 0 && b.isLink() && !strings.HasSuffix(g.p.URL, b.href) {
			continue
		}
		for _, v := range head {
			if overlap(b.text, v.text) >= 80 || holdsTitle(v.text, b.text) {
				return value{text: b.text, from: "generic", node: b.node}, true
			}
		}
		if near.text == "" && i < r.begin && i >= r.begin-12 && n >= 20 && (b.kind == kindHeading || b.isBold() || g.isTitled(b.node)) && !endsSentence(b.text) && g.plausibleTitle(b.text) && !mostlyDigits(b.text) && !g.inJunk(b.node, g.page.body) {
			near = value{text: b.text, from: "generic", node: b.node}
		}
	}
	return near, near.text != ""
}

// holdsTitle reports whether what the head says begins or ends with a text of at least
// four words, and else names the site: "<title> :: Báo Mẫu".
func holdsTitle(head, text string) bool {
	if strings.Count(text, " ") < 3 || len(text)*3 < len(head) {
		return false // most texts; a key has no more blanks, and about the length of its text
	}
	h, t := vi.Key(head), vi.Key(text)
	if strings.Count(t, " ") < 3 || len(t)*2 < len(h) {
		return false
	}
	rest, ok := strings.CutPrefix(h, t)
	if !ok {
		rest, ok = strings.CutSuffix(h, t)
	}
	return ok && strings.ContainsAny(rest, "|-–—:»")
}

// isTitled reports whether the names of an element say title.
func (g *reading) isTitled(n *html.Node) bool {
	for _, t := range g.landmarks().titles {
		if t == n {
			return true
		}
	}
	return false
}

// headings returns the elements that may bear the title: h1, and where there is
// none, elements whose class says title.
func (g *reading) headings() []*html.Node {
	nodes := g.page.headings
	if len(nodes) > 8 {
		nodes = nodes[:8]
	}
	for i, n := range g.landmarks().titles {
		if i == 60 {
			break
		}
		if letters(n, 401) <= 400 {
			nodes = append(nodes[:len(nodes):len(nodes)], n)
		}
	}
	return nodes
}

// witnessesOfHead returns JSON-LD and meta only.
func (g *reading) witnessesOfHead(name string) []value {
	f := &field{order: usualOrder}
	return append(g.fromJSONLD(name, f), g.fromMeta(name, f)...)
}

// overlap says how many of the words of two titles are the same, in percent of the
// longer one.
func overlap(a, b string) int {
	if !comparable(a, b) {
		return 0
	}
	return overlapOf(wordsOf(a), wordsOf(b))
}

func wordsOf(s string) []string { return strings.Fields(vi.Key(s)) }

// comparable reports whether two titles may have half of their words in common: one must
// not have three times the words of the other.
func comparable(a, b string) bool {
	n, m := strings.Count(a, " ")+1, strings.Count(b, " ")+1
	return n < 3*m && m < 3*n
}

// overlapOf is overlap of two titles' words.
func overlapOf(a, b []string) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	var buf [64]bool // words of b that have met theirs
	met := buf[:min(len(b), len(buf))]
	if len(b) > len(buf) {
		met = make([]bool, len(b))
	}
	same := 0
	for _, w := range a {
		for i, v := range b {
			if !met[i] && v == w {
				met[i] = true
				same++
				break
			}
		}
	}
	return same * 100 / max(len(a), len(b))
}

// readGenericSapo finds the lead: what the head calls the description, where the
// page shows it, else the block between title and text whose class says lead. It
// returns the blocks of the body.
func (g *reading) readGenericSapo(blocks []block) []block {
	if g.a.Sapo != "" {
		return blocks
	}
	var described []value
	for _, v := range g.witnessesOfHead("sapo") {
		if v.text = g.cutSiteName(v.text); g.plausibleSapo(v.text) {
			described = append(described, v)
		}
	}
	take := func(s, from string) {
		g.a.Sapo = s
		g.won("sapo", from)
	}
	for _, n := range g.leads(len(described) > 0) {
		s := (&walker{}).text(n)
		if utf8.RuneCountInString(s) > 900 || !g.plausibleSapo(s) {
			continue
		}
		if len(described) == 0 || describes(described, s) {
			take(s, "generic")
			return blocks
		}
	}
	if len(described) == 0 {
		if s := g.framedLead(); s != "" {
			take(s, "generic")
			return blocks
		}
		return g.leadByForm(blocks, take)
	}
	// The first paragraph is the lead if the head quotes it whole, or if it is set apart.
	for i := range blocks[:min(len(blocks), 6)] {
		b := &blocks[i]
		if b.kind != kindParagraph && b.kind != kindHeading || b.letters() < 40 {
			continue
		}
		if describes(described, b.text) && b.letters() < 700 &&
			(b.isBold() || b.kind == kindHeading || quoted(described, b.text) || standsApart(blocks, i)) {
			take(b.text, "generic")
			return append(blocks[:i:i], blocks[i+1:]...)
		}
		if describes(described, b.text) {
			return blocks // an excerpt of the first paragraph is no lead
		}
		break
	}
	// The page does not show what its head says: what it shows is the lead, and an
	// excerpt of the text is none.
	if s := g.namedLead(blocks); s != "" {
		take(s, "generic")
		return blocks
	}
	for i := range blocks[:min(len(blocks), 8)] {
		if b := &blocks[i]; b.kind != kindImage && b.letters() >= 40 && quoted(described, b.text) {
			take(b.text, "generic")
			return append(blocks[:i:i], blocks[i+1:]...)
		}
	}
	if isExcerpt(described[0].text, blocks) {
		if s := g.framedLead(); s != "" {
			take(s, "generic")
		}
		return blocks
	}
	take(described[0].text, described[0].from)
	return blocks
}

// namedLead returns the text of an element whose name says lead for sure, if it stands
// before the text.
func (g *reading) namedLead(blocks []block) string {
	f := g.frame()
	head := f.head()
	for _, n := range g.landmarks().leads {
		s := (&walker{}).text(n)
		if k := utf8.RuneCountInString(s); k < 40 || k > 900 || !g.plausibleSapo(s) {
			continue
		}
		for i := range head {
			if inside(head[i].node, n) {
				return s
			}
		}
		if len(blocks) > 0 && inside(blocks[0].node, n) {
			return s
		}
	}
	return ""
}

// isExcerpt reports whether a description was cut out of the text's beginning.
func isExcerpt(description string, blocks []block) bool {
	key := strings.TrimRight(vi.Key(description), " .…")
	if len(key) < 40 {
		return false
	}
	var b strings.Builder
	for i := range blocks[:min(len(blocks), 8)] {
		b.WriteString(vi.Key(blocks[i].text))
		b.WriteByte(' ')
	}
	return strings.Contains(b.String(), key)
}

// leads returns the elements whose names say lead. With a description to compare
// them with, elements that may be anything are asked too.
func (g *reading) leads(described bool) []*html.Node {
	m := g.landmarks()
	if !described {
		return m.leads
	}
	return append(m.leads[:len(m.leads):len(m.leads)], m.maybe...)
}

// describes reports whether a visible text is what a description says: the same, or
// the description is a part of it cut short.
func describes(described []value, s string) bool {
	key := vi.Key(s)
	for _, v := range described {
		d := strings.TrimRight(vi.Key(v.text), " .…")
		if d == "" {
			continue
		}
		if strings.HasPrefix(key, d) || strings.HasSuffix(strings.TrimRight(key, " .…"), d) || len(key) > 40 && strings.HasPrefix(d, strings.TrimRight(key, " .…")) {
			return true
		}
		if overlap(s, v.text) >= 85 {
			return true
		}
	}
	return false
}

// leadByForm takes the first paragraph for the lead where nothing names one, if it is
// a sentence set in bold or as a heading, or stands apart from the others.
func (g *reading) leadByForm(blocks []block, take func(s, from string)) []block {
	from := 0
	for i := range blocks[:min(len(blocks), 12)] {
		if vi.Key(blocks[i].text) == vi.Key(g.a.Title) {
			from = i + 1
		}
	}
	for i := from; i < min(len(blocks), from+5); i++ {
		b := &blocks[i]
		n := b.letters()
		if b.kind != kindParagraph && b.kind != kindHeading || n < 60 || b.isLink() || vi.Key(b.text) == vi.Key(g.a.Title) {
			continue
		}
		if n < 600 && endsSentence(b.text) && (b.isBold() || b.kind == kindHeading || standsApart(blocks, i)) {
			take(b.text, "generic")
			return append(blocks[:i:i], blocks[i+1:]...)
		}
		break
	}
	return blocks
}

// standsApart reports whether a block has another parent than the next paragraph.
func standsApart(blocks []block, i int) bool {
	for j := i + 1; j < len(blocks); j++ {
		if blocks[j].kind == kindParagraph && weigh(&blocks[j]) > 0 {
			return !blocks[i].br && !blocks[j].br && blocks[i].node != nil && blocks[j].node != nil && blocks[i].node.Parent != blocks[j].node.Parent
		}
	}
	return false
}

// quoted reports whether a description is the whole text.
func quoted(described []value, s string) bool {
	key := strings.TrimRight(vi.Key(s), " .…")
	for _, v := range described {
		if strings.TrimRight(vi.Key(v.text), " .…") == key {
			return true
		}
	}
	return false
}

// genericBreadcrumb reads the visible breadcrumb, else the link that names the
// section.
func (g *reading) genericBreadcrumb() []string {
	m := g.landmarks()
	for _, nodes := range [][]*html.Node{m.crumbs, m.category} {
		if len(nodes) == 0 || len(nodes) > 6 {
			continue // a menu stands in it
		}
		if names := textsOf(nodes); len(names) > 0 {
			return names
		}
	}
	return g.crumbsByPlace()
}

func textsOf(nodes []*html.Node) (out []string) {
	for _, n := range nodes {
		if s := (&walker{}).text(n); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// genericTags reads the links of a box of tags.
func (g *reading) genericTags() (values []value) {
	nodes := g.landmarks().tags
	if len(nodes) == 0 || len(nodes) > 40 {
		return g.tagsByPlace()
	}
	for _, n := range nodes {
		if s := (&walker{}).text(n); s != "" {
			values = append(values, value{text: s, from: "generic", node: n})
		}
	}
	return values
}

// genericBylines returns the elements that seem to name the author.
func (g *reading) genericBylines() (values []value) {
	nodes := g.landmarks().authors
	for i, n := range nodes {
		if len(values) == 24 {
			break
		}
		if letters(n, 81) > 80 || i+1 < len(nodes) && inside(nodes[i+1], n) && n.DataAtom != atom.A {
			continue // a box around the element that holds the name
		}
		if s := (&walker{}).text(n); s != "" {
			values = append(values, value{text: s, from: "generic", node: n})
		}
	}
	return values
}

// genericCredits returns what elements whose names say source print as one: behind
// "Theo" or "Nguồn", in brackets, or alone where the name is plain.
func (g *reading) genericCredits() (values []value) {
	nodes := g.landmarks().credits
	for _, n := range nodes {
		if len(values) == 8 {
			break
		}
		if letters(n, 121) > 120 || g.inJunk(n, g.page.body) {
			continue
		}
		s := (&walker{}).text(n)
		if j := indexFold(s, " copy link"); j > 0 {
			s = s[:j]
		}
		if _, ok := cutCredit(s); !ok {
			inner, ok := bracketed(s)
			if ok {
				s = inner
			} else if class := strings.ToLower(attr(n, "class")); class != "source" && class != "nguon" || len(s) > 80 || isSignature(s) || isFurniture(s) {
				continue
			}
		}
		if strings.Contains(s, "://") || mostlyDigits(s) {
			continue
		}
		values = append(values, value{text: s, from: "generic", node: n})
	}
	return append(values, g.creditsByPlace()...)
}
