package table

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// maxDepth ends the walk into pages nested to hurt.
const maxDepth = 400

// readHTML finds the tables of a page and the lines of text around them.
func readHTML(p *nhip.Page, src *catalog.Source) (document, error) {
	text, _, issues := vi.Decode(p.Body, p.ContentType)
	var d document
	for _, s := range issues {
		d.issues = append(d.issues, nhip.Issue{Field: "charset", Reason: s})
	}
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return d, fmt.Errorf("parse page: %w", err)
	}
	w := pageWalker{doc: &d}
	w.layout(root, p, src)
	start := w.body
	if start == nil {
		start = root
	}
	w.walk(start, 0)
	w.flush()
	if n := len(d.grids); n > 0 {
		d.grids[n-1].below = w.text
		return d, nil
	}
	for _, pre := range preformatted(root) {
		d.addText(pre)
	}
	return d, nil
}

// preformatted returns the texts in which blanks align the columns, as flip-books have
// them.
func preformatted(root *html.Node) []string {
	var found []string
	for _, n := range cascadia.QueryAll(root, cascadia.MustCompile("pre")) {
		var b strings.Builder
		for c := range n.Descendants() {
			if c.Type == html.TextNode {
				b.WriteString(c.Data)
			}
		}
		found = append(found, b.String())
	}
	return found
}

// pageWalker collects tables and lines in document order.
type pageWalker struct {
	doc    *document
	body   *html.Node
	text   []string // lines since the last table
	line   strings.Builder
	tables int
}

// layout takes title and time from where the source's layout says, or from the usual
// places, and finds the part of the page that holds the text.
func (w *pageWalker) layout(root *html.Node, p *nhip.Page, src *catalog.Source) {
	if src != nil {
		for _, l := range src.Layouts {
			if w.doc.title == "" {
				w.doc.title = fieldText(root, l.Title)
			}
			if w.doc.published == nil {
				if t, ok := vi.ReadTime(fieldText(root, l.Published), p.FetchedAt); ok {
					w.doc.published = &t.Time
				}
			}
			if n := first(root, l.Body.CSS); w.body == nil && n != nil {
				w.body = n
			}
		}
	}
	if w.doc.published == nil {
		if n := first(root, []string{`meta[property="article:published_time"]`}); n != nil {
			if t, ok := vi.ReadTime(attr(n, "content"), p.FetchedAt); ok {
				w.doc.published = &t.Time
			}
		}
	}
	for _, css := range []string{"h1", "title"} {
		if n := first(root, []string{css}); n != nil && w.doc.title == "" {
			w.doc.title = vi.Repair(ownText(n))
		}
	}
}

func fieldText(root *html.Node, f catalog.Field) string {
	n := first(root, f.CSS)
	switch {
	case n == nil:
		return ""
	case f.Attr != "":
		return attr(n, f.Attr)
	}
	return vi.Repair(ownText(n))
}

// first returns the first element that one of the selectors, in their order, matches.
func first(root *html.Node, selectors []string) *html.Node {
	for _, css := range selectors {
		if s, err := cascadia.Parse(css); err == nil {
			if n := cascadia.Query(root, s); n != nil {
				return n
			}
		}
	}
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// blockElements end a line of text.
var blockElements = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
	atom.Li: true, atom.Ul: true, atom.Ol: true, atom.Section: true, atom.Article: true, atom.Header: true, atom.Footer: true,
	atom.Nav: true, atom.Main: true, atom.Aside: true, atom.Blockquote: true, atom.Figure: true, atom.Figcaption: true,
	atom.Caption: true, atom.Tr: true, atom.Td: true, atom.Th: true, atom.Pre: true, atom.Form: true, atom.Dd: true, atom.Dt: true, atom.Br: true,
}

// noText are the elements whose content is not read.
var noText = map[atom.Atom]bool{atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Head: true, atom.Template: true, atom.Svg: true, atom.Textarea: true, atom.Select: true}

