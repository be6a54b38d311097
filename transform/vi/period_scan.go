package vi

// scanner walks the tokens of one text once.
type scanner struct {
	t        []Token
	lex      *Lexicon
	sentence Sentence // being read
	money    *Unit    // of the last amount of money
}

func (s *scanner) key(i int) string {
	if i >= 0 && i < len(s.t) {
		return s.t[i].Key
	}
	return ""
}

func (s *scanner) is(i int, keys ...string) bool {
	k := s.key(i)
	for _, w := range keys {
		if k == w {
			return true
		}
	}
	return false
}

// seq reports whether the tokens from i are exactly keys.
func (s *scanner) seq(i int, keys ...string) bool {
	for j, w := range keys {
		if s.key(i+j) != w {
			return false
		}
	}
	return true
}

// whole returns the plain whole number token i prints, without separators.
func (s *scanner) whole(i int) (n int, ok bool) {
	if i < 0 || i >= len(s.t) || s.t[i].Kind != Number {
		return 0, false
	}
	return plainInt(s.t[i].Key)
}

func plainInt(k string) (int, bool) {
	if len(k) == 0 || len(k) > 8 {
		return 0, false
	}
	n := 0
	for i := range len(k) {
		if k[i] < '0' || k[i] > '9' {
			return 0, false
		}
		n = n*10 + int(k[i]-'0')
	}
	return n, true
}

// yearAt returns the year token i prints, 0 if none.
func (s *scanner) yearAt(i int) int {
	if n, ok := s.whole(i); ok && len(s.t[i].Key) == 4 && n >= 1930 && n <= 2100 {
		return n
	}
	return 0
}

// countAt returns a small whole number in digits or words at i.
func (s *scanner) countAt(i int) (n, used int) {
	if n, ok := s.whole(i); ok {
		return n, 1
	}
	if i < len(s.t) && s.t[i].Kind == Word {
		if d, used := wordNumber(s.t, i); used > 0 {
			n, ok := d.Int()
			if ok {
				return n, used
			}
		}
	}
	return 0, 0
}

// tail reads the year that follows a month, quarter or "đầu năm" at i: "/2027",
// "-2027", "năm 2027", "năm nay", "nay" after năm, or nothing.
func (s *scanner) tail(e *PeriodExpr, i int, afterYear bool) int {
	j := i
	if y := s.yearAt(j); y > 0 {
		e.Year = y
		return j + 1
	}
	if s.is(j, "/", "-", ".") && !afterYear {
		if y := s.yearAt(j + 1); y > 0 {
			e.Year = y
			return j + 2
		}
		return i
	}
	if !afterYear {
		if s.is(j, ",", "của", "trong") && s.key(j+1) == "năm" && (s.yearAt(j+2) > 0 || s.relativeYear(j+2) && s.key(j) != ",") {
			j++
		}
		if s.is(j, "vừa", "mới") && s.key(j+1) == "qua" {
			return j + 2
		}
		if s.key(j) != "năm" {
			return i
		}
		j++
	}
	if y := s.yearAt(j); y > 0 {
		e.Year = y
		return j + 1
	}
	if s.relativeYear(j) {
		e.Relative, e.Shift = true, yearShift(s.key(j))
		return j + 1
	}
	return i
}

func (s *scanner) relativeYear(i int) bool {
	switch s.key(i) {
	case "nay", "ngoái", "trước", "kia", "sau", "tới":
		return true
	case "này", "đó":
		return false
	case "qua":
		return true
	}
	return false
}

func yearShift(key string) int {
	switch key {
	case "ngoái", "trước", "qua":
		return -1
	case "kia":
		return -2
	case "sau", "tới":
		return 1
	}
	return 0
}

