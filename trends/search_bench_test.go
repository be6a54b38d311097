package trends

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nhip/loader/corpus"
)

// searchPhrases are 100 phrases as people ask them, half of them without their
// diacritics: 40 of the catalog's from all frequencies, 40 pairs of words as they
// stand in articles, 20 single words of those.
func searchPhrases(c *corpus.Corpus) []string {
	var out []string
	for k := range 40 {
		out = append(out, c.Phrases()[k*len(c.Phrases())/40])
	}
	r := rand.New(rand.NewPCG(7, 7))
	for len(out) < 100 {
		_, paragraphs := c.Article(r.IntN(100_000))
		words := letters(paragraphs[0])
		n := 2
		if len(out) >= 80 {
			n = 1
		}
		at := r.IntN(len(words) - n)
		phrase := words[at]
		if n == 2 {
			phrase += " " + words[at+1]
		}
		out = append(out, phrase)
	}
	for i := 1; i < len(out); i += 2 {
		out[i] = bare(out[i])
	}
	return out
}

// letters are the words of a text up to its first sign.
func letters(text string) (words []string) {
	from := 0
	for i, r := range text + " " {
		switch r {
		case ' ':
			if i > from {
				words = append(words, text[from:i])
			}
			from = i + 1
		case ',', '.', '/', '%':
			if len(words) > 3 {
				return words
			}
			words, from = nil, i+1
		}
	}
	return words
}

// BenchmarkSearch asks how often each of 100 phrases is written by month, as nhip
// trends mentions does, of a store that has answered each before. The baseline in the
// same run asks the same store a constant and counts its articles with FINAL.
//
//	go test ./trends -run '^$' -bench Search -benchtime 300x -timeout 5h -corpus DIR -articles 1000000
func BenchmarkSearch(b *testing.B) {
	if *corpusDir == "" {
		b.Skip("-corpus says where the articles are kept; the first run loads them, which takes minutes")
	}
	s, c := openCorpus(b, *corpusDir, *corpusLen)
	b.Logf("%s articles", askCells(b, s, "SELECT count() FROM v_articles", nil)[0][0])
	phrases := searchPhrases(c)
	hits := map[string]int{}
	for _, p := range phrases {
		for _, row := range mentions(b, s, p, Filters{}) {
			n, err := strconv.Atoi(row[1])
			if err != nil {
				b.Fatal(err)
			}
			hits[p] += n
		}
	}
	measure := func(b *testing.B, phrases []string, ask func(phrase string)) {
		var took []time.Duration
		i := 0
		for b.Loop() {
			began := time.Now()
			ask(phrases[i%len(phrases)])
			took = append(took, time.Since(began))
			i++
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	}
	question := func(phrase string) { mentions(b, s, phrase, Filters{}) }
	b.Run("all", func(b *testing.B) { measure(b, phrases, question) })
	for _, class := range []struct {
		name     string
		from, to int // hits
	}{{"to-1000-hits", 0, 1000}, {"to-10000-hits", 1000, 10_000}, {"more-hits", 10_000, 1 << 60}} {
		var of []string
		for _, p := range phrases {
			if n := hits[p]; n >= class.from && n < class.to {
				of = append(of, p)
			}
		}
		if len(of) > 0 {
			b.Run(class.name+"/"+strconv.Itoa(len(of))+"-phrases", func(b *testing.B) { measure(b, of, question) })
		}
	}
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(peakMemory(b, *corpusDir), "engine-peak-MB")
		b.ReportMetric(corpusMemory>>20, "cap-MB")
	})
	b.Run("baseline-constant", func(b *testing.B) { measure(b, phrases, func(string) { askCells(b, s, "SELECT 1", nil) }) })
	b.Run("baseline-count-final", func(b *testing.B) {
		measure(b, phrases, func(string) {
			askCells(b, s, "SELECT toStartOfMonth(published_at) AS month, count() FROM v_articles GROUP BY month", nil)
		})
	})
}

// BenchmarkOpen starts the engine on the store and asks a first phrase; the engine
// has ended before.
//
//	go test ./trends -run '^$' -bench Open -benchtime 5x -corpus DIR -articles 0
func BenchmarkOpen(b *testing.B) {
	if *corpusDir == "" {
		b.Skip("-corpus says where the articles are kept")
	}
	var first time.Duration
	for b.Loop() {
		s := openStore(b, *corpusDir)
		askCells(b, s, "SELECT 1", nil)
		b.StopTimer()
		began := time.Now()
		mentions(b, s, "công nghiệp hỗ trợ", Filters{})
		first += time.Since(began)
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		time.Sleep(4 * time.Second) // the engine idles out after one, and lets go of its files
		b.StartTimer()
	}
	b.ReportMetric(float64(first.Milliseconds())/float64(b.N), "first-question-ms")
}

// peakMemory is the most that the engine of a data directory has held since its
// start, in MB.
func peakMemory(b *testing.B, dir string) float64 {
	pid, err := os.ReadFile(filepath.Join(dir, "engine.lock"))
	if err != nil {
		b.Fatal(err)
	}
	status, err := os.ReadFile(filepath.Join("/proc", strings.TrimSpace(string(pid)), "status"))
	if err != nil {
		b.Skipf("this system does not show the memory of processes: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmHWM:" {
			kilobytes, err := strconv.Atoi(fields[1])
			if err != nil {
				b.Fatal(err)
			}
			return float64(kilobytes) / 1024
		}
	}
	b.Skip("the engine's status names no peak")
	return 0
}
