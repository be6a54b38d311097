package trends

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"nhip"
	"nhip/loader"
	"nhip/loader/corpus"
	"nhip/loader/engine"
)

var (
	corpusDir = flag.String("corpus", "", "data directory that keeps the articles of BenchmarkSearch and BenchmarkOpen from one run to the next; what is missing is loaded first")
	corpusLen = flag.Int("articles", 1_000_000, "how many articles -corpus holds at least; 0: as many as it does")
)

func TestMain(m *testing.M) {
	engine.RunIfChild()
	os.Exit(m.Run())
}

// openCorpus opens a store that holds at least n articles of the corpus, and adds
// what is missing. Of a store's articles every fiftieth was edited and every
// thousandth withdrawn.
func openCorpus(tb testing.TB, dir string, n int) (*loader.Store, *corpus.Corpus) {
	c, err := corpus.New(1)
	if err != nil {
		tb.Fatal(err)
	}
	s := openStore(tb, dir)
	if _, err := s.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	fill(tb, s, c, n)
	return s, c
}

// corpusMemory is what the engine may hold at most while it loads and answers.
const corpusMemory = 2 << 30

func openStore(tb testing.TB, dir string) *loader.Store {
	s, err := loader.Open(tb.Context(), loader.Options{DataDir: dir, Engine: engine.Options{IdleAfter: time.Second, MemoryBytes: corpusMemory}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// fillStep is how many articles are loaded at once.
const fillStep = 4000

// fill loads the articles that are missing of n, the next made meanwhile. What an
// interrupted fill has left is completed.
func fill(tb testing.TB, s *loader.Store, c *corpus.Corpus, n int) {
	done, err := strconv.Atoi(askCells(tb, s, "SELECT count() FROM v_runs WHERE source LIKE 'corpus-%'", nil)[0][0])
	if err != nil {
		tb.Fatal(err)
	}
	made := make(chan []nhip.Item, 1)
	go func() {
		defer close(made)
		for from := done * fillStep; from < n; from += fillStep {
			select {
			case made <- makeItems(c, from, min(from+fillStep, n)):
			case <-tb.Context().Done():
				return
			}
		}
	}()
	for items := range made {
		began := time.Now()
		if _, err := s.Load(tb.Context(), "corpus", items); err != nil {
			tb.Fatal(err)
		}
		if len(items) < fillStep { // another fill completes the step
			if err := s.FindCopies(tb.Context()); err != nil {
				tb.Fatal(err)
			}
			return
		}
		account := nhip.NewAccount(nhip.SourceID(fmt.Sprint("corpus-", done)))
		done++
		if err := s.SaveRun(tb.Context(), nhip.Run{ID: "corpus", StartedAt: began, Took: time.Since(began).Seconds(), Sources: []nhip.Account{account}}); err != nil {
			tb.Fatal(err)
		}
	}
}

// makeItems makes articles with their edits and withdrawals.
func makeItems(c *corpus.Corpus, from, to int) []nhip.Item {
	items := make([]nhip.Item, to-from)
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := from + w; i < to; i += workers {
				items[i-from] = c.Item(i, 0)
			}
		})
	}
	wg.Wait()
	for i := from; i < to; i++ {
		switch {
		case i%50 == 0:
			items = append(items, c.Item(i, 1))
		case i%1000 == 7:
			v := items[i-from].Visit
			v.At, v.Outcome = v.At.AddDate(0, 0, 2), nhip.OutcomeGone
			items = append(items, nhip.Item{Visit: v})
		}
	}
	return items
}

// askCells returns the answer as text.
func askCells(tb testing.TB, s *loader.Store, sql string, params map[string]string) (out [][]string) {
	rows, err := s.Query(context.Background(), sql, params)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		cells, err := rows.Strings()
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, cells)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return out
}

// mentions asks the question as nhip trends mentions does.
func mentions(tb testing.TB, s *loader.Store, phrase string, f Filters) [][]string {
	q, err := Find("mentions")
	if err != nil {
		tb.Fatal(err)
	}
	params, err := q.Params([]string{phrase}, f)
	if err != nil {
		tb.Fatal(err)
	}
	return askCells(tb, s, q.Text(params), params)
}

