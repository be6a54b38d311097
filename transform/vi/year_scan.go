package vi

// yearExpr reads "năm 2027", "năm nay", "năm 2026 - 2030". i is at năm.
func (s *scanner) yearExpr(e *PeriodExpr, i int) int {
	if y := s.yearAt(i + 1); y > 0 {
		if z := s.yearAt(i + 3); s.is(i+2, "-", "đến") && z > y && z-y <= 50 {
			e.Span, e.Year, e.N = SpanYears, y, z-y+1
			return i + 4
		}
		e.Span, e.Year = SpanYear, y
		return i + 2
	}
	if s.relativeYear(i+1) && !(s.is(i+1, "qua", "tới", "sau") && isMany(s.key(i-1))) {
		e.Span, e.Relative, e.Shift = SpanYear, true, yearShift(s.key(i+1))
		if s.is(i+2, "đó") { // the year before the one spoken of
			e.Relative = false
		}
		return i + 2
	}
	return i
}

func isMany(key string) bool {
	switch key {
	case "những", "các", "nhiều", "vài", "mấy", "mọi", "hằng", "hàng":
		return true
	}
	return false
}

// partOfYear reads "đầu năm đến nay", "cuối năm 2027", "đầu năm nay". A half that
// is not counted, like "giữa năm", is the year.
func (s *scanner) partOfYear(e *PeriodExpr, i int) int {
	if s.key(i) == "đầu" && s.key(i+1) == "năm" {
		j := max(s.tail(e, i+2, true), i+2)
		if s.is(j, "đến", "tới") {
			e.Running = true
			switch s.key(j + 1) {
			case "nay":
				return j + 2
			case "ngày", "hết", "giữa", "cuối", "tháng", "thời":
				k := j + 1
				if s.seq(k, "thời", "điểm") {
					k += 2
				}
				for s.is(k, "hết", "giữa", "cuối") {
					k++
				}
				var to PeriodExpr
				end := k
				if s.key(k) == "ngày" {
					end = s.dayAt(&to, k+1)
				} else if s.key(k-1) == "điểm" {
					end = s.dayAt(&to, k)
				} else if s.key(k) == "tháng" {
					end = s.monthAt(&to, k)
				}
				if end > k && to.Month > 0 {
					e.Month, e.Day = to.Month, to.Day
					if to.Year > 0 {
						e.Year = to.Year
					}
					return end
				}
			}
			if to, end := s.dayUntil(j + 1); end > j+1 { // đầu năm đến 15/6
				e.Month, e.Day, e.Year = to.Month, to.Day, max(e.Year, to.Year)
				return end
			}
			e.Running = false
		}
		if e.Year > 0 || e.Relative {
			e.Span = SpanYear
			return j
		}
		return i
	}
	if s.key(i) != "đầu" && s.key(i+1) == "năm" {
		if j := s.tail(e, i+2, true); j > i+2 {
			e.Span = SpanYear
			return j
		}
	}
	return i
}

// dayUntil reads the day "15/6" at i; end is i where none stands there.
func (s *scanner) dayUntil(i int) (day PeriodExpr, end int) {
	if i >= len(s.t) || s.t[i].Kind != Number {
		return day, i
	}
	if end = s.oneDay(&day, i); end < i+3 || day.Month == 0 || s.lex.IsUnit(s.t, end) {
		return PeriodExpr{}, i
	}
	return day, end
}

// halfAt reads "nửa đầu năm 2027", "nửa cuối năm". i is at nửa.
func (s *scanner) halfAt(e *PeriodExpr, i int) int {
	h := 0
	j := i + 1
	switch {
	case s.seq(j, "đầu", "năm"), s.seq(j, "năm", "đầu"), s.seq(j, "đầu", "của", "năm"):
		h = 1
	case s.seq(j, "cuối", "năm"), s.seq(j, "năm", "cuối"), s.seq(j, "sau", "năm"), s.seq(j, "còn", "lại"):
		h = 2
	default:
		return i
	}
	e.Span, e.Half = SpanHalf, h
	j += 2
	if s.key(j) == "năm" {
		j++
	}
	return max(s.tail(e, j, s.key(j-1) == "năm"), j)
}

// yearsAt reads "giai đoạn 2026-2030", "nhiệm kỳ 2025 – 2030", "thời kỳ ...".
func (s *scanner) yearsAt(e *PeriodExpr, i int) int {
	if !s.is(i+1, "đoạn", "kỳ", "vụ", "độ") {
		return i
	}
	j := i + 2
	for s.is(j, "năm", "từ") || s.whole5(j) {
		j++
	}
	if end := s.yearRange(e, j); end > j {
		return end
	}
	if y := s.yearAt(j); y > 0 && s.key(j-1) == "năm" {
		e.Span, e.Year = SpanYear, y
		return j + 1
	}
	return i
}

// whole5 skips the length in "giai đoạn 5 năm 2021-2025".
func (s *scanner) whole5(j int) bool {
	n, used := s.countAt(j)
	return used == 1 && n > 0 && n < 100 && s.key(j+1) == "năm"
}

// yearRange reads "2026-2030", "2026 đến năm 2030", "2026 - 30" is not read.
func (s *scanner) yearRange(e *PeriodExpr, j int) int {
	y := s.yearAt(j)
	if y == 0 || !s.is(j+1, "-", "đến", "tới") {
		return j
	}
	k := j + 2
	if s.key(k) == "năm" {
		k++
	}
	z := s.yearAt(k)
	if z <= y || z-y > 60 {
		return j
	}
	e.Span, e.Year, e.N = SpanYears, y, z-y+1
	return k + 1
}
