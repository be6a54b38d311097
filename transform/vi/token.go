package vi

import "unicode/utf8"

// TokenKind tells words, numbers and signs apart.
type TokenKind uint8

// The kinds of tokens.
const (
	Word   TokenKind = iota // letters, and digits that follow them: tấn, m3, T9
	Number                  // digits with the dots and commas between them: 3.744,5
	Sign                    // any other visible character
)

// Token is a word, a number or a sign of a text. Start and End count code
// points, From and To bytes.
type Token struct {
	Kind       TokenKind
	Space      bool // a blank stands before it
	Capital    bool // a word that starts with a capital
	Start, End int
	From, To   int
	Key        string // of a word its [Key]; else what is printed, dashes as "-"
}

// Tokens cuts repaired text into tokens. The keys of all tokens share one string.
func Tokens(s string) []Token {
	var c cutter
	return c.cut(make([]Token, 0, len(s)/5+4), s)
}

// cutter cuts texts into tokens and keeps what it needed for the last one.
type cutter struct {
	keys []byte
	ends []int32
}

// cut appends the tokens of s to tokens, which is empty.
func (c *cutter) cut(tokens []Token, s string) []Token {
	if cap(c.keys) < len(s)+8 {
		c.keys, c.ends = make([]byte, 0, len(s)+8), make([]int32, 0, len(s)/5+4)
	}
	keys, ends := c.keys[:0], c.ends[:0]
	space := true
	at := 0 // code points before i
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		if isBlank(r) {
			space, i, at = true, i+size, at+1
			continue
		}
		tokens = append(tokens, Token{Space: space, Start: at, From: i})
		t := &tokens[len(tokens)-1]
		space = false
		switch l := letterAt(r); {
		case r >= '0' && r <= '9':
			t.Kind, t.To = Number, numberEnd(s, i)
			t.End = at + t.To - i
			keys = append(keys, s[i:t.To]...)
		case l.isTo:
			t.Kind, t.Capital = Word, l.lower != r
			var n int
			start := len(keys)
			keys, t.To, n = appendWordKey(keys, s, i)
			keys = shortened(keys, start, n)
			t.End = at + n
		default:
			t.Kind, t.To, t.End = Sign, i+size, at+1
			switch {
			case isDash(r):
				r = '-'
			case r == '…':
			default:
				r = keyRune(r)
			}
			keys = utf8.AppendRune(keys, r)
		}
		i, at = t.To, t.End
		ends = append(ends, int32(len(keys)))
	}
	c.keys, c.ends = keys, ends
	all := string(keys)
	from := 0
	for i := range tokens {
		tokens[i].Key = all[from:ends[i]]
		from = int(ends[i])
	}
	return tokens
}

// numberEnd returns the end of the number at i: digits, and dots and commas that
// stand between digits.
func numberEnd(s string, i int) int {
	for i < len(s) {
		c := s[i]
		if c >= '0' && c <= '9' {
			i++
		} else if (c == '.' || c == ',') && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
			i += 2
		} else {
			break
		}
	}
	return i
}
