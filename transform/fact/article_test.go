package fact

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"nhip"
	"nhip/transform/vi"
)

type goldArticle struct {
	Title       string
	Sapo        string
	Body        []string
	PublishedAt time.Time `json:"published_at"`
	Quantities  []struct {
		Quote     string
		Value     float64
		ValueHigh *float64 `json:"value_high"`
		Unit      string
		Where     string
		Doubtful  bool
		Norm      bool
	}
}

// TestGoldArticles measures the quantities of whole articles. Those marked
// doubtful (lengths of time, counts of steps) and the limits of rules are not
// asked for and, where read, not held against the reader.
func TestGoldArticles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(dataDir, "gold/articles/*.json"))
	if err != nil || len(files) == 0 {
		t.Skip("no labelled articles: they lie beside the project, not in it")
	}
	r, c := testReader(t)
	var all tally
	for _, name := range files {
		var g goldArticle
		rel, _ := filepath.Rel(dataDir, name)
		if err := json.Unmarshal(readData(t, rel), &g); err != nil {
			t.Fatal(err)
		}
		a := &nhip.Article{Title: vi.Repair(g.Title), Sapo: vi.Repair(g.Sapo)}
		for _, p := range g.Body {
			a.Body = append(a.Body, vi.Repair(p))
		}
		ctx := Context{At: g.PublishedAt}
		for n := -2; n < len(a.Body); n++ {
			ctx.Mentions = append(ctx.Mentions, placeMentions(c, n, a.Text(n), nhip.DateOf(g.PublishedAt))...)
		}
		obs := r.Read(a, ctx)
		used := make([]bool, len(obs))
		free := 0
		for _, q := range g.Quantities {
			hit := -1
			for i := range obs {
				var low, high float64
				if obs[i].Low != nil {
					low, high = obs[i].Low.Float64(), obs[i].High.Float64()
					if low < 0 {
						low, high = -high, -low
					}
				} else {
					low = obs[i].Value.Float64()
					high = low
				}
				want := q.Value
				if q.ValueHigh != nil {
					want = *q.ValueHigh
				}
				same := func(x, y float64) bool { return x == y || x == -y }
				if !used[i] && same(low, q.Value) && same(high, want) && sameUnit(string(obs[i].Unit), q.Unit) {
					hit = i
					break
				}
			}
			if hit >= 0 {
				used[hit] = true
			}
			if q.Doubtful || q.Norm {
				if hit >= 0 {
					free++
				}
				continue
			}
			all.want++
			if hit >= 0 {
				all.hit++
			} else {
				t.Logf("%s missed %q %v %s (%s)", filepath.Base(name)[:12], q.Quote, q.Value, q.Unit, q.Where)
			}
		}
		all.got += len(obs) - free
		for i := range obs {
			if !used[i] {
				t.Logf("%s FALSE %s in %q", filepath.Base(name)[:12], show(&obs[i]), obs[i].Quote)
			}
		}
	}
	t.Logf("quantities of articles: %v", all)
	if all.f1() < floorArticles {
		t.Errorf("F1 fell to %.3f, below %.3f", all.f1(), floorArticles)
	}
}

const floorArticles = 0.95

func sameUnit(got, want string) bool {
	return got == want || labelledUnit(got) == want
}
