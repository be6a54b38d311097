package table

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhip"
	"nhip/transform/vi"
)

// Tables as plain text: pages of flip-book yearbooks, where blanks align the columns, and
// texts of web tables, where every cell is a line.

// maxTextLines ends a text no page has.
const maxTextLines = 20_000

func readText(p *nhip.Page) (document, error) {
	text, _, issues := vi.Decode(p.Body, p.ContentType)
	var d document
	for _, s := range issues {
		d.issues = append(d.issues, nhip.Issue{Field: "charset", Reason: s})
	}
	d.addText(text)
	if len(d.grids) == 0 {
		d.issues = append(d.issues, issue("no table of numbers is found in the text"))
	}
	return d, nil
}

// addText adds the table of a text, if it has one.
func (d *document) addText(text string) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", "    ", "\f", "\n", "\u00a0", " ").Replace(text)
	lines := strings.SplitN(text, "\n", maxTextLines+1)
	lines = lines[:min(len(lines), maxTextLines)]
	var t textTable
	for _, l := range lines {
		if s := vi.Repair(l); s != "" {
			d.lines = append(d.lines, s)
		}
		t.lines = append(t.lines, readTextLine(l))
	}
	name := "t" + string(rune('1'+min(len(d.grids), 8)))
	var g *grid
	if t.isAligned() {
		g = t.aligned(name)
	} else {
		g = t.stacked(name)
	}
	if g != nil {
		d.grids = append(d.grids, g)
	}
}

// segment is a stretch of a line between two or more blanks.
type segment struct {
	text       string
	start, end int // letters from the left
}

type textLine struct {
	segments []segment
	values   int // segments at the end that are numbers or signs
}

func (l textLine) isEmpty() bool { return len(l.segments) == 0 }

// words returns what stands before the values.
func (l textLine) words() string {
	var parts []string
	for _, s := range l.segments[:len(l.segments)-l.values] {
		parts = append(parts, s.text)
	}
	return strings.Join(parts, " ")
}

var segmentForm = regexp.MustCompile(`\S+(?: \S+)*`)

func readTextLine(s string) textLine {
	var l textLine
	for _, loc := range segmentForm.FindAllStringIndex(s, -1) {
		text := vi.Repair(s[loc[0]:loc[1]])
		start := utf8.RuneCountInString(s[:loc[0]])
		if text != "" {
			l.segments = append(l.segments, segment{text, start, start + utf8.RuneCountInString(text)})
		}
	}
	for i := len(l.segments) - 1; i >= 0; i-- {
		if k := classify(l.segments[i].text); k == classText || k == classEmpty {
			break
		}
		l.values++
	}
	return l
}

// textTable is a text on its way to a grid.
type textTable struct {
	lines []textLine
}

// isAligned reports whether rows have a label and numbers on one line.
func (t *textTable) isAligned() bool {
	for _, l := range t.lines {
		if l.values > 1 && l.values < len(l.segments) {
			return true
		}
	}
	return false
}

// pageMark matches the running heads and page numbers of a book.
var pageMark = regexp.MustCompile(`(?i)^(?:(?:page|trang|p\.)\s*\d+.*|\d{1,4})$`)

// textRow is a row for the grid: its cells by column.
type textRow map[int]string

// gridOf makes rows a grid.
func gridOf(name string, rows []textRow) *grid {
	g := newGrid(name, func(r, c int) string { return name + "r" + strconv.Itoa(r+1) + "c" + strconv.Itoa(c+1) })
	for r, row := range rows {
		for _, c := range slices.Sorted(maps.Keys(row)) {
			if row[c] == "" {
				continue
			}
			if g.put(&cell{row: r, col: c, rows: 1, cols: 1, text: row[c]}) != nil {
				return nil
			}
		}
	}
	g.trim()
	return g
}

