package article

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"nhip/transform/vi"
)

// The generic reader finds the text of a page that no layout describes. Every block
// of the page weighs for or against being prose; the element with the greatest sum
// below it is the region of the text: a smaller one loses paragraphs, a larger one
// takes in menus, lists of links and footers, which weigh against it.

// region is the generic reader's find.
type region struct {
	root   *html.Node
	blocks []block
	weight int
	links  int // headings that are links, among the blocks
}

// genericBody reads the body of the region, and with it the sapo.
func (g *reading) genericBody() text {
	r := g.region()
	if r.root == nil {
		return text{}
	}
	blocks := g.readGenericSapo(r.blocks)
	return g.compose(blocks)
}

// region finds the region once.
func (g *reading) region() *region {
	if g.found != nil {
		return g.found
	}
	g.found = &region{}
	w := walker{skip: func(n *html.Node) bool {
		return n.DataAtom == atom.Nav || n.DataAtom == atom.Footer || n.DataAtom == atom.Aside && isJunk(n)
	}}
	w.walk(g.page.body)
	root, weight := heaviest(g.page.body, w.blocks)
	if root == nil {
		return g.found
	}
	if n := g.marked(root, w.blocks, weight); n != nil {
		root = n
	}
	g.found.root, g.found.weight = root, weight
	g.found.blocks = g.blocksOf(root, weight)
	for i := range g.found.blocks {
		if b := &g.found.blocks[i]; b.isLink() && (b.kind == kindHeading || b.kind == kindItem) {
			g.found.links++
		}
	}
	return g.found
}

// heaviest returns the element with the greatest sum of weights, the innermost of
// those that are equal.
func heaviest(body *html.Node, blocks []block) (*html.Node, int) {
	sums := map[*html.Node]int{}
	blocks = blocks[:min(len(blocks), mostBlocks)]
	for i := range blocks {
		b := &blocks[i]
		weight := weigh(b)
		if weight == 0 {
			continue
		}
		if weight > 0 && inJunk(b.node, body) {
			weight = -weight / 2
		}
		for n := b.node; n != nil; n = n.Parent {
			sums[n] += weight
			if n == body {
				break
			}
		}
	}
	var best *html.Node
	most := 0
	for i := range blocks { // in page order, so that the result does not depend on the map's
		for n := blocks[i].node; n != nil; n = n.Parent {
			if s := sums[n]; s > most || s == most && best != nil && n != best && inside(n, best) {
				best, most = n, s
			}
			if n == body {
				break
			}
		}
	}
	return best, most
}

// mostBlocks bounds the work on a page made to cost much: blocks times depth.
const mostBlocks = 20_000

// weigh says how much a block speaks for prose.
func weigh(b *block) int {
	n := utf8.RuneCountInString(b.text)
	switch {
	case b.kind == kindImage:
		return 0
	case b.kind == kindCaption: // the text of a photo story
		if n >= 40 && endsSentence(b.text) {
			return n / 3
		}
		return 0
	case b.link*2 > b.size:
		return -min(n, 120)
	case b.kind == kindRow:
		return n / 4
	case n >= 60 && (endsSentence(b.text) || n >= 160):
		return min(n, 1200) * (b.size - b.link) / b.size
	case n >= 30 && endsSentence(b.text):
		return n / 2
	case b.kind == kindHeading:
		return 0
	}
	return -min(n/4+2, 15)
}

func inside(n, ancestor *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == ancestor {
			return true
		}
	}
	return false
}

// marked returns the element that the page itself calls the text of the article, if
// it holds most of what the weighing found.
func (g *reading) marked(root *html.Node, blocks []block, weight int) *html.Node {
	for _, n := range g.landmarks().bodies[:min(len(g.landmarks().bodies), 3)] {
		sum := 0
		for i := range blocks[:min(len(blocks), mostBlocks)] {
			if inside(blocks[i].node, n) {
				sum += weigh(&blocks[i])
			}
		}
		if sum*10 >= weight*6 && (inside(root, n) || inside(n, root)) {
			return n
		}
	}
	return nil
}

// blocksOf walks the region again without the boxes in it that are no text: shares,
// tags, related texts, bylines. A box that holds a good part of the text is kept,
// whatever it is called.
func (g *reading) blocksOf(root *html.Node, weight int) []block {
	w := walker{skip: func(n *html.Node) bool {
		if n == root {
			return false
		}
		switch n.DataAtom {
		case atom.Nav, atom.Footer:
			return true
		}
		return isBlock(n) && isJunk(n) && letters(n, weight/3+1) < weight/3+1 || g.signed[n]
	}}
	w.walk(root)
	return cutAfterText(w.blocks)
}

