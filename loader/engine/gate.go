package engine

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The gate stands before every statement of a user who is no admin: one
// statement, of a kind that only reads, naming nothing but the views it may read
// and functions that stay inside. It works on tokens, because tokens cannot hide:
// what a parser or a resolver leaves out of its tree (lambdas of APPLY, names
// folded away) is a token still. Where a token could be either, it is refused.
// Below it lie readonly=1, limits, and the sandbox of the process.

// maxGatedStatement bounds a statement of a gated user.
const maxGatedStatement = 1 << 20

// Tables of system that BI tools read. Rows about other tables than the user's are
// filtered out of the first three (tableFilters).
var openSystemTables = []string{"tables", "columns", "databases", "functions", "settings", "formats", "data_type_families",
	"table_functions", "table_engines", "keywords", "time_zones", "collations", "build_options", "one", "numbers", "numbers_mt", "zeros", "zeros_mt"}

// Views with parameters that may be read besides v_*. A tool that samples every table cannot ask them, so
// system.tables does not show them.
var openParameterViews = []string{"observations_asof"}

// Table functions that make their rows themselves or read the subquery they are given.
var openTableFunctions = []string{"numbers", "numbers_mt", "zeros", "zeros_mt", "generateSeries", "generate_series", "primes",
	"values", "view", "format"}

// Names that no statement may hold, whatever they stand for in it: functions that
// read files, other hosts, or tables named by a text; a trailing * means every
// name that begins so.
var closedNames = []string{"file", "catboostEvaluate", "evalMLMethod", "reverseDNSQuery", "getClientHTTPHeader", "getMacro",
	"getServerSetting", "getServerPort", "dictGet*", "dictHas", "dictIsIn", "joinGet*", "hasColumnInTable", "filesystem*",
	"aiClassify", "aiEmbed", "aiExtract", "aiGenerate", "aiTranslate", "naiveBayesClassifier*", "addressTo*", "demangle"}

// Functions whose argument may be the name of a table.
var setFunctions = []string{"in", "notIn", "globalIn", "globalNotIn", "nullIn", "notNullIn", "globalNullIn", "globalNotNullIn",
	"inIgnoreSet", "notInIgnoreSet", "globalInIgnoreSet", "globalNotInIgnoreSet", "nullInIgnoreSet", "notNullInIgnoreSet",
	"globalNullInIgnoreSet", "globalNotNullInIgnoreSet"}

var openShows = []string{"TABLES", "DATABASES", "COLUMNS", "FIELDS", "FULL", "EXTENDED", "CREATE", "FUNCTIONS", "SETTINGS", "SETTING",
	"CHANGED", "ENGINES", "INDEX", "INDEXES", "INDICES", "KEYS"}

// gate is what it has to know of the store for one statement.
type gate struct {
	access         *Access
	databases      map[string]bool // all, lower case
	views          map[string]bool // "database.view" that may be read
	asked          map[string]bool // the same of openParameterViews
	closedTables   map[string]bool // names of all other tables, of any database but system's; lower case
	closedTableFns map[string]bool // lower case
}

// newGate asks the store for its names. They are asked for anew for every
// statement: a table made a moment ago is closed too.
func (s *server) newGate(k *connection, access *Access) (*gate, error) {
	g := &gate{access: access, databases: map[string]bool{"system": true, "information_schema": true},
		views: map[string]bool{}, asked: map[string]bool{}, closedTables: map[string]bool{}, closedTableFns: s.closedTableFns}
	r, err := k.query("SELECT lower(name), '', '' FROM system.databases UNION ALL SELECT database, name, engine FROM system.tables WHERE database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA')",
		"RowBinary", nil)
	if err != nil {
		return nil, err
	}
	for data := r.data; len(data) > 0; {
		var row [3]string
		for i := range row {
			if row[i], data, err = binaryString(data); err != nil {
				return nil, err
			}
		}
		database, name, engine := row[0], row[1], row[2]
		switch {
		case engine == "" && name == "":
			g.databases[database] = true
		case engine == "View" && strings.HasPrefix(name, "v_") && slices.Contains(access.Databases, database):
			g.views[database+"."+name] = true
		case engine == "View" && slices.Contains(openParameterViews, name) && slices.Contains(access.Databases, database):
			g.asked[database+"."+name] = true
		default:
			g.closedTables[strings.ToLower(name)] = true
		}
	}
	return g, nil
}