// period reads a period expression that starts at token i. next is i where none
// does.
func (s *scanner) period(i int) (e PeriodExpr, next int) {
	t := &s.t[i]
	switch t.Kind {
	case Number:
		next = s.periodAtNumber(&e, i)
	case Word:
		switch t.Key {
		case "tháng":
			next = s.monthAt(&e, i)
		case "quý":
			next = s.quarterAt(&e, i)
		case "năm":
			if next = s.yearExpr(&e, i); next <= i && s.key(i+1) == "tháng" && s.is(i+2, "đầu", "cuối", "còn") {
				next = s.spanOfMonths(&e, i) // năm tháng đầu năm
			}
		case "ngày", "hôm", "sáng", "chiều", "tối", "đêm", "dịp":
			next = s.dayAt(&e, i+1)
		case "nửa":
			next = s.halfAt(&e, i)
		case "giai", "thời", "nhiệm", "niên":
			if next = s.yearsAt(&e, i); next <= i && s.key(i+1) == "điểm" {
				if end := s.dayAt(&e, i+2); end > i+2 { // thời điểm 30/6
					next = end
				}
			}
		case "cùng":
			next = s.sameAt(&e, i)
		case "đầu", "cuối", "giữa":
			next = s.partOfYear(&e, i)
		case "cả":
			if s.key(i+1) == "năm" {
				if next = s.tail(&e, i+2, true); next > i+2 {
					e.Span = SpanYear
				} else {
					e.Span, next = SpanYear, i+2
				}
			}
		default:
			next = s.shortPeriod(&e, i)
			if next <= i && isCountWord(t.Key) {
				next = s.spanOfMonths(&e, i)
			}
		}
	}
	if next <= i {
		return PeriodExpr{}, i
	}
	e.First, e.End = i, next
	s.widen(&e)
	return e, e.End
}

func isCountWord(key string) bool {
	if key == "mười" || key == "hai" || key == "một" {
		return true
	}
	_, ok := digitWord(key)
	return ok
}

// widen takes in the words before the expression that say how it counts, and
// tells expressions that are no reference period.
func (s *scanner) widen(e *PeriodExpr) {
	i := e.First
	switch {
	case s.is(i-1, "đến", "tới") && s.key(i-2) == "tính":
		e.ToDate, i = true, i-2
	case s.is(i-1, "hết") && s.is(i-2, "đến", "tới", "tính"):
		e.ToDate, i = true, i-2
		if s.is(i-1, "tính") {
			i--
		}
	case s.is(i-1, "hết"), s.is(i-1, "đến", "tới") && e.Span != SpanYears:
		e.ToDate, i = true, i-1
	case s.is(i-1, "kế") && s.is(i-2, "lũy"), s.is(i-1, "chung") && s.is(i-2, "tính"), s.is(i-1, "dồn") && s.is(i-2, "cộng"):
		e.Running, i = true, i-2
	case s.is(i-1, "trong", "vào") && !s.is(i-2, "nằm"):
		i--
	}
	e.Void = e.Void || !e.Running && e.Span != SpanMonths && e.Span != SpanDays && s.noReference(e.First)
	e.First = i
}

// noReference tells from the words before token i that the period there is not
// the one a number is about: "kể từ năm 2019", "cao nhất từ ...", "giá so sánh 2010".
func (s *scanner) noReference(i int) bool {
	for s.is(i-1, "sau", "đầu", "cuối") {
		i--
	}
	switch s.key(i - 1) {
	case "từ":
		return true
	case "sánh":
		return s.key(i-2) == "so"
	case "gốc", "giao", "hạn":
		return true
	}
	return false
}

