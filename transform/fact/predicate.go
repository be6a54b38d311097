package fact

import (
	"nhip"
	"nhip/transform/vi"
)

// predicate is the verb phrase that governs a number: the words between subject
// and number.
type predicate struct {
	first    int // its first token
	verb     tag // the nearest governing verb, tagNone where the number stands bare
	verbAt   int
	verbEnd  int
	to       bool // the number is where a change ends: "tăng lên mức 57%"
	from     bool // the number is where a change starts: "từ 48,9 lên 50,6"
	estimate bool
	respect  bool // lần lượt
	nominal  bool // the verb is a noun: mức tăng, tốc độ tăng
	average  bool // bình quân, trung bình
	level    bool // mức stands before the number
}

// predicateOf walks left from the number over adverbs to its verb and on to the
// first word of the verb phrase.
func (p *passage) predicateOf(q *vi.Quantity, from int) predicate {
	r := predicate{first: q.First, verbAt: -1}
	for r.first > from {
		if m := p.markAt(r.first - 1); m != nil {
			if w := p.before(m.First); m.Period != nil && r.verb == tagNone && w.set.hasAny(tagUp, tagDown) && p.is(m.First-1, "hơn") {
				r.take(p, w) // "cao hơn năm 2025 khoảng 4%"
				r.first = int(w.first)
			}
			break
		}
		w := p.before(r.first)
		if r.verb == tagNone && p.is(r.first-1, "trước") && p.is(r.first-2, "vụ", "phiên", "kỳ", "mùa") && p.is(r.first-3, "hơn") {
			w = p.before(r.first - 2) // "nhỉnh hơn vụ trước 120.000 tấn"
		}
		if w.set == 0 {
			break
		}
		if !r.take(p, w) {
			break
		}
		r.first = int(w.first)
	}
	if r.verb == tagNone && !r.respect {
		r.first = q.First // "giá trung bình 540 USD": without a verb the words are the name's
		if w := p.before(q.First); w.set.hasAny(tagFuture, tagEst) && p.markAt(q.First-1) == nil {
			r.first = int(w.first)
		}
	}
	r.from = p.startsChange(q)
	return r
}

// startsChange tells "từ 48,9 điểm lên 50,6 điểm" at its first number.
func (p *passage) startsChange(q *vi.Quantity) bool {
	if !q.IsRange && p.is(q.First-1, "mức") && p.is(q.First-2, "từ") && p.before(q.First-2).set.hasAny(tagUp, tagDown) {
		return true // "giảm từ mức 50,8 điểm của tháng 5"
	}
	if !p.is(q.First-1, "từ") && !p.is(q.NumFirst-1, "từ") {
		return false
	}
	for i := q.End; i < min(q.End+10, len(p.t)); i++ {
		if p.is(i, "lên", "xuống", "thành") || p.seq(i, "còn") {
			return true
		}
		if m := p.markAt(i); p.is(i, ",", ";") || m != nil && m.Quantity != nil {
			return false
		}
	}
	return false
}

