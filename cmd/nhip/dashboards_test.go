package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

const grafanaFolder = "../../trends/grafana"

// dashboard is what is looked at of a Grafana dashboard.
type dashboard struct {
	UID         string
	Title       string
	Description string
	Templating  struct{ List []variable }
	Panels      []panel
}

type variable struct {
	Name, Label, Description, Type string
	Query                          string
	Multi, IncludeAll              bool
	Datasource                     dataSource
	Current                        struct{ Value any }
	Options                        []struct{ Value string }
}

type panel struct {
	ID          int
	Type, Title string
	Description string
	GridPos     struct{ X, Y, W, H int }
	Datasource  dataSource
	Targets     []struct {
		Datasource dataSource
		RawSQL     string `json:"rawSql"`
		Format     int
	}
}

type dataSource struct{ Type, UID string }

// grafana is the state of a dashboard: the chosen time and values of variables, a list
// where the variable has several, of which "All" is every value there is.
type grafana struct {
	from, to time.Time
	interval time.Duration
	values   map[string][]string
	all      map[string]bool
}

// dashboards runs every query of every dashboard as the data source would send it.
func dashboards(t *testing.T, b *bi) {
	files, err := filepath.Glob(grafanaFolder + "/dashboards/*.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d dashboards, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var d dashboard
			if err := json.Unmarshal(text, &d); err != nil {
				t.Fatal(err)
			}
			checkDashboard(t, d)
			runDashboard(t, b, d)
		})
	}
}

