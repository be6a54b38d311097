package engine

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// Bounds of a multipart request, whose tables are held in memory.
const (
	maxExternal = 64 << 20
	maxParts    = 200
)

// external is a table that travels with a query: a file part of a
// multipart/form-data body. It lives as long as the request.
type external struct {
	name      string
	structure string // "a UInt8, b String"
	format    string
	data      []byte
}

// readMultipart reads a body of multipart/form-data: fields are parameters, file
// parts external tables. It reports false for other bodies.
func readMultipart(r *http.Request, query url.Values) (tables []external, ok bool, err error) {
	kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" || parameters["boundary"] == "" {
		return nil, false, nil
	}
	body, err := requestBody(r, query)
	if err != nil {
		return nil, true, err
	}
	parts := multipart.NewReader(body, parameters["boundary"])
	left := int64(maxExternal)
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, true, bodyError(err)
		}
		data, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, true, bodyError(err)
		}
		if left -= int64(len(data)); left < 0 || n >= maxParts {
			return nil, true, raise(codeQueryTooLarge, "QUERY_IS_TOO_LARGE", "A multipart request may hold %d bytes in %d parts", maxExternal, maxParts)
		}
		name := part.FormName()
		switch {
		case isFile(part):
			tables = append(tables, external{name: name, data: data})
		case name == "query":
			query.Set("query", query.Get("query")+string(data))
		case name != "":
			query.Set(name, string(data))
		}
	}
	for i := range tables {
		if err := tables[i].describe(query); err != nil {
			return nil, true, err
		}
	}
	return tables, true, nil
}

// isFile tells a file from a field by its filename, which may be empty: clickhouse-go's is.
func isFile(part *multipart.Part) bool {
	_, parameters, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	_, ok := parameters["filename"]
	return ok
}

// describe takes the table's format and structure out of the parameters.
func (x *external) describe(query url.Values) error {
	if x.name == "" || len(x.name) > 64 || !isWordStart(x.name[0]) || wordLength(x.name) != len(x.name) {
		return raise(codeBadArguments, "BAD_ARGUMENTS", "External table %q: a name is made of letters, digits and _", x.name)
	}
	take := func(what string) string {
		value := query.Get(x.name + what)
		query.Del(x.name + what)
		return value
	}
	x.format = take("_format")
	if x.format == "" {
		x.format = "TabSeparated"
	}
	structure, types := take("_structure"), take("_types")
	var columns []string
	switch {
	case structure != "":
		columns = splitColumns(structure)
	case types != "":
		for i, kind := range splitColumns(types) {
			columns = append(columns, fmt.Sprintf("_%d %s", i+1, kind))
		}
	default:
		return raise(codeBadArguments, "BAD_ARGUMENTS", "External table %s: neither %s_structure nor %s_types says what it holds", x.name, x.name, x.name)
	}
	for _, column := range columns {
		if !isColumn(column) {
			return raise(codeBadArguments, "BAD_ARGUMENTS", "External table %s: %q is no column: want a name and a type", x.name, column)
		}
	}
	x.structure = strings.Join(columns, ", ")
	return nil
}

// splitColumns cuts a list at its commas outside of parentheses.
func splitColumns(list string) []string {
	l := &lexer{text: list}
	var columns []string
	depth, start := 0, 0
	for {
		t := l.next()
		switch {
		case t.kind == tokenEnd, t.kind == tokenInvalid:
			return append(columns, strings.TrimSpace(list[start:]))
		case t.kind != tokenSign:
		case list[t.start] == '(':
			depth++
		case list[t.start] == ')':
			depth--
		case list[t.start] == ',' && depth == 0:
			columns = append(columns, strings.TrimSpace(list[start:t.start]))
			start = t.end
		}
	}
}

// isColumn tells whether a text is a name and a type and nothing more: no default,
// which is an expression, and no end of the list.
func isColumn(text string) bool {
	l := &lexer{text: text}
	name, kind := l.next(), l.next()
	if name.kind != tokenWord && name.kind != tokenQuoted || kind.kind != tokenWord {
		return false
	}
	depth := 0
	for first := true; ; first = false {
		t := l.next()
		switch {
		case t.kind == tokenEnd:
			return depth == 0 && !strings.Contains(text, "--") && !strings.Contains(text, "/*") && !strings.Contains(text, "#")
		case t.kind == tokenInvalid, t.kind == tokenSemi, first && text[t.start] != '(':
			return false
		case t.kind == tokenSign && text[t.start] == '(':
			depth++
		case t.kind == tokenSign && text[t.start] == ')':
			if depth--; depth == 0 && l.next().kind != tokenEnd || depth < 0 {
				return false
			}
		}
	}
}

// attach makes the request's external tables on its connection; detach removes
// them from one that lives on.
func (k *connection) attach(tables []external) error {
	for i, x := range tables {
		if _, err := k.query("CREATE TEMPORARY TABLE "+escapeIdentifier(x.name)+" ("+x.structure+") ENGINE = Memory", "Null", nil); err != nil {
			k.detach(tables[:i])
			return err
		}
		if err := k.fillTable(x); err != nil {
			k.detach(tables[:i+1])
			return err
		}
	}
	return nil
}

func (k *connection) fillTable(x external) error {
	s, err := k.openInsert("INSERT INTO "+escapeIdentifier(x.name), x.format, nil)
	if err != nil {
		return err
	}
	if err := s.append(x.data); err != nil {
		return s.failed(err)
	}
	_, err = s.done()
	return err
}

func (k *connection) detach(tables []external) {
	for _, x := range tables {
		_, _ = k.query("DROP TEMPORARY TABLE IF EXISTS "+escapeIdentifier(x.name), "Null", nil) // a connection that refuses ends soon
	}
}
