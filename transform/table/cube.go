package table

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// maxCube is how many cells a file of dimensions may claim. A table of 63 provinces,
// 100 products and 120 months has 756,000.
const maxCube = 1_000_000

// maxSparse is how many cells the dimensions of a file may span that lists its values by
// place: what JSON counts exactly. Only the values take memory.
const maxSparse = 1 << 53

// cube is a table as dimensions and values, as JSON-stat, PC-Axis, PxWeb and SDMX-JSON
// have it. Values are in row-major order: the last dimension runs fastest.
type cube struct {
	name    string // the data set's name in the file; part of the cells' names
	table   string // the publisher's code of the table, if any
	title   string
	unit    string // of the whole table
	lines   []string
	axes    []axis
	values  []cubeValue
	updated string
	sparse  bool // the file lists the cells it has
	decimal int  // decimals of the whole table, -1 where not said
}

// axis is a dimension.
type axis struct {
	id, label string
	role      axisRole
	cats      []category
}

type axisRole uint8

const (
	roleNone axisRole = iota
	roleTime
	roleGeo
	roleMetric
)

// category is a value of a dimension.
type category struct {
	code, label string
	parents     []string // labels of the categories above it, outermost first
	unit        string
	mult        int
	hasMult     bool
	decimals    int // -1 where not said
	base        string
	price       string // current, constant
	adjustment  string
	collect     string
	index       bool // the file says that it is an index
}

func newCategory(code, label string) category {
	return category{code: code, label: label, decimals: -1}
}

// cubeValue is one cell that the file has; others are empty.
type cubeValue struct {
	at     int // place in row-major order
	text   string
	status string // as the file has it
}

// size returns the number of cells the dimensions span, or an error where they span
// more than they may or nothing.
func (c *cube) size() (int, error) {
	n, most := 1, maxCube
	if c.sparse {
		most = maxSparse
	}
	for _, a := range c.axes {
		if len(a.cats) == 0 {
			return 0, fmt.Errorf("%s: dimension %q has no values", c.name, a.id)
		}
		if n > most/len(a.cats) {
			return 0, fmt.Errorf("%s: the dimensions span more than %d cells", c.name, most)
		}
		n *= len(a.cats)
	}
	return n, nil
}

// index returns the place of a cell in each dimension.
func (c *cube) index(at int) []int {
	out := make([]int, len(c.axes))
	for i := len(c.axes) - 1; i >= 0; i-- {
		n := len(c.axes[i].cats)
		out[i], at = at%n, at/n
	}
	return out
}

// cubeReader turns a cube into observations.
type cubeReader struct {
	*Reader
	c      *cube
	src    *catalog.Source
	s      subject
	title  meaning
	time   int  // index of the axis, -1 for none
	isFree bool // the file speaks of no time at all
	geo    int
	metric int
	times  []timeCode
	status []nhip.ObsStatus // by category of the time axis
	raw    []string
	places []*catalog.Place
	labels [][]labelMeaning // by axis and category
	dimIDs []string
}

// labelMeaning is what the label of a category says besides its name.
type labelMeaning struct {
	name    string // without unit
	unit    unit
	measure nhip.Measure
	yoy     bool // the previous year is 100
}

// observeCube turns a cube into observations, or says why it cannot be understood.
// words counts the values that are no numbers.
func (r *Reader) observeCube(c *cube, src *catalog.Source) (out []nhip.Observation, words int, problem string) {
	size, err := c.size()
	if err != nil {
		return nil, 0, err.Error()
	}
	q := cubeReader{Reader: r, c: c, src: src, time: -1, geo: -1, metric: -1}
	if problem := q.prepare(); problem != "" {
		return nil, 0, problem
	}
	out = make([]nhip.Observation, 0, len(c.values))
	numbers := make([]nhip.Decimal, 0, len(c.values))
	shared := map[int]nhip.Observation{} // what cells that differ in time only have in common
	stride, span := q.timeStride()
	for _, v := range c.values {
		if v.at < 0 || v.at >= size {
			return nil, 0, fmt.Sprintf("a value stands at place %d of %d", v.at, size)
		}
		index := c.index(v.at)
		key := v.at
		if q.time >= 0 {
			key -= index[q.time] * stride
		}
		o, ok := shared[key]
		if !ok {
			o = q.common(index)
			if q.time >= 0 && len(shared) < span {
				shared[key] = o
			}
		}
		q.at(&o, index)
		isNumber, isWord := q.value(&o, v, &numbers)
		if isWord {
			words++
			continue
		}
		if !isNumber && o.Status == "" {
			continue
		}
		out = append(out, o)
	}
	return out, words, ""
}

