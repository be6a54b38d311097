package engine

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// everyone lets all in with the same access.
type everyone struct{ access Access }

func (e everyone) Access(string, string) (Access, bool) { return e.access, true }

// reader is a BI user of the database nhip.
var reader = Access{User: "bi", Databases: []string{"nhip"}}

// targets are what attacks try to reach: a marked file, a folder where nothing may
// appear, a listener that must see no hit.
type targets struct {
	folder, secret, addr string
	hits                 atomic.Int64
}

const mark = "bí mật của bài thử"

func newTargets(t *testing.T) *targets {
	t.Helper()
	x := &targets{folder: t.TempDir()}
	x.secret = filepath.Join(x.folder, "secret")
	if err := os.WriteFile(x.secret, []byte(mark+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	x.addr = listener.Addr().String()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			x.hits.Add(1)
			conn.Close()
		}
	}()
	return x
}

// untouched fails the test if anything was reached.
func (x *targets) untouched(t *testing.T) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(x.folder, "*")); err != nil || len(left) != 1 {
		t.Errorf("outside the data directory: %q, %v", left, err)
	}
	if n := x.hits.Load(); n > 0 {
		t.Errorf("the engine reached the listener %d times", n)
	}
}

// attack is a request by which a user tries to get out.
type attack struct {
	sql        string
	parameters []string
}

