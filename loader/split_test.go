package loader

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestSplitStatements(t *testing.T) {
	const sql = `-- a comment; with a semicolon
/* and another; one */
SELECT 'a;b', 'it''s; \'so\';', "n;ame", ` + "`b;q`" + ` -- c;
  , $tag$ ; $tag$, 1;

# a comment; of the shell's kind
SELECT 2 /* in; side */;
;
SELECT 3`
	got, err := splitStatements(sql)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"SELECT 'a;b', 'it''s; \\'so\\';', \"n;ame\", `b;q` -- c;\n  , $tag$ ; $tag$, 1",
		"SELECT 2 /* in; side */", "SELECT 3",
	}
	var texts []string
	var lines []int
	for _, s := range got {
		texts, lines = append(texts, s.text), append(lines, s.line)
	}
	if d := cmp.Diff(want, texts); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]int{3, 7, 9}, lines); d != "" {
		t.Error(d)
	}
}

func TestSplitStatementsUnfinished(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 1;\nSELECT 'abc":     "line 2: quote ' does not end",
		"\n\n/* no end ; ":           "line 3: comment does not end",
		"SELECT `a\\`":               "line 1: quote ` does not end",
		"SELECT 1,\n $x$ ; $y$":      "line 2: heredoc $x$ does not end",
		"SELECT \"two\nlines;\n 'x'": "line 1: quote \" does not end",
	} {
		if _, err := splitStatements(sql); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", sql, err, want)
		}
	}
}

func FuzzSplitStatements(f *testing.F) {
	f.Add("SELECT ';'; SELECT 1 -- ;\n;")
	f.Add("/* ; */ $a$;$a$;`;`;\";\"")
	f.Fuzz(func(t *testing.T, sql string) {
		got, err := splitStatements(sql)
		if err != nil {
			return
		}
		// No statement is empty, and each is one statement when split again.
		for _, s := range got {
			if strings.TrimSpace(s.text) == "" {
				t.Fatalf("empty statement of %q", sql)
			}
			again, err := splitStatements(s.text)
			if err != nil || len(again) != 1 || again[0].text != s.text {
				t.Fatalf("%q of %q splits again into %v, %v", s.text, sql, again, err)
			}
		}
	})
}

// idempotent are the statements that may run twice to the same end.
var idempotent = regexp.MustCompile(`^(CREATE (TABLE|DICTIONARY) IF NOT EXISTS|CREATE OR REPLACE VIEW|DROP VIEW IF EXISTS|` +
	`ALTER TABLE \w+\s+(ADD (COLUMN|INDEX) IF NOT EXISTS|DROP (COLUMN|INDEX) IF EXISTS|MODIFY (COLUMN|SETTING)|MATERIALIZE (COLUMN|INDEX)))\s`)

func TestReadMigrations(t *testing.T) {
	all, err := readMigrations(schemaFiles, "schema")
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range all {
		if m.Number != i+1 || len(m.statements) == 0 {
			t.Errorf("%s: number %d, %d statements", m.Name, m.Number, len(m.statements))
		}
		for _, s := range m.statements {
			// Every statement may run twice.
			if !idempotent.MatchString(s.text) {
				t.Errorf("%s:%d: not known to be idempotent: %.60s", m.Name, s.line, s.text)
			}
		}
	}
	for name, files := range map[string]fs.FS{
		"a gap":     fstest.MapFS{"schema/0001_a.sql": {Data: []byte("SELECT 1")}, "schema/0003_b.sql": {Data: []byte("SELECT 1")}},
		"no number": fstest.MapFS{"schema/tables.sql": {Data: []byte("SELECT 1")}},
		"a quote":   fstest.MapFS{"schema/0001_a.sql": {Data: []byte("SELECT '")}},
	} {
		if _, err := readMigrations(files, "schema"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
