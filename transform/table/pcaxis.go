package table

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"nhip/transform/vi"
)

// PC-Axis files (.px), as the file format's description of Statistics Sweden has
// them: KEYWORD[language]("variable","value")=values; with the numbers behind DATA=.

// pxEntry is one statement but DATA.
type pxEntry struct {
	args   []string
	values []string // quoted strings, and bare words
	line   int
}

// pxFile is a file by keyword, in its main language or, once inVietnamese is called, in
// Vietnamese if it has it.
type pxFile struct {
	entries    map[string][]pxEntry
	translated map[string][]pxEntry // the statements in Vietnamese
	data       []pxCell
	problem    string // why the rest was not read
}

// pxCell is one token of the numbers.
type pxCell struct {
	text   string
	quoted bool
}

var (
	pxStart    = regexp.MustCompile(`^(?:\x{FEFF}|\xEF\xBB\xBF)?\s*[A-Z][A-Z0-9-]{2,24}(?:\[[A-Za-z-]{2,8}\])?(?:\("[^"\n]*"[^=\n]*\))?\s*=\s*(?:"|YES|NO|\d)`)
	pxCodepage = regexp.MustCompile(`(?m)^\s*CODEPAGE\s*=\s*"([^"\n]{1,30})"`)
	pxDashed   = regexp.MustCompile(`^[.-]+$`)
)

// isPCAxis reports the first statement of a PC-Axis file.
func isPCAxis(body []byte) bool {
	head := body[:min(len(body), 4096)]
	return pxStart.Match(head) && bytes.Contains(body, []byte("DATA")) || bytes.HasPrefix(head, []byte("CHARSET=")) || bytes.HasPrefix(head, []byte("AXIS-VERSION="))
}

// readPCAxis reads a file; issues are what was met and not repaired.
func readPCAxis(body []byte) (c *cube, issues []string, err error) {
	charset := "windows-1252"
	if m := pxCodepage.FindSubmatch(body[:min(len(body), 1<<16)]); m != nil {
		charset = string(m[1])
	}
	if utf8.Valid(body) { // UTF-8 under another name is common and does no harm
		charset = "utf-8"
	}
	text, _, issues := vi.Decode(body, "text/plain; charset="+charset)
	f := scanPX(strings.TrimPrefix(text, "\uFEFF"))
	if f.problem != "" {
		issues = append(issues, f.problem)
	}
	f.inVietnamese()
	c, err = f.cube()
	return c, issues, err
}

// pxScanner walks over the text of a file.
type pxScanner struct {
	s    string
	at   int
	line int
}

func (p *pxScanner) blank() {
	for p.at < len(p.s) {
		switch p.s[p.at] {
		case '\n':
			p.line++
		case ' ', '\t', '\r', 0, 0x1a:
		default:
			return
		}
		p.at++
	}
}

// until returns the text up to one of the stops and does not take the stop.
func (p *pxScanner) until(stops string) string {
	end := strings.IndexAny(p.s[p.at:], stops)
	if end < 0 {
		end = len(p.s) - p.at
	}
	word := p.s[p.at : p.at+end]
	p.line += strings.Count(word, "\n")
	p.at += end
	return strings.TrimSpace(word)
}

// quoted reads a string; the next one on another line, without a comma between them,
// goes on with it.
func (p *pxScanner) quoted() (string, error) {
	var b strings.Builder
	for {
		end := strings.IndexByte(p.s[p.at+1:], '"')
		if end < 0 {
			return "", fmt.Errorf("line %d: a string without an end", p.line)
		}
		part := p.s[p.at+1 : p.at+1+end]
		p.line += strings.Count(part, "\n")
		b.WriteString(strings.NewReplacer("\r", "", "\n", " ").Replace(part))
		p.at += end + 2
		p.blank()
		if p.at >= len(p.s) || p.s[p.at] != '"' {
			return b.String(), nil
		}
	}
}

// scanPX reads the statements of a file. An error ends the reading; what came before it
// stands.
func scanPX(s string) pxFile {
	f := pxFile{entries: map[string][]pxEntry{}, translated: map[string][]pxEntry{}}
	p := pxScanner{s: s, line: 1}
	for {
		p.blank()
		if p.at >= len(p.s) {
			return f
		}
		e := pxEntry{line: p.line}
		key := p.until("[(=;")
		language := ""
		if p.is('[') {
			p.at++
			language = p.until("]")
			p.at = min(p.at+1, len(p.s))
		}
		if p.is('(') {
			p.at++
			args, err := p.list(")")
			if err != nil {
				f.problem = err.Error()
				return f
			}
			e.args = args
			p.at = min(p.at+1, len(p.s))
		}
		p.blank()
		if !p.is('=') {
			f.problem = fmt.Sprintf("line %d: %q is no statement of a PC-Axis file", p.line, clip(key, 40))
			return f
		}
		p.at++
		if strings.EqualFold(key, "DATA") {
			f.data = p.cells()
			return f // it is the last statement
		}
		values, err := p.list(";")
		if err != nil {
			f.problem = err.Error()
			return f
		}
		e.values = values
		p.at = min(p.at+1, len(p.s))
		if strings.EqualFold(language, vietnamese) {
			f.translated[strings.ToUpper(key)] = append(f.translated[strings.ToUpper(key)], e)
		}
		if language == "" {
			f.entries[strings.ToUpper(key)] = append(f.entries[strings.ToUpper(key)], e)
		}
	}
}

