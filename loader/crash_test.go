package loader

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

// The answer to an insert is lost and the engine is killed before the insert is sent
// again: the token is on its disk, and drops the copy.
func TestAnswerLostAndEngineKilled(t *testing.T) {
	plain := openTest(t)
	if _, err := plain.Load(t.Context(), "run", testItems(20)); err != nil {
		t.Fatal(err)
	}
	want := rowsOf(t, plain)
	s, g := openThrough(t, "lostandkilled")
	killed := 0
	g.fault = func(table string, nth int) fault {
		if table != "observations" && table != "document_versions" {
			return fault{}
		}
		if nth == 2 { // the same block again
			killEngine(t, testDataDir)
			killed++
		}
		return fault{lost: nth == 1}
	}
	s.retry = backoff{attempts: 30, first: 20 * time.Millisecond, most: 200 * time.Millisecond}
	if _, err := s.Load(t.Context(), "run", testItems(20)); err != nil {
		t.Fatal(err)
	}
	if killed != 2 {
		t.Errorf("the engine was killed %d times", killed)
	}
	g.fault = nil
	if d := cmp.Diff(want, rowsOf(t, s)); d != "" {
		t.Error(d)
	}
	var rows uint64
	if err := s.conn.QueryRow(t.Context(), "SELECT count() FROM observations").Scan(&rows); err != nil || rows != 60 {
		t.Errorf("%d rows of observations, %v: a copy was not dropped", rows, err)
	}
}

// Nothing in the schema can keep a copy that a token dropped elsewhere, or refuse a
// back-fill: no view keeps rows of its own, and no table has partitions.
func TestNoHiddenDuplicates(t *testing.T) {
	for name, sql := range schemaOf(t, openTest(t)) {
		if strings.HasPrefix(sql, "CREATE MATERIALIZED VIEW") && !strings.Contains(sql, " REFRESH ") {
			t.Errorf("%s: its target needs a deduplication window and a test that recounts after a repeated insert", name)
		}
		if strings.HasPrefix(sql, "CREATE TABLE") && strings.Contains(sql, "PARTITION BY") {
			t.Errorf("%s has partitions: an insert over more than 100 of them is refused, so the loader would have to split its blocks", name)
		}
	}
}

// Many loads of one document leave few parts.
func TestSmallLoadsStayFewParts(t *testing.T) {
	s := openTest(t)
	for i, item := range testItems(30) {
		if _, err := s.Load(t.Context(), fmt.Sprint("run", i), []nhip.Item{item}); err != nil {
			t.Fatal(err)
		}
	}
	// Ten thousand at once are an insert for each thousand.
	items := make([]nhip.Item, 10_000)
	for i := range items {
		items[i].Visit = nhip.Visit{Source: "bao", URL: fmt.Sprintf("https://bao.vn/x/%d", i), Kind: nhip.KindArticle, At: time.Unix(1_700_000_000, 0), Outcome: nhip.OutcomeOK}
	}
	if _, err := s.Load(t.Context(), "many", items); err != nil {
		t.Fatal(err)
	}
	rows, err := s.admin.Query(t.Context(), "SELECT table, count() FROM system.parts WHERE database = {db:String} AND active GROUP BY table", named("db", s.database))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		var n uint64
		if err := rows.Scan(&table, &n); err != nil {
			t.Fatal(err)
		}
		if n >= partsTooMany {
			t.Errorf("%s has %d parts", table, n)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// Large values are stored as they are: a megabyte in a LowCardinality column, lists
// of ten thousand.
func TestLargeValues(t *testing.T) {
	s := openTest(t)
	item := testItems(1)[0]
	o := &item.Record.Observations[0]
	o.TableCode = strings.Repeat("á", 1<<19)
	o.Path = make([]string, 10_000)
	for i := range o.Path {
		o.Path[i] = fmt.Sprint("dòng ", i)
	}
	item.Record.Article.Tags = o.Path
	if _, err := s.Load(t.Context(), "run", []nhip.Item{item}); err != nil {
		t.Fatal(err)
	}
	var code string
	var path, tags []string
	if err := s.conn.QueryRow(t.Context(), "SELECT table_code, path FROM observations FINAL ORDER BY ordinal LIMIT 1").Scan(&code, &path); err != nil {
		t.Fatal(err)
	}
	if err := s.conn.QueryRow(t.Context(), "SELECT tags FROM documents FINAL").Scan(&tags); err != nil {
		t.Fatal(err)
	}
	if code != o.TableCode || !cmp.Equal(path, o.Path) || !cmp.Equal(tags, o.Path) {
		t.Errorf("came back as %d bytes, %d and %d elements", len(code), len(path), len(tags))
	}
}

// A load that is cancelled while it sends leaves neither goroutine nor connection,
// and the same load afterwards is whole.
func TestCancelledSend(t *testing.T) {
	s, g := openThrough(t, "cancelled")
	if _, err := s.Load(t.Context(), "warm", testItems(20)); err != nil { // the pool has its connections
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	for range 25 {
		ctx, cancel := context.WithCancel(t.Context())
		g.fault = func(table string, _ int) fault {
			if table == "observations" {
				cancel()
				time.Sleep(5 * time.Millisecond)
			}
			return fault{}
		}
		if _, err := s.Load(ctx, "run", testItems(20)); err == nil {
			t.Error("a cancelled load succeeded")
		}
		cancel()
	}
	g.fault = nil
	got, err := s.Load(t.Context(), "run", testItems(20))
	if err != nil || got.Observations != 60 {
		t.Errorf("%+v, %v", got, err)
	}
	for range 300 {
		if s.conn.Stats().Open == 0 && runtime.NumGoroutine() <= before+10 { // 25 leaks would be more
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before; %d connections in use", runtime.NumGoroutine(), before, s.conn.Stats().Open)
}

// A gateway's page of any length is not what an error or a log says.
func TestGatewaysPage(t *testing.T) {
	s, g := openThrough(t, "gatewayspage")
	s.retry.attempts = 2
	g.fault = func(string, int) fault { return fault{status: 502} }
	_, err := s.Load(t.Context(), "run", testItems(1))
	if err == nil || !strings.Contains(err.Error(), "502") {
		t.Fatal(err)
	}
	if n := len(err.Error()); n > 2*longestError {
		t.Errorf("the error has %d bytes", n)
	}
}
