package fact

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/transform/entity"
	"nhip/transform/vi"
)

const dataDir = "../../../shared/data"

func testReader(t testing.TB) (*Reader, *catalog.Catalog) {
	t.Helper()
	c, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	return New(c), c
}

func readData(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dataDir, name))
	if err != nil {
		t.Skipf("the labelled data lie beside the project, not in it: %v", err)
	}
	return b
}

type goldFact struct {
	Indicator     string
	Span          string
	Start, End    int
	Value         *float64
	ValueMin      *float64 `json:"value_min"`
	ValueMax      *float64 `json:"value_max"`
	Unit          string
	Kind          string
	Qualifier     string
	Direction     string
	Compare       string
	ComparePeriod string `json:"compare_period"`
	Period        string
	Place         string
	Org           string
	Status        string
	Optional      bool
	Open          []string // slots that the sentence leaves open, in our own sentences
}

type goldSentence struct {
	ID       string
	Text     string
	RefDate  string `json:"ref_date"`
	Tags     []string
	Facts    []goldFact
	NonFacts []json.RawMessage `json:"non_facts"`
}

// labelled spells an observation as the labelled sentences do: the table of the
// statistics page of the design. It is the only place that converts.
func labelled(o *nhip.Observation) goldFact {
	g := goldFact{Indicator: o.Label, Unit: string(o.Unit), Direction: o.Direction, Compare: string(o.Compare), Period: o.Period, Place: o.Place, Org: o.Organisation, Status: string(o.Kind), Start: o.Start, End: o.End}
	abs := func(d *nhip.Decimal) *float64 {
		f := d.Float64()
		if f < 0 {
			f = -f
		}
		return &f
	}
	if o.Low != nil && o.High != nil {
		g.ValueMin, g.ValueMax = abs(o.Low), abs(o.High)
		if *g.ValueMin > *g.ValueMax {
			g.ValueMin, g.ValueMax = g.ValueMax, g.ValueMin
		}
	} else if o.Value != nil {
		g.Value = abs(o.Value)
	}
	g.Kind = map[nhip.Measure]string{nhip.MeasureLevel: "level", nhip.MeasureIndex: "level", nhip.MeasureGrowth: "change_pct", nhip.MeasureChange: "change_abs",
		nhip.MeasureChangePP: "change_abs", nhip.MeasureShare: "share", nhip.MeasureContribution: "contribution", nhip.MeasureRatio: "ratio"}[o.Measure]
	if o.Compare == nhip.CompareVsPlan {
		if o.Measure == nhip.MeasureRatio {
			g.Kind = "plan_pct"
		} else if o.Measure == nhip.MeasureGrowth {
			g.Kind = "plan_excess_pct"
		}
	}
	if o.Compare == nhip.CompareVsBase {
		g.Compare = "vs_period"
	}
	g.Qualifier = map[nhip.Bound]string{nhip.BoundAbout: "approx", nhip.BoundExactly: "", nhip.BoundRange: ""}[o.Bound]
	if g.Qualifier == "" && o.Bound != nhip.BoundExactly && o.Bound != nhip.BoundRange {
		g.Qualifier = string(o.Bound)
	}
	if o.Kind == nhip.KindPlan {
		g.Status = "target"
	}
	g.Unit = labelledUnit(g.Unit)
	g.Period = labelledPeriod(g.Period)
	return g
}

func labelledUnit(u string) string {
	parts := strings.Split(u, "/")
	for i, p := range parts {
		switch p {
		case "tấn":
			parts[i] = "t"
		case "điểm phần trăm":
			parts[i] = "pp"
		}
	}
	return strings.Join(parts, "/")
}

// labelledPeriod turns start/duration into first and last month or year.
func labelledPeriod(code string) string {
	start, dur, ok := strings.Cut(code, "/P")
	if !ok {
		return code
	}
	var n int
	var unit string
	fmt.Sscanf(dur, "%d%s", &n, &unit)
	t, err := time.Parse(time.DateOnly, start)
	if err != nil {
		return code
	}
	switch unit {
	case "M":
		return t.Format("2006-01") + "/" + t.AddDate(0, n-1, 0).Format("2006-01")
	case "Y":
		return t.Format("2006") + "/" + t.AddDate(n-1, 0, 0).Format("2006")
	}
	return code
}

