package vi

import (
	"fmt"
	"time"
)

// Date is a calendar day; the zero Date is unknown.
type Date struct{ Year, Month, Day int }

// DateOf returns the day of t in t's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, int(m), d}
}

// IsZero reports whether the day is unknown.
func (d Date) IsZero() bool { return d == Date{} }

func (d Date) time() time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
}

// addMonths moves the first of a month.
func (d Date) addMonths(n int) Date {
	m := d.Year*12 + d.Month - 1 + n
	return Date{m / 12, m%12 + 1, d.Day}
}

// Span is the kind of calendar stretch a period is.
type Span uint8

// The spans. Months and Years are N of them from the start.
const (
	SpanDay Span = iota + 1
	SpanMonth
	SpanQuarter
	SpanHalf
	SpanYear
	SpanMonths
	SpanYears
	SpanDays
)

// Period is a stretch of the calendar. Start is its first day.
type Period struct {
	Span  Span
	Start Date
	N     int // months, years or days; 1 for the other spans
}

// IsZero reports whether p is no period.
func (p Period) IsZero() bool { return p.Span == 0 }

// End returns the last day of the period.
func (p Period) End() Date {
	var next time.Time
	s := p.Start
	switch p.Span {
	case SpanDay:
		return s
	case SpanDays:
		next = s.time().AddDate(0, 0, p.N)
	default:
		next = time.Date(s.Year, time.Month(s.Month+p.months()), s.Day, 0, 0, 0, 0, time.UTC)
	}
	return DateOf(next.AddDate(0, 0, -1))
}

func (p Period) months() int {
	switch p.Span {
	case SpanMonth:
		return 1
	case SpanQuarter:
		return 3
	case SpanHalf:
		return 6
	case SpanYear:
		return 12
	case SpanMonths:
		return p.N
	case SpanYears:
		return 12 * p.N
	}
	return 0
}

// Code returns the SDMX time code: 2027, 2027-S1, 2027-Q2, 2027-07, 2027-08-20,
// or start/duration as 2027-01-01/P7M.
func (p Period) Code() string {
	s := p.Start
	switch p.Span {
	case SpanDay:
		return fmt.Sprintf("%04d-%02d-%02d", s.Year, s.Month, s.Day)
	case SpanMonth:
		return fmt.Sprintf("%04d-%02d", s.Year, s.Month)
	case SpanQuarter:
		return fmt.Sprintf("%04d-Q%d", s.Year, (s.Month+2)/3)
	case SpanHalf:
		return fmt.Sprintf("%04d-S%d", s.Year, (s.Month+5)/6)
	case SpanYear:
		return fmt.Sprintf("%04d", s.Year)
	case SpanMonths:
		return fmt.Sprintf("%04d-%02d-%02d/P%dM", s.Year, s.Month, s.Day, p.N)
	case SpanYears:
		return fmt.Sprintf("%04d-%02d-%02d/P%dY", s.Year, s.Month, s.Day, p.N)
	case SpanDays:
		return fmt.Sprintf("%04d-%02d-%02d/P%dD", s.Year, s.Month, s.Day, p.N)
	}
	return ""
}

// AddYears moves the period by whole years; 29 February becomes the 28th.
func (p Period) AddYears(n int) Period {
	if p.IsZero() {
		return p
	}
	p.Start.Year += n
	p.Start.Day = min(p.Start.Day, daysIn(p.Start.Year, p.Start.Month))
	return p
}

// Before returns the period of the same span right before p.
func (p Period) Before() Period {
	switch p.Span {
	case SpanDay:
		p.Start = DateOf(p.Start.time().AddDate(0, 0, -1))
	case SpanDays:
		p.Start = DateOf(p.Start.time().AddDate(0, 0, -p.N))
	default:
		p.Start = p.Start.addMonths(-p.months())
	}
	return p
}

// A Relation says how the base of a comparison lies to the period compared.
type Relation string

// The relations; the empty one is unknown.
const (
	YearOnYear       Relation = "yoy" // the same period of the previous year
	MonthOnMonth     Relation = "mom"
	QuarterOnQuarter Relation = "qoq"
	VersusDecember   Relation = "vs_dec" // December of the previous year
	VersusPlan       Relation = "vs_plan"
	VersusPeriod     Relation = "vs_period" // another named period
	AnnualAverage    Relation = "annual_avg"
)