// hostAttacks leave the data directory: files and other hosts.
func (x *targets) hostAttacks() []attack {
	text := strings.NewReplacer("SECRET", x.secret, "FOLDER", x.folder, "ADDR", x.addr).Replace
	var attacks []attack
	for _, sql := range []string{
		"SELECT file('SECRET')", "SELECT FILE('SECRET')", "SELECT file ('SECRET')", "SELECT file/**/('SECRET')", "SELECT file--\n('SECRET')",
		"SELECT `file`('SECRET')", `SELECT "file"('SECRET')`, "SELECT `fi\\x6ce`('SECRET')", "SELECT “file”('SECRET')", "SELECT 'file'('SECRET')",
		"SELECT arrayMap(file, ['SECRET'])", "SELECT arrayMap(p -> file(p), ['SECRET'])", "SELECT arrayMap(`file`, ['SECRET'])",
		"SELECT * APPLY(file) FROM (SELECT 'SECRET' AS p)", "SELECT * APPLY file FROM (SELECT 'SECRET' AS p)",
		"SELECT * APPLY(x -> file(x)) FROM (SELECT 'SECRET' AS p)", "SELECT COLUMNS('p') APPLY(`file`) FROM (SELECT 'SECRET' AS p)",
		"SELECT * APPLY('file') FROM (SELECT 'SECRET' AS p)", "SELECT * REPLACE(file(p) AS p) FROM (SELECT 'SECRET' AS p)",
		"WITH file AS f SELECT f('SECRET')", "WITH (SELECT file('SECRET')) AS s SELECT s", "SELECT 1 WHERE file('SECRET') != ''",
		"SELECT throwIf(1, file('SECRET'))", "SELECT toUInt8(file('SECRET'))", "EXPLAIN SELECT file('SECRET')", "EXPLAIN QUERY TREE SELECT file('SECRET')",
		"DESCRIBE (SELECT file('SECRET') AS a)", "SELECT 1 ORDER BY file('SECRET')", "SELECT 1 LIMIT length(file('SECRET'))",
		"SELECT * FROM view(SELECT file('SECRET'))", "SELECT * FROM numbers(length(file('SECRET')))",
		"SELECT * FROM file('SECRET', 'LineAsString', 's String')", "SELECT * FROM file('SECRET')", "SELECT * FROM `file`('SECRET', 'LineAsString')",
		"SELECT * FROM 'file'('SECRET', 'LineAsString', 's String')", "DESCRIBE TABLE file('SECRET', 'CSV')", "DESCRIBE file('SECRET', 'CSV')",
		"SELECT * FROM numbers(1) JOIN file('SECRET', 'LineAsString', 's String') AS f ON 1", "SELECT 1 IN file('SECRET', 'LineAsString', 's String')",
		"SELECT * FROM 'SECRET'", "SELECT * FROM `SECRET`", "SELECT * FROM fileCluster('default', 'SECRET', 'LineAsString', 's String')",
		"SELECT * FROM icebergLocal('FOLDER')", "SELECT * FROM deltaLakeLocal('FOLDER')", "SELECT * FROM filesystem('FOLDER')",
		"SELECT * FROM sqlite('SECRET', 't')", "SELECT catboostEvaluate('SECRET', 1)",
		"SELECT * FROM executable('SECRET', 'TSV', 's String')", "SELECT * FROM executable('sh -c \"touch FOLDER/x\"', 'TSV', 's String')",
		"SELECT * FROM url('http://ADDR/x', 'LineAsString', 's String')", "SELECT * FROM URL('http://ADDR/x', 'LineAsString', 's String')",
		"SELECT * FROM 'url'('http://ADDR/x', 'LineAsString', 's String')", "SELECT * FROM urlCluster('default', 'http://ADDR/x', 'LineAsString', 's String')",
		"SELECT * FROM s3('http://ADDR/b/x', NOSIGN, 'LineAsString', 's String')", "SELECT * FROM gcs('http://ADDR/b/x', NOSIGN, 'LineAsString', 's String')",
		"SELECT * FROM remote('ADDR', 'system', 'one')", "SELECT * FROM remoteSecure('ADDR', 'system', 'one')",
		"SELECT * FROM remote('ADDR', system.one)", "SELECT * FROM mysql('ADDR', 'd', 't', 'u', 'p')", "SELECT * FROM postgresql('ADDR', 'd', 't', 'u', 'p')",
		"SELECT * FROM mongodb('ADDR', 'd', 't', 'u', 'p', 's String')", "SELECT * FROM redis('ADDR', 'k', 'k String')",
		"SELECT * FROM hdfs('hdfs://ADDR/x', 'TSV', 's String')", "SELECT * FROM azureBlobStorage('http://ADDR/a', 'c', 'b', 'n', 'bWE=', 'CSV')",
		"SELECT * FROM eval('SELECT file(''SECRET'')')", "SELECT * FROM viewExplain('EXPLAIN', '', (SELECT file('SECRET')))",
		"SELECT 1 INTO OUTFILE 'FOLDER/written'", "SELECT 1 INTO OUTFILE 'FOLDER/written' TRUNCATE FORMAT CSV", "SELECT 1 INTO/**/OUTFILE 'FOLDER/written'",
		"EXPLAIN SELECT 1 INTO OUTFILE 'FOLDER/written'", "SHOW TABLES INTO OUTFILE 'FOLDER/written'", "(SELECT 1) INTO OUTFILE 'FOLDER/written'",
		"INSERT INTO nhip.documents FROM INFILE 'SECRET' FORMAT LineAsString", "INSERT INTO FUNCTION file('FOLDER/written', 'TSV', 's String') VALUES ('x')",
		"INSERT INTO FUNCTION url('http://ADDR/', 'TSV', 's String') VALUES ('x')", "INSERT INTO FUNCTION file('FOLDER/written', 'TSV', 's String') SELECT 'x'",
		"CREATE TABLE nhip.u (s String) ENGINE = URL('http://ADDR/x', 'LineAsString')", "CREATE TABLE nhip.f (s String) ENGINE = File(LineAsString, 'SECRET')",
		"CREATE TEMPORARY TABLE f (s String) ENGINE = File(LineAsString, 'SECRET')",
		"CREATE DICTIONARY nhip.h (k UInt64, v String) PRIMARY KEY k SOURCE(HTTP(URL 'http://ADDR/x' FORMAT 'TSV')) LAYOUT(FLAT()) LIFETIME(0)",
		"CREATE DICTIONARY nhip.h (k UInt64, v String) PRIMARY KEY k SOURCE(FILE(PATH 'SECRET' FORMAT 'TSV')) LAYOUT(FLAT()) LIFETIME(0)",
		"CREATE FUNCTION f AS (p) -> file(p)", "BACKUP TABLE nhip.documents TO File('FOLDER/b')", "RESTORE TABLE nhip.documents FROM File('FOLDER/b')",
		"BACKUP DATABASE nhip TO Disk('default', 'b')", "ATTACH TABLE x FROM 'FOLDER' (s String) ENGINE = MergeTree ORDER BY s",
		"SELECT reverseDNSQuery('127.0.0.1')", "SELECT aiGenerate('x', 'y')",
		"SELECT * FROM url\u3000('http://ADDR/x', 'LineAsString', 's String')", "SELECT 1 AS x$a$, file('SECRET') AS y$a$",
		"SELECT 1 // ' \n , file('SECRET') -- '", "SELECT 1 /* /* */ ' */ , file('SECRET') -- '",
		"SELECT 1; SELECT file('SECRET')", "SELECT 1;\n\nSELECT file('SECRET')", "INSERT INTO nhip.documents FORMAT TSV\n1\n\nSELECT file('SECRET')\n",
		"EXPLAIN TABLE OVERRIDE mysql('ADDR', 'd', 't', 'u', 'p') COLUMNS (a UInt8)",
	} {
		attacks = append(attacks, attack{sql: text(sql)})
	}
	return append(attacks,
		attack{text("SELECT {f:Identifier}('SECRET')"), []string{"param_f=file"}},
		attack{text("SELECT arrayMap({f:Identifier}, ['SECRET'])"), []string{"param_f=file"}},
		attack{text("SELECT * APPLY({f:Identifier}) FROM (SELECT 'SECRET' AS p)"), []string{`param_f=fi\x6ce`}},
		attack{text("SELECT * FROM {f:Identifier}('SECRET')"), []string{"param_f=file"}},
		attack{text("SELECT * FROM {f:Identifier}"), []string{"param_f=" + x.secret}},
		attack{text("file('SECRET')"), []string{"implicit_select=1"}},
		attack{text("from `SECRET` | select s"), []string{"dialect=prql"}},
		attack{"SELECT 1 AS x FORMAT Template", []string{"format_template_row=" + x.secret}},
		attack{"SELECT 1 AS x FORMAT Template", []string{"format_template_resultset=" + x.secret}},
		attack{"SELECT 1 AS x FORMAT CapnProto", []string{"format_schema=" + x.secret + ":M"}},
		attack{text("SELECT * FROM file('SECRET', 'LineAsString', 's String')"), []string{"readonly=2"}},
		attack{text("SELECT * FROM url('http://ADDR/x', 'LineAsString', 's String')"), []string{"readonly=0"}},
	)
}