func TestLabelledSpelling(t *testing.T) {
	for in, want := range map[string]string{"2027-01-01/P7M": "2027-01/2027-07", "2026-01-01/P5Y": "2026/2030", "2027-Q1": "2027-Q1"} {
		if got := labelledPeriod(in); got != want {
			t.Errorf("%s = %s, want %s", in, got, want)
		}
	}
	d := nhip.NewDecimal(-5, 0)
	for _, c := range []struct {
		o                          nhip.Observation
		kind, compare, bound, unit string
	}{
		{nhip.Observation{Measure: nhip.MeasureGrowth, Compare: nhip.CompareVsPlan, Bound: nhip.BoundMoreThan, Unit: "%"}, "plan_excess_pct", "vs_plan", "more_than", "%"},
		{nhip.Observation{Measure: nhip.MeasureRatio, Compare: nhip.CompareVsPlan, Bound: nhip.BoundAbout, Unit: "%"}, "plan_pct", "vs_plan", "approx", "%"},
		{nhip.Observation{Measure: nhip.MeasureChangePP, Unit: "điểm phần trăm", Bound: nhip.BoundExactly}, "change_abs", "", "", "pp"},
		{nhip.Observation{Measure: nhip.MeasureIndex, Compare: nhip.CompareVsBase, Unit: "điểm", Bound: nhip.BoundExactly}, "level", "vs_period", "", "điểm"},
		{nhip.Observation{Measure: nhip.MeasureLevel, Unit: "USD/tấn", Bound: nhip.BoundNearly}, "level", "", "nearly", "USD/t"},
	} {
		c.o.Value = &d
		g := labelled(&c.o)
		if g.Kind != c.kind || g.Compare != c.compare || g.Qualifier != c.bound || g.Unit != c.unit || *g.Value != 5 {
			t.Errorf("%+v = %+v", c.o, g)
		}
	}
}

func sameValue(a, b goldFact) bool {
	near := func(x, y *float64) bool {
		if x == nil || y == nil {
			return x == y
		}
		d := *x - *y
		return d > -1e-9*(1+*y) && d < 1e-9*(1+*y)
	}
	unit := a.Unit == b.Unit || slices.Contains(b.Open, "unit") || (b.Unit == "%/năm" && a.Unit == "%") || (a.Unit == "%/năm" && b.Unit == "%")
	return unit && near(a.Value, b.Value) && near(a.ValueMin, b.ValueMin) && near(a.ValueMax, b.ValueMax)
}

// slots lists the slots of layer (b) in which two facts differ.
func slots(got, want goldFact) []string {
	var bad []string
	for _, s := range [][3]string{{"measure", got.Kind, want.Kind}, {"direction", got.Direction, want.Direction}, {"compare", got.Compare, want.Compare}, {"period", got.Period, want.Period}} {
		if s[1] != s[2] {
			bad = append(bad, fmt.Sprintf("%s %q want %q", s[0], s[1], s[2]))
		}
	}
	return bad
}

func overlap(a, b string) float64 {
	x, y := words(a), words(b)
	n := 0
	for w := range x {
		if y[w] {
			n++
		}
	}
	if len(x)+len(y) == 0 {
		return 1
	}
	return 2 * float64(n) / float64(len(x)+len(y))
}

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, t := range vi.Tokens(s) {
		if t.Kind != vi.Sign {
			m[t.Key] = true
		}
	}
	return m
}

type tally struct{ hit, got, want int }

func (t *tally) note(right bool) {
	t.got, t.want = t.got+1, t.want+1
	if right {
		t.hit++
	}
}

func (t tally) f1() float64 {
	if t.got+t.want == 0 {
		return 0
	}
	return 2 * float64(t.hit) / float64(t.got+t.want)
}

func (t tally) String() string {
	return fmt.Sprintf("precision %.3f recall %.3f F1 %.3f (%d of %d read, %d labelled)", float64(t.hit)/max(1, float64(t.got)), float64(t.hit)/max(1, float64(t.want)), t.f1(), t.hit, t.got, t.want)
}

