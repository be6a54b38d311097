package article

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"nhip/transform/vi"
)

// text is what the blocks of an article come to.
type text struct {
	body     []string
	captions []string
	letters  int // code points of the body
	prose    int // of these, in paragraphs that end as sentences do
	images   int
}

// readBody fills Body and Captions: from the layout's element, else from the region
// the generic reader finds, else from the JSON-LD.
func (g *reading) readBody() text {
	var t text
	from := ""
	if g.layout != nil {
		t, from = g.layoutBody()
	}
	if t.letters < shortest {
		if generic := g.genericBody(); generic.letters > t.letters {
			t, from = generic, "generic"
		}
	}
	if ld := g.bodyOfJSONLD(); t.letters < shortest && ld.letters > 2*t.letters {
		t, from = ld, "jsonld"
	}
	if len(t.body) > 0 {
		g.a.Body = t.body
		g.won("body", from)
	}
	if len(t.captions) > 0 {
		g.a.Captions = t.captions
		g.won("captions", from)
	}
	return t
}

// shortest is the number of letters below which a body is doubted.
const shortest = 150

func (g *reading) layoutBody() (text, string) {
	f := g.layout.fields["body"]
	captions := g.captionNodes()
	for _, sel := range f.css {
		for _, n := range g.page.find(sel) {
			drop := droppers(n, f.drop)
			w := walker{skip: func(m *html.Node) bool {
				return m != n && (drop != nil && drop(m) || g.isSigned(m)) || m.DataAtom == atom.Nav || m.DataAtom == atom.Aside && isJunk(m)
			}, captions: captions}
			w.walk(n)
			g.markBoxes(w.blocks) // those that the drop list does not know yet
			if t := g.compose(w.blocks); t.letters > 0 {
				return t, "css:" + sel.css
			}
		}
	}
	return text{}, ""
}

// captionNodes returns the elements that the layout calls captions.
func (g *reading) captionNodes() map[*html.Node]bool {
	nodes := map[*html.Node]bool{}
	for _, sel := range g.layout.fields["captions"].css {
		for _, n := range g.page.find(sel) {
			nodes[n] = true
		}
	}
	return nodes
}

func (g *reading) bodyOfJSONLD() (t text) {
	if g.story == nil {
		return t
	}
	s, _ := g.story["articleBody"].(string)
	for line := range strings.Lines(s) {
		if p := plain(line); p != "" && !isFurniture(p) {
			t.add(p)
		}
	}
	return t
}

func (t *text) add(p string) {
	t.body = append(t.body, p)
	n := utf8.RuneCountInString(p)
	t.letters += n
	if endsSentence(p) && n >= 40 {
		t.prose += n
	}
}

// compose makes paragraphs and captions of the blocks of an article's region, and
// leaves out what is neither: the title and the sapo once more, links to other
// texts, furniture, the signature at the end.
func (g *reading) compose(blocks []block) (t text) {
	blocks = cutSummary(g.trimStart(blocks))
	blocks = g.trimEnd(blocks)
	photoStory := isPhotoStory(blocks)
	afterImage, begun := false, false
	for i := range blocks {
		b := &blocks[i]
		switch {
		case b.teaser:
			continue
		case b.kind == kindImage:
			t.images++
			afterImage = true
			continue
		case b.kind == kindCaption && photoStory && endsSentence(b.text) && !hasPhotoCredit(b.text):
			t.add(b.text)
			continue
		case b.kind == kindCaption || isCaptionText(blocks, i, afterImage):
			if b.letters() >= 3 { // an editor's placeholder is shorter
				t.captions = append(t.captions, b.text)
			}
			continue
		}
		wasImage := afterImage
		afterImage = false
		if isFurniture(b.text) || g.isRelated(blocks, i) || isOrnament(b.text) {
			afterImage = wasImage && isOrnament(b.text)
			continue
		}
		if !begun && g.isDateline(b) {
			continue
		}
		begun = true
		t.add(b.text)
	}
	return t
}

// isDateline reports whether a short block before the text is the printed time or
// the author's name, which stand between title and text.
func (g *reading) isDateline(b *block) bool {
	if b.kind == kindHeading || b.letters() > 60 || endsSentence(b.text) {
		return false
	}
	if mostlyDigits(b.text) {
		_, ok := g.absolute(b.text, "")
		return ok
	}
	names, _ := signature(b.text)
	for _, n := range names {
		if !containsFold(g.a.Authors, n) {
			return isSignature(b.text) && len(g.a.Authors) == 0 && b.kind == kindParagraph
		}
	}
	return len(names) > 0
}

// isPhotoStory reports whether the text stands in the captions: several of them are
// sentences, and hardly any paragraph is.
func isPhotoStory(blocks []block) bool {
	told, captions, prose := 0, 0, 0
	for i := range blocks {
		b := &blocks[i]
		n := b.letters()
		switch {
		case b.kind == kindCaption && endsSentence(b.text) && !hasPhotoCredit(b.text):
			captions++
			told += n
		case b.kind != kindCaption && weigh(b) > 0:
			prose += n
		}
	}
	return captions >= 3 && prose*3 < told
}

