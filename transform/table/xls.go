package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"nhip"
	"nhip/transform/vi"
)

// xlsBook is what a workbook of BIFF5 or BIFF8 says once for all sheets.
type xlsBook struct {
	stream  []byte
	biff8   bool
	sheets  []xlsSheet
	strings []string
	fonts   []xlsFont
	formats map[int]string
	styles  []xlsStyle
	lost    int // strings that are cut off
}

type xlsSheet struct {
	name   string
	at     int
	hidden bool
	cells  bool // not a chart or a macro sheet
}

type xlsFont struct {
	name         string
	bold, italic bool
}

// xlsStyle is an XF record.
type xlsStyle struct {
	font, format  int
	align, indent int
}

var errPassword = errors.New("the workbook is protected by a password; ask the publisher for an open one")

// readXLS turns each sheet of an .xls workbook into a grid. A broken sheet is an issue,
// the others are read.
func readXLS(p *nhip.Page) (d document, err error) {
	file, err := openCompound(p.Body)
	if err != nil {
		return d, fmt.Errorf("open workbook: %w", err)
	}
	if _, locked, _ := file.stream("EncryptedPackage"); locked {
		return d, errPassword
	}
	var b xlsBook
	found := false
	for _, name := range []string{"Workbook", "Book"} {
		data, ok, err := file.stream(name)
		if !ok {
			continue
		}
		found = true
		if err != nil {
			d.issues = append(d.issues, issue("%v; %d bytes of the workbook are read", err, len(data)))
		}
		b.stream = data
		break
	}
	if !found {
		return d, errors.New("open workbook: a compound file without a workbook in it")
	}
	if err := b.globals(); err != nil {
		return d, err
	}
	for _, s := range b.sheets {
		if !s.cells {
			continue
		}
		g, issues, err := b.sheet(s)
		d.issues = append(d.issues, issues...)
		if err != nil {
			d.issues = append(d.issues, issue("sheet %q: %v", s.name, err))
			continue
		}
		g.trim()
		d.grids = append(d.grids, g)
		for r := range g.rows {
			if line := g.line(r); line != "" {
				d.lines = append(d.lines, line)
			}
		}
	}
	if b.lost > 0 {
		d.issues = append(d.issues, issue("%d strings of the workbook are cut off", b.lost))
	}
	return d, nil
}

// globals reads the records before the first sheet.
func (b *xlsBook) globals() error {
	b.formats = map[int]string{}
	for at := 0; ; {
		r, ok := recordAt(b.stream, at)
		if !ok {
			if len(b.sheets) == 0 {
				return errTruncated
			}
			return nil
		}
		x := r.data()
		switch r.id {
		case recBOF:
			b.biff8 = le16(x, 0) == 0x0600
		case recFilePass:
			return errPassword
		case recBoundSheet:
			b.boundSheet(x)
		case recFont:
			b.fonts = append(b.fonts, b.font(x))
			if len(b.fonts) == 4 { // there is no font 4
				b.fonts = append(b.fonts, xlsFont{})
			}
		case recFormat:
			if b.biff8 {
				b.formats[le16(x, 0)] = b.unicode(x, 2, 2)
			} else if len(x) > 3 {
				b.formats[le16(x, 0)] = plainString(x[3:min(len(x), 3+int(x[2]))])
			}
		case recXF:
			s := xlsStyle{font: le16(x, 0), format: le16(x, 2), align: le16(x, 6) & 7}
			if b.biff8 {
				s.indent = le16(x, 8) & 15
			}
			b.styles = append(b.styles, s)
		case recSST:
			b.sharedStrings(r.parts)
		case recEOF:
			return nil
		}
		at = r.next
	}
}

