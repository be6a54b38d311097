package vi

// dayAt reads "5/11/2027", "5/11", "20 tháng 8 năm 2027", "5.3" at i, the token
// after ngày.
func (s *scanner) dayAt(e *PeriodExpr, i int) int {
	if i >= len(s.t) || s.t[i].Kind != Number {
		if i < len(s.t) && s.key(i) == "ngày" {
			if end := s.dayAt(e, i+1); end > i+1 {
				return end
			}
		}
		return i - 1
	}
	end := s.oneDay(e, i)
	if end <= i {
		return i - 1
	}
	k := end
	if s.is(k, "-", "đến", "tới") {
		k++
		if s.key(k) == "hết" {
			k++
		}
		if s.key(k) == "ngày" {
			k++
		}
		var to PeriodExpr
		if stop := s.oneDay(&to, k); stop > k && k < len(s.t) {
			e.Span, e.To = SpanDays, Date{to.Year, to.Month, to.Day}
			return stop
		}
	}
	return end
}

func (s *scanner) oneDay(e *PeriodExpr, i int) int {
	e.Span = SpanDay
	if i >= len(s.t) || s.t[i].Kind != Number {
		return i
	}
	if d, m, y := dottedDay(s.t[i].Key); d > 0 { // 5.3, 20.8.2027
		e.Day, e.Month, e.Year = d, m, y
		if y == 0 {
			return s.tail(e, i+1, false)
		}
		return i + 1
	}
	d, ok := s.whole(i)
	if !ok || d < 1 || d > 31 {
		return i
	}
	if s.key(i+1) == "tháng" {
		m, ok := s.whole(i + 2)
		used := 1
		if !ok {
			m, used = s.monthWord(i + 2)
		}
		if m < 1 || m > 12 || used == 0 {
			return i
		}
		e.Day, e.Month = d, m
		return s.tail(e, i+2+used, false)
	}
	sep := s.key(i + 1)
	m, ok := s.whole(i + 2)
	if sep != "/" && sep != "-" || !ok || m < 1 || m > 12 {
		return i
	}
	e.Day, e.Month = d, m
	if y := s.yearAt(i + 4); y > 0 && s.key(i+3) == sep {
		e.Year = y
		return i + 5
	}
	return s.tail(e, i+3, false)
}

// dottedDay reads the number tokens "5.3" and "20.8.2027".
func dottedDay(k string) (d, m, y int) {
	var parts [3]int
	n, from := 0, 0
	for i := 0; i <= len(k); i++ {
		if i < len(k) && k[i] != '.' {
			continue
		}
		v, ok := plainInt(k[from:i])
		if !ok || n == 3 {
			return 0, 0, 0
		}
		parts[n], n, from = v, n+1, i+1
	}
	if n < 2 || parts[0] < 1 || parts[0] > 31 || parts[1] < 1 || parts[1] > 12 || n == 3 && (parts[2] < 1930 || parts[2] > 2100) {
		return 0, 0, 0
	}
	return parts[0], parts[1], parts[2]
}
