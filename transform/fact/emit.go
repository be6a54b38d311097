package fact

import (
	"strings"

	"nhip"
	"nhip/transform/vi"
)

// emit makes the observation of q.
func (c *clause) emit(st *state, q found, r predicate, kl class, label string, k int) {
	p := c.p
	f := draft{from: r.from, change: kl.measure == nhip.MeasureGrowth || kl.measure == nhip.MeasureChange || kl.measure == nhip.MeasureChangePP || kl.measure == nhip.MeasureRatio, at: q.First, q: q.Quantity}
	f.o.Measure, f.o.Rule, f.o.Kind = kl.measure, kl.rule, st.kind
	if r.estimate {
		f.o.Kind = nhip.KindEstimate
	}
	if r.verb == tagNone && (p.seq(q.First-2, "mục", "tiêu") || p.seq(q.First-2, "chỉ", "tiêu")) {
		f.o.Kind = nhip.KindTarget // "bằng 46% mục tiêu 48 tỷ USD"
	}
	if c.isPlanBracket(st, q, r) {
		if st.label != "" {
			label = st.label
		}
		f.o.Kind, label, f.o.Rule = nhip.KindPlan, "kế hoạch "+label, "plan.bracket"
		kl.measure = nhip.MeasureLevel
	}
	keep, bound := st.period, st.bound
	f.period = c.periodFor(st, q, kl, k)
	if c.isBaseValue(r) {
		st.period, st.bound = keep, bound // "so với mức 4,55% cuối năm 2026": of the base alone
		if f.o.Kind == nhip.KindEstimate && !r.estimate && f.period != keep {
			f.o.Kind = nhip.KindActual // what is estimated is not what it is compared with
		}
	}
	if f.o.Rule == "plan.bracket" {
		if y := c.planYear(q); y > 0 {
			f.period = vi.Period{Span: vi.SpanYear, Start: vi.Date{Year: y, Month: 1, Day: 1}, N: 1}
		}
	}
	if len(st.periods) > 0 {
		f.period, st.periods = st.periods[0], st.periods[1:]
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
	if !st.same.IsZero() && kl.measure == nhip.MeasureGrowth && !f.cmp.set {
		// "tăng 10,3% (cùng kỳ tăng 8,3%)": both on the year before
		f.cmp = base{set: true, code: nhip.CompareYoY}
		if n := len(c.facts); n > 0 && c.facts[n-1].o.Measure == nhip.MeasureGrowth && !c.facts[n-1].cmp.set {
			c.facts[n-1].cmp = f.cmp
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
	f.o.Accumulation = st.accumulation
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
	st.plan = st.plan || kl.plan && kl.measure == nhip.MeasureRatio
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
	if kl.dir < 0 && kl.rule != "growth.sign" {
		low = low.Neg()
	}
	f.o.Value, f.o.Bound = &low, nhip.Bound(q.Bound)
	if q.IsRange {
		high := *decimal(q.High, q.Negative)
		if kl.dir < 0 {
			high = high.Neg()
			low, high = high, low
		}
		// No value: the middle of a range is a number that nobody printed.
		f.o.Low, f.o.High, f.o.Value, f.o.Bound = &low, &high, nil, nhip.BoundRange
	}
	if f.change && kl.dir != 0 {
		f.o.Direction = "up"
		if kl.dir < 0 {
			f.o.Direction = "down"
		}
		if q.Negative && kl.rule != "growth.sign" {
			f.o.Flags = append(f.o.Flags, "sign_conflict")
		}
	}
}

// isPlanBracket tells "132% kế hoạch của năm (gần 1,9 tỷ USD)": the plan itself.
func (c *clause) isPlanBracket(st *state, q found, r predicate) bool {
	return c.opensBracket(q, r) && st.last.plan && (st.last.measure == nhip.MeasureRatio || st.last.measure == nhip.MeasureGrowth) && q.Unit.ID != "%"
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
	if kl.plan || kl.rule == "ratio.times" || kl.rule == "ratio.base" {
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
			if p.t[i].Kind == vi.Sign && !p.is(i, "-", "/", "\"") || p.phrase[i].set.hasAny(tagUp, tagDown, tagShare, tagTimes) || p.is(i, "và", "thì", "nhưng", "song", "còn") {
				break
			}
			continue
		}
		if m.Comparison != nil {
			i = m.End - 1
			continue
		}
		if e := m.Period; e != nil && m.First == i && !e.Void && !(e.Weak && e.Span == vi.SpanMonths && !c.isYearToDate(e)) {
			if pr, ok := e.Resolve(st.frame(c.d())); ok {
				if !e.Same || !p.is(m.First-1, "của") {
					st.period, st.bound, st.accumulation = pr, true, accumulation(e)
				}
				return pr
			}
		}
	}
	return st.period
}

// isBaseValue tells the number that another is compared with: "giảm so với mức 4,55%".
func (c *clause) isBaseValue(r predicate) bool {
	i := r.first
	for i > c.s.First && c.p.is(i-1, "mức", "số", "con") {
		i--
	}
	m := c.p.markAt(i - 1)
	return m != nil && m.Comparison != nil || c.p.is(r.first-1, "hơn") || c.p.is(r.first-2, "hơn") && c.p.is(r.first-1, "mức")
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
		st.bases = append(st.bases, b)
		return b
	}
	if b, ok := c.pairedBase(st, q, k); ok {
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
	if st.compare.set && !c.ofShorter(st) {
		return st.compare
	}
	return base{}
}

// ofShorter tells a base of the month or quarter before where the number is of a
// longer stretch: "tháng 9 tăng 6% so với tháng trước; bình quân 9 tháng tăng 40%".
func (c *clause) ofShorter(st *state) bool {
	switch code := st.compare.relation(c.d(), st, st.period); st.period.Span {
	case vi.SpanMonths, vi.SpanHalf, vi.SpanYear:
		return code == nhip.CompareMoM || code == nhip.CompareQoQ
	}
	return false
}

// pairedBase gives two growths of one subject the two bases that the subject before
// named: "tăng 5,3% so với tháng trước và tăng 7,4% so với cùng kỳ, trong đó A tăng
// 5,2% và tăng 7,5%".
func (c *clause) pairedBase(st *state, q found, k int) (base, bool) {
	if len(st.before) != 2 {
		return base{}, false
	}
	twin := func(a, b found) bool {
		return a.group == b.group && a.Unit == b.Unit && b.First-a.End <= 3 && c.onlyVerbs(a.End, b.First)
	}
	switch {
	case len(st.bases) == 0 && k+1 < len(c.q) && twin(q, c.q[k+1]):
		st.bases = append(st.bases, st.before[0])
		return st.before[0], true
	case len(st.bases) == 1 && k > 0 && twin(c.q[k-1], q):
		st.bases = append(st.bases, st.before[1])
		defer func() { st.bases = append([]base{}, st.before...) }()
		return st.before[1], true
	}
	return base{}, false
}

func (c *clause) onlyVerbs(from, to int) bool {
	for i := from; i < to; i++ {
		if !c.p.is(i, ",", "và") && !c.p.phrase[i].set.hasAny(tagUp, tagDown, tagFill) || c.p.markAt(i) != nil {
			return false
		}
	}
	return true
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