func (b *xlsBook) boundSheet(x []byte) {
	if len(x) < 7 {
		return
	}
	s := xlsSheet{at: int(le32(x, 0)), hidden: x[4]&3 != 0, cells: x[5] == 0}
	if b.biff8 {
		s.name = b.unicode(x, 6, 1)
	} else {
		s.name = plainString(x[7:min(len(x), 7+int(x[6]))])
	}
	s.name = vi.Repair(s.name)
	b.sheets = append(b.sheets, s)
}

func (b *xlsBook) font(x []byte) xlsFont {
	f := xlsFont{bold: le16(x, 6) >= 600, italic: le16(x, 2)&2 != 0}
	switch {
	case len(x) < 15:
	case b.biff8:
		f.name = b.unicode(x, 14, 1)
	default:
		f.name = plainString(x[15:min(len(x), 15+int(x[14]))])
	}
	return f
}

// unicode reads a string of BIFF8 whose length is in width bytes at an offset.
func (b *xlsBook) unicode(x []byte, at, width int) string {
	if at+width >= len(x) {
		return ""
	}
	n := int(x[at])
	if width == 2 {
		n = le16(x, at)
	}
	s := biffStrings{parts: [][]byte{x}, at: at + width}
	return s.unicode(n)
}

func (b *xlsBook) sharedStrings(parts [][]byte) {
	s := biffStrings{parts: parts}
	s.take(4)
	n := le32(s.take(4), 0)
	for range n {
		if s.i >= len(parts) || s.short {
			b.lost++
			return
		}
		length := le16(s.take(2), 0)
		b.strings = append(b.strings, s.unicode(length))
	}
}

// xlsCells fills a grid from the records of a sheet.
type xlsCells struct {
	b       *xlsBook
	g       *grid
	formula [2]int // the place of a formula whose text comes in the next record
	style   int
	pending bool
	merges  [][4]int
	across  map[[2]int]bool // empty cells centred across a selection
	lost    int
	noValue int // formulas without a cached value
}

func (b *xlsBook) sheet(s xlsSheet) (g *grid, issues []nhip.Issue, err error) {
	g = newGrid(s.name, func(r, c int) string {
		name, err := excelize.CoordinatesToCellName(c+1, r+1)
		if err != nil {
			return s.name
		}
		return s.name + "!" + name
	})
	g.Hidden = s.hidden
	w := xlsCells{b: b, g: g, across: map[[2]int]bool{}}
	rows, cols := map[int]bool{}, map[int]bool{}
	depth := 0
	at := s.at
	for {
		r, ok := recordAt(b.stream, at)
		if !ok {
			issues = append(issues, issue("sheet %q ends before its last record; what stands before is read", s.name))
			break
		}
		at = r.next
		x := r.data()
		switch r.id {
		case recBOF:
			depth++ // a chart within the sheet has its own
			continue
		case recEOF:
			depth--
		case recRow:
			if len(x) >= 16 && x[12]&0x20 != 0 {
				rows[le16(x, 0)] = true
			}
		case recColInfo:
			if le16(x, 8)&1 != 0 {
				for c := le16(x, 0); c <= min(le16(x, 2), maxCols); c++ {
					cols[c] = true
				}
			}
		}
		if depth <= 0 {
			break
		}
		if depth == 1 {
			if err := w.record(r); err != nil {
				return nil, issues, err
			}
		}
	}
	w.spans()
	for r := range g.rows {
		g.hiddenRow[r] = rows[r]
	}
	for c := range g.cols {
		g.hiddenCol[c] = cols[c]
	}
	if w.lost > 0 {
		issues = append(issues, issue("sheet %q: %d cells point to strings the workbook does not have", s.name, w.lost))
	}
	if w.noValue > 0 {
		issues = append(issues, issue("sheet %q: %d formulas have no stored value; they are empty", s.name, w.noValue))
	}
	return g, issues, nil
}

