package fact

import (
	"strings"

	"nhip"
	"nhip/transform/vi"
)

// passage is one paragraph with its tokens tagged.
type passage struct {
	d      *document
	n      int // paragraph number
	x      *vi.Text
	t      []vi.Token
	phrase []tagged1 // the tagged phrase each token belongs to
	mark   []int32   // the mark each token belongs to, -1 if none
	group  []int32   // the bracket each token stands in: the index of its "(", -1 if none
	places []placed
	orgs   []placed
}

// tagged1 is a phrase of the lexicon: tokens [first, end); set is 0 where none is.
type tagged1 struct {
	first, end int32
	set        tagSet
}

// placed is a mention with its tokens.
type placed struct {
	first, end int
	mention    nhip.Mention
}

func newPassage(d *document, n int, x *vi.Text) *passage {
	p := &passage{d: d, n: n, x: x, t: x.Tokens}
	p.phrase, p.mark, p.group = d.w.forTokens(len(p.t))
	for i := range p.mark {
		p.mark[i] = -1
	}
	for m, k := range x.Marks {
		for i := k.First; i < k.End; i++ {
			p.mark[i] = int32(m)
		}
	}
	table := tagged()
	end := 0
	for i := 0; i < len(p.t); {
		if p.mark[i] >= 0 || p.t[i].Kind != vi.Word {
			i++
			end = i
			continue
		}
		for end < len(p.t) && (end <= i || p.mark[end] < 0) {
			end++ // the next mark: a phrase must not reach into it
		}
		ref, n := table.phrases.at(p.t[:end], i)
		if n == 0 {
			i++
			continue
		}
		for j := i; j < i+n; j++ {
			p.phrase[j] = tagged1{int32(i), int32(i + n), table.sets[ref]}
		}
		i += n
	}
	p.brackets()
	p.locate()
	return p
}

func (p *passage) brackets() {
	var open []int32
	for i := range p.t {
		if p.t[i].Key == ")" && len(open) > 0 {
			p.group[i] = open[len(open)-1]
			open = open[:len(open)-1]
			continue
		}
		if p.group[i] = -1; len(open) > 0 {
			p.group[i] = open[len(open)-1]
		}
		if p.t[i].Key == "(" && p.mark[i] < 0 {
			open = append(open, int32(i))
			p.group[i] = int32(i)
		}
	}
	for _, o := range open { // never closed: no group
		for i := range p.group {
			if p.group[i] == o {
				p.group[i] = -1
			}
		}
	}
}

// locate turns the code points of mentions into tokens.
func (p *passage) locate() {
	at := 0
	for _, m := range p.d.mentions[p.n] {
		for at > 0 && at < len(p.t) && p.t[at].Start > m.Start {
			at--
		}
		for at < len(p.t) && p.t[at].End <= m.Start {
			at++
		}
		end := at
		for end < len(p.t) && p.t[end].Start < m.End {
			end++
		}
		if at >= end {
			continue
		}
		k := placed{at, end, m}
		if m.Kind == nhip.MentionPlace {
			if !p.d.insideOrganisation(m) {
				p.places = append(p.places, k)
			}
		} else {
			p.orgs = append(p.orgs, k)
		}
	}
}

func (p *passage) key(i int) string {
	if i >= 0 && i < len(p.t) {
		return p.t[i].Key
	}
	return ""
}

func (p *passage) is(i int, keys ...string) bool {
	k := p.key(i)
	for _, w := range keys {
		if k == w {
			return true
		}
	}
	return false
}

func (p *passage) seq(i int, keys ...string) bool {
	for j, w := range keys {
		if p.key(i+j) != w {
			return false
		}
	}
	return true
}

// markAt returns the mark token i belongs to, nil if none.
func (p *passage) markAt(i int) *vi.Mark {
	if i < 0 || i >= len(p.t) || p.mark[i] < 0 {
		return nil
	}
	return &p.x.Marks[p.mark[i]]
}

// before returns the tagged phrase that ends right before token i; set is 0 where
// the word there has no tag.
func (p *passage) before(i int) tagged1 {
	if i < 1 {
		return tagged1{}
	}
	return p.phrase[i-1]
}

// placeAt returns the end of the place mention that starts at token i, or i.
func (p *passage) placeAt(i int) int {
	for _, m := range p.places {
		if m.first == i {
			return m.end
		}
	}
	return i
}

// text joins tokens as printed, leaving out those between that are not listed.
func (p *passage) text(tokens []int) string {
	var b strings.Builder
	for k, i := range tokens {
		t := &p.t[i]
		if k > 0 && (tokens[k-1] != i-1 || t.Space) && !(t.Kind == vi.Sign && (t.Key == "," || t.Key == ")")) {
			b.WriteByte(' ')
		}
		b.WriteString(p.x.Source[t.From:t.To])
	}
	return b.String()
}
