package article

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"nhip/transform/vi"
)

// blockKind says what a stretch of text is in the page's own markup.
type blockKind uint8

const (
	kindParagraph blockKind = iota
	kindHeading
	kindItem    // of a list
	kindRow     // of a table with figures: cells separated by tabs
	kindCaption // figcaption and its look-alikes
	kindImage   // no text: an image stands here
)

// block is one paragraph, heading, list item, table row or caption in page order.
type block struct {
	kind  blockKind
	text  string     // as vi.Repair leaves it; rows keep tabs between cells
	node  *html.Node // the innermost block element
	size  int        // bytes of text before repair, white space included
	link  int        // of these, inside links
	bold  int        // of these, inside b, strong or headings
	slant int        // of these, inside em or i
	href  string     // address of the first link
	right bool       // aligned to the right, as signatures are
	mid   bool       // centred, as captions are
	br    bool       // begins after a line break, not after a block boundary
	start *html.Node // the text node it begins with, nil for rows and images

	teaser bool // belongs to a box with the title of another text

	counted int // code points of text and one, once they are counted
}

// letters counts the code points of the text.
func (b *block) letters() int {
	if b.counted == 0 {
		b.counted = utf8.RuneCountInString(b.text) + 1
	}
	return b.counted - 1
}

// isLink reports whether the text is a link and nothing else worth reading.
func (b *block) isLink() bool { return b.size > 0 && b.link*10 >= b.size*8 }

// isBold reports whether all of the text is set bold.
func (b *block) isBold() bool { return b.size > 0 && b.bold*10 >= b.size*9 }

// isSlanted reports whether all of the text is set in italics.
func (b *block) isSlanted() bool { return b.size > 0 && b.slant*10 >= b.size*9 }

// walker turns a subtree into blocks. Unlike goquery's Text it never glues two
// blocks, two lines or two cells, and never splits a word or number at an inline
// tag: "2020<br>900" is two lines, "<b>9</b>00" is one number.
type walker struct {
	skip func(*html.Node) bool // subtrees to leave out; nil for none
	flat bool                  // line breaks and tables are blanks: for fields of one line

	captions map[*html.Node]bool // elements that are captions although they do not say so
	blocks   []block

	buf     []byte
	cur     block
	link    int // nesting of links, bold and caption elements around the text
	bold    int
	slant   int
	caption int
	heading int
	item    int
	right   int
	mid     int
	pre     int
}

// walk appends the blocks of n.
func (w *walker) walk(n *html.Node) {
	w.node(n, n)
	w.flush(nil)
}

// text returns everything below n as one line.
func (w *walker) text(n *html.Node) string {
	w.flat = true
	w.walk(n)
	parts := make([]string, 0, len(w.blocks))
	for _, b := range w.blocks {
		if b.text != "" {
			parts = append(parts, b.text)
		}
	}
	return strings.Join(parts, " ")
}

func (w *walker) node(n, container *html.Node) {
	switch n.Type {
	case html.TextNode:
		if w.pre > 0 && !w.flat && strings.Contains(n.Data, "\n") {
			for line := range strings.Lines(n.Data) {
				w.line(n, line)
				if strings.HasSuffix(line, "\n") {
					w.flush(container)
					w.cur.br = true
				}
			}
			return
		}
		w.line(n, n.Data)
		return
	case html.DocumentNode:
		w.children(n, container)
		return
	case html.ElementNode:
	default:
		return
	}
	if len(w.blocks) >= mostBlocks || silent(n) || w.skip != nil && w.skip(n) {
		return
	}
	switch n.DataAtom {
	case atom.Br:
		if w.flat {
			w.append(" ")
			return
		}
		w.flush(container)
		w.cur.br = true
		return
	case atom.Img, atom.Picture, atom.Video, atom.Iframe:
		if !w.flat && !tiny(n) {
			w.flush(container)
			w.blocks = append(w.blocks, block{kind: kindImage, node: n})
		}
		return
	case atom.Sup:
		w.append(superscript(n, w.buf))
		return
	case atom.Wbr:
		return
	case atom.Table:
		if !w.flat && isDataTable(n) {
			w.flush(container)
			w.table(n)
			return
		}
	}
	if !isBlock(n) {
		w.inline(n, container)
		return
	}
	w.flush(container)
	w.enter(n, 1)
	w.children(n, n)
	w.flush(n)
	w.enter(n, -1)
}

// line appends the text of one node, or a line of it.
func (w *walker) line(n *html.Node, s string) {
	before := len(w.buf)
	w.append(s)
	if before == 0 && len(w.buf) > 0 {
		w.cur.start = n
	}
}

func (w *walker) inline(n, container *html.Node) {
	link := n.DataAtom == atom.A && attr(n, "href") != ""
	bold := n.DataAtom == atom.B || n.DataAtom == atom.Strong || strings.Contains(attr(n, "style"), "font-weight")
	caption := isCaption(n) || w.captions[n]
	if link {
		w.link++
		if w.cur.href == "" {
			w.cur.href = attr(n, "href")
		}
	}
	slant := n.DataAtom == atom.Em || n.DataAtom == atom.I
	if bold {
		w.bold++
	}
	if slant {
		w.slant++
	}
	if caption {
		w.caption++
	}
	w.children(n, container)
	if link {
		w.link--
	}
	if bold {
		w.bold--
	}
	if slant {
		w.slant--
	}
	if caption {
		w.caption--
	}
}

