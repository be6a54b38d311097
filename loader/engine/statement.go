package engine

import (
	"strconv"
	"strings"
)

// verb is how a statement has to be run.
type verb uint8

const (
	verbOther  verb = iota // run it and take the whole result
	verbSelect             // a query whose result can be streamed
	verbInsert             // an INSERT whose data follow the head
)

// statement is one statement of a request as the lexer sees it.
type statement struct {
	verb   verb
	head   string // the statement; of an INSERT with data, all before FORMAT or VALUES
	format string // of the FORMAT clause; "Values" after VALUES; else empty
	data   int    // verbInsert: where in the text the data begin
	whole  bool   // the result must be made in one piece (totals, arrays of rows)
	few    bool   // it ends with a LIMIT of at most fewRows
}

// fewRows is up to which LIMIT a JSON document is made in one piece: only then can the
// library say how many rows there were before it.
const fewRows = 100_000

// readStatement finds the one statement of a text. A second statement is an
// error: texts run statement by statement would let data run as SQL.
//
// The data of an INSERT are not looked at; they begin after the FORMAT clause
// (blanks and one line end are skipped, as ClickHouse does) or after VALUES.
func readStatement(text string) (statement, error) {
	l := &lexer{text: text}
	first := l.next()
	for first.kind == tokenSign && text[first.start] == '(' {
		first = l.next()
	}
	switch {
	case first.kind == tokenInvalid:
		return statement{}, unclosed(text, first)
	case first.kind == tokenEnd, first.kind == tokenSemi:
		return statement{}, raise(codeSyntaxError, "SYNTAX_ERROR", "Empty query")
	case l.is(first, "INSERT"):
		return readInsert(l, text)
	}
	s := statement{verb: verbOther}
	if l.is(first, "SELECT") || l.is(first, "WITH") || l.is(first, "FROM") {
		s.verb = verbSelect
	}
	return s, s.readClauses(l, text, first)
}

// readClauses reads the rest of a statement without data: its end, a FORMAT
// clause, and what forbids streaming.
func (s *statement) readClauses(l *lexer, text string, before token) error {
	depth := 0
	for {
		t := l.next()
		switch {
		case t.kind == tokenInvalid:
			return unclosed(text, t)
		case t.kind == tokenEnd:
			s.head = text[:t.start]
			return nil
		case t.kind == tokenSemi:
			return s.endAt(l, text, t)
		case t.kind == tokenSign:
			switch text[t.start] {
			case '(', '[', '{':
				depth++
			case ')', ']', '}':
				depth--
			}
		case l.is(t, "FORMAT") && depth <= 0 && endsExpression(l, text, before):
			if name, ok := l.formatName(); ok {
				s.format = name
			}
		case l.is(t, "INTO") || l.is(t, "FROM"):
			if file := l.peek(); l.is(file, "OUTFILE") || l.is(file, "INFILE") {
				return raise(codeSupportIsDisabled, "SUPPORT_IS_DISABLED",
					"%s %s names a file beside the engine; over HTTP the data travel in the request and the answer",
					strings.ToUpper(text[t.start:t.end]), strings.ToUpper(text[file.start:file.end]))
			}
		case l.is(t, "LIMIT") && depth <= 0:
			n := l.peek()
			rows, err := strconv.ParseUint(text[n.start:n.end], 10, 64)
			s.few = err == nil && rows <= fewRows
		case l.is(t, "TOTALS"), l.is(t, "extremes"), l.is(t, "output_format_json_array_of_rows"):
			s.whole = true
		}
		before = t
	}
}

// endAt ends a statement at a semicolon, after which only comments may follow.
func (s *statement) endAt(l *lexer, text string, semi token) error {
	for {
		switch t := l.next(); t.kind {
		case tokenSemi:
		case tokenEnd:
			s.head = text[:semi.start]
			return nil
		default:
			return raise(codeSyntaxError, "SYNTAX_ERROR",
				"Syntax error (Multi-statements are not allowed): failed at position %d (end of query): send one statement in a request", semi.start+1)
		}
	}
}

func unclosed(text string, t token) error {
	start := text[t.start:]
	if len(start) > 20 {
		start = strings.ToValidUTF8(start[:20], "")
	}
	return raise(codeSyntaxError, "SYNTAX_ERROR", "Syntax error: failed at position %d: quote or comment is not closed: %s", t.start+1, start)
}

// is tells whether t is the bare word, in any case.
func (l *lexer) is(t token, word string) bool {
	return t.kind == tokenWord && strings.EqualFold(l.text[t.start:t.end], word)
}

// peek returns the token after the current position without moving.
func (l *lexer) peek() token {
	ahead := *l
	return ahead.next()
}

// endsExpression tells whether the token can end an expression, so that a word
// FORMAT after it is a clause and not a column of that name.
func endsExpression(l *lexer, text string, t token) bool {
	switch t.kind {
	case tokenSign:
		return strings.ContainsRune(")]}*", rune(text[t.start]))
	case tokenWord:
		for _, word := range []string{"SELECT", "AS", "DISTINCT", "BY", "WHERE", "HAVING", "AND", "OR", "NOT", "ON", "IN", "LIKE", "FROM", "PREWHERE", "THEN", "ELSE", "WHEN", "CASE", "BETWEEN", "USING"} {
			if l.is(t, word) {
				return false
			}
		}
	}
	return true
}

