package table

import "testing"

// Spans laid over one another cost no more than the places of a few sheets.
func TestSpansAreBounded(t *testing.T) {
	g := newGrid("s", func(int, int) string { return "" })
	for r := range 600 {
		for c := range 600 {
			if err := g.put(&cell{row: r, col: c, rows: 1, cols: 1, text: "1"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := sheetReader{g: g}
	for _, x := range g.cells {
		s.extend(x, 600-x.row, 600-x.col)
	}
	if s.covered > 4*maxCells+maxSpan*maxSpan {
		t.Errorf("spans cover %d places", s.covered)
	}
}