// aligned reads a table whose columns stand below each other. A row with as many
// values as there are columns fills them in order, because a long label moves them to
// the right; others fill the nearest.
func (t *textTable) aligned(name string) *grid {
	columns, first := t.columns()
	if len(columns) == 0 {
		return nil
	}
	rows := t.head(columns, first)
	var pending []string
	for _, l := range t.lines[first:] {
		switch {
		case l.isEmpty():
			if len(pending) > 0 { // a heading, or the first half of a label
				pending = append(pending, "")
			}
			continue
		case l.values == 0:
			pending = append(pending, l.words())
			continue
		case l.values == len(l.segments) && len(pending) == 0:
			continue // a page number, or the numbers of columns
		}
		labels := textLabels(append(pending, l.words()))
		pending = nil
		for _, heading := range labels[:len(labels)-1] {
			rows = append(rows, textRow{0: heading})
		}
		row := textRow{0: labels[len(labels)-1]}
		values := l.segments[len(l.segments)-l.values:]
		for i, v := range values {
			c := i
			if len(values) != len(columns) {
				c = nearest(columns, v)
			}
			if row[c+1] == "" {
				row[c+1] = v.text
			}
		}
		rows = append(rows, row)
	}
	for _, s := range pending { // notes
		if s != "" && !pageMark.MatchString(s) {
			rows = append(rows, textRow{0: s})
		}
	}
	return gridOf(name, rows)
}

// columns returns where the columns of numbers stand, and the first row with numbers
// beside words.
func (t *textTable) columns() (columns []segment, first int) {
	counts := map[int]int{}
	first = -1
	for i, l := range t.lines {
		if l.values == 0 || l.values == len(l.segments) || isHeaderLine(l) {
			continue
		}
		counts[l.values]++
		if first < 0 {
			first = i
		}
	}
	n := 0
	for k, c := range counts {
		if c > counts[n] || c == counts[n] && k > n {
			n = k
		}
	}
	if n == 0 {
		return nil, 0
	}
	for _, l := range t.lines[first:] {
		if l.values != n {
			continue
		}
		values := l.segments[len(l.segments)-n:]
		if columns == nil {
			columns = slices.Clone(values)
			continue
		}
		for i, v := range values { // the narrowest label leaves the columns where they belong
			columns[i].start, columns[i].end = min(columns[i].start, v.start), min(columns[i].end, v.end)
		}
	}
	return columns, first
}

// isHeaderLine reports a line whose values are all years.
func isHeaderLine(l textLine) bool {
	for _, s := range l.segments[len(l.segments)-l.values:] {
		if classify(s.text) != classYear {
			return false
		}
	}
	return true
}

