package engine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// roleVariable makes the test binary play a part in a test of several processes.
const roleVariable = "NHIP_TEST_ROLE"

func TestMain(m *testing.M) {
	RunIfChild()
	if role, ok := roles[os.Getenv(roleVariable)]; ok {
		if err := role(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// runRole starts the test binary in a role and returns its output.
func runRole(t *testing.T, role string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	return cmd
}

// testLibrary finds libchdb once for all tests.
var testLibrary = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	return FindLibrary(ctx, Options{})
})

// library is the path of libchdb. Without one a test is skipped, in CI it fails.
func library(t testing.TB) string {
	t.Helper()
	path, err := testLibrary()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skipf("the embedded engine cannot be tested here: %v", err)
	}
	return path
}

// start gives an engine on a fresh directory that ends with the test.
func start(t testing.TB) *Client {
	t.Helper()
	return startIn(t, t.TempDir(), 10*time.Second)
}

func startIn(t testing.TB, dir string, idle time.Duration) *Client {
	t.Helper()
	return startWith(t, Options{DataDir: dir, IdleAfter: idle})
}

func startWith(t testing.TB, o Options) *Client {
	t.Helper()
	began := time.Now()
	dir := o.DataDir
	o.Library = library(t)
	cl, err := Ensure(t.Context(), o)
	if err != nil {
		t.Fatalf("Ensure(%s): %v", dir, err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Logf("the engine took %s to start", took)
	}
	t.Cleanup(func() {
		if err := cl.Close(); err != nil {
			t.Error(err)
		}
		began := time.Now()
		stopEngine(t, dir)
		if took := time.Since(began); took > 3*time.Second {
			t.Logf("the engine took %s to end", took)
		}
		if t.Failed() {
			if text, err := os.ReadFile(filepath.Join(dir, logFile)); err == nil && len(text) > 0 {
				t.Logf("engine.log:\n%s", text)
			}
		}
	})
	return cl
}

// enginePID reads the process number of the running engine.
func enginePID(t testing.TB, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, lockFile))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatalf("engine.lock holds %q", text)
	}
	return pid
}

// running tells whether the lock of a data directory is held.
func running(t testing.TB, dir string) bool {
	t.Helper()
	lock, err := lockDataDirectory(dir)
	if err == nil {
		lock.Close()
	}
	return err != nil
}

// stopEngine ends the engine cleanly and waits for its lock, so that the
// directory can be removed.
func stopEngine(t testing.TB, dir string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	pid := enginePID(t, dir)
	for signalled := false; running(t, dir); time.Sleep(10 * time.Millisecond) {
		if !signalled {
			_ = syscall.Kill(pid, syscall.SIGTERM) // it may be ending by itself
			signalled = true
		}
		if time.Now().After(deadline) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("engine %d did not end on SIGTERM", pid)
		}
	}
}

// httpClient talks to the engine's socket.
func httpClient(cl *Client) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext:         func(ctx context.Context, _, _ string) (net.Conn, error) { return cl.DialContext(ctx) },
		DisableCompression:  true,
		MaxIdleConnsPerHost: 16,
	}}
}

// reply is a response read to its end.
type reply struct {
	status int
	header http.Header
	body   string
	err    error // of reading the body
}

func (r reply) code() string { return r.header.Get("X-ClickHouse-Exception-Code") }

// ask sends one request: parameters as "name=value", the body as text.
func ask(t testing.TB, cl *Client, method, body string, parameters ...string) reply {
	t.Helper()
	return askWith(t, httpClient(cl), method, strings.NewReader(body), nil, parameters...)
}

func askWith(t testing.TB, c *http.Client, method string, body io.Reader, header http.Header, parameters ...string) reply {
	t.Helper()
	query := url.Values{}
	for _, p := range parameters {
		name, value, _ := strings.Cut(p, "=")
		query.Add(name, value)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, "http://engine/?"+query.Encode(), body)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, parameters, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(text), err}
}

// query asks for a result that must be good.
func query(t testing.TB, cl *Client, sql string, parameters ...string) string {
	t.Helper()
	r := ask(t, cl, http.MethodPost, sql, parameters...)
	if r.status != http.StatusOK || r.err != nil {
		t.Fatalf("%s %s: status %d, %v: %s", sql, parameters, r.status, r.err, r.body)
	}
	return strings.TrimSuffix(r.body, "\n")
}

// eventually waits for a condition that another process brings about.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// native returns rows of one UInt64 and one String column as a Native block.
func native(rows int) []byte {
	var b bytes.Buffer
	b.WriteByte(2)
	b.Write(appendUvarint(nil, rows))
	b.WriteString("\x01n\x06UInt64")
	for i := range rows {
		b.Write([]byte{byte(i), byte(i >> 8), 10, 10, ';', 0, 0, 0}) // line ends and semicolons, as binary data have
	}
	b.WriteString("\x01s\x06String")
	for i := range rows {
		s := fmt.Sprintf("dòng\n\nDROP TABLE victim;%d", i)
		b.Write(appendUvarint(nil, len(s)))
		b.WriteString(s)
	}
	return b.Bytes()
}

func appendUvarint(b []byte, n int) []byte {
	for n >= 0x80 {
		b = append(b, byte(n)|0x80)
		n >>= 7
	}
	return append(b, byte(n))
}