func (p *pxScanner) is(c byte) bool { return p.at < len(p.s) && p.s[p.at] == c }

// list reads strings and bare words up to the stop. TLIST(A1,"2001","2002") gives its
// inner words in order.
func (p *pxScanner) list(stop string) ([]string, error) {
	var out []string
	for {
		p.blank()
		switch {
		case p.at >= len(p.s):
			return nil, fmt.Errorf("line %d: a statement without an end", p.line)
		case p.is(stop[0]):
			return out, nil
		case p.is(','), p.is('('), p.is(')'):
			p.at++
		case p.is('-') && len(out) > 0: // "2001"-"2010"
			p.at++
			out = append(out, "-")
		case p.is('"'):
			v, err := p.quoted()
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		default:
			word := p.until(",;()\"")
			if word == "" { // a statement ends within brackets, or the other way round
				return nil, fmt.Errorf("line %d: %q where a value is expected", p.line, p.s[p.at:p.at+1])
			}
			out = append(out, word)
		}
	}
}

// cells reads the numbers: separated by blanks, commas or tabs, symbols in quotes.
func (p *pxScanner) cells() []pxCell {
	var out []pxCell
	for len(out) <= 2*maxCube {
		p.blank()
		switch {
		case p.at >= len(p.s), p.is(';'):
			return out
		case p.is(','):
			p.at++
		case p.is('"'):
			end := strings.IndexByte(p.s[p.at+1:], '"')
			if end < 0 {
				return out
			}
			out = append(out, pxCell{p.s[p.at+1 : p.at+1+end], true})
			p.at += end + 2
		default:
			out = append(out, pxCell{text: p.until(" \t\r\n,;\"")})
		}
	}
	return out
}

// first returns the values of the first statement with the keyword and the leading
// arguments, nil for none.
func (f *pxFile) first(key string, args ...string) []string {
	for _, e := range f.entries[key] {
		if len(e.args) >= len(args) && slices.Equal(e.args[:len(args)], args) && (len(args) > 0 || len(e.args) == 0) {
			return e.values
		}
	}
	return nil
}

func (f *pxFile) word(key string, args ...string) string {
	if v := f.first(key, args...); len(v) > 0 {
		return vi.Repair(strings.Join(v, " "))
	}
	return ""
}

func (f *pxFile) cube() (*cube, error) {
	stub, heading := f.first("STUB"), f.first("HEADING")
	if len(stub)+len(heading) == 0 {
		return nil, fmt.Errorf("neither STUB nor HEADING: the file names no variables")
	}
	c := &cube{name: "DATA", title: f.word("TITLE"), unit: f.word("UNITS"), decimal: -1}
	if c.title == "" {
		c.title = f.word("DESCRIPTION")
	}
	if c.title == "" {
		c.title = f.word("CONTENTS")
	}
	for _, key := range []string{"TABLEID", "MATRIX"} {
		if c.table == "" {
			c.table = f.word(key)
		}
	}
	c.updated = f.word("CREATION-DATE")
	for _, e := range f.entries["LAST-UPDATED"] {
		if len(e.values) > 0 {
			c.updated = e.values[0]
		}
	}
	for _, key := range []string{"DECIMALS", "SHOWDECIMALS"} { // SHOWDECIMALS is what people see
		if n, err := strconv.Atoi(f.word(key)); err == nil {
			c.decimal = n
		}
	}
	for _, key := range []string{"SUBJECT-AREA", "CONTENTS", "SOURCE", "NOTE"} {
		if s := f.word(key); s != "" {
			c.lines = append(c.lines, s)
		}
	}
	contents := f.word("CONTVARIABLE")
	for _, name := range slices.Concat(stub, heading) {
		a, err := f.axis(name, contents)
		if err != nil {
			return nil, err
		}
		c.axes = append(c.axes, a)
	}
	size, err := c.size()
	if err != nil {
		return nil, err
	}
	if len(f.entries["KEYS"]) > 0 {
		return c, f.sparse(c, len(stub))
	}
	if len(f.data) != size {
		return nil, fmt.Errorf("DATA has %d values, and the variables want %d: which belongs where cannot be told", len(f.data), size)
	}
	for at, cell := range f.data {
		c.values = append(c.values, f.value(at, cell))
	}
	return c, nil
}

