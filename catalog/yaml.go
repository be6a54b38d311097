package catalog

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"

	"nhip"
)

// required names the fields without which an entry says nothing, by type.
var required = map[string][]string{
	"Source":    {"id", "name", "kind", "hosts", "selectors", "schedule"},
	"Feed":      {"url"},
	"Listing":   {"url"},
	"Archive":   {"url"},
	"Family":    {"id", "name", "layouts"},
	"Unit":      {"id", "family", "forms"},
	"Indicator": {"id", "name", "phrases", "measure"},
	"Term":      {"id", "name", "phrases"},
}

// yamlDoc walks the nodes of one document into Go values. It never stops at a
// mistake, and it remembers the line of every field for the checks that follow.
type yamlDoc struct {
	file     file
	problems *Problems
	lines    map[string]int
}

// decodeYAML decodes f into *into (a struct or a slice of structs) and returns the
// line of every field by its path. Only the first document counts: a second one
// would be ignored in silence and is therefore a problem.
func decodeYAML(f file, into any, problems *Problems) map[string]int {
	d := &yamlDoc{file: f, problems: problems, lines: map[string]int{}}
	dec := yaml.NewDecoder(bytes.NewReader(f.data))
	var root yaml.Node
	switch err := dec.Decode(&root); {
	case err == io.EOF:
		d.problem(0, "", "is empty: write it as docs/catalog-format.md says, or delete it")
		return d.lines
	case err != nil:
		line, message := yamlSyntax(err)
		d.problem(line, "", "is not YAML: %s", message)
		return d.lines
	}
	var second yaml.Node
	if err := dec.Decode(&second); err != io.EOF {
		d.problem(second.Line, "", "holds a second document after '---': make it a file of its own")
	}
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		d.decode(root.Content[0], reflect.ValueOf(into).Elem(), "")
	}
	return d.lines
}

var syntaxLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)

func yamlSyntax(err error) (line int, message string) {
	message = err.Error()
	if m := syntaxLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = message[len(m[0]):]
	}
	return line, strings.TrimPrefix(message, "yaml: ")
}

func (d *yamlDoc) problem(line int, path, format string, args ...any) {
	*d.problems = append(*d.problems, Problem{File: d.file.shown, Line: line, Field: path, Message: fmt.Sprintf(format, args...)})
}

var (
	durationType = reflect.TypeFor[Duration]()
	dateType     = reflect.TypeFor[nhip.Date]()
	patternType  = reflect.TypeFor[Pattern]()
)

func (d *yamlDoc) decode(n *yaml.Node, v reflect.Value, path string) {
	d.lines[path] = n.Line
	if n.Kind == yaml.AliasNode {
		// Aliases make small files explode and hide from the reader what holds here.
		d.problem(n.Line, path, "is an alias (*%s): write the value out", n.Value)
		return
	}
	switch v.Type() {
	case durationType, dateType, patternType:
		if text, ok := d.scalar(n, path, ""); ok {
			d.special(n, text, v, path)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), path)
	case reflect.Struct:
		d.mapping(n, v, path)
	case reflect.Slice:
		d.sequence(n, v, path)
	case reflect.String:
		if text, ok := d.scalar(n, path, "!!str"); ok {
			v.SetString(norm.NFC.String(text))
		}
	case reflect.Int:
		if text, ok := d.scalar(n, path, "!!int"); ok {
			i, err := strconv.Atoi(text)
			if err != nil {
				d.problem(n.Line, path, "is %q: write a whole number in plain digits", text)
				return
			}
			v.SetInt(int64(i))
		}
	case reflect.Bool:
		if text, ok := d.scalar(n, path, "!!bool"); ok {
			v.SetBool(strings.EqualFold(text, "true"))
		}
	default:
		d.problem(n.Line, path, "cannot be written in YAML: the program has no decoder for %s", v.Type())
	}
}

