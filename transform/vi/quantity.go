package vi

// Bound says how a printed number limits the true one.
type Bound string

// The bounds.
const (
	Exactly  Bound = "exactly"
	About    Bound = "about"
	MoreThan Bound = "more_than"
	LessThan Bound = "less_than"
	Nearly   Bound = "nearly" // just under
	AtLeast  Bound = "at_least"
	AtMost   Bound = "at_most"
	Range    Bound = "range"
)

// Quantity is a number with its unit, scale words multiplied in. First and End
// are the tokens from the first qualifier to the last word of the unit.
type Quantity struct {
	First, End int
	NumFirst   int     // first token of the number itself
	UnitFirst  int     // first token of the unit
	Value      Decimal // of a range the lower bound
	High       Decimal // of a range the upper bound
	IsRange    bool
	Bound      Bound // of the number as a whole; Range only where nothing else is said
	Unit       *Unit
	Per        string // what the unit is counted by: "tấn" in USD/tấn, "tháng", ""
	Scale      int    // power of ten of the scale words
	Decimals   int    // as printed
	Negative   bool   // printed with a minus sign
	Words      bool   // printed in words
	Threshold  bool   // "trở lên", "trở xuống": a limit, not a measurement
}

// UnitID is the unit with what it is counted by: "USD/tấn".
func (q *Quantity) UnitID() string {
	if q.Unit == nil {
		return ""
	}
	if q.Per != "" {
		return q.Unit.ID + "/" + q.Per
	}
	return q.Unit.ID
}

// number is one number with its scale words.
type number struct {
	value    Decimal
	scale    int
	decimals int
	end      int
	words    bool
	scaled   bool
}

// numberAt reads digits or number words with scale words at token i. Number
// words count only before a scale word or a unit.
func (s *scanner) numberAt(i int) (n number, ok bool) {
	if i >= len(s.t) {
		return n, false
	}
	switch t := &s.t[i]; t.Kind {
	case Number:
		n.value, n.decimals, ok = ParseNumber(t.Key)
		n.end = i + 1
		if !ok {
			return n, false
		}
		s.spacedGroups(&n, i)
	case Word:
		d, used := wordNumber(s.t, i)
		if used == 0 {
			return n, false
		}
		n.value, n.end, n.words = d, i+used, true
		if v, _ := d.Int(); used == 1 && v < 10 {
			if _, next := s.scaleAt(n.end); next == n.end {
				return n, false // one word alone: năm, ba, tư, chín mean other things too
			}
		}
	default:
		return n, false
	}
	base := n.value
	n.scale, n.end = s.scaleAt(n.end)
	if n.scale > 0 {
		n.scaled = true
		n.value = base.Shift(n.scale)
		s.compound(&n)
	}
	return n, true
}

// spacedGroups joins "12 500 000": at least two groups of three after one to
// three digits.
func (s *scanner) spacedGroups(n *number, i int) {
	if v, ok := s.whole(i); !ok || len(s.t[i].Key) > 3 || v == 0 {
		return
	}
	j := i + 1
	coef := n.value.Coef
	for exp := n.value.Exp; exp > 0; exp-- {
		coef *= 10
	}
	for j < len(s.t) && s.t[j].Kind == Number && s.t[j].Space && len(s.t[j].Key) == 3 && j-i < 5 {
		v, ok := s.whole(j)
		if !ok {
			break
		}
		coef, j = coef*1000+int64(v), j+1
	}
	if j-i >= 3 {
		n.value, n.end = normal(coef, 0), j
	}
}

// scaleAt reads the scale words at token i: nghìn, triệu, nghìn tỷ.
func (s *scanner) scaleAt(i int) (power, next int) {
	for n := 0; n < 3; n++ {
		p := 0
		switch s.key(i) {
		case "nghìn", "ngàn":
			p = 3
		case "vạn":
			p = 4
		case "triệu":
			p = 6
		case "tỷ":
			p = 9
		case "tr":
			if s.is(i+1, "đồng", "đ", "usd", "tấn") {
				p = 6
			}
		}
		if p == 0 || power+p > 18 {
			break
		}
		power, i = power+p, i+1
	}
	return power, i
}