// isCaptionText recognises a caption that no markup marks: a short text with a
// credit of the picture; after a picture, a text set in italics or centred, a credit
// alone, or the text of a photo's frame.
func isCaptionText(blocks []block, i int, afterImage bool) bool {
	b := &blocks[i]
	n := b.letters()
	if b.kind == kindRow || b.kind == kindHeading || b.isLink() || n > 400 {
		return false
	}
	if hasPhotoCredit(b.text) {
		return afterImage || n < 250
	}
	if i > 0 && blocks[i-1].kind == kindRow && n <= 100 && isCreditOfPhoto(b.text) {
		return true // where the table's figures are from
	}
	if !afterImage {
		return false
	}
	if n >= 15 && n <= 250 && b.kind == kindParagraph && !b.isBold() && !endsSentence(b.text) && !isTagLabel(b.text) {
		return true // paragraphs end as sentences do
	}
	return n <= 300 && !b.isBold() && (b.isSlanted() || b.mid) || n <= 60 && isCreditOfPhoto(b.text) || inPhotoTable(b.node)
}

// inPhotoTable reports whether an element is a cell of a small table that holds an
// image: the frame that older publishing systems put around a photo and its caption.
func inPhotoTable(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		switch n.DataAtom {
		case atom.Table, atom.Figure:
			return letters(n, 501) <= 500 && below(n, "img").Length() > 0
		case atom.Article, atom.Main, atom.Body:
			return false
		}
	}
	return false
}

// isOrnament reports whether a text holds no letter or digit: rules, stars, dots.
func isOrnament(s string) bool {
	for _, r := range s {
		if isLetterOrDigit(r) {
			return false
		}
	}
	return true
}

// isRelated recognises a link to another text: a block that is nothing but a link,
// in a list of such links, behind an arrow, or to another article of the same site.
func (g *reading) isRelated(blocks []block, i int) bool {
	b := &blocks[i]
	if b.link*2 > b.size && isTagLabel(b.text) {
		return true
	}
	if !b.isLink() || b.kind == kindRow {
		return false
	}
	if b.kind == kindItem || b.kind == kindHeading {
		return true
	}
	letters := b.letters()
	return letters >= 12 && (b.link == b.size || letters < 200)
}

// trimStart leaves out the title, the sapo and what stands before them, where the
// region begins with them.
func (g *reading) trimStart(blocks []block) []block {
	title, sapo := vi.Key(g.a.Title), vi.Key(g.a.Sapo)
	limit := min(len(blocks), 12)
	for i := limit - 1; i >= 0; i-- {
		b := &blocks[i]
		if b.kind == kindImage || b.kind == kindCaption {
			continue
		}
		isTitle, isSapo := alike(b.text, g.a.Title), alike(b.text, g.a.Sapo)
		if !isTitle && !isSapo {
			continue
		}
		key := vi.Key(b.text)
		if key == title && title != "" {
			return keepImages(blocks, i)
		}
		if sapo != "" && (key == sapo || len(sapo) > 80 && strings.HasSuffix(key, sapo) && len(key) < len(sapo)+40) {
			blocks = append(blocks[:i:i], blocks[i+1:]...)
		}
	}
	return blocks
}

// cutSummary leaves out the list of main points that some papers print before the
// text: a heading that says so, and list items.
func cutSummary(blocks []block) []block {
	for i := range blocks[:min(len(blocks), 4)] {
		if b := &blocks[i]; len(b.text) > 60 || !summaryHeads[bareCue(vi.Fold(b.text))] {
			continue
		}
		end := i + 1
		for end < len(blocks) && blocks[end].kind == kindItem {
			end++
		}
		if end > i+1 {
			return append(blocks[:i:i], blocks[end:]...)
		}
	}
	return blocks
}

var summaryHeads = map[string]bool{"tom tat": true, "tom tat nhanh": true, "tom tat bai viet": true, "diem chinh": true, "nhung diem chinh": true, "noi dung chinh": true,
	"y chinh": true, "muc luc": true, "noi dung bai viet": true, "key takeaways": true}

// alike compares lengths: most texts need no closer look.
func alike(a, b string) bool { return len(a) < len(b)+80 && len(b) < len(a)+80 }

// keepImages drops the texts before and at i, not the captions among them.
func keepImages(blocks []block, i int) []block {
	var kept []block
	for _, b := range blocks[:i] {
		if b.kind == kindImage || b.kind == kindCaption {
			kept = append(kept, b)
		}
	}
	return append(kept, blocks[i+1:]...)
}