// RelationOf tells how base lies to p.
func RelationOf(p, base Period) Relation {
	switch {
	case base.IsZero() || p.IsZero():
		return ""
	case p.AddYears(-1) == base:
		return YearOnYear
	case p.Span == SpanMonth && p.Before() == base:
		return MonthOnMonth
	case p.Span == SpanQuarter && p.Before() == base:
		return QuarterOnQuarter
	case base.Span == SpanMonth && base.Start.Month == 12 && base.Start.Year == p.Start.Year-1 && p.Span != SpanYear:
		return VersusDecember
	case base.Span == SpanYear && base.Start.Year == p.Start.Year-1:
		return YearOnYear // "8 months against last year" means its same months
	}
	return VersusPeriod
}

func year(y int) Period       { return Period{SpanYear, Date{y, 1, 1}, 1} }
func month(y, m int) Period   { return Period{SpanMonth, Date{y, m, 1}, 1} }
func quarter(y, q int) Period { return Period{SpanQuarter, Date{y, q*3 - 2, 1}, 1} }
func half(y, h int) Period    { return Period{SpanHalf, Date{y, h*6 - 5, 1}, 1} }
func years(y, n int) Period   { return Period{SpanYears, Date{y, 1, 1}, n} }
func months(y, m, n int) Period {
	return Period{SpanMonths, Date{y, m, 1}, n}
}

// PeriodExpr is a period as printed, perhaps without a year or relative to
// another one. First and End are token indices.
type PeriodExpr struct {
	First, End int

	Span     Span
	Year     int // printed; 0 if not
	Shift    int // relative year: năm nay 0, năm ngoái -1; counts if Relative
	Relative bool
	Month    int // of a month or day
	Day      int
	Quarter  int  // 1-4
	Half     int  // 1-2
	N        int  // number of months, quarters as months, or years
	Last     bool // the last N months (cuối năm, còn lại), not the first
	To       Date // last day of a range of days; its year may be 0
	Same     bool // cùng kỳ: the period in force, in another year
	Prev     int  // tháng trước -1, tháng này 0, tháng sau 1; counts if Anaphor
	Anaphor  bool // needs the period in force: tháng trước, quý này, 6 tháng đó
	ToDate   bool // tính đến, đến hết: counted from the start up to here
	Running  bool // từ đầu năm đến nay, lũy kế: from January
	Void     bool // names no reference period: kể từ năm 2019, giá so sánh 2010
	Weak     bool // may as well be a length of time: 6 tháng
}

// Frame is what a text knows about time where a period stands.
type Frame struct {
	Ref    Date   // publication; zero: unknown
	Year   int    // the year the sentence, paragraph or title speaks of; 0: none
	Force  Period // the period in force before this one; zero: none
	Future bool   // forecasts and targets: a month without year may lie ahead
}

// Resolve returns the period e means in frame f. ok is false where that is not
// decidable, as for "tháng 12" without any year; nothing is guessed.
func (e *PeriodExpr) Resolve(f Frame) (p Period, ok bool) {
	switch {
	case e.Void:
		return Period{}, false
	case e.Same:
		return e.resolveSame(f)
	case e.Anaphor:
		return e.resolveAnaphor(f)
	case e.Span == SpanYears:
		if e.Year > 0 && e.N > 0 {
			return years(e.Year, e.N), true
		}
		return Period{}, false
	case e.Running && e.Span == 0:
		return e.resolveRunning(f)
	}
	y, ok := e.year(f)
	if !ok {
		return Period{}, false
	}
	switch e.Span {
	case SpanYear:
		return year(y), true
	case SpanHalf:
		return half(y, e.Half), true
	case SpanQuarter:
		return quarter(y, e.Quarter), true
	case SpanMonth:
		return month(y, e.Month), true
	case SpanMonths:
		switch {
		case e.Month > 0:
			return months(y, e.Month, e.N), true
		case e.Last:
			return months(y, 13-e.N, e.N), true
		}
		return months(y, 1, e.N), true
	case SpanDay:
		if e.Day > daysIn(y, e.Month) {
			return Period{}, false
		}
		return Period{SpanDay, Date{y, e.Month, e.Day}, 1}, true
	case SpanDays:
		return e.resolveDays(y)
	}
	return Period{}, false
}