// storeAttacks stay inside and reach for what the user may not read or change.
var storeAttacks = []attack{
	{sql: "SELECT * FROM documents"}, {sql: "SELECT * FROM nhip.documents"}, {sql: "SELECT * FROM `nhip`.`documents`"}, {sql: `SELECT * FROM nhip . "documents"`},
	{sql: "SELECT * FROM nhip.`doc\\x75ments`"}, {sql: "SELECT * FROM 'documents'"}, {sql: "SELECT * FROM nhip.'documents'"}, {sql: "SELECT * FROM 'nhip'.documents"},
	{sql: "FROM documents SELECT *"}, {sql: "SELECT * FROM v_articles, documents"}, {sql: "SELECT * FROM v_articles AS where, documents"},
	{sql: "SELECT * FROM v_articles AS `a`, documents AS d"}, {sql: "SELECT * FROM (documents, v_articles)"}, {sql: "SELECT * FROM ((documents, v_articles), v_articles AS b)"},
	{sql: "SELECT * FROM (v_articles JOIN documents ON 1)"}, {sql: "SELECT * FROM v_articles JOIN documents ON 1"}, {sql: "SELECT * FROM v_articles AS a JOIN v_articles AS b ON 1, documents"},
	{sql: "SELECT * FROM v_articles AS a JOIN v_articles AS b USING n, documents"}, {sql: "SELECT * FROM v_articles AS a ARRAY JOIN [1] AS x, documents"},
	// Spellings in which another lexer would see a text or a comment.
	{sql: "SELECT 1 AS x$a$ FROM documents AS y$a$"}, {sql: "SELECT 1 AS _$a$ FROM documents AS _$a$2"}, {sql: "SELECT 1 // ' \n FROM documents -- '"},
	{sql: "SELECT 1 /* a /* b */ ' */ FROM documents -- '"}, {sql: "SELECT 1 FROM\u3000documents"}, {sql: "SELECT 1 FROM\u200bdocuments"},
	{sql: "SELECT 1 FROM nhip\u2003.\u0085documents"}, {sql: "SELECT * FROM loop\u3000(documents)"}, {sql: "SELECT 1 /*/*/ ' */ */ FROM documents -- '"},
	{sql: "SELECT ‘\\’ FROM documents -- ’"}, {sql: "SELECT 1 # ' \n FROM documents -- '"}, {sql: "SELECT 1 #! ' \n FROM documents -- '"},
	{sql: "SELECT $a$ ' $a$ FROM documents -- '"}, {sql: "SELECT $a$ ' $b$ $a$, 1 FROM documents -- '"}, {sql: "SELECT '\\'' FROM documents -- '"},
	{sql: "SELECT 1 IN documents"}, {sql: "SELECT 1 IN (documents)"}, {sql: "SELECT 1 IN ((documents))"}, {sql: "SELECT 1 NOT IN nhip.documents"}, {sql: "SELECT in(1, documents)"},
	{sql: "SELECT 1 GLOBAL IN documents"}, {sql: "SELECT globalNotIn(1, documents)"}, {sql: "SELECT `in`(1, `documents`)"},
	{sql: "SELECT * APPLY(x -> (SELECT count() FROM documents)) FROM v_articles"}, {sql: "SELECT (SELECT count() FROM nhip.documents)"},
	{sql: "WITH c AS (SELECT * FROM documents) SELECT * FROM c"}, {sql: "SELECT * FROM v_articles UNION ALL SELECT * FROM documents"},
	{sql: "SELECT * FROM merge('nhip', '.*')"}, {sql: "SELECT * FROM loop(documents)"}, {sql: "SELECT * FROM view(SELECT * FROM documents)"},
	{sql: "SELECT * FROM mergeTreeIndex('nhip', 'documents')"}, {sql: "SELECT * FROM cluster('default', nhip.documents)"}, {sql: "SELECT * FROM dictionary('nhip.d')"},
	{sql: "SELECT dictGet('nhip.d', 'v', 1)"}, {sql: "SELECT joinGet('nhip.j', 'v', 1)"}, {sql: "SELECT hasColumnInTable('nhip', 'documents', 'n')"},
	{sql: "SELECT * FROM {t:Identifier}", parameters: []string{"param_t=documents"}}, {sql: "SELECT * FROM {d:Identifier}.documents", parameters: []string{"param_d=nhip"}},
	{sql: "SELECT * FROM nhip.{t:Identifier}", parameters: []string{"param_t=documents"}}, {sql: "SELECT * FROM {t:Identifier}", parameters: []string{"param_t=nhip.documents"}},
	{sql: "SELECT * FROM v_table"}, {sql: "SELECT * FROM other.v_other"}, {sql: "SELECT * FROM v_other", parameters: []string{"database=other"}},
	{sql: "SELECT * FROM processes", parameters: []string{"database=system"}}, {sql: "SELECT * FROM system.processes"}, {sql: "SELECT * FROM SYSTEM.processes"}, {sql: "SELECT * FROM system.users"},
	{sql: "DESCRIBE documents"}, {sql: "DESC TABLE nhip.documents"}, {sql: "SHOW CREATE TABLE documents"}, {sql: "SHOW CREATE nhip.documents"}, {sql: "EXISTS documents"},
	{sql: "SHOW PROCESSLIST"}, {sql: "SHOW GRANTS"}, {sql: "SHOW ACCESS"}, {sql: "CHECK TABLE documents"},
	{sql: "SYSTEM FLUSH LOGS"}, {sql: "SYSTEM SHUTDOWN"}, {sql: "KILL QUERY WHERE 1"}, {sql: "SET readonly = 0"}, {sql: "USE system"}, {sql: "DROP TABLE documents"},
	{sql: "DROP VIEW v_articles"}, {sql: "ALTER TABLE documents DELETE WHERE 1"}, {sql: "TRUNCATE TABLE documents"}, {sql: "DELETE FROM documents WHERE 1"},
	{sql: "INSERT INTO documents VALUES (9)"}, {sql: "INSERT INTO documents SELECT 9"}, {sql: "OPTIMIZE TABLE documents"}, {sql: "GRANT ALL ON *.* TO default"},
	{sql: "CREATE TEMPORARY TABLE t (n UInt8)"}, {sql: "CREATE VIEW nhip.v_mine AS SELECT * FROM nhip.documents"}, {sql: "RENAME TABLE documents TO v_documents"},
	{sql: "SELECT 1; DROP TABLE documents"}, {sql: "INSERT INTO documents FORMAT TSV\n1\n\nDROP TABLE documents\n"}, {sql: "BEGIN TRANSACTION"}, {sql: "EXPLAIN CREATE TABLE nhip.x (n UInt8) ENGINE = Memory"},
	{sql: "SELECT * FROM other_asof(asof = 3)"}, {sql: "SELECT * FROM other.v_other(asof = 3)"},
	{sql: "SELECT * FROM observations_asof(asof = (SELECT max(n) FROM documents))"},
	{sql: "SELECT 1 SETTINGS readonly = 0"}, {sql: "SELECT 1 SETTINGS max_execution_time = 100000"},
	{sql: "SELECT 1 SETTINGS max_threads = 1, additional_table_filters = '{}'"}, {sql: "SELECT 1 SETTINGS max_execution_time = 0"},
	{sql: "SELECT 1 FORMAT TSV SETTINGS readonly = 0"}, {sql: "SELECT 1 SETTINGS readonly = '2' UNION ALL SELECT 2 SETTINGS max_threads = 1"},
	{sql: "SELECT * FROM (SELECT 1 SETTINGS allow_ddl = 1) SETTINGS max_threads = 1"}, {sql: "SELECT 1 SETTINGS max_threads = 1 UNION ALL SELECT 2"},
	{sql: "SELECT * FROM (SELECT name FROM system.tables WHERE database = 'nhip' SETTINGS additional_table_filters = {})"},
	{sql: "SELECT * FROM (SELECT sum(number) FROM numbers(10) SETTINGS /* */ `max_execution_time` = 100000)"},
	{sql: "WITH x AS (SELECT 1 SETTINGS use_query_cache) SELECT * FROM x"}, {sql: "SELECT * FROM view(SELECT 1 AS n settings readonly = 0)"},
	{sql: "DESCRIBE (SELECT 1 SETTINGS readonly = 0)"}, {sql: "SELECT n FROM v_articles WHERE n IN (SELECT 1 SETTINGS max_memory_usage = 0)"}, {sql: "SELECT 1 SETTINGS format_schema = 'x'"},
	{sql: "SELECT 1 SETTINGS max_threads = 1 INTO OUTFILE '/tmp/x'"}, {sql: "SELECT n FROM documents SETTINGS max_threads = 1"}, {sql: "SELECT 1", parameters: []string{"additional_table_filters={}"}},
	{sql: "SELECT 1", parameters: []string{"allow_introspection_functions=1"}},
}