// take adds the phrase w, which stands left of what was taken, and reports
// whether it belongs to the verb phrase.
func (r *predicate) take(p *passage, w tagged1) bool {
	s := w.set
	switch {
	case s.has(tagRespect):
		r.respect = true
		return true
	case s.has(tagEst):
		r.estimate = true
		if r.verb == tagNone {
			r.setVerb(tagLevel, w)
			switch p.key(int(w.end) - 1) {
			case "tăng":
				r.verb = tagUp
			case "giảm":
				r.verb = tagDown
			}
		}
		return true
	case s.hasAny(tagUp, tagDown, tagExceed) && r.level && p.is(int(w.end)-1, "hơn"):
		return false // "thấp hơn mức 6,1 triệu": the number is what is compared with
	case s.hasAny(tagUp, tagDown, tagExceed):
		v := tagUp
		if s.has(tagDown) {
			v = tagDown
		} else if s.has(tagExceed) {
			v = tagExceed
		}
		switch r.verb {
		case tagNone, tagTo:
			r.to = r.verb == tagTo
			r.setVerb(v, w)
			r.nominal = p.is(int(w.first), "mức", "tốc") || p.seq(int(w.first), "đạt", "mức")
			return true
		case tagLevel:
			// "tăng lên mức 57%": one verb phrase. "tăng trưởng đạt 7%": the noun
			// is the subject.
			if p.is(r.verbAt, "lên", "xuống", "về", "còn") {
				r.to = true
				r.setVerb(v, w)
				return true
			}
		case tagTimes:
			return p.is(int(w.first), "tăng", "cao")
		}
		return false
	case s.has(tagTo) && !s.has(tagFill) || s.has(tagTo) && p.is(int(w.first), "còn"):
		if r.verb == tagNone {
			r.setVerb(tagTo, w)
		}
		return true
	}
	if p.seq(int(w.first), "tương", "ứng") && r.verb == tagNone && p.before(int(w.first)).set.hasAny(tagUp, tagDown) {
		r.respect = true
		return true
	}
	for _, v := range []tag{tagShare, tagPart, tagTimes, tagEqual, tagAlso, tagLevel} {
		if s.has(v) {
			if r.verb == tagNone {
				r.setVerb(v, w)
				return true
			}
			return v == tagLevel && (r.nominal || r.verb == tagTo) || v == tagTimes
		}
	}
	if s.has(tagFill) && p.is(int(w.first), "chỉ") && p.is(int(w.first)-1, "chứng", "địa") {
		return false // chứng chỉ: a certificate
	}
	if s.has(tagFill) {
		r.average = r.average || p.is(int(w.first), "bình", "trung")
		r.level = r.level || p.is(int(w.first), "mức")
		return true
	}
	return s.has(tagFuture) || s.has(tagModal) && p.is(int(w.first), "đã", "vẫn", "sẽ", "đang", "cũng", "chỉ", "mới")
}

func (r *predicate) setVerb(v tag, w tagged1) {
	r.verb, r.verbAt, r.verbEnd = v, int(w.first), int(w.end)
}

// class is how a number relates to what it measures.
type class struct {
	measure nhip.Measure
	dir     int // 1 up, -1 down
	plan    bool
	rule    string
}

// classify decides the measure of q. label is the subject's words, last what the
// number before it in the chain was.
func (c *clause) classify(q *vi.Quantity, r predicate, label string, st *state) (class, bool) {
	dir := map[tag]int{tagUp: 1, tagDown: -1, tagExceed: 1}[r.verb]
	change := dir != 0 && !r.to && !r.from
	switch {
	case q.Unit.ID == "%" || q.Unit.ID == "điểm phần trăm" || q.Unit.ID == "điểm cơ bản":
		return c.classifyPercent(q, r, label, st, dir, change)
	case q.Unit.ID == "lần":
		switch {
		case r.verb == tagTimes, r.verb == tagUp, r.verb == tagEqual, r.verb == tagDown:
			k := class{measure: nhip.MeasureRatio, rule: "ratio.times"}
			if r.verb == tagUp || r.verb == tagDown {
				k.dir = dir
			}
			return k, true
		case q.Decimals > 0, q.IsRange, c.p.is(q.End, "so") && c.p.markAt(q.End) != nil:
			return class{measure: nhip.MeasureRatio, rule: "ratio.times"}, true
		}
		return class{}, false // "ba lần": how often
	case change && r.verb != tagExceed && !(q.Unit.Counted && r.verb == tagUp && r.nominal):
		return class{measure: nhip.MeasureChange, dir: dir, rule: "change.verb"}, true
	case r.verb == tagAlso && st.last.measure == nhip.MeasureGrowth && q.Unit.Family != "":
		return class{measure: nhip.MeasureChange, dir: st.last.dir, rule: "change.equivalent"}, true
	case q.Unit.ID == "điểm" && c.d().isIndex(label):
		return class{measure: nhip.MeasureIndex, rule: "index"}, true
	}
	rule := "level.verb"
	switch {
	case r.verb == tagNone && q.Unit.Counted:
		rule = "level.count"
	case r.verb == tagNone:
		rule = "level.noun"
	case r.verb == tagAlso:
		rule = "level.equivalent"
	}
	return class{measure: nhip.MeasureLevel, rule: rule}, true
}

