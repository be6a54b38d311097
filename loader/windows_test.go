package loader

import (
	"context"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// What the engine does with repeated blocks, which the schema and the loader are built
// on: a block with a token it has seen is dropped whatever it holds, one without a
// token if it is the same as another, and a view's target doubles what the table
// dropped unless it has a window of its own.
func TestWindows(t *testing.T) {
	s := openTest(t)
	execSQL(t, s, "CREATE TABLE base (n UInt64) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100")
	for name, window := range map[string]string{"with_window": " SETTINGS non_replicated_deduplication_window = 100", "without": ""} {
		execSQL(t, s, "CREATE TABLE "+name+" (n UInt64, times SimpleAggregateFunction(sum, UInt64)) ENGINE = AggregatingMergeTree ORDER BY n"+window)
		execSQL(t, s, "CREATE MATERIALIZED VIEW to_"+name+" TO "+name+" AS SELECT n, count() AS times FROM base GROUP BY n")
	}
	insert := func(token string, settings clickhouse.Settings, n uint64) {
		t.Helper()
		all := clickhouse.Settings{"async_insert": 0}
		for k, v := range settings {
			all[k] = v
		}
		if token != "" {
			all["insert_deduplication_token"] = token
		}
		ctx := clickhouse.Context(context.Background(), clickhouse.WithSettings(all))
		batch, err := s.conn.PrepareBatch(ctx, "INSERT INTO base")
		if err != nil {
			t.Fatal(err)
		}
		defer batch.Close()
		if err := batch.Append(n); err != nil {
			t.Fatal(err)
		}
		if err := batch.Send(); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, base, withWindow uint64) {
		t.Helper()
		var b, w uint64
		err := s.conn.QueryRow(t.Context(), "SELECT (SELECT count() FROM base), (SELECT sum(times) FROM with_window)").Scan(&b, &w)
		if err != nil || b != base || w != withWindow {
			t.Errorf("%s: %d rows, the view counts %d, want %d and %d, %v", what, b, w, base, withWindow, err)
		}
	}
	insert("a", nil, 1)
	want("a block", 1, 1)
	insert("a", nil, 1)
	want("sent again with its token", 1, 1)
	insert("a", nil, 2)
	want("other rows with that token are dropped", 1, 1)
	insert("b", nil, 1)
	want("the same rows with another token", 2, 2)
	insert("", nil, 7)
	insert("", nil, 7)
	want("the same rows without a token are dropped", 3, 3)
	var without uint64
	if err := s.conn.QueryRow(t.Context(), "SELECT sum(times) FROM without").Scan(&without); err != nil {
		t.Fatal(err)
	}
	if without == 3 {
		t.Log("this engine drops repeated blocks for a view's target without a window as well")
	} else if without < 5 {
		t.Errorf("a target without a window counts %d", without)
	}
}
