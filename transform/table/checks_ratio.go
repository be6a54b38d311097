package table

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"nhip"
)

// ratios holds the printed ratios of a table against the levels they are made of, column
// by column, and shares of the total against the levels beside them and in the
// total's row.
func (c *checker) ratios(t sheet) {
	total := slices.IndexFunc(t.lines, func(l line) bool { return l.total })
	for k := range t.b.data {
		var ids []identity
		for _, row := range t.rows {
			if row[k] < 0 || c.obs[row[k]].Value == nil {
				continue
			}
			a, b := c.levelsOf(row, row[k])
			if c.obs[row[k]].Measure == nhip.MeasureShare && total >= 0 {
				a, b = c.shareOf(row, t.rows[total], row[k])
			}
			if a >= 0 && b >= 0 && a != b {
				ids = append(ids, c.ratio(row[k], a, b))
			}
		}
		c.family(ids, 3, 2)
	}
}

// levelsOf finds the two levels in a row that an index, growth or ratio compares: of its
// period and of its base. Two candidates are as good as none.
func (c *checker) levelsOf(row []int, ratio int) (a, b int) {
	o := &c.obs[ratio]
	if o.Measure != nhip.MeasureIndex && o.Measure != nhip.MeasureGrowth && o.Measure != nhip.MeasureRatio || o.BasePeriod == "" {
		return -1, -1
	}
	plan := o.Compare == nhip.CompareVsPlan
	only := func(fits func(*nhip.Observation) bool) int {
		found := -1
		for _, i := range row {
			if i < 0 || c.obs[i].Value == nil || c.obs[i].Measure != nhip.MeasureLevel || c.obs[i].Unit == "%" || !fits(&c.obs[i]) ||
				!sameItem(o, &c.obs[i]) {
				continue
			}
			if found >= 0 {
				return -1
			}
			found = i
		}
		return found
	}
	a = only(func(x *nhip.Observation) bool {
		return x.Period == o.Period && x.Accumulation == o.Accumulation && x.Kind != nhip.KindPlan
	})
	b = only(func(x *nhip.Observation) bool {
		return x.Period == o.BasePeriod && (x.Kind == nhip.KindPlan) == plan && (plan || x.Accumulation == o.Accumulation)
	})
	return a, b
}

// sameItem compares the columns' own words: a ratio that has none fits any level.
func sameItem(ratio, level *nhip.Observation) bool {
	v := ratio.Dims["VARIABLE"]
	return v == "" || v == level.Dims["VARIABLE"]
}

// shareOf finds the level of a share's row and that of the total's row in the same
// column.
func (c *checker) shareOf(row, total []int, share int) (a, b int) {
	a, b = -1, -1
	for k, i := range row {
		o := &c.obs[share]
		if i < 0 || total[k] < 0 || c.obs[i].Value == nil || c.obs[total[k]].Value == nil || !adds(&c.obs[i]) || c.obs[i].Measure != nhip.MeasureLevel ||
			c.obs[i].Period != o.Period || c.obs[i].Accumulation != o.Accumulation || c.obs[i].Unit != c.obs[total[k]].Unit {
			continue
		}
		if a >= 0 {
			return -1, -1
		}
		a, b = i, total[k]
	}
	return a, b
}

// ratio is the identity printed = a / b × 100, less 100 for a growth. It holds if the
// printed number, within its own rounding and one digit more, can come of an a and a b
// that round to the printed ones.
func (c *checker) ratio(whole, a, b int) identity {
	growth := c.obs[whole].Measure == nhip.MeasureGrowth
	times := 100.0
	if c.obs[whole].Measure == nhip.MeasureRatio && c.obs[whole].Unit != "%" {
		times = 1
	}
	value := func(x, y float64) float64 {
		if growth {
			return times * (x/y - 1)
		}
		return times * x / y
	}
	return identity{flag: FlagIdentityBreak, whole: whole, cells: []int{whole, a, b}, from: c.obs[a].Printed + " against " + c.obs[b].Printed,
		holds: func(read func(int) quantity) bool {
			p, x, y := read(whole), read(a), read(b)
			if abs(y.v) <= y.half {
				return true // of nothing everything can be a ratio
			}
			low, high := value(x.v, y.v), value(x.v, y.v)
			for _, dx := range []float64{-x.half, x.half} {
				for _, dy := range []float64{-y.half, y.half} {
					r := value(x.v+dx, y.v+dy)
					low, high = min(low, r), max(high, r)
				}
			}
			slack := 3*p.half*(1+noise) + noise*abs(p.v)
			return p.v >= low-slack && p.v <= high+slack
		},
		gives: func(read func(int) quantity) float64 { return value(read(a).v, read(b).v) }}
}