// compound adds "200 triệu" to "1 tỷ", and half of the scale for rưỡi.
func (s *scanner) compound(n *number) {
	if s.key(n.end) == "rưỡi" {
		half := Decimal{5, int32(n.scale) - 1}
		if sum, ok := n.value.add(half); ok {
			n.value, n.end = sum, n.end+1
		}
		return
	}
	if n.end >= len(s.t) || s.t[n.end].Kind != Number {
		return
	}
	d, decimals, ok := ParseNumber(s.t[n.end].Key)
	if !ok || decimals > 0 || d.Coef == 0 {
		return
	}
	p, next := s.scaleAt(n.end + 1)
	if p == 0 || p >= n.scale || d.Compare(Decimal{1, int32(n.scale - p)}) >= 0 {
		return
	}
	if sum, ok := n.value.add(d.Shift(p)); ok {
		n.value, n.end = sum, next
	}
}

// quantity reads a number with its unit that starts at token i; limit is the end
// of what was read before, which qualifiers must not cross.
func (s *scanner) quantity(i, limit int) (q Quantity, ok bool) {
	n, ok := s.numberAt(i)
	if !ok {
		return q, false
	}
	q = Quantity{First: i, NumFirst: i, Value: n.value, Decimals: n.decimals, Scale: n.scale, Words: n.words, Bound: Exactly}
	if !s.readRange(&q, n) {
		if !s.readUnit(&q, n.end) && !s.borrowUnit(&q, n) && !s.unitOfList(&q, n) && !s.impliedMoney(&q, n) {
			return q, false
		}
		if n.words && !n.scaled && !measures(q.Unit) && q.Value.Compare(Decimal{10, 0}) < 0 {
			return q, false // "ba nhà máy", "hai người": a manner of speaking
		}
		s.secondBound(&q)
	}
	s.sign(&q, limit)
	s.qualify(&q, limit)
	s.postposed(&q)
	return q, true
}

func measures(u *Unit) bool { return u != nil && !u.Counted }

// readRange reads "75 - 80%", "7 đến 8%", "5-6 triệu tấn": the first number lacks
// unit and perhaps scale.
func (s *scanner) readRange(q *Quantity, n number) bool {
	j := n.end
	if !s.is(j, "-", "đến", "tới") {
		return false
	}
	m, ok := s.numberAt(j + 1)
	if !ok {
		return false
	}
	probe := *q
	probe.Scale = m.scale
	if !s.readUnit(&probe, m.end) {
		return false
	}
	low := n.value
	if !n.scaled && m.scaled && low.Compare(m.value.Shift(-m.scale)) <= 0 {
		low = low.Shift(m.scale)
	}
	if low.Compare(m.value) >= 0 {
		return false
	}
	mult := probe.Unit.Mult
	probe.Value, probe.High, probe.IsRange, probe.Bound = low.Shift(mult), m.value.Shift(mult), true, Range
	probe.Decimals = max(n.decimals, m.decimals)
	*q = probe
	return true
}

// borrowUnit reads the first number of "từ 48,9 lên 50,6 điểm", "từ 3 xuống còn
// 2 triệu tấn": scale and unit stand behind the second.
func (s *scanner) borrowUnit(q *Quantity, n number) bool {
	if n.words || s.key(q.NumFirst-1) != "từ" || !s.is(n.end, "lên", "xuống") {
		return false
	}
	j := n.end + 1
	for s.is(j, "còn", "mức", "tới", "đến", "khoảng", "hơn", "gần") {
		j++
	}
	m, ok := s.numberAt(j)
	if !ok {
		return false
	}
	probe := *q
	if !s.readUnit(&probe, m.end) {
		return false
	}
	q.Unit, q.Per, q.Value = probe.Unit, probe.Per, probe.Value
	if m.scaled && !n.scaled {
		q.Scale, q.Value = m.scale, q.Value.Shift(m.scale)
	}
	q.UnitFirst, q.End = n.end, n.end
	return true
}

