package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"nhip/transform/vi"
)

// A teaser is another text's title, a link, with a sentence or two of it. Beside an
// article it looks like prose; what tells it is the small box it shares with its link.

// longestTeaser bounds the letters of such a box.
const longestTeaser = 700

// teaser is a box and the blocks in it, from its link on.
type teaser struct {
	box         *html.Node
	first, last int
	sure        bool // a heading or a picture is the link: one such box is enough
}

// markTeasers marks the blocks of a page that belong to teasers and comments, and at
// its end those in which it names its publisher.
func (g *reading) markTeasers(blocks []block) {
	g.markBoxes(blocks)
	for i := max(len(blocks)/3, len(blocks)-40); i < len(blocks); i++ {
		if isColophon(blocks[i].text) {
			blocks[i].teaser = true
		}
	}
}

func (g *reading) markBoxes(blocks []block) {
	var found []teaser
	blocks = blocks[:min(len(blocks), mostBlocks)]
	for i := range blocks {
		if t, ok := g.teaserAt(blocks, i); ok {
			found = append(found, t)
		} else if t, ok := commentAt(blocks, i); ok {
			found = append(found, t)
		}
	}
	siblings := map[*html.Node]int{}
	for _, t := range found {
		siblings[t.box.Parent]++
	}
	for _, t := range found {
		if !t.sure && siblings[t.box.Parent] < 3 {
			continue
		}
		for i := t.first; i < len(blocks) && (i <= t.last || inside(blocks[i].node, t.box)); i++ {
			blocks[i].teaser = true
		}
		for i := t.first - 1; i >= 0 && inside(blocks[i].node, t.box); i-- {
			blocks[i].teaser = true
		}
	}
}

// teasedLetters counts the letters of other texts' summaries.
func teasedLetters(blocks []block) (letters int) {
	for i := range blocks {
		if b := &blocks[i]; b.teaser && !b.isLink() {
			letters += b.letters()
		}
	}
	return letters
}

// teaserAt looks for a teaser whose title is the block i.
func (g *reading) teaserAt(blocks []block, i int) (teaser, bool) {
	title := &blocks[i]
	n := title.letters()
	if title.kind == kindImage || title.kind == kindRow || title.link*10 < title.size*6 || n < 15 || n > 250 || !g.leadsElsewhere(title) {
		return teaser{}, false
	}
	for j := i + 1; j < len(blocks) && j <= i+4; j++ {
		b := &blocks[j]
		if b.kind == kindImage {
			continue
		}
		if b.isLink() && b.letters() >= 15 && b.href != title.href {
			return teaser{}, false
		}
		if weigh(b) <= 0 && !(b.isLink() && b.href == title.href) {
			continue
		}
		box := common(title.node, b.node)
		if box == nil || box == g.page.body {
			return teaser{}, false
		}
		size := letters(box, longestTeaser+1)
		if size > longestTeaser || proseIn(box, blocks[j+1:]) > 0 || proseBefore(box, blocks[:i]) {
			return teaser{}, false // the box of the text, and a link in it
		}
		for box.Parent != nil && box.Parent != g.page.body && letters(box.Parent, size+1) == size {
			box = box.Parent
		}
		return teaser{box: box, first: i, last: j, sure: headingBelow(title.node, box) || pictureLinks(box, title.href, 0)}, true
	}
	return teaser{}, false
}

// commentAt looks for a reader's comment that ends with the block i, an invitation to
// answer it.
func commentAt(blocks []block, i int) (teaser, bool) {
	if b := &blocks[i]; b.kind == kindImage || len(b.text) > 90 || !isReply(b.text) {
		return teaser{}, false
	}
	for j := i - 1; j >= 0 && j >= i-3; j-- {
		if weigh(&blocks[j]) <= 0 {
			continue
		}
		box := common(blocks[i].node, blocks[j].node)
		if box == nil || box.Parent == nil || letters(box, longestTeaser+1) > longestTeaser {
			return teaser{}, false
		}
		return teaser{box: box, first: j, last: i}, true
	}
	return teaser{}, false
}

func isReply(s string) bool {
	f := vi.Fold(s)
	return hasPrefix(f, []string{"tra loi", "thich", "reply"}) || strings.HasSuffix(f, "tra loi") || strings.HasSuffix(f, "bao vi pham")
}

// proseIn counts the blocks of prose among the next ones that stand in box, beside one
// that a teaser may have.
func proseIn(box *html.Node, blocks []block) (n int) {
	for i := range blocks[:min(len(blocks), 12)] {
		if !inside(blocks[i].node, box) {
			break
		}
		if weigh(&blocks[i]) > 0 {
			n++
		}
	}
	return n / 2
}

// proseBefore reports whether prose stands in box before the blocks' end.
func proseBefore(box *html.Node, blocks []block) bool {
	for i := len(blocks) - 1; i >= 0 && i >= len(blocks)-12 && inside(blocks[i].node, box); i-- {
		if weigh(&blocks[i]) > 0 {
			return true
		}
	}
	return false
}

// leadsElsewhere reports whether a link leads to another document and does not bear
// this one's title.
func (g *reading) leadsElsewhere(b *block) bool {
	if b.href == "" || strings.HasPrefix(b.href, "#") || alike(b.text, g.a.Title) && vi.Key(b.text) == vi.Key(g.a.Title) {
		return false
	}
	return g.p.URL == "" || !strings.HasSuffix(g.p.URL, b.href)
}

// common returns the innermost element that holds both nodes, no deeper than eight
// levels above the first.
func common(a, b *html.Node) *html.Node {
	for depth := 0; a != nil && depth < 8; a, depth = a.Parent, depth+1 {
		if inside(b, a) {
			if a.DataAtom == atom.A && a.Parent != nil {
				return a.Parent
			}
			return a
		}
	}
	return nil
}

// headingBelow reports whether a node stands in a heading below box.
func headingBelow(n, box *html.Node) bool {
	for ; n != nil && n != box; n = n.Parent {
		switch n.DataAtom {
		case atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			return true
		}
	}
	return false
}

// pictureLinks reports whether a picture below n is a link to the same address.
func pictureLinks(n *html.Node, href string, depth int) bool {
	if depth > 12 {
		return false
	}
	if n.DataAtom == atom.A && attr(n, "href") == href && hasImage(n, 0) {
		return true
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && pictureLinks(c, href, depth+1) {
			return true
		}
	}
	return false
}

func hasImage(n *html.Node, depth int) bool {
	if n.DataAtom == atom.Img || n.DataAtom == atom.Picture {
		return true
	}
	for c := n.FirstChild; c != nil && depth < 6; c = c.NextSibling {
		if c.Type == html.ElementNode && hasImage(c, depth+1) {
			return true
		}
	}
	return false
}

// isColophon recognises the lines in which a page names its publisher and licence; a
// footer may be as long as a short text.
func isColophon(s string) bool {
	if s == "" || strings.IndexByte("CcGgB\xc2\xc4", s[0]) < 0 || len(s) > 1200 { // © and Đ begin with the last two
		return false
	}
	return hasPrefix(vi.Fold(strings.ToValidUTF8(s[:min(len(s), 120)], "")), []string{"co quan chu quan", "co quan ngon luan", "co quan cua dang", "giay phep so", "giay phep bao chi", "giay phep hoat dong",
		"giay phep xuat ban", "giay phep thiet lap", "chiu trach nhiem noi dung", "chiu trach nhiem chinh", "chiu trach nhiem xuat ban", "ban quyen thuoc", "ban quyen ©",
		"copyright", "©", "ghi ro nguon", "cam sao chep", "don vi chu quan"})
}