// monthAt reads "tháng 4/2027", "tháng 7.2027", "tháng Tư", "tháng 1 - 3/2027",
// "tháng trước". i is at tháng.
func (s *scanner) monthAt(e *PeriodExpr, i int) int {
	j := i + 1
	e.Span = SpanMonth
	switch s.key(j) {
	case "này", "nay":
		e.Anaphor = true
		return j + 1
	case "trước":
		e.Anaphor, e.Prev = true, -1
		if j++; s.seq(j, "liền", "kề") || s.seq(j, "đó") {
			j++
			if s.is(j, "kề") {
				j++
			}
		}
		return j
	case "liền":
		if s.is(j+1, "trước", "kề") {
			e.Anaphor, e.Prev = true, -1
			if j += 2; s.is(j, "trước") {
				j++
			}
			return j
		}
	case "sau", "tới":
		e.Anaphor, e.Prev = true, 1
		return j + 1
	}
	if j >= len(s.t) {
		return i
	}
	if s.t[j].Kind == Number {
		if m, y := monthYear(s.t[j].Key); m > 0 {
			e.Month, e.Year = m, y
			return j + 1
		}
		m, ok := s.whole(j)
		if !ok || m < 1 || m > 12 {
			return i
		}
		e.Month = m
		j++
		if n, ok := s.whole(j + 1); ok && s.is(j, "-") && n > m && n <= 12 {
			e.Span, e.N = SpanMonths, n-m+1
			j += 2
		}
		return s.monthsUntil(e, i, s.tail(e, j, false))
	}
	m, used := s.monthWord(j)
	if m == 0 {
		return i
	}
	e.Month = m
	return s.tail(e, j+used, false)
}

// monthsUntil reads on from "(từ) tháng 1" to "đến tháng 5/2027".
func (s *scanner) monthsUntil(e *PeriodExpr, i, j int) int {
	if e.Span != SpanMonth || !s.is(i-1, "từ") || !s.is(j, "đến", "tới") {
		return j
	}
	k := j + 1
	if s.key(k) == "hết" {
		k++
	}
	if s.key(k) != "tháng" {
		return j
	}
	var to PeriodExpr
	end := s.monthAt(&to, k)
	if end <= k || to.Month <= e.Month || e.Year > 0 && to.Year > e.Year {
		return j
	}
	e.Span, e.N, e.Running = SpanMonths, to.Month-e.Month+1, false
	if to.Year > 0 {
		e.Year = to.Year
	}
	e.Relative, e.Shift = e.Relative || to.Relative, e.Shift+to.Shift
	return end
}

// monthYear reads the number tokens "7.2027" and "07.2027".
func monthYear(k string) (m, y int) {
	for n := 1; n <= 2; n++ {
		if len(k) == n+5 && k[n] == '.' {
			m, ok1 := plainInt(k[:n])
			y, ok2 := plainInt(k[n+1:])
			if ok1 && ok2 && m >= 1 && m <= 12 && y >= 1930 && y <= 2100 {
				return m, y
			}
		}
	}
	return 0, 0
}

// monthWord reads the name of a month. "tháng năm" is May only with a capital:
// it is also "months and years".
func (s *scanner) monthWord(j int) (m, used int) {
	switch s.key(j) {
	case "giêng":
		return 1, 1
	case "chạp":
		return 12, 1
	case "tư":
		return 4, 1
	case "một":
		if !s.t[j].Capital {
			return 0, 0
		}
	case "năm":
		if !s.t[j].Capital {
			return 0, 0
		}
		return 5, 1
	case "mười":
		if n, ok := lastDigitWord(s.key(j + 1)); ok && (n == 1 || n == 2) {
			return 10 + n, 2
		}
		return 10, 1
	}
	if n, ok := digitWord(s.key(j)); ok && n > 0 {
		return n, 1
	}
	return 0, 0
}

