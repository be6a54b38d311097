package loader

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

var update = flag.Bool("update", false, "write what the golden files under testdata should hold")

// clusterStatements are the statements of every schema file on a cluster, each
// parsed by the engine.
func clusterStatements(t *testing.T, s *Store, statements []statement) []string {
	t.Helper()
	c := cluster{"ba_mien", "nhip"}
	var out []string
	for _, st := range statements {
		made, err := c.statements(st.text)
		if err != nil {
			t.Fatalf("line %d: %v", st.line, err)
		}
		for _, sql := range made {
			var formatted string
			if err := s.admin.QueryRow(t.Context(), "SELECT formatQuery("+quoteText(sql)+")").Scan(&formatted); err != nil {
				t.Fatalf("the engine does not parse\n%s\n%v", sql, err)
			}
			if !strings.Contains(formatted, "ON CLUSTER ba_mien") {
				t.Errorf("a statement for one node only:\n%s", formatted)
			}
			out = append(out, sql)
		}
	}
	return out
}

// The golden files hold what each schema file becomes on a cluster; a difference is
// to be read before it is accepted with -update.
func TestClusterSchema(t *testing.T) {
	s := openUnmigrated(t)
	first := Migration{Name: "0000_database.sql", statements: []statement{
		{text: "CREATE DATABASE IF NOT EXISTS `nhip`"}, {text: migrationsTable}}}
	names := map[string]bool{}
	for _, m := range append([]Migration{first}, s.migrations...) {
		got := strings.Join(clusterStatements(t, s, m.statements), ";\n\n") + ";\n"
		golden := filepath.Join("testdata", "cluster", m.Name)
		names[m.Name] = true
		if *update {
			if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Errorf("%v; go test ./loader -run TestClusterSchema -update writes it", err)
			continue
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s: %s", golden, d)
		}
	}
	files, err := filepath.Glob("testdata/cluster/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !names[filepath.Base(f)] {
			t.Errorf("%s belongs to no schema file", f)
		}
	}
}

