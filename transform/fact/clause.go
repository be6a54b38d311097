package fact

import (
	"strings"

	"nhip"
	"nhip/transform/vi"
)

// clause reads one sentence.
type clause struct {
	p         *passage
	s         vi.Sentence
	quote     string
	source    placed1 // "Theo …," or "… cho biết": who says so
	org       string
	estimates bool // who says it says "ước tính"
	q         []found
	top       *state
	facts     []draft
}

type placed1 struct{ first, end int }

type found struct {
	*vi.Quantity
	group int32
}

// state is what is in force at a point of a sentence. A bracket opens a copy.
type state struct {
	label        string // of the subject in force
	own          string
	head         string // what the items of a list are parts of
	period       vi.Period
	bound        bool // period was named in this sentence
	year         int
	accumulation string
	kind         nhip.Kind
	compare      base
	last         class
	lastQ        *vi.Quantity
	prevEnd      int // where the number before ended
	place        place
	bases        []base      // of the numbers of the subject in force, in order
	before       []base      // of the subject before it
	queue        []string    // labels of the values still to come after "lần lượt"
	places       []place     // the places of those values, where they are known
	periods      []vi.Period // the periods of those values, where each has its own
	fresh        bool        // the subject was named right before this number
	headed       bool        // and it names something measured by itself
	plan         bool        // "bằng" said a share of a plan before
	bracket      bool        // inside brackets
	begin        bool        // no number was read yet in this sentence or bracket
	same         vi.Period   // of "cùng kỳ" right before this number, and for it only
}

// draft is an observation with what later words may still fill in.
type draft struct {
	o      nhip.Observation
	period vi.Period
	cmp    base
	change bool // growth, change or ratio: takes a comparison
	at     int  // first token
	label  string
	from   bool // where a change starts
	q      *vi.Quantity
}

func (c *clause) d() *document { return c.p.d }

// sentence reads the numbers of one sentence and what it leaves to the next.
func (p *passage) sentence(s vi.Sentence) {
	w := p.d.w
	c := &w.clause
	*c = clause{p: p, s: s, q: w.clause.q[:0], facts: w.clause.facts[:0]}
	c.findSource()
	if isGeneric(c.org) {
		c.org = ""
	}
	for i := s.First; i < s.End; i++ {
		if m := p.markAt(i); m != nil && m.First == i && m.Quantity != nil {
			c.q = append(c.q, found{m.Quantity, p.group[m.Quantity.NumFirst]})
		}
	}
	mem := &p.d.mem
	st := &w.state
	*st = state{prevEnd: s.First, begin: true, year: c.sentenceYear(mem), period: mem.period, kind: c.inheritedKind(mem)}
	if st.kind == nhip.KindActual && (c.estimates || p.is(s.First, "ước")) {
		st.kind = nhip.KindEstimate
	}
	c.top = st
	if st.kind == nhip.KindActual && !st.period.IsZero() && (c.isNow() || c.d().ref != (vi.Date{}) && st.period.Start.Year > c.d().ref.Year) {
		st.period = vi.Period{} // what is wanted for later is no period of what is
	}
	if c.continues() {
		st.label, st.own = mem.subject, mem.subject
		st.compare = mem.compare
	}
	if len(c.q) > 0 {
		c.quote = p.x.Print(s.First, s.End)
		c.scope(st, -1, 0)
	} else {
		c.glance(st)
	}
	c.finish(st)
}

// isNow tells a sentence about the present: "hiện nay", "hiện có", "đến nay".
func (c *clause) isNow() bool {
	for i := c.s.First; i < min(c.s.End, c.s.First+8); i++ {
		if c.p.is(i, "hiện") && !c.p.is(i-1, "thực", "thể", "biểu", "phát", "xuất") || c.p.seq(i, "đến", "nay") {
			return true
		}
	}
	return false
}

// continues tells a sentence that goes on with the subject before.
func (c *clause) continues() bool {
	i := c.s.First
	return c.p.seq(i, "trong", "đó") || c.p.seq(i, "mức", "tăng") || c.p.seq(i, "mức", "giảm") || c.p.seq(i, "con", "số") || c.p.seq(i, "so", "với") || c.p.is(i, "tăng", "giảm", "cao", "thấp") || c.p.seq(i, "tính", "chung") || c.p.seq(i, "lũy", "kế") || c.p.seq(i, "riêng")
}

