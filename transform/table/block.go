package table

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhip/transform/vi"
)

// rowKind is the part a row plays.
type rowKind uint8

const (
	rowEmpty  rowKind = iota
	rowLabel          // words in the label columns only
	rowHeader         // words over the data columns, no numbers
	rowData           // numbers
)

// block is one table of a grid: a title, a unit, a header and a body.
type block struct {
	grid     *grid
	titles   []string
	captions []string // unit words above the header or at its right
	head     []int    // rows of the header
	body     []int    // rows from the first below the header to the last
	notes    []string
	data     []int // data columns
	strays   []int // columns with numbers and without a header
	stub     []int // label columns
	unitCol  int   // -1 for none
	first    int   // the first data column
	kinds    []rowKind
	problem  string
	before   *block   // the block this one continues
	columns  []column // once they are understood
}

// continuation matches "5. (Tiếp theo) ...", the title of a block that goes on.
var (
	continuation = regexp.MustCompile(`(?i)\(?\s*tiếp\s+theo\s*\)?`)
	numbered     = regexp.MustCompile(`^\(?\d{1,3}\s*[.)]\s*\p{L}|^\d{1,3}\s*[.)]?\s*\(`)
	noteForm     = regexp.MustCompile(`(?i)^(?:\(?\*+\)?|\(\d\)|\d\)|ghi chú|nguồn|source|note)`)
)

// blocks finds the tables of a grid, top to bottom. A grid without a number is none.
func blocks(g *grid) []*block {
	s := splitter{g: g}
	s.measure()
	for r := 0; r < g.rows; r++ {
		s.row(r)
	}
	s.flush()
	for i, b := range s.found {
		b.complete()
		if i > 0 {
			b.inherit(s.found[i-1])
		}
	}
	return s.found
}

// splitter walks over the rows of a grid and cuts it into blocks.
type splitter struct {
	g     *grid
	found []*block
	pre   []int // rows since the last body
	cur   *block
	gap   bool // an empty row since the last row of the body
	dataX map[int]bool
}

// measure finds the columns that hold numbers in any row that has a label.
func (s *splitter) measure() {
	s.dataX = map[int]bool{}
	for r := range s.g.rows {
		if s.isData(r) {
			for c := range s.g.cols {
				if s.isNumberAt(r, c) {
					s.dataX[c] = true
				}
			}
		}
	}
}

// isNumberAt reports whether a cell of that place alone holds a number or the sign of
// a missing one.
func (s *splitter) isNumberAt(r, c int) bool {
	x := s.g.at(r, c)
	if x == nil || x.row != r || x.col != c {
		return false
	}
	k := x.kind()
	return k == classNumber || k == classYear || k == classSymbol && x.text != "x" && x.text != "c"
}

// isData reports whether a row holds numbers: at least one, not all of them years,
// and a label or a number to the left of the last one.
func (s *splitter) isData(r int) bool {
	var number, year, symbol, label, before int
	for _, x := range s.g.anchors(r) {
		if s.cur != nil && x.col >= s.cur.first && x.kind() == classText {
			before++
			continue
		}
		switch x.kind() {
		case classNumber:
			number++
		case classYear:
			year++
		case classSymbol:
			symbol++
		case classText:
			if number+year+symbol == 0 {
				label++
			} else {
				before++
			}
		}
	}
	switch {
	case number > 0 && label+before == 0 && year == 0:
		return !s.isColumnNumbers(r) && (label > 0 || s.cur != nil)
	case number > 0:
		return label > 0 && !s.isColumnNumbers(r)
	case year > 0:
		return label > 0 && s.cur != nil && before == 0
	}
	return symbol > 0 && label > 0 && s.cur != nil && before == 0
}

