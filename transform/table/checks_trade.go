package table

import (
	"slices"
	"strings"

	"nhip"
)

// flow is what a label says of foreign trade as a whole.
type flow uint8

const (
	flowNone flow = iota
	flowExports
	flowImports
	flowTurnover // both
	flowBalance  // exports less imports
	flowDeficit  // imports less exports
)

// plainFlow are the words that leave a flow what it is: "Tổng kim ngạch xuất khẩu hàng
// hóa" is exports, "Xuất khẩu gạo" is not.
var plainFlow = append(keys("tổng", "số", "trị", "giá", "kim", "ngạch", "mức", "cộng", "hàng", "hóa", "và", "của", "cả", "nước", "thương", "mại", "i.", "ii.", "iii.", "iv.", "1.", "2.", "3.", "4."), "-", "–", "/", "(", ")")

var flows = map[string]flow{}

func init() {
	for text, f := range map[string]flow{
		"xuất khẩu": flowExports, "nhập khẩu": flowImports, "xuất": flowExports, "nhập": flowImports,
		"xuất nhập khẩu": flowTurnover, "xuất khẩu nhập khẩu": flowTurnover,
		"cán cân": flowBalance, "cân đối": flowBalance, "cán cân xuất nhập khẩu": flowBalance, "xuất siêu": flowBalance,
		"xuất siêu nhập siêu": flowBalance, "nhập siêu": flowDeficit,
	} {
		flows[words(text)] = f
	}
}

// flowOf reads a label; what is left after the plain words must be a flow and nothing
// else.
func flowOf(label string) flow {
	var kept []string
	for _, w := range strings.Fields(strings.NewReplacer(",", " ", "/", " ", "-", " ", "–", " ", "(", " ", ")", " ", "+", " ").Replace(words(label))) {
		if !slices.Contains(plainFlow, w) {
			kept = append(kept, w)
		}
	}
	return flows[strings.Join(kept, " ")]
}

// trade holds exports and imports against turnover and balance, where rows or columns
// of a table carry them.
func (c *checker) trade(t sheet) {
	for k := range t.b.data { // rows, below the same heading
		at := map[string]map[flow]int{}
		var order []string
		for n, l := range t.lines {
			f := flowOf(l.label)
			if i := t.rows[n][k]; f != flowNone && i >= 0 {
				parent := strings.Join(l.path[:max(len(l.path)-1, 0)], "\x00")
				if len(l.path) > 1 && flowOf(l.path[len(l.path)-2]) != flowNone {
					parent = strings.Join(l.path[:len(l.path)-2], "\x00") // exports listed below the turnover
				}
				if at[parent] == nil {
					at[parent] = map[flow]int{}
					order = append(order, parent)
				}
				if _, ok := at[parent][f]; !ok {
					at[parent][f] = i
				}
			}
		}
		for _, parent := range order {
			c.balance(at[parent])
		}
	}
	for _, row := range t.rows { // columns of the same period
		at := map[string]map[flow]int{}
		var order []string
		for _, i := range row {
			if i < 0 {
				continue
			}
			o := &c.obs[i]
			if f := flowOf(o.Dims["VARIABLE"]); f != flowNone {
				key := o.Period + o.Accumulation
				if at[key] == nil {
					at[key] = map[flow]int{}
					order = append(order, key)
				}
				if _, ok := at[key][f]; !ok {
					at[key][f] = i
				}
			}
		}
		for _, key := range order {
			c.balance(at[key])
		}
	}
}

// balance checks what the flows allow.
func (c *checker) balance(at map[flow]int) {
	x, okX := at[flowExports]
	m, okM := at[flowImports]
	if !okX || !okM || !c.sameMoney(x, m) {
		return
	}
	test := func(f flow, build func(whole int) identity) {
		if whole, ok := at[f]; ok && c.sameMoney(x, whole) {
			if id := build(whole); !c.settle(id) {
				c.flag(id)
			}
		}
	}
	test(flowTurnover, func(w int) identity { return c.sum(FlagIdentityBreak, w, []int{x, m}) })
	test(flowBalance, func(w int) identity { return c.sum(FlagIdentityBreak, w, []int{x}, m) })
	test(flowDeficit, func(w int) identity {
		if c.obs[w].Value.Sign() < 0 { // a deficit printed as a negative balance
			return c.sum(FlagIdentityBreak, w, []int{x}, m)
		}
		return c.sum(FlagIdentityBreak, w, []int{m}, x)
	})
}

// sameMoney reports two levels of one unit and period.
func (c *checker) sameMoney(i, j int) bool {
	a, b := &c.obs[i], &c.obs[j]
	return a.Value != nil && b.Value != nil && a.Measure == nhip.MeasureLevel && b.Measure == nhip.MeasureLevel && a.Unit == b.Unit &&
		a.Period == b.Period && a.Accumulation == b.Accumulation
}
