package article

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"nhip/transform/vi"
)

// frame is where the text stands among all blocks of a page. Where nothing names
// them, lead, time, author and photo are known by their place: between the title and
// the text, or right after it.
type frame struct {
	all        []block
	title      int // index of the title, -1 where the page does not show it
	begin, end int // first and last block of prose; end < begin where there is none
}

// frame finds it once, when the region and, if the page shows one, the title are known.
func (g *reading) frame() frame {
	if g.framed == nil {
		f := g.findFrame()
		g.framed = &f
	}
	return *g.framed
}

func (g *reading) findFrame() frame {
	r := g.region()
	f := frame{all: r.page, title: -1, begin: r.begin, end: r.end}
	if f.end < f.begin {
		return f
	}
	key := vi.Key(g.a.Title)
	isTitle := func(b *block) bool {
		return b.kind != kindImage && key != "" && (alike(b.text, g.a.Title) && vi.Key(b.text) == key ||
			g.titleNode != nil && inside(b.node, g.titleNode) && overlap(b.text, g.a.Title) >= 80)
	}
	for i := min(f.begin+3, len(f.all)) - 1; i >= 0; i-- {
		if isTitle(&f.all[i]) {
			f.title = i
			return f
		}
	}
	for i := f.begin; i <= f.end; i++ { // what stood before it was an invitation of the page
		if !isTitle(&f.all[i]) {
			continue
		}
		for j := i + 1; j <= f.end; j++ {
			if weigh(&f.all[j]) > 0 && !f.all[j].isLink() {
				f.title, f.begin = i, j
				return f
			}
		}
	}
	return f
}

// head returns what stands between title and text: a screen at most, and a few blocks
// where the page shows no title.
func (f frame) head() []block {
	if f.end < f.begin {
		return nil
	}
	from := max(0, f.begin-4)
	if f.title >= 0 {
		from = f.title + 1
	}
	if from > f.begin {
		return nil
	}
	return f.all[max(from, f.begin-30):f.begin]
}

// tail returns the few blocks after the text.
func (f frame) tail() []block {
	if f.end < f.begin {
		return nil
	}
	return f.all[f.end+1 : min(len(f.all), f.end+13)]
}

// frameCaptions returns the captions of the pictures between title and text, which
// the box of the text does not hold.
func (g *reading) frameCaptions() (captions []string) {
	f := g.frame()
	if f.title < 0 {
		return nil
	}
	head := f.head()
	for i := range head {
		b := &head[i]
		if b.kind == kindCaption && b.letters() >= 3 && !inside(b.node, g.region().root) && b.text != g.a.Sapo {
			captions = append(captions, b.text)
		}
	}
	return captions
}

// framedLead returns the paragraph between title and text, outside the box of the
// text: the lead, where nothing names it.
func (g *reading) framedLead() string {
	f := g.frame()
	if f.title < 0 {
		return ""
	}
	head := f.head()
	for i := range head {
		b := &head[i]
		n := b.letters()
		if b.kind != kindParagraph && b.kind != kindHeading || n < 60 || n > 900 || b.link > 0 && b.link*3 > b.size || inside(b.node, g.region().root) {
			continue
		}
		if isFurniture(b.text) || hasPhotoCredit(b.text) || mostlyDigits(b.text) || g.inJunk(b.node, g.page.body) || !g.plausibleSapo(b.text) {
			continue
		}
		return b.text
	}
	return ""
}

// framedBylines returns the texts around the article that a label such as "Tác giả:"
// introduces.
func (g *reading) framedBylines() (values []value) {
	f := g.frame()
	for _, blocks := range [][]block{f.head(), f.tail()} {
		for i := range blocks {
			b := &blocks[i]
			if b.kind == kindImage || len(b.text) > 200 || g.inJunk(b.node, g.page.body) {
				continue
			}
			if name := afterLabel(b.text); name != "" {
				values = append(values, value{text: name, from: "generic"})
			}
		}
	}
	return values
}

// afterLabel returns what follows a label of the author, up to the next label or
// number.
func afterLabel(s string) string {
	for _, label := range []string{"tác giả:", "người viết:", "người đăng:", "đăng bởi:", "viết bởi ", "đăng bởi ", "thực hiện:", "tin bài:", "bài viết:", "bài:", "phóng viên:", "biên tập viên:"} {
		i := indexFold(s, label)
		if i < 0 || i > 0 && isLetterOrDigit(lastRune(s[:i])) {
			continue
		}
		rest := s[i+len(label):]
		if j := strings.IndexAny(rest, "0123456789|:"); j >= 0 {
			if rest[j] == ':' { // of the next label, its last word
				j = max(0, strings.LastIndexByte(strings.TrimRight(rest[:j], " "), ' '))
			}
			rest = rest[:j]
		}
		return tidy(rest)
	}
	if i := indexFold(s, " bởi "); i > 0 && utf8.RuneCountInString(s) < 100 {
		if rest := tidy(s[i+len(" bởi "):]); isSignature(rest) {
			return rest
		}
	}
	return ""
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// besideTime returns the name that stands alone in the same small box as the printed
// time: no link of the page may bear it, since that is a section.
func (g *reading) besideTime() (values []value) {
	if g.clockNode == nil {
		g.genericStamps() // the head named the time: where does the page print it?
	}
	box := g.clockNode
	for depth := 0; box != nil && depth < 3; box, depth = box.Parent, depth+1 {
		if box.Type == html.ElementNode && letters(box, 121) > 120 {
			return nil
		}
		var names []string
		eachText(box, func(n *html.Node) {
			for s := range strings.FieldsFuncSeq(vi.Repair(n.Data), func(r rune) bool { return r == '|' || r == '•' || r == '·' }) {
				s = tidy(s)
				if len(names) < 4 && s != "" && !mostlyDigits(s) && isSignature(s) && !g.isOwn(s) && vi.Key(s) != vi.Key(g.a.Title) {
					names = append(names, s)
				}
			}
		})
		for _, s := range names {
			if !g.isLinkText(s, box) {
				values = append(values, value{text: s, from: "generic"})
			}
		}
		if len(values) > 0 {
			return values
		}
	}
	return nil
}

// isLinkText reports whether a link of the page outside a box has this text: sections
// do, in the menu.
func (g *reading) isLinkText(s string, box *html.Node) bool {
	key := vi.Key(s)
	for i := range g.region().page {
		if b := &g.region().page[i]; b.link > 0 && len(b.text) < 200 && strings.Contains(vi.Key(b.text), key) && !inside(b.node, box) {
			return true
		}
	}
	return containsFold(g.a.Section, s)
}

// eachText calls f with the text nodes below n that a reader sees.
func eachText(n *html.Node, f func(*html.Node)) {
	if n.Type == html.TextNode {
		f(n)
		return
	}
	if n.Type == html.ElementNode && silent(n) {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		eachText(c, f)
	}
}
