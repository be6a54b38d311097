package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestMemoryCeiling: a statement that wants more memory than its user may have ends with
// code 241, and the other users' go on.
func TestMemoryCeiling(t *testing.T) {
	greedy := reader
	greedy.Limits.MemoryBytes = 100 << 20
	cl, _, c := startProxy(t, everyone{greedy})
	makeStore(t, cl)
	done := make(chan reply, 1)
	go func() {
		done <- askWith(t, c, "POST", strings.NewReader("SELECT length(groupArray(number)) FROM numbers(100000000)"), nil)
	}()
	for range 5 {
		if r := askWith(t, c, "POST", strings.NewReader("SELECT sum(number) FROM numbers(1000)"), nil); r.status != 200 || r.body != "499500\n" {
			t.Errorf("%d %s %s", r.status, r.code(), r.body)
		}
	}
	if r := <-done; r.status == 200 || r.code() != "241" {
		t.Errorf("the greedy statement: %d, code %q, %.200s", r.status, r.code(), r.body)
	}
	if r := askWith(t, c, "POST", strings.NewReader("SELECT 1"), nil); r.status != 200 {
		t.Errorf("afterwards: %d %s", r.status, r.body)
	}
}

// TestMemoryOfWideTables: under the least cap an insert into fifty columns, which takes
// two files a column, takes no buffers of megabytes for each, nor does the merge of two.
func TestMemoryOfWideTables(t *testing.T) {
	const memory = 300 << 20
	cl := startWith(t, Options{DataDir: t.TempDir(), IdleAfter: 10 * time.Second, MemoryBytes: memory})
	for name, want := range map[string]string{"mark_cache_size": fmt.Sprint(memory / 16), "text_index_postings_cache_size": fmt.Sprint(memory / 4)} {
		if got := query(t, cl, "SELECT value FROM system.server_settings WHERE name = '"+name+"'"); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	var columns, values []string
	for i := range 50 {
		columns = append(columns, fmt.Sprintf("c%d Nullable(String)", i))
		values = append(values, fmt.Sprintf("toString(number * %d)", i+1))
	}
	// With min_bytes_for_wide_part = 0 also a small part has its columns in files of their own.
	query(t, cl, "CREATE TABLE wide (number UInt64, "+strings.Join(columns, ", ")+") ENGINE = MergeTree ORDER BY number SETTINGS min_bytes_for_wide_part = 0")
	for range 2 {
		query(t, cl, "INSERT INTO wide SELECT number, "+strings.Join(values, ", ")+" FROM numbers(10000) SETTINGS max_memory_usage = 100000000, max_insert_threads = 1")
	}
	query(t, cl, "OPTIMIZE TABLE wide FINAL")
	if got := query(t, cl, "SELECT count(), uniqExact(_part) FROM wide"); got != "20000\t1" {
		t.Errorf("rows and parts: %q", got)
	}
}
