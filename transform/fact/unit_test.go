package fact

import (
	"testing"

	"nhip/transform/vi"
)

// TestUnitExamples reads the example of every unit of the catalogue: a new unit is
// one entry whose example is its test.
func TestUnitExamples(t *testing.T) {
	_, c := testReader(t)
	lexicon := vi.NewLexicon(Units(c))
	for _, u := range c.Units {
		if u.Example == "" {
			continue
		}
		got := ""
		for _, m := range vi.Scan(vi.Repair(u.Example), lexicon).Marks {
			if q := m.Quantity; q != nil && got == "" {
				got = q.Value.String() + " " + q.UnitID()
			}
		}
		if got != u.Want {
			t.Errorf("%s: %q gives %q, want %q", u.ID, u.Example, got, u.Want)
		}
	}
}
