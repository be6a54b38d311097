package fact

import (
	"nhip/transform/vi"
)

// phrases finds the longest of many phrases at a token.
type phrases struct {
	first map[string][]phrase // by the key of the first token, longest first
	hint  *[64]uint64         // tells most tokens that begin none without a look into the map
}

type phrase struct {
	rest []string
	ref  int
}

func newPhrases() *phrases { return &phrases{first: map[string][]phrase{}, hint: new([64]uint64)} }

// hintOf mixes what is quickly read of a key.
func hintOf(key string) uint {
	n := len(key)
	if n == 0 {
		return 0
	}
	return (uint(n)<<9 ^ uint(key[0])<<2 ^ uint(key[n-1])*37 ^ uint(key[n/2])*131) & 4095
}

// add makes a phrase found; of two refs for one phrase the first wins.
func (p *phrases) add(text string, ref int) {
	t := vi.Tokens(vi.Repair(text))
	if len(t) == 0 {
		return
	}
	f := phrase{ref: ref}
	for _, k := range t[1:] {
		f.rest = append(f.rest, k.Key)
	}
	list := p.first[t[0].Key]
	at := len(list)
	for at > 0 && len(list[at-1].rest) < len(f.rest) {
		at--
	}
	list = append(list, phrase{})
	copy(list[at+1:], list[at:])
	list[at] = f
	p.first[t[0].Key] = list
	bit := hintOf(t[0].Key)
	p.hint[bit>>6] |= 1 << (bit & 63)
}

// at returns the ref of the longest phrase at token i and how many tokens it has.
func (p *phrases) at(t []vi.Token, i int) (ref, n int) {
	if bit := hintOf(t[i].Key); p.hint[bit>>6]&(1<<(bit&63)) == 0 {
		return -1, 0
	}
next:
	for _, f := range p.first[t[i].Key] {
		if i+len(f.rest) >= len(t) {
			continue
		}
		for j, k := range f.rest {
			if t[i+1+j].Key != k {
				continue next
			}
		}
		return f.ref, 1 + len(f.rest)
	}
	return -1, 0
}
