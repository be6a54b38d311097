package fact

import (
	"slices"
	"strings"
	"time"

	"nhip"
	"nhip/transform/vi"
)

// glance takes from a sentence without numbers what the next may need.
// Of several places the first is the one it speaks of.
func (c *clause) glance(st *state) {
	c.context(st, c.s.First, c.s.End, -1)
	for _, k := range c.p.places {
		if k.first >= c.s.First && k.end <= c.s.End && !c.inSource(k) && c.p.group[k.first] < 0 {
			st.place = place{nhip.PlaceID(k.mention.ID), k.mention.Name}
			return
		}
	}
}

// finish fills the slots that stayed empty, appends the observations and updates
// the memory.
func (c *clause) finish(st *state) {
	p, d := c.p, c.d()
	mem := &d.mem
	if st.lastQ != nil {
		c.tail(st)
	}
	c.backfill(st)
	c.shareBases()
	fallback := c.fallbackPlace(mem)
	for i := range c.facts {
		f := &c.facts[i]
		if f.label == "" && f.o.Rule == "growth.verb" && mem.subject != "" {
			f.label = mem.subject
		}
		if f.label == "" && i+1 < len(c.facts) {
			f.label = c.facts[i+1].label // "Với mức tăng 0,5 điểm, lãi suất lên 6,2%"
		}
		if f.label == "" && !f.q.Unit.Counted {
			f.label = mem.subject // "Năm 2027, mục tiêu là 52 tỷ USD"
		}
		c.complete(f, st, fallback)
		d.out = append(d.out, f.o)
	}
	if st.bound && (st.period.Span != vi.SpanDay || st.accumulation == "to_date") {
		mem.period, mem.ofAim = st.period, st.kind != nhip.KindActual && st.kind != nhip.KindEstimate
		if ref := c.d().ref; ref == (vi.Date{}) || st.period.Start.Year <= ref.Year {
			mem.year = st.period.Start.Year // the year of an aim is not that of the months after it
		}
	}
	if c.inheritedKind(mem) != mem.kind {
		mem.kind = nhip.KindActual // something that is: the aim is over
	}
	if len(c.facts) > 0 || st.kind != nhip.KindActual {
		if mem.carried++; st.kind != mem.kind || c.hasAim() {
			mem.carried = 0
		}
		mem.kind = st.kind
	}
	if st.compare.set {
		mem.compare = st.compare
	}
	if len(c.facts) > 0 {
		mem.subject = c.facts[0].label
	}
	if st.place != (place{}) {
		mem.place = st.place
	}
	mem.aspects, mem.object = nil, ""
	if st.lastQ != nil {
		if a := c.aspects(st.lastQ.End); a != nil {
			mem.aspects = a
			mem.object = c.objectOf()
		}
	}
	if len(d.spoken) >= 64 {
		d.spoken = append(d.spoken[:0], d.spoken[32:]...)
	}
	d.spoken = append(d.spoken, spoken{p.x, c.s})
}

// spoken is a sentence that was read.
type spoken struct {
	x *vi.Text
	s vi.Sentence
}

// lastIndustry is the words of the last industry named in the sentences before, "" if
// none of the last few names one. Few sentences ask for it.
func (d *document) lastIndustry() string {
	for _, before := range slices.Backward(d.spoken) {
		words := ""
		for i := before.s.First; i < before.s.End; i++ {
			if _, n := d.r.industries.at(before.x.Tokens, i); n > 0 {
				words = before.x.Print(i, i+n)
				i += n - 1
			}
		}
		if words != "" {
			return words
		}
	}
	return ""
}

// hasAim reports that the sentence itself speaks of a target or plan.
func (c *clause) hasAim() bool {
	for i := c.s.First; i < c.s.End; i++ {
		if w := c.p.phrase[i]; int(w.first) == i && w.set.hasAny(tagTarget, tagPlan) && c.wants(i, int(w.end)) {
			return true
		}
	}
	return false
}

// objectOf is what the aspects of the next sentence are of: the label of the first
// fact here.
func (c *clause) objectOf() string {
	if len(c.facts) == 0 {
		return ""
	}
	return c.facts[0].label
}

// tail reads the comparisons behind the last number.
func (c *clause) tail(st *state) {
	for i := st.lastQ.End; i < c.s.End; i++ {
		if m := c.p.markAt(i); m != nil && m.First == i && m.Comparison != nil {
			st.compare = base{set: true, c: *m.Comparison}
		}
	}
}