// bare is a phrase without its diacritics.
func bare(phrase string) string {
	return strings.NewReplacer("đ", "d", "Đ", "D").Replace(strings.Map(func(r rune) rune {
		if r >= 0x300 && r < 0x370 {
			return -1
		}
		return r
	}, norm.NFD.String(phrase)))
}

// TestMentions compares what the question counts in a store with edits, withdrawals
// and copies with a search through the current texts.
func TestMentions(t *testing.T) {
	const n = 1500
	s, c := openCorpus(t, t.TempDir(), n)
	phrases := []string{"công nghiệp", "Xuất Khẩu", "của", "không có ở đâu"}
	for k := 0; len(phrases) < 20; k += 75 {
		phrases = append(phrases, c.Phrases()[k])
	}
	truth := newTruth(c, n)
	for _, phrase := range phrases {
		got := mentions(t, s, phrase, Filters{})
		want := truth.mentions(phrase)
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%q: %d months, want %d", phrase, len(got), len(want))
			for i := range min(len(got), len(want)) {
				if !slices.Equal(got[i], want[i]) {
					t.Fatalf("%q: %v, want %v", phrase, got[i], want[i])
				}
			}
		}
		if other := mentions(t, s, strings.ToUpper(bare(phrase)), Filters{}); !slices.EqualFunc(got, other, slices.Equal) {
			t.Errorf("%q has other counts without diacritics", phrase)
		}
	}
	year := mentions(t, s, "công nghiệp", Filters{By: "year", From: nhip.Date{Year: 2020, Month: 1, Day: 1}, To: nhip.Date{Year: 2021, Month: 12, Day: 31}})
	if len(year) != 2 || year[0][0] != "2020-01-01" {
		t.Errorf("two years: %v", year)
	}
}

// truth is the current texts, folded by other code than the loader's.
type truth struct {
	months map[string]int
	texts  []truthText
}

type truthText struct {
	month  string
	at     time.Time
	text   int // articles of one text have one
	folded string
}

func newTruth(c *corpus.Corpus, n int) *truth {
	tr := &truth{months: map[string]int{}}
	for i := range n {
		version := 0
		switch {
		case i%1000 == 7:
			continue
		case i%50 == 0:
			version = 1
		}
		item := c.Item(i, version)
		at := *item.Record.Article.PublishedAt
		text := i
		if i%30 == 29 {
			text = i - 20
		}
		tt := truthText{month: at.In(nhip.Zone).Format("2006-01") + "-01", at: at, text: text}
		a := item.Record.Article
		tt.folded = foldTruth(strings.Join(append([]string{a.Title, a.Sapo}, a.Body...), "\n"))
		tr.texts = append(tr.texts, tt)
		tr.months[tt.month]++
	}
	return tr
}

// foldTruth puts every word between blanks and every sign where it stands.
func foldTruth(s string) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, r := range strings.ToLower(bare(s)) {
		switch {
		case strings.ContainsRune(" \n", r):
			b.WriteByte(' ')
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteString(" | ")
		}
	}
	b.WriteByte(' ')
	return strings.Join(strings.Fields(b.String()), " ")
}

func (tr *truth) mentions(phrase string) (out [][]string) {
	hits, stories := map[string]int{}, map[string]int{}
	found := map[int]time.Time{} // text -> its earliest article
	needle := " " + foldTruth(phrase) + " "
	texts := slices.Clone(tr.texts)
	slices.SortFunc(texts, func(a, b truthText) int { return a.at.Compare(b.at) })
	for _, t := range texts {
		if !strings.Contains(" "+t.folded+" ", needle) {
			continue
		}
		hits[t.month]++
		if first, ok := found[t.text]; !ok || t.at.Sub(first) > 14*24*time.Hour {
			stories[t.month]++
		}
		found[t.text] = t.at
	}
	for _, month := range slices.Sorted(maps.Keys(tr.months)) {
		all := tr.months[month]
		percent := strconv.FormatFloat(math.RoundToEven(1000*float64(hits[month])/float64(all))/10, 'f', -1, 64)
		out = append(out, []string{month, strconv.Itoa(hits[month]), strconv.Itoa(all), percent, strconv.Itoa(stories[month]), strconv.Itoa(hits[month])})
	}
	return out
}