// scope reads the numbers of bracket group g from number k on and returns the
// next number outside it.
func (c *clause) scope(st *state, g int32, k int) int {
	for k < len(c.q) {
		q := c.q[k]
		if q.group == g {
			c.number(st, q, k)
			k++
			continue
		}
		if q.group < g { // the bracket is closed
			return k
		}
		inner := *st
		inner.prevEnd, inner.begin, inner.bracket = int(q.group)+1, true, true
		inner.same = c.sameBefore(st, int(q.group))
		c.catchUp(st, int(q.group))
		c.placeOfBracket(&inner, int(q.group))
		k = c.scope(&inner, q.group, k)
	}
	return k
}

// placeOfBracket reads "IIP tăng ở 33 địa phương, cao nhất là Phú Thọ (tăng 28%), Bắc
// Ninh (tăng 17%)": the place is the one before the bracket, and what is measured
// stands at the head of the sentence.
func (c *clause) placeOfBracket(st *state, open int) {
	for _, k := range c.p.places {
		if k.end != open || k.first < c.s.First || c.inSource(k) {
			continue
		}
		st.place = place{nhip.PlaceID(k.mention.ID), k.mention.Name}
		if st.label == "" {
			st.label = c.headOfSentence(k.first)
			st.own = st.label
		}
		return
	}
}

// headOfSentence is the first thing before token end that the sentence names and that
// can be measured, "" if none.
func (c *clause) headOfSentence(end int) string {
	for first := c.s.First; first < end; {
		stop := first
		for stop < end && !c.p.phrase[stop].set.hasAny(tagUp, tagDown, tagLevel, tagSays) && (c.p.t[stop].Kind != vi.Sign || c.p.markAt(stop) != nil) && !c.p.is(stop, "nằm") {
			stop++
		}
		if stop > first {
			if j, ok := c.join(c.parts(first, stop, -1), false); ok && j.head {
				return j.text
			}
		}
		first = stop + 1
	}
	return ""
}

// catchUp lets the words between the last number and a bracket speak: they may
// name the subject of what is in it.
func (c *clause) catchUp(st *state, open int) {
	if st.prevEnd >= open || st.lastQ != nil {
		return
	}
	c.context(st, st.prevEnd, open, -1)
}

// number reads one quantity.
func (c *clause) number(st *state, q found, k int) {
	p := c.p
	from := max(st.prevEnd, c.s.First)
	r := p.predicateOf(q.Quantity, from)
	start := c.regionStart(st, from, r.first, q.group)
	c.context(st, start, q.First, q.group)
	if c.isVoid(q, r, start, k) {
		st.prevEnd = q.End
		if !c.insideSubject(q, r, k) {
			return
		}
		st.prevEnd = start // the count stays a part of the subject's words
		return
	}
	bare := r.verb == tagNone || r.verb == tagLevel && p.is(r.verbAt, "được")
	st.fresh = false
	if c.pairPlaces(st, q, r, start, k) {
		start = r.first // places are no subject of their own
	} else if r.respect {
		c.pair(st, q, r, start, k)
	} else if len(st.queue) == 0 {
		c.pairList(st, q, r, start, k)
	}
	if bare && q.Unit.ID == "%" && c.p.is(r.first-1, "có", "thấy") && c.sharedBy(q.Quantity) {
		st.label, st.own, start = "", "", r.first // "có 45% doanh nghiệp đánh giá": the noun follows
	}
	dimension := ""
	if sub, ok := c.subjectOf(start, r.first, q.group, bare, st); ok && isDimension(sub.own) && isBodily(q.Unit) {
		dimension = sub.own
		if st.label == "" {
			st.label = c.headOfSentence(r.first)
			st.own = st.label
		}
	} else if ok && !c.carriesOn(q, r, sub) {
		of := c.bracketOf(st)
		st.before, st.bases = st.bases, nil
		if refersBack(sub.text) {
			if before := c.beforeSubject(st); before != "" {
				sub.text, sub.own = before, before // "chỉ số này", "con số này"
			}
		}
		if isAspect(sub.text) && len(c.facts) > 0 {
			sub.text = strings.TrimSpace(sub.text + " " + c.ofWhat(st.label)) // "62.000 tấn, kim ngạch 71 triệu USD"
		}
		st.label, st.own, st.fresh, st.headed = sub.text, sub.own, true, sub.isHead
		if strings.HasPrefix(sub.own, "(") && of != "" {
			st.label, st.own = of+" "+sub.own, of
		}
	}
	if bare && c.estimated(start, r.first) {
		r.estimate = true // "ước xuất khẩu 62.000 tấn"
	}
	if st.label == "" && !q.Unit.Counted && st.begin && r.verb != tagNone && !st.bracket {
		st.label = c.headOfSentence(start)
		st.own = st.label
	}
	label := c.labelFor(st, q, r, start)
	if dimension != "" {
		label = strings.TrimSpace(dimension + " " + st.label)
	}
	kl, ok := c.classify(q.Quantity, r, label, st)
	if !ok {
		st.prevEnd = q.End
		return
	}
	if kl.measure == nhip.MeasureLevel && st.lastQ != nil && st.lastQ.Unit == q.Unit && st.last.measure == nhip.MeasureShare && c.isBaseValue(r) {
		kl.measure = st.last.measure
	}
	if r.verb == tagNone && st.lastQ != nil && c.coordinated(st, q) {
		kl = c.same(st, q, kl)
	}
	if len(st.queue) > 0 {
		label, st.queue = st.queue[0], st.queue[1:]
		if len(st.places) > 0 {
			st.place, st.places = st.places[0], st.places[1:]
		}
	}
	c.emit(st, q, r, kl, label, k)
	if !st.bracket { // in a bracket all is of the earlier period
		st.same = vi.Period{}
	}
	if dimension != "" {
		return // the next number is of the thing again
	}
	if r.verb == tagNone || r.verb == tagLevel && (p.is(r.verbAt, "được") || !c.isHeadLabel(st.label) && c.isHeadLabel(label)) {
		if st.head == "" && kl.measure == nhip.MeasureLevel {
			st.label = label // what a verb and the noun behind the number name goes on
		}
	}
}

