// Package trends holds the named questions people ask of the store. A question is
// one SQL file of queries/: its comment lines say what it answers and which
// arguments it takes, its parameters are bound and never pasted. The questions
// read the store's published views only, so they are the same on the embedded
// engine, a server and a cluster.
//
// The package knows no connection: [Store] is all it asks of one. How a phrase is
// found without diacritics is explained in queries/mentions.sql.
package trends

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"nhip"
	"nhip/loader"
)

//go:embed queries/*.sql
var files embed.FS

// Store answers read-only SQL with bound parameters. [loader.Store] is one.
type Store interface {
	// Query returns the rows of a statement; the caller closes them.
	Query(ctx context.Context, sql string, params map[string]string) (loader.Rows, error)
	// QueryFormat writes the answer in one of ClickHouse's own formats.
	QueryFormat(ctx context.Context, w io.Writer, sql, format string, params map[string]string) error
}

// Question is one named question.
type Question struct {
	Name    string
	Summary string // English
	VI      string // Vietnamese
	Args    []Arg  // in the order they are given
	Example string
	SQL     string
	params  map[string]bool
}

// Arg is a positional argument of a question. Rest takes all words that remain.
type Arg struct {
	Name    string
	Meaning string
}

// Filters narrow a question. The zero value narrows nothing.
type Filters struct {
	By       string    // day, week, month, quarter, year; default month
	Place    string    // name or id
	Industry string    // name or id; of official tables also the words of a row
	Measure  string    // level, index, growth ...
	Compare  string    // yoy, mom ...
	Freq     string    // A, S, Q, M ...: the frequency of the numbers
	Source   string    // of exports, id of the publisher
	Table    string    // of exports, the table's code
	From, To nhip.Date // inclusive
	AsOf     nhip.Date // what was known at the end of that day
	Limit    int       // rows; default 1000
}

// filterNames are the parameters of a question that are not its arguments.
var filterNames = []string{"by", "place", "industry", "measure", "compare", "freq", "source", "table", "from", "to", "asof", "limit"}

var steps = []string{"day", "week", "month", "quarter", "year"}

// filterCodes are what a filter may be; another word would find nothing and say nothing.
var filterCodes = map[string][]string{
	"by":      steps,
	"measure": {"level", "index", "growth", "change", "change_pp", "share", "contribution", "ratio"},
	"compare": {"yoy", "mom", "qoq", "vs_dec", "vs_plan", "vs_base", "vs_period", "annual_avg"},
	"freq":    {"A", "S", "Q", "M", "H2M", "W", "D", "O"},
}

// Questions returns all questions by name.
var Questions = sync.OnceValues(func() ([]Question, error) { return parseAll(files) })

// Find returns the question with the given name. The error of an unknown name
// names the known ones.
func Find(name string) (Question, error) {
	questions, err := Questions()
	if err != nil {
		return Question{}, err
	}
	var names []string
	for _, q := range questions {
		if q.Name == name {
			return q, nil
		}
		names = append(names, q.Name)
	}
	return Question{}, fmt.Errorf("no trend %q; there are %s", name, strings.Join(names, ", "))
}

// optional is a line of a question that is left out without the filter it names.
var optional = regexp.MustCompile(`(?m)^.* -- if ([a-z_]+)\n`)

// Text is the SQL of the question with these parameters: without the lines of the
// filters that were not given, which the database would plan for nothing.
func (q Question) Text(params map[string]string) string {
	return optional.ReplaceAllStringFunc(q.SQL, func(line string) string {
		if name := optional.FindStringSubmatch(line)[1]; params[name] == "" || params[name] == fallbacks[name] {
			return ""
		}
		return line
	})
}

// fallbacks are the values of filters that were not given.
var fallbacks = map[string]string{"by": "month", "from": "1900-01-01", "to": "2299-12-31", "asof": "2106-01-01 00:00:00", "limit": "1000"}