func (w *walker) children(n, container *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, container)
	}
}

// enter counts a block element in (d = 1) or out (d = -1).
func (w *walker) enter(n *html.Node, d int) {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.heading += d
		w.bold += d
	case atom.Li, atom.Dd, atom.Dt:
		w.item += d
	case atom.Pre:
		w.pre += d // lines end where they end in the source
	}
	if isCaption(n) || w.captions[n] {
		w.caption += d
	}
	switch alignment(n) {
	case "right":
		w.right += d
	case "center":
		w.mid += d
	}
}

// append adds text, runs of white space as one blank: most of what stands between
// tags is indentation.
func (w *walker) append(s string) {
	start := len(w.buf)
	blank := true
	for len(s) > 0 {
		i := 0
		for i < len(s) && !isSpace(s[i]) {
			i++
		}
		if i > 0 {
			w.buf = append(w.buf, s[:i]...)
			blank = false
		}
		j := i
		for j < len(s) && isSpace(s[j]) {
			j++
		}
		if j > i && len(w.buf) > 0 && w.buf[len(w.buf)-1] != ' ' {
			w.buf = append(w.buf, ' ')
		}
		s = s[j:]
	}
	n := len(w.buf) - start
	if w.link > 0 || blank { // the blanks between tags belong to nobody
		w.cur.link += n
	}
	if w.bold > 0 || blank {
		w.cur.bold += n
	}
	if w.slant > 0 || blank {
		w.cur.slant += n
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// flush ends the text gathered so far.
func (w *walker) flush(container *html.Node) {
	if len(w.buf) == 0 {
		return
	}
	text := vi.Repair(string(bytes.TrimSuffix(w.buf, []byte{' '})))
	if text != "" {
		b := w.cur
		b.text, b.size, b.node = text, len(w.buf), container
		b.right, b.mid = w.right > 0, w.mid > 0
		switch {
		case w.caption > 0:
			b.kind = kindCaption
		case w.heading > 0:
			b.kind = kindHeading
		case w.item > 0:
			b.kind = kindItem
		}
		w.blocks = append(w.blocks, b)
	}
	w.buf, w.cur = w.buf[:0], block{}
}

// table appends a row a block, its cells separated by tabs.
func (w *walker) table(table *html.Node) {
	var row func(n *html.Node)
	row = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch c.DataAtom {
			case atom.Tr:
				if len(w.blocks) < mostBlocks {
					w.row(c)
				}
			case atom.Tbody, atom.Thead, atom.Tfoot:
				row(c)
			case atom.Caption:
				w.node(c, c)
				w.flush(c)
			}
		}
	}
	if w.skip != nil && w.skip(table) {
		return
	}
	row(table)
}

func (w *walker) row(tr *html.Node) {
	var cells []string
	size, link, full := 0, 0, false
	inner := walker{skip: w.skip}
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
			continue
		}
		inner.blocks = inner.blocks[:0]
		text := inner.text(c)
		for _, b := range inner.blocks {
			size += b.size
			link += b.link
		}
		full = full || text != ""
		cells = append(cells, text)
	}
	if full {
		w.blocks = append(w.blocks, block{kind: kindRow, text: strings.Join(cells, "\t"), node: tr, size: size, link: link})
	}
}

// isDataTable tells a table of figures from a table that only lays out a page or
// frames a photo: at least two rows of at least two filled cells, no table inside,
// no cell longer than a few sentences.
func isDataTable(table *html.Node) bool {
	rows := 0
	var look func(n *html.Node, depth int) bool
	look = func(n *html.Node, depth int) bool {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode {
				continue
			}
			switch c.DataAtom {
			case atom.Tr:
				ok, filled := rowOfData(c)
				if !ok {
					return false
				}
				if filled >= 2 {
					rows++
				}
			case atom.Tbody, atom.Thead, atom.Tfoot:
				if depth < 2 && !look(c, depth+1) {
					return false
				}
			}
		}
		return true
	}
	return look(table, 0) && rows >= 2
}

func rowOfData(tr *html.Node) (ok bool, filled int) {
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
			continue
		}
		n, nested := textLength(c, 600)
		if nested || n >= 600 {
			return false, 0
		}
		if n > 0 {
			filled++
		}
	}
	return true, filled
}

// textLength counts the letters below n up to limit, and tells whether a table
// stands there.
func textLength(n *html.Node, limit int) (length int, table bool) {
	for c := n.FirstChild; c != nil && length < limit; c = c.NextSibling {
		switch {
		case c.Type == html.TextNode:
			length += utf8.RuneCountInString(strings.TrimSpace(c.Data))
		case c.DataAtom == atom.Table:
			return length, true
		case c.Type == html.ElementNode && !silent(c):
			m, t := textLength(c, limit-length)
			if length += m; t {
				return length, true
			}
		}
	}
	return length, false
}
