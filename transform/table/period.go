package table

import (
	"fmt"
	"time"

	"nhip"
)

// shape is the kind of a period.
type shape uint8

const (
	shapeNone    shape = iota
	shapeMonth         // n = 1..12
	shapeQuarter       // n = 1..4
	shapeYear
	shapeMonths // from month n, len months: the year to date where n is 1
	shapeYears  // from year, len years
	shapeDays   // day to day
	shapePoint  // one day: a stock
	shapeAsOf   // from the start of the year to one day
	shapeHalf   // half month n: K1 or K2 of month
)

// period is a stretch of time as a header prints it. Year 0 means that no year is
// printed.
type period struct {
	shape      shape
	year       int
	n, len     int
	from, to   nhip.Date // of shapeDays; to is the day of shapePoint and shapeAsOf
	ytd        bool
	average    bool // bình quân
	yearIsHere bool // the year was printed with it
}

func (p period) isZero() bool { return p.shape == shapeNone }

// withYear returns p in year y, if p has none.
func (p period) withYear(y int) period {
	if p.year == 0 {
		p.year = y
		if p.to.Year == 0 && p.to.Month != 0 {
			p.to.Year = y
		}
		if p.from.Year == 0 && p.from.Month != 0 {
			p.from.Year = y
		}
	}
	return p
}

// bounds returns the first and the last day.
func (p period) bounds() (start, end nhip.Date) {
	day := func(y, m, d int) nhip.Date {
		return nhip.DateOf(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC))
	}
	switch p.shape {
	case shapeMonth:
		return day(p.year, p.n, 1), day(p.year, p.n+1, 0)
	case shapeQuarter:
		return day(p.year, 3*p.n-2, 1), day(p.year, 3*p.n+1, 0)
	case shapeYear:
		return day(p.year, 1, 1), day(p.year, 12, 31)
	case shapeMonths:
		return day(p.year, p.n, 1), day(p.year, p.n+p.len, 0)
	case shapeYears:
		return day(p.year, 1, 1), day(p.year+p.len-1, 12, 31)
	case shapeDays:
		return p.from, p.to
	case shapePoint:
		return p.to, p.to
	case shapeAsOf:
		return day(p.to.Year, 1, 1), p.to
	case shapeHalf:
		if p.len == 1 {
			return day(p.year, p.n, 1), day(p.year, p.n, 15)
		}
		return day(p.year, p.n, 16), day(p.year, p.n+1, 0)
	}
	return nhip.Date{}, nhip.Date{}
}

// code returns the SDMX time code; where SDMX has none, start/duration.
func (p period) code() string {
	start, end := p.bounds()
	switch p.shape {
	case shapeMonth:
		return fmt.Sprintf("%04d-%02d", p.year, p.n)
	case shapeQuarter:
		return fmt.Sprintf("%04d-Q%d", p.year, p.n)
	case shapeYear:
		return fmt.Sprintf("%04d", p.year)
	case shapeMonths:
		return fmt.Sprintf("%s/P%dM", start, p.len)
	case shapeYears:
		return fmt.Sprintf("%s/P%dY", start, p.len)
	case shapeDays, shapeHalf:
		days := int(end.Time().Sub(start.Time()).Hours()/24) + 1
		return fmt.Sprintf("%s/P%dD", start, days)
	case shapePoint, shapeAsOf:
		return end.String()
	}
	return ""
}

// freq returns the frequency of the series the period belongs to.
func (p period) freq() string {
	switch p.shape {
	case shapeQuarter:
		return "Q"
	case shapeYear:
		return "A"
	case shapeYears:
		return "O"
	case shapeHalf:
		return "H2M"
	case shapeNone:
		return ""
	}
	return "M"
}

// accumulation returns the SDMX-less attribute of running totals.
func (p period) accumulation() string {
	switch {
	case p.shape == shapeMonths && p.ytd && p.average:
		return "ytd_avg"
	case p.shape == shapeMonths && p.ytd, p.shape == shapeDays && p.ytd:
		return "ytd"
	case p.shape == shapeAsOf:
		return "to_date"
	}
	return ""
}

// timeCollect returns how the value stands for the period, where it is printed.
func (p period) timeCollect() string {
	switch {
	case p.shape == shapePoint:
		return "P"
	case p.average:
		return "A"
	}
	return ""
}

// back returns the period the given number of years earlier.
func (p period) back(years int) period {
	p.year -= years
	if p.from.Year != 0 {
		p.from.Year -= years
	}
	if p.to.Year != 0 {
		p.to.Year -= years
	}
	return p
}

// previous returns the period before p in its own frequency; points go back a month.
func (p period) previous() period {
	switch p.shape {
	case shapeMonth:
		if p.n--; p.n == 0 {
			p.n, p.year = 12, p.year-1
		}
	case shapeQuarter:
		if p.n--; p.n == 0 {
			p.n, p.year = 4, p.year-1
		}
	case shapeYear:
		p.year--
	case shapeHalf:
		if p.len == 2 {
			p.len = 1
		} else if p.len, p.n = 2, p.n-1; p.n == 0 {
			p.n, p.year = 12, p.year-1
		}
	case shapePoint:
		p.to = monthEarlier(p.to)
		p.year = p.to.Year
	default:
		return period{}
	}
	return p
}

// monthEarlier returns the same day a month earlier; the end of a month stays one.
func monthEarlier(d nhip.Date) nhip.Date {
	lastBefore := nhip.DateOf(time.Date(d.Year, d.Month, 0, 0, 0, 0, 0, time.UTC))
	isLast := nhip.DateOf(d.Time().AddDate(0, 0, 1)).Day == 1
	if isLast || d.Day > lastBefore.Day {
		return lastBefore
	}
	return nhip.Date{Year: lastBefore.Year, Month: lastBefore.Month, Day: d.Day}
}

// same reports whether two periods are the same stretch of the same kind, years
// apart or not.
func (p period) same(q period) bool {
	if p.shape != q.shape || p.n != q.n || p.len != q.len {
		return false
	}
	switch p.shape {
	case shapeDays:
		return p.from.Month == q.from.Month && p.from.Day == q.from.Day && p.to.Month == q.to.Month && p.to.Day == q.to.Day
	case shapePoint, shapeAsOf:
		return p.to.Month == q.to.Month && p.to.Day == q.to.Day
	}
	return true
}

// valid refuses what no calendar has.
func (p period) valid() bool {
	if p.year != 0 && (p.year < 1900 || p.year > 2099) {
		return false
	}
	isDay := func(d nhip.Date) bool { return d.IsZero() || nhip.DateOf(d.Time()) == d }
	switch p.shape {
	case shapeMonth:
		return p.n >= 1 && p.n <= 12
	case shapeHalf:
		return p.n >= 1 && p.n <= 12 && (p.len == 1 || p.len == 2)
	case shapeQuarter:
		return p.n >= 1 && p.n <= 4
	case shapeMonths:
		return p.len >= 1 && p.n >= 1 && p.n+p.len <= 13
	case shapeYears:
		return p.len >= 1 && p.len <= 100
	case shapeDays:
		return isDay(p.from) && isDay(p.to) && p.from.Compare(p.to) <= 0
	case shapePoint, shapeAsOf:
		return isDay(p.to) || p.to.Year == 0
	}
	return p.shape != shapeNone
}