// store makes what BI users find: views to read, tables not to.
func makeStore(t *testing.T, cl *Client) {
	t.Helper()
	for _, sql := range []string{
		"CREATE DATABASE nhip", "CREATE DATABASE other",
		"CREATE TABLE nhip.documents (n UInt64) ENGINE = MergeTree ORDER BY n", "INSERT INTO nhip.documents SELECT number FROM numbers(5)",
		"CREATE TABLE nhip.observations (n UInt64) ENGINE = MergeTree ORDER BY n", "CREATE TABLE nhip.v_table (n UInt64) ENGINE = MergeTree ORDER BY n",
		"CREATE VIEW nhip.v_articles AS SELECT n, n * 2 AS observations, 'x' AS url, toString(n) AS file_name FROM nhip.documents COMMENT 'Articles'",
		"CREATE VIEW nhip.observations_asof AS SELECT n FROM nhip.documents WHERE n < {asof:UInt64}",
		"CREATE VIEW nhip.other_asof AS SELECT n FROM nhip.documents WHERE n < {asof:UInt64}",
		"CREATE VIEW other.v_other AS SELECT 1 AS n",
		"CREATE DICTIONARY nhip.d (k UInt64, v String) PRIMARY KEY k SOURCE(NULL()) LAYOUT(FLAT()) LIFETIME(0)",
	} {
		query(t, cl, sql)
	}
}