// head reads what stands above the first numbers: titles, the unit, the header.
func (t *textTable) head(columns []segment, first int) []textRow {
	var rows []textRow
	left := columns[0].start - (columns[0].end-columns[0].start)/2 - 4
	hasVietnamese := false
	for _, l := range t.lines[:first] {
		if l.isEmpty() {
			continue
		}
		s := l.segments[0]
		whole := joinSegments(l.segments)
		switch {
		case pageMark.MatchString(whole) && len(l.segments) == 1 && classify(s.text) != classYear:
		case isCaption(whole):
			rows = append(rows, textRow{0: whole})
		case len(l.segments) == 1 && s.start < left && s.end > s.start+20: // a title
			if isForeign(whole) && hasVietnamese {
				continue
			}
			hasVietnamese = hasVietnamese || !isForeign(whole)
			rows = append(rows, textRow{0: whole})
		default:
			row := textRow{}
			for _, s := range l.segments {
				c := 0
				if s.end > left {
					c = nearest(columns, s) + 1
				}
				row[c] = strings.TrimSpace(row[c] + " " + s.text)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

func joinSegments(list []segment) string {
	var parts []string
	for _, s := range list {
		parts = append(parts, s.text)
	}
	return strings.Join(parts, " ")
}

// nearest returns the column whose middle is nearest to that of a segment.
func nearest(columns []segment, s segment) int {
	best, least := 0, 1<<30
	for i, c := range columns {
		if d := max(c.start+c.end-s.start-s.end, s.start+s.end-c.start-c.end); d < least {
			best, least = i, d
		}
	}
	return best
}

// stacked reads a table whose cells are paragraphs: the header's, then each label with
// its numbers. The most frequent number of values behind a label is that of the columns.
func (t *textTable) stacked(name string) *grid {
	var cells []string
	isNumber := func(i int) bool {
		k := classify(cells[i])
		return k == classNumber || k == classSymbol
	}
	open := false
	for _, l := range t.lines {
		text := joinSegments(l.segments)
		switch {
		case l.isEmpty():
			open = false
			continue
		case open && classify(text) == classText && classify(cells[len(cells)-1]) == classText:
			cells[len(cells)-1] += "\n" + text
		default:
			cells = append(cells, text)
		}
		open = true
	}
	counts := map[int]int{}
	first, run := -1, 0
	for i := range cells {
		if isNumber(i) {
			if run == 0 && first < 0 {
				first = i
			}
			run++
			continue
		}
		counts[run]++
		run = 0
	}
	counts[run]++
	n := 0
	for k, c := range counts {
		if k > 0 && (n == 0 || c > counts[n] || c == counts[n] && k > n) {
			n = k
		}
	}
	if n == 0 || first < n+1 {
		return nil
	}
	var rows []textRow
	hasVietnamese := false
	for _, s := range cells[:first-1-n] {
		for line := range strings.SplitSeq(s, "\n") {
			if pageMark.MatchString(line) || isForeign(line) && hasVietnamese && !isCaption(line) {
				continue
			}
			hasVietnamese = hasVietnamese || !isForeign(line)
			rows = append(rows, textRow{0: line})
		}
	}
	header := textRow{}
	for i, s := range cells[first-1-n : first-1] {
		header[i+1] = strings.ReplaceAll(s, "\n", " ")
	}
	rows = append(rows, header)
	for i := first - 1; i < len(cells); {
		labels := textLabels(strings.Split(cells[i], "\n"))
		for _, heading := range labels[:len(labels)-1] {
			rows = append(rows, textRow{0: heading})
		}
		row := textRow{0: labels[len(labels)-1]}
		i++
		for c := 1; i < len(cells) && isNumber(i); c, i = c+1, i+1 {
			if c <= n {
				row[c] = cells[i]
			}
		}
		rows = append(rows, row)
	}
	return gridOf(name, rows)
}

var languageCut = regexp.MustCompile(`\s+[-–]\s*|\s*[-–]\s+`)

// textLabels joins the lines of labels: Vietnamese lines go on with each other, foreign
// ones translate them, and Vietnamese behind foreign begins another label, so that all but
// the last are headings. An empty line ends a label. There is always at least one.
func textLabels(lines []string) []string {
	var labels []string
	label, foreign := "", false
	flush := func() {
		if label != "" {
			labels = append(labels, label)
		}
		label, foreign = "", false
	}
	for _, line := range lines {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			flush()
			continue
		case isForeign(line):
			if label == "" {
				label = line
			}
			foreign = true
			continue
		case foreign:
			flush()
		}
		own, translated := splitLanguages(line)
		label = strings.TrimSpace(label + " " + own)
		foreign = translated
	}
	flush()
	if len(labels) == 0 {
		return []string{strings.Join(lines, " ")}
	}
	return labels
}

// splitLanguages takes a translation behind a dash off a Vietnamese label.
func splitLanguages(line string) (own string, translated bool) {
	for _, loc := range languageCut.FindAllStringIndex(line, -1) {
		if loc[0] > 0 && isForeign(line[loc[1]:]) && !isForeign(line[:loc[0]]) {
			return strings.TrimSpace(line[:loc[0]]), true
		}
	}
	return line, false
}

// isForeign reports words without any Vietnamese letter of which one is no Vietnamese
// syllable.
func isForeign(s string) bool {
	letters := false
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if vi.Fold(w) != strings.ToLower(w) {
			return false
		}
		letters = true
	}
	if !letters {
		return false
	}
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len(w) > 1 && !vi.IsSyllable(w) {
			return true
		}
	}
	return false
}
