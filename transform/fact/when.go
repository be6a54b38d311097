package fact

import "nhip/transform/vi"

// setSame reads "cùng kỳ năm 2026 giảm 3%": the number right behind is of the
// earlier period. Behind a comma it was something else: "xấp xỉ cùng kỳ, …".
func (c *clause) setSame(st *state, m *vi.Mark, to int) {
	for i := m.End; i < to; i++ {
		if c.p.is(i, ",", ":", ";") && !(c.p.is(i, ":") && i == m.End && c.p.is(m.First-1, "(")) { // "(cùng kỳ: 86 triệu USD)"
			return
		}
	}
	if pr, ok := m.Period.Resolve(st.frame(c.d())); ok {
		st.same = pr
	}
}

func (c *clause) setPeriod(st *state, e *vi.PeriodExpr) {
	if e.Void || e.Weak && e.Span == vi.SpanMonths && c.isDuration(e) && !c.isSinceNewYear(e) || c.isDeadline(e) || c.isOfDocument(e) {
		return
	}
	if c.p.is(e.First-1, "hơn") && e.Span != vi.SpanMonths && e.Span != vi.SpanYears { // "cao hơn năm 2025 khoảng 4%"
		st.compare = base{set: true, c: vi.Comparison{Basis: vi.BasisPeriod, Period: *e}}
		return
	}
	frame := st.frame(c.d())
	frame.Future = frame.Future || c.looksAhead(e)
	if pr, ok := e.Resolve(frame); ok {
		st.same = vi.Period{}
		st.period, st.bound, st.accumulation = pr, true, accumulation(e)
	}
}

// looksAhead tells a quarter or month without a year that lies nearer ahead than back,
// in a sentence that speaks of what is to come: "đơn hàng quý IV sẽ giảm", in July.
func (c *clause) looksAhead(e *vi.PeriodExpr) bool {
	ref := c.d().ref
	if ref == (vi.Date{}) || e.Year > 0 || e.Relative || e.Anaphor || e.Same {
		return false
	}
	first, last := e.Month, e.Month
	switch e.Span {
	case vi.SpanQuarter:
		first, last = e.Quarter*3-2, e.Quarter*3
	case vi.SpanMonth:
	default:
		return false
	}
	if first <= ref.Month || first-ref.Month >= ref.Month+12-last {
		return false
	}
	for i := c.s.First; i < c.s.End; i++ {
		if w := c.p.phrase[i]; int(w.first) == i && w.set.has(tagFuture) {
			return true
		}
	}
	return false
}

// sumUp reads "tháng 7 đạt A, lũy kế đạt B": B is of the year up to the month.
func (c *clause) sumUp(st *state, i int) {
	p := c.p
	if !(p.seq(i, "lũy", "kế") || p.seq(i, "cộng", "dồn")) || p.is(i+2, "đến", "tới", "từ", "theo") || st.period.Span != vi.SpanMonth {
		return
	}
	if m := p.markAt(i + 2); m != nil && m.Period != nil {
		return
	}
	if s := st.period.Start; s.Month > 1 {
		st.period = vi.Period{Span: vi.SpanMonths, Start: vi.Date{Year: s.Year, Month: 1, Day: 1}, N: s.Month}
		st.accumulation = "ytd"
	}
}

// sameBefore reads "thấp hơn cùng kỳ năm trước (15,1%)": the bracket is of the period
// right before it.
func (c *clause) sameBefore(st *state, open int) vi.Period {
	m := c.p.markAt(open - 1)
	if m == nil {
		return vi.Period{}
	}
	e := m.Period
	if m.Comparison != nil && m.Comparison.Basis == vi.BasisPeriod && c.p.is(m.First-1, "hơn") {
		e = &m.Comparison.Period
	} else if e != nil && !c.p.is(m.First-1, "hơn", "bằng", "mức", "xỉ", "đương") {
		return vi.Period{}
	}
	if e == nil || !e.Same {
		return vi.Period{}
	}
	pr, _ := e.Resolve(st.frame(c.d()))
	return pr
}

// accumulation tells sums from the start of the year, and states as of a day.
func accumulation(e *vi.PeriodExpr) string {
	switch {
	case e.Running, e.Span == vi.SpanMonths && !e.Last && e.Month == 0:
		return "ytd"
	case e.ToDate && e.Span != vi.SpanYear:
		return "to_date"
	}
	return ""
}