func (c *clause) classifyPercent(q *vi.Quantity, r predicate, label string, st *state, dir int, change bool) (class, bool) {
	points := q.Unit.ID != "%"
	plan := c.planAfter(q)
	switch {
	case r.verb == tagPart:
		return class{measure: nhip.MeasureContribution, rule: "contribution"}, true
	case points && (change || !r.to && !r.from):
		if dir == 0 {
			dir = st.last.dir
		}
		return class{measure: nhip.MeasureChangePP, dir: dir, rule: "change.points"}, true
	case r.verb == tagExceed:
		if plan {
			return class{measure: nhip.MeasureGrowth, dir: 1, plan: true, rule: "growth.plan"}, true
		}
		return class{measure: levelOf(label), rule: "level.verb"}, true
	case change:
		return class{measure: nhip.MeasureGrowth, dir: dir, rule: "growth.verb"}, true
	case r.verb == tagAlso && st.last.measure == nhip.MeasureChange:
		return class{measure: nhip.MeasureGrowth, dir: st.last.dir, rule: "growth.equivalent"}, true
	case r.verb == tagNone && st.bracket && c.p.is(q.First, "+", "-") && q.First < q.NumFirst:
		k := class{measure: nhip.MeasureGrowth, dir: 1, rule: "growth.sign"}
		if q.Negative {
			k.dir = -1
		}
		return k, true // "15 triệu tấn (+36%)"
	case r.verb == tagNone && st.bracket && st.last.plan && c.p.is(q.First-1, "("):
		return class{measure: nhip.MeasureRatio, plan: true, rule: "ratio.plan"}, true // "đạt 45% kế hoạch, thấp hơn bình quân (50%)"
	case r.verb == tagNone && st.bracket && st.last.measure == nhip.MeasureLevel && st.lastQ.Unit.ID != "%" && c.p.is(q.First-1, "(") && c.p.is(q.End, ")"):
		return class{measure: nhip.MeasureShare, rule: "share.bracket"}, true // "210.000 tấn (11%)"
	case r.verb == tagNone && st.bracket && st.last.measure == nhip.MeasureChange && c.p.is(q.First-1, "("):
		return class{measure: nhip.MeasureGrowth, dir: st.last.dir, rule: "growth.equivalent"}, true
	case r.verb == tagNone && !st.fresh && c.p.is(q.End, "là"):
		return class{measure: nhip.MeasureShare, rule: "share.noun"}, true // "70% là lao động nữ"
	case r.verb == tagNone && c.p.phrase[min(q.End, len(c.p.t)-1)].set.has(tagSays):
		return class{measure: nhip.MeasureShare, rule: "share.noun"}, true // "42% cho rằng …"
	case r.verb == tagShare:
		return class{measure: nhip.MeasureShare, rule: "share.verb"}, true
	case plan && (r.verb == tagEqual || r.verb == tagLevel || r.verb == tagAlso || r.verb == tagNone || r.verb == tagTo):
		return class{measure: nhip.MeasureRatio, plan: true, rule: "ratio.plan"}, true
	case (r.verb == tagEqual || r.verb == tagAlso || r.verb == tagTo && r.verbAt >= 0 && c.p.is(r.verbAt, "còn", "chỉ")) && c.comparedAfter(q):
		return class{measure: nhip.MeasureRatio, rule: "ratio.base"}, true
	case r.verb == tagEqual && st.plan && q.End < c.s.End && (c.p.t[q.End].Kind == vi.Sign || c.p.is(q.End, "và")):
		return class{measure: nhip.MeasureRatio, plan: true, rule: "ratio.plan"}, true // "bằng 46,8% dự toán, trong đó A bằng 45,2%"
	case r.verb == tagEqual && st.compare.set && st.compare.c.Basis == vi.BasisPlan:
		return class{measure: nhip.MeasureRatio, plan: true, rule: "ratio.plan"}, true // "so với kế hoạch bằng 98,4%"
	case r.verb == tagEqual, r.verb == tagAlso && (st.last.measure == nhip.MeasureLevel || st.last.measure == ""):
		return class{measure: nhip.MeasureShare, rule: "share.of"}, true
	case r.from && (growthNoun(label) || c.d().growsAlone(label)):
		return class{measure: nhip.MeasureGrowth, dir: signOf(label), rule: "growth.noun"}, true // "hạ dự báo tăng trưởng từ 6,6% xuống 6,3%"
	case r.to || r.from:
		return class{measure: levelOf(label), rule: "level.change"}, true
	case r.verb == tagNone && (!st.fresh || !st.headed && !c.isHeadLabel(label)) && !growthNoun(label) && c.sharedBy(q):
		return class{measure: nhip.MeasureShare, rule: "share.noun"}, true
	case (r.verb == tagNone || r.verb == tagLevel && c.p.is(r.verbAt, "ở")) && c.movedBefore(r.first, label) != 0:
		return class{measure: nhip.MeasureGrowth, dir: c.movedBefore(r.first, label), rule: "growth.verb"}, true
	case growthNoun(label) || c.d().growsAlone(label):
		return class{measure: nhip.MeasureGrowth, dir: signOf(label), rule: "growth.noun"}, true
	case r.verb == tagNone && len(c.after(q, 6)) > 0 && label == "":
		return class{measure: nhip.MeasureShare, rule: "share.noun"}, true
	}
	return class{measure: levelOf(label), rule: "level.verb"}, true
}

