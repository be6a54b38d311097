package fact

import (
	"strings"
	"time"

	"nhip"
	"nhip/transform/vi"
)

// isVoid tells numbers with a unit that measure nothing here: limits of a rule, a
// count inside the subject, a number inside a name or an indicator.
func (c *clause) isVoid(q found, r predicate, start, k int) bool {
	p := c.p
	before := r.first - 1
	switch {
	case q.Threshold && r.verb == tagNone:
		return true
	case c.isSizeClass(q, k):
		return true
	case p.is(q.First-1, "ngưỡng", "trần", "sàn", "thứ", "hạng", "top"):
		return true
	case p.is(q.First-1, "mốc", "mức") && p.is(q.First-2, "trên", "dưới", "qua"):
		return true
	case q.Unit.ID == "%" && p.is(before, "của", "mỗi", "cứ") && r.verb == tagNone && st0(q):
		return true
	case q.IsRange && r.verb == tagNone && p.is(before, "mô", "loại", "nhóm") && q.Unit.Family == "money":
		return true
	case q.Bound != vi.Exactly && q.Bound != vi.Range && q.Bound != vi.About && c.isNorm():
		return true
	case q.Threshold && c.isNorm():
		return true
	}
	return c.insideSubject(q, r, k)
}

// isSizeClass tells the limit that defines a count: "28 mặt hàng đạt kim ngạch trên
// 1 tỷ USD".
func (c *clause) isSizeClass(q found, k int) bool {
	if k == 0 || q.Bound != vi.MoreThan && q.Bound != vi.AtLeast && q.Bound != vi.LessThan && q.Bound != vi.AtMost || q.Unit.Counted {
		return false
	}
	before := c.q[k-1]
	if !before.Unit.Counted || before.group != q.group || q.First-before.End > 8 || q.First == before.End {
		return false
	}
	for i := before.End; i < q.First; i++ {
		if c.p.t[i].Kind == vi.Sign || c.p.markAt(i) != nil || c.p.is(i, "với", "và") {
			return false
		}
	}
	return c.p.is(before.End, "đạt", "có", "xuất", "nhập", "với", "trị", "từ", "trên")
}

func st0(q found) bool { return q.Value.Compare(vi.Decimal{Coef: 1}) == 0 }

// norms are words of sentences that lay down a rule: their numbers are limits.
var norms = func() *phrases {
	n := newPhrases()
	for i, w := range strings.Split("phải nộp|phải khai|phải có|phải đạt|phải thực hiện|bị phạt|phạt tiền|mới được|không chịu thuế|được miễn|tiêu chí|điều kiện|thuộc diện|không phải nộp|quy định mức|được trừ|được áp dụng|trường hợp", "|") {
		n.add(w, i)
	}
	return n
}()

func (c *clause) isNorm() bool {
	for i := c.s.First; i < c.s.End; i++ {
		if _, n := norms.at(c.p.t, i); n > 0 {
			return true
		}
	}
	return false
}

// insideSubject tells "của 45 doanh nghiệp" before "đạt 3.100 tỷ đồng": the count
// bounds the subject and is no fact.
func (c *clause) insideSubject(q found, r predicate, k int) bool {
	p := c.p
	if !q.Unit.Counted || r.verb != tagNone || k+1 >= len(c.q) || !p.is(r.first-1, "của", "tại", "từ", "cho", "trong", "giữa", "do", "ở", "bởi", "với", "cả", "trên") {
		return false
	}
	next := c.q[k+1]
	if next.group != q.group {
		return false
	}
	verb := false
	for i := q.End; i < next.First; i++ {
		if p.is(i, ",", ";", ":") {
			return false
		}
		verb = verb || p.phrase[i].set.hasAny(tagUp, tagDown, tagLevel, tagShare, tagEst)
	}
	return verb
}

