package catalog

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"nhip"
)

// documented maps the headings of docs/catalog-format.md to what they document.
var documented = map[string]any{
	"sources/<id>.yaml":        Source{},
	"discover":                 Discover{},
	"discover.feeds[]":         Feed{},
	"discover.listings[]":      Listing{},
	"discover.archives[]":      Archive{},
	"discover.listings[].next": Next{},
	"documents":                Documents{},
	"layouts[]":                Layout{},
	"layouts[].title":          Field{},
	"families.yaml":            Family{},
	"units.yaml":               Unit{},
	"indicators.yaml":          Indicator{},
	"terms.yaml":               Term{},
	"places.csv":               columnsOf(placeColumns, Place{}),
	"industries.csv":           columnsOf(industryColumns, Industry{}),
	"organisations.csv":        columnsOf(organisationColumns, Organisation{}),
	"positions.csv":            columnsOf(positionColumns, Position{}),
}

type docField struct {
	name, kind, required string
}

func columnsOf[T any](columns []column[T], entry T) []docField {
	var fields []docField
	for _, c := range columns {
		kind := "text"
		goName := strings.ReplaceAll(strings.ToLower(c.name), "_", "")
		v := reflect.ValueOf(entry)
		for i := range v.NumField() {
			if strings.ToLower(v.Type().Field(i).Name) == goName {
				kind = docKind(v.Type().Field(i).Type)
			}
		}
		fields = append(fields, docField{c.name, kind, yesNo(c.required)})
	}
	return fields
}

func fieldsOf(entry any) []docField {
	if fields, ok := entry.([]docField); ok {
		return fields
	}
	t := reflect.TypeOf(entry)
	var fields []docField
	for i := range t.NumField() {
		if key := yamlKey(t.Field(i)); key != "-" {
			fields = append(fields, docField{key, docKind(t.Field(i).Type), yesNo(slices.Contains(required[t.Name()], key))})
		}
	}
	return fields
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func docKind(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[Duration]():
		return "duration"
	case reflect.TypeFor[nhip.Date]():
		return "date"
	case reflect.TypeFor[Pattern]():
		return "pattern"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return docKind(t.Elem())
	case reflect.Slice:
		return "list of " + docKind(t.Elem()) + "s"
	case reflect.Struct:
		return "mapping"
	case reflect.Int:
		return "number"
	case reflect.Bool:
		return "truth value"
	}
	return "text"
}

var (
	heading = regexp.MustCompile("^##+ `([^`]+)`")
	docRow  = regexp.MustCompile("^\\| `([a-z_]+)` \\| ([^|]*) \\| (yes|no) \\|")
)

// TestFormatIsDocumented compares docs/catalog-format.md with the structs and the
// columns: every field in its order, with its type and whether it is required.
func TestFormatIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/catalog-format.md")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]docField{}
	section := ""
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "#") {
			section = ""
			if m := heading.FindStringSubmatch(line); m != nil {
				section = m[1]
			}
		}
		if m := docRow.FindStringSubmatch(line); m != nil {
			got[section] = append(got[section], docField{m[1], m[2], m[3]})
		}
	}
	for name, entry := range documented {
		want := fieldsOf(entry)
		if !slices.Equal(got[name], want) {
			t.Errorf("%s: the page documents\n%v\nthe program has\n%v", name, got[name], want)
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("the page documents %q, which the program does not have", name)
	}
}

// TestDocumentedSourcesLoad loads the whole sources that the pages show.
func TestDocumentedSourcesLoad(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n(id: ([a-z-]+)\n.*?)```")
	for _, name := range []string{"catalog-format.md", "add-a-source.md"} {
		page, err := os.ReadFile("../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		blocks := block.FindAllSubmatch(page, -1)
		if len(blocks) == 0 {
			t.Errorf("%s shows no whole source", name)
		}
		for _, m := range blocks {
			if _, err := Load(fstest.MapFS{"sources/" + string(m[2]) + ".yaml": {Data: m[1]}}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