// isOfDocument tells the day or year of a decree: "Quyết định 176 ngày 3/7/2027".
func (c *clause) isOfDocument(e *vi.PeriodExpr) bool {
	for i := e.First - 1; i >= max(e.First-7, c.s.First); i-- {
		if c.p.is(i, ",", ";") || c.startsHead(i) {
			return false // "Nghị quyết giao tốc độ tăng GRDP năm 2026": of what is measured
		}
		for _, w := range [][2]string{{"quyết", "định"}, {"nghị", "định"}, {"nghị", "quyết"}, {"thông", "tư"}, {"công", "văn"}, {"văn", "bản"}, {"chỉ", "thị"}, {"công", "điện"}, {"tờ", "trình"}, {"báo", "cáo"}} {
			if c.p.seq(i, w[0], w[1]) && (e.Span == vi.SpanDay || e.Span == vi.SpanYear && w[0] != "báo") {
				return true
			}
		}
		if c.p.is(i, "luật") {
			return true
		}
	}
	return false
}

// isDeadline tells the day something is finished or starts: "hoàn thành vào quý IV".
func (c *clause) isDeadline(e *vi.PeriodExpr) bool {
	for i := e.First - 1; i >= max(e.First-5, c.s.First); i-- {
		if c.p.is(i, ",", ";", "(") {
			return false
		}
		for _, w := range [][2]string{{"hoàn", "thành"}, {"khởi", "công"}, {"khánh", "thành"}, {"vận", "hành"}, {"hoạt", "động"}, {"hoàn", "tất"}, {"có", "hiệu"}, {"thành", "lập"}} {
			if c.p.seq(i, w[0], w[1]) && !c.p.is(i+2, "được") && (c.p.is(e.First, "vào", "trong") || w[0] != "thành" && w[0] != "hoạt" && w[0] != "vận") {
				return c.p.is(e.First, "vào") || c.p.is(e.First-1, "vào", "từ")
			}
		}
	}
	return false
}

// isYearToDate tells "trong 9 tháng" of October: the months that have ended.
func (c *clause) isYearToDate(e *vi.PeriodExpr) bool {
	ref := c.d().ref
	return (c.p.is(e.First, "trong") || c.p.is(e.First-1, "trong", "gdp", "grdp", "iip", "cpi", "fdi", "khẩu")) && e.N > 1 && (e.N == ref.Month-1 || e.N == ref.Month && ref.Day >= 20)
}

// isSinceNewYear tells "sau 10 tháng" of November: the first ten months, if the tenth
// has just ended.
func (c *clause) isSinceNewYear(e *vi.PeriodExpr) bool {
	ref := c.d().ref
	return c.p.is(e.First-1, "sau") && e.N > 1 && (e.N == ref.Month-1 || e.N == ref.Month && ref.Day >= 20) && !c.p.is(e.End, "kể", "kế", "nữa", "thi", "triển", "hoạt", "thực")
}

// isDuration tells "6 tháng" as a length of time: after kéo dài, sau, trong vòng.
func (c *clause) isDuration(e *vi.PeriodExpr) bool {
	i := e.First
	for k := i - 1; k >= max(i-3, c.s.First); k-- {
		if c.p.is(k, "dài", "sau", "vòng", "khoảng", "hạn", "mỗi", "thêm", "suốt", "hơn", "gần", "tới", "trước", "liền", "cả") {
			return true
		}
	}
	return false
}

// sentenceYear is the year the sentence speaks of where a period has none.
func (c *clause) sentenceYear(mem *memory) int {
	after := 0
	for i := c.s.First; i < c.s.End; i++ {
		m := c.p.markAt(i)
		if m == nil || m.First != i || c.p.group[i] >= 0 {
			continue
		}
		if e := m.Period; e != nil && !e.Void && !e.Same && e.Year > 0 && e.Span != vi.SpanYears {
			if e.ToDate && c.d().ref != (vi.Date{}) && e.Year > c.d().ref.Year {
				continue // "đơn hàng đến tháng 3 năm sau"
			}
			if c.isOfBase(i) {
				if after == 0 && e.Year+1 == c.d().ref.Year {
					after = e.Year + 1
				}
				continue
			}
			return e.Year
		}
		if m.Comparison != nil && m.Comparison.Basis == vi.BasisPeriod && m.Comparison.Period.Same && m.Comparison.Period.Year > 0 && after == 0 {
			after = m.Comparison.Period.Year + 1
		}
	}
	switch {
	case after > 0:
		return after
	case mem.year > 0:
		return mem.year
	}
	return c.d().year
}

// isOfBase tells the period at token i of a number that another is compared with:
// "cao hơn mức 5,47% của quý III/2023".
func (c *clause) isOfBase(i int) bool {
	if !c.p.is(i-1, "của", "trong", "hồi") {
		return false
	}
	for k := i - 1; k >= max(i-9, c.s.First); k-- {
		if c.p.is(k, ",", ";") {
			return false
		}
		if c.p.is(k, "hơn") && c.p.is(k-1, "cao", "thấp", "nhiều", "ít", "lớn") || c.p.is(k, "so") && c.p.is(k+1, "với") {
			return true
		}
	}
	return false
}