func (e *PeriodExpr) resolveDays(y int) (Period, bool) {
	to := e.To
	if to.Year == 0 {
		to.Year = y
	}
	from := Date{y, e.Month, e.Day}
	if e.Year == 0 && e.To.Year > 0 {
		from.Year = e.To.Year
	}
	n := int(to.time().Sub(from.time()).Hours()/24) + 1
	if n < 1 || n > 366 {
		return Period{}, false
	}
	return Period{SpanDays, from, n}, true
}

func (e *PeriodExpr) resolveSame(f Frame) (Period, bool) {
	switch {
	case f.Force.IsZero():
		return Period{}, false
	case e.Year > 0:
		return f.Force.AddYears(e.Year - f.Force.Start.Year), true
	case e.Prev != 0 && e.Month == 1: // cùng kỳ tháng trước
		return f.Force.Before(), true
	}
	return f.Force.AddYears(min(e.Shift, -1)), true
}

func (e *PeriodExpr) resolveAnaphor(f Frame) (Period, bool) {
	p := f.Force
	if e.Span == SpanMonths { // 6 tháng đó: the period in force, or the first half
		if p.Span == SpanMonths && p.N == e.N || p.Span == SpanHalf && e.N == 6 {
			return p, true
		}
		y, ok := e.year(f)
		return months(y, 1, e.N), ok
	}
	if p.Span != e.Span {
		if f.Ref.IsZero() {
			return Period{}, false
		}
		switch e.Span {
		case SpanMonth:
			p = month(f.Ref.Year, f.Ref.Month)
		case SpanQuarter:
			p = quarter(f.Ref.Year, (f.Ref.Month+2)/3)
		default:
			return Period{}, false
		}
	}
	switch e.Prev {
	case -1:
		return p.Before(), true
	case 1:
		p.Start = p.Start.addMonths(p.months())
	}
	return p, true
}

func (e *PeriodExpr) resolveRunning(f Frame) (Period, bool) {
	if e.Month > 0 { // from January to this day or month
		y, ok := e.year(f)
		if !ok {
			return Period{}, false
		}
		if e.Day == 0 {
			return months(y, 1, e.Month), true
		}
		to := Date{y, e.Month, e.Day}
		return Period{SpanDays, Date{y, 1, 1}, int(to.time().Sub(Date{y, 1, 1}.time()).Hours()/24) + 1}, true
	}
	if f.Ref.IsZero() {
		return Period{}, false
	}
	// "From the start of the year until now" is counted in whole months: the
	// reports it comes from close with the last month but a few days.
	n := f.Ref.Month
	if f.Ref.Day < 20 {
		n--
	}
	if n < 1 {
		return Period{}, false
	}
	return months(f.Ref.Year, 1, n), true
}

// year decides the year: printed, relative to publication, of the context, or the
// latest in which the period had begun at publication.
func (e *PeriodExpr) year(f Frame) (int, bool) {
	switch {
	case e.Year > 0:
		return e.Year, true
	case e.Relative:
		return f.Ref.Year + e.Shift, !f.Ref.IsZero()
	case f.Year > 0:
		return f.Year, true
	case f.Ref.IsZero():
		return 0, false
	case f.Future:
		return f.Ref.Year, true
	}
	begun := 1 // the month by which the period has begun, or for sums ended
	switch e.Span {
	case SpanMonth, SpanDay, SpanDays:
		begun = max(e.Month, e.To.Month)
	case SpanQuarter:
		begun = e.Quarter*3 - 2
	case SpanHalf:
		begun = e.Half*6 - 5
	case SpanMonths:
		if begun = e.N; e.Last {
			begun = 13 - e.N
		}
	}
	if begun > f.Ref.Month {
		return f.Ref.Year - 1, true
	}
	return f.Ref.Year, true
}