// unitOfList reads the first numbers of "lần lượt đạt 8,6; 13,2 và 1,1 tỷ kWh": scale and
// unit stand behind the last one.
func (s *scanner) unitOfList(q *Quantity, n number) bool {
	if n.words || n.scaled || !s.isRespective(q.NumFirst) {
		return false
	}
	j := n.end
	for range mostListed {
		if !s.is(j, ",", ";", "và") {
			return false
		}
		if j++; s.key(j) == "và" {
			j++
		}
		m, ok := s.numberAt(j)
		if !ok || m.words {
			return false
		}
		probe := *q
		if !s.readUnit(&probe, m.end) {
			j = m.end
			continue
		}
		q.Unit, q.Per, q.Value = probe.Unit, probe.Per, probe.Value
		if m.scaled {
			q.Scale, q.Value = m.scale, q.Value.Shift(m.scale)
		}
		q.UnitFirst, q.End = n.end, n.end
		return true
	}
	return false
}

// mostListed bounds the numbers of a list that wait for their unit.
const mostListed = 6

// isRespective reports that "lần lượt" or "tương ứng" stands in the few words before
// token i, or before the numbers of the list it goes on with.
func (s *scanner) isRespective(i int) bool {
	words := 0
	for j := i - 1; j > s.sentence.First && words < 6; j-- {
		switch {
		case s.is(j, "lượt") && s.is(j-1, "lần"), s.is(j, "ứng") && s.is(j-1, "tương"):
			return true
		case s.t[j].Kind == Word && !s.is(j, "và"):
			words++
		case s.t[j].Kind == Sign && !s.is(j, ",", ";"):
			return false
		}
	}
	return false
}

// impliedMoney reads "lãi 85 tỷ": millions and more without a unit are money where
// money was named before, or a word for it stands near.
func (s *scanner) impliedMoney(q *Quantity, n number) bool {
	if n.scale < 6 || n.words {
		return false
	}
	if n.end < len(s.t) && s.t[n.end].Kind == Word && !s.is(n.end, "và", "so", "trong", "lên", "xuống", "cho", "từ", "năm", "tháng", "quý", "của", "vào", "để", "tại", "nhờ", "do", "còn", "cùng", "mỗi", "một", "sau", "trước") {
		return false
	}
	unit := s.money
	if unit == nil {
		if u, _ := s.lex.match([]Token{{Kind: Word, Key: "đồng"}}, 0); u != nil && s.moneyWord(q.First) {
			unit = u
		}
	} else if !s.moneyWord(q.First) && !s.is(q.First-1, "và", ",") {
		unit = nil
	}
	if unit == nil {
		return false
	}
	q.Unit, q.UnitFirst, q.End = unit, n.end, n.end
	return true
}

// moneyWord reports a word for money within sixteen tokens before i, no comma between.
func (s *scanner) moneyWord(i int) bool {
	for j := i - 1; j >= max(i-16, s.sentence.First); j-- {
		if j < i-8 && s.is(j, ",", ";", ":") {
			return false
		}
		switch s.key(j) {
		case "lãi", "lỗ", "vốn", "nợ", "tiền", "phí", "thuế", "thưởng", "lương", "giá":
			return true
		case "thu":
			if s.is(j-1, "doanh") || s.is(j+1, "ngân", "về") {
				return true
			}
		case "nhuận", "toán", "sách", "tư":
			if s.is(j-1, "lợi", "dự", "ngân", "đầu") {
				return true
			}
		}
	}
	return false
}

// secondBound reads "… đến 1 triệu đồng", "6% - 7%" after a number with its unit.
func (s *scanner) secondBound(q *Quantity) {
	j := q.End
	if !s.is(j, "-", "đến", "tới") {
		return
	}
	if s.is(j, "đến", "tới") && s.key(j+1) == "khoảng" {
		j++
	}
	m, ok := s.numberAt(j + 1)
	if !ok {
		return
	}
	probe := Quantity{First: q.First, NumFirst: q.NumFirst, Bound: q.Bound, Words: q.Words, Decimals: max(q.Decimals, m.decimals)}
	if !s.readUnit(&probe, m.end) || probe.Unit != q.Unit || probe.Unit.Counted && probe.UnitFirst == q.UnitFirst {
		return
	}
	high := m.value.Shift(q.Unit.Mult)
	if q.Value.Compare(high) >= 0 || q.Per != "" && probe.Per != q.Per {
		return
	}
	if s.is(j, "đến", "tới") && !s.rangeBefore(q.First) {
		// "tăng từ 15% đến 17%" is a range only with từ, khoảng, đạt … before it.
		return
	}
	probe.Value, probe.UnitFirst = q.Value, q.UnitFirst
	*q = probe
	q.High, q.IsRange, q.Bound, q.Scale = high, true, Range, m.scale
}

