package loader

import (
	"fmt"
	"strings"
)

// statement is one statement of a migration file.
type statement struct {
	text string // without the semicolon and the comments before it
	line int    // of its first character in the file
}

// splitStatements cuts SQL at the semicolons that end statements: not at those in
// strings, quoted names, comments and heredocs. Comments before a statement are
// dropped, those inside it stay. A file that ends within a quote or comment is an
// error that names the line where it began.
func splitStatements(sql string) ([]statement, error) {
	var out []statement
	start := skipBlank(sql, 0)
	for i := start; i < len(sql); {
		if sql[i] == ';' {
			out = appendStatement(out, sql, start, i)
			start = skipBlank(sql, i+1)
			i = start
			continue
		}
		end, what := tokenEnd(sql, i)
		if end < 0 {
			return nil, fmt.Errorf("line %d: %s does not end", lineOf(sql, i), what)
		}
		i = end
	}
	return appendStatement(out, sql, start, len(sql)), nil
}

func appendStatement(out []statement, sql string, from, to int) []statement {
	if text := strings.TrimSpace(sql[from:to]); text != "" {
		out = append(out, statement{text: text, line: lineOf(sql, from)})
	}
	return out
}

func lineOf(sql string, i int) int { return 1 + strings.Count(sql[:i], "\n") }

// skipBlank returns where the next token that is no comment begins. It stops at an
// unfinished comment, which tokenEnd then reports.
func skipBlank(sql string, i int) int {
	for i < len(sql) {
		if strings.IndexByte(" \t\r\n\f\v", sql[i]) >= 0 {
			i++
			continue
		}
		end, what := tokenEnd(sql, i)
		if what != tokenComment || end < 0 {
			return i
		}
		i = end
	}
	return i
}

const tokenComment = "comment"

// tokenEnd returns the end of the token that begins at i and what it is; -1 where
// it does not end. Outside quotes and comments a token is one byte.
func tokenEnd(sql string, i int) (end int, what string) {
	rest := sql[i:]
	switch {
	case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "# "), strings.HasPrefix(rest, "#!"):
		if n := strings.IndexByte(rest, '\n'); n >= 0 {
			return i + n + 1, tokenComment
		}
		return len(sql), tokenComment
	case strings.HasPrefix(rest, "/*"):
		if n := strings.Index(rest[2:], "*/"); n >= 0 {
			return i + 2 + n + 2, tokenComment
		}
		return -1, tokenComment
	case rest[0] == '\'', rest[0] == '"', rest[0] == '`':
		return quoteEnd(sql, i), "quote " + rest[:1]
	case rest[0] == '$':
		if tag, ok := heredocTag(rest); ok {
			if n := strings.Index(rest[len(tag):], tag); n >= 0 {
				return i + 2*len(tag) + n, "heredoc"
			}
			return -1, "heredoc " + tag
		}
	}
	return i + 1, ""
}

// quoteEnd returns the end of the quoted text that begins at i: a backslash takes
// the next byte with it, and a doubled quote is two texts in a row, which is the
// same to us.
func quoteEnd(sql string, i int) int {
	for j := i + 1; j < len(sql); j++ {
		switch sql[j] {
		case '\\':
			j++
		case sql[i]:
			return j + 1
		}
	}
	return -1
}

// heredocTag returns $tag$ if the text begins with one; a word before it, as in
// price$, is no concern: such names are not in our SQL.
func heredocTag(rest string) (string, bool) {
	for j := 1; j < len(rest); j++ {
		switch c := rest[j]; {
		case c == '$':
			return rest[:j+1], true
		case c == '_', c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		default:
			return "", false
		}
	}
	return "", false
}
