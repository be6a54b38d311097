package table

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhip"
	"nhip/transform/vi"
)

// line is a body row with its label understood.
type line struct {
	row     int
	label   string
	path    []string
	unit    unit         // printed in the label or in the unit column
	units   []unit       // of a footnote: a quantity and a value
	inherit unit         // of the nearest heading above
	over    map[int]unit // by column, of a heading row that prints units over the numbers
	measure nhip.Measure
	when    meaning // where the label is a period
	total   bool
	growth  bool   // the label says rate of change
	key     string // of the label
	place   string // the label as the name of a place
}

// node is a row on the way from the outermost heading to the current one.
type node struct {
	depth int
	own   int // depth by looks alone
	label string
	unit  unit
	group bool // a heading without numbers
	quiet bool // not part of the path: trong đó, a breakdown of a row with numbers
}

var (
	labelUnit = regexp.MustCompile(`\s*[(]([^()]{1,40})[)]\s*(?:\(\*+\)|\*+)?\s*$`)
	labelDash = regexp.MustCompile(`\s[-–]\s*(%|‰)\s*$`)
	labelMark = regexp.MustCompile(`\s*(\(\*+\)|\*+|\(\d\)|\b\d\))\s*$`)
	dashed    = regexp.MustCompile(`^[-–+•]\s*`)
	outline   = []*regexp.Regexp{regexp.MustCompile(`^[A-H]\.\s`), regexp.MustCompile(`^[IVX]+\.\s`), regexp.MustCompile(`^\d{1,2}\.\s`)}
)

// lines understands the rows of a block from top to bottom.
func (b *block) lines(u units) []line {
	w := rowWalker{b: b, u: u, footnotes: b.footnoteUnits(u)}
	for i, r := range b.body {
		switch b.kinds[i] {
		case rowHeader:
			w.section(r)
		case rowLabel:
			w.heading(r)
		case rowData:
			w.data(r)
		}
	}
	return w.lines
}

type rowWalker struct {
	b         *block
	u         units
	footnotes map[string][]unit
	lines     []line
	stack     []node
	pending   string // a label broken over two rows: its first part
	pendingAt int
	ditto     unit         // the last printed unit of the unit column
	columns   map[int]unit // of the last heading row with units over the numbers
	over      meaning      // of the section heading over the data columns
}

// section takes a heading over the data columns: a unit, a measure or a name.
func (w *rowWalker) section(r int) {
	text := oneLine(w.b.grid.anchors(r)[0].text)
	w.over = w.u.understand(text)
	if x, ok := w.u.parse(text); ok && (x.known || w.over.unit.isZero()) && w.over.measure == "" {
		w.over.unit = x
	}
	w.stack = nil
}

// label returns the text of the label cells of a row, the last of them first to
// decide where it stands.
func (w *rowWalker) label(r int) (text, marker string, at *cell) {
	for _, c := range w.b.stub {
		x := w.b.grid.at(r, c)
		if x == nil || x.text == "" || x.row != r && x.rows == 1 || x == at {
			continue
		}
		if k := classify(x.text); k == classNumber && at == nil && len(w.b.stub) > 1 && c == w.b.stub[0] {
			continue // a running number
		}
		if at != nil {
			marker = text
		}
		text, at = oneLine(x.text), x
	}
	return text, marker, at
}

// heading takes a row without numbers.
func (w *rowWalker) heading(r int) {
	text, _, at := w.label(r)
	if at == nil {
		return
	}
	w.flushPending()
	if startsLower(text) && w.pending == "" && len(w.stack) > 0 && w.stack[len(w.stack)-1].group {
		w.stack[len(w.stack)-1].label += " " + text
		return
	}
	label, x := w.cutUnit(text)
	w.leaveTotal(label, w.depth(text, at))
	n := node{depth: w.depth(text, at), own: w.depth(text, at), label: clean(label), unit: x, group: true, quiet: isTrong(label)}
	if isBreakdown(label) {
		w.breakdown(&n)
	}
	w.push(n)
	w.unitsOver(r)
	w.pending, w.pendingAt = text, len(w.stack)-1
}

func (w *rowWalker) flushPending() { w.pending = "" }

// unitsOver reads units that a heading row prints over the data columns.
func (w *rowWalker) unitsOver(r int) {
	found := map[int]unit{}
	for _, x := range w.b.grid.anchors(r) {
		if u, ok := w.u.parse(x.text); ok && x.col >= w.b.first {
			found[x.col] = u
		}
	}
	if len(found) > 0 {
		w.columns = found
	}
}