// timeStride returns how far apart cells are that differ by one period, and how many
// cells there are for one period.
func (q *cubeReader) timeStride() (stride, cells int) {
	stride, cells = 1, 1
	for i, a := range q.c.axes {
		if i > q.time {
			stride *= len(a.cats)
		}
		if i != q.time {
			cells *= len(a.cats)
		}
	}
	return stride, cells
}

// prepare finds the roles of the dimensions and reads all labels once.
func (q *cubeReader) prepare() string {
	c := q.c
	q.title = q.titleMeaning(c.title)
	q.s = q.cubeSubject()
	q.labels, q.dimIDs = make([][]labelMeaning, len(c.axes)), make([]string, len(c.axes))
	for i, a := range c.axes {
		q.dimIDs[i] = dimID(a)
		switch a.role {
		case roleTime:
			q.time = i
		case roleGeo:
			q.geo = i
		case roleMetric:
			q.metric = i
		}
	}
	if q.time < 0 {
		q.time = q.findTime()
	}
	if q.time >= 0 {
		if problem := q.readTimes(); problem != "" {
			return problem
		}
	} else if t := q.title.main; t.isZero() || t.year == 0 || !t.valid() {
		if words := q.speaksOfTime(); words != "" {
			return fmt.Sprintf("no dimension of time, and no period in the title, though %q speaks of one", clip(words, 40))
		}
		q.isFree = true
	}
	q.findPlaces()
	for i, a := range c.axes {
		q.labels[i] = make([]labelMeaning, len(a.cats))
		for k, cat := range a.cats {
			q.labels[i][k] = q.readLabel(cat)
		}
	}
	return ""
}

// findTime finds the dimension whose labels are periods.
func (q *cubeReader) findTime() int {
	best := -1
	for i, a := range q.c.axes {
		n := 0
		for _, cat := range a.cats {
			if _, _, ok := q.readTimeLabel(cat.label); ok {
				n++
			}
		}
		if n > 0 && 10*n >= 9*len(a.cats) && (best < 0 || len(a.cats) > len(q.c.axes[best].cats)) {
			best = i
		}
	}
	return best
}

// timeWords name dimensions of time; one whose labels are no periods is not understood.
var timeWords = keys("năm", "quý", "tháng", "kỳ", "thời", "ngày", "tuần", "vụ", "year", "years", "quarter", "month", "time", "period", "date", "day",
	"week", "season", "tid", "vuosi", "jahr", "année", "año")

// speaksOfTime returns what of the title, the dimensions and their labels has to do with
// time. A data set is without time only if nothing has.
func (q *cubeReader) speaksOfTime() string {
	isPeriod := func(t token) bool { return t.kind == tokenPeriod }
	if yearIn(q.c.title) != 0 || slices.ContainsFunc(q.units.scan(q.c.title), isPeriod) {
		return q.c.title
	}
	for _, a := range q.c.axes {
		for _, name := range strings.FieldsFunc(words(a.label+" "+a.id), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if slices.Contains(timeWords, name) {
				return a.label
			}
		}
		for _, cat := range a.cats {
			if _, _, ok := q.readTimeLabel(cat.label); ok {
				return cat.label
			}
		}
	}
	return ""
}

// readTimes reads the periods of the time dimension; a label comes before a code,
// because a code may be a running number.
func (q *cubeReader) readTimes() string {
	a := q.c.axes[q.time]
	for k, cat := range a.cats {
		t, status, ok := q.readTimeLabel(cat.label)
		if !ok {
			t, ok = readTimeCode(cat.code)
		}
		if !ok {
			return fmt.Sprintf("value %d of the time dimension %q is no period: %q", k+1, a.label, cat.label)
		}
		raw := ""
		if status != "" {
			raw = cat.label
		}
		q.times, q.status, q.raw = append(q.times, t), append(q.status, status), append(q.raw, raw)
	}
	return ""
}

// findPlaces finds the dimension of places: the file says so, or half of its labels
// name places of the catalog.
func (q *cubeReader) findPlaces() {
	day := nhip.Date{}
	if len(q.times) > 0 {
		day = q.times[len(q.times)-1].end
	}
	best, most := -1, 0
	for i, a := range q.c.axes {
		if i == q.time || q.geo >= 0 && i != q.geo {
			continue
		}
		n := 0
		for _, cat := range a.cats {
			if q.placeLabelled(cat, day) != nil {
				n++
			}
		}
		if n > most && (2*n >= len(a.cats) || i == q.geo) {
			best, most = i, n
		}
	}
	if q.geo = best; best < 0 {
		return
	}
	for _, cat := range q.c.axes[best].cats {
		q.places = append(q.places, q.placeLabelled(cat, day))
	}
}