func (w *pageWalker) walk(n *html.Node, depth int) {
	if depth > maxDepth || n.Type == html.ElementNode && noText[n.DataAtom] {
		return
	}
	if n.Type == html.TextNode {
		w.line.WriteString(n.Data)
		return
	}
	if n.Type == html.ElementNode && n.DataAtom == atom.Table {
		w.table(n, depth)
		return
	}
	isBlock := n.Type == html.ElementNode && blockElements[n.DataAtom]
	if isBlock {
		w.flush()
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.walk(c, depth+1)
	}
	if isBlock {
		w.flush()
	}
}

// flush ends a line of text outside tables.
func (w *pageWalker) flush() {
	if s := vi.Repair(w.line.String()); s != "" {
		w.text = append(w.text, s)
		w.doc.lines = append(w.doc.lines, s)
	}
	w.line.Reset()
}

// table reads a table element and then the tables within its cells.
func (w *pageWalker) table(n *html.Node, depth int) {
	w.flush()
	w.tables++
	name := "t" + strconv.Itoa(w.tables)
	g := newGrid(name, func(r, c int) string { return fmt.Sprintf("%sr%dc%d", name, r+1, c+1) })
	t := tableWalker{g: g, w: w}
	t.rowsOf(n, depth, isHiddenNode(n))
	if t.err != nil {
		w.doc.issues = append(w.doc.issues, nhip.Issue{Field: "table", Reason: t.err.Error()})
		return
	}
	g.trim()
	before := w.text
	if prev := len(w.doc.grids) - 1; prev >= 0 {
		w.doc.grids[prev].below = before
	}
	g.above = append(before, t.caption...)
	w.text = nil
	w.doc.grids = append(w.doc.grids, g)
	for r := range g.rows {
		if line := g.line(r); line != "" {
			w.doc.lines = append(w.doc.lines, line)
		}
	}
	for _, inner := range t.nested {
		w.table(inner, depth+1)
	}
}

// tableWalker fills a grid from a table element.
type tableWalker struct {
	g       *grid
	w       *pageWalker
	row     int
	nested  []*html.Node
	caption []string
	err     error
}

func (t *tableWalker) rowsOf(n *html.Node, depth int, hidden bool) {
	for c := n.FirstChild; c != nil && t.err == nil && depth < maxDepth; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		switch c.DataAtom {
		case atom.Thead, atom.Tbody, atom.Tfoot:
			t.rowsOf(c, depth+1, hidden || isHiddenNode(c))
		case atom.Tr:
			t.cellsOf(c, hidden || isHiddenNode(c))
			t.row++
		case atom.Caption:
			if s := vi.Repair(t.textOf(c)); s != "" {
				t.caption = append(t.caption, s)
			}
		}
	}
}

func (t *tableWalker) cellsOf(tr *html.Node, hidden bool) {
	if t.err = t.g.resize(t.row+1, t.g.cols); t.err != nil {
		return
	}
	t.g.hiddenRow[t.row] = hidden
	col := 0
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || c.DataAtom != atom.Td && c.DataAtom != atom.Th {
			continue
		}
		for t.g.at(t.row, col) != nil {
			col++
		}
		x := t.cell(c)
		x.row, x.col = t.row, col
		if t.err = t.g.put(x); t.err != nil {
			return
		}
		col += x.cols
	}
}

// cell reads one cell: its own text, its span, and what its looks say.
func (t *tableWalker) cell(n *html.Node) *cell {
	x := &cell{rows: span(n, "rowspan"), cols: span(n, "colspan"), align: attr(n, "align"), hidden: isHiddenNode(n)}
	if n.DataAtom == atom.Th {
		x.bold = true
	}
	style := strings.ReplaceAll(attr(n, "style"), " ", "")
	if v := styleValue(style, "text-align"); v != "" {
		x.align = v
	}
	if px := pixels(styleValue(style, "padding-left")); px > 0 {
		x.indent = px / 10
	}
	if px := pixels(styleValue(style, "text-indent")); px > 0 {
		x.indent += px / 10
	}
	raw := t.textOf(n)
	x.indent += leadingBlanks(raw) / 2
	x.text = repairLines(raw)
	x.bold = x.bold || isAllIn(n, atom.B, atom.Strong) || strings.Contains(style, "font-weight:bold") || strings.Contains(style, "font-weight:700")
	x.italic = isAllIn(n, atom.I, atom.Em)
	return x
}