// cumulative holds sums over time against their pieces: January to May against January
// to April and May, a half-year against its quarters, a year against its months. rows
// holds the observations of one item each. Numbers that are no flows never add up
// and raise nothing: most identities of a family (the same columns of a table, the
// same series) must hold.
func (c *checker) cumulative(rows [][]int) {
	families := map[string][]identity{}
	var order []string
	for _, row := range rows {
		bySum := map[string][]int{}
		var sums []string
		for _, i := range row {
			o := &c.obs[i]
			if o.Value == nil || !adds(o) || o.Measure != nhip.MeasureLevel || o.TimeCollect == "P" || o.Kind == nhip.KindPlan || o.PeriodStart.IsZero() ||
				o.Accumulation == "to_date" {
				continue
			}
			key := strings.Join([]string{string(o.Unit), o.Dims["VARIABLE"], o.PriceBasis}, "\x00")
			if bySum[key] == nil {
				sums = append(sums, key)
			}
			bySum[key] = append(bySum[key], i)
		}
		for _, key := range sums {
			for _, id := range c.chains(bySum[key]) {
				f := c.familyOf(id)
				if families[f] == nil {
					order = append(order, f)
				}
				families[f] = append(families[f], id)
			}
		}
	}
	for _, f := range order {
		c.family(families[f], 3, 2)
	}
}

// familyOf names the periods of an identity; in a file of series, where periods are
// many, the series and the frequencies.
func (c *checker) familyOf(id identity) string {
	var b strings.Builder
	for _, i := range id.cells {
		o := &c.obs[i]
		if o.Cell != "" {
			fmt.Fprintf(&b, "%s %s %s %s\x00", o.Period, o.Unit, o.Dims["VARIABLE"], o.PriceBasis)
		} else {
			fmt.Fprintf(&b, "%s %s\x00", o.Freq, o.Label)
		}
	}
	return b.String()
}

// chains finds for every observation of a row the shortest chain of shorter ones that
// covers its period without gap and overlap.
func (c *checker) chains(row []int) []identity {
	slices.SortStableFunc(row, func(i, j int) int { // the longer one first among those that begin together
		return cmp.Or(c.obs[i].PeriodStart.Compare(c.obs[j].PeriodStart), c.obs[j].PeriodEnd.Compare(c.obs[i].PeriodEnd))
	})
	starts := map[nhip.Date][]int{}
	for _, i := range row {
		starts[c.obs[i].PeriodStart] = append(starts[c.obs[i].PeriodStart], i)
	}
	var out []identity
	for _, whole := range row {
		end := c.obs[whole].PeriodEnd
		var parts []int
		next := c.obs[whole].PeriodStart
		for len(parts) < 24 {
			step := -1
			for _, i := range starts[next] {
				if e := c.obs[i].PeriodEnd; i != whole && e.Compare(end) <= 0 && (e != end || len(parts) > 0) {
					step = i
					break
				}
			}
			if step < 0 {
				break
			}
			parts = append(parts, step)
			e := c.obs[step].PeriodEnd
			if e == end {
				out = append(out, c.sum(FlagIdentityBreak, whole, parts))
				break
			}
			next = nhip.DateOf(e.Time().AddDate(0, 0, 1))
		}
	}
	return out
}

// seriesLevels groups the observations of a file without a grid by what they are of.
func (c *checker) seriesLevels() [][]int {
	at := map[string]int{}
	var out [][]int
	for i := range c.obs {
		o := c.obs[i]
		o.Freq, o.Accumulation = "", ""
		key := fmt.Sprintf("%s\x00%s\x00%x", o.Label, strings.Join(o.Path, "\x00"), o.Series(""))
		k, ok := at[key]
		if !ok {
			k = len(out)
			at[key] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	return out
}
