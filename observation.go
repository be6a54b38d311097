package nhip

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Measure is what a number says of its indicator (SDMX TRANSFORMATION, split
// from the comparison).
type Measure string

// The measures.
const (
	MeasureLevel        Measure = "level"
	MeasureIndex        Measure = "index"     // base = 100
	MeasureGrowth       Measure = "growth"    // change in percent, signed
	MeasureChange       Measure = "change"    // change in the unit, signed
	MeasureChangePP     Measure = "change_pp" // change in percentage points, signed
	MeasureShare        Measure = "share"     // percent of a whole
	MeasureContribution Measure = "contribution"
	MeasureRatio        Measure = "ratio" // times, or percent of a plan
)

// Compare is what a growth, change, index or ratio is measured against.
type Compare string

// The comparisons; the empty one means none.
const (
	CompareYoY       Compare = "yoy"    // the same period of the previous year
	CompareMoM       Compare = "mom"    // the previous month
	CompareQoQ       Compare = "qoq"    // the previous quarter
	CompareVsDec     Compare = "vs_dec" // December of the previous year
	CompareVsPlan    Compare = "vs_plan"
	CompareVsBase    Compare = "vs_base"   // a fixed base year
	CompareVsPeriod  Compare = "vs_period" // another named period
	CompareAnnualAvg Compare = "annual_avg"
)

// Bound says how the printed number limits the true one.
type Bound string

// The bounds. A range has Low and High.
const (
	BoundExactly  Bound = "exactly"
	BoundAbout    Bound = "about"
	BoundMoreThan Bound = "more_than"
	BoundLessThan Bound = "less_than"
	BoundNearly   Bound = "nearly" // just under
	BoundAtLeast  Bound = "at_least"
	BoundAtMost   Bound = "at_most"
	BoundRange    Bound = "range"
)

// Kind says whether the number was measured or is expected or wanted.
type Kind string

// The kinds of numbers.
const (
	KindActual   Kind = "actual"
	KindEstimate Kind = "estimate"
	KindForecast Kind = "forecast"
	KindTarget   Kind = "target"
	KindPlan     Kind = "plan"
)

// ObsStatus is a code of SDMX CL_OBS_STATUS: A normal, P provisional, E estimated,
// F forecast, M missing, L exists but not collected, O missing for other reasons,
// Q suppressed.
type ObsStatus string

// PeriodNone is the period of a number of a data set without time: SDMX's code for not
// applicable. It has neither first nor last day.
const PeriodNone = "_Z"

// Date is a calendar day without zone. The zero Date means unknown.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day of t in t's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero reports whether the day is unknown.
func (d Date) IsZero() bool { return d == Date{} }

// Time returns midnight UTC of the day, the form the store's Date32 takes.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Compare orders days.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// String returns 2006-01-02, or "" for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText implements [encoding.TextMarshaler].
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	t, err := time.Parse(time.DateOnly, string(b))
	if err != nil {
		return fmt.Errorf("date %q is not of the form 2006-01-02", b)
	}
	*d = DateOf(t)
	return nil
}

// Observation is one number somebody published, with the words it stood in: the
// observation of SDMX widened by what prose adds (bound, kind, quote).
//
// Value is in base units: the scale words are multiplied in, and growth, change
// and change_pp are negative for a decrease. Value is nil where the source says
// that there is no number (Status tells why), and for a range, which has Low and High
// and no value: nobody printed one. Period is an SDMX time code:
// 2025, 2025-S1, 2025-Q1, 2025-03, 2025-03-07, or start/duration as
// 2025-01-01/P9M; PeriodStart and PeriodEnd are its first and last day. It is empty where
// the text does not say, and [PeriodNone] where there is none to say.
type Observation struct {
	Label        string      `json:"label"`     // the indicator in the text's words
	Indicator    IndicatorID `json:"indicator"` // "" where the catalog has none
	Value        *Decimal    `json:"value"`
	Low          *Decimal    `json:"low"`
	High         *Decimal    `json:"high"`
	Bound        Bound       `json:"bound"`
	Unit         UnitID      `json:"unit"`
	Measure      Measure     `json:"measure"`
	Compare      Compare     `json:"compare"`
	Direction    string      `json:"direction"` // "up", "down" or ""
	Kind         Kind        `json:"kind"`
	Status       ObsStatus   `json:"status"`
	Period       string      `json:"period"`
	PeriodStart  Date        `json:"period_start"`
	PeriodEnd    Date        `json:"period_end"`
	Place        string      `json:"place"` // canonical name
	PlaceID      PlaceID     `json:"place_id"`
	Industry     IndustryID  `json:"industry"`
	Organisation string      `json:"organisation"` // who says so
	Quote        string      `json:"quote"`        // the sentence or table row as printed
	Span                     // of the number with its words, in the paragraph
	Cell         string      `json:"cell"` // sheet!B10, or t1r5c2 for the first HTML table
	Path         []string    `json:"path"` // row labels from the outermost
	Rule         string      `json:"rule"` // which rule of the reader made it

	// Of official statistics; see docs/tables.md.
	TableCode    string            `json:"table_code,omitempty"`
	Dims         map[string]string `json:"dims,omitempty"` // further SDMX dimensions
	GeoVintage   string            `json:"geo_vintage,omitempty"`
	Counterpart  string            `json:"counterpart,omitempty"`
	Freq         string            `json:"freq,omitempty"`         // A, S, Q, M, H2M, W, D, O
	Accumulation string            `json:"accumulation,omitempty"` // ytd, ytd_avg, to_date, since_start
	TimeCollect  string            `json:"time_collect,omitempty"`
	BasePeriod   string            `json:"base_period,omitempty"`
	PriceBasis   string            `json:"price_basis,omitempty"` // current, constant
	Adjustment   string            `json:"adjustment,omitempty"`
	Printed      string            `json:"printed,omitempty"`    // the number as printed
	ValueFull    *float64          `json:"value_full,omitempty"` // the number behind the print, in base units, where the file has it
	UnitRaw      string            `json:"unit_raw,omitempty"`   // the unit as printed
	UnitMult     int               `json:"unit_mult,omitempty"`  // power of ten already applied in Value
	Decimals     int               `json:"decimals,omitempty"`   // as printed
	StatusRaw    string            `json:"status_raw,omitempty"`
	Confidence   float32           `json:"confidence,omitempty"`
	Flags        []string          `json:"flags,omitempty"`
}

// Series identifies the series an observation of the given source belongs to: the
// first eight bytes of the SHA-256 of the identity fields, big endian. Scale,
// decimals, status, kind and bound are attributes and do not take part;
// BasePeriod does only against a fixed base, elsewhere the base moves with time.
func (o *Observation) Series(source SourceID) uint64 {
	var b strings.Builder
	part := func(s string) { b.WriteString(s); b.WriteByte(0) }
	part(string(source))
	part(o.TableCode)
	if part(string(o.Indicator)); o.Indicator == "" {
		part(strings.ToLower(o.Label))
	}
	part(string(o.Industry))
	for _, k := range slices.Sorted(maps.Keys(o.Dims)) {
		part(k + "=" + o.Dims[k])
	}
	part(string(o.PlaceID))
	part(o.GeoVintage)
	part(o.Counterpart)
	part(o.Freq)
	part(o.Accumulation)
	part(o.TimeCollect)
	part(string(o.Measure))
	part(string(o.Compare))
	part(o.PriceBasis)
	part(string(o.Unit))
	if o.Compare == CompareVsBase {
		part(o.BasePeriod)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return binary.BigEndian.Uint64(sum[:8])
}
