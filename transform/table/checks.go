package table

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"nhip"
	"nhip/catalog"
)

// Flags of the arithmetic checks. Each stands on the number that should follow from
// the others: the total, the ratio, the balance.
const (
	FlagSumMismatch      = "sum_mismatch"       // the parts do not make up the whole
	FlagIdentityBreak    = "identity_break"     // does not follow from the numbers beside it
	FlagSuspiciousUnit   = "suspicious_unit"    // an index far from 100, or a rate in thousands
	FlagNumberByIdentity = "number_by_identity" // the separator could be read either way; a sum or ratio decided
)

// maxFindings bounds the issues of one document; the flags have no bound.
const maxFindings = 50

// checker holds the numbers of a document against each other. It never changes a
// value, but a number whose separator could be read in two ways ("1.893") takes the
// reading under which the sum, ratio or balance it belongs to holds.
//
// What must add up is seldom said. A group of rows or columns counts as a partition
// where it adds up in most places; the places where it does not are then findings. So
// yields, averages and lists of the main items only raise none.
type checker struct {
	obs      []nhip.Observation
	at       map[string]int // observation by cell
	open     map[int]bool   // could be read the other way
	findings []string
}

// noise is what binary fractions add to a comparison; files print numbers with all
// their digits.
const noise = 1e-9

// quantity is a number with half of its last printed digit.
type quantity struct{ v, half float64 }

// identity is an equation between cells.
type identity struct {
	flag  string
	whole int   // the observation that should follow from the others
	cells []int // all observations in it
	holds func(read func(int) quantity) bool
	gives func(read func(int) quantity) float64 // what whole should be
	from  string                                // what it follows from, in words
}

// check runs all checks over the observations of a document. all are the blocks they
// come from, none for formats without a grid.
func (r *Reader) check(res *Result, all []*block) {
	c := checker{obs: res.Observations, at: make(map[string]int, len(res.Observations)), open: map[int]bool{}}
	for i := range c.obs {
		if cell := c.obs[i].Cell; cell != "" {
			c.at[cell] = i
		}
	}
	for _, b := range all {
		t := c.sheet(b, b.lines(r.units))
		if len(t.rows) == 0 {
			continue
		}
		c.openCells(t)
		c.sums(t)
		c.columnSums(t)
		c.ratios(t)
		c.cumulative(t.levels())
		c.trade(t)
	}
	if len(all) == 0 {
		c.cumulative(c.seriesLevels())
	}
	c.units(r.indicators)
	for _, text := range c.findings[:min(len(c.findings), maxFindings)] {
		res.Issues = append(res.Issues, nhip.Issue{Field: "arithmetic", Reason: text})
	}
	if more := len(c.findings) - maxFindings; more > 0 {
		res.Issues = append(res.Issues, nhip.Issue{Field: "arithmetic", Reason: fmt.Sprintf("%d findings more; the flags of the observations show all", more)})
	}
}

// sheet is a block with the observations of its rows.
type sheet struct {
	b     *block
	lines []line
	rows  [][]int // by line: the observation of each data column, -1 for none
}

func (c *checker) sheet(b *block, lines []line) sheet {
	t := sheet{b: b, lines: lines}
	found := false
	for _, l := range lines {
		row := make([]int, len(b.data))
		for k, col := range b.data {
			row[k] = -1
			if i, ok := c.at[b.grid.ref(l.row, col)]; ok {
				row[k], found = i, true
			}
		}
		t.rows = append(t.rows, row)
	}
	if !found {
		t.rows = nil
	}
	return t
}

// levels returns the observations row by row, for checks over time.
func (t sheet) levels() [][]int {
	out := make([][]int, len(t.rows))
	for i, row := range t.rows {
		for _, o := range row {
			if o >= 0 {
				out[i] = append(out[i], o)
			}
		}
	}
	return out
}

