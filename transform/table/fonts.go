package table

import (
	"regexp"
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
	return wordForm.ReplaceAllStringFunc(text, func(word string) string {
		if isASCII(word) || vi.IsSyllable(strings.ToLower(word)) && !hasInnerCapital(word) {
			return word
		}
		decoded := latin1Form.ReplaceAllStringFunc(word, func(part string) string { // others are Unicode for certain
			out, _ := vi.DecodeString(part, ".VnTime")
			return out
		})
		if vi.IsSyllable(strings.ToLower(decoded)) {
			return decoded
		}
		return word
	})
}

// wordForm matches a word with the marks that codes put into it, latin1Form the part of
// it that may be codes.
var (
	wordForm   = regexp.MustCompile(`[^\s\x{A0}(),.:;/+]+`)
	latin1Form = regexp.MustCompile(`[\x{01}-\x{FF}]+`)
)

func isASCII(s string) bool {
	for _, r := range s {
		if r > unicode.MaxASCII {
			return false
		}
	}
	return true
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
