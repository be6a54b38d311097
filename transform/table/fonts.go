package table

import (
	"strings"
	"unicode"

	"nhip/transform/vi"
)

// decodeCell returns the Vietnamese text of a cell that is set in a font. A cell may be
// set in two: where it is sound as a whole, single words of it may still be in TCVN3
// codes ("Tæng s¶n phÈm 6 tháng đầu năm").
func decodeCell(text, font string) string {
	whole, charset := vi.DecodeString(text, font)
	if charset != "" {
		return whole
	}
	parts := strings.SplitAfter(text, " ")
	for i, part := range parts {
		word := strings.TrimRight(part, " ,.:;)")
		if !isLatin1(word) {
			continue
		}
		bare := strings.TrimLeft(word, "(")
		isSound := vi.IsSyllable(strings.ToLower(bare)) && !hasInnerCapital(bare)
		decoded, _ := vi.DecodeString(word, ".VnTime")
		if !isSound && vi.IsSyllable(strings.ToLower(strings.TrimLeft(decoded, "("))) {
			parts[i] = decoded + part[len(word):]
		}
	}
	return strings.Join(parts, "")
}

// hasInnerCapital reports an accented capital within a word of small letters, as codes
// leave it ("phÈm", "TÊn").
func hasInnerCapital(word string) bool {
	small, capital := false, false
	for i, r := range word {
		small = small || unicode.IsLower(r)
		capital = capital || i > 0 && r > unicode.MaxASCII && unicode.IsUpper(r)
	}
	return small && capital
}

// isLatin1 reports a word with letters beyond ASCII and none beyond Latin-1, which are
// Unicode for certain.
func isLatin1(word string) bool {
	marked := false
	for _, r := range word {
		if r > unicode.MaxLatin1 {
			return false
		}
		marked = marked || r > unicode.MaxASCII && r != '\u00a0'
	}
	return marked
}