// backfill gives the period a sentence names late to the facts before it, and the
// aim it names late to values that are clearly not measured yet.
func (c *clause) backfill(st *state) {
	if st.bound && !st.period.IsZero() {
		for i := range c.facts {
			if c.facts[i].period.IsZero() && !c.facts[i].from {
				c.facts[i].period = st.period
			}
		}
	}
	if st.kind == nhip.KindTarget && c.d().mem.kind != nhip.KindTarget && c.allUnmeasured() {
		for i := range c.facts {
			if end := c.facts[i].period.End(); !c.facts[i].period.IsZero() && c.d().ref != (vi.Date{}) && end.Year < c.d().ref.Year {
				continue // the past is no aim
			}
			c.facts[i].o.Kind = nhip.KindTarget
		}
	}
}

// shareBases gives a growth the base that is named only behind a later one: "A tăng
// 13,2% và B tăng 10,8% so với cùng kỳ". It governs up to a semicolon.
func (c *clause) shareBases() {
	for i := len(c.facts) - 2; i >= 0; i-- {
		f := &c.facts[i]
		if f.cmp.set || f.o.Measure != nhip.MeasureGrowth && f.o.Measure != nhip.MeasureChange {
			continue
		}
		for j := i + 1; j < len(c.facts) && j <= i+2; j++ {
			next := &c.facts[j]
			if c.parted(f.at, next.at) {
				break
			}
			if next.change && next.cmp.set && next.period == f.period && c.givesBase(f, next) {
				f.cmp = next.cmp
				break
			}
		}
	}
}

// givesBase reports that next names a base in time that f may share.
func (c *clause) givesBase(f, next *draft) bool {
	switch next.o.Measure {
	case nhip.MeasureGrowth, nhip.MeasureChange:
	default:
		return false
	}
	code := next.cmp.code
	if code == "" {
		code = next.cmp.relation(c.d(), c.top, next.period)
	}
	switch code {
	case nhip.CompareYoY, nhip.CompareVsDec:
		return true
	case nhip.CompareMoM, nhip.CompareQoQ:
		return f.period.Span == vi.SpanMonth || f.period.IsZero()
	}
	return false
}

// parted reports a sign between two tokens that ends what a base governs.
func (c *clause) parted(first, end int) bool {
	for i := first; i < end; i++ {
		if c.p.is(i, ";", ":", "(", ")") {
			return true
		}
	}
	return false
}

// allUnmeasured reports that nothing in the sentence says a value was measured: no
// past, no base in time, no estimate.
func (c *clause) allUnmeasured() bool {
	for i := c.s.First; i < c.s.End; i++ {
		if c.p.is(i, "đã", "ước") || c.p.seq(i, "mới", "đạt") || c.p.seq(i, "trong", "khi") || c.p.is(i, "nhưng", "song") {
			return false
		}
		if m := c.p.markAt(i); m != nil && m.Comparison != nil && m.Comparison.Basis == vi.BasisPeriod {
			return false
		}
	}
	return true
}

// fallbackPlace is the place of facts beside which none is named: the home of who
// says it, the sentence before, another place of the sentence, the title, the
// publisher.
func (c *clause) fallbackPlace(mem *memory) place {
	p, d := c.p, c.d()
	if c.source.end > c.source.first {
		from, to := p.t[c.source.first].Start, p.t[c.source.end-1].End
		for _, m := range d.mentions[p.n] {
			if m.Kind == nhip.MentionPlace && m.Start >= from && m.End <= to && c.isRegional(m) {
				return place{nhip.PlaceID(m.ID), m.Name}
			}
		}
	}
	if mem.place != (place{}) {
		return mem.place
	}
	semicolon := c.s.First
	for semicolon < c.s.End && !p.is(semicolon, ";") {
		semicolon++
	}
	for _, k := range p.places {
		if k.first >= c.s.First && k.end <= semicolon && !c.inSource(k) && !c.isCounterpart(k) && !c.isYardstick(k) && !(p.is(k.first, "cả", "toàn") && len(c.q) > 0 && k.first > c.q[0].First) {
			return place{nhip.PlaceID(k.mention.ID), k.mention.Name}
		}
	}
	for _, m := range d.mentions[p.n] { // "Hải quan TPHCM thu …": the office is of a place
		if m.Role == "office" && m.Start >= p.t[c.s.First].Start && m.End <= p.t[c.s.End-1].End && c.isRegional(m) {
			return place{nhip.PlaceID(m.ID), m.Name}
		}
	}
	if d.place != (place{}) {
		return d.place
	}
	if pl := d.r.placesByID[d.ctx.Place]; pl != nil {
		return place{pl.ID, pl.Name}
	}
	return place{}
}

