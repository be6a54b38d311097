package engine

import (
	"strconv"
	"strings"
)

// BI tools write limits into their statements: SELECT ... SETTINGS max_execution_time = 10. Under readonly=1 the
// engine refuses that clause at the end of a query, and lets it work in a subquery, whatever it sets. So the gate
// takes the last one away and gives what it holds to the connection, as if it had come with the request; every other
// is refused (checkNames).

// settingsClause is a SETTINGS clause that ends a query, but for FORMAT: text[start:end].
type settingsClause struct {
	start, end int
	settings   []setting
}

// findSettings finds the clause. Only names with literal values count; a clause within parentheses, or with
// another query behind it, is none.
func findSettings(text string) (settingsClause, bool) {
	l := &lexer{text: text}
	depth := 0
	for {
		t := l.next()
		switch {
		case t.kind == tokenEnd, t.kind == tokenInvalid, t.kind == tokenSemi:
			return settingsClause{}, false
		case t.kind == tokenSign && strings.IndexByte("([{", text[t.start]) >= 0:
			depth++
		case t.kind == tokenSign && strings.IndexByte(")]}", text[t.start]) >= 0:
			depth--
		case depth == 0 && l.is(t, "SETTINGS"):
			ahead := *l
			if clause, ok := ahead.settingsList(); ok {
				clause.start = t.start
				return clause, true
			}
		}
	}
}

// settingsList reads name = value, ... up to the end or a FORMAT clause.
func (l *lexer) settingsList() (settingsClause, bool) {
	var c settingsClause
	for {
		name, equals := l.next(), l.next()
		if name.kind != tokenWord || equals.kind != tokenSign || l.text[equals.start] != '=' {
			return c, false
		}
		value := l.next()
		text := ""
		switch {
		case value.kind == tokenString:
			text = decodeQuoted(l.text[value.start:value.end])
		case value.kind == tokenNumber, l.is(value, "true"), l.is(value, "false"):
			text = l.text[value.start:value.end]
		default:
			return c, false
		}
		c.settings = append(c.settings, setting{l.text[name.start:name.end], text})
		c.end = value.end
		switch t := l.next(); {
		case t.kind == tokenSign && l.text[t.start] == ',':
		case t.kind == tokenEnd, l.is(t, "FORMAT") && l.peek().kind == tokenWord:
			return c, true
		default:
			return c, false
		}
	}
}

// takeSettings moves the clause of a request's query to its settings. Blanks stay in its place: errors count
// positions in the client's text.
func (g *gate) takeSettings(req *request) error {
	if req.statement.verb != verbSelect {
		return nil
	}
	c, ok := findSettings(req.statement.head)
	if !ok {
		return nil
	}
	for _, set := range c.settings {
		if err := g.checkClause(set); err != nil {
			return err
		}
		if interfaceSettings[set.name] {
			continue // too late to obey
		}
		req.settings = append(req.settings, set)
	}
	head := req.statement.head
	blank := []byte(head[c.start:c.end])
	for i, b := range blank {
		if b != '\n' {
			blank[i] = ' '
		}
	}
	req.statement.head = head[:c.start] + string(blank) + head[c.end:]
	return nil
}

// checkClause is stricter than settingsFor: what a statement says of itself holds, or is refused.
func (g *gate) checkClause(set setting) error {
	limits := map[string]uint64{"max_execution_time": g.access.Limits.ExecutionSeconds,
		"max_memory_usage": g.access.Limits.MemoryBytes, "max_result_rows": g.access.Limits.ResultRows}
	limit, limited := limits[set.name]
	wish, err := strconv.ParseFloat(set.value, 64)
	if set.name == "readonly" || limited && (err != nil || wish < 1 || wish > float64(limit)) {
		return raise(codeReadonly, "READONLY", "Cannot modify '%s' setting in readonly mode", set.name)
	}
	return nil
}
