package table

import (
	"slices"
	"strings"

	"nhip"
)

// Words between a row and the rows below it: those of the first list begin a
// partition, after those of the second only some of the parts follow.
var (
	partitionWords = keys("chia ra", "bao gồm", "gồm", "phân theo")
	selectionWords = keys("trong đó", "tđ", "of which")
	someWords      = keys("một số", "chủ yếu")
)

// division is a row with the rows that lie directly below it in one breakdown. A second
// "Phân theo" below the same row is a second division.
type division struct {
	parent   int // index of the line
	children []int
	declared bool // said to be a partition
}

// divisions finds the breakdowns of a table.
func (t sheet) divisions() []division {
	parents := t.parents()
	var out []division
	open := map[[2]int]int{} // parent and marker -> place in out
	marker := map[int]int{}  // parent -> the marker that its next children stand under
	said := map[int]string{} // marker -> its words
	lineAt := map[int]int{}
	for i, l := range t.lines {
		lineAt[l.row] = i
	}
	pending := -1
	for k, row := range t.b.body {
		if t.b.kinds[k] == rowLabel {
			if text := t.labelOf(row); hasPrefix(text, partitionWords) || hasPrefix(text, selectionWords) {
				pending = k
				said[k] = text
			}
			continue
		}
		i, ok := lineAt[row]
		if t.b.kinds[k] != rowData || !ok {
			continue
		}
		p := parents[i]
		if text := t.labelOf(row); hasPrefix(text, selectionWords) {
			pending, said[k] = k, text
		}
		if pending >= 0 {
			marker[p], pending = pending, -1
		}
		if p < 0 {
			continue
		}
		m, marked := marker[p]
		if marked && hasPrefix(said[m], selectionWords) {
			continue
		}
		if !marked {
			m = -1
		}
		at, ok := open[[2]int{p, m}]
		if !ok {
			at = len(out)
			open[[2]int{p, m}] = at
			out = append(out, division{parent: p, declared: marked && !containsAnyKey(said[m], someWords)})
		}
		out[at].children = append(out[at].children, i)
	}
	return out
}

func containsAnyKey(key string, list []string) bool {
	return slices.ContainsFunc(list, func(w string) bool { return strings.Contains(key, w) })
}

// labelOf joins the words of the label columns of a row.
func (t sheet) labelOf(row int) string {
	var texts []string
	for _, c := range t.b.stub {
		if x := t.b.grid.at(row, c); x != nil && x.row == row && x.col == c && x.text != "" {
			texts = append(texts, x.text)
		}
	}
	return strings.TrimLeft(words(strings.Join(texts, " ")), "-–+• ")
}

// parents returns for each line the line it lies directly below, -1 for none. Rows under
// a heading without numbers such as "Phân theo ngành" divide the table's total.
func (t sheet) parents() []int {
	out := make([]int, len(t.lines))
	byPath := map[string]int{}
	total := -1
	for i, l := range t.lines {
		out[i] = -1
		if n := len(l.path) - 1; n > 0 {
			if p, ok := byPath[strings.Join(l.path[:n], "\x00")]; ok {
				out[i] = p
			} else if n == 1 && total >= 0 && isBreakdown(l.path[0]) {
				out[i] = total
			}
		}
		byPath[strings.Join(l.path, "\x00")] = i
		if total < 0 && l.total {
			total = i
		}
	}
	return out
}