// emit makes the observation of q.
func (c *clause) emit(st *state, q found, r predicate, kl class, label string, k int) {
	p := c.p
	f := draft{from: r.from, change: kl.measure == nhip.MeasureGrowth || kl.measure == nhip.MeasureChange || kl.measure == nhip.MeasureChangePP || kl.measure == nhip.MeasureRatio, at: q.First, q: q.Quantity}
	f.o.Measure, f.o.Rule, f.o.Kind = kl.measure, kl.rule, st.kind
	if r.estimate {
		f.o.Kind = nhip.KindEstimate
	}
	if c.isPlanBracket(st, q, r) {
		f.o.Kind, label, f.o.Rule = nhip.KindPlan, "kế hoạch "+label, "plan.bracket"
		kl.measure = nhip.MeasureLevel
	}
	f.period = c.periodFor(st, q, kl, k)
	if f.o.Rule == "plan.bracket" {
		if y := c.planYear(q); y > 0 {
			f.period = vi.Period{Span: vi.SpanYear, Start: vi.Date{Year: y, Month: 1, Day: 1}, N: 1}
		}
	}
	if r.from && !c.periodBehind(q) {
		f.period = vi.Period{} // where a change starts lies before what the sentence is about
	}
	if f.change {
		f.cmp = c.baseFor(st, q, r, kl, label, k)
		if st.compare.set && st.compare.code == "" {
			// A number that inherits the base has its own period: the relation is
			// what goes on, not the printed base.
			switch code := st.compare.relation(c.d(), st, f.period); code {
			case nhip.CompareYoY, nhip.CompareMoM, nhip.CompareQoQ:
				st.compare = base{set: true, code: code}
			}
		}
	}
	c.value(&f, q.Quantity, kl)
	f.o.Unit = nhip.UnitID(q.UnitID())
	f.o.UnitMult, f.o.Decimals = q.Scale, q.Decimals
	f.o.Printed = p.x.Print(q.NumFirst, max(q.UnitFirst, q.NumFirst+1))
	if q.End > q.UnitFirst {
		f.o.UnitRaw = p.x.Print(q.UnitFirst, q.End)
	}
	f.label = c.decorate(st, kl, label)
	if kl.measure == nhip.MeasureShare {
		if whole := c.after(q.Quantity, 8); len(whole) > 0 && r.verb != tagNone {
			f.o.Dims = map[string]string{"share_of": p.text(whole)}
		}
	}
	f.o.Quote = c.quote
	f.o.Span = nhip.Span{Paragraph: p.n, Start: p.t[q.First].Start, End: p.t[q.End-1].End}
	if st.place != (place{}) {
		f.o.PlaceID, f.o.Place = st.place.id, st.place.name
	}
	c.facts = append(c.facts, f)
	st.last, st.lastQ, st.prevEnd, st.begin = kl, q.Quantity, q.End, false
}

// decorate words the label of shares and contributions, which are of a part.
func (c *clause) decorate(st *state, kl class, label string) string {
	own := st.own
	if own == "" {
		own = label
	}
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(vi.Key(label), w) {
				return true
			}
		}
		return false
	}
	switch {
	case kl.rule == "share.verb" && !has("tỷ trọng", "tỷ lệ", "thị phần", "cơ cấu"):
		return strings.TrimSpace("tỷ trọng " + own)
	case kl.measure == nhip.MeasureContribution && !has("đóng góp"):
		return strings.TrimSpace("đóng góp của " + own)
	case kl.rule == "ratio.times" && st.bracket && st.last.measure == nhip.MeasureGrowth:
		return strings.TrimSpace("mức tăng " + label)
	}
	return label
}