// openCells marks the numbers of a table that could be read in two ways: those the
// vote left undecided, and those of the ambiguous form where no cell of the table
// decides or cells disagree. The stored number of a workbook leaves nothing open.
func (c *checker) openCells(t sheet) {
	decided, mixed := false, false
	var ambiguous []int
	for _, row := range t.rows {
		for _, i := range row {
			if i < 0 || c.obs[i].ValueFull != nil || c.obs[i].Value == nil {
				continue
			}
			o := &c.obs[i]
			n, ok := parts(o.Printed)
			if !ok {
				continue
			}
			mixed = mixed || slices.Contains(o.Flags, FlagMixedFormat)
			d, g := separators(n.digits)
			switch {
			case d != 0 || g != 0:
				decided = true
			case strings.ContainsAny(n.digits, ".,"):
				ambiguous = append(ambiguous, i)
			}
		}
	}
	for _, i := range ambiguous {
		if !decided || mixed || slices.Contains(c.obs[i].Flags, FlagNumberAssumed) {
			c.open[i] = true
		}
	}
}

// read is the number as it is read now. The second reading of the separator is a
// thousand times as large or as small.
func (c *checker) read(i int) quantity { return asRead(&c.obs[i]) }

func asRead(o *nhip.Observation) quantity {
	if o.Value == nil {
		return quantity{}
	}
	return quantity{o.Value.Float64(), 0.5 * math.Pow10(o.UnitMult-o.Decimals)}
}

// other returns the observation under the other reading of its separator.
func other(o nhip.Observation) nhip.Observation {
	shift, decimals := -3, 3
	if o.Decimals == 3 {
		shift, decimals = 3, 0
	}
	v := o.Value.Shift(shift)
	o.Value, o.Decimals = &v, decimals
	return o
}

// settle reports whether an identity holds, if need be under other readings of its
// open cells: the only combination that makes it hold is taken.
func (c *checker) settle(id identity) bool {
	var open []int
	for _, i := range id.cells {
		if c.open[i] && !slices.Contains(open, i) {
			open = append(open, i)
		}
	}
	if len(open) == 0 || len(open) > 8 {
		return id.holds(c.read)
	}
	good, n := 0, 0
	for mask := range 1 << len(open) {
		if id.holds(c.under(open, mask)) {
			good, n = mask, n+1
		}
	}
	if n != 1 { // none helps, or more than one: a scale common to all cells decides nothing
		return id.holds(c.read)
	}
	for k, i := range open {
		o := &c.obs[i]
		if good&(1<<k) != 0 {
			*o = other(*o)
		}
		o.Flags = slices.DeleteFunc(slices.Clone(o.Flags), func(f string) bool { return f == FlagNumberAssumed })
		o.Flags = append(o.Flags, FlagNumberByIdentity)
		delete(c.open, i)
	}
	return true
}

// under reads the cells of mask the other way.
func (c *checker) under(open []int, mask int) func(int) quantity {
	return func(i int) quantity {
		if k := slices.Index(open, i); k >= 0 && mask&(1<<k) != 0 {
			o := other(c.obs[i])
			return asRead(&o)
		}
		return c.read(i)
	}
}

// flag records a finding; id must not hold.
func (c *checker) flag(id identity) {
	o := &c.obs[id.whole]
	if slices.Contains(o.Flags, id.flag) {
		return
	}
	o.Flags = append(slices.Clip(o.Flags), id.flag)
	c.findings = append(c.findings, fmt.Sprintf("%s: printed %s, but %s give %s", c.where(id.whole), o.Printed, id.from,
		short(id.gives(c.read)/math.Pow10(o.UnitMult), max(o.Decimals, 1))))
}

func (c *checker) where(i int) string {
	if o := &c.obs[i]; o.Cell != "" {
		return o.Cell
	}
	return strings.TrimSpace(c.obs[i].Label + " " + c.obs[i].Period)
}

// family settles identities that hold together or not at all, and flags those that do
// not hold if those that do are enough to say so: at least so many, and so many times
// as many as do not.
func (c *checker) family(ids []identity, least, times int) {
	holds, broken := c.split(ids)
	if holds >= least && holds >= times*len(broken) {
		for _, id := range broken {
			c.flag(id)
		}
	}
}