// trimEnd takes the signature off the end: names, "Theo …", "Nguồn: …", and the
// furniture around them. Up to three pictures may stand among them.
func (g *reading) trimEnd(blocks []block) []block {
	pictures := 0
	closing := make(map[int]bool)
	for i := len(blocks) - 1; i >= 0; i-- {
		b := &blocks[i]
		if b.kind == kindImage || b.kind == kindCaption {
			if pictures++; pictures > 6 {
				break
			}
			continue
		}
		if !g.isClosing(b) {
			break
		}
		closing[i] = true
	}
	if len(closing) == 0 {
		return blocks
	}
	kept := make([]block, 0, len(blocks)-len(closing))
	for i := range blocks {
		if !closing[i] {
			kept = append(kept, blocks[i])
		}
	}
	return kept
}

// isClosing reports whether a block at the end of a text is a signature, a credit
// or furniture. What it tells of author and credit is kept where nothing better did.
func (g *reading) isClosing(b *block) bool {
	letters := b.letters()
	if letters > 90 {
		return false
	}
	if isFurniture(b.text) || isOrnament(b.text) || g.isOwn(b.text) || letters <= 50 && isCreditOfPhoto(b.text) && !strings.HasPrefix(vi.Fold(b.text), "nguon:") {
		return true
	}
	if inner, ok := bracketed(b.text); ok && letters <= 40 {
		if rest, is := cutCredit(inner); is {
			inner = rest
		}
		g.closingCredit(inner)
		return true
	}
	if letters <= 20 && isDesk(b.text) {
		return true
	}
	if strings.HasPrefix(b.text, "http") && !strings.Contains(b.text, " ") || isRoleCredit(b.text) || isAttachment(b.text) {
		return true
	}
	names, credit := signature(b.text)
	if credit != "" && len(names) == 0 {
		if first, _ := utf8.DecodeRuneInString(credit); endsSentence(b.text) || !unicode.IsUpper(first) && !strings.Contains(credit, "://") {
			return false // "Theo đó, giá tăng 5%."
		}
		g.closingCredit(credit)
		return true
	}
	known := len(names) > 0
	for _, n := range names {
		known = known && containsFold(g.a.Authors, n)
	}
	if b.right && len(names) == 0 && b.kind == kindParagraph && letters <= 60 && !endsSentence(b.text) {
		return true // an office signs
	}
	marked := b.right || b.isBold() || b.kind == kindParagraph && b.br
	if known || isSignature(b.text) && (marked || len(g.a.Authors) == 0) && !endsSentence(b.text) && b.kind != kindHeading {
		if len(g.a.Authors) == 0 {
			for _, n := range names {
				if !g.isOwn(n) {
					g.a.Authors = append(g.a.Authors, n)
					g.won("authors", "signature")
				}
			}
		}
		if credit != "" {
			g.closingCredit(credit)
		}
		return true
	}
	return false
}

// bracketed returns the inside of a text that is one bracket: "(TTXVN/Vietnam+)".
func bracketed(s string) (string, bool) {
	if inner, ok := strings.CutPrefix(s, "("); ok {
		if inner, ok = strings.CutSuffix(inner, ")"); ok && !strings.ContainsAny(inner, "()") && !endsSentence(inner) {
			return tidy(inner), true
		}
	}
	return "", false
}

// isDesk recognises what stands for a name where nobody signs: "PV", "BT (t/h)",
// "PV/VOV.VN", initials.
func isDesk(s string) bool {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" /-–,&().+", r) })
	for _, p := range parts {
		if n := utf8.RuneCountInString(p); !agencies[strings.ToLower(p)] && (n > 4 || p != strings.ToUpper(p) && !strings.EqualFold(p, "t") && !strings.EqualFold(p, "h")) {
			return false
		}
		if strings.ContainsAny(p, "0123456789%") {
			return false
		}
	}
	return len(parts) > 0
}

// isRoleCredit recognises the lines of those who did not write the text: "Thiết kế:
// Mai Ly".
func isRoleCredit(s string) bool {
	return len(s) < 160 && hasPrefix(vi.Fold(s), []string{"thiet ke:", "thiet ke -", "trinh bay:", "do hoa:", "ky thuat:", "ky thuat -", "dung phim:", "quay phim:", "anh bia:", "minh hoa:", "bien tap:", "giong doc:"})
}

// isAttachment recognises the line of the files that offices hang on their texts.
func isAttachment(s string) bool {
	return len(s) < 300 && hasPrefix(vi.Fold(s), []string{"tep dinh kem", "file dinh kem", "tap tin dinh kem", "tai lieu dinh kem", "van ban dinh kem", "tai ve:", "tai file"})
}

// isCreditOfPhoto recognises "Ảnh: Trần An": a credit that no caption precedes.
func isCreditOfPhoto(s string) bool {
	f := vi.Fold(s)
	return hasPrefix(f, []string{"anh:", "anh va video:", "do hoa:", "clip:", "video:", "anh, clip:", "nguon:", "nguon anh:"})
}

func (g *reading) closingCredit(credit string) {
	if g.a.Credit == "" && !g.isPublisher(credit) && !strings.Contains(credit, "://") {
		g.a.Credit = credit
		g.won("credit", "signature")
	}
}