// isColumnNumbers reports a row "A 1 2 3" that only numbers the columns.
func (s *splitter) isColumnNumbers(r int) bool {
	want := 0
	cells := s.g.anchors(r)
	for _, x := range cells {
		t := strings.Trim(x.text, "() ")
		switch {
		case len(t) == 1 && t[0] >= 'A' && t[0] <= 'C':
		case t == string(rune('1'+want)) && want < 9, want >= 9 && len(t) == 2:
			want++
		default:
			return false
		}
	}
	return want >= 2 && want >= len(cells)-2
}

func (s *splitter) row(r int) {
	cells := s.g.anchors(r)
	switch {
	case len(cells) == 0:
		s.gap = s.cur != nil
		if s.cur == nil {
			s.pre = append(s.pre, r)
		}
	case s.isData(r):
		if s.cur == nil || len(s.pre) > 0 && s.hasHeader(s.pre) {
			s.start(r)
		}
		s.cur.body = append(s.cur.body, s.pre...)
		s.pre, s.gap = nil, false
		s.cur.body = append(s.cur.body, r)
	case s.cur == nil:
		s.pre = append(s.pre, r)
	case noteForm.MatchString(cells[0].text) && len(cells) == 1 && !numbered.MatchString(cells[0].text):
		s.cur.notes = append(s.cur.notes, oneLine(cells[0].text))
	default:
		s.pre = append(s.pre, r)
	}
}

// hasHeader reports whether rows between two bodies are the header of a new block:
// words over the data columns that are no heading of a section.
func (s *splitter) hasHeader(rows []int) bool {
	over := 0
	for _, r := range rows {
		for _, x := range s.g.anchors(r) {
			if x.col >= s.cur.first && x.kind() != classSymbol && !s.isSection(r) && !isKnownUnit(x.text) {
				over++
			}
		}
	}
	return over >= 2 || over == 1 && s.titled(rows)
}

func (s *splitter) titled(rows []int) bool {
	for _, r := range rows {
		for _, x := range s.g.anchors(r) {
			if x.col == 0 && (numbered.MatchString(x.text) || continuation.MatchString(x.text)) {
				return true
			}
		}
	}
	return false
}

// isSection reports a row with one cell over all data columns: a heading of what
// follows ("Nghìn người", "Cơ cấu - %").
func (s *splitter) isSection(r int) bool {
	cells := s.g.anchors(r)
	if len(cells) != 1 || cells[0].col < s.cur.first {
		return false
	}
	return cells[0].cols > 1
}

// start opens a block whose first body row is r.
func (s *splitter) start(r int) {
	b := &block{grid: s.g, unitCol: -1, first: s.firstData(r)}
	headTop := s.splitPre(b)
	b.head, s.pre = s.splitHead(b, headTop)
	s.cur = b
	s.found = append(s.found, b)
}

// firstData returns the leftmost column of numbers in a row that is not a running
// number before the labels.
func (s *splitter) firstData(r int) int {
	first := -1
	label := false
	for _, x := range s.g.anchors(r) {
		k := x.kind()
		if k == classText {
			label = true
		}
		if (k == classNumber || k == classYear || k == classSymbol) && (label || first >= 0) {
			first = x.col
			break
		}
	}
	if first < 0 {
		first = 1
	}
	// A total may leave the first data columns empty that other rows fill.
	for c := range first {
		if s.dataX[c] && s.isDataColumn(c, r) {
			return c
		}
	}
	return first
}

// isDataColumn reports whether a column left of the first number holds numbers to the
// right of a label in most of the rows below.
func (s *splitter) isDataColumn(c, from int) bool {
	numbers, labels := 0, 0
	for r := from; r < s.g.rows; r++ {
		x := s.g.at(r, c)
		if x == nil || x.row != r || x.col != c || x.text == "" {
			continue
		}
		if s.isNumberAt(r, c) && s.hasLabelBefore(r, c) {
			numbers++
		} else {
			labels++
		}
	}
	return numbers > labels
}

func (s *splitter) hasLabelBefore(r, c int) bool {
	for _, x := range s.g.anchors(r) {
		if x.col < c && x.kind() == classText {
			return true
		}
	}
	return false
}