func (c *checker) split(ids []identity) (holds int, broken []identity) {
	for _, id := range ids {
		if c.settle(id) {
			holds++
		} else {
			broken = append(broken, id)
		}
	}
	return holds, broken
}

// sum is the identity whole = Σ parts. It holds within the rounding of all terms and
// one last digit more: 0.025 for two parts at two decimals.
func (c *checker) sum(flag string, whole int, parts []int, minus ...int) identity {
	total := func(read func(int) quantity) (v, half, coarsest float64) {
		for _, i := range parts {
			q := read(i)
			v, half, coarsest = v+q.v, half+q.half, max(coarsest, q.half)
		}
		for _, i := range minus {
			q := read(i)
			v, half, coarsest = v-q.v, half+q.half, max(coarsest, q.half)
		}
		return v, half, coarsest
	}
	return identity{flag: flag, whole: whole, cells: slices.Concat([]int{whole}, parts, minus),
		from: c.span(slices.Concat(parts, minus)),
		holds: func(read func(int) quantity) bool {
			v, half, coarsest := total(read)
			w := read(whole)
			return abs(w.v-v) <= (half+w.half+2*max(coarsest, w.half))*(1+noise)+noise*abs(w.v)
		},
		gives: func(read func(int) quantity) float64 {
			v, _, _ := total(read)
			return v
		}}
}

func abs(v float64) float64 { return max(v, -v) }

// span names the terms of a sum by the first and the last.
func (c *checker) span(terms []int) string {
	first, last := c.where(terms[0]), c.where(terms[len(terms)-1])
	if len(terms) == 2 {
		return first + " and " + last
	}
	return fmt.Sprintf("the %d numbers from %s to %s", len(terms), first, last)
}

// short writes a number with at most so many decimals.
func short(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// missing reports an observation that is there and has no number that could be
// counted with: not collected, suppressed.
func (c *checker) missing(i int) bool {
	return i >= 0 && c.obs[i].Value == nil && c.obs[i].Status != "M"
}

// units flags an index far from 100 and a rate whose unit carries a scale word. Where
// one is off, a whole column often is: one issue names the first and counts the rest.
func (c *checker) units(indicators []indicatorPhrase) {
	rates := map[nhip.IndicatorID]bool{}
	for _, p := range indicators {
		rates[p.indicator.ID] = isRateIndicator(p.indicator)
	}
	var indices, scaled []int
	for i := range c.obs {
		o := &c.obs[i]
		if o.Value == nil {
			continue
		}
		v := o.Value.Float64()
		rate := o.Unit == "%" || o.Unit == "‰" || rates[o.Indicator] && o.Measure == nhip.MeasureLevel
		switch {
		case rate && o.UnitMult != 0:
			scaled = append(scaled, i)
		case o.Measure == nhip.MeasureIndex && (v < 10 || v > 1000):
			indices = append(indices, i)
		}
	}
	c.suspicious(scaled, "is a rate, but its unit carries a scale word")
	c.suspicious(indices, "is an index outside 10 to 1000")
}

func (c *checker) suspicious(found []int, text string) {
	if len(found) == 0 {
		return
	}
	for _, i := range found {
		if !slices.Contains(c.obs[i].Flags, FlagSuspiciousUnit) { // an export that is read back has it
			c.obs[i].Flags = append(slices.Clip(c.obs[i].Flags), FlagSuspiciousUnit)
		}
	}
	finding := fmt.Sprintf("%s: printed %s, which %s", c.where(found[0]), c.obs[found[0]].Printed, text)
	if more := len(found) - 1; more > 0 {
		finding += fmt.Sprintf(", and %d more", more)
	}
	c.findings = append(c.findings, finding)
}

func isRateIndicator(x *catalog.Indicator) bool {
	return len(x.Units) > 0 && !slices.ContainsFunc(x.Units, func(u nhip.UnitID) bool { return u != "%" && u != "‰" })
}
