package fact

import (
	"slices"

	"nhip/transform/vi"
)

// workspace is the memory that reading one article needs and the next one uses again:
// half of what a page would allocate after its tree. Nothing in it outlives the call;
// labels, quotes and spans of the observations are copies or parts of the article.
type workspace struct {
	texts  vi.Scanner // of the article's paragraphs
	label  vi.Scanner // of the last label that was asked about
	asked  string     // that label
	tokens []vi.Token // and its tokens

	phrase []tagged1 // of the passage being read
	mark   []int32
	group  []int32
	clause clause // the sentence being read
	state  state
}

// forTokens returns the tables of a passage of n tokens, filled with zeros.
func (w *workspace) forTokens(n int) (phrase []tagged1, mark, group []int32) {
	w.phrase = slices.Grow(w.phrase[:0], n)[:n]
	w.mark = slices.Grow(w.mark[:0], n)[:n]
	w.group = slices.Grow(w.group[:0], n)[:n]
	clear(w.phrase)
	clear(w.mark)
	clear(w.group)
	return w.phrase, w.mark, w.group
}

// tokensOf returns the tokens of a label. Several questions are asked about each, one
// after the other; the tokens are those of the last until the next is asked about.
func (w *workspace) tokensOf(label string) []vi.Token {
	if w.asked != label || w.tokens == nil {
		w.label.Reset()
		w.asked, w.tokens = label, w.label.Tokens(label)
	}
	return w.tokens
}
