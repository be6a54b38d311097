package engine

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// BenchmarkQuery is one round trip: connection to the engine kept, a libchdb
// connection of its own, the statement, the answer. Its baseline is
// BenchmarkPing, the same way without a statement.
func BenchmarkQuery(b *testing.B) {
	cl := start(b)
	c := httpClient(cl)
	for b.Loop() {
		if r := askWith(b, c, "POST", strings.NewReader("SELECT 1"), nil, "default_format=Native"); r.status != 200 {
			b.Fatal(r.body)
		}
	}
}

func BenchmarkPing(b *testing.B) {
	c := httpClient(start(b))
	for b.Loop() {
		res, err := c.Get("http://engine/ping")
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
}

// BenchmarkStreamingInsert sends Native blocks of two columns in one request of
// 100 blocks; its baseline is BenchmarkInsertNull, which stores nothing.
func BenchmarkStreamingInsert(b *testing.B) {
	cl := start(b)
	query(b, cl, "CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n")
	insertBlocks(b, cl, "INSERT INTO t (n, s) FORMAT Native")
}

func BenchmarkInsertNull(b *testing.B) {
	insertBlocks(b, start(b), "INSERT INTO FUNCTION null('n UInt64, s String') FORMAT Native")
}

func insertBlocks(b *testing.B, cl *Client, sql string) {
	const blocks, rows = 100, 10_000
	data := bytes.Repeat(native(rows), blocks)
	c := httpClient(cl)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		r := askWith(b, c, "POST", io.MultiReader(bytes.NewReader(data)), nil, "query="+sql)
		if want := fmt.Sprintf(`"written_rows":"%d"`, blocks*rows); r.status != 200 || !strings.Contains(r.header.Get("X-ClickHouse-Summary"), want) {
			b.Fatal(r.status, r.body, r.header)
		}
	}
	b.ReportMetric(blocks*rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkStreamingResult reads ten million numbers as Native.
func BenchmarkStreamingResult(b *testing.B) {
	c := httpClient(start(b))
	const rows = 10_000_000
	b.SetBytes(rows * 8)
	for b.Loop() {
		res, err := c.Post("http://engine/?default_format=Native", "text/plain", strings.NewReader(fmt.Sprintf("SELECT number FROM numbers(%d)", rows)))
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK || n < rows*8 {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkStart is a start of the engine on an empty directory with the library
// in the page cache, and its end.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		dir := b.TempDir()
		cl := startIn(b, dir, defaultIdleAfter)
		if err := cl.Close(); err != nil {
			b.Fatal(err)
		}
		stopEngine(b, dir)
	}
}

func BenchmarkReadStatement(b *testing.B) {
	const sql = "INSERT INTO observations (document, version, indicator, value, unit, place, period) SETTINGS async_insert = 0 FORMAT Native\n"
	b.SetBytes(int64(len(sql)))
	for b.Loop() {
		if s, err := readStatement(sql); err != nil || s.verb != verbInsert {
			b.Fatal(s, err)
		}
	}
}
