//go:build unix

package main

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"nhip/transform/vi"
)

// quality holds means over the pages.
type quality struct{ body, title, published, authors float64 }

// judge compares a reader's results with the labels. The libraries know no sapo and
// may keep it in the body: the better of the two comparisons counts, for every reader.
// Titles and names are compared by key, so that case and tone placement do not matter.
func judge(r reader, labels []*label) (q quality) {
	n := float64(len(labels))
	for _, l := range labels {
		got := r.read(l)
		body := strings.Join(l.Body, "\n")
		q.body += max(gramF1(got.body, body), gramF1(got.body, l.Sapo+"\n"+body)) / n
		if vi.Key(got.title) == vi.Key(l.Title) {
			q.title += 1 / n
		}
		if got.published.Truncate(time.Minute).Equal(l.PublishedAt.Truncate(time.Minute)) {
			q.published += 1 / n
		}
		q.authors += setF1(got.authors, l.Authors) / n
	}
	return q
}

// gramF1 is the F1 of the token 4-grams of two texts, counted with multiplicity.
func gramF1(got, want string) float64 {
	a, b := grams(got), grams(want)
	same, na, nb := 0, 0, 0
	for g, n := range a {
		na += n
		same += min(n, b[g])
	}
	for _, n := range b {
		nb += n
	}
	if same == 0 {
		return 0
	}
	return 2 * float64(same) / float64(na+nb)
}

func grams(text string) map[string]int {
	tokens := strings.FieldsFunc(vi.Key(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	out := map[string]int{}
	size := min(4, len(tokens))
	for i := 0; size > 0 && i+size <= len(tokens); i++ {
		out[strings.Join(tokens[i:i+size], " ")]++
	}
	return out
}

func setF1(got, want []string) float64 {
	if len(got) == 0 && len(want) == 0 {
		return 1
	}
	hit := 0
	for _, w := range want {
		if slices.ContainsFunc(got, func(g string) bool { return vi.Key(g) == vi.Key(w) }) {
			hit++
		}
	}
	return 2 * float64(hit) / float64(len(got)+len(want))
}