func isBodily(u *vi.Unit) bool {
	return u.Family == "length" || u.Family == "area" || u.Family == "mass"
}

func (c *clause) estimated(first, end int) bool {
	for i := first; i < end; i++ {
		if w := c.p.phrase[i]; w.set.has(tagEst) && c.p.markAt(i) == nil && c.p.is(i, "ước") {
			return true
		}
	}
	return false
}

// bracketOf is the subject an exclusion is a condition of: never another
// exclusion.
func (c *clause) bracketOf(st *state) string {
	label, _, _ := strings.Cut(st.label, " (")
	if strings.HasPrefix(st.label, "(") {
		label = ""
	}
	if label == "" {
		label = c.top.label
		label, _, _ = strings.Cut(label, " (loại")
	}
	if strings.HasPrefix(label, "(") {
		return ""
	}
	return label
}

// carriesOn tells words before a number that only go on with the subject:
// "với sự", "tương đương".
func (c *clause) carriesOn(q found, r predicate, s subject) bool {
	return s.own == "" || r.verb == tagAlso && st1(s.own)
}

func st1(s string) bool { return !strings.Contains(s, " ") }

// regionStart is where the words between the number before and this one stop
// belonging to the former.
func (c *clause) regionStart(st *state, from, end int, g int32) int {
	p := c.p
	if st.begin {
		return from
	}
	for i := from; i < end; i++ {
		if p.group[i] != g {
			continue
		}
		if m := p.markAt(i); m != nil {
			continue
		}
		if p.t[i].Kind == vi.Sign && p.is(i, ",", ";", ":", ".", "…", "\"") {
			return i + 1
		}
		w := p.phrase[i]
		if int(w.first) == i && w.set.has(tagList) && !p.is(i, "cụ") {
			return i
		}
		if p.is(i, "và", "với", "nhưng", "còn", "song", "riêng", "thì", "trong") && (p.key(i) != "trong" || p.seq(i, "trong", "khi")) && !p.is(i-1, "đối", "so") {
			return i
		}
		if p.is(i, "do", "nhờ", "vì") && p.markAt(i) == nil && c.unbroken(i, end) {
			return i // "tăng 1,8% do khai thác than tăng 17,8%"
		}
		if st.lastQ.Unit.ID == "%" && p.is(i, "của") && i == from {
			return end
		}
	}
	return end
}

// unbroken reports that at least two words and no comma stand between i and end.
func (c *clause) unbroken(i, end int) bool {
	for j := i; j < end; j++ {
		if c.p.t[j].Kind == vi.Sign {
			return false
		}
	}
	return end-i > 2
}

// coordinated tells a number that follows the one before with nothing but a
// comma or "và" and words that say of what: "5% về lượng và 7% về trị giá".
func (c *clause) coordinated(st *state, q found) bool {
	if st.lastQ == nil || st.lastQ.Unit != q.Unit {
		return false
	}
	for i := st.prevEnd; i < q.First; i++ {
		if c.p.group[i] != q.group {
			continue
		}
		if c.p.is(i, ";", ".") {
			return false
		}
		if w := c.p.phrase[i]; w.set.hasAny(tagUp, tagDown, tagLevel, tagShare) {
			return false
		}
	}
	return q.First-st.prevEnd <= 8
}

func (c *clause) same(st *state, q found, kl class) class {
	if st.last.measure == "" || st.last.plan {
		return kl
	}
	kl.measure, kl.dir, kl.rule = st.last.measure, st.last.dir, st.last.rule
	return kl
}