func (s *scanner) rangeBefore(i int) bool { return s.key(i-1) != "lên" && s.key(i-1) != "xuống" }

// readUnit reads the unit at token i into q, with what it is counted by.
func (s *scanner) readUnit(q *Quantity, i int) bool {
	u, used := s.lex.match(s.t, i)
	if u == nil || used == 1 && s.key(i) == "đô" && (q.Scale < 3 || s.is(i+1, "thị", "đốc", "hộ")) {
		return false // "2 tỷ đô": dollars, but đô is also a city
	}
	q.Unit, q.UnitFirst, q.End = u, i, i+used
	if u.Mult != 0 {
		q.Value = q.Value.Shift(u.Mult)
		q.High = q.High.Shift(u.Mult)
	}
	q.Per = ""
	s.readPer(q)
	return true
}

// readPer reads "/tấn", "/người/tháng", "một kWh", "mỗi ngày", and with a noun
// inside "triệu tấn thép/năm".
func (s *scanner) readPer(q *Quantity) {
	j := q.End
	for k := j; k <= j+3 && k < len(s.t) && s.t[k].Kind == Word && q.Unit.ID != "%"; k++ {
		if s.key(k+1) == "/" && s.rateWord(k+2) && !s.t[min(k+2, len(s.t)-1)].Space {
			if !s.is(k, "và", "với", "của", "trong") {
				j = k + 1
			}
			break
		}
	}
	end := j
	for s.key(end) == "/" && end+1 < len(s.t) && s.t[end+1].Kind == Word {
		name, used := s.perName(end + 1)
		if q.Per != "" {
			q.Per += "/"
		}
		q.Per += name
		end += 1 + used
	}
	if end > q.End && q.Per != "" {
		q.End = end
		return
	}
	if (q.Unit.Family == "money" || measures(q.Unit)) && s.is(q.End, "một", "mỗi") && (q.Unit.ID != "%" || s.is(q.End+1, "năm", "tháng")) {
		if name, used := s.perName(q.End + 1); s.rateWord(q.End + 1) {
			q.Per, q.End = name, q.End+1+used
		}
	} else if s.key(q.End+1) == "mỗi" && measures(q.Unit) && s.is(q.End+2, "ngày", "tháng", "năm", "giờ") && q.Unit.ID != "%" {
		q.Per, q.End = s.key(q.End+2), q.End+3 // "thùng dầu mỗi ngày"
	}
}

// rateWord reports whether token i names what a rate is counted by.
func (s *scanner) rateWord(i int) bool {
	switch s.key(i) {
	case "năm", "tháng", "ngày", "giờ", "quý", "tuần", "người", "hộ", "suất", "lượt", "chuyến", "ca", "vụ", "đêm", "phòng", "bộ", "bó", "thửa", "khối":
		return true
	}
	u, _ := s.lex.match(s.t, i)
	return u != nil
}

func (s *scanner) perName(i int) (string, int) {
	if u, used := s.lex.match(s.t, i); u != nil && u.Mult == 0 {
		return u.ID, used
	}
	if i < len(s.t) {
		return s.t[i].Key, 1
	}
	return "", 0
}

func (s *scanner) sign(q *Quantity, limit int) {
	i := q.First - 1
	if i < limit || s.t[q.First].Space {
		return
	}
	switch {
	case s.key(i) == "-" && (s.t[i].Space || s.key(i-1) == "("):
		q.Negative, q.First = true, i
	case s.key(i) == "+" || s.key(i) == "±":
		q.First = i
	}
}

