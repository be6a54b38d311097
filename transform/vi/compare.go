package vi

// Basis says what the base of a comparison is.
type Basis uint8

// The bases.
const (
	BasisOther  Basis = iota // another firm, country, level: no change in time
	BasisPeriod              // Comparison.Period
	BasisPlan                // kế hoạch, dự toán, chỉ tiêu
	BasisYear                // theo năm: the same period a year before
	BasisMonth               // theo tháng
	BasisQuarter
	BasisYearEnd // đầu năm, cuối năm trước
	BasisAverage // bình quân mỗi năm, hằng năm
)

// Comparison is the base a change or ratio is measured against, as printed:
// "so với cùng kỳ năm trước", "so với tháng 3", "so với kế hoạch", "theo năm".
// First and End are tokens.
type Comparison struct {
	First, End int
	Basis      Basis
	Period     PeriodExpr // of BasisPeriod
}

// comparison reads "so với …" at token i; next is i where none stands there.
func (s *scanner) comparison(i int) (c Comparison, next int) {
	c.First = i
	switch s.key(i) {
	case "so":
		return s.comparisonAfterSo(c, i)
	case "theo":
		if i > 0 && (s.t[i-1].Kind == Sign && s.key(i-1) == "%" || s.is(i-1, "điểm", "trăm")) {
			switch s.key(i + 1) {
			case "năm":
				c.Basis = BasisYear
			case "tháng":
				c.Basis = BasisMonth
			case "quý":
				c.Basis = BasisQuarter
			default:
				return c, i
			}
			c.End = i + 2
			return c, c.End
		}
	case "bình", "trung":
		if !s.is(i+1, "quân", "bình") {
			return c, i
		}
		j := i + 2
		if s.is(j, "mỗi", "hằng", "hàng", "một", "các") && s.key(j+1) == "năm" && s.yearAt(j+2) == 0 {
			c.Basis, c.End = BasisAverage, j+2
			return c, c.End
		}
		if s.key(j) == "năm" && s.yearAt(j+1) == 0 && !s.relativeYear(j+1) {
			c.Basis, c.End = BasisAverage, j+1
			return c, c.End
		}
		if s.is(j, "mỗi", "hằng", "hàng") && s.key(j+1) == "tháng" {
			c.Basis, c.End = BasisMonth, j+2
			return c, c.End
		}
	case "mỗi", "hằng", "hàng":
		if s.key(i+1) == "năm" && s.yearAt(i+2) == 0 {
			c.Basis, c.End = BasisAverage, i+2
			return c, c.End
		}
	}
	return c, i
}

func (s *scanner) comparisonAfterSo(c Comparison, i int) (Comparison, int) {
	j := i + 1
	if s.key(j) == "sánh" {
		j++
	}
	switch s.key(j) {
	case "với":
		j++
	case "cùng":
		if s.key(j+1) == "với" {
			j += 2
		}
	case "thời", "cuối", "đầu", "tháng", "năm", "quý", "kế", "dự", "mục":
		if s.key(i+1) != s.key(j) || !s.is(j+1, "điểm", "năm", "quý", "tháng", "hoạch", "toán", "tiêu", "trước", "ngoái") && s.yearAt(j+1) == 0 {
			return c, i
		}
	default:
		return c, i
	}
	c.End = j
	for skip := 0; skip <= 4; skip++ {
		k := j + skip
		if k >= len(s.t) || s.t[k].Kind == Sign || s.key(k) == "và" {
			break
		}
		switch s.key(k) {
		case "kế", "dự":
			if s.is(k+1, "hoạch", "toán") {
				c.Basis, c.End = BasisPlan, k+2
				return c, c.End
			}
		case "chỉ", "mục":
			if s.is(k+1, "tiêu") {
				c.Basis, c.End = BasisPlan, k+2
				return c, c.End
			}
		case "đầu", "cuối":
			if s.key(k+1) == "năm" {
				c.Basis, c.End = BasisYearEnd, k+2
				var e PeriodExpr
				if end := s.tail(&e, k+2, true); end > k+2 {
					c.End, c.Period = end, e
				}
				return c, c.End
			}
		}
		if e, end := s.period(k); end > k {
			if e.Span != SpanYears || e.N > 0 {
				c.Basis, c.Period, c.End = BasisPeriod, e, end
				c.Period.Void = false
				if s.seq(end, "liền", "kề") || s.seq(end, "trước", "đó") {
					c.End += 2
				}
				return c, c.End
			}
			break
		}
		if s.t[k].Kind == Number {
			break
		}
	}
	return c, c.End
}
