package loader

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"nhip"
)

// Bounds of the column types. ClickHouse clamps what lies outside in silence, so it
// is caught here.
var (
	firstDateTime = time.Unix(0, 0)
	lastDateTime  = time.Unix(math.MaxUint32, 0)
	firstDate     = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC) // of Date32 and DateTime64
	lastDate      = time.Date(2299, 12, 31, 0, 0, 0, 0, time.UTC)
)

// noPeriod stands for an unknown period in the key column period_end.
var noPeriod = firstDate

func within(t, first, last time.Time) bool { return !t.Before(first) && !t.After(last) }

// refused says why a row cannot be stored as it is: a class for counting and a
// sentence. It is no error of the load.
type refused struct {
	reason, sentence string
}

func (r *refused) Error() string { return r.reason + ": " + r.sentence }

func refuse(reason, format string, args ...any) *refused {
	return &refused{reason, fmt.Sprintf(format, args...)}
}

// checkPage refuses a page that has no address or time.
func checkPage(p *nhip.Page) *refused {
	switch {
	case p.URL == "" || p.Source == "":
		return refuse("no_url", "page without address or source")
	case !within(p.FetchedAt, firstDate, lastDate):
		return refuse("bad_time", "fetched at %s, which is outside 1900–2299", p.FetchedAt)
	case p.Status < 0 || p.Status > math.MaxUint16:
		return refuse("bad_status", "HTTP status %d", p.Status)
	}
	return nil
}

func checkVisit(v *nhip.Visit) *refused {
	switch {
	case v.URL == "" || v.Source == "":
		return refuse("no_url", "visit without address or source")
	case !within(v.At, firstDate, lastDate):
		return refuse("bad_time", "visited at %s, which is outside 1900–2299", v.At)
	case !v.NextDue.IsZero() && !within(v.NextDue, firstDate, lastDate):
		return refuse("bad_time", "next due at %s, which is outside 1900–2299", v.NextDue)
	case v.Status < 0 || v.Status > math.MaxUint16 || v.Failures < 0 || v.Failures > math.MaxUint32:
		return refuse("bad_status", "HTTP status %d, %d failures", v.Status, v.Failures)
	}
	return nil
}

// checkTime returns the time if its column can hold it. If not, the document is
// kept without it and the issue says so.
func checkTime(field string, t *time.Time, issues *[]string) *time.Time {
	if t == nil || within(*t, firstDateTime, lastDateTime) {
		return t
	}
	*issues = append(*issues, fmt.Sprintf("%s: %s is outside 1970–2106 and was left out", field, t.Format(time.RFC3339)))
	return nil
}

// checkObservation refuses numbers that their columns would clamp, round or wrap.
func checkObservation(o *nhip.Observation) *refused {
	for _, t := range [...]struct{ name, text string }{
		{"label", o.Label}, {"indicator", string(o.Indicator)}, {"unit", string(o.Unit)}, {"measure", string(o.Measure)},
		{"compare", string(o.Compare)}, {"period", o.Period}, {"place", o.Place}, {"place_id", string(o.PlaceID)},
		{"industry", string(o.Industry)}, {"organisation", o.Organisation}, {"quote", o.Quote}, {"cell", o.Cell},
		{"printed", o.Printed}, {"unit_raw", o.UnitRaw}, {"table_code", o.TableCode}, {"path", strings.Join(o.Path, "")},
	} {
		if !utf8.ValidString(t.text) {
			return refuse("bad_text", "%s is not UTF-8", t.name)
		}
	}
	start, end := o.PeriodStart, o.PeriodEnd
	switch {
	case !start.IsZero() && !within(start.Time(), firstDate, lastDate), !end.IsZero() && !within(end.Time(), firstDate, lastDate):
		return refuse("bad_period", "period %s from %s to %s is outside 1900–2299", o.Period, start, end)
	case !start.IsZero() && !end.IsZero() && start.Compare(end) > 0:
		return refuse("bad_period", "period %s begins on %s, after it ends on %s", o.Period, start, end)
	case o.Paragraph < math.MinInt32 || o.Paragraph > math.MaxInt32 || o.Start < 0 || o.End < o.Start || o.End > math.MaxUint32:
		return refuse("bad_span", "paragraph %d, from %d to %d", o.Paragraph, o.Start, o.End)
	case o.UnitMult < math.MinInt8 || o.UnitMult > math.MaxInt8:
		return refuse("bad_number", "unit_mult %d does not fit eight bits", o.UnitMult)
	case o.Decimals < 0 || o.Decimals > math.MaxUint8:
		return refuse("bad_number", "decimals %d does not fit eight bits", o.Decimals)
	case math.IsNaN(float64(o.Confidence)) || math.IsInf(float64(o.Confidence), 0):
		return refuse("bad_number", "confidence is %v", o.Confidence)
	case o.ValueFull != nil && (math.IsNaN(*o.ValueFull) || math.IsInf(*o.ValueFull, 0)):
		return refuse("bad_number", "value_full is %v", *o.ValueFull)
	}
	return nil
}

