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

	page       []block // all blocks of the page
	begin, end int     // of the region's prose in them
	bare       bool    // nothing but teasers: they are the text, or the page is a list
	summaries  int     // letters of the teasers
}

// genericBody reads the body of the region, and with it the sapo.
func (g *reading) genericBody() text {
	r := g.region()
	if r.root == nil {
		return text{}
	}
	blocks := g.readGenericSapo(r.blocks)
	t := g.compose(blocks)
	if t.letters > 0 {
		t.captions = append(g.frameCaptions(), t.captions...)
	}
	return t
}

// region finds the region once.
func (g *reading) region() *region {
	if g.found != nil {
		return g.found
	}
	g.found = &region{end: -1}
	w := walker{skip: func(n *html.Node) bool {
		return n.DataAtom == atom.Nav || n.DataAtom == atom.Footer || n.DataAtom == atom.Aside && isJunk(n)
	}}
	w.walk(g.page.body)
	g.markTeasers(w.blocks)
	g.found.page = w.blocks
	g.found.summaries = teasedLetters(w.blocks)
	root, weight := g.heaviest(g.page.body, w.blocks)
	if sumOfProse(w.blocks) < shortest { // a brief beside which stands one link, or a list
		for i := range w.blocks {
			w.blocks[i].teaser = false
		}
		g.found.bare = true
		root, weight = g.heaviest(g.page.body, w.blocks)
	}
	if root == nil {
		return g.found
	}
	if n := g.marked(root, w.blocks, weight); n != nil {
		root = n
	}
	g.found.bound(root)
	lone := root.DataAtom == atom.P && root.Parent != nil
	if lone { // paragraphs without a box of their own: menus beside them weighed them down
		root = root.Parent
	}
	g.found.root, g.found.weight = root, weight
	g.found.blocks = g.blocksOf(root, weight)
	if lone {
		g.found.blocks = fromProse(g.found.blocks)
	}
	for i := range g.found.blocks {
		if b := &g.found.blocks[i]; b.isLink() && (b.kind == kindHeading || b.kind == kindItem) {
			g.found.links++
		}
	}
	return g.found
}

// sumOfProse adds up what speaks for prose on the whole page.
func sumOfProse(blocks []block) (sum int) {
	for i := range blocks {
		sum += max(0, weigh(&blocks[i]))
	}
	return sum
}

// bound notes where the prose of the region begins and ends on the page.
func (r *region) bound(root *html.Node) {
	r.begin, r.end = -1, -1
	for i := range r.page {
		if b := &r.page[i]; weigh(b) > 0 && !b.isLink() && inside(b.node, root) {
			if r.begin < 0 {
				r.begin = i
			}
			r.end = i
		}
	}
	if r.begin < 0 {
		r.begin, r.end = 0, -1
	}
}

// fromProse leaves out what stands more than a few blocks before the first prose.
func fromProse(blocks []block) []block {
	for i := range blocks {
		if weigh(&blocks[i]) > 0 {
			return blocks[max(0, i-3):]
		}
	}
	return blocks
}

// heaviest returns the element with the greatest sum of weights, the innermost of
// those that are equal.
func (g *reading) heaviest(body *html.Node, blocks []block) (*html.Node, int) {
	sums := map[*html.Node]int{}
	blocks = blocks[:min(len(blocks), mostBlocks)]
	for i := range blocks {
		b := &blocks[i]
		weight := weigh(b)
		if weight == 0 {
			continue
		}
		if weight > 0 && g.inJunk(b.node, body) {
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

// mostBlocks bounds the work on a page made to cost much, blocks times depth, and the
// memory for it. No article has as many; what follows is not read.
const mostBlocks = 20_000

// weigh says how much a block speaks for prose.
func weigh(b *block) int {
	n := b.letters()
	switch {
	case b.kind == kindImage:
		return 0
	case b.teaser:
		return -min(n, 120)
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
	if !g.found.bare {
		g.markTeasers(w.blocks)
	}
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
		if seen*10 >= all*6 && len(blocks[i].text) < 80 && endMarks[bareCue(vi.Fold(blocks[i].text))] {
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
	"kbwscwl": true, "notebox": true, "relatedbox": true, "othernews": true, "morenews": true, "latest": true, "skip": true, "disclaimer": true,
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

// inJunk reports whether one of the elements around n, up to body, is such a box, and
// none in which most of the page stands: themes call the box around text and sidebar
// "content-sidebar".
func (g *reading) inJunk(n, body *html.Node) bool {
	for depth := 0; n != nil && n != body && depth < 40; n, depth = n.Parent, depth+1 {
		switch n.DataAtom {
		case atom.Article, atom.Main, atom.Body, atom.Html:
			return false
		}
		if g.isAside(n) && !g.holdsPage(n) {
			return true
		}
	}
	return false
}

// holdsPage reports whether an element holds the heading of the page, or four fifths
// of its letters.
func (g *reading) holdsPage(n *html.Node) bool {
	if holds, ok := g.holders[n]; ok {
		return holds
	}
	holds := false
	for _, h := range g.page.headings[:min(len(g.page.headings), 8)] {
		holds = holds || inside(h, n) && letters(h, 400) >= 20
	}
	if !holds {
		all := letters(g.page.body, 20_000)
		holds = all > 0 && letters(n, 20_000)*5 >= all*4
	}
	if g.holders == nil {
		g.holders = map[*html.Node]bool{}
	}
	g.holders[n] = holds
	return holds
}

// isAside is isAside of the package, asked once of each element.
func (g *reading) isAside(n *html.Node) bool {
	if attr(n, "class") == "" && attr(n, "id") == "" {
		return false
	}
	is, asked := g.asides[n]
	if !asked {
		if g.asides == nil {
			g.asides = map[*html.Node]bool{}
		}
		is = isAside(n)
		g.asides[n] = is
	}
	return is
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