// cutAfterText ends the region where lists of links begin and no prose follows.
func cutAfterText(blocks []block) []block {
	last := 0
	for i := range blocks {
		if weigh(&blocks[i]) > 0 || blocks[i].kind == kindCaption || blocks[i].kind == kindRow {
			last = i + 1
		}
	}
	if cut := endMark(blocks[:last]); cut > 0 {
		return blocks[:cut]
	}
	end := last
	for end < len(blocks) && end < last+4 && !blocks[end].isLink() { // a signature, a last item without full stop
		end++
	}
	return blocks[:end]
}

// endMark returns the index of a heading such as "Tin liên quan" after most of the
// prose, or 0: what follows are summaries of other texts.
func endMark(blocks []block) int {
	all, seen := 0, 0
	for i := range blocks {
		all += max(0, weigh(&blocks[i]))
	}
	for i := range blocks {
		seen += max(0, weigh(&blocks[i]))
		if seen*10 >= all*6 && endMarks[strings.Trim(vi.Fold(blocks[i].text), " :.>»|-")] {
			return i
		}
	}
	return 0
}

var endMarks = map[string]bool{"tin lien quan": true, "bai lien quan": true, "bai viet lien quan": true, "tin cung chuyen muc": true,
	"cung chuyen muc": true, "bai cung chuyen muc": true, "tin khac": true, "cac tin khac": true, "tin moi": true, "tin moi nhat": true, "doc them": true, "xem them": true,
	"co the ban quan tam": true, "ban co the quan tam": true, "tin noi bat": true, "binh luan": true, "y kien ban doc": true, "doc nhieu": true, "tin doc nhieu": true}

// letters counts the letters below n, up to limit.
func letters(n *html.Node, limit int) int {
	count := 0
	for c := n.FirstChild; c != nil && count < limit; c = c.NextSibling {
		switch {
		case c.Type == html.TextNode:
			count += utf8.RuneCountInString(strings.TrimSpace(c.Data))
		case c.Type == html.ElementNode && !silent(c):
			count += letters(c, limit-count)
		}
	}
	return count
}

// junk are words of a class or id that name boxes beside the text.
var junk = map[string]bool{
	"share": true, "sharing": true, "social": true, "related": true, "relate": true, "relatednews": true, "relation": true,
	"lienquan": true, "tinlienquan": true, "tags": true, "tag": true, "tagdetail": true, "keyword": true, "keywords": true, "tukhoa": true,
	"author": true, "authors": true, "byline": true, "tacgia": true, "breadcrumb": true, "breadcrumbs": true, "crumb": true, "bread": true,
	"comment": true, "comments": true, "binhluan": true, "cmt": true, "sidebar": true, "footer": true, "nav": true, "menu": true, "navbar": true,
	"banner": true, "ads": true, "adv": true, "advertisement": true, "advert": true, "quangcao": true, "copyright": true,
	"vote": true, "rating": true, "reaction": true, "subscribe": true, "newsletter": true, "tts": true, "audio": true, "toolbar": true,
	"zalo": true, "facebook": true, "twitter": true, "recommend": true, "recommended": true, "suggest": true, "popular": true, "mostview": true, "mostread": true,
	"readmore": true, "xemthem": true, "docthem": true, "tinmoi": true, "tindnd": true, "samecate": true, "widget": true,
	"popup": true, "modal": true, "cookie": true, "login": true, "print": true, "follow": true, "bookmark": true,
	"source": true, "nguon": true, "date": true, "publish": true, "time": true, "meta": true, "infomation": true, "player": true,
	"kbwscwl": true, "relatedbox": true, "othernews": true, "morenews": true, "latest": true, "skip": true, "disclaimer": true,
}

// isJunk reports whether an element's class, id, role or type calls it a box beside
// the text.
func isJunk(n *html.Node) bool {
	found := false
	for _, key := range []string{"class", "id", "type", "data-role", "role"} {
		v := attr(n, key)
		if v == "" || found {
			continue
		}
		words(v, func(w string) { found = found || junk[w] })
	}
	return found
}

// inJunk reports whether one of the elements around n, up to body, is such a box.
func inJunk(n, body *html.Node) bool {
	for depth := 0; n != nil && n != body && depth < 40; n, depth = n.Parent, depth+1 {
		switch n.DataAtom {
		case atom.Article, atom.Main, atom.Body, atom.Html:
			return false
		}
		if isAside(n) {
			return true
		}
	}
	return false
}