var wholeCountry = keys("whole country", "cả nước", "viet nam", "vietnam", "toàn quốc")

// placeLabelled finds the place of a label, in either language and without accents,
// as English tables print names.
func (q *cubeReader) placeLabelled(cat category, day nhip.Date) *catalog.Place {
	label := vi.Repair(cat.label)
	for _, part := range append([]string{label}, bilingual.Split(label, 2)...) {
		key := vi.Key(strings.TrimSpace(part))
		if slices.Contains(wholeCountry, key) {
			return q.country
		}
		if p := q.placeNamed(placeKey(part), day); p != nil {
			return p
		}
		if p := q.plainPlace(part, day); p != nil {
			return p
		}
	}
	return nil
}

// plainPlace finds a place by its name without accents. Where two names become one the
// label names neither.
func (q *cubeReader) plainPlace(label string, day nhip.Date) *catalog.Place {
	list := q.plain[plainKey(label)]
	if len(list) == 0 {
		return nil
	}
	name := list[0].Name
	var found *catalog.Place
	for _, p := range list {
		if p.Name != name {
			return nil
		}
		if found == nil || validOn(p, day) {
			found = p
		}
	}
	return found
}

func plainKey(name string) string { return joined.Replace(vi.Fold(strings.TrimSpace(name))) }

var (
	bilingual = regexp.MustCompile(`\s+[-–/]\s+`)
	unitTail  = regexp.MustCompile(`^(.*\S)\s*(?:[-–,]|\s\()\s*([^()]+?)\)?\s*$`)
	noteMark  = regexp.MustCompile(`\s*\(\*+\)\s*\)?\s*$`)
	yearAgo   = regexp.MustCompile(`(?i)(previous year|preceding year|năm trước)\s*=\s*100`)
)

// readLabel takes the unit off a label ("Total - Thous. pers.", "Land use, hectares",
// "Diện tích (Nghìn ha)") and finds the words for a measure.
func (q *cubeReader) readLabel(cat category) labelMeaning {
	label := noteMark.ReplaceAllString(vi.Repair(cat.label), "")
	m := labelMeaning{name: label, yoy: yearAgo.MatchString(label)}
	if x := unitTail.FindStringSubmatch(label); x != nil {
		if u, ok := q.units.parse(x[2]); ok && u.known {
			m.name, m.unit = strings.TrimRight(x[1], " -–,"), u
		}
	}
	if cat.unit != "" {
		if u, ok := q.units.parse(cat.unit); ok {
			m.unit = u
		}
		m.unit.raw = cat.unit
	}
	if cat.hasMult && m.unit.mult == 0 {
		m.unit.mult = cat.mult
	}
	key := words(m.name)
	switch {
	case cat.index || containsAny(key, "chỉ số", "index", "indices"):
		m.measure = nhip.MeasureIndex
	case containsAny(key, "tốc độ tăng", "tỷ lệ tăng", "tăng trưởng", "growth"):
		m.measure = nhip.MeasureGrowth
	case containsAny(key, "cơ cấu", "tỷ trọng", "structure", "share of", "percentage of"):
		m.measure = nhip.MeasureShare
	}
	return m
}

// cubeSubject reads the title as that of a table, and the English words official
// tables use.
func (q *cubeReader) cubeSubject() subject {
	b := block{titles: []string{vi.Repair(q.c.title)}}
	s := q.subject(&b, context{source: q.src})
	key := words(s.title)
	s.isIndex = s.isIndex || containsAny(key, "index", "indices")
	s.isGrowth = s.isGrowth || containsAny(key, "growth rate", "rate of growth")
	s.isShare = s.isShare || containsAny(key, "structure of", "share of")
	if q.c.table != "" {
		s.code = q.c.table
	}
	return s
}

// dimID names a dimension as SDMX names concepts: capitals, digits and underscores.
func dimID(a axis) string {
	name := a.label
	if a.id != "" && !isOrdinal(a.id) {
		name = a.id
	}
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return unicode.ToUpper(r)
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, vi.Fold(name))
	parts := strings.FieldsFunc(id, func(r rune) bool { return r == '_' })
	return strings.Join(parts, "_")
}