// quarterAt reads "quý II/2027", "quý 2 năm 2027", "quý trước". i is at quý.
func (s *scanner) quarterAt(e *PeriodExpr, i int) int {
	e.Span = SpanQuarter
	j := i + 1
	switch s.key(j) {
	case "i", "1", "một":
		e.Quarter = 1
	case "ii", "2", "hai":
		e.Quarter = 2
	case "iii", "3", "ba":
		e.Quarter = 3
	case "iv", "4", "tư", "bốn":
		e.Quarter = 4
	case "này":
		e.Anaphor = true
		return j + 1
	case "liền":
		if !s.is(j+1, "trước", "kề") {
			return i
		}
		e.Anaphor, e.Prev = true, -1
		if j += 2; s.is(j, "trước") {
			j++
		}
		return j
	case "trước":
		e.Anaphor, e.Prev = true, -1
		if s.seq(j+1, "liền", "kề") {
			return j + 3
		}
		if s.is(j+1, "đó") {
			return j + 2
		}
		return j + 1
	case "đầu", "cuối":
		if s.key(j+1) != "năm" {
			return i
		}
		if e.Quarter = 1; s.key(j) == "cuối" {
			e.Quarter = 4
		}
		return max(s.tail(e, j+2, true), j+2)
	default:
		return i
	}
	return s.tail(e, j+1, false)
}

// shortPeriod reads "T4/2027", "Q2/2027". i is at the word.
func (s *scanner) shortPeriod(e *PeriodExpr, i int) int {
	k := s.key(i)
	if len(k) < 2 || len(k) > 3 || k[0] != 't' && k[0] != 'q' {
		return i
	}
	n, ok := plainInt(k[1:])
	if !ok || n < 1 || k[0] == 'q' && n > 4 || n > 12 {
		return i
	}
	end := s.tail(e, i+1, false)
	if e.Year == 0 {
		return i
	}
	if k[0] == 'q' {
		e.Span, e.Quarter = SpanQuarter, n
	} else {
		e.Span, e.Month = SpanMonth, n
	}
	return end
}

// sameAt reads "cùng kỳ", "cùng kỳ năm trước", "cùng kỳ 2026", "cùng tháng năm
// ngoái". i is at cùng.
func (s *scanner) sameAt(e *PeriodExpr, i int) int {
	if !s.is(i+1, "kỳ", "tháng", "quý") && !s.seq(i+1, "thời", "điểm") && !s.seq(i+1, "thời", "kỳ") && !s.seq(i+1, "giai", "đoạn") {
		return i
	}
	j := i + 2
	if s.is(i+1, "thời", "giai") {
		j++
	}
	e.Same, e.Shift = true, -1
	if s.is(j, "của", "trong", "các", "những", "mọi") {
		if s.key(j+1) == "năm" || s.yearAt(j+1) > 0 {
			j++
		}
	}
	if s.seq(j, "tháng", "trước") {
		e.Prev, e.Month = -1, 1
		return j + 2
	}
	if y := s.yearAt(j); y > 0 {
		e.Year = y
		return j + 1
	}
	if s.key(j) == "năm" {
		if y := s.yearAt(j + 1); y > 0 {
			e.Year = y
			return j + 2
		}
		if s.relativeYear(j + 1) {
			return j + 2
		}
	}
	if s.is(i+1, "tháng", "quý") {
		return i
	}
	return j
}

// periodAtNumber reads periods that start with digits: "7 tháng đầu năm 2027",
// "20/8/2027", "2026-2030", "5/2027".
func (s *scanner) periodAtNumber(e *PeriodExpr, i int) int {
	if s.is(i+1, "tháng", "quý", "năm") {
		return s.spanOfMonths(e, i)
	}
	if end := s.yearRange(e, i); end > i {
		return end
	}
	if y := s.yearAt(i); y > 0 && s.is(i-1, "đến", "tới", "từ", "trong", "vào", "của", "(", "kỳ", "niên", "hoạch", "vọng", "tiêu") && !s.is(i+1, "/") {
		e.Span, e.Year, e.Weak = SpanYear, y, true
		return i + 1
	}
	if s.is(i-1, "đến", "tới", "hết") && !s.is(i-2, "lên", "xuống") {
		if end := s.oneDay(e, i); end >= i+3 && !s.lex.IsUnit(s.t, end) && !s.is(end, "tổng", "số") {
			return end // "đến 31/10"
		}
		*e = PeriodExpr{}
	}
	if s.key(i-1) == "từ" {
		if end := s.dayAt(e, i); end > i && e.Span == SpanDays {
			return end
		}
		*e = PeriodExpr{}
	}
	n, ok := s.whole(i)
	if _, m, y := dottedDay(s.t[i].Key); y > 0 {
		return s.dateFrom(e, i, m)
	}
	if !ok {
		return i
	}
	if s.is(i+1, "/", "-") && !s.t[i+1].Space {
		if m, ok := s.whole(i + 2); ok && s.key(i+3) == s.key(i+1) && s.yearAt(i+4) > 0 {
			return s.dateFrom(e, i, m)
		}
		if y := s.yearAt(i + 2); y > 0 && n >= 1 && n <= 12 && s.key(i+1) == "/" && !s.is(i+3, "/", "-") {
			e.Span, e.Month, e.Year = SpanMonth, n, y
			return i + 3
		}
	}
	return i
}

