package fact

import (
	"slices"
	"strings"

	"nhip"
	"nhip/transform/vi"
)

// base is what a change is measured against, as far as the text says.
type base struct {
	set    bool
	c      vi.Comparison
	period vi.PeriodExpr // base named without "so với": "gấp đôi năm 2015"
	named  bool
	code   nhip.Compare // decided already
}

// code tells how b lies to the period of the number.
func (b *base) relation(d *document, st *state, period vi.Period) nhip.Compare {
	if b.code != "" {
		return b.code
	}
	if b.named {
		if b.period.Same {
			return nhip.CompareYoY
		}
		return nhip.CompareVsPeriod
	}
	switch b.c.Basis {
	case vi.BasisPlan:
		return nhip.CompareVsPlan
	case vi.BasisYear:
		return nhip.CompareYoY
	case vi.BasisMonth:
		return nhip.CompareMoM
	case vi.BasisQuarter:
		return nhip.CompareQoQ
	case vi.BasisYearEnd:
		return nhip.CompareVsDec
	case vi.BasisAverage:
		return nhip.CompareAnnualAvg
	case vi.BasisPeriod:
		e := b.c.Period
		switch {
		case e.Span == vi.SpanDay && e.Month == 12 && e.Day == 31:
			return nhip.CompareVsDec
		case e.Same && e.Prev != 0:
			return nhip.CompareMoM
		case e.Same && (e.Year == 0 || period.IsZero() || e.Year == period.Start.Year-1):
			return nhip.CompareYoY
		case e.Same:
			return nhip.CompareVsPeriod
		case e.Anaphor && e.Prev == -1 && e.Span == vi.SpanMonth:
			return nhip.CompareMoM
		case e.Anaphor && e.Prev == -1 && e.Span == vi.SpanQuarter:
			return nhip.CompareQoQ
		}
		frame := st.frame(d)
		frame.Force = period
		if !period.IsZero() {
			frame.Year = period.Start.Year
			if e.Span == vi.SpanMonth && e.Month > period.Start.Month && period.Span == vi.SpanMonth {
				frame.Year-- // "so với tháng 12" in a January
			}
		}
		if e.Relative && e.Shift == -1 && e.Year == 0 && !period.IsZero() {
			e.Relative, e.Year = false, period.Start.Year-1 // last year, as seen from the period
		}
		if e.Span == vi.SpanYear && e.Year == 0 && !e.Relative && e.Shift == -1 {
			return nhip.CompareYoY // "so với năm trước đó"
		}
		if period.IsZero() && (e.Relative && e.Shift == -1 || e.Span == vi.SpanYear && e.Year > 0 && e.Year == d.ref.Year-1) {
			return nhip.CompareYoY // last year, whatever stretch of this one is spoken of
		}
		p, ok := e.Resolve(frame)
		if !ok {
			if e.Relative && e.Shift == -1 {
				return nhip.CompareYoY
			}
			return nhip.CompareVsPeriod
		}
		return relationCode(vi.RelationOf(period, p), e)
	}
	return ""
}

// basePeriod is the SDMX code of the base, "" where the text names none.
func (b *base) basePeriod(d *document, st *state, period vi.Period) string {
	e := b.c.Period
	switch {
	case b.named:
		e = b.period
	case b.c.Basis != vi.BasisPeriod:
		return ""
	}
	frame := st.frame(d)
	frame.Force = period
	if !period.IsZero() {
		frame.Year = period.Start.Year
		if e.Span == vi.SpanMonth && period.Span == vi.SpanMonth && e.Month > period.Start.Month {
			frame.Year--
		}
		if e.Relative && e.Shift == -1 && e.Year == 0 {
			e.Relative, e.Year = false, period.Start.Year-1
		}
	}
	if p, ok := e.Resolve(frame); ok {
		return p.Code()
	}
	return ""
}

func relationCode(r vi.Relation, e vi.PeriodExpr) nhip.Compare {
	if r == "" {
		return nhip.CompareVsPeriod
	}
	return nhip.Compare(r)
}

