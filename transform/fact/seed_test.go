package fact

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/transform/vi"
)

// seedArticle cuts the seed text as the text reader does: title, caption line, body.
func seedArticle(t testing.TB) *nhip.Article {
	lines := strings.Split(strings.TrimSpace(string(readData(t, "seed/phapluatxahoi-cong-nghiep-ho-tro.txt"))), "\n")
	a := &nhip.Article{Title: vi.Repair(lines[0])}
	for _, l := range lines[2 : len(lines)-2] {
		a.Body = append(a.Body, vi.Repair(l))
	}
	return a
}

func TestSeed(t *testing.T) {
	r, c := testReader(t)
	a := seedArticle(t)
	var want struct {
		Observations []struct {
			Label, Unit, Bound, Measure, Kind, Period, Place, Direction string
			Value                                                       float64
		}
	}
	if err := json.Unmarshal(readData(t, "seed/expected.json"), &want); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2022, 3, 1, 0, 0, 0, 0, nhip.Zone)
	ctx := Context{At: at}
	for n := -1; n < len(a.Body); n++ {
		ctx.Mentions = append(ctx.Mentions, placeMentions(c, n, a.Text(n), nhip.DateOf(at))...)
	}
	got := r.Read(a, ctx)
	if len(got) != len(want.Observations) {
		t.Errorf("%d observations, want %d", len(got), len(want.Observations))
	}
	for i, o := range got {
		t.Logf("%+v", o)
		if i >= len(want.Observations) {
			continue
		}
		w := want.Observations[i]
		if o.Value.Float64() != w.Value || string(o.Unit) != w.Unit || string(o.Bound) != w.Bound || string(o.Measure) != w.Measure ||
			string(o.Kind) != w.Kind || o.Period != w.Period || o.Place != w.Place || o.Direction != w.Direction {
			t.Errorf("got %v %s %s %s %s %s %s %s, want %+v", o.Value, o.Unit, o.Bound, o.Measure, o.Kind, o.Period, o.Place, o.Direction, w)
		}
		if overlap(o.Label, w.Label) < 0.8 {
			t.Errorf("label %q, want %q", o.Label, w.Label)
		}
	}
}