func (s *scanner) dateFrom(e *PeriodExpr, i, m int) int {
	if m < 1 || m > 12 {
		return i
	}
	if end := s.dayAt(e, i); end > i {
		return end
	}
	return i
}

// spanOfMonths reads "7 tháng đầu năm 2027", "ba quý đầu năm", "6 tháng cuối
// năm", "8 tháng năm 2027", "6 tháng đó"; lengths of time come back void.
func (s *scanner) spanOfMonths(e *PeriodExpr, i int) int {
	n, used := s.countAt(i)
	if used == 0 || n < 1 {
		return i
	}
	j := i + used
	unit := s.key(j)
	j++
	switch unit {
	case "quý":
		n *= 3
	case "năm":
		// "kế hoạch 5 năm 2021-2025" is the range of years; else a length of time.
		if end := s.yearRange(e, j); end > j {
			return end
		}
		if s.t[i].Kind == Word && (s.is(j, "doanh", "dự", "nhà", "người", "triệu", "nghìn", "tỷ")) {
			return i // năm as the number five came first
		}
		e.Span, e.Void = SpanYears, true
		return j
	case "tháng":
	default:
		return i
	}
	if n > 12 || n == 1 && s.t[i].Kind == Word {
		e.Span, e.Void = SpanMonths, true
		return j
	}
	e.Span, e.N = SpanMonths, n
	switch {
	case s.seq(j, "đầu", "năm"), s.seq(j, "đầu", "của", "năm"), s.seq(j, "đầu", "tiên"):
		if j += 2; s.key(j) == "năm" {
			j++
		} else if s.seq(j, "của", "năm") || s.seq(j, "trong", "năm") {
			j += 2
		}
		return max(s.tail(e, j, s.key(j-1) == "năm"), j)
	case s.seq(j, "đầu"):
		return max(s.tail(e, j+1, false), j+1)
	case s.seq(j, "cuối", "năm"), s.seq(j, "cuối", "của", "năm"):
		if j += 2; s.key(j) == "năm" {
			j++
		}
		e.Last = true
		return max(s.tail(e, j, true), j)
	case s.seq(j, "còn", "lại"):
		e.Last = true
		if j += 2; s.is(j, "của", "trong") && s.key(j+1) == "năm" {
			j++
		}
		return max(s.tail(e, j, false), j)
	case s.is(j, "đó", "này") || s.seq(j, "nói", "trên"):
		e.Anaphor = true
		return j + 1
	case s.is(j, "qua", "liên", "gần", "trở", "tới", "sau", "trước", "tuổi", "một") || s.seq(j, "vừa", "qua"):
		e.Void = true
		return j
	}
	if end := s.tail(e, j, false); end > j {
		return end
	}
	if unit == "quý" {
		e.Void = true
		return j
	}
	if s.is(i-1, "chung", "kế", "dồn", "hết") {
		return j
	}
	e.Weak = true
	return j
}