// context takes in periods, bases, places and standing between two points.
func (c *clause) context(st *state, from, to int, g int32) {
	p := c.p
	for i := from; i < to; i++ {
		if p.group[i] != g {
			continue
		}
		m := p.markAt(i)
		switch {
		case m == nil:
			c.standing(st, i)
			c.sumUp(st, i)
		case m.First != i:
		case m.Period != nil && m.Period.Same:
			c.setSame(st, m, to)
		case m.Period != nil:
			c.setPeriod(st, m.Period)
		case m.Comparison != nil:
			st.compare = base{set: true, c: *m.Comparison}
		}
	}
	for _, k := range p.places {
		if k.first >= from && k.first < to && p.group[k.first] == g && !c.inSource(k) && !c.isYardstick(k) {
			st.place = place{nhip.PlaceID(k.mention.ID), k.mention.Name}
		}
	}
}

// isYardstick tells the country that only ranks or measures a part of it: "đứng đầu
// cả nước", "cao nhất cả nước", "bình quân cả nước".
func (c *clause) isYardstick(k placed) bool {
	p := c.p
	if p.is(k.first-1, "vực") && p.is(k.first-3, "đầu", "nhất", "nhì") {
		return true // "đứng đầu khu vực ASEAN"
	}
	if !p.is(k.first, "cả", "toàn") {
		return false
	}
	return p.is(k.first-1, "đầu", "nhất", "chung", "quân", "hai", "ba", "với", "nhì") || p.t[max(k.first-1, 0)].Kind == vi.Number && p.is(k.first-2, "thứ", "hạng")
}

// standing notices the words that say whether a number is known or wanted.
func (c *clause) standing(st *state, i int) {
	p := c.p
	w := p.phrase[i]
	if int(w.first) != i {
		if p.is(i, "đã") && st.kind == nhip.KindForecast {
			st.kind = nhip.KindActual
		}
		return
	}
	switch {
	case w.set.has(tagTarget) && c.wants(i, int(w.end)) && !p.is(i-1, "với", "vượt", "hoàn", "hiện", "thành", "được", "các", "bám", "đạt", "những", "so"):
		st.kind = nhip.KindTarget
	case w.set.has(tagPlan):
		st.kind = nhip.KindPlan
	case w.set.has(tagFuture) && st.kind != nhip.KindTarget && !p.is(i+1, "của") && !p.is(i-1, "hơn", "so", "với"):
		st.kind = nhip.KindForecast
	case p.is(i, "đã") && (st.kind == nhip.KindForecast):
		st.kind = nhip.KindActual
	case p.is(i, "kế") && p.seq(i, "kế", "hoạch"):
	}
}

// wants tells mục tiêu as an aim from mục tiêu as something to hit.
func (c *clause) wants(i, end int) bool {
	p := c.p
	if m := p.markAt(i - 1); m != nil && m.Period == nil {
		return false // "đạt 12/15 chỉ tiêu": so many aims were reached
	}
	if !p.seq(i, "mục", "tiêu") || end-i > 2 {
		return true
	}
	if p.is(i-1, "trúng", "diệt", "chống") {
		return false
	}
	if m := p.markAt(end); m != nil {
		return m.Period != nil
	}
	return c.startsHead(end) || p.is(end, "là", "đến", "tăng", "đạt", "phát", "thu", "năm", "có", "đưa", "nâng", "giảm", "trở", ":", "đề", "tới", "của", "về", "xuất", "toàn", "phấn", "kinh", "tổng", "hoàn", "cụ", "chung", "trong", "giai", "đặt", "đào", "nộp", "doanh", "sản")
}

// inheritedKind carries a target into the sentences that spell it out.
func (c *clause) inheritedKind(mem *memory) nhip.Kind {
	if mem.kind != nhip.KindTarget && mem.kind != nhip.KindPlan || mem.carried >= 3 {
		return nhip.KindActual
	}
	for i := c.s.First; i < c.s.End; i++ {
		if c.p.is(i, "đã", "ước") || c.p.seq(i, "hiện", "nay") || c.p.seq(i, "hiện", "có") {
			return nhip.KindActual
		}
		if m := c.p.markAt(i); m != nil && m.First == i {
			if m.Comparison != nil && m.Comparison.Basis == vi.BasisPeriod {
				return nhip.KindActual
			}
			if e := m.Period; e != nil && !e.Void {
				if pr, ok := e.Resolve(vi.Frame{Ref: c.d().ref, Year: mem.year, Force: mem.period}); ok && !mem.period.IsZero() && pr.Start.Year < mem.period.Start.Year {
					return nhip.KindActual
				}
			}
		}
	}
	return mem.kind
}