// movedBefore reads "giá vốn tăng chậm hơn, ở mức 18%": the verb stands before the
// comma. It is 1 up, -1 down, 0 where nothing of the kind is said.
func (c *clause) movedBefore(first int, label string) int {
	if !c.p.is(first-1, ",") || levelOf(label) == nhip.MeasureShare {
		return 0
	}
	for i := first - 2; i >= max(first-10, c.s.First) && c.p.markAt(i) == nil && c.p.t[i].Kind != vi.Sign; i-- {
		w := c.p.phrase[i]
		switch {
		case w.set.has(tagDown):
			return -1
		case w.set.has(tagUp) && !c.p.is(int(w.end)-1, "hơn"):
			return 1
		}
	}
	return 0
}

// sharedBy tells a percentage of those named behind it: "45% doanh nghiệp đánh giá".
func (c *clause) sharedBy(q *vi.Quantity) bool {
	return q.Per == "" && len(c.after(q, 6)) > 0 && !c.p.is(q.End, "về", "vốn")
}

// planAfter tells "64% kế hoạch", "55% dự toán cả năm", "6% so với mục tiêu".
func (c *clause) planAfter(q *vi.Quantity) bool {
	first := q.End
	for c.p.is(first, ",", "và") { // "48% và 51% kế hoạch"
		m := c.p.markAt(first + 1)
		if m == nil || m.Quantity == nil || m.Quantity.Unit != q.Unit {
			break
		}
		first = m.End
	}
	for i := first; i < min(first+6, c.s.End); i++ {
		m := c.p.markAt(i)
		if m != nil && m.Comparison != nil {
			return m.Comparison.Basis == vi.BasisPlan
		}
		if m != nil && m.Quantity != nil || c.p.is(i, ",", ";", ".", "(", ")", "và") {
			return false
		}
		if c.p.seq(i, "kế", "hoạch") || c.p.seq(i, "dự", "toán") || c.p.seq(i, "chỉ", "tiêu") || c.p.seq(i, "mục", "tiêu") || c.p.seq(i, "nghị", "quyết") || c.p.seq(i, "pháp", "lệnh") {
			return true
		}
	}
	return false
}

// comparedAfter tells a base in time right after the number: "95% so với cùng kỳ",
// "gấp 2 lần năm 2015".
func (c *clause) comparedAfter(q *vi.Quantity) bool {
	for i := q.End; i < min(q.End+4, c.s.End); i++ {
		if m := c.p.markAt(i); m != nil {
			return m.Comparison != nil && m.Comparison.Basis != vi.BasisOther || m.Period != nil && (m.Period.Same || m.Period.Span == vi.SpanYear)
		}
		if c.p.is(i, ",", ";", ".", "(", ")", "và", "gdp", "grdp", "tổng") {
			return false
		}
	}
	return false
}
