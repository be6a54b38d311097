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
	x.read(lex)
	return x
}

// Scanner scans many texts, one after the other, in memory that it uses again. The
// zero value is ready. It is not for concurrent use.
type Scanner struct {
	cut    cutter
	tokens []Token // of all texts since the last Reset
}

// Scan is [Scan]. The result may be used until the next Reset.
func (s *Scanner) Scan(text string, lex *Lexicon) *Text {
	x := &Text{Source: text, Tokens: s.Tokens(text)}
	x.read(lex)
	return x
}

// Tokens is [Tokens]. The result may be used until the next Reset.
func (s *Scanner) Tokens(text string) []Token {
	if cap(s.tokens)-len(s.tokens) < len(text)/5+4 { // the tokens of other texts stay where they are
		s.tokens = make([]Token, 0, max(1024, 2*cap(s.tokens), len(text)/5+4))
	}
	n := len(s.tokens)
	t := s.cut.cut(s.tokens[n:], text)
	if n+len(t) <= cap(s.tokens) {
		s.tokens = s.tokens[:n+len(t)]
	}
	return t[:len(t):len(t)]
}

// Reset begins anew: what was scanned before must not be used any more.
func (s *Scanner) Reset() {
	if cap(s.tokens) > mostKept {
		s.tokens = nil
	}
	s.tokens = s.tokens[:0]
}

// mostKept bounds the memory that a Scanner keeps between texts, in tokens.
const mostKept = 1 << 16

// read finds the sentences and marks of the tokens.
func (x *Text) read(lex *Lexicon) {
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
			found := c // of its own, so that nothing is allocated where nothing is found
			x.Marks = append(x.Marks, Mark{First: i, End: end, Comparison: &found})
			return end
		}
	}
	if e, end := s.period(i); end > i && !s.countsInstead(&e, i) {
		found := e
		found.First = max(e.First, limit)
		x.Marks = append(x.Marks, Mark{First: found.First, End: end, Period: &found})
		return end
	}
	if e, ok := s.listedYear(i, x); ok {
		found := e
		x.Marks = append(x.Marks, Mark{First: i, End: i + 1, Period: &found})
		return i + 1
	}
	if q, ok := s.quantity(i, limit); ok {
		if q.Unit.Family == "money" {
			s.money = q.Unit
		}
		found := q
		x.Marks = append(x.Marks, Mark{First: q.First, End: q.End, Quantity: &found})
		return q.End
	}
	if t.Kind == Number {
		return i + 1
	}
	return i
}

// listedYear reads the later years of "năm 2023, 2024 và 2025".
func (s *scanner) listedYear(i int, x *Text) (PeriodExpr, bool) {
	y := s.yearAt(i)
	if y == 0 || len(x.Marks) == 0 || !s.is(i-1, ",", "và") {
		return PeriodExpr{}, false
	}
	before := x.Marks[len(x.Marks)-1]
	e := PeriodExpr{First: i, End: i + 1, Span: SpanYear, Year: y, Weak: true}
	if before.End != i-1 || before.Period == nil || before.Period.Span != SpanYear || before.Period.Year == 0 || before.Period.Void || s.countsInstead(&e, i) {
		return PeriodExpr{}, false
	}
	e.Weak = false
	return e, true
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
