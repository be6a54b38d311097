package table

import (
	"fmt"
	"strings"
)

// The caps on what a foreign table may claim. A colspan of the HTML standard ends at
// 1,000; a grid over the cell cap is no table that people read.
const (
	maxSpan  = 1000
	maxCells = 400_000
	maxCols  = 1024
)

// cell is one cell of a grid with what its looks say.
type cell struct {
	row, col   int // of its upper left corner
	rows, cols int // of its span, at least 1
	text       string
	bold       bool
	italic     bool
	indent     int    // steps of about two blanks
	align      string // left, center, right or ""
	stored     string // the number behind the print, in a workbook
	hidden     bool
	class      class // of the text, once class is asked for
	classified bool
}

// kind returns the class of the cell's text.
func (x *cell) kind() class {
	if !x.classified {
		x.class, x.classified = classify(x.text), true
	}
	return x.class
}

// grid is a table as a rectangle of cells. A cell that spans stands in every place it
// covers. Text is repaired; line breaks within a cell are kept as "\n".
type grid struct {
	Name       string // of the sheet, or "t1" for the first table of a page
	Hidden     bool   // the sheet as a whole is hidden
	rows, cols int
	cells      []*cell
	hiddenRow  []bool
	hiddenCol  []bool
	above      []string // lines of text between the previous table and this one
	below      []string // lines after it
	ref        func(row, col int) string
}

// newGrid returns an empty grid; ref names a cell for people.
func newGrid(name string, ref func(row, col int) string) *grid {
	return &grid{Name: name, ref: ref}
}

// resize makes room for rows × cols places.
func (g *grid) resize(rows, cols int) error {
	if rows <= g.rows && cols <= g.cols {
		return nil
	}
	rows, cols = max(rows, g.rows), max(cols, g.cols)
	if cols > maxCols || rows*cols > maxCells {
		return fmt.Errorf("%s: %d rows by %d columns is more than a table people read (at most %d columns and %d cells)",
			g.Name, rows, cols, maxCols, maxCells)
	}
	if cols == g.cols {
		g.cells = append(g.cells, make([]*cell, (rows-g.rows)*cols)...)
	} else {
		grown := make([]*cell, rows*cols)
		for r := range g.rows {
			copy(grown[r*cols:], g.cells[r*g.cols:(r+1)*g.cols])
		}
		g.cells = grown
	}
	g.rows, g.cols = rows, cols
	for len(g.hiddenRow) < rows {
		g.hiddenRow = append(g.hiddenRow, false)
	}
	for len(g.hiddenCol) < cols {
		g.hiddenCol = append(g.hiddenCol, false)
	}
	return nil
}

// put places c with its span; on overlap the cell that came first keeps the place.
func (g *grid) put(c *cell) error {
	c.rows, c.cols = clampSpan(c.rows), clampSpan(c.cols)
	if err := g.resize(c.row+c.rows, c.col+c.cols); err != nil {
		return err
	}
	for r := c.row; r < c.row+c.rows; r++ {
		for k := c.col; k < c.col+c.cols; k++ {
			if p := &g.cells[r*g.cols+k]; *p == nil {
				*p = c
			}
		}
	}
	return nil
}

func clampSpan(n int) int { return min(max(n, 1), maxSpan) }

// at returns the cell that covers a place, nil where there is none.
func (g *grid) at(row, col int) *cell {
	if row < 0 || col < 0 || row >= g.rows || col >= g.cols {
		return nil
	}
	return g.cells[row*g.cols+col]
}

// text returns the text of the cell that covers a place.
func (g *grid) text(row, col int) string {
	if c := g.at(row, col); c != nil {
		return c.text
	}
	return ""
}

// isHidden reports whether a place is in a hidden row, column, cell or sheet.
func (g *grid) isHidden(row, col int) bool {
	c := g.at(row, col)
	return g.Hidden || g.hiddenRow[row] || g.hiddenCol[col] || c != nil && c.hidden
}

// line returns the texts of a row, each cell once, as people would read it aloud.
func (g *grid) line(row int) string {
	var parts []string
	for _, c := range g.anchors(row) {
		parts = append(parts, oneLine(c.text))
	}
	return strings.Join(parts, " | ")
}

// anchors returns the cells with text that begin in a row, left to right.
func (g *grid) anchors(row int) []*cell {
	var cells []*cell
	for col := range g.cols {
		if c := g.at(row, col); c != nil && c.row == row && c.col == col && c.text != "" {
			cells = append(cells, c)
		}
	}
	return cells
}

// trim drops trailing rows and columns without text, which spreadsheets have by the
// thousand.
func (g *grid) trim() {
	lastRow, lastCol := -1, -1
	for r := range g.rows {
		for c := range g.cols {
			if x := g.cells[r*g.cols+c]; x != nil && x.text != "" && x.row == r && x.col == c {
				lastRow, lastCol = max(lastRow, r), max(lastCol, c+x.cols-1)
			}
		}
	}
	rows, cols := lastRow+1, min(lastCol+1, g.cols)
	kept := make([]*cell, rows*cols)
	for r := range rows {
		copy(kept[r*cols:(r+1)*cols], g.cells[r*g.cols:r*g.cols+cols])
	}
	g.rows, g.cols, g.cells = rows, cols, kept
	g.hiddenRow, g.hiddenCol = g.hiddenRow[:rows], g.hiddenCol[:cols]
}

// oneLine joins the lines of a cell.
func oneLine(s string) string {
	if !strings.Contains(s, "\n") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}