// tableFilters is additional_table_filters: of the metadata only what concerns
// the user's views and the open tables of system.
func (g *gate) tableFilters() string {
	names := func(list []string) string {
		if len(list) == 0 {
			return "''"
		}
		quoted := make([]string, len(list))
		for i, name := range list {
			quoted[i] = quoteString(name)
		}
		return strings.Join(quoted, ", ")
	}
	open := "concat(database, '.', %s) IN (" + names(slices.Sorted(maps.Keys(g.views))) + ")" +
		" OR database = 'system' AND %s IN (" + names(openSystemTables) + ") OR lower(database) = 'information_schema'"
	filters := [][2]string{
		{"system.tables", strings.ReplaceAll(open, "%s", "name")},
		{"system.columns", strings.ReplaceAll(open, "%s", "table")},
		{"system.databases", "name IN (" + names(append(slices.Clone(g.access.Databases), "default", "system", "information_schema", "INFORMATION_SCHEMA")) + ")"},
	}
	parts := make([]string, len(filters))
	for i, f := range filters {
		parts[i] = quoteString(f[0]) + ": " + quoteString(f[1])
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func quoteString(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// gateToken is a token with its text as the engine reads it.
type gateToken struct {
	token
	text string // names and strings decoded, a sign as it is
}

func (t gateToken) name() bool { return t.kind == tokenWord || t.kind == tokenQuoted }

func (t gateToken) word(words ...string) bool {
	return t.kind == tokenWord && containsFold(words, t.text)
}

func (t gateToken) sign(s string) bool { return t.kind == tokenSign && t.text == s }

func containsFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}

// gateTokens cuts a statement into tokens; {name:Identifier} becomes the name that
// it stands for.
func gateTokens(req *request) ([]gateToken, error) {
	l := &lexer{text: req.statement.head}
	var tokens []gateToken
	for {
		t := l.next()
		switch t.kind {
		case tokenEnd:
			return tokens, nil
		case tokenInvalid:
			return nil, unclosed(l.text, t)
		}
		text := l.text[t.start:t.end]
		if t.kind == tokenSign && text[0] >= utf8.RuneSelf {
			continue // no sign of the engine's: a blank, or an error there
		}
		if t.kind == tokenQuoted || t.kind == tokenString {
			text = decodeQuoted(text)
		}
		tokens = append(tokens, gateToken{t, text})
		n := len(tokens)
		if n >= 5 && tokens[n-1].sign("}") && tokens[n-2].word("Identifier") && tokens[n-3].sign(":") && tokens[n-5].sign("{") {
			i := slices.Index(req.paramKeys, tokens[n-4].text)
			if i < 0 {
				return nil, raise(456, "UNKNOWN_QUERY_PARAMETER", "Substitution `%s` is not set", tokens[n-4].text)
			}
			value := decodeEscapes(req.params[i])
			if strings.ContainsAny(value, "`\"'\\.\x00\n\r\t ") {
				return nil, refuse("an identifier parameter with the value %q", value)
			}
			tokens = append(tokens[:n-5], gateToken{token{kind: tokenQuoted, start: tokens[n-5].start, end: t.end}, value})
		}
	}
}

// decodeQuoted takes the quotes off a name or string and undoes its escapes.
func decodeQuoted(text string) string {
	switch {
	case strings.HasPrefix(text, "“"), strings.HasPrefix(text, "‘"):
		return text[len("“") : len(text)-len("”")]
	case strings.HasPrefix(text, "$"):
		tag := text[:strings.IndexByte(text[1:], '$')+2]
		return text[len(tag) : len(text)-len(tag)]
	}
	q := text[:1]
	return decodeEscapes(strings.ReplaceAll(text[1:len(text)-1], q+q, q))
}

// decodeEscapes undoes backslash escapes, generously: an escape that is none
// leaves its letter.
func decodeEscapes(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		if at := strings.IndexByte("abfnrtv0e", text[i]); at >= 0 {
			b.WriteByte("\a\b\f\n\r\t\v\x00\x1b"[at])
			continue
		}
		if text[i] == 'x' && i+2 < len(text) {
			if n, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// refuse is the answer to what a user may not do.
func refuse(format string, args ...any) *exception {
	e := raise(codeNotEnoughPrivileges, "ACCESS_DENIED", format, args...)
	e.text = "Not enough privileges: this user reads the views v_* and the metadata of them; refused: " + e.text
	return e
}

// check lets the statement of a request through or says why not.
func (g *gate) check(req *request) error {
	if len(req.statement.head) > maxGatedStatement {
		return raise(codeQueryTooLarge, "QUERY_IS_TOO_LARGE", "The statement has %d bytes; at most %d are read", len(req.statement.head), maxGatedStatement)
	}
	if req.database != "" && !strings.EqualFold(req.database, "default") && !slices.Contains(g.access.Databases, req.database) {
		return refuse("the database %s", req.database)
	}
	if req.statement.verb == verbInsert {
		return refuse("INSERT")
	}
	tokens, err := gateTokens(req)
	if err != nil {
		return err
	}
	strict, err := checkKind(tokens)
	if err != nil {
		return err
	}
	return g.checkNames(tokens, strict)
}

// checkKind looks at the words a statement begins with. strict says that any name
// in it may be a table's.
func checkKind(tokens []gateToken) (strict bool, err error) {
	for len(tokens) > 0 && tokens[0].sign("(") {
		tokens = tokens[1:]
	}
	if len(tokens) == 0 {
		return false, raise(codeSyntaxError, "SYNTAX_ERROR", "Empty query")
	}
	switch first := tokens[0]; {
	case first.word("SELECT", "WITH", "FROM", "EXPLAIN"):
		return false, nil
	case first.word("SHOW") && len(tokens) > 1 && tokens[1].word(openShows...), first.word("DESCRIBE", "DESC", "EXISTS"):
		return true, nil
	case first.word("SHOW") && len(tokens) > 1:
		return false, refuse("SHOW %s", tokens[1].text)
	default:
		return false, refuse("a statement that begins with %.20s", first.text)
	}
}

// place is one level of parentheses.
type place struct {
	from bool // a FROM clause is open: a name after a comma may be a table's
	list bool // the parentheses hold tables: FROM (a, b), FROM (a JOIN b)
	set  bool // the parentheses of IN: any name may be a table's
}

// checkNames goes through all tokens.
func (g *gate) checkNames(tokens []gateToken, strict bool) error {
	at := func(i int) gateToken {
		if i < 0 || i >= len(tokens) {
			return gateToken{}
		}
		return tokens[i]
	}
	places := []place{{}}
	for i, t := range tokens {
		top := &places[len(places)-1]
		before, after := at(i-1), at(i+1)
		switch {
		case t.sign("("):
			list := before.word("FROM", "JOIN") || before.sign(",") && top.from || before.sign("(") && top.list
			places = append(places, place{from: list, list: list, set: top.set || before.name() && containsFold(setFunctions, before.text)})
			continue
		case t.sign(")"):
			if len(places) > 1 {
				places = places[:len(places)-1]
			}
			continue
		case t.kind != tokenString && !t.name():
			continue
		}
		if t.word("SETTINGS") && after.name() && !before.sign(".") && !before.word("AS", "SHOW", "CHANGED") {
			// The engine lets a subquery and a part of a UNION set what readonly=1 forbids: limits, filters of tables.
			return raise(codeReadonly, "READONLY", "Cannot modify '%s' setting in readonly mode: SETTINGS stand at the end of the whole statement, with values written out", after.text)
		}
		top.follow(before, t, after)
		// What before a name makes it a table's, or can.
		table := strict || before.sign(",") && top.from || before.sign("(") && top.list ||
			before.word("FROM", "JOIN", "TABLE", "DESC", "DESCRIBE", "EXISTS", "VIEW", "CREATE", "DICTIONARY")
		if t.name() { // a text in IN is a value
			table = table || top.set || before.word("IN")
		}
		if err := g.checkName(t, near{at(i - 2), before, after, at(i + 2)}, table); err != nil {
			return err
		}
	}
	return nil
}

// follow keeps track of FROM clauses. Only words that cannot be an alias without
// AS end one; OFFSET, ON and USING may stand within it.
func (p *place) follow(before, t, after gateToken) {
	switch {
	case before.word("AS") || before.sign("."):
	case t.word("FROM"):
		p.from = true
	case before.sign(",") || before.word("FROM", "JOIN"):
	case t.word("SELECT", "WHERE", "PREWHERE", "HAVING", "UNION"), t.word("GROUP", "ORDER") && after.word("BY", "ALL"):
		p.from = false
	}
}

// near are the two tokens before a name and the two behind it.
type near struct{ beforeLast, before, after, afterNext gateToken }

// checkName looks at one name or string; table says that it may be a table's.
func (g *gate) checkName(t gateToken, n near, table bool) error {
	beforeLast, before, after, afterNext := n.beforeLast, n.before, n.after, n.afterNext
	lower := strings.ToLower(t.text)
	if t.kind == tokenString {
		// The engine takes strings for names in some places.
		if after.sign("(") || after.sign(".") && afterNext.kind != tokenNumber || before.sign(".") || before.word("APPLY") || beforeLast.word("APPLY") || table && g.closedTables[lower] {
			return refuse("%s in quotes of a text, where a name stands", t.text)
		}
		return nil
	}
	if root, _, dotted := strings.Cut(lower, "."); dotted && g.databases[root] {
		return refuse("%s as one name", t.text)
	}
	if isClosedName(lower) {
		return refuse("the name %s", t.text)
	}
	if after.sign("(") && g.closedTableFns[lower] {
		return refuse("the table function %s", t.text)
	}
	switch {
	case before.sign(".") && (beforeLast.name() || beforeLast.sign("]") || beforeLast.sign(")") || beforeLast.kind == tokenNumber):
		return nil // a part of a longer name, whose root was looked at
	case after.sign(".") && g.databases[lower]:
		if !afterNext.name() || !g.open(t.text, afterNext.text) {
			return refuse("%s.%s", t.text, afterNext.text)
		}
		return nil
	case after.sign("."): // of a table, an alias or a tuple
		return nil
	case g.closedTables[lower] && table:
		return refuse("the table %s (if it is a column, write its table's name or alias before it)", t.text)
	}
	return nil
}

// open tells whether a table may be read.
func (g *gate) open(database, table string) bool {
	switch {
	case database == "system":
		return slices.Contains(openSystemTables, table)
	case strings.EqualFold(database, "information_schema"):
		return true // views of system.tables and system.columns
	}
	// Of a name that is no table's at all the engine says so better.
	unknown := slices.Contains(g.access.Databases, database) && !g.closedTables[strings.ToLower(table)]
	return unknown || g.views[database+"."+table] || g.asked[database+"."+table]
}

func isClosedName(lower string) bool {
	return slices.ContainsFunc(closedNames, func(name string) bool {
		if begin, ok := strings.CutSuffix(name, "*"); ok {
			return strings.HasPrefix(lower, strings.ToLower(begin))
		}
		return strings.EqualFold(name, lower)
	})
}

// Settings a gated user may send: how a result looks, and limits, which are only
// ever lowered. A trailing * means every name that begins so.
var openSettings = []string{"output_format_*", "date_time_*", "session_timezone", "join_use_nulls", "group_by_use_nulls",
	"prefer_column_name_to_alias", "extremes", "log_comment", "log_queries", "max_block_size", "max_threads", "format_csv_delimiter",
	"format_csv_null_representation", "format_tsv_null_representation", "result_overflow_mode", "connect_timeout", "receive_timeout",
	"send_timeout", "wait_for_async_insert", "async_insert", "max_rows_to_read", "max_bytes_to_read", "max_result_bytes",
	"max_query_size", "readonly", "select_sequential_consistency", "cast_keep_nullable", "data_type_default_nullable", "optimize_read_in_order", "use_uncompressed_cache"}

// settingsFor gives the settings of a gated user's connection, without readonly=1,
// which comes last: the client's, as far as they are open, and the limits.
func (g *gate) settingsFor(asked []setting) ([]setting, error) {
	limits := map[string]uint64{"max_execution_time": g.access.Limits.ExecutionSeconds,
		"max_memory_usage": g.access.Limits.MemoryBytes, "max_result_rows": g.access.Limits.ResultRows}
	var settings []setting
	for _, set := range asked {
		if limit, ok := limits[set.name]; ok {
			if wish, err := strconv.ParseFloat(set.value, 64); err != nil {
				return nil, raise(27, "CANNOT_PARSE_INPUT_ASSERTION_FAILED", "The setting %s has the value %q: want a number", set.name, set.value)
			} else if wish >= 1 && wish < float64(limit) {
				limits[set.name] = uint64(wish)
			}
			continue
		}
		if set.name == "readonly" {
			continue // it is 1
		}
		if set.name == "max_query_size" {
			continue // maxGatedStatement holds
		}
		open := slices.ContainsFunc(openSettings, func(name string) bool {
			if begin, ok := strings.CutSuffix(name, "*"); ok {
				return strings.HasPrefix(set.name, begin)
			}
			return name == set.name
		})
		if !open || strings.Contains(set.name, "path") || strings.Contains(set.name, "schema") || strings.Contains(set.name, "file") {
			return nil, raise(codeReadonly, "READONLY", "Cannot modify '%s' setting in readonly mode", set.name)
		}
		settings = append(settings, set)
	}
	for _, name := range []string{"max_execution_time", "max_memory_usage", "max_result_rows"} {
		settings = append(settings, setting{name, strconv.FormatUint(limits[name], 10)})
	}
	return append(settings, setting{"additional_table_filters", g.tableFilters()}), nil
}