func (st *state) frame(d *document) vi.Frame {
	return vi.Frame{Ref: d.ref, Year: st.year, Force: st.period, Future: st.kind == nhip.KindForecast || st.kind == nhip.KindTarget || st.kind == nhip.KindPlan}
}

// indicator returns the index of the catalogue's indicator with the longest phrase
// in label, -1 if none.
func (d *document) indicator(label string) int {
	best, size := -1, 0
	t := d.w.tokensOf(label)
	for i := range t {
		if ref, n := d.r.indicators.at(t, i); n > size {
			best, size = ref, n
		}
	}
	return best
}

// industryIn returns the industry with the longest words in text.
func (d *document) industryIn(text string) (nhip.IndustryID, string) {
	best, size, words := -1, 0, ""
	t := d.w.tokensOf(text)
	for i := range t {
		if ref, n := d.r.industries.at(t, i); n > size {
			best, size, words = ref, n, text[t[i].From:t[i+n-1].To]
		}
	}
	if best < 0 {
		return "", ""
	}
	return d.r.catalog.Industries[best].ID, words
}

// growsAlone tells indicators of which a bare percentage is a growth: GDP, IIP.
func (d *document) growsAlone(label string) bool {
	t := d.w.tokensOf(label)
	for i := range t {
		switch t[i].Key {
		case "tỷ", "lãi", "thuế":
			if i == 0 {
				return false
			}
		}
	}
	i := d.indicator(label)
	if i < 0 {
		return false
	}
	ind := d.r.catalog.Indicators[i]
	return ind.Measure == nhip.MeasureGrowth && slices.Contains(ind.Units, "%")
}

// isIndex tells indices with a base of 100, whose points are an index and no count.
func (d *document) isIndex(label string) bool {
	i := d.indicator(label)
	return i >= 0 && d.r.catalog.Indicators[i].Measure == nhip.MeasureIndex
}

// growthNoun tells labels that are themselves a growth: tốc độ tăng, tăng trưởng.
func growthNoun(label string) bool {
	k := vi.Key(label)
	for _, w := range []string{"tăng trưởng", "tốc độ tăng", "mức tăng", "tốc độ phát triển", "tốc độ giảm", "mức giảm"} {
		if strings.Contains(k, w) {
			return true
		}
	}
	return strings.HasPrefix(k, "lạm phát")
}

func signOf(label string) int {
	k := vi.Key(label)
	if strings.Contains(k, "tốc độ giảm") || strings.Contains(k, "mức giảm") || strings.Contains(k, "tăng trưởng âm") {
		return -1
	}
	return 1
}

// levelOf tells shares of a whole from other percentages.
func levelOf(label string) nhip.Measure {
	k := vi.Key(label)
	for _, w := range []string{"tỷ lệ", "tỷ trọng", "thị phần", "cơ cấu", "phần trăm"} {
		if strings.Contains(k, w) {
			return nhip.MeasureShare
		}
	}
	return nhip.MeasureLevel
}

// resolvePlace finds the entry of the catalogue that the name meant at the end of
// the period: 23 provinces grew on 2025-07-01.
func (d *document) resolvePlace(p place, end nhip.Date) place {
	if p.id == "" || end.IsZero() {
		return p
	}
	named := d.r.placesByID[p.id]
	if named == nil {
		return p
	}
	for _, c := range d.r.sameName[vi.Key(named.Name)] {
		if c.Level == named.Level && (c.ValidFrom.IsZero() || c.ValidFrom.Compare(end) <= 0) && (c.ValidUntil.IsZero() || end.Compare(c.ValidUntil) <= 0) {
			return place{c.ID, c.Name}
		}
	}
	return p
}

func decimal(d vi.Decimal, negative bool) *nhip.Decimal {
	v := nhip.NewDecimal(d.Coef, d.Exp)
	if negative {
		v = v.Neg()
	}
	return &v
}
