package table

import "strings"

// header returns the words over a column, top to bottom, each spanning cell once.
func (b *block) header(c int) string { return b.joinHeader(c, false) }

// borrowed is header with, above a column's own first words, those of the nearest
// column to the left: the cell of a group need not be merged.
func (b *block) borrowed(c int) string { return b.joinHeader(c, true) }

func (b *block) joinHeader(c int, borrow bool) string {
	var parts []string
	var seen *cell
	for _, r := range b.head {
		x := b.grid.at(r, c)
		switch {
		case x != nil && x.text != "":
			borrow = false
		case borrow:
			x = b.leftOf(r, c)
		}
		if x == nil || x.text == "" || x == seen || x.col < b.first && c >= b.first { // a title row may span the table
			continue
		}
		seen = x
		parts = append(parts, x.text)
	}
	return strings.Join(parts, " ")
}

// leftOf returns the nearest header cell with words to the left in the same row.
func (b *block) leftOf(r, c int) *cell {
	for k := c - 1; k >= b.first; k-- {
		if x := b.grid.at(r, k); x != nil && x.text != "" {
			return x
		}
	}
	return nil
}

// openGroup reports that the words a column would borrow ask for its own: they end
// with so với or a colon.
func (u units) openGroup(own, borrowed string) bool {
	prefix, ok := strings.CutSuffix(borrowed, own)
	if prefix = strings.TrimSpace(prefix); !ok || prefix == "" {
		return false
	}
	tokens := u.scan(prefix)
	for len(tokens) > 0 && tokens[len(tokens)-1].kind == tokenUnit {
		tokens = tokens[:len(tokens)-1]
	}
	return strings.HasSuffix(prefix, ":") || len(tokens) > 0 && tokens[len(tokens)-1].kind == tokenCompare
}
