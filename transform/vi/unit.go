package vi

import "strings"

// Unit is a unit of measure as the caller's catalog knows it.
type Unit struct {
	ID      string   // name in results: "tấn"
	Family  string   // money, mass, count …; "%", "điểm" and the like belong to families ratio, index, points
	Forms   []string // how it is printed: "tấn", "US$", "đô la Mỹ"
	Mult    int      // power of ten from the printed form to the ID
	Counted bool     // the noun of a count: doanh nghiệp
	OnlyFor []string // words one of which must stand in the same sentence for the form to count
}

// Lexicon finds units in text. It is immutable and safe for concurrent use.
type Lexicon struct {
	forms map[string][]unitForm // by the key of the first token, longest form first
}

type unitForm struct {
	rest []string // keys of the tokens after the first
	unit *Unit
	only []string // keys of Unit.OnlyFor
}

// NewLexicon returns a lexicon of the given units. Where two units share a form
// the first wins unless its OnlyFor words are missing.
func NewLexicon(units []Unit) *Lexicon {
	l := &Lexicon{forms: make(map[string][]unitForm)}
	for i := range units {
		u := &units[i]
		for _, form := range u.Forms {
			t := Tokens(Repair(form))
			if len(t) == 0 {
				continue
			}
			f := unitForm{unit: u}
			for _, k := range t[1:] {
				f.rest = append(f.rest, k.Key)
			}
			for _, w := range u.OnlyFor {
				f.only = append(f.only, Key(w))
			}
			first := t[0].Key
			list := l.forms[first]
			at := len(list)
			for at > 0 && len(list[at-1].rest) < len(f.rest) {
				at--
			}
			list = append(list, unitForm{})
			copy(list[at+1:], list[at:])
			list[at] = f
			l.forms[first] = list
		}
	}
	return l
}

// match returns the unit printed at token i and the tokens it takes.
func (l *Lexicon) match(t []Token, i int) (*Unit, int) {
	if l == nil || i >= len(t) {
		return nil, 0
	}
next:
	for _, f := range l.forms[t[i].Key] {
		if i+len(f.rest) >= len(t) {
			continue
		}
		for j, k := range f.rest {
			if t[i+1+j].Key != k {
				continue next
			}
		}
		if len(f.only) > 0 && !near(t, i, f.only) {
			continue
		}
		return f.unit, 1 + len(f.rest)
	}
	return nil, 0
}

// near reports whether one of the words stands within twenty tokens before i or
// ten after it.
func near(t []Token, i int, words []string) bool {
	for j := max(0, i-20); j < min(len(t), i+10); j++ {
		for _, w := range words {
			if t[j].Key == w || strings.HasPrefix(w, t[j].Key+" ") && followed(t, j, w) {
				return true
			}
		}
	}
	return false
}

func followed(t []Token, j int, phrase string) bool {
	for w := range strings.FieldsSeq(phrase) {
		if j >= len(t) || t[j].Key != w {
			return false
		}
		j++
	}
	return true
}

// IsUnit reports whether a unit is printed at token i.
func (l *Lexicon) IsUnit(t []Token, i int) bool {
	u, _ := l.match(t, i)
	return u != nil
}