// span reads a span attribute. A rowspan of 0 goes to the end of its row group; so
// that a foreign number never sizes a grid, the group is counted here.
func span(n *html.Node, key string) int {
	v, err := strconv.Atoi(strings.TrimSpace(attr(n, key)))
	switch {
	case err != nil:
		return 1
	case v == 0 && key == "rowspan" && n.Parent != nil:
		rows := 1
		for s := n.Parent.NextSibling; s != nil; s = s.NextSibling {
			if s.Type == html.ElementNode && s.DataAtom == atom.Tr {
				rows++
			}
		}
		return clampSpan(rows)
	}
	return clampSpan(v)
}

func styleValue(style, property string) string {
	for part := range strings.SplitSeq(style, ";") {
		if v, ok := strings.CutPrefix(strings.ToLower(part), property+":"); ok {
			return v
		}
	}
	return ""
}

func pixels(s string) int {
	factor := 1
	if strings.HasSuffix(s, "em") {
		factor = 16
	}
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	n, _ := strconv.Atoi(s[:i])
	return min(n*factor, 400)
}

func isHiddenNode(n *html.Node) bool {
	style := strings.ToLower(strings.ReplaceAll(attr(n, "style"), " ", ""))
	if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") || strings.Contains(style, "visibility:collapse") {
		return true
	}
	for _, a := range n.Attr {
		if a.Key == "hidden" {
			return true
		}
	}
	return false
}

// textOf returns the text of a cell without that of tables within it; <br> and
// paragraphs are line breaks, other white space is one blank, except non-breaking
// blanks at the start, which indent. Text in a legacy font is decoded.
func (t *tableWalker) textOf(n *html.Node) string {
	var b strings.Builder
	var visit func(n *html.Node, font string, depth int)
	visit = func(n *html.Node, font string, depth int) {
		if depth > maxDepth {
			return
		}
		switch {
		case n.Type == html.TextNode:
			text := decodeCell(n.Data, font)
			b.WriteString(strings.Map(plainBlank, text))
		case n.Type != html.ElementNode && n.Type != html.DocumentNode, noText[n.DataAtom]:
			return
		case n.DataAtom == atom.Table:
			t.nested = append(t.nested, n)
			return
		case n.DataAtom == atom.Br:
			b.WriteByte('\n')
		default:
			if f := attr(n, "face"); f != "" {
				font = f
			}
			if f := styleValue(attr(n, "style"), "font-family"); f != "" {
				font = strings.Trim(f, ` '"`)
			}
			isBlock := n.DataAtom == atom.P || n.DataAtom == atom.Div || n.DataAtom == atom.Li
			if isBlock && b.Len() > 0 {
				b.WriteByte('\n')
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				visit(c, font, depth+1)
			}
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		visit(c, attr(n, "face"), 0)
	}
	return b.String()
}

// plainBlank keeps non-breaking blanks, which indent labels, and makes the line
// breaks of the source blanks.
func plainBlank(r rune) rune {
	if r == '\n' || r == '\t' || r == '\r' {
		return ' '
	}
	return r
}

func ownText(n *html.Node) string {
	t := tableWalker{}
	return t.textOf(n)
}

// leadingBlanks counts the non-breaking blanks before the first letter.
func leadingBlanks(s string) int {
	n := 0
	for _, r := range s {
		switch r {
		case '\u00a0', '\u2003', '\u2002':
			n++
		case ' ', '\n':
		default:
			return n
		}
	}
	return 0
}

// repairLines repairs each line and drops the empty ones.
func repairLines(s string) string {
	if !strings.Contains(s, "\n") {
		return vi.Repair(s)
	}
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = vi.Repair(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// isAllIn reports whether all text of a cell is within one of the elements.
func isAllIn(n *html.Node, tags ...atom.Atom) bool {
	found := false
	var visit func(n *html.Node, in bool, depth int) bool
	visit = func(n *html.Node, in bool, depth int) bool {
		if n.Type == html.TextNode {
			if strings.TrimSpace(n.Data) == "" {
				return true
			}
			found = found || in
			return in
		}
		for _, a := range tags {
			in = in || n.Type == html.ElementNode && n.DataAtom == a
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if depth < maxDepth && !visit(c, in, depth+1) {
				return false
			}
		}
		return true
	}
	return visit(n, false, 0) && found
}