// tryAll sends every attack and expects each to be refused.
func tryAll(t *testing.T, send func(attack) reply, attacks []attack) {
	t.Helper()
	for _, a := range attacks {
		if r := send(a); r.status == http.StatusOK || r.err != nil || strings.Contains(r.body, mark) {
			t.Errorf("%s %q: status %d, %v: %.200s", a.sql, a.parameters, r.status, r.err, r.body)
		}
	}
}

// TestGate attacks as a BI user through the proxy, with no sandbox below.
func TestGate(t *testing.T) {
	cl := startWith(t, Options{DataDir: t.TempDir(), IdleAfter: 10 * time.Second, noSandbox: true})
	makeStore(t, cl)
	x := newTargets(t)
	// Without gate and sandbox the file is open, else this test shows nothing.
	if got := query(t, cl, "SELECT file('"+x.secret+"')"); !strings.Contains(got, mark) {
		t.Fatalf("the target is out of reach: %q", got)
	}
	web := httptest.NewServer(cl.Proxy(ProxyOptions{Users: everyone{reader}}))
	defer web.Close()
	c := &http.Client{Transport: toServer{web.URL}}
	send := func(a attack) reply { return askWith(t, c, "POST", strings.NewReader(a.sql), nil, a.parameters...) }
	tryAll(t, send, x.hostAttacks())
	x.untouched(t)
	tryAll(t, send, storeAttacks)
	if r := askWith(t, c, "POST", strings.NewReader("SELECT count() FROM documents"), http.Header{accessHeader: {""}}); r.code() != "497" {
		t.Errorf("a client chose its access: %d %s", r.status, r.body)
	}
	for _, a := range []struct{ sql, want string }{
		{"SELECT count() FROM v_articles", "5\n"}, {"SELECT count() FROM nhip.v_articles", "5\n"}, {"SELECT count() FROM `nhip`.`v_articles` AS a", "5\n"},
		{"SELECT max(observations), min(url) FROM v_articles", "8\tx\n"}, {"SELECT n, observations FROM v_articles WHERE n = 1 ORDER BY n, observations", "1\t2\n"},
		{"SELECT a.n, a.observations FROM v_articles AS a, v_articles AS b WHERE a.n = 1 AND b.n = 1", "1\t2\n"},
		{"SELECT observations, count() FROM v_articles WHERE n < 2 GROUP BY n, observations ORDER BY n", "0\t1\n2\t1\n"},
		{"WITH observations AS (SELECT n FROM v_articles) SELECT count() FROM v_articles", "5\n"},
		{"SELECT n FROM v_articles WHERE n IN (1, 2) AND file_name IN ('1', 'documents')", "1\n"},
		{"SELECT n FROM v_articles WHERE n IN (SELECT n FROM v_articles WHERE n = 3)", "3\n"},
		{"SELECT sum(number) FROM numbers(4)", "6\n"}, {"SELECT currentDatabase(), 'file(''x'')', format('{}', 1)", "nhip\tfile(\\'x\\')\t1\n"},
		{"SELECT 'INTO OUTFILE; DROP TABLE documents' -- FROM documents", "INTO OUTFILE; DROP TABLE documents\n"},
		{"SHOW TABLES", "v_articles\n"}, {"SHOW TABLES FROM nhip", "v_articles\n"}, {"SELECT name, comment FROM system.tables WHERE database = 'nhip'", "v_articles\tArticles\n"},
		{"SELECT count() FROM system.columns WHERE database = 'nhip'", "4\n"}, {"SELECT count() FROM information_schema.columns WHERE table_schema = 'nhip'", "4\n"},
		{"SELECT count() FROM system.databases WHERE name IN ('nhip', 'other')", "1\n"}, {"SELECT value FROM system.settings WHERE name = 'readonly'", "1\n"},
		{"SELECT DISTINCT url FROM nhip.v_articles SETTINGS max_execution_time=10", "x\n"},
		{"SELECT max(n) FROM v_articles SETTINGS max_threads = 1, join_use_nulls=true FORMAT JSONEachRow", "{\"max(n)\":4}\n"},
		{"SELECT getSetting('max_threads') AS settings, 'SETTINGS a = 1' SETTINGS max_threads = 3", "3\tSETTINGS a = 1\n"},
		{"SELECT n AS settings, settings + 1 FROM v_articles WHERE settings = 1", "1\t2\n"}, {"SELECT count() > 0 FROM system.settings AS s WHERE s.name = 'readonly'", "1\n"},
		{"SELECT count() FROM observations_asof(asof = 3)", "3\n"}, {"SELECT max(n) FROM nhip.observations_asof(asof = 2) AS o", "1\n"},
		{"SELECT count() > 100 FROM system.functions", "1\n"}, {"EXISTS v_articles", "1\n"},
	} {
		if r := send(attack{sql: a.sql}); r.status != 200 || r.body != a.want {
			t.Errorf("%s: %d %q, want %q", a.sql, r.status, r.body, a.want)
		}
	}
	if r := send(attack{"DESC TABLE nhip.v_articles", []string{"max_result_rows=100", "output_format_json_quote_64bit_integers=0", "max_execution_time=900"}}); r.status != 200 || !strings.HasPrefix(r.body, "n\tUInt64") {
		t.Errorf("DESC: %d %s", r.status, r.body)
	}
	if got := query(t, cl, "SELECT count() FROM nhip.documents"); got != "5" {
		t.Errorf("documents = %s", got)
	}
}

// toServer sends requests for http://engine/ to a server of the test.
type toServer struct{ url string }

func (s toServer) RoundTrip(r *http.Request) (*http.Response, error) {
	r.URL.Host = strings.TrimPrefix(s.url, "http://")
	r.Host = "localhost"
	return http.DefaultTransport.RoundTrip(r)
}
