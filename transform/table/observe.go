package table

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// column is a data column with its meaning resolved.
type column struct {
	meaning
	col    int
	cmp    nhip.Compare
	flags  []string
	growth bool // a compared column that prints changes, not indices
}

// subject is what a table as a whole is about.
type subject struct {
	title      string
	label      string // the title without its periods
	phrases    string // the title's key, for phrases
	phrase     string // the one that names the indicator
	matches    map[string]indicatorMatch
	code       string
	indicator  *catalog.Indicator
	place      *catalog.Place
	placeFlag  bool
	priceBasis string
	baseYear   string
	final      bool // numbers of this kind are not revised after their release
	isIndex    bool
	isShare    bool
	isGrowth   bool
}

// observe turns a block into observations, or says why it cannot be understood.
func (r *Reader) observe(b *block, c context) ([]nhip.Observation, string) {
	if b.problem != "" {
		return nil, b.problem
	}
	captions := r.captionUnits(b)
	lines := b.lines(r.units)
	if len(lines) == 0 {
		return nil, "no row has a label"
	}
	rowsHavePeriods := periodRows(lines)
	columns, problem := r.columns(b, c, rowsHavePeriods)
	if problem != "" {
		return nil, problem
	}
	s := r.subject(b, c)
	f := vote(b.numbers())
	markGrowth(b, columns, f)
	b.columns = columns
	conflicts := b.conflicts()
	statuses := statusOf(columns, s, c)
	var out []nhip.Observation
	for _, l := range lines {
		for i := range columns {
			o, ok := r.cell(b, l, &columns[i], f, s, captions)
			if !ok {
				continue
			}
			if rowsHavePeriods && !l.when.main.isZero() {
				if !r.rowPeriod(&o, l.when, &columns[i], c) {
					return nil, fmt.Sprintf("row %q: no year in the label, the title or the release", l.label)
				}
			} else {
				applyStatus(&o, statuses[i])
			}
			checkRelease(&o, c)
			if conflicts[columns[i].col] {
				o.Flags = append(o.Flags, FlagHeaderConflict)
			}
			out = append(out, o)
		}
	}
	return out, ""
}

// numbers returns the texts of the data cells, for the vote on the number format.
func (b *block) numbers() []string {
	var texts []string
	for i, r := range b.body {
		if b.kinds[i] != rowData {
			continue
		}
		for _, c := range b.data {
			if x := b.grid.at(r, c); x != nil && x.row == r && x.col == c && x.stored == "" {
				texts = append(texts, x.text)
			}
		}
	}
	return texts
}

// columns understands all data columns; one that is not understood sets the table
// aside.
func (r *Reader) columns(b *block, c context, rowsHavePeriods bool) ([]column, string) {
	var out []column
	for _, k := range b.data {
		own, borrowed := b.header(k), b.borrowed(k)
		m, flags := r.units.understand(own).resolve(c)
		if own != borrowed && (m.problem != "" || r.units.openGroup(own, borrowed)) {
			if n, f := r.units.understand(borrowed).resolve(c); n.problem == "" {
				m, flags = n, f
			}
		}
		if m.problem != "" && rowsHavePeriods && m.main.isZero() {
			m.problem = ""
		}
		if m.problem != "" {
			return nil, fmt.Sprintf("column %s %q: %s", b.grid.ref(b.body[0], k), m.header, m.problem)
		}
		out = append(out, column{meaning: m, col: k, flags: flags, cmp: m.compare()})
	}
	r.looseGroups(b, out)
	return out, ""
}

// conflicts returns the columns of a block that goes on from another whose header names
// another period there, while the rest of it says the same: a misprint in one of the two.
func (b *block) conflicts() map[int]bool {
	if b.before == nil || len(b.before.columns) != len(b.columns) {
		return nil
	}
	found := map[int]bool{}
	for i, col := range b.columns {
		first := b.before.columns[i]
		if first.col != col.col || first.cmp != col.cmp || first.main.shape != col.main.shape || first.main.len != col.main.len {
			return nil
		}
		if first.main.code() != col.main.code() {
			found[col.col] = true
		}
	}
	return found
}

// periodRows reports whether the labels of the rows are periods: the columns then
// need none.
func periodRows(lines []line) bool {
	n := 0
	for _, l := range lines {
		if !l.when.main.isZero() {
			n++
		}
	}
	return n > 0 && 2*n >= len(lines)
}