// placeMentions finds the names of the catalogue's places: enough to test with;
// the program's own finder is the entity reader.
func placeMentions(c *catalog.Catalog, paragraph int, text string, at nhip.Date) []nhip.Mention {
	tokens := vi.Tokens(text)
	var out []nhip.Mention
	find := newPhrases()
	for i, p := range c.Places {
		if !at.IsZero() && (!p.ValidUntil.IsZero() && p.ValidUntil.Compare(at) < 0 || !p.ValidFrom.IsZero() && p.ValidFrom.Compare(at) > 0) {
			continue
		}
		for _, n := range append([]string{p.Name}, p.Aliases...) {
			find.add(n, i)
			if p.Level == "province" {
				find.add("TP "+n, i)
				find.add("TP. "+n, i)
				find.add("TP.HCM", -1)
			}
		}
	}
	for i := 0; i < len(tokens); i++ {
		if !tokens[i].Capital && !slices.Contains([]string{"nước", "cả", "toàn"}, tokens[i].Key) {
			continue
		}
		if ref, n := find.at(tokens, i); n > 0 && ref >= 0 {
			out = append(out, nhip.Mention{Kind: nhip.MentionPlace, ID: string(c.Places[ref].ID), Name: c.Places[ref].Name, Span: nhip.Span{Paragraph: paragraph, Start: tokens[i].Start, End: tokens[i+n-1].End}})
			i += n - 1
		}
	}
	return out
}

func sentences(t testing.TB, lines []byte) []goldSentence {
	var out []goldSentence
	s := bufio.NewScanner(bytes.NewReader(lines))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var g goldSentence
		if err := json.Unmarshal(s.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		out = append(out, g)
	}
	return out
}

// TestGoldSentences measures the reader on the labelled sentences beside the
// project.
func TestGoldSentences(t *testing.T) {
	m := measure(t, sentences(t, readData(t, "gold/sentences/facts.jsonl")))
	m.require(t, floors{a: 0.98, b: 0.95, c: 0.92, falseFacts: 2})
}