func TestClusterStatements(t *testing.T) {
	c := cluster{"c", "d"}
	for name, test := range map[string]struct {
		sql  string
		want []string
	}{
		"spread table": {"CREATE TABLE IF NOT EXISTS pages (a UInt8) ENGINE = ReplacingMergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 10, fsync_after_insert = 1", []string{
			"CREATE TABLE IF NOT EXISTS pages_local ON CLUSTER `c` (a UInt8) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}') ORDER BY a SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10, fsync_after_insert = 1",
			"CREATE TABLE IF NOT EXISTS pages ON CLUSTER `c` AS pages_local ENGINE = Distributed('c', 'd', 'pages_local', cityHash64(doc_id))"}},
		"table of every node": {"CREATE TABLE IF NOT EXISTS units (a UInt8) ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY a", []string{
			"CREATE TABLE IF NOT EXISTS units ON CLUSTER `c` (a UInt8) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}', version, is_deleted) ORDER BY a"}},
		"column of a spread table": {"ALTER TABLE pages ADD COLUMN IF NOT EXISTS b UInt8", []string{
			"ALTER TABLE pages_local ON CLUSTER `c` ADD COLUMN IF NOT EXISTS b UInt8", "ALTER TABLE pages ON CLUSTER `c` ADD COLUMN IF NOT EXISTS b UInt8"}},
		"index of a spread table": {"ALTER TABLE pages ADD INDEX IF NOT EXISTS i b TYPE minmax", []string{
			"ALTER TABLE pages_local ON CLUSTER `c` ADD INDEX IF NOT EXISTS i b TYPE minmax"}},
		"view of documents": {"CREATE OR REPLACE VIEW v_mentions (a UInt8) AS SELECT m.a, 'FROM pages' FROM mentions AS m FINAL -- FROM pages\nINNER JOIN (SELECT doc_id FROM documents FINAL) AS d USING doc_id JOIN units AS u USING id\nCOMMENT 'x\\' / y'", []string{
			"CREATE OR REPLACE VIEW v_mentions_local ON CLUSTER `c` (a UInt8) AS SELECT m.a, 'FROM pages' FROM mentions_local AS m FINAL -- FROM pages\nINNER JOIN (SELECT doc_id FROM documents_local FINAL) AS d USING doc_id JOIN units AS u USING id\nCOMMENT 'x\\' / y'",
			"CREATE OR REPLACE TABLE v_mentions ON CLUSTER `c` AS v_mentions_local ENGINE = Distributed('c', 'd', 'v_mentions_local', cityHash64(doc_id))\nCOMMENT 'x\\' / y'"}},
		"view across documents": {"CREATE OR REPLACE VIEW v_x AS SELECT 1 FROM documents AS d LEFT ANY JOIN mentions AS m ON 1 JOIN units AS u ON 1 ARRAY JOIN x LEFT ARRAY JOIN y WHERE a IN (SELECT 1) AND b NOT IN ( SELECT 2) AND c IN (1, 2) AND d NOT IN (3)", []string{
			"CREATE OR REPLACE VIEW v_x ON CLUSTER `c` AS SELECT 1 FROM documents AS d GLOBAL LEFT ANY JOIN mentions AS m ON 1 GLOBAL JOIN units AS u ON 1 ARRAY JOIN x LEFT ARRAY JOIN y WHERE a GLOBAL IN (SELECT 1) AND b GLOBAL NOT IN ( SELECT 2) AND c IN (1, 2) AND d NOT IN (3)"}},
		"dictionary": {"CREATE DICTIONARY IF NOT EXISTS place_names (id String) PRIMARY KEY id", []string{
			"CREATE DICTIONARY IF NOT EXISTS place_names ON CLUSTER `c` (id String) PRIMARY KEY id"}},
		"drop": {"DROP VIEW IF EXISTS v_daily", []string{"DROP VIEW IF EXISTS v_daily ON CLUSTER `c`"}},
	} {
		got, err := c.statements(test.sql)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	for _, sql := range []string{"OPTIMIZE TABLE pages FINAL", "CREATE TABLE pages (a UInt8) ENGINE = MergeTree", "INSERT INTO units VALUES (1)",
		"CREATE TABLE IF NOT EXISTS x (a UInt8) ENGINE = Log"} {
		if got, err := c.statements(sql); err == nil {
			t.Errorf("%s: %q", sql, got)
		}
	}
}

// The tables that are spread and the views of documents are those of the schema.
func TestClusterKnowsTheSchema(t *testing.T) {
	schema := schemaOf(t, openTest(t))
	for name, key := range shardKeys {
		if sql, ok := schema[name]; !ok || !strings.Contains(sql, "`"+key+"` UInt64") {
			t.Errorf("%s is spread by %s, but the schema has %q", name, key, sql)
		}
		if _, order, _ := strings.Cut(schema[name], "ORDER BY "); !strings.Contains(order, key) {
			t.Errorf("%s: %s is not in its sorting key, so replacing rows could lie on different shards", name, key)
		}
	}
	for _, name := range documentViews {
		if _, ok := schema[name]; !ok {
			t.Errorf("no view %s in the schema", name)
		}
	}
	if _, err := Open(t.Context(), Options{DataDir: testDataDir, Cluster: "c"}); err == nil || !strings.Contains(err.Error(), "embedded") {
		t.Errorf("a cluster of the embedded engine: %v", err)
	}
}

// The statements of a cluster, run on this engine with what it has instead: one
// replica, and a Merge table over the one shard. They make a schema that answers
// like the one they come from.
func TestClusterSchemaAnswers(t *testing.T) {
	s := openTest(t)
	if _, err := s.Load(t.Context(), "run", killItems()); err != nil {
		t.Fatal(err)
	}
	gone := testItems(5)[4]
	gone.Page, gone.Record = nil, nil
	gone.Visit.Outcome, gone.Visit.At = nhip.OutcomeGone, gone.Visit.At.AddDate(0, 1, 0)
	if _, err := s.Load(t.Context(), "run", []nhip.Item{gone}); err != nil {
		t.Fatal(err)
	}
	one := openUnmigrated(t)
	execSQL(t, one, "CREATE DATABASE "+quoteName(one.database))
	c := cluster{"c", one.database}
	replicated := regexp.MustCompile(`Replicated(\w*MergeTree)\('[^']*', '[^']*'(?:, )?`)
	distributed := regexp.MustCompile(`Distributed\('c', ('\w+'), '(\w+)', \w+\(\w+\)\)`)
	window := regexp.MustCompile(`replicated_deduplication_window(_seconds)? = \d+, `)
	for _, m := range s.migrations {
		for _, st := range m.statements {
			made, err := c.statements(st.text)
			if err != nil {
				t.Fatal(err)
			}
			for _, sql := range made {
				sql = strings.Replace(sql, c.on(), "", 1)
				sql = replicated.ReplaceAllString(sql, "$1(")
				sql = distributed.ReplaceAllString(sql, "Merge($1, '^$2$$')")
				execSQL(t, one, window.ReplaceAllString(sql, ""))
			}
		}
	}
	for name := range shardKeys {
		execSQL(t, one, "INSERT INTO "+name+"_local SELECT * FROM "+quoteName(s.database)+"."+name)
	}
	for _, name := range []string{"batches", "runs"} {
		execSQL(t, one, "INSERT INTO "+name+" SELECT * FROM "+quoteName(s.database)+"."+name)
	}
	for _, from := range []string{"v_articles", "content_readings", "v_observation_vintages", "v_observations", "v_mentions", "v_daily", "v_article_words",
		"observations_asof(asof = '2024-03-07 12:00:00')", "documents FINAL", "document_versions FINAL"} {
		var want, got [2]uint64
		sql := "SELECT count(), sum(sipHash64(toString(tuple(*)))) FROM " + from
		if err := s.conn.QueryRow(t.Context(), sql).Scan(&want[0], &want[1]); err != nil {
			t.Fatal(err)
		}
		if err := one.conn.QueryRow(t.Context(), sql).Scan(&got[0], &got[1]); err != nil {
			t.Errorf("%s: %v", from, err)
		} else if got != want || want[0] == 0 {
			t.Errorf("%s: %v, want %v", from, got, want)
		}
	}
}