// record reads one record of a sheet.
func (w *xlsCells) record(r biffRecord) error {
	x := r.data()
	row, col, style := le16(x, 0), le16(x, 2), le16(x, 4)
	switch r.id {
	case recLabelSST:
		i := int(le32(x, 6))
		if i >= len(w.b.strings) {
			w.lost++
			return nil
		}
		return w.text(row, col, style, w.b.strings[i])
	case recLabel, recRString:
		if w.b.biff8 {
			s := biffStrings{parts: r.parts, at: min(8, len(x))}
			return w.text(row, col, style, s.unicode(le16(x, 6)))
		}
		if len(x) > 8 {
			return w.text(row, col, style, plainString(x[8:min(len(x), 8+le16(x, 6))]))
		}
	case recNumber:
		return w.number(row, col, style, float(x, 6))
	case recRK:
		return w.number(row, col, style, rk(le32(x, 6)))
	case recMulRK:
		for i := 4; i+6 <= len(x)-2; i += 6 {
			if err := w.number(row, col+(i-4)/6, le16(x, i), rk(le32(x, i+2))); err != nil {
				return err
			}
		}
	case recFormula:
		return w.cached(row, col, style, x)
	case recString:
		if w.pending {
			w.pending = false
			s := biffStrings{parts: r.parts, at: min(2, len(x))}
			text := ""
			if w.b.biff8 {
				text = s.unicode(le16(x, 0))
			} else if len(x) > 2 {
				text = plainString(x[2:min(len(x), 2+le16(x, 0))])
			}
			return w.text(w.formula[0], w.formula[1], w.style, text)
		}
	case recMerged:
		for i := 2; i+8 <= len(x); i += 8 {
			w.merges = append(w.merges, [4]int{le16(x, i), le16(x, i+2), le16(x, i+4), le16(x, i+6)})
		}
	case 0x0201, 0x00BE: // BLANK, MULBLANK
		w.blank(r.id, x)
	}
	return nil
}

// blank remembers empty cells that are centred across a selection: the words to the
// left stand over them.
func (w *xlsCells) blank(id uint16, x []byte) {
	row, col := le16(x, 0), le16(x, 2)
	if id == 0x0201 {
		if w.styleOf(le16(x, 4)).align == 6 {
			w.across[[2]int{row, col}] = true
		}
		return
	}
	for i := 4; i+2 <= len(x)-2; i += 2 {
		if w.styleOf(le16(x, i)).align == 6 {
			w.across[[2]int{row, col + (i-4)/2}] = true
		}
	}
}

// cached reads the stored value of a formula.
func (w *xlsCells) cached(row, col, style int, x []byte) error {
	w.pending = false
	if len(x) < 14 {
		w.noValue++
		return nil
	}
	if binary.LittleEndian.Uint16(x[12:]) != 0xFFFF {
		return w.number(row, col, style, float(x, 6))
	}
	switch x[6] {
	case 0: // a text, in the next record
		w.formula, w.style, w.pending = [2]int{row, col}, style, true
	case 3: // an empty text
	default: // true, false or an error: nothing to read
		w.noValue++
	}
	return nil
}

func (w *xlsCells) styleOf(i int) xlsStyle {
	if i < len(w.b.styles) {
		return w.b.styles[i]
	}
	return xlsStyle{}
}

func (w *xlsCells) newCell(row, col, style int) (*cell, string) {
	s := w.styleOf(style)
	x := &cell{row: row, col: col, rows: 1, cols: 1, indent: s.indent}
	switch s.align {
	case 1:
		x.align = "left"
	case 2:
		x.align = "center"
	case 3:
		x.align = "right"
	case 6:
		x.align = "centerContinuous"
	}
	font := ""
	if s.font < len(w.b.fonts) {
		f := w.b.fonts[s.font]
		x.bold, x.italic, font = f.bold, f.italic, f.name
	}
	return x, font
}

func (w *xlsCells) text(row, col, style int, text string) error {
	if col >= maxCols || row >= maxRows || strings.TrimSpace(text) == "" {
		return nil
	}
	x, font := w.newCell(row, col, style)
	text = decodeCell(text, font)
	x.indent += (len(text) - len(strings.TrimLeft(text, " \u00a0"))) / 2
	if x.text = repairLines(text); x.text == "" {
		return nil
	}
	return w.g.put(x)
}