// splitPre takes title and caption lines off the rows before a body and returns the
// rows that are left.
func (s *splitter) splitPre(b *block) []int {
	rows := s.pre
	first := slices.IndexFunc(rows, func(r int) bool { return s.isOver(b, r) })
	if first < 0 {
		first = len(rows)
	}
	for _, r := range rows[:first] {
		for _, x := range s.g.anchors(r) {
			b.titleOrCaption(x)
		}
	}
	return rows[first:]
}

// isOver reports a row with words over the data columns that is not a lone unit.
func (s *splitter) isOver(b *block, r int) bool {
	cells := s.g.anchors(r)
	over := 0
	for _, x := range cells {
		if x.col >= b.first {
			over++
		}
	}
	if over == 0 {
		return false
	}
	if over == 1 && len(cells) == 1 {
		x := cells[0]
		return !looksLikeUnit(x.text) || x.cols > 1 && x.col == b.first
	}
	return true
}

// looksLikeUnit reports short words that no period or comparison is in.
func looksLikeUnit(text string) bool {
	key := words(text)
	if utf8.RuneCountInString(key) > 40 {
		return false
	}
	if isIntro(key) {
		return true
	}
	for _, t := range (units{}).scan(text) {
		switch t.kind {
		case tokenWord, tokenAside, tokenUnit, tokenNoise:
		default:
			return false
		}
	}
	return true
}

func (b *block) titleOrCaption(x *cell) {
	text := oneLine(x.text)
	switch {
	case x.col >= b.first || isCaption(text):
		b.captions = append(b.captions, text)
	default:
		b.titles = append(b.titles, text)
	}
}

// isCaption reports a line that begins with the words for unit.
func isCaption(text string) bool {
	key := words(text)
	for _, w := range unitIntro {
		if rest, ok := strings.CutPrefix(key, w); ok && len(key) < 80 && (rest == "" || strings.ContainsAny(rest[:1], ":( ")) {
			return true
		}
	}
	return key == "%" || key == "(%)"
}

// splitHead divides the rows below the titles into the header and what already
// belongs to the body: headings of sections and labels without numbers.
func (s *splitter) splitHead(b *block, rows []int) (head, body []int) {
	last := -1
	for i, r := range rows {
		for _, x := range s.g.anchors(r) {
			if x.col+x.cols > b.first && x.col >= b.first || x.col < b.first && x.rows > 1 {
				last = i
			}
		}
	}
	for last > 0 && (s.isUnitSection(b, rows[last]) || s.isUnitHeading(b, rows[last])) {
		last--
	}
	head = rows[:last+1]
	for _, r := range rows[last+1:] {
		if len(s.g.anchors(r)) > 0 {
			body = append(body, r)
		}
	}
	return slices.DeleteFunc(slices.Clone(head), s.isColumnNumbers), slices.DeleteFunc(body, s.isColumnNumbers)
}

// isUnitSection reports a last header row that is in truth the heading of the first
// section: one cell over several data columns that is a unit.
func (s *splitter) isUnitSection(b *block, r int) bool {
	cells := s.g.anchors(r)
	return len(cells) == 0 || len(cells) == 1 && cells[0].col >= b.first && cells[0].cols > 1 && looksLikeUnit(cells[0].text)
}

// isUnitHeading reports a labelled row that prints nothing but units over the data
// columns ("A. HÀNH KHÁCH | Nghìn HK | Triệu HK.km"): it heads a section.
func (s *splitter) isUnitHeading(b *block, r int) bool {
	cells := s.g.anchors(r)
	if len(cells) < 2 || cells[0].col >= b.first {
		return false
	}
	for _, x := range cells[1:] {
		if x.col >= b.first && !isKnownUnit(x.text) {
			return false
		}
	}
	return !isIntro(words(cells[0].text)) && cells[len(cells)-1].col >= b.first
}

var generalUnits = newUnits(nil)