func (c *clause) value(f *draft, q *vi.Quantity, kl class) {
	low := *decimal(q.Value, q.Negative)
	if kl.dir < 0 {
		low = low.Neg()
	}
	f.o.Value, f.o.Bound = &low, nhip.Bound(q.Bound)
	if q.IsRange {
		high := *decimal(q.High, q.Negative)
		if kl.dir < 0 {
			high = high.Neg()
			low, high = high, low
		}
		mid := middle(low, high)
		f.o.Low, f.o.High, f.o.Value, f.o.Bound = &low, &high, &mid, nhip.BoundRange
	}
	if f.change && kl.dir != 0 {
		f.o.Direction = "up"
		if kl.dir < 0 {
			f.o.Direction = "down"
		}
		if q.Negative {
			f.o.Flags = append(f.o.Flags, "sign_conflict")
		}
	}
}

// isPlanBracket tells "132% kế hoạch của năm (gần 1,9 tỷ USD)": the plan itself.
func (c *clause) isPlanBracket(st *state, q found, r predicate) bool {
	return c.opensBracket(q, r) && st.last.plan && st.last.measure == nhip.MeasureRatio && q.Unit.ID != "%"
}

// planYear is the year of the plan named before the bracket of q.
func (c *clause) planYear(q found) int {
	for i := int(q.group) - 1; i >= max(c.s.First, int(q.group)-8); i-- {
		if m := c.p.markAt(i); m != nil && m.Period != nil && m.Period.Year > 0 {
			return m.Period.Year
		}
	}
	return 0
}

// periodFor is the period of q: named right behind it, or the one in force.
func (c *clause) periodFor(st *state, q found, kl class, k int) vi.Period {
	p := c.p
	if !st.same.IsZero() {
		return st.same
	}
	if kl.plan || kl.rule == "ratio.times" {
		return st.period
	}
	end := c.s.End
	if k+1 < len(c.q) {
		end = c.q[k+1].First
	}
	for i := q.End; i < min(end, q.End+14); i++ {
		if p.group[i] != q.group {
			break
		}
		m := p.markAt(i)
		if m == nil {
			if p.t[i].Kind == vi.Sign && !p.is(i, "-", "/", "\"") || p.phrase[i].set.hasAny(tagUp, tagDown, tagShare, tagTimes) || p.is(i, "và") {
				break
			}
			continue
		}
		if m.Comparison != nil {
			i = m.End - 1
			continue
		}
		if e := m.Period; e != nil && m.First == i && !e.Void && !(e.Weak && e.Span == vi.SpanMonths) {
			if pr, ok := e.Resolve(st.frame(c.d())); ok {
				if !e.Same || !p.is(m.First-1, "của") {
					st.period, st.bound = pr, true
				}
				return pr
			}
		}
	}
	return st.period
}

// periodBehind tells "từ 48,9 điểm trong tháng 7 lên …".
func (c *clause) periodBehind(q found) bool {
	for i := q.End; i < min(q.End+4, c.s.End); i++ {
		if m := c.p.markAt(i); m != nil {
			return m.Period != nil
		}
		if c.p.is(i, "lên", "xuống", ",") {
			return false
		}
	}
	return false
}

// baseFor is what q is measured against: named behind it, shared with the number
// it is coordinated with, or in force.
func (c *clause) baseFor(st *state, q found, r predicate, kl class, label string, k int) base {
	p := c.p
	if kl.plan {
		return base{set: true, code: nhip.CompareVsPlan}
	}
	if q.Per == "năm" {
		return base{set: true, code: nhip.CompareAnnualAvg}
	}
	if kl.rule == "ratio.times" {
		for i := q.End; i < min(q.End+5, c.s.End); i++ {
			m := p.markAt(i)
			if m != nil && m.Period != nil && m.First == i {
				return base{set: true, named: true, period: *m.Period}
			}
			if m != nil || p.is(i, ",", ";", ".", ")", "(") {
				break
			}
		}
	}
	if b, ok := c.baseBehind(q, k); ok {
		st.compare = b
		return b
	}
	for j := k + 1; j < len(c.q) && c.q[j].group == q.group && c.joins(c.q[j-1], c.q[j]); j++ {
		if b, ok := c.baseBehind(c.q[j], j); ok {
			return b
		}
	}
	if r.average || strings.Contains(vi.Key(label), "bình quân") {
		if st.period.Span == vi.SpanYears || !st.bound {
			return base{set: true, code: nhip.CompareAnnualAvg}
		}
	}
	if st.compare.set {
		return st.compare
	}
	return base{}
}

