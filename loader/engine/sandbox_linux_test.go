package engine

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSandbox tries to reach a marked file and a listener of the test from SQL,
// with a user who may do everything.
func TestSandbox(t *testing.T) {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		t.Skipf("this kernel has no Landlock: %v", errno)
	}
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("bí mật\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	hits := make(chan struct{}, 16)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			hits <- struct{}{}
			conn.Close()
		}
	}()
	cl := start(t)
	attacks := []string{
		"SELECT file('" + secret + "')",
		"SELECT arrayMap(p -> file(p), ['" + secret + "'])",
		"SELECT * APPLY(file) FROM (SELECT '" + secret + "' AS p)",
		"SELECT * FROM file('" + secret + "', 'LineAsString', 's String')",
		"INSERT INTO FUNCTION file('" + filepath.Join(outside, "written") + "', 'TSV', 's String') VALUES ('x')",
	}
	if abi >= 4 {
		attacks = append(attacks,
			"SELECT * FROM url('http://"+listener.Addr().String()+"/x', 'LineAsString', 's String')",
			"SELECT * FROM remote('"+listener.Addr().String()+"', 'system', 'one')")
	}
	for _, sql := range attacks {
		if r := ask(t, cl, "POST", sql, "http_max_tries=1", "connections_with_failover_max_tries=1"); r.status == 200 || strings.Contains(r.body, "bí mật") {
			t.Errorf("%s: status %d: %s", sql, r.status, r.body)
		}
	}
	// What nhip needs still works: a dictionary over an own table resolves its host.
	query(t, cl, "CREATE TABLE d (k UInt64, v String) ENGINE = MergeTree ORDER BY k")
	query(t, cl, "INSERT INTO d VALUES (1, 'một')")
	query(t, cl, "CREATE DICTIONARY dict (k UInt64, v String) PRIMARY KEY k SOURCE(CLICKHOUSE(TABLE 'd')) LAYOUT(FLAT()) LIFETIME(0)")
	if got := query(t, cl, "SELECT dictGet('dict', 'v', 1)"); got != "một" {
		t.Errorf("dictionary: %q", got)
	}
	if left, err := filepath.Glob(filepath.Join(outside, "*")); err != nil || len(left) != 1 {
		t.Errorf("outside the data directory: %q, %v", left, err)
	}
	if len(hits) > 0 {
		t.Errorf("the engine reached the listener %d times", len(hits))
	}
}