// breakdown places a heading such as "phân theo ngành vận tải". Below a row with numbers
// of the same looks it divides that row and is no part of the path; at the level of
// the table's total it begins a partition of its own.
func (w *rowWalker) breakdown(n *node) {
	for i := len(w.stack) - 1; i >= 0; i-- {
		switch top := w.stack[i]; {
		case top.group || top.own > n.own:
			continue
		case top.own == n.own && top.depth >= 0:
			n.depth, n.quiet = top.depth+1, true
		case top.depth < 0 && n.own/400 == top.own/400: // the label column of the total
			w.stack = nil
		default:
			n.quiet = true
		}
		return
	}
}

// data takes a row with numbers.
func (w *rowWalker) data(r int) {
	text, marker, at := w.label(r)
	if at == nil {
		if len(w.stack) == 0 {
			return
		}
		text = ""
	}
	depth := 0
	if at != nil {
		if w.pending != "" && startsLower(text) && !isTrong(w.pending) && !isBreakdown(w.pending) {
			text = w.pending + " " + text
			w.stack = w.stack[:w.pendingAt]
		}
		depth = w.depth(text, at)
	}
	w.flushPending()
	if i := strings.IndexByte(text, ':'); i > 0 && isTrong(text[:i]) && i+1 < len(text) {
		text = strings.TrimSpace(text[i+1:])
		depth += 2
	} else if isTrong(marker) {
		depth++
	}
	mark := ""
	if m := labelMark.FindStringSubmatch(text); m != nil {
		mark = m[1]
	}
	label, x := w.cutUnit(text)
	label = clean(label)
	l := line{row: r, label: label, key: words(label), unit: x, measure: w.over.measure, place: placeKey(label)}
	l.total, l.growth = hasPrefix(l.key, totalWords), hasPrefix(l.key, growthWords)
	if units := w.footnotes[strings.Trim(mark, "()")]; mark != "" && len(units) > 0 {
		l.units = units
	}
	if l.unit.isZero() {
		l.unit = w.unitCell(r)
	}
	w.leaveTotal(text, depth)
	w.push(node{depth: depth, own: depth, label: label, unit: x})
	l.inherit, l.over = w.inherited(), w.columns
	for _, n := range w.stack {
		if !n.quiet && n.label != "" {
			l.path = append(l.path, n.label)
		}
	}
	l.when = w.when(label)
	if l.when.main.isZero() && len(w.lines) == 0 && l.total {
		w.stack[len(w.stack)-1].depth = -1 // everything below the first total is part of it
	}
	w.lines = append(w.lines, l)
}

// leaveTotal ends the part of the table that belongs to its first total: a row in
// capitals beside a total in capitals stands next to it, not below it.
func (w *rowWalker) leaveTotal(text string, depth int) {
	if len(w.stack) > 0 && w.stack[0].depth < 0 && w.stack[0].own == depth && isCapitals(text) && isCapitals(w.stack[0].label) {
		w.stack = nil
	}
}

// when reads a label that is a period and nothing else ("Quý I năm 2022").
func (w *rowWalker) when(label string) meaning {
	if !strings.ContainsAny(label, "0123456789IV") && !strings.Contains(words(label), periodWords[0]) && !strings.Contains(words(label), periodWords[1]) {
		return meaning{}
	}
	m := w.u.understand(label)
	if m.problem != "" || m.item != "" || m.compared || m.main.isZero() {
		return meaning{}
	}
	return m
}

// inherited returns the unit of the nearest heading that has one.
func (w *rowWalker) inherited() unit {
	for i := len(w.stack) - 2; i >= 0; i-- {
		if !w.stack[i].unit.isZero() {
			return w.stack[i].unit
		}
	}
	return w.over.unit
}

// unitCell reads the unit column, ditto marks included.
func (w *rowWalker) unitCell(r int) unit {
	if w.b.unitCol < 0 {
		return unit{}
	}
	text := w.b.grid.text(r, w.b.unitCol)
	if text == "" || isDitto(text) {
		if text == "" && !w.ditto.isZero() && !w.hasDitto() {
			return unit{}
		}
		return w.ditto
	}
	if x, ok := w.u.parse(text); ok {
		w.ditto = x
	} else {
		w.ditto = unit{}
	}
	return w.ditto
}