// checkDashboard holds what a person sees of it: titles, descriptions, places that do
// not overlap, the one data source.
func checkDashboard(t *testing.T, d dashboard) {
	nhip := dataSource{"grafana-clickhouse-datasource", "nhip"}
	if d.UID == "" || d.Title == "" || d.Description == "" {
		t.Errorf("uid %q, title %q, description %q", d.UID, d.Title, d.Description)
	}
	for _, v := range d.Templating.List {
		if v.Label == "" || v.Description == "" || v.Type == "query" && v.Datasource != nhip {
			t.Errorf("variable %s: label %q, description %q, data source %v", v.Name, v.Label, v.Description, v.Datasource)
		}
	}
	ids := map[int]bool{}
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" {
			t.Errorf("panel %d %q: an id twice, or no title", p.ID, p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other, ok := taken[[2]int{x, y}]; ok || x >= 24 {
					t.Fatalf("panel %q lies over %q", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Description == "" || p.Datasource != nhip || len(p.Targets) != 1 || p.Targets[0].Datasource != nhip {
			t.Errorf("panel %q: description %q, data source %v, %d targets", p.Title, p.Description, p.Datasource, len(p.Targets))
		}
		if series := p.Type == "timeseries"; series != (p.Targets[0].Format == 0) {
			t.Errorf("panel %q of type %s has the format %d", p.Title, p.Type, p.Targets[0].Format)
		}
	}
}

// Panels that show what is wrong: on a store where all is well they are empty.
var mayBeEmpty = []string{"Điểm bất thường khi đọc", "Nguồn bị đọc rỗng", "Hai nguồn chính thức không khớp", "Số liệu không khớp trong bảng"}

func runDashboard(t *testing.T, b *bi, d dashboard) {
	day := func(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
	rows := map[string]int{}
	// All values of the variables that have several, with the first value of those that have one; then with their second.
	states := []*grafana{{from: day(2020), to: day(2033), interval: 24 * time.Hour}}
	states[0].choose(t, b, d, nil)
	second := map[string][]string{}
	for _, v := range d.Templating.List {
		if choices := states[0].valuesOf(t, b, v); !v.IncludeAll && len(choices) > 1 {
			second[v.Name] = choices[1:2]
		}
	}
	if len(second) > 0 {
		g := &grafana{from: day(2020), to: day(2033), interval: time.Hour}
		g.choose(t, b, d, second)
		states = append(states, g)
	}
	// One value of each, and a text with quotes.
	one := &grafana{from: day(2024), to: day(2032), interval: 30 * time.Second}
	chosen := map[string][]string{"asof": {"2031-03-15"}, "phrase": {`it's "thép" \d`}}
	for _, v := range d.Templating.List {
		if v.IncludeAll && len(states[0].values[v.Name]) > 0 {
			chosen[v.Name] = states[0].values[v.Name][:1]
		}
	}
	one.choose(t, b, d, chosen)
	states = append(states, one)
	for _, g := range states {
		for _, p := range d.Panels {
			if p.Type != "row" {
				rows[p.Title] += g.run(t, b, p)
			}
		}
	}
	for title, n := range rows {
		if n == 0 && !slices.Contains(mayBeEmpty, title) {
			t.Errorf("panel %q shows nothing", title)
		}
	}
}

// choose sets the variables in their order: later ones may ask with earlier ones.
func (g *grafana) choose(t *testing.T, b *bi, d dashboard, chosen map[string][]string) {
	t.Helper()
	g.values, g.all = map[string][]string{}, map[string]bool{}
	for _, v := range d.Templating.List {
		values := g.valuesOf(t, b, v)
		switch {
		case chosen[v.Name] != nil:
			values = chosen[v.Name]
		case v.IncludeAll:
			g.all[v.Name] = true
		default:
			values = values[:1]
		}
		g.values[v.Name] = values
	}
}

func (g *grafana) valuesOf(t *testing.T, b *bi, v variable) []string {
	t.Helper()
	switch v.Type {
	case "textbox":
		return []string{v.Query}
	case "custom":
		var values []string
		for _, o := range v.Options {
			values = append(values, o.Value)
		}
		return values
	case "query":
		answer := g.ask(t, b, v.Query)
		if len(answer.Data) == 0 || len(answer.Meta) > 2 {
			t.Fatalf("variable %s has %d values and %d columns", v.Name, len(answer.Data), len(answer.Meta))
		}
		var values []string
		for _, row := range answer.Data { // of two columns the first is the value
			values = append(values, fmt.Sprint(row[0]))
		}
		return values
	}
	t.Fatalf("variable %s is of the type %s", v.Name, v.Type)
	return nil
}

type fields struct {
	Meta []struct{ Name, Type string }
	Data [][]any
}

func (g *grafana) ask(t *testing.T, b *bi, sql string) fields {
	t.Helper()
	expanded, err := g.expand(sql)
	if err != nil {
		t.Fatalf("%v: %s", err, sql)
	}
	// A query of the data source comes with its deadline and five seconds.
	status, body := b.ask(t, expanded, "database=nhip", "default_format=JSONCompact", "max_execution_time=65")
	if status != 200 {
		t.Fatalf("status %d: %s\n%s", status, body, expanded)
	}
	var answer fields
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// Types that the data source turns into fields.
var fieldType = regexp.MustCompile(`^(LowCardinality\()?(Nullable\()?(String|Bool|U?Int(8|16|32|64)|Float(32|64)|Decimal\(\d+, \d+\)|Date|Date32|DateTime(64)?(\(.*\))?)\)*$`)

// run asks a panel's query and returns how many rows it shows.
func (g *grafana) run(t *testing.T, b *bi, p panel) int {
	t.Helper()
	answer := g.ask(t, b, p.Targets[0].RawSQL)
	for _, column := range answer.Meta {
		if !fieldType.MatchString(column.Type) {
			t.Errorf("panel %q: column %s is %s", p.Title, column.Name, column.Type)
		}
	}
	if p.Type == "timeseries" {
		if len(answer.Meta) < 2 || answer.Meta[0].Name != "time" || !strings.Contains(answer.Meta[0].Type, "DateTime") {
			t.Fatalf("panel %q: the first column is %v", p.Title, answer.Meta)
		}
		last := ""
		for _, row := range answer.Data {
			at, ok := row[0].(string)
			if !ok || at < last {
				t.Fatalf("panel %q: time %v after %s", p.Title, row[0], last)
			}
			last = at
		}
	}
	return len(answer.Data)
}

var (
	variableUse = regexp.MustCompile(`\$\{(\w+)(?::(\w+))?\}|\$(\w+)`)
	macroUse    = regexp.MustCompile(`\$__(\w+)`)
)

// expand does what Grafana (variables) and its data source (macros) make of a query.
func (g *grafana) expand(sql string) (string, error) {
	var failed error
	sql, err := g.conditions(sql)
	if err != nil {
		return "", err
	}
	sql = variableUse.ReplaceAllStringFunc(sql, func(use string) string {
		m := variableUse.FindStringSubmatch(use)
		name, format := m[1]+m[3], m[2]
		if strings.HasPrefix(name, "__") {
			return use
		}
		values, ok := g.values[name]
		if !ok {
			failed = fmt.Errorf("there is no variable %s", name)
		}
		if format == "singlequote" {
			quoted := make([]string, len(values))
			for i, v := range values {
				quoted[i] = "'" + strings.ReplaceAll(v, "'", `\'`) + "'"
			}
			return strings.Join(quoted, ",")
		}
		if format != "" || len(values) != 1 {
			failed = fmt.Errorf("variable %s: format %q of %d values", name, format, len(values))
		}
		return strings.Join(values, ",")
	})
	for failed == nil {
		at := macroUse.FindStringSubmatchIndex(sql)
		if at == nil {
			break
		}
		name := sql[at[2]:at[3]]
		args, end := macroArguments(sql, at[1])
		text, err := g.macro(name, args)
		if err != nil {
			return "", err
		}
		sql = sql[:at[0]] + text + sql[end:]
	}
	return sql, failed
}

// conditions expands $__conditionalAll(condition, $variable): 1=1 where all values are
// chosen.
func (g *grafana) conditions(sql string) (string, error) {
	const macro = "$__conditionalAll"
	for {
		at := strings.LastIndex(sql, macro)
		if at < 0 {
			return sql, nil
		}
		args, end := macroArguments(sql, at+len(macro))
		if len(args) != 2 {
			return "", fmt.Errorf("%s has %d arguments", macro, len(args))
		}
		text := args[0]
		if g.all[strings.Trim(strings.TrimSpace(args[1]), "${}")] {
			text = "1=1"
		}
		sql = sql[:at] + text + sql[end:]
	}
}

// macroArguments reads "(a, b)" at a place, commas within parentheses aside.
func macroArguments(sql string, at int) (args []string, end int) {
	if at >= len(sql) || sql[at] != '(' {
		return nil, at
	}
	depth, start := 0, at+1
	for i := at; i < len(sql); i++ {
		switch sql[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return append(args, sql[start:i]), i + 1
			}
		case ',':
			if depth == 1 {
				args = append(args, sql[start:i])
				start = i + 1
			}
		}
	}
	return nil, at
}

func (g *grafana) macro(name string, args []string) (string, error) {
	at := func(t time.Time) string { return fmt.Sprintf("toDateTime(%d)", t.Unix()) }
	date := func(t time.Time) string { return "toDate('" + t.Format("2006-01-02") + "')" }
	seconds := max(int(g.interval/time.Second), 1)
	switch {
	case name == "fromTime" && len(args) == 0:
		return at(g.from), nil
	case name == "toTime" && len(args) == 0:
		return at(g.to), nil
	case name == "interval_s" && len(args) == 0:
		return fmt.Sprint(seconds), nil
	case name == "timeFilter" && len(args) == 1:
		return fmt.Sprintf("%s >= %s AND %[1]s <= %[3]s", args[0], at(g.from), at(g.to)), nil
	case name == "dateFilter" && len(args) == 1:
		return fmt.Sprintf("%s >= %s AND %[1]s <= %[3]s", args[0], date(g.from), date(g.to)), nil
	case name == "timeInterval" && len(args) == 1:
		return fmt.Sprintf("toStartOfInterval(toDateTime(%s), INTERVAL %d second)", args[0], seconds), nil
	}
	return "", fmt.Errorf("$__%s with %d arguments is no macro that is known here", name, len(args))
}

func TestMacros(t *testing.T) {
	g := &grafana{from: time.Unix(100, 0).UTC(), to: time.Unix(200, 0).UTC(), interval: time.Minute,
		values: map[string][]string{"source": {"a", "b'c"}, "by": {"month"}}, all: map[string]bool{"source": true}}
	for sql, want := range map[string]string{
		"$__timeFilter(f(a, 1))":                              "f(a, 1) >= toDateTime(100) AND f(a, 1) <= toDateTime(200)",
		"'$by' ${by} IN (${source:singlequote}) $__fromTime":  `'month' month IN ('a','b\'c') toDateTime(100)`,
		"$__conditionalAll(x IN (1, 2), $source) AND y":       "1=1 AND y",
		"$__conditionalAll(x IN (1, 2), $by)":                 "x IN (1, 2)",
		"$__timeInterval(t), $__interval_s, $__dateFilter(d)": "toStartOfInterval(toDateTime(t), INTERVAL 60 second), 60, d >= toDate('1970-01-01') AND d <= toDate('1970-01-01')",
		"$nothing": "", "$__nothing(1)": "", "$__timeFilter": "", "$source": "",
	} {
		if got, err := g.expand(sql); want != "" && got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q, %v, want %q", sql, got, err, want)
		}
	}
}

// TestGrafanaProvisioning checks the files that Grafana reads at its start.
func TestGrafanaProvisioning(t *testing.T) {
	read := func(name string, into any) {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(grafanaFolder, "provisioning", name))
		if err != nil {
			t.Fatal(err)
		}
		decoder := yaml.NewDecoder(bytes.NewReader(data))
		decoder.KnownFields(true)
		if err := decoder.Decode(into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	var sources struct {
		APIVersion  int `yaml:"apiVersion"`
		Datasources []struct {
			Name           string            `yaml:"name"`
			Type           string            `yaml:"type"`
			UID            string            `yaml:"uid"`
			Access         string            `yaml:"access"`
			IsDefault      bool              `yaml:"isDefault"`
			Editable       bool              `yaml:"editable"`
			JSONData       map[string]any    `yaml:"jsonData"`
			SecureJSONData map[string]string `yaml:"secureJsonData"`
		} `yaml:"datasources"`
	}
	read("datasources/nhip.yaml", &sources)
	if len(sources.Datasources) != 1 {
		t.Fatalf("%d data sources", len(sources.Datasources))
	}
	ds := sources.Datasources[0]
	if ds.UID != "nhip" || ds.Type != "grafana-clickhouse-datasource" || ds.JSONData["defaultDatabase"] != "nhip" || ds.JSONData["protocol"] != "http" {
		t.Errorf("data source %+v", ds)
	}
	if password := ds.SecureJSONData["password"]; !regexp.MustCompile(`^\$\{\w+\}$`).MatchString(password) {
		t.Errorf("the password is %q: want a variable of the environment", password)
	}
	var providers struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Name                  string         `yaml:"name"`
			OrgID                 int            `yaml:"orgId"`
			Folder                string         `yaml:"folder"`
			Type                  string         `yaml:"type"`
			DisableDeletion       bool           `yaml:"disableDeletion"`
			AllowUIUpdates        bool           `yaml:"allowUiUpdates"`
			UpdateIntervalSeconds int            `yaml:"updateIntervalSeconds"`
			Options               map[string]any `yaml:"options"`
		} `yaml:"providers"`
	}
	read("dashboards/nhip.yaml", &providers)
	if len(providers.Providers) != 1 || providers.Providers[0].Type != "file" || providers.Providers[0].Options["path"] == "" {
		t.Errorf("providers %+v", providers)
	}
}