// markGrowth tells columns of changes from columns of indices by their numbers: an
// index on 100 is never negative and lies about 100.
func markGrowth(b *block, columns []column, f format) {
	for i := range columns {
		col := &columns[i]
		if !col.compared || col.plan || col.measure != "" {
			continue
		}
		var values []float64
		negative := false
		for k, r := range b.body {
			if b.kinds[k] != rowData {
				continue
			}
			if v, ok := f.read(b.grid.text(r, col.col)); ok {
				x := v.value.Float64()
				negative = negative || x < 0
				values = append(values, x)
			}
		}
		if len(values) == 0 {
			continue
		}
		slices.Sort(values)
		col.growth = negative || values[len(values)/2] < 30
	}
}

// cell makes the observation of one place; ok is false where nothing is printed.
func (r *Reader) cell(b *block, l line, col *column, f format, s subject, captions []unit) (nhip.Observation, bool) {
	g := b.grid
	x := g.at(l.row, col.col)
	if x == nil || x.text == "" || x.row != l.row || x.col != col.col {
		return nhip.Observation{}, false
	}
	o := nhip.Observation{
		Bound: nhip.BoundExactly, Cell: g.ref(l.row, col.col), Path: l.path, Printed: oneLine(x.text),
		Quote: clip(g.line(l.row), 400), Kind: nhip.KindActual, Status: "A", TableCode: s.code, Rule: ReaderName,
		Adjustment: "N", PriceBasis: s.priceBasis, Confidence: 1, Flags: slices.Clone(col.flags),
	}
	if status, ok := symbols[strings.ToLower(oneLine(x.text))]; ok {
		o.Status = status
	} else {
		v, ok := f.read(x.text)
		if x.stored != "" {
			v, ok = readStored(x.text, x.stored)
			o.ValueFull = v.full
		}
		if !ok {
			return nhip.Observation{}, false // words in a data column
		}
		o.Value, o.Decimals = &v.value, v.decimals
		o.Flags = append(o.Flags, v.flags...)
	}
	r.setUnit(&o, l, col, captions)
	r.setMeasure(&o, l, col, s)
	setPeriod(&o, col.main, col.base, col.cmp)
	r.setSubject(&o, l, col, s)
	if s.baseYear != "" && o.BasePeriod == "" {
		o.BasePeriod = s.baseYear
	}
	assumeBase(&o, col)
	if g.isHidden(l.row, col.col) {
		o.Flags = append(o.Flags, FlagHidden)
	}
	return o, true
}

// isRate reports a column whose numbers are per cent by what it measures.
func (c *column) isRate() bool {
	return c.compared || c.unit.isPercent() || c.measure == nhip.MeasureShare || c.measure == nhip.MeasureGrowth
}

// setUnit follows the order of precedence: the row's footnote, the row's label or unit
// column, the heading above it, the column, the caption. A column of per cent takes
// no other unit.
func (r *Reader) setUnit(o *nhip.Observation, l line, col *column, captions []unit) {
	var x unit
	inherited := false
	switch {
	case col.isRate() && (col.unit.isZero() || col.unit.isPercent()):
		x = percentUnit
	case len(l.units) > 0:
		x = choose(l.units, col.item)
	case !l.unit.isZero() && !isValueOnly(col.item, l.unit):
		x = l.unit
	case !l.over[col.col].isZero():
		x, inherited = l.over[col.col], true
	case !l.inherit.isZero() && !isValueOnly(col.item, l.inherit):
		x, inherited = l.inherit, true
	case !col.unit.isZero():
		x = col.unit
	case len(captions) > 0:
		x, inherited = choose(captions, col.item), true
	}
	if x.isZero() {
		o.Flags = append(o.Flags, FlagUnitMissing)
		return
	}
	o.Unit, o.UnitRaw, o.UnitMult = x.id, x.raw, x.mult
	if inherited {
		o.Flags = append(o.Flags, FlagUnitInherited)
	}
	if !x.known {
		o.Flags = append(o.Flags, FlagUnitUnknown)
	}
	if o.Value != nil && x.mult != 0 {
		v := o.Value.Shift(x.mult)
		o.Value = &v
		if o.ValueFull != nil {
			full := *o.ValueFull * math.Pow10(x.mult)
			o.ValueFull = &full
		}
	}
}

// choose picks from "Nghìn tấn; Triệu USD" by the sub-header.
func choose(list []unit, item string) unit {
	if len(list) == 1 {
		return list[0]
	}
	wantMoney := isValue(item)
	for _, x := range list {
		if x.isMoney() == wantMoney {
			return x
		}
	}
	return list[0]
}

