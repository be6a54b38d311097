package vi

// Mark is one thing [Scan] found: exactly one of the pointers is set, or none for
// a stretch whose digits mean no quantity. First and End are tokens; marks do not
// overlap and stand in order.
type Mark struct {
	First, End int
	Quantity   *Quantity
	Period     *PeriodExpr
	Comparison *Comparison
}

// Text is repaired text with everything found in it.
type Text struct {
	Source    string
	Tokens    []Token
	Sentences []Sentence
	Marks     []Mark
}

// Scan reads repaired text in one pass: tokens, sentences, periods, comparisons
// and quantities in the units of lex. Periods and comparisons are left as printed;
// resolve them with [PeriodExpr.Resolve].
func Scan(text string, lex *Lexicon) *Text {
	x := &Text{Source: text, Tokens: Tokens(text)}
	x.Sentences = sentences(x.Tokens)
	s := scanner{t: x.Tokens, lex: lex}
	limit := 0
	for _, sentence := range x.Sentences {
		s.t = x.Tokens[:sentence.End]
		limit = max(limit, sentence.First)
		for i := sentence.First; i < sentence.End; {
			s.sentence = sentence
			next := s.markAt(i, limit, x)
			if next > i {
				limit = next
			}
			i = max(next, i+1)
		}
	}
	return x
}

// markAt reads what starts at token i and returns where it ends.
func (s *scanner) markAt(i, limit int, x *Text) int {
	t := &s.t[i]
	if t.Kind == Word && !starts(t.Key) && !t.Capital {
		return i
	}
	if end := s.void(i); end > i {
		x.Marks = append(x.Marks, Mark{First: i, End: end})
		return end
	}
	if t.Kind == Sign {
		return i
	}
	if t.Kind == Word {
		if c, end := s.comparison(i); end > i {
			x.Marks = append(x.Marks, Mark{First: i, End: end, Comparison: &c})
			return end
		}
	}
	if e, end := s.period(i); end > i && !s.countsInstead(&e, i) {
		e.First = max(e.First, limit)
		x.Marks = append(x.Marks, Mark{First: e.First, End: end, Period: &e})
		return end
	}
	if q, ok := s.quantity(i, limit); ok {
		if q.Unit.Family == "money" {
			s.money = q.Unit
		}
		x.Marks = append(x.Marks, Mark{First: q.First, End: q.End, Quantity: &q})
		return q.End
	}
	if t.Kind == Number {
		return i + 1
	}
	return i
}

// countsInstead tells a bare year-like number that counts something: "2020 xe".
func (s *scanner) countsInstead(e *PeriodExpr, i int) bool {
	if !e.Weak || e.Span != SpanYear || s.t[i].Kind != Number {
		return false
	}
	n, ok := s.numberAt(i)
	if !ok {
		return false
	}
	u, _ := s.lex.match(s.t, n.end)
	return n.scaled || u != nil && !s.is(n.end, "%")
}

// starts tells the lower-case words a mark may start with.
func starts(key string) bool {
	switch key {
	case "tháng", "quý", "năm", "ngày", "hôm", "sáng", "chiều", "tối", "đêm", "dịp", "nửa", "giai", "thời", "nhiệm", "niên",
		"cùng", "đầu", "cuối", "giữa", "cả", "so", "theo", "bình", "trung", "mỗi", "hằng", "hàng",
		"không", "một", "hai", "ba", "bốn", "sáu", "bảy", "bẩy", "tám", "chín", "mười":
		return true
	}
	return len(key) >= 2 && len(key) <= 3 && (key[0] == 't' || key[0] == 'q') && key[1] >= '0' && key[1] <= '9'
}

// Print returns the text of tokens [first, end) as printed.
func (x *Text) Print(first, end int) string {
	if first >= end {
		return ""
	}
	return x.Source[x.Tokens[first].From:x.Tokens[end-1].To]
}