const (
	decimalDigits = 38 // of Decimal(38, 10)
	decimalScale  = 10
)

// storeDecimal returns d for a Decimal(38, 10) column, or why it does not fit.
func storeDecimal(name string, d *nhip.Decimal) (*decimal.Decimal, *refused) {
	if d == nil {
		return nil, nil
	}
	n := rounded(nhip.NewDecimal(d.Coef, d.Exp))
	digits := 1
	for c := n.Coef / 10; c != 0; c /= 10 {
		digits++
	}
	switch {
	case n.Exp < -decimalScale:
		return nil, refuse("bad_number", "%s %s is finer than %d decimals", name, n, decimalScale)
	case digits+int(n.Exp) > decimalDigits-decimalScale:
		return nil, refuse("bad_number", "%s %s has more than %d digits before the point", name, n, decimalDigits-decimalScale)
	}
	out := decimal.New(n.Coef, n.Exp)
	return &out, nil
}

// rounded takes the digits off a number that the column does not keep, half away from
// zero: files for machines print the noise of binary fractions. A number that nothing
// would be left of stays as it is.
func rounded(d nhip.Decimal) nhip.Decimal {
	coef, cut := d.Coef, int64(0)
	for e := d.Exp; e < -decimalScale && (coef != 0 || cut != 0); e++ {
		coef, cut = coef/10, coef%10
	}
	switch {
	case d.Exp >= -decimalScale:
		return d
	case cut >= 5:
		coef++
	case cut <= -5:
		coef--
	}
	if coef == 0 {
		return d
	}
	return nhip.NewDecimal(coef, -decimalScale)
}

// periodStart and periodEnd fill in for each other where a reader gave only one.
func periodStart(o *nhip.Observation) *time.Time {
	day := o.PeriodStart
	if day.IsZero() {
		day = o.PeriodEnd
	}
	if day.IsZero() {
		return nil
	}
	t := day.Time()
	return &t
}

func periodEnd(o *nhip.Observation) time.Time {
	day := o.PeriodEnd
	if day.IsZero() {
		day = o.PeriodStart
	}
	if day.IsZero() {
		return noPeriod
	}
	return day.Time()
}

func checkMention(m *nhip.Mention) *refused {
	switch {
	case !utf8.ValidString(m.ID + m.Name + m.Role):
		return refuse("bad_text", "%s is not UTF-8", m.Kind)
	case cmp.Or(m.ID, m.Name) == "":
		return refuse("no_name", "%s without id and name", m.Kind)
	case m.Paragraph < math.MinInt32 || m.Paragraph > math.MaxInt32 || m.Start < 0 || m.End < m.Start || m.End > math.MaxUint32:
		return refuse("bad_span", "paragraph %d, from %d to %d", m.Paragraph, m.Start, m.End)
	}
	return nil
}

// repairText returns the article with its text in UTF-8: what was not is replaced
// by U+FFFD and named in the issues. The bytes as received stay in pages.
func repairText(a nhip.Article, issues *[]string) *nhip.Article {
	fix := func(field, s string) string {
		if utf8.ValidString(s) {
			return s
		}
		*issues = append(*issues, field+": not UTF-8, replaced by U+FFFD")
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	fixAll := func(field string, list []string) []string {
		for i, s := range list {
			if utf8.ValidString(s) {
				continue
			}
			fixed := make([]string, len(list))
			for j := range list {
				fixed[j] = strings.ToValidUTF8(list[j], "\uFFFD")
			}
			*issues = append(*issues, fmt.Sprintf("%s[%d]: not UTF-8, replaced by U+FFFD", field, i))
			return fixed
		}
		return list
	}
	a.Title, a.Sapo, a.Credit, a.Language = fix("title", a.Title), fix("sapo", a.Sapo), fix("credit", a.Credit), fix("language", a.Language)
	a.Body, a.Captions, a.Authors = fixAll("body", a.Body), fixAll("captions", a.Captions), fixAll("authors", a.Authors)
	a.Section, a.Tags = fixAll("section", a.Section), fixAll("tags", a.Tags)
	return &a
}