// isAside reports whether an element holds prose that is not the article's: what
// readers write, summaries of other texts, invitations.
func isAside(n *html.Node) bool {
	found := false
	for _, key := range []string{"class", "id"} {
		words(attr(n, key), func(w string) {
			switch w {
			case "comment", "comments", "binhluan", "cmt", "disqus", "footer", "sidebar", "related", "lienquan", "tinlienquan", "modal", "popup", "promo", "cookie":
				found = true
			}
		})
	}
	return found
}

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
	for _, n := range g.headings() {
		s := (&walker{}).text(n)
		if !g.plausibleTitle(s) {
			continue
		}
		for _, v := range head {
			if o := overlap(s, v.text); o > score {
				best, score = value{text: s, from: "generic", node: n}, o
			}
		}
		if len(head) == 0 && best.text == "" && n.DataAtom == atom.H1 {
			best = value{text: s, from: "generic", node: n}
		}
	}
	if score >= 50 || len(head) == 0 && best.text != "" {
		return best, true
	}
	if len(head) > 0 {
		return head[0], true
	}
	return value{}, false
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
	wa, wb := strings.Fields(vi.Key(a)), strings.Fields(vi.Key(b))
	if len(wa) == 0 || len(wb) == 0 {
		return 0
	}
	count := map[string]int{}
	for _, w := range wa {
		count[w]++
	}
	same := 0
	for _, w := range wb {
		if count[w] > 0 {
			count[w]--
			same++
		}
	}
	return same * 100 / max(len(wa), len(wb))
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
		return g.leadByForm(blocks, take)
	}
	// The first paragraph is the lead if the head quotes it whole, or if it is set apart.
	for i := range blocks[:min(len(blocks), 6)] {
		b := &blocks[i]
		if b.kind != kindParagraph && b.kind != kindHeading || utf8.RuneCountInString(b.text) < 40 {
			continue
		}
		if describes(described, b.text) && utf8.RuneCountInString(b.text) < 700 &&
			(b.isBold() || b.kind == kindHeading || quoted(described, b.text) || standsApart(blocks, i)) {
			take(b.text, "generic")
			return append(blocks[:i:i], blocks[i+1:]...)
		}
		if describes(described, b.text) {
			return blocks // an excerpt of the first paragraph is no lead
		}
		break
	}
	take(described[0].text, described[0].from)
	return blocks
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
	for i := range blocks[:min(len(blocks), 4)] {
		b := &blocks[i]
		n := utf8.RuneCountInString(b.text)
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

// genericStamps reads times from the visible page: time elements and elements whose
// names say date or time. Of several the one nearest to the title counts: headers
// print today's date, boxes of other texts theirs.
func (g *reading) genericStamps() []stamp {
	times := g.page.times[:min(len(g.page.times), 60)]
	type found struct {
		stamp
		node *html.Node
	}
	var all []found
	for _, n := range append(times[:len(times):len(times)], g.landmarks().dates...) {
		if letters(n, 81) > 80 {
			continue
		}
		for _, text := range append(attributesOfTime(n), (&walker{}).text(n)) {
			if s, ok := g.absolute(text, "generic"); ok && s.Precision >= vi.PrecisionMinute {
				all = append(all, found{s, n})
				break
			}
		}
	}
	if len(all) == 0 {
		return g.stampOfText()
	}
	best := all[0]
	if len(all) > 1 && g.titleNode != nil {
		nodes := make([]*html.Node, 0, len(all)+1)
		for _, f := range all {
			nodes = append(nodes, f.node)
		}
		at := positions(g.page.body, append(nodes, g.titleNode))
		title, nearest := at[g.titleNode], -1
		for _, f := range all {
			d := at[f.node] - title
			if d < 0 {
				d = -d
			}
			if nearest < 0 || d < nearest {
				best, nearest = f, d
			}
		}
	}
	return []stamp{best.stamp}
}

// stampOfText looks for a line beside the title that is a time and nothing else.
func (g *reading) stampOfText() []stamp {
	if g.titleNode == nil {
		return nil
	}
	w := walker{}
	w.walk(g.page.body)
	title := -1
	for i := range w.blocks {
		if n := w.blocks[i].node; n != nil && (inside(n, g.titleNode) || inside(g.titleNode, n)) && overlap(w.blocks[i].text, g.a.Title) >= 80 {
			title = i
			break
		}
	}
	if title < 0 {
		return nil
	}
	for d := 1; d <= 8; d++ {
		for _, i := range []int{title + d, title - d} {
			if i < 0 || i >= len(w.blocks) || utf8.RuneCountInString(w.blocks[i].text) > 60 || !mostlyDigits(w.blocks[i].text) {
				continue
			}
			if s, ok := g.absolute(w.blocks[i].text, "generic"); ok && s.Precision >= vi.PrecisionMinute {
				return []stamp{s}
			}
		}
	}
	return nil
}

// positions numbers elements in page order and returns the numbers of some.
func positions(body *html.Node, nodes []*html.Node) map[*html.Node]int {
	at := map[*html.Node]int{}
	for _, n := range nodes {
		at[n] = 0
	}
	count := 0
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			count++
			if _, ok := at[n]; ok {
				at[n] = count
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(body)
	return at
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
	return nil
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
	if len(nodes) > 40 {
		return nil
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
