package engine

import (
	"strings"
	"testing"
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