// baseBehind is the comparison between q and the next number. One behind a comma
// that more words follow belongs to what comes.
func (c *clause) baseBehind(q found, k int) (base, bool) {
	p := c.p
	end := c.s.End
	if k+1 < len(c.q) && c.q[k+1].group == q.group {
		end = c.q[k+1].First
	}
	comma := false
	for i := q.End; i < end; i++ {
		if p.group[i] != q.group {
			if p.group[i] < q.group {
				return base{}, false
			}
			continue
		}
		if p.is(i, ";", ":") {
			return base{}, false
		}
		comma = comma || p.is(i, ",")
		m := p.markAt(i)
		if m == nil {
			continue
		}
		if m.Period != nil && m.Period.Same && m.First == i && !comma && i == q.End {
			return base{set: true, named: true, period: *m.Period}, true
		}
		if m.Comparison != nil && m.First == i {
			if comma && end < c.s.End && !p.is(m.End, ",", "và", ";", ".", "(", ")", "-") {
				return base{}, false
			}
			return base{set: true, c: *m.Comparison}, true
		}
	}
	return base{}, false
}

// joins tells two numbers of one coordination: "tăng 5% về lượng và 7% về giá".
func (c *clause) joins(a, b found) bool {
	and := false
	for i := a.End; i < b.First; i++ {
		if c.p.is(i, ";", ":", ".") {
			return false
		}
		and = and || c.p.is(i, "và")
	}
	return a.Unit == b.Unit && (and || c.onlySigns(a.End, b.First) || c.aboutBoth(a, b))
}

func (c *clause) aboutBoth(a, b found) bool { return c.p.is(a.End, "về") && c.p.is(b.End, "về") }

// glance takes from a sentence without numbers what the next may need.
func (c *clause) glance(st *state) { c.context(st, c.s.First, c.s.End, -1) }

// finish fills the slots that stayed empty, appends the observations and updates
// the memory.
func (c *clause) finish(st *state) {
	p, d := c.p, c.d()
	mem := &d.mem
	if st.lastQ != nil {
		c.tail(st)
	}
	c.backfill(st)
	fallback := c.fallbackPlace(mem)
	for i := range c.facts {
		f := &c.facts[i]
		if f.label == "" && i+1 < len(c.facts) {
			f.label = c.facts[i+1].label // "Với mức tăng 0,5 điểm, lãi suất lên 6,2%"
		}
		c.complete(f, st, fallback)
		d.out = append(d.out, f.o)
	}
	if st.bound {
		mem.period = st.period
		mem.year = st.period.Start.Year
	}
	if len(c.facts) > 0 || st.kind != nhip.KindActual {
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
	for i := c.s.First; i < c.s.End; i++ {
		if _, n := d.r.industries.at(p.t, i); n > 0 {
			d.industry = p.x.Print(i, i+n)
			i += n - 1
		}
	}
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
			c.facts[i].o.Kind = nhip.KindTarget
		}
	}
}

// allUnmeasured reports that nothing in the sentence says a value was measured: no
// past, no base in time, no estimate.
func (c *clause) allUnmeasured() bool {
	for i := c.s.First; i < c.s.End; i++ {
		if c.p.is(i, "đã", "ước") {
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
	for _, k := range p.places {
		if k.first >= c.s.First && k.end <= c.s.End && !c.inSource(k) {
			return place{nhip.PlaceID(k.mention.ID), k.mention.Name}
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
	return f.o.Kind == nhip.KindTarget || f.o.Kind == nhip.KindForecast || f.o.Kind == nhip.KindPlan
}

func date(d vi.Date) nhip.Date {
	return nhip.Date{Year: d.Year, Month: time.Month(d.Month), Day: d.Day}
}