// hasDitto reports whether the unit column uses ditto marks; where it does not, an
// empty cell under a unit means the same unit only for rows below a heading.
func (w *rowWalker) hasDitto() bool {
	for _, r := range w.b.body {
		if isDitto(w.b.grid.text(r, w.b.unitCol)) {
			return true
		}
	}
	return false
}

// push puts a row in its place below those it belongs to.
func (w *rowWalker) push(n node) {
	for len(w.stack) > 0 {
		top := w.stack[len(w.stack)-1]
		if top.depth < n.depth || top.group && top.depth == n.depth && !n.group {
			break
		}
		w.stack = w.stack[:len(w.stack)-1]
	}
	w.stack = append(w.stack, n)
}

// depth orders rows by what shows their level: the label column, the indent, dashes,
// bold and capitals, the outline number.
func (w *rowWalker) depth(text string, at *cell) int {
	d := 0
	for i, c := range w.b.stub {
		if c == at.col {
			d = 100 * i
		}
	}
	d += 8 * at.indent
	if dashed.MatchString(text) {
		d += 40
	}
	if !at.bold {
		d += 4
	}
	if !isCapitals(text) {
		d++
	}
	rank := len(outline)
	for i, form := range outline {
		if form.MatchString(text) {
			rank = i
			break
		}
	}
	return d*4 + rank
}

// cutUnit takes a unit in brackets off a label: "Vốn đăng ký (Tỷ đồng)".
func (w *rowWalker) cutUnit(text string) (label string, x unit) {
	if m := labelDash.FindStringSubmatch(text); m != nil {
		if x, ok := w.u.parse(m[1]); ok {
			return strings.TrimSpace(text[:len(text)-len(m[0])]), x
		}
	}
	if m := labelUnit.FindStringSubmatchIndex(text); m != nil {
		inner := text[m[2]:m[3]]
		if x, ok := w.u.parse(inner); ok && (x.known || x.mult != 0 || strings.Contains(inner, "/")) {
			return strings.TrimSpace(text[:m[0]]), x
		}
	}
	return text, unit{}
}

// footnoteUnits reads notes that give the unit of marked rows: "(*) Chiếc, triệu USD".
func (b *block) footnoteUnits(u units) map[string][]unit {
	found := map[string][]unit{}
	for _, note := range b.notes {
		i := 0
		for i < len(note) && strings.ContainsRune("(*)0123456789", rune(note[i])) {
			i++
		}
		mark := strings.Trim(note[:i], "()")
		if mark == "" {
			continue
		}
		var list []unit
		for part := range strings.FieldsFuncSeq(note[i:], func(r rune) bool { return r == ',' || r == ';' }) {
			if x, ok := u.parse(part); ok && x.known {
				list = append(list, x)
			} else {
				list = nil
				break
			}
		}
		if len(list) > 0 {
			found[mark] = list
		}
	}
	return found
}

// clean takes dashes, marks and a closing colon off a label.
func clean(label string) string {
	label = dashed.ReplaceAllString(strings.TrimSpace(label), "")
	label = labelMark.ReplaceAllString(label, "")
	return vi.Repair(strings.TrimRight(label, " :"))
}

var (
	ofWhichWords = keys("trong đó", "chia ra", "bao gồm", "gồm", "tđ", "of which")
	totalWords   = keys("tổng số", "tổng cộng", "toàn ngành", "cả nước", "toàn quốc", "toàn tỉnh", "toàn thành phố",
		"chỉ số chung", "tổng trị giá", "tổng mức", "chung", "total", "chỉ số giá tiêu dùng", "tổng sản phẩm")
	growthWords    = keys("lạm phát", "tốc độ tăng", "tỷ lệ tăng", "mức tăng", "tăng trưởng")
	breakdownWords = keys("phân theo")
	periodWords    = keys("tháng", "năm")
)

func isTrong(label string) bool {
	return slices.Contains(ofWhichWords, strings.TrimRight(words(label), " :"))
}

func isBreakdown(label string) bool { return hasPrefix(words(label), breakdownWords) }

func hasPrefix(key string, list []string) bool {
	return slices.ContainsFunc(list, func(w string) bool { return strings.HasPrefix(key, w) })
}

func isCapitals(s string) bool {
	letters := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters > 2
}

func startsLower(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(r)
}