// qualify reads the qualifiers before the number, nearest first.
func (s *scanner) qualify(q *Quantity, limit int) {
	i := q.First
	if q.IsRange && i-1 >= limit && s.key(i-1) == "từ" {
		i--
	}
	for range 4 {
		b, used := s.qualifierBefore(i, q)
		if used == 0 || i-used < limit {
			break
		}
		if b != "" && (q.Bound == Exactly || q.Bound == Range) && !q.IsRange {
			q.Bound = b
		}
		i -= used
	}
	q.First = i
}

// qualifierBefore reads one qualifier that ends right before token i. Emphasis
// without meaning gives "".
func (s *scanner) qualifierBefore(i int, q *Quantity) (Bound, int) {
	before := s.key(i - 2)
	switch s.key(i - 1) {
	case "khoảng", "chừng", "tầm", "quanh":
		return About, 1
	case "độ":
		switch before {
		case "tốc", "mức", "cường", "tiến", "biên", "nhiệt", "mật", "nồng", "trình", "tuổi", "hạn", "chế", "góc", "vĩ", "kinh", "thái", "khẩu", "quang", "công", "dao", "ấn", "vừa", "cao", "đậm", "lập":
			return "", 0 // the end of a noun: biên độ, mật độ
		}
		return About, 1
	case "xỉ":
		if before == "xấp" {
			return About, 2
		}
	case "dưới":
		if before == "không" {
			return AtLeast, 2
		}
		return LessThan, 1
	case "hơn":
		switch before {
		case "cao", "lớn", "nhiều", "dài":
			if q.Unit.Family == "points" || s.key(q.End) == "so" {
				return "", 0 // "cao hơn 1,2 điểm", "cao hơn 15% so với": a difference
			}
			return MoreThan, 2
		case "thấp", "nhỏ", "ít":
			if q.Unit.Family == "points" || s.key(q.End) == "so" {
				return "", 0
			}
			return LessThan, 2
		}
		return MoreThan, 1
	case "trên":
		if i >= 2 && s.t[i-2].Kind == Number {
			return "", 0 // "29 trên 30 gói thầu"
		}
		return MoreThan, 1
	case "quá":
		if before == "không" {
			return AtMost, 2
		}
		if before == "vượt" {
			if s.key(i-3) == "không" {
				return AtMost, 3
			}
			return MoreThan, 2
		}
		return MoreThan, 1
	case "vượt":
		if q.Unit.ID != "%" && q.Unit.Family != "points" {
			return MoreThan, 1
		}
	case "sát":
		switch before {
		case "khảo", "quan", "giám", "cảnh", "kiểm", "trinh", "ám", "xem", "bám", "chính", "sâu", "rà":
			return "", 0 // khảo sát 500 doanh nghiệp
		}
		return Nearly, 1
	case "mốc", "ngưỡng":
		if before == "vượt" && q.Unit.ID != "%" && q.Unit.Family != "points" {
			return MoreThan, 2
		}
		if before == "qua" && s.key(i-3) == "vượt" && q.Unit.ID != "%" && q.Unit.Family != "points" {
			return MoreThan, 3
		}
	case "gần", "ngót":
		return Nearly, 1
	case "soát":
		if before == "suýt" {
			return Nearly, 2
		}
	case "tới", "đến":
		switch before {
		case "chưa", "không":
			return LessThan, 2
		case "lên":
			return "", 0
		}
		return "", 1
	case "nhất":
		if before == "ít" {
			return AtLeast, 2
		}
		if before == "nhiều" {
			return AtMost, 2
		}
	case "thiểu":
		if before == "tối" {
			return AtLeast, 2
		}
	case "đa":
		if before == "tối" {
			return AtMost, 2
		}
	case "chỉ", "những", "cả":
		return "", 1
	}
	return "", 0
}

func (s *scanner) postposed(q *Quantity) {
	i := q.End
	switch {
	case s.seq(i, "trở", "lên"):
		q.Bound, q.Threshold = AtLeast, true
	case s.seq(i, "trở", "xuống"):
		q.Bound, q.Threshold = AtMost, true
	case s.seq(i, "có", "lẻ"):
		q.Bound = MoreThan
	default:
		return
	}
	q.End = i + 2
}
