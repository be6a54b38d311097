package engine

import (
	"strings"
	"unicode/utf8"
)

// tokenKind is what a token of ClickHouse SQL is.
type tokenKind uint8

const (
	tokenEnd     tokenKind = iota
	tokenWord              // bare identifier or keyword
	tokenQuoted            // `identifier` or "identifier"
	tokenString            // 'text', also a heredoc
	tokenNumber            // 12, 1.5e3, 0xff
	tokenSign              // one character of punctuation
	tokenSemi              // ;
	tokenInvalid           // an unclosed quote or comment
)

// token is a piece of a text: text[start:end].
type token struct {
	kind       tokenKind
	start, end int
}

// lexer cuts a text into the tokens that ClickHouse's own lexer sees, as far as
// finding statements, clauses and data asks for: quotes with backslashes and
// doubled quotes, typographic quotes, heredocs, line comments (--, //, and #
// followed by a blank or !), block comments (which nest), blanks beyond ASCII,
// words with $ in them. A difference would hide a statement or a name from the
// gate: TestLexerIsTheEngines asks the engine. It does not know grammar.
type lexer struct {
	text string
	pos  int
}

// next returns the next token; comments and blanks are skipped.
func (l *lexer) next() token {
	if !l.skipBlanks() {
		start := l.pos
		l.pos = len(l.text)
		return token{tokenInvalid, start, l.pos} // an unclosed comment
	}
	start := l.pos
	if start == len(l.text) {
		return token{tokenEnd, start, start}
	}
	kind := l.scan()
	return token{kind, start, l.pos}
}

// scan moves over one token that begins at pos.
func (l *lexer) scan() tokenKind {
	rest := l.text[l.pos:]
	switch b := rest[0]; {
	case b == ';':
		l.pos++
		return tokenSemi
	case b == '\'':
		return l.quoted('\'', tokenString)
	case b == '`' || b == '"':
		return l.quoted(b, tokenQuoted)
	case strings.HasPrefix(rest, "‘"):
		return l.until("‘", "’", tokenString)
	case strings.HasPrefix(rest, "“"):
		return l.until("“", "”", tokenQuoted)
	case b == '$':
		return l.dollar()
	case isWordStart(b):
		l.pos += dollarWordLength(rest)
		return tokenWord
	case isDigit(b):
		l.pos += numberLength(rest)
		return tokenNumber
	}
	l.pos++
	return tokenSign
}

// skipBlanks moves to the next token; false for an unclosed block comment.
func (l *lexer) skipBlanks() bool {
	for l.pos < len(l.text) {
		rest := l.text[l.pos:]
		switch {
		case rest[0] <= ' ' || rest[0] == 0x7f: // NUL counts as a blank in the engine too
			l.pos++
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "# "), strings.HasPrefix(rest, "#!"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				l.pos = len(l.text)
				return true
			}
			l.pos += end + 1
		case strings.HasPrefix(rest, "/*"):
			end := commentLength(rest)
			if end < 0 {
				return false
			}
			l.pos += end
		case blankLength(rest) > 0:
			l.pos += blankLength(rest)
		default:
			return true
		}
	}
	return true
}

// commentLength is the length of a block comment, in which others nest; -1 for an
// unclosed one.
func commentLength(s string) int {
	depth := 1
	for i := 2; i+1 < len(s); i++ {
		switch s[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			i++
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// blankLength is the length of a blank beyond ASCII that the engine skips.
func blankLength(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == 0x85, r == 0xa0, r == 0x1680, r == 0x180e, r >= 0x2000 && r <= 0x200d, r == 0x2028, r == 0x2029,
		r == 0x202f, r == 0x205f, r == 0x2060, r == 0x3000, r == 0xfeff:
		return n
	}
	return 0
}

// quoted moves over a text in quotes q, in which a backslash escapes the next
// byte and a doubled quote stands for itself.
func (l *lexer) quoted(q byte, kind tokenKind) tokenKind {
	for i := l.pos + 1; i < len(l.text); i++ {
		switch l.text[i] {
		case '\\':
			i++
		case q:
			if i+1 < len(l.text) && l.text[i+1] == q {
				i++
				continue
			}
			l.pos = i + 1
			return kind
		}
	}
	l.pos = len(l.text)
	return tokenInvalid
}

// until moves over a text between typographic quotes.
func (l *lexer) until(open, closing string, kind tokenKind) tokenKind {
	end := strings.Index(l.text[l.pos+len(open):], closing)
	if end < 0 {
		l.pos = len(l.text)
		return tokenInvalid
	}
	l.pos += len(open) + end + len(closing)
	return kind
}

// dollar moves over a heredoc $tag$text$tag$, or a word that begins with $.
func (l *lexer) dollar() tokenKind {
	rest := l.text[l.pos:]
	if n := 1 + wordLength(rest[1:]); n < len(rest) && rest[n] == '$' && !strings.Contains(rest[1:n], "$") {
		tag := rest[:n+1]
		if end := strings.Index(rest[len(tag):], tag); end >= 0 {
			l.pos += len(tag) + end + len(tag)
			return tokenString
		}
	}
	l.pos++
	l.pos += dollarWordLength(l.text[l.pos:])
	return tokenWord
}

func isDigit(b byte) bool     { return '0' <= b && b <= '9' }
func isWordStart(b byte) bool { return b == '_' || 'a' <= b|0x20 && b|0x20 <= 'z' }

// dollarWordLength is the length of a word, which may hold $ behind its begin.
func dollarWordLength(s string) int {
	n := 0
	for n < len(s) && (isWordStart(s[n]) || isDigit(s[n]) || s[n] == '$') {
		n++
	}
	return n
}

func wordLength(s string) int {
	n := 0
	for n < len(s) && (isWordStart(s[n]) || isDigit(s[n])) {
		n++
	}
	return n
}

// numberLength is generous: what matters is that no quote or semicolon is passed.
func numberLength(s string) int {
	n := 0
	for n < len(s) && (isWordStart(s[n]) || isDigit(s[n]) || s[n] == '.') {
		n++
	}
	return n
}
