package table

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"nhip"
)

// The caps on a workbook: what it may unpack to, and how many rows of a sheet are
// read.
const (
	maxUnpacked = 200 << 20
	maxRows     = 20_000
)

// readWorkbook turns each sheet into a grid. A broken sheet is an issue, the others are
// read.
func readWorkbook(p *nhip.Page) (document, error) {
	var d document
	f, err := excelize.OpenReader(bytes.NewReader(p.Body), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil {
		return d, fmt.Errorf("open workbook: %w", err)
	}
	defer func() { _ = f.Close() }() // it only removes temporary files
	for _, sheet := range f.GetSheetList() {
		g, noValue, err := readSheet(f, sheet)
		if err != nil {
			d.issues = append(d.issues, nhip.Issue{Field: "table", Reason: fmt.Sprintf("sheet %q: %v", sheet, err)})
			continue
		}
		if noValue > 0 {
			d.issues = append(d.issues, issue("sheet %q: %d formulas have no stored value; they are empty", sheet, noValue))
		}
		g.trim()
		d.grids = append(d.grids, g)
		for r := range g.rows {
			if line := g.line(r); line != "" {
				d.lines = append(d.lines, line)
			}
		}
	}
	return d, nil
}

// sheetReader fills a grid from a sheet; styles are looked up once each.
type sheetReader struct {
	f      *excelize.File
	sheet  string
	g      *grid
	styles map[int]*excelize.Style

	noValue int // formulas without a stored value
	covered int // places that spans were laid over
}

func readSheet(f *excelize.File, sheet string) (g *grid, noValue int, err error) {
	defer func() { // a library must not take the run down with a foreign file
		if p := recover(); p != nil {
			err = fmt.Errorf("the workbook library failed on it: %v", p)
		}
	}()
	g = newGrid(sheet, func(r, c int) string {
		name, err := excelize.CoordinatesToCellName(c+1, r+1)
		if err != nil {
			return sheet
		}
		return sheet + "!" + name
	})
	if visible, err := f.GetSheetVisible(sheet); err == nil {
		g.Hidden = !visible
	}
	s := sheetReader{f: f, sheet: sheet, g: g, styles: map[int]*excelize.Style{}}
	if err := s.cells(); err != nil {
		return nil, 0, err
	}
	if err := s.merges(); err != nil {
		return nil, 0, err
	}
	s.acrossSelection()
	s.visibility()
	return g, s.noValue, nil
}

// cells reads the values as displayed and as stored, both by streaming over the rows.
func (s *sheetReader) cells() error {
	shown, err := s.f.Rows(s.sheet)
	if err != nil {
		return err
	}
	defer func() { _ = shown.Close() }()
	stored, err := s.f.Rows(s.sheet)
	if err != nil {
		return err
	}
	defer func() { _ = stored.Close() }()
	for r := 0; shown.Next() && stored.Next() && r < maxRows; r++ {
		texts, err := shown.Columns()
		if err != nil {
			return err
		}
		values, err := stored.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return err
		}
		for c, text := range texts {
			if c >= maxCols {
				break
			}
			if strings.TrimSpace(text) == "" {
				if s.isFormula(r, c) {
					s.noValue++
				}
				continue
			}
			value := ""
			if c < len(values) {
				value = values[c]
			}
			if err := s.cell(r, c, text, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sheetReader) isFormula(r, c int) bool {
	name, err := excelize.CoordinatesToCellName(c+1, r+1)
	if err != nil {
		return false
	}
	formula, err := s.f.GetCellFormula(s.sheet, name)
	return err == nil && formula != ""
}

// cell reads one cell with text.
func (s *sheetReader) cell(r, c int, text, stored string) error {
	x := &cell{row: r, col: c, rows: 1, cols: 1}
	style := s.style(r, c)
	font := ""
	if style != nil {
		if style.Font != nil {
			x.bold, x.italic, font = style.Font.Bold, style.Font.Italic, style.Font.Family
		}
		if style.Alignment != nil {
			x.indent, x.align = style.Alignment.Indent, style.Alignment.Horizontal
		}
	}
	if _, err := strconv.ParseFloat(stored, 64); err == nil {
		x.stored = stored
	}
	if x.stored == "" {
		text = decodeCell(text, font)
		x.indent += (len(text) - len(strings.TrimLeft(text, " \u00a0"))) / 2
	}
	x.text = repairLines(text)
	if x.stored != "" && !isNumber(x.text) { // a date, or a format with words in it
		x.stored = ""
	}
	if x.text == "" {
		return nil
	}
	return s.g.put(x)
}

func (s *sheetReader) style(r, c int) *excelize.Style {
	name, err := excelize.CoordinatesToCellName(c+1, r+1)
	if err != nil {
		return nil
	}
	id, err := s.f.GetCellStyle(s.sheet, name)
	if err != nil {
		return nil
	}
	if st, ok := s.styles[id]; ok {
		return st
	}
	st, err := s.f.GetStyle(id)
	if err != nil {
		st = nil
	}
	s.styles[id] = st
	return st
}

// merges gives merged cells their span.
func (s *sheetReader) merges() error {
	list, err := s.f.GetMergeCells(s.sheet)
	if err != nil {
		return err
	}
	for _, m := range list {
		c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err1 != nil || err2 != nil || r1 > s.g.rows || c1 > s.g.cols {
			continue
		}
		x := s.g.at(r1-1, c1-1)
		if x == nil || x.rows > 1 || x.cols > 1 {
			continue
		}
		s.extend(x, min(r2-r1+1, s.g.rows-x.row), min(c2-c1+1, s.g.cols-x.col))
	}
	return nil
}

// extend lets a cell cover empty places to its right and below.
func (s *sheetReader) extend(x *cell, rows, cols int) {
	if s.covered > 4*maxCells { // thousands of spans over one another: a hostile file
		return
	}
	x.rows, x.cols = clampSpan(rows), clampSpan(cols)
	s.covered += x.rows * x.cols
	for r := x.row; r < x.row+x.rows && r < s.g.rows; r++ {
		for c := x.col; c < x.col+x.cols && c < s.g.cols; c++ {
			if p := &s.g.cells[r*s.g.cols+c]; *p == nil {
				*p = x
			}
		}
	}
}

// acrossSelection lets a cell that is centred across a selection cover the empty
// cells of the selection.
func (s *sheetReader) acrossSelection() {
	for r := range s.g.rows {
		for c := 0; c < s.g.cols; c++ {
			x := s.g.at(r, c)
			if x == nil || x.align != "centerContinuous" || x.cols > 1 || x.row != r || x.col != c {
				continue
			}
			n := 1
			for c+n < s.g.cols && s.g.at(r, c+n) == nil {
				if st := s.style(r, c+n); st == nil || st.Alignment == nil || st.Alignment.Horizontal != "centerContinuous" {
					break
				}
				n++
			}
			if n > 1 {
				s.extend(x, 1, n)
			}
		}
	}
}

// visibility marks hidden rows and columns.
func (s *sheetReader) visibility() {
	for r := range s.g.rows {
		if visible, err := s.f.GetRowVisible(s.sheet, r+1); err == nil {
			s.g.hiddenRow[r] = !visible
		}
	}
	for c := range s.g.cols {
		name, err := excelize.ColumnNumberToName(c + 1)
		if err != nil {
			continue
		}
		if visible, err := s.f.GetColVisible(s.sheet, name); err == nil {
			s.g.hiddenCol[c] = !visible
		}
	}
}

// readStored reads a number of a workbook: the digits that are shown, and where they
// could be read in two ways, in the way that is nearer to the number behind them.
func readStored(text, stored string) (reading, bool) {
	value, err := strconv.ParseFloat(stored, 64)
	if err != nil {
		return reading{}, false
	}
	var best reading
	found := false
	for _, f := range []format{{decimal: '.', group: ',', negative: true}, {decimal: ',', group: '.', negative: true}} {
		v, ok := f.read(text)
		if !ok {
			continue
		}
		x := v.value.Float64()
		if v.percent { // 12,5% is stored as 0.125
			x /= 100
		}
		if !found || distance(x, value) < distance(valueOf(best), value) {
			best, found = v, true
		}
	}
	best.flags, best.full = nil, &value
	return best, found
}

func valueOf(r reading) float64 {
	if r.percent {
		return r.value.Float64() / 100
	}
	return r.value.Float64()
}

func distance(a, b float64) float64 {
	if a > b {
		return a - b
	}
	return b - a
}