func isValue(item string) bool {
	if item == "" {
		return false
	}
	key := words(item)
	return slices.ContainsFunc(valueWords, func(w string) bool { return strings.Contains(key, w) })
}

var valueWords = keys("trị giá", "giá trị", "kim ngạch", "value")

// isValueOnly reports a column of values, which a unit of quantity in the row's label
// does not touch.
func isValueOnly(item string, x unit) bool { return isValue(item) && !x.isMoney() }

// setMeasure says what the number says of its indicator.
func (r *Reader) setMeasure(o *nhip.Observation, l line, col *column, s subject) {
	o.Compare = col.cmp
	switch {
	case col.plan:
		o.Measure = nhip.MeasureRatio
	case col.measure == nhip.MeasureGrowth && o.Unit != "%" && o.Unit != "":
		o.Measure = nhip.MeasureChange // tăng/giảm in the unit itself
	case col.measure == nhip.MeasureShare, col.measure == nhip.MeasureContribution, col.measure == nhip.MeasureGrowth:
		o.Measure = col.measure
	case col.compared && o.Unit != "%" && o.Unit != "":
		o.Measure = nhip.MeasureChange
	case col.compared && (col.growth || l.growth):
		o.Measure = nhip.MeasureGrowth
	case col.compared:
		o.Measure = nhip.MeasureIndex
	case o.Unit != "%":
		o.Measure = nhip.MeasureLevel
	case l.measure != "":
		o.Measure = l.measure
	case l.growth, s.isGrowth:
		o.Measure = nhip.MeasureGrowth
	case s.isShare:
		o.Measure = nhip.MeasureShare
	case s.isIndex, col.measure == nhip.MeasureIndex:
		o.Measure = nhip.MeasureIndex
	default:
		o.Measure = nhip.MeasureLevel
	}
	if o.Measure == nhip.MeasureGrowth || o.Measure == nhip.MeasureChange {
		o.Direction = direction(o.Value)
	}
}

func direction(v *nhip.Decimal) string {
	switch {
	case v == nil || v.Sign() == 0:
		return ""
	case v.Sign() > 0:
		return "up"
	}
	return "down"
}

// setPeriod writes the period and what follows from it.
func setPeriod(o *nhip.Observation, main, base period, cmp nhip.Compare) {
	if main.isZero() {
		return
	}
	o.Period = main.code()
	o.PeriodStart, o.PeriodEnd = main.bounds()
	o.Freq, o.Accumulation, o.TimeCollect = main.freq(), main.accumulation(), main.timeCollect()
	if !base.isZero() && cmp != "" {
		o.BasePeriod = base.code()
	}
}

// assumeBase fills the base of an annual index that prints none: the previous year.
func assumeBase(o *nhip.Observation, col *column) {
	if o.Measure == nhip.MeasureIndex && o.Compare == "" && o.Freq == "A" && o.BasePeriod == "" {
		o.Compare = nhip.CompareYoY
		o.BasePeriod = col.main.back(1).code()
		o.Flags = append(o.Flags, FlagBaseAssumed)
	}
}

// rowPeriod gives an observation the period its row's label names.
func (r *Reader) rowPeriod(o *nhip.Observation, when meaning, col *column, c context) bool {
	m, flags := when.resolve(c)
	if m.problem != "" {
		return false
	}
	m.compared, m.base, m.baseRel, m.baseYear = col.compared, col.base, col.baseRel, col.baseYear
	m.plan, m.fixed = col.plan, col.fixed
	m.resolveBase()
	if cmp := m.compare(); cmp != "" {
		o.Compare = cmp
	}
	setPeriod(o, m.main, m.base, o.Compare)
	o.Flags = append(o.Flags, flags...)
	applyStatus(o, statusChoice{status: m.status, raw: m.statRaw})
	return true
}

