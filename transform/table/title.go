package table

import (
	"slices"
	"strings"

	"nhip/catalog"
)

// timeJoints are words that only join periods ("tháng 6 và 6 tháng năm 2023"); the second
// list goes with any period behind it ("các quý năm 2023").
var (
	timeJoints = keys("và", "của", "từ", "đến", "-")
	timeHeads  = keys("các", "quý", "tháng", "năm", "trong", "so", "với", "đầu", "tính", "đến", "hết", "ngày", "thời", "điểm", "cộng", "dồn", "lũy", "kế")
	quarters   = keys("các quý")
)

// withoutTime returns a title without its periods, as its releases have it in common:
// the words of a series may not change from month to month. A crop season stays.
func (u units) withoutTime(text string) string {
	s := words(text)
	p := newPrint(text, s)
	if len(p.starts) != len(p.fields) {
		return text
	}
	drop := make([]bool, len(p.fields))
	u.walk(s, func(t token, from, to int) {
		switch t.kind {
		case tokenPeriod, tokenRelative:
		default:
			return
		}
		for i, start := range p.starts {
			end := len(s)
			if i+1 < len(p.starts) {
				end = p.starts[i+1] - 1
			}
			if start < to && end > from && (t.season == "" || rxYear.MatchString(p.fields[i]) || words(p.fields[i]) == periodWords[1]) {
				drop[i] = true
			}
		}
	})
	if !slices.Contains(drop, true) && !hasSuffix(s, quarters) {
		return text
	}
	for i := len(drop) - 1; i >= 0; i-- {
		key := strings.Trim(words(p.fields[i]), " ,.:;()")
		behind := i+1 < len(drop) && drop[i+1]
		before := i > 0 && drop[i-1]
		last := i+1 == len(drop)
		if last && hasSuffix(s, quarters) {
			drop[i] = true
			continue
		}
		if !drop[i] && (behind && slices.Contains(timeHeads, key) || before && (behind || last) && slices.Contains(timeJoints, key)) {
			drop[i] = true
		}
	}
	var kept []string
	for i, f := range p.fields {
		if !drop[i] {
			kept = append(kept, f)
		}
	}
	out := strings.Trim(strings.Join(kept, " "), " ,.:;-–(")
	if out == "" {
		return text
	}
	return out
}

func hasSuffix(key string, list []string) bool {
	return slices.ContainsFunc(list, func(w string) bool { return strings.HasSuffix(key, " "+w) })
}

// indicatorMatch is an indicator with how a text names it.
type indicatorMatch struct {
	indicator *catalog.Indicator
	phrase    string // its key
	whole     bool   // the text says nothing else
	listed    bool   // the table's title names it too
}

// indexOf are the words that make an index or a rate of what stands behind them: the
// index of export prices is no export.
var indexOf = keys("chỉ số giá", "chỉ số", "tỷ lệ")

var phraseMarks = strings.NewReplacer(",", " ", ";", " ", ":", " ", "(", " ", ")", " ", ".", " ", "/", " ")

// phraseKey is a text in which phrases are looked for.
func phraseKey(key string) string { return strings.Join(strings.Fields(phraseMarks.Replace(key)), " ") }

// indicatorIn returns the indicator that a text names first; of several that begin at the
// same word the longest.
func (r *Reader) indicatorIn(key string) indicatorMatch {
	text := " " + phraseKey(key) + " "
	var best indicatorMatch
	at := len(text)
	for _, p := range r.indicators { // the longest first
		i := strings.Index(text, " "+p.key+" ")
		if i < 0 || i >= at || r.isIndexOf(text[:i+1], p.key) {
			continue
		}
		best, at = indicatorMatch{indicator: p.indicator, phrase: p.key, whole: strings.TrimSpace(text) == p.key}, i
	}
	return best
}

func (r *Reader) isIndexOf(before, phrase string) bool {
	return slices.ContainsFunc(indexOf, func(w string) bool {
		return strings.HasSuffix(before, " "+w+" ")
	})
}

// indicatorAt returns the indicator a label begins with.
func (r *Reader) indicatorAt(label string) indicatorMatch {
	key := phraseKey(words(label))
	m := r.indicatorIn(key)
	if m.indicator == nil || !strings.HasPrefix(key+" ", m.phrase+" ") {
		return indicatorMatch{}
	}
	return m
}

// indicatorOf chooses the indicator of a cell. The title names it, but where the title
// lists several things ("chỉ số giá tiêu dùng, chỉ số giá vàng và lạm phát cơ bản"), or none, the
// row or the column does. whole reports a row that is the indicator and no part of it.
func (r *Reader) indicatorOf(s *subject, label, item string) (ind *catalog.Indicator, whole bool) {
	if m := s.match(r, label); m.indicator != nil && (s.indicator == nil || m.listed) {
		return m.indicator, m.whole
	}
	if item == "" {
		return s.indicator, false
	}
	if m := s.match(r, item); m.indicator != nil && (s.indicator == nil || m.listed) {
		return m.indicator, false
	}
	if key := phraseKey(words(item)); s.lists(key) && !strings.Contains(s.phrase, key) { // diện tích, in a table of areas and outputs
		return nil, false
	}
	return s.indicator, false
}

// lists reports a phrase in the title.
func (s *subject) lists(phrase string) bool {
	return strings.Contains(" "+s.phrases+" ", " "+phrase+" ")
}

// match is indicatorAt, remembered for the table.
func (s *subject) match(r *Reader, label string) indicatorMatch {
	if label == "" {
		return indicatorMatch{}
	}
	m, ok := s.matches[label]
	if !ok {
		m = r.indicatorAt(label)
		for _, p := range r.indicators {
			m.listed = m.listed || p.indicator == m.indicator && s.lists(p.key)
		}
		s.matches[label] = m
	}
	return m
}