// Params binds the arguments and filters of the question. It refuses missing and
// surplus arguments, and filters that the question does not know: an answer that
// silently ignores one would be wrong.
func (q Question) Params(args []string, f Filters) (map[string]string, error) {
	params := map[string]string{}
	if len(args) < len(q.Args) {
		missing := q.Args[len(args)]
		return nil, fmt.Errorf("trend %s needs %s: %s; for example: %s", q.Name, strings.ToUpper(missing.Name), missing.Meaning, q.Example)
	}
	if len(q.Args) == 0 && len(args) > 0 {
		return nil, fmt.Errorf("trend %s takes no argument, but got %q", q.Name, args[0])
	}
	for i, arg := range q.Args {
		params[arg.Name] = args[i]
		if i == len(q.Args)-1 { // the last one may be several unquoted words
			params[arg.Name] = strings.Join(args[i:], " ")
		}
		if strings.TrimSpace(params[arg.Name]) == "" {
			return nil, fmt.Errorf("trend %s: %s is empty", q.Name, strings.ToUpper(arg.Name))
		}
	}
	for _, filter := range []struct{ name, value string }{{"by", f.By}, {"measure", f.Measure}, {"compare", f.Compare}, {"freq", f.Freq}} {
		if want := filterCodes[filter.name]; filter.value != "" && !slices.Contains(want, filter.value) {
			return nil, fmt.Errorf("--%s %s: want one of %s", filter.name, filter.value, strings.Join(want, ", "))
		}
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.From.Compare(f.To) > 0 {
		return nil, fmt.Errorf("--from %s lies after --to %s", f.From, f.To)
	}
	for _, filter := range []struct{ name, value string }{
		{"by", f.By},
		{"place", f.Place},
		{"industry", f.Industry},
		{"measure", f.Measure},
		{"compare", f.Compare},
		{"freq", f.Freq},
		{"source", f.Source},
		{"table", f.Table},
		{"from", f.From.String()},
		{"to", f.To.String()},
		{"asof", asOf(f.AsOf)},
		{"limit", limit(f.Limit)},
	} {
		if filter.value != "" && !q.params[filter.name] {
			return nil, fmt.Errorf("trend %s knows no --%s", q.Name, filter.name)
		}
		if q.params[filter.name] {
			params[filter.name] = filter.value
			if filter.value == "" {
				params[filter.name] = fallbacks[filter.name]
			}
		}
	}
	return params, nil
}

// asOf is the first moment that is later than the day.
func asOf(d nhip.Date) string {
	if d.IsZero() {
		return ""
	}
	return time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, time.UTC).Format(time.DateTime)
}

func limit(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// Takes reports whether the question knows the filter ("by", "place" ...).
func (q Question) Takes(filter string) bool { return q.params[filter] }

// Usage is the question's line in a list: "mentions PHRASE".
func (q Question) Usage() string {
	parts := []string{q.Name}
	for _, a := range q.Args {
		parts = append(parts, strings.ToUpper(a.Name))
	}
	return strings.Join(parts, " ")
}

var (
	param   = regexp.MustCompile(`\{([a-z_]+):[A-Za-z0-9()]+\}`)
	argLine = regexp.MustCompile(`^arg ([a-z_]+): (.+)$`)
)

// parseAll reads every query file. A file without its first lines is a mistake of
// ours that a test finds.
func parseAll(fsys fs.FS) ([]Question, error) {
	names, err := fs.Glob(fsys, "queries/*.sql")
	if err != nil {
		return nil, err
	}
	var out []Question
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		q, err := parse(strings.TrimSuffix(path.Base(name), ".sql"), string(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, q)
	}
	return out, nil
}

func parse(name, text string) (Question, error) {
	q := Question{Name: name, SQL: text, params: map[string]bool{}}
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		if !ok {
			break // the head ends at the first line that is none
		}
		switch m := argLine.FindStringSubmatch(comment); {
		case q.Summary == "":
			q.Summary = comment
		case m != nil:
			q.Args = append(q.Args, Arg{Name: m[1], Meaning: m[2]})
		case strings.HasPrefix(comment, "vi: "):
			q.VI = comment[len("vi: "):]
		case strings.HasPrefix(comment, "example: "):
			q.Example = comment[len("example: "):]
		}
	}
	for _, m := range param.FindAllStringSubmatch(text, -1) {
		q.params[m[1]] = true
	}
	unknown := maps.Clone(q.params)
	for _, known := range filterNames {
		delete(unknown, known)
	}
	for _, a := range q.Args {
		if !q.params[a.Name] {
			return q, fmt.Errorf("argument %s is not used", a.Name)
		}
		delete(unknown, a.Name)
	}
	switch {
	case q.Summary == "" || q.VI == "" || q.Example == "":
		return q, fmt.Errorf("must begin with comment lines: what it answers, \"vi: \" the same in Vietnamese, \"example: \" a call")
	case len(unknown) > 0:
		return q, fmt.Errorf("parameters %v are neither arguments nor filters", slices.Sorted(maps.Keys(unknown)))
	}
	return q, nil
}