// setSubject names the indicator, the place and the further dimensions.
func (r *Reader) setSubject(o *nhip.Observation, l line, col *column, s subject) {
	o.Label = s.label
	rowLabel := l.label
	switch {
	case l.total:
		rowLabel = ""
	case !l.when.main.isZero(): // what its heading says
		if rowLabel = ""; len(l.path) > 1 {
			rowLabel = l.path[len(l.path)-2]
		}
	}
	ind, whole := r.indicatorOf(&s, rowLabel, col.item)
	if ind != nil {
		o.Indicator = ind.ID
	}
	if col.item != "" {
		o.Label = strings.Trim(o.Label+" – "+col.item, " –")
	}
	if !l.total && l.label != "" && l.when.main.isZero() {
		o.Label = strings.Trim(o.Label+" – "+l.label, " –")
	}
	dims := map[string]string{}
	if col.season != "" {
		dims["SEASON"] = col.season
	}
	if col.price != "" {
		o.PriceBasis = col.price
		if col.priceYear != 0 && o.BasePeriod == "" {
			o.BasePeriod = fmt.Sprintf("%04d", col.priceYear)
		}
	}
	place := s.place
	if p := r.placeNamed(placeKey(col.item), o.PeriodEnd); p != nil { // columns of regions
		place = p
	} else if col.item != "" {
		dims["VARIABLE"] = plainCode(strings.ToLower(col.item))
	}
	item := l.path
	if p := r.placeNamed(l.place, o.PeriodEnd); p != nil {
		place = p
		item = r.headings(l, o.PeriodEnd)
	} else if !l.when.main.isZero() {
		item = r.headings(l, o.PeriodEnd)
	} else if l.total || whole {
		item = nil
	}
	if len(item) > 0 {
		dims["ITEM"] = plainCode(strings.ToLower(strings.Join(item, " > "))) // capitals change from month to month
	}
	if ind := r.industries[l.key]; ind != nil {
		o.Industry = ind.ID
	}
	if len(dims) > 0 {
		o.Dims = dims
	}
	if place != nil {
		o.Place, o.PlaceID = place.Name, place.ID
		o.GeoVintage = vintageAt(place)
		if s.placeFlag && place == s.place {
			o.Flags = append(o.Flags, FlagPlaceAssumed)
		}
	}
}

// headings returns the rows above a row that names a place or a period, without
// places, periods and totals: what the row is a number of. "Quý I" stands below the
// unemployment rate and below that of the young.
func (r *Reader) headings(l line, day nhip.Date) []string {
	var out []string
	for _, label := range l.path[:max(len(l.path)-1, 0)] {
		key := words(label)
		switch {
		case hasPrefix(key, totalWords), hasPrefix(key, breakdownWords), hasPrefix(key, placesWords), r.placeNamed(placeKey(label), day) != nil:
		case !r.units.understand(label).main.isZero():
		default:
			out = append(out, label)
		}
	}
	return out
}

// placesWords head a list of places and say nothing else; some releases print them and
// some do not.
var placesWords = keys("địa phương", "các địa phương", "tỉnh", "các tỉnh", "chia theo địa phương", "một số địa phương")

func vintageAt(p *catalog.Place) string {
	if p.Level != "province" {
		return ""
	}
	return p.Vintage
}

func (r *Reader) captionUnits(b *block) []unit {
	for _, text := range b.captions {
		if list := r.units.caption(text); len(list) > 0 {
			return list
		}
	}
	return nil
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	cut := []rune(s)
	return string(cut[:min(n, len(cut))])
}

// subject reads the titles of a table.
func (r *Reader) subject(b *block, c context) subject {
	s := subject{title: b.title()}
	if s.title == "" {
		s.title = c.doc.header
	}
	key := words(s.title)
	s.label, s.phrases, s.matches = r.units.withoutTime(s.title), phraseKey(key), map[string]indicatorMatch{}
	m := r.indicatorIn(key)
	s.indicator, s.phrase = m.indicator, m.phrase
	s.code = r.tableCode(s)
	s.final = containsAny(key, "chỉ số giá", "tỷ giá", "lạm phát", "đầu tư trực tiếp", "đầu tư nước ngoài", "doanh nghiệp", "dân số", "lao động", "thất nghiệp", "xã hội - môi trường", "tai nạn")
	s.isIndex = containsAny(key, "chỉ số", "tốc độ phát triển")
	s.isShare = containsAny(key, "cơ cấu", "tỷ trọng")
	s.isGrowth = containsAny(key, "tốc độ tăng", "tỷ lệ tăng")
	switch {
	case containsAny(key, "giá hiện hành", "giá thực tế"):
		s.priceBasis = "current"
	case containsAny(key, "giá so sánh", "giá cố định"):
		s.priceBasis = "constant"
		if m := rxConstant.FindStringSubmatch(key); m != nil {
			s.baseYear = m[1]
		}
	}
	s.place, s.placeFlag = r.placeOf(key, c)
	return s
}

func containsAny(key string, list ...string) bool {
	return slices.ContainsFunc(list, func(w string) bool { return strings.Contains(key, vi.Key(w)) })
}