func (w *xlsCells) number(row, col, style int, v float64) error {
	if col >= maxCols || row >= maxRows || math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	x, _ := w.newCell(row, col, style)
	text, isNumber := formatNumber(v, w.b.formatString(w.styleOf(style).format))
	if x.text = text; isNumber {
		x.stored = strconv.FormatFloat(v, 'g', -1, 64)
	}
	if x.text == "" {
		return nil
	}
	return w.g.put(x)
}

// spans gives merged cells and cells centred across a selection their span.
func (w *xlsCells) spans() {
	s := sheetReader{g: w.g}
	for _, m := range w.merges {
		x := w.g.at(m[0], m[2])
		if x == nil || x.row != m[0] || x.col != m[2] || x.rows > 1 || x.cols > 1 {
			continue
		}
		s.extend(x, min(m[1]-m[0]+1, w.g.rows-x.row), min(m[3]-m[2]+1, w.g.cols-x.col))
	}
	for r := range w.g.rows {
		for c := range w.g.cols {
			x := w.g.at(r, c)
			if x == nil || x.align != "centerContinuous" || x.row != r || x.col != c || x.cols > 1 {
				continue
			}
			n := 1
			for c+n < w.g.cols && w.g.at(r, c+n) == nil && w.across[[2]int{r, c + n}] {
				n++
			}
			if n > 1 {
				s.extend(x, 1, n)
			}
		}
	}
}

// builtinFormats are the number formats files do not spell out.
var builtinFormats = map[int]string{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "#,##0", 6: "#,##0", 7: "#,##0.00", 8: "#,##0.00", 9: "0%", 10: "0.00%",
	14: "d/m/yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm", 19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss", 22: "d/m/yy h:mm",
	37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss", 46: "h:mm:ss", 47: "mm:ss"}

func (b *xlsBook) formatString(i int) string {
	if f, ok := b.formats[i]; ok {
		return f
	}
	return builtinFormats[i]
}

var (
	formatAside = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]]*\]`)
	formatDate  = regexp.MustCompile(`(?i)[ymdhs]`)
)

// formatNumber returns a number as the format shows it, with a point before the
// decimals. isNumber is false for days, which are written year first.
func formatNumber(v float64, format string) (text string, isNumber bool) {
	section := format
	if parts := strings.Split(format, ";"); len(parts) > 1 {
		section = parts[0]
	}
	section = formatAside.ReplaceAllString(section, "")
	general := section == "" || strings.EqualFold(section, "General") || section == "@"
	switch {
	case general:
		return strconv.FormatFloat(roundDigits(v), 'f', -1, 64), true
	case formatDate.MatchString(section):
		t, err := excelize.ExcelDateToTime(v, false)
		if err != nil || v < 1 {
			return "", false
		}
		return t.Format("2/1/2006"), false
	}
	percent := strings.Contains(section, "%")
	if percent {
		v *= 100
	}
	digits := strings.Trim(section, " %+-()$")
	decimals := 0
	if i := strings.LastIndexByte(digits, '.'); i >= 0 {
		decimals = strings.Count(digits[i:], "0") + strings.Count(digits[i:], "#")
	}
	for strings.HasSuffix(digits, ",") { // shown in thousands
		digits = strings.TrimSuffix(digits, ",")
		v /= 1000
	}
	if !strings.ContainsAny(digits, "0#?") {
		return "", false
	}
	text = strconv.FormatFloat(v, 'f', min(decimals, 15), 64)
	if percent {
		text += "%"
	}
	return text, true
}

// roundDigits rounds to the eleven digits a cell without a format shows.
func roundDigits(v float64) float64 {
	x, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 11, 64), 64)
	if err != nil {
		return v
	}
	return x
}