// formatName reads the name after FORMAT if what follows can only follow a
// FORMAT clause; else nothing is consumed.
func (l *lexer) formatName() (string, bool) {
	ahead := *l
	name := ahead.next()
	if name.kind != tokenWord {
		return "", false
	}
	switch t := ahead.peek(); {
	case t.kind == tokenEnd, t.kind == tokenSemi, ahead.is(t, "SETTINGS"), ahead.is(t, "INTO"), ahead.is(t, "PARALLEL"):
		*l = ahead
		return l.text[name.start:name.end], true
	}
	return "", false
}

// readInsert reads INSERT [INTO] [TABLE] [FUNCTION] name [(columns)]
// [PARTITION BY expr] [SETTINGS list] then FORMAT name, VALUES or a query. The
// lexer stands after INSERT.
func readInsert(l *lexer, text string) (statement, error) {
	t := l.next()
	for l.is(t, "INTO") || l.is(t, "OVERWRITE") {
		t = l.next()
	}
	if l.is(t, "TABLE") {
		switch after := l.peek(); {
		case l.isClause(after):
			return statement{}, raise(codeSyntaxError, "SYNTAX_ERROR",
				"Syntax error: failed at position %d: is TABLE a keyword or a name here? Put the table's name in back quotes", t.start+1)
		case after.kind == tokenWord || after.kind == tokenQuoted || after.kind == tokenSign && text[after.start] == '{':
			t = l.next()
		}
	}
	if l.is(t, "FUNCTION") {
		if after := l.peek(); after.kind == tokenWord {
			t = l.next()
		}
	}
	// The name: a table may be called format or values, so its words are no clauses.
	t = l.pastName(text, t)
	s := statement{verb: verbOther}
	for depth := 0; ; t = l.next() {
		switch {
		case t.kind == tokenInvalid:
			return s, unclosed(text, t)
		case t.kind == tokenEnd, t.kind == tokenSemi:
			// Not left to the engine: what it made of the text could hold data.
			return s, raise(codeSyntaxError, "SYNTAX_ERROR",
				"Syntax error: failed at position %d: expected VALUES, FORMAT or SELECT", t.start+1)
		case t.kind == tokenSign && strings.ContainsRune("([{", rune(text[t.start])):
			if after := l.peek(); depth == 0 && (l.is(after, "SELECT") || l.is(after, "WITH")) {
				return s, s.readClauses(l, text, t)
			}
			depth++
		case t.kind == tokenSign && strings.ContainsRune(")]}", rune(text[t.start])):
			depth--
		case depth > 0:
		case l.is(t, "VALUES"):
			return statement{verb: verbInsert, head: text[:t.start], format: "Values", data: t.end}, nil
		case l.is(t, "FORMAT"):
			return l.insertFormat(text, t)
		case l.is(t, "SELECT"), l.is(t, "WITH"), l.is(t, "WATCH"), l.is(t, "EXPLAIN"), l.is(t, "FROM"):
			l.pos = t.start
			return s, s.readClauses(l, text, token{})
		}
	}
}

// isClause tells whether t begins what follows the table of an INSERT.
func (l *lexer) isClause(t token) bool {
	return l.is(t, "VALUES") || l.is(t, "FORMAT") || l.is(t, "SELECT") || l.is(t, "WITH") || l.is(t, "SETTINGS")
}

// pastName moves over name, db.name or {name:Identifier} and returns the token after it.
func (l *lexer) pastName(text string, t token) token {
	if t.kind == tokenInvalid {
		return t
	}
	if t.kind == tokenSign && text[t.start] == '{' {
		for t.kind != tokenEnd && t.kind != tokenInvalid && (t.kind != tokenSign || text[t.start] != '}') {
			t = l.next()
		}
	}
	for t = l.next(); t.kind == tokenSign && text[t.start] == '.'; t = l.next() {
		if part := l.next(); part.kind == tokenSign && text[part.start] == '{' {
			return l.pastName(text, part)
		}
	}
	return t
}

// insertFormat reads the format name after FORMAT and finds the first byte of
// the data.
func (l *lexer) insertFormat(text string, format token) (statement, error) {
	name := l.next()
	if name.kind != tokenWord {
		return statement{}, raise(codeSyntaxError, "SYNTAX_ERROR",
			"Syntax error: failed at position %d: expected the name of a format after FORMAT", name.start+1)
	}
	s := statement{verb: verbInsert, head: text[:format.start], format: text[name.start:name.end], data: name.end}
	for s.data < len(text) && strings.IndexByte(" \t\f", text[s.data]) >= 0 {
		s.data++
	}
	switch rest := text[s.data:]; {
	case strings.HasPrefix(rest, ";"):
		return statement{}, raise(codeSyntaxError, "SYNTAX_ERROR", "You have excessive ';' symbol before data for INSERT")
	case strings.HasPrefix(rest, "\r\n"):
		s.data += 2
	case strings.HasPrefix(rest, "\n"):
		s.data++
	}
	return s, nil
}