// sums holds children against their parent, column by column.
//
// A place counts as broken if its rows add up in other columns, or are said to be a
// partition, and numbers of its kind (measure and unit) add up elsewhere in the table.
func (c *checker) sums(t sheet) {
	type kind struct {
		measure nhip.Measure
		unit    nhip.UnitID
	}
	kindOf := func(id identity) kind { return kind{c.obs[id.whole].Measure, c.obs[id.whole].Unit} }
	type group struct {
		declared bool
		holds    int
		broken   []identity
	}
	var groups []group
	hold, fail := map[kind]int{}, map[kind]int{}
	for _, d := range t.divisions() {
		if len(d.children) < 2 {
			continue
		}
		g := group{declared: d.declared}
		for k := range t.b.data {
			id, ok := c.rowSum(t, d, k)
			if !ok {
				continue
			}
			if c.settle(id) {
				g.holds++
				hold[kindOf(id)]++
			} else {
				g.broken = append(g.broken, id)
				fail[kindOf(id)]++
			}
		}
		groups = append(groups, g)
	}
	for _, g := range groups {
		for _, id := range g.broken {
			k := kindOf(id)
			switch {
			case hold[k] <= fail[k]:
			case g.holds >= 2 && g.holds > len(g.broken), // the other columns add up
				g.declared && g.holds >= len(g.broken),
				hold[k] >= 4 && hold[k] >= 4*fail[k] && near(c, id): // the other groups do
				c.flag(id)
			}
		}
	}
}

// near reports a sum that misses its whole by less than a twentieth: parts of something
// else miss it by more.
func near(c *checker, id identity) bool {
	w := c.read(id.whole).v
	v := -w
	for _, i := range id.cells {
		v += c.read(i).v
	}
	return v-w <= abs(w)/20 && w-v <= abs(w)/20
}

// rowSum is the sum of the rows of a division in one column, if it can be formed:
// levels, shares or contributions of one unit, none of them missing.
func (c *checker) rowSum(t sheet, d division, k int) (identity, bool) {
	whole := t.rows[d.parent][k]
	if whole < 0 || c.obs[whole].Value == nil || !adds(&c.obs[whole]) {
		return identity{}, false
	}
	var parts []int
	for _, child := range d.children {
		i := t.rows[child][k]
		if i < 0 {
			continue // nothing printed: nothing to add
		}
		o := &c.obs[i]
		if c.missing(i) || o.Unit != c.obs[whole].Unit || o.Measure != c.obs[whole].Measure || o.Period != c.obs[whole].Period {
			return identity{}, false
		}
		if o.Value != nil {
			parts = append(parts, i)
		}
	}
	if len(parts) < 2 {
		return identity{}, false
	}
	return c.sum(FlagSumMismatch, whole, parts), true
}

// adds reports numbers of which parts may make up a whole.
func adds(o *nhip.Observation) bool {
	switch o.Measure {
	case nhip.MeasureShare, nhip.MeasureContribution:
		return o.Compare == "" || o.Measure == nhip.MeasureContribution
	case nhip.MeasureLevel:
		return o.Compare == "" && o.Unit != "%" && o.Unit != "‰" && o.Accumulation != "ytd_avg" && o.TimeCollect != "A"
	}
	return false
}

// columnSums holds a column of totals against the columns beside it, row by row.
func (c *checker) columnSums(t sheet) {
	families := map[string][]identity{}
	var order []string
	for _, row := range t.rows {
		for k, whole := range row {
			if whole < 0 || c.obs[whole].Value == nil || !adds(&c.obs[whole]) || !hasPrefix(words(c.obs[whole].Dims["VARIABLE"]), totalColumnWords) {
				continue
			}
			var parts []int
			for _, i := range row[k+1:] {
				if i < 0 {
					continue
				}
				a, b := &c.obs[i], &c.obs[whole]
				if a.Unit != b.Unit || a.Measure != b.Measure || a.Period != b.Period || a.Accumulation != b.Accumulation || a.PriceBasis != b.PriceBasis ||
					hasPrefix(words(a.Dims["VARIABLE"]), totalColumnWords) || c.missing(i) {
					break
				}
				if a.Value != nil {
					parts = append(parts, i)
				}
			}
			if len(parts) >= 2 {
				key := t.b.grid.ref(0, t.b.data[k])
				if families[key] == nil {
					order = append(order, key)
				}
				families[key] = append(families[key], c.sum(FlagSumMismatch, whole, parts))
			}
		}
	}
	for _, key := range order {
		c.family(families[key], 3, 4) // yields and averages add up here and there
	}
}

var totalColumnWords = keys("tổng số", "tổng cộng", "tổng vốn", "tổng mức", "total")