// TestOwnSentences measures it on sentences written and labelled for the project
// before the reader saw them, in the same form; a fact lists as open the slots that
// its sentence leaves to an article. Each file was measured before anything was
// changed for it. Value and unit, with measure, direction, comparison and period,
// with place and indicator, facts where there is none were then: of the first 120
// sentences of developed 0.99, 0.96, 0.89 and 5; of kept 0.98, 0.90, 0.85 and 6; of
// last 1.00, 0.96, 0.90 and 0; of later, fresh and third, each in turns of phrase that
// those before it lack, 0.96, 0.81, 0.72 and 4; 1.00, 0.86, 0.81 and 0; 0.99, 0.84, 0.75
// and 1.
func TestOwnSentences(t *testing.T) {
	for name, f := range map[string]floors{
		"developed": {a: 0.99, b: 0.98, c: 0.95, falseFacts: 2},
		"kept":      {a: 0.99, b: 0.98, c: 0.95},
		"last":      {a: 0.99, b: 0.98, c: 0.95},
		"later":     {a: 0.99, b: 0.98, c: 0.95},
		"fresh":     {a: 0.99, b: 0.98, c: 0.95},
		"third":     {a: 0.99, b: 0.98, c: 0.93},
	} {
		t.Run(name, func(t *testing.T) {
			lines, err := os.ReadFile(filepath.Join("testdata", "sentences", name+".jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			measure(t, sentences(t, lines)).require(t, f)
		})
	}
}

// floors are F1 figures a little below what was reached.
type floors struct {
	a, b, c    float64
	falseFacts int
}

// measured is the result on a set of sentences, in the layers of the design: (a)
// value and unit, (b) also measure, direction, comparison and period, (c) also place
// and at least half of the indicator's words; kind and bound of the facts that were
// read; facts that are none, and those read where nothing is stated.
type measured struct {
	a, b, c, kind, bound tally
	falseFacts, void     int
}

func (m *measured) require(t *testing.T, want floors) {
	t.Helper()
	t.Logf("(a) value and unit: %v", m.a)
	t.Logf("(b) and measure, direction, comparison, period: %v", m.b)
	t.Logf("(c) and place and indicator: %v", m.c)
	t.Logf("kind %v; bound %v", m.kind, m.bound)
	t.Logf("(e) false facts: %d, in sentences without facts %d", m.falseFacts, m.void)
	for _, f := range []struct {
		name  string
		got   float64
		floor float64
	}{{"a", m.a.f1(), want.a}, {"b", m.b.f1(), want.b}, {"c", m.c.f1(), want.c}} {
		if f.got < f.floor {
			t.Errorf("(%s) fell to F1 %.3f, below %.3f", f.name, f.got, f.floor)
		}
	}
	if m.falseFacts > want.falseFacts || m.void > 0 {
		t.Errorf("%d false facts, more than %d; %d where there is none", m.falseFacts, want.falseFacts, m.void)
	}
}

// measure reads each sentence alone. Slots that it leaves to its article are not
// asked for.
func measure(t *testing.T, list []goldSentence) *measured {
	r, c := testReader(t)
	names := entity.New(c)
	m := &measured{}
	for i := range list {
		g := &list[i]
		var ctx Context
		if g.RefDate != "" {
			at, err := time.ParseInLocation(time.DateOnly, g.RefDate, nhip.Zone)
			if err != nil {
				t.Fatal(err)
			}
			ctx.At = at
		}
		a := &nhip.Article{Body: []string{g.Text}}
		ctx.Mentions = names.Read(a, nil, ctx.At).Mentions
		m.add(t, g, r.Read(a, ctx))
	}
	return m
}

func (m *measured) add(t *testing.T, g *goldSentence, obs []nhip.Observation) {
	used := make([]bool, len(obs))
	fail := func(format string, args ...any) { t.Logf("%s "+format, append([]any{g.ID}, args...)...) }
	a, b, c := &m.a, &m.b, &m.c
	for _, want := range g.Facts {
		best := nearest(obs, used, want)
		if best >= 0 {
			used[best] = true
		}
		if want.Optional {
			if best >= 0 {
				a.got, b.got, c.got = a.got-1, b.got-1, c.got-1
			}
			continue
		}
		a.want, b.want, c.want = a.want+1, b.want+1, c.want+1
		if best < 0 {
			fail("missed %s (%s)", want.Span, want.Indicator)
			continue
		}
		a.hit++
		got := labelled(&obs[best])
		got.leaveOpen(g, &want)
		m.kind.note(got.Status == want.Status)
		m.bound.note(got.Qualifier == want.Qualifier)
		if got.Status != want.Status || got.Qualifier != want.Qualifier {
			fail("%s: kind %s want %s; bound %q want %q", want.Span, got.Status, want.Status, got.Qualifier, want.Qualifier)
		}
		if bad := slots(got, want); len(bad) > 0 {
			fail("%s: %s", want.Span, strings.Join(bad, ", "))
			continue
		}
		b.hit++
		ov := overlap(got.Indicator, want.Indicator)
		place := vi.Key(strings.TrimPrefix(got.Place, "TP ")) == vi.Key(want.Place)
		if ov >= 0.5 && place {
			c.hit++
		} else {
			fail("%s: place %q want %q; %.2f label %q want %q", want.Span, got.Place, want.Place, ov, got.Indicator, want.Indicator)
		}
		if want.Org != "" && got.Org != want.Org {
			fail("%s: org %q want %q", want.Span, got.Org, want.Org)
		}
	}
	a.got, b.got, c.got = a.got+len(obs), b.got+len(obs), c.got+len(obs)
	for i := range obs {
		if !used[i] {
			m.falseFacts++
			fail("FALSE %s %s (%s) in %q", obs[i].Value, obs[i].Unit, obs[i].Rule, obs[i].Label)
		}
	}
	if len(g.Facts) == 0 {
		m.void += len(obs)
	}
}

// nearest is the observation with the value of want that stands nearest to it, -1 if
// none is left.
func nearest(obs []nhip.Observation, used []bool, want goldFact) int {
	best := -1
	for i := range obs {
		if got := labelled(&obs[i]); used[i] || !sameValue(got, want) {
			continue
		}
		if best < 0 || abs(obs[i].Start-want.Start) < abs(obs[best].Start-want.Start) {
			best = i
		}
	}
	return best
}

// leaveOpen takes over the slots that the sentence cannot say.
func (f *goldFact) leaveOpen(g *goldSentence, want *goldFact) {
	open := func(slot, tag string) bool { return slices.Contains(want.Open, slot) || slices.Contains(g.Tags, tag) }
	if open("period", "period_from_context") || g.noPeriod(*want) {
		f.Period = want.Period
	}
	if open("place", "place_from_context") {
		f.Place = want.Place
	}
	if open("indicator", "") {
		f.Indicator = want.Indicator
	}
	if open("measure", "") {
		f.Kind = want.Kind
	}
	if open("direction", "") {
		f.Direction = want.Direction
	}
	if open("compare", "") {
		f.Compare = want.Compare
	}
	if open("status", "") {
		f.Status = want.Status
	}
}

// noPeriod reports that the sentence cannot say the period: without a date to resolve
// it from, or only by the article around it.
func (g *goldSentence) noPeriod(want goldFact) bool { return g.RefDate == "" && want.Period == "" }

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
