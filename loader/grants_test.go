package loader

import (
	"regexp"
	"strings"
	"testing"
)

// The engine has no users: it parses the script, and knows every setting in it.
func TestGrants(t *testing.T) {
	s := openTest(t)
	statements, err := splitStatements(Grants)
	if err != nil || len(statements) < 12 {
		t.Fatalf("%d statements, %v", len(statements), err)
	}
	for _, st := range statements {
		var formatted string
		if err := s.admin.QueryRow(t.Context(), "SELECT formatQuery("+quoteText(st.text)+")").Scan(&formatted); err != nil {
			t.Errorf("line %d: %v", st.line, err)
		}
		if !strings.HasPrefix(st.text, "CREATE SETTINGS PROFILE") {
			continue
		}
		for _, m := range regexp.MustCompile(`(\w+) = `).FindAllStringSubmatch(st.text, -1) {
			var n uint64
			if err := s.admin.QueryRow(t.Context(), "SELECT count() FROM system.settings WHERE name = {name:String}", named("name", m[1])).Scan(&n); err != nil || n != 1 {
				t.Errorf("line %d: no setting %s (%v)", st.line, m[1], err)
			}
		}
	}
	// A reader may select from every view of people, and from no table.
	readable := regexp.MustCompile(`^(v_\w+|observations_asof)$`)
	for name := range schemaOf(t, s) {
		isView := strings.HasPrefix(name, "v_") || name == "observations_asof"
		if readable.MatchString(name) != isView {
			t.Errorf("%s: readable %v", name, !isView)
		}
	}
	for _, table := range []string{"documents", "pages", "observations"} {
		if regexp.MustCompile(`nhip\.` + table + `\b[^_].*TO nhip_reader`).MatchString(Grants) {
			t.Errorf("a reader may select from %s", table)
		}
	}
}
