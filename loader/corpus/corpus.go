// Package corpus makes articles as Vietnamese business papers print them, any
// number, for measuring and testing the store. No publisher's text is in it.
//
// The vocabulary are the most frequent words of the written language, every phrase
// of the project's catalog (terms, indicators, industries, places, organisations,
// posts), and 24,000 words of one to three syllables put together from the onsets,
// rimes and tones of Vietnamese orthography. By their ranks the words are as frequent
// as Zipf's law says. An article has a subject, some words of the vocabulary that make
// up a quarter of it, so a word is bunched as in real text. Every fifteenth word is a
// number, a date, or one of 300,000 foreign names: the long tail that makes an index
// large. The text is about 3 KB, in sentences and paragraphs.
package corpus

import (
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"nhip"
	"nhip/catalog"
)

// Sources is how many papers the articles are from.
const Sources = 20

// textBytes is about how long an article is.
const textBytes = 3000

// Corpus makes articles. Its methods may be called by several goroutines at once.
type Corpus struct {
	seed    uint64
	words   []string // by rank
	phrases []string
	foreign []string
	drawn   []uint16 // words by equal steps of probability
}

// New makes the vocabulary. Corpora of one seed are equal, article for article.
func New(seed uint64) (*Corpus, error) {
	all, err := catalog.Load(nil)
	if err != nil {
		return nil, fmt.Errorf("the corpus' vocabulary: %w", err)
	}
	r := rand.New(rand.NewPCG(seed, 0))
	c := &Corpus{seed: seed}
	c.words, c.phrases = vocabulary(r, all)
	c.foreign = foreignNames(r, 300_000)
	c.drawn = zipf(len(c.words))
	return c, nil
}

// Phrases returns the catalog's phrases of the vocabulary, the most frequent first.
func (c *Corpus) Phrases() []string { return c.phrases }

// Article returns the title and the paragraphs of article i, always the same.
func (c *Corpus) Article(i int) (title string, paragraphs []string) {
	w := c.writer(i)
	title = strings.TrimSuffix(w.sentence(6+w.IntN(6)), ".")
	for length := 0; length < textBytes; {
		sentences := make([]string, 2+w.IntN(3))
		for k := range sentences {
			sentences[k] = w.sentence(8 + w.IntN(16))
		}
		paragraphs = append(paragraphs, strings.Join(sentences, " "))
		length += len(paragraphs[len(paragraphs)-1])
	}
	return title, paragraphs
}

// Item returns article i as the crawler and the reader hand it to the store: with its
// page, three numbers and a mention. Articles are published from 2010 to 2024, more
// each year. Version 0 is the first content; others are edits of its end, each fetched
// a day later. Every thirtieth article repeats the one twenty before it, twenty hours
// later.
func (c *Corpus) Item(i, version int) nhip.Item {
	text := i
	if i%30 == 29 {
		text = i - 20
	}
	title, paragraphs := c.Article(text)
	if version > 0 {
		_, other := c.Article(text + version<<32)
		paragraphs[len(paragraphs)-1] = other[0]
	}
	source := nhip.SourceID(fmt.Sprintf("bao-%02d", i%Sources))
	url := fmt.Sprintf("https://%s.vn/bai-%d.html", source, i)
	published := publishedAt(text).Add(time.Duration(i-text) * time.Hour)
	fetched := published.Add(time.Duration(1+24*version) * time.Hour)
	body := fmt.Appendf(nil, "<html><title>%s</title><p>%s</html>", title, strings.Join(paragraphs, "\n<p>"))
	page := &nhip.Page{Source: source, URL: url, Kind: nhip.KindArticle, FetchedAt: fetched, Status: 200, Body: body, SHA256: sha256.Sum256(body),
		Header: map[string][]string{"Content-Type": {"text/html; charset=utf-8"}}}
	record := &nhip.Record{Source: source, URL: url, Kind: nhip.KindArticle, Reader: "corpus/1", Fingerprint: c.marks(text),
		Article: nhip.Article{Title: title, Sapo: paragraphs[0], Body: paragraphs[1:], Language: "vi", PublishedAt: &published}}
	for k := range 3 {
		value := nhip.NewDecimal(int64(text%1000+k), -1)
		record.Observations = append(record.Observations, nhip.Observation{Label: "Sản lượng", Value: &value, Bound: nhip.BoundExactly, Unit: "%",
			Measure: nhip.MeasureGrowth, Compare: nhip.CompareYoY, Kind: nhip.KindActual, Status: "A", Freq: "M", Period: published.Format("2006-01"),
			PeriodStart: nhip.DateOf(published.AddDate(0, 0, 1-published.Day())), PeriodEnd: nhip.DateOf(published.AddDate(0, 1, -published.Day())),
			Place: "Cả nước", PlaceID: "vn", Printed: value.String(), Decimals: 1, Quote: paragraphs[0], Rule: "corpus", Confidence: 1})
	}
	record.Mentions = []nhip.Mention{{Kind: nhip.MentionTerm, ID: c.phrases[text%20], Name: c.phrases[text%20]}}
	return nhip.Item{Visit: nhip.Visit{Source: source, URL: url, Kind: nhip.KindArticle, At: fetched, Outcome: nhip.OutcomeOK}, Page: page, Record: record}
}