// isOrdinal reports a code that only counts.
func isOrdinal(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// code names a category in the dimensions of an observation: by its code unless the
// codes of the dimension only count its values.
func (a axis) code(k int) string {
	for i, cat := range a.cats {
		if cat.code != fmt.Sprint(i) && cat.code != fmt.Sprint(i+1) {
			return a.cats[k].code
		}
	}
	return strings.ToLower(vi.Repair(a.cats[k].label))
}

// common makes what all periods of a series have in common.
func (q *cubeReader) common(index []int) nhip.Observation {
	o := nhip.Observation{Bound: nhip.BoundExactly, Kind: nhip.KindActual, TableCode: q.s.code, Rule: ReaderName,
		Adjustment: "N", PriceBasis: q.s.priceBasis, Confidence: 1, Label: q.s.title, BasePeriod: q.s.baseYear}
	if q.s.indicator != nil {
		o.Indicator = q.s.indicator.ID
	}
	place, placed := q.s.place, false
	named := "" // a place the catalog does not have
	var u unit
	var measure nhip.Measure
	yoy := yearAgo.MatchString(q.c.title)
	dims := map[string]string{}
	for i, k := range index {
		if i == q.time {
			continue
		}
		a, cat, m := q.c.axes[i], q.c.axes[i].cats[k], q.labels[i][k]
		if !m.unit.isZero() || m.unit.raw != "" || m.unit.mult != 0 {
			u = m.unit
		}
		if m.measure != "" {
			measure = m.measure
		}
		yoy = yoy || m.yoy
		applyCategory(&o, cat)
		if i == q.geo && q.places[k] != nil {
			place, placed = q.places[k], true
			continue
		}
		if a.role == roleGeo {
			named = m.name
		}
		if m.name != "" && (len(a.cats) > 1 || i == q.metric) {
			o.Label += " – " + m.name
			o.Path = append(o.Path, slices.Concat(cat.parents, []string{m.name})...)
		}
		if i != q.metric || len(a.cats) > 1 { // a single measure is what the table is about
			dims[q.dimIDs[i]] = plainCode(a.code(k))
		}
		if ind := q.industries[words(m.name)]; ind != nil {
			o.Industry = ind.ID
		}
	}
	if len(dims) > 0 {
		o.Dims = dims
	}
	switch {
	case named != "" && !placed:
		o.Place = named
	case place != nil:
		o.Place, o.PlaceID, o.GeoVintage = place.Name, place.ID, vintageAt(place)
		if !placed && q.s.placeFlag {
			o.Flags = append(o.Flags, FlagPlaceAssumed)
		}
	}
	q.setUnitAndMeasure(&o, u, measure, yoy)
	o.Quote = clip(strings.Join(o.Path, " | "), 400)
	return o
}

// plainCode keeps a dimension's value apart from the next where both are printed in
// one line.
func plainCode(code string) string { return strings.ReplaceAll(code, ";", ",") }

func applyCategory(o *nhip.Observation, cat category) {
	if cat.price != "" {
		o.PriceBasis = cat.price
	}
	if cat.adjustment != "" {
		o.Adjustment = cat.adjustment
	}
	if cat.collect != "" {
		o.TimeCollect = cat.collect
	}
	if cat.base != "" {
		o.BasePeriod = cat.base
	}
	if cat.decimals >= 0 {
		o.Decimals = cat.decimals
	}
}

// setUnitAndMeasure takes the unit of the labels, else of the table.
func (q *cubeReader) setUnitAndMeasure(o *nhip.Observation, u unit, measure nhip.Measure, yoy bool) {
	if u.isZero() && u.raw == "" && u.mult == 0 && q.c.unit != "" {
		if x, ok := q.units.parse(q.c.unit); ok {
			u = x
		}
		u.raw = q.c.unit
		o.Flags = append(o.Flags, FlagUnitInherited)
	}
	if u.isZero() && u.raw == "" {
		if x := unitTail.FindStringSubmatch(q.s.title); x != nil {
			if p, ok := q.units.parse(x[2]); ok && p.known {
				u = p
				o.Flags = append(o.Flags, FlagUnitInherited)
			}
		}
	}
	switch {
	case measure != "":
	case q.s.isGrowth:
		measure = nhip.MeasureGrowth
	case q.s.isShare && (u.isPercent() || u.isZero()):
		measure = nhip.MeasureShare
	case (q.s.isIndex || yoy) && (u.isPercent() || u.isZero()):
		measure = nhip.MeasureIndex
	default:
		measure = nhip.MeasureLevel
	}
	if u.isZero() && u.raw == "" && (measure == nhip.MeasureIndex || measure == nhip.MeasureGrowth || measure == nhip.MeasureShare) {
		u = percentUnit
		o.Flags = append(o.Flags, FlagUnitInherited)
	}
	o.Measure, o.Unit, o.UnitRaw, o.UnitMult = measure, u.id, u.raw, u.mult
	switch {
	case u.id == "" && u.raw == "":
		o.Flags = append(o.Flags, FlagUnitMissing)
	case !u.known:
		o.Flags = append(o.Flags, FlagUnitUnknown)
		if o.Unit == "" {
			o.Unit = nhip.UnitID(strings.ToLower(u.raw))
		}
	}
	if measure == nhip.MeasureIndex && o.BasePeriod == "" {
		o.Compare = nhip.CompareYoY
		if !yoy {
			o.Flags = append(o.Flags, FlagBaseAssumed)
		}
	} else if measure == nhip.MeasureIndex {
		o.Compare = nhip.CompareVsBase
	}
}

// at gives an observation its place in time and its cell.
func (q *cubeReader) at(o *nhip.Observation, index []int) {
	t := codeOf(q.title.main)
	o.Status, o.StatusRaw = "A", ""
	if q.time >= 0 {
		k := index[q.time]
		t = q.times[k]
		if s := q.status[k]; s != "" {
			o.Status, o.StatusRaw = s, q.raw[k]
		}
	}
	if q.isFree {
		t = timeCode{code: nhip.PeriodNone}
	}
	o.Period, o.Freq, o.PeriodStart, o.PeriodEnd = t.code, t.freq, t.start, t.end
	if !t.period.isZero() {
		o.Accumulation = t.period.accumulation()
		if c := t.period.timeCollect(); c != "" {
			o.TimeCollect = c
		}
	}
	if o.Compare == nhip.CompareYoY && !t.period.isZero() {
		o.BasePeriod = t.period.back(1).code()
	}
	var b strings.Builder
	b.WriteString(q.c.name)
	for i, k := range index {
		if i == 0 {
			b.WriteByte('[')
		} else {
			b.WriteByte(',')
		}
		fmt.Fprint(&b, k)
	}
	b.WriteByte(']')
	o.Cell = b.String()
}

// value reads the number or the sign for a missing one. word reports a value that is
// neither. The numbers are kept in one list, of which the observations hold addresses.
func (q *cubeReader) value(o *nhip.Observation, v cubeValue, numbers *[]nhip.Decimal) (number, word bool) {
	o.Printed = v.text
	if v.status != "" {
		o.StatusRaw = v.status
	}
	status, known := statusCode(v.status)
	if v.text == "" { // no value: the status says why
		if v.status == "" {
			o.Status = ""
			return false, false
		}
		if !known || status == "A" {
			status = "O"
		}
		o.Status, o.StatusRaw = status, v.status
		return false, false
	}
	d, err := longDecimal(v.text)
	if err != nil {
		if s, ok := statusCode(v.text); ok && s != "A" {
			o.Status, o.StatusRaw = s, v.text
			return false, false
		}
		return false, true
	}
	if o.Decimals == 0 || q.c.decimal < 0 {
		o.Decimals = printedDecimals(v.text)
	}
	if known {
		o.Status = status
	}
	setKind(o)
	if len(v.text) > 12 { // computed, not printed: the file holds more than anybody shows
		full := d.Shift(o.UnitMult).Float64()
		o.ValueFull = &full
	}
	*numbers = append(*numbers, d.Shift(o.UnitMult))
	o.Value = &(*numbers)[len(*numbers)-1]
	if o.Measure == nhip.MeasureGrowth || o.Measure == nhip.MeasureChange {
		o.Direction = direction(o.Value)
	}
	return true, false
}

func printedDecimals(text string) int {
	if i := strings.IndexByte(text, '.'); i >= 0 && !strings.ContainsAny(text, "eE") {
		return len(text) - i - 1
	}
	return 0
}

func setKind(o *nhip.Observation) {
	switch o.Status {
	case "E":
		o.Kind = nhip.KindEstimate
	case "F":
		o.Kind = nhip.KindForecast
	}
}

// statusCode reads a status as files have it: a code of SDMX CL_OBS_STATUS in either
// case, or a printed sign. "." is the sign of PC-Axis for what cannot occur.
func statusCode(s string) (nhip.ObsStatus, bool) {
	key := strings.ToLower(strings.TrimSpace(s))
	if status, ok := symbols[key]; ok && key != "c" {
		return status, true
	}
	switch key {
	case ".":
		return "M", true
	case "a", "e", "f", "p", "m", "l", "o", "q":
		return nhip.ObsStatus(strings.ToUpper(key)), true
	case "b", "d", "g", "h", "i", "j", "k", "n", "s", "t", "u", "v", "w":
		return "A", true // a break, another definition, low reliability: there is a number
	case "nan":
		return "O", true
	}
	return "", false
}