func (f *pxFile) axis(name, contents string) (axis, error) {
	a := axis{id: name, label: vi.Repair(name)}
	if code := f.word("VARIABLECODE", name); code != "" {
		a.id = code
	}
	values, codes := f.first("VALUES", name), f.first("CODES", name)
	if len(values) == 0 {
		values = codes
	}
	if len(values) == 0 {
		return axis{}, fmt.Errorf("VALUES(%q) is missing", clip(name, 60))
	}
	if len(codes) > 0 && len(codes) != len(values) {
		return axis{}, fmt.Errorf("%q has %d values and %d codes", clip(name, 60), len(values), len(codes))
	}
	times := f.timeCodes(name)
	switch {
	case len(times) > 0, strings.EqualFold(f.word("VARIABLE-TYPE", name), "T"), strings.EqualFold(f.word("VARIABLE-TYPE", name), "Time"):
		a.role = roleTime
	case name == contents:
		a.role = roleMetric
	case len(f.first("MAP", name)) > 0:
		a.role = roleGeo
	}
	for i, v := range values {
		code := v
		if len(codes) > 0 {
			code = codes[i]
		}
		if len(times) == len(values) {
			code = times[i]
		}
		cat := newCategory(code, vi.Repair(v))
		if name == contents {
			f.measure(&cat, v)
		}
		if n, err := strconv.Atoi(f.word("PRECISION", name, v)); err == nil {
			cat.decimals = n
		}
		a.cats = append(a.cats, cat)
	}
	return a, nil
}

// measure reads what the file says of one value of the contents variable.
func (f *pxFile) measure(cat *category, v string) {
	cat.unit = f.word("UNITS", v)
	cat.collect = collectOf(f.word("STOCKFA", v))
	switch strings.ToUpper(f.word("CFPRICES", v)) {
	case "C":
		cat.price = "current"
	case "F":
		cat.price = "constant"
	}
	day, season := strings.EqualFold(f.word("DAYADJ", v), "YES"), strings.EqualFold(f.word("SEASADJ", v), "YES")
	switch {
	case day && season:
		cat.adjustment = "Y"
	case day:
		cat.adjustment = "W"
	case season:
		cat.adjustment = "S"
	}
	cat.base = yearCode(f.word("BASEPERIOD", v))
}

// timeCodes reads TIMEVAL: TLIST(A1,"2001"-"2003") or TLIST(A1),"2001","2002", for
// half-years, quarters, months and weeks without their letter.
func (f *pxFile) timeCodes(name string) []string {
	words := f.first("TIMEVAL", name)
	if len(words) < 2 || !strings.EqualFold(words[0], "TLIST") {
		return nil
	}
	freq, words := strings.ToUpper(words[1]), words[2:]
	if len(words) == 3 && words[1] == "-" {
		from, err1 := strconv.Atoi(words[0])
		to, err2 := strconv.Atoi(words[2])
		if freq != "A1" || err1 != nil || err2 != nil || to < from || to-from > 300 {
			return nil
		}
		var out []string
		for y := from; y <= to; y++ {
			out = append(out, strconv.Itoa(y))
		}
		return out
	}
	out := make([]string, len(words))
	for i, w := range words {
		if _, err := strconv.Atoi(w); err == nil && len(w) > 4 && len(w) <= 6 && freq != "" && freq != "A1" {
			w = w[:4] + freq[:1] + w[4:] // 200101 in M1, 20011 in Q1
		}
		out[i] = w
	}
	return out
}

// sparse reads rows that begin with the keys of their stub.
func (f *pxFile) sparse(c *cube, stub int) error {
	keys := make([]map[string]int, stub)
	width := 1
	for i, a := range c.axes {
		if i >= stub {
			width *= len(a.cats)
			continue
		}
		keys[i] = map[string]int{}
		by := f.word("KEYS", a.label)
		for k, cat := range a.cats {
			if strings.EqualFold(by, "CODES") {
				keys[i][cat.code] = k
			} else {
				keys[i][cat.label] = k
			}
		}
	}
	for n := 0; n < len(f.data); n += stub + width {
		if n+stub+width > len(f.data) {
			return fmt.Errorf("the last of the rows with keys ends early, at value %d", len(f.data))
		}
		at := 0
		for i, cell := range f.data[n : n+stub] {
			k, ok := keys[i][vi.Repair(cell.text)]
			if !ok {
				return fmt.Errorf("key %q of a row is no value of %q", clip(cell.text, 40), c.axes[i].label)
			}
			at = at*len(c.axes[i].cats) + k
		}
		for k, cell := range f.data[n+stub : n+stub+width] {
			c.values = append(c.values, f.value(at*width+k, cell))
		}
	}
	return nil
}

// value reads a number or a symbol: one to six dots are DATASYMBOL1 to 6, a dash is
// nil, which is a zero.
func (f *pxFile) value(at int, cell pxCell) cubeValue {
	t := strings.TrimSpace(cell.text)
	switch {
	case t == "-" || t != "" && t == f.word("DATASYMBOLNIL"):
		return cubeValue{at: at, text: "0"}
	case pxDashed.MatchString(t) && len(t) <= 6:
		shown := f.word("DATASYMBOL" + strconv.Itoa(len(t)))
		if _, ok := statusCode(shown); !ok || shown == "." || shown == "-" {
			shown = t
		}
		return cubeValue{at: at, status: shown}
	case !cell.quoted:
		return cubeValue{at: at, text: t}
	}
	return cubeValue{at: at, status: t}
}