// publishedAt is when article i appeared.
func publishedAt(i int) time.Time {
	const seconds = (15*365 + 4) * 24 * 60 * 60
	begin := time.Date(2010, 1, 1, 0, 0, 0, 0, nhip.Zone)
	r := rand.New(rand.NewPCG(2010, uint64(i)))
	return begin.Add(time.Duration(math.Sqrt(r.Float64())*seconds) * time.Second)
}

// marks is the fingerprint of a text: what transform makes of one, made up.
func (c *Corpus) marks(text int) []uint32 {
	r := rand.New(rand.NewPCG(c.seed+1, uint64(text)))
	out := make([]uint32, 32)
	for i := range out {
		out[i] = 1 + r.Uint32N(math.MaxUint32)
	}
	return out
}

// writer writes one article.
type writer struct {
	*rand.Rand
	corpus  *Corpus
	subject []string
	line    []byte
}

func (c *Corpus) writer(i int) *writer {
	w := &writer{Rand: rand.New(rand.NewPCG(c.seed, 1+uint64(i))), corpus: c, subject: make([]string, 12)}
	for k := range w.subject {
		w.subject[k] = w.word()
	}
	return w
}

func (w *writer) word() string { return w.corpus.words[w.corpus.drawn[w.IntN(len(w.corpus.drawn))]] }

// zipf returns ranks below n, each as often as it is drawn: rank k about as often as
// 1/(k+4). (The first ranks of a language are less uneven than Zipf's law: Mandelbrot.)
func zipf(n int) []uint16 {
	const shift = 4
	out := make([]uint16, 1<<20)
	for i := range out {
		k := shift*math.Pow(float64(n+shift)/shift, (float64(i)+0.5)/float64(len(out))) - shift
		out[i] = uint16(min(int(k), n-1))
	}
	return out
}

func (w *writer) sentence(words int) string {
	b := w.line[:0]
	for k := range words {
		if k > 0 {
			b = append(b, ' ')
		}
		switch {
		case w.IntN(15) == 0:
			b = w.rare(b)
		case w.IntN(4) == 0:
			b = append(b, w.subject[w.IntN(len(w.subject))]...)
		default:
			b = append(b, w.word()...)
		}
		if k < words-1 && w.IntN(12) == 0 {
			b = append(b, ',')
		}
	}
	w.line = append(b, '.')
	return capital(string(w.line))
}

// rare appends what hardly repeats: numbers, dates, names.
func (w *writer) rare(b []byte) []byte {
	switch w.IntN(5) {
	case 0:
		return append(strconv.AppendInt(append(strconv.AppendInt(b, int64(w.IntN(100)), 10), ','), int64(w.IntN(10)), 10), '%')
	case 1:
		return append(strconv.AppendInt(append(strconv.AppendInt(b, int64(1+w.IntN(40)), 10), '.'), int64(100+w.IntN(900)), 10), " tỷ đồng"...)
	case 2:
		return fmt.Appendf(b, "%d/%d/%d", 1+w.IntN(28), 1+w.IntN(12), 2010+w.IntN(15))
	}
	k := math.Pow(float64(len(w.corpus.foreign)), w.Float64())
	return append(b, w.corpus.foreign[int(k)-1]...)
}
