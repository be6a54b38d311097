package vi

// Sentence is a stretch of tokens [First, End).
type Sentence struct{ First, End int }

// sentences splits tokens where a full stop, question or exclamation mark or
// ellipsis ends one: not after an abbreviation (TP., TS., St.), an initial, the
// number of a list item, nor inside brackets.
func sentences(t []Token) []Sentence {
	var out []Sentence
	first, depth := 0, 0
	for i := 0; i < len(t); i++ {
		if t[i].Kind != Sign {
			continue
		}
		switch t[i].Key {
		case "(", "[":
			depth++
			continue
		case ")", "]":
			depth = max(0, depth-1)
			continue
		case ".", "!", "?", "…":
		default:
			continue
		}
		end := i + 1
		for end < len(t) && !t[end].Space && t[end].Kind == Sign && isClosing(t[end].Key) {
			end++
		}
		if end < len(t) && (depth > 0 && end-first < 120 || !endsSentence(t, first, i, end)) {
			continue
		}
		out = append(out, Sentence{first, end})
		first, depth, i = end, 0, end-1
	}
	if first < len(t) {
		out = append(out, Sentence{first, len(t)})
	}
	return out
}

func isClosing(k string) bool {
	switch k {
	case ".", "!", "?", "…", "\"", "'", ")", "]":
		return true
	}
	return false
}

func endsSentence(t []Token, first, i, end int) bool {
	next := &t[end]
	if !next.Space {
		// A blank was lost: "trước.Trong" ends a sentence, "vnexpress.net" does not.
		return t[i].Key != "." || i > first && next.Kind == Word && next.Capital && t[i-1].Kind == Word && !t[i-1].Capital && IsSyllable(t[i-1].Key)
	}
	if next.Kind == Word && !next.Capital {
		return false
	}
	if t[i].Key != "." || i == first {
		return true
	}
	before := &t[i-1]
	switch {
	case before.Kind == Number && i-1 == first && len(before.Key) <= 2:
		return false // "1. Công nghiệp …"
	case before.Kind == Word && before.Capital && before.End-before.Start == 1:
		return before.Start > 0 && t[max(i-2, 0)].Kind == Number // an initial, unless a unit: "5 A."
	case before.Kind == Word:
		return !isAbbreviation(before.Key)
	}
	return true
}

func isAbbreviation(k string) bool {
	switch k {
	case "tp", "tx", "tt", "ts", "ths", "gs", "pgs", "bs", "ks", "cn", "lm", "st", "mr", "mrs", "ms", "dr", "jr", "co", "ltd", "inc", "corp", "no", "vs", "q", "p", "f", "kcn", "ub", "đ", "th", "nxb", "tr":
		return true
	}
	return false
}

// Sentences returns the sentences of repaired text as printed.
func Sentences(s string) []string {
	t := Tokens(s)
	var out []string
	for _, x := range sentences(t) {
		out = append(out, s[t[x.First].From:t[x.End-1].To])
	}
	return out
}