// scalar returns the text of a scalar with the wanted tag ("" for any but null).
func (d *yamlDoc) scalar(n *yaml.Node, path, tag string) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		d.problem(n.Line, path, "is a %s: write a single value", kindName(n))
		return "", false
	}
	got := n.ShortTag()
	switch {
	case got == "!!null":
		d.problem(n.Line, path, "is empty: give a value or take the key out")
	case tag == "" || got == tag:
		return n.Value, true
	case tag == "!!str" && n.Style == 0:
		d.problem(n.Line, path, "is %s, which YAML takes for a %s: put it into quotes", n.Value, tagName(got))
	default:
		d.problem(n.Line, path, "is %q: write a %s", n.Value, tagName(tag))
	}
	return "", false
}

func (d *yamlDoc) special(n *yaml.Node, text string, v reflect.Value, path string) {
	switch p := v.Addr().Interface().(type) {
	case *Duration:
		parsed, err := ParseDuration(text)
		if err != nil {
			d.problem(n.Line, path, "%v", err)
			return
		}
		*p = parsed
	case *nhip.Date:
		if err := p.UnmarshalText([]byte(text)); err != nil {
			d.problem(n.Line, path, "%v", err)
		}
	case *Pattern:
		re, err := regexp.Compile(text)
		if err != nil {
			d.problem(n.Line, path, "is no regular expression of Go's package regexp: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
			return
		}
		p.Regexp = re
	}
}

func (d *yamlDoc) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.problem(n.Line, path, "is a %s: write keys and values (%s)", kindName(n), strings.Join(yamlKeys(v.Type()), ", "))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		if line, ok := seen[key.Value]; ok {
			d.problem(key.Line, at, "is written twice, first in line %d: keep one", line)
			continue
		}
		seen[key.Value] = key.Line
		field, ok := yamlField(v, key.Value)
		if !ok {
			d.problem(key.Line, at, "is no known key%s", suggest(key.Value, yamlKeys(v.Type())))
			continue
		}
		d.decode(value, field, at)
	}
	for _, key := range required[v.Type().Name()] {
		if _, ok := seen[key]; !ok {
			d.problem(n.Line, join(path, key), "is missing: every %s needs it", strings.ToLower(v.Type().Name()))
		}
	}
}

// sequence also takes a single scalar for a list of one where the list holds
// scalars.
func (d *yamlDoc) sequence(n *yaml.Node, v reflect.Value, path string) {
	elem := v.Type().Elem()
	items := n.Content
	if n.Kind != yaml.SequenceNode {
		if n.Kind != yaml.ScalarNode || elem.Kind() == reflect.Struct && elem != patternType {
			d.problem(n.Line, path, "is a %s: write a list (- ...)", kindName(n))
			return
		}
		items = []*yaml.Node{n}
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		d.decode(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

func yamlField(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if yamlKey(v.Type().Field(i)) == key && key != "-" && key != "" {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func yamlKey(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return key
}

func yamlKeys(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if key := yamlKey(t.Field(i)); key != "" && key != "-" {
			keys = append(keys, key)
		}
	}
	return keys
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "mapping"
	case yaml.SequenceNode:
		return "list"
	}
	return "single value"
}

func tagName(tag string) string {
	switch tag {
	case "!!int", "!!float":
		return "number"
	case "!!bool":
		return "truth value (true or false)"
	case "!!timestamp":
		return "date"
	case "!!str":
		return "text"
	case "!!null":
		return "empty value"
	}
	return tag
}

// ParseDuration reads "300ms", "2s", "6h" or "2d"; a day has 24 hours.
func ParseDuration(s string) (Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n <= 36500 {
			return Duration(time.Duration(n) * 24 * time.Hour), nil
		}
	} else if t, err := time.ParseDuration(s); err == nil && t >= 0 {
		return Duration(t), nil
	}
	return 0, fmt.Errorf("%q is no span of time: write 300ms, 2s, 6h or 2d", s)
}

// suggest names the known word nearest to a misspelt one.
func suggest(word string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if n := editDistance(word, k); n < distance {
			best, distance = k, n
		}
	}
	if best != "" {
		return fmt.Sprintf(": did you mean %s?", best)
	}
	return ": known are " + strings.Join(known, ", ")
}

// editDistance is the Levenshtein distance in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = slices.Min([]int{cost, row[j] + 1, row[j+1] + 1})
		}
	}
	return row[len(b)]
}