// isKnownUnit reports a text that is a unit whatever the catalog says.
func isKnownUnit(text string) bool {
	x, ok := generalUnits.parse(text)
	return ok && x.known
}

func (s *splitter) flush() {
	if s.cur == nil {
		return
	}
	for _, r := range s.pre { // words after the last number
		for _, x := range s.g.anchors(r) {
			s.cur.notes = append(s.cur.notes, oneLine(x.text))
		}
	}
}

// complete finds the columns once all rows are known.
func (b *block) complete() {
	s := splitter{g: b.grid, cur: b}
	b.kinds = make([]rowKind, len(b.body))
	numbers := make([]int, b.grid.cols)
	texts := make([]int, b.grid.cols)
	for i, r := range b.body {
		if !s.isData(r) {
			b.kinds[i] = rowLabel
			if len(b.grid.anchors(r)) == 0 {
				b.kinds[i] = rowEmpty
			} else if b.grid.anchors(r)[0].col >= b.first {
				b.kinds[i] = rowHeader
			}
			continue
		}
		b.kinds[i] = rowData
		for _, x := range b.grid.anchors(r) {
			if s.isNumberAt(r, x.col) {
				numbers[x.col]++
			} else {
				texts[x.col]++
			}
		}
	}
	for c := range b.grid.cols {
		switch {
		case c < b.first:
			if texts[c] > 0 || numbers[c] == 0 {
				b.stub = append(b.stub, c)
			}
		case numbers[c] == 0:
		case b.header(c) == "":
			b.strays = append(b.strays, c)
		default:
			b.data = append(b.data, c)
		}
	}
	b.findUnitColumn(texts)
	if len(b.data) == 0 {
		b.problem = "numbers without a header"
	}
}

// findUnitColumn finds the label column that holds units: its header says so, or it
// is the last one and most of its cells are ditto marks or scale words.
func (b *block) findUnitColumn(texts []int) {
	if len(b.stub) < 2 { // "Đơn vị" over the labels means offices or firms
		return
	}
	for i, c := range b.stub {
		if isIntro(words(b.header(c))) {
			b.unitCol = c
		} else if i > 0 && texts[c] > 1 && b.unitCol < 0 && b.unitShare(c) > 0.8 {
			b.unitCol = c
		}
	}
	if b.unitCol >= 0 {
		b.stub = slices.DeleteFunc(b.stub, func(c int) bool { return c == b.unitCol })
	}
}

func (b *block) unitShare(c int) float64 {
	known, all := 0, 0
	for _, r := range b.body {
		x := b.grid.at(r, c)
		if x == nil || x.row != r || x.col != c || x.text == "" {
			continue
		}
		all++
		if isDitto(x.text) || isKnownUnit(x.text) {
			known++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(known) / float64(all)
}

// isDitto reports a mark that repeats the unit above.
func isDitto(text string) bool {
	switch strings.TrimSpace(text) {
	case `"`, "''", "”", "“", "〃", "-nt-", "nt", "´´", "’’", "“”":
		return true
	}
	return false
}

// inherit gives a block that continues another what it does not print again.
func (b *block) inherit(before *block) {
	isContinued := slices.ContainsFunc(b.titles, func(t string) bool { return continuation.MatchString(t) })
	if isContinued || len(b.titles) == 0 && len(b.captions) == 0 {
		b.before = before
	}
	if len(b.titles) == 0 {
		b.titles = before.titles
	}
	if (isContinued || len(b.titles) == 0) && len(b.captions) == 0 {
		b.captions = before.captions
	}
}

// title returns the title lines as one, without number and continuation mark.
func (b *block) title() string {
	t := strings.Join(b.titles, " ")
	t = continuation.ReplaceAllString(t, "")
	t = strings.TrimSpace(t)
	if numbered.MatchString(t) {
		t = strings.TrimLeftFunc(t, func(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune("(). ", r) })
	}
	t = strings.TrimSuffix(strings.TrimSpace(t), "(*)")
	return vi.Repair(strings.Trim(t, " .:"))
}