// placeBehind is a place named after the number before the next sign: "3 triệu tấn
// tại Đồng Nai".
func (c *clause) placeBehind(q *vi.Quantity) place {
	for i := q.End; i < min(c.s.End, q.End+20); i++ {
		if m := c.p.markAt(i); c.p.is(i, ",", ";", "(", ")", ":", ".") || m != nil && m.Quantity != nil {
			break
		}
		for _, k := range c.p.places {
			if k.first == i && !c.inSource(k) {
				return place{nhip.PlaceID(k.mention.ID), k.mention.Name}
			}
		}
	}
	return place{}
}

func (c *clause) inSource(k placed) bool { return k.first >= c.source.first && k.end <= c.source.end }

// isCounterpart tells the other side of a trade: "sang Hoa Kỳ", "thị trường Nhật Bản",
// "nhập khẩu từ Hàn Quốc".
func (c *clause) isCounterpart(k placed) bool {
	p := c.d().r.placesByID[nhip.PlaceID(k.mention.ID)]
	if p == nil || p.Level != "country" {
		return false
	}
	if p.ID != "viet-nam" && c.ofTrade() {
		return true
	}
	return c.p.is(k.first-1, "sang", "trường", "từ", "với") || c.p.is(k.first-1, ",", "và") && c.p.is(k.first-3, "trường", "sang")
}

// ofTrade reports that the sentence is about exports or imports.
func (c *clause) ofTrade() bool {
	for i := c.s.First; i < c.s.End; i++ {
		if c.p.is(i, "xuất", "nhập") && c.p.is(i+1, "khẩu", "siêu") {
			return true
		}
	}
	return false
}

// isRegional keeps the country in the name of a national body from becoming the
// place of its numbers.
func (c *clause) isRegional(m nhip.Mention) bool {
	p := c.d().r.placesByID[nhip.PlaceID(m.ID)]
	return p != nil && (p.Level == "province" || p.Level == "district")
}

// complete turns a draft into the observation.
func (c *clause) complete(f *draft, st *state, fallback place) {
	d := c.d()
	o := &f.o
	o.Label = f.label
	if i := d.indicator(f.label); i >= 0 {
		o.Indicator = d.r.catalog.Indicators[i].ID
	}
	o.Industry, _ = d.industryIn(f.label)
	o.Organisation = c.org
	o.PriceBasis = c.priceBasis()
	if aim := o.Kind == nhip.KindTarget || o.Kind == nhip.KindForecast; aim && !st.bound && !d.mem.ofAim && d.ref != (vi.Date{}) && f.period.Start.Year < d.ref.Year {
		f.period = vi.Period{} // what is wanted is not of the past spoken of before
	}
	if !f.period.IsZero() {
		o.Period = f.period.Code()
		o.PeriodStart, o.PeriodEnd = date(f.period.Start), date(f.period.End())
	}
	if f.change {
		o.Compare = f.cmp.relation(d, st, f.period)
		if o.Compare == "" && o.Measure == nhip.MeasureGrowth && !f.cmp.set && c.yearlyByDefault(f) {
			o.Compare = nhip.CompareYoY
		}
		o.BasePeriod = f.cmp.basePeriod(d, st, f.period)
	}
	where := place{o.PlaceID, o.Place}
	if where == (place{}) {
		where = c.placeBehind(f.q)
	}
	if where == (place{}) {
		where = fallback
	}
	where = d.resolvePlace(where, o.PeriodEnd)
	o.PlaceID, o.Place = where.id, where.name
	switch o.Kind {
	case nhip.KindEstimate:
		o.Status = "E"
	case nhip.KindForecast:
		o.Status = "F"
	default:
		o.Status = "A"
	}
}

// yearlyByDefault tells growth that is on a year before where nothing else is
// said: of a year, quarter or sum of months, and of what is expected or wanted.
func (c *clause) yearlyByDefault(f *draft) bool {
	switch f.period.Span {
	case vi.SpanYear, vi.SpanQuarter, vi.SpanHalf, vi.SpanMonths:
		return true
	}
	if strings.HasPrefix(vi.Key(f.label), "lạm phát") && f.o.Rule == "growth.noun" {
		return true // the rate of inflation is on a year before
	}
	return f.o.Kind == nhip.KindTarget || f.o.Kind == nhip.KindForecast || f.o.Kind == nhip.KindPlan
}

func date(d vi.Date) nhip.Date {
	return nhip.Date{Year: d.Year, Month: time.Month(d.Month), Day: d.Day}
}

// priceBasis tells values at constant prices from those at current ones.
func (c *clause) priceBasis() string {
	for i := c.s.First; i+2 < c.s.End; i++ {
		if !c.p.is(i, "giá") {
			continue
		}
		switch {
		case c.p.seq(i+1, "so", "sánh"), c.p.seq(i+1, "cố", "định"):
			return "constant"
		case c.p.seq(i+1, "hiện", "hành"), c.p.seq(i+1, "thực", "tế"):
			return "current"
		}
	}
	return ""
}
