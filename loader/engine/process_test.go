package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// roles are the parts of other processes.
var roles = map[string]func(args []string) error{
	// share: <dir> <library> ensures an engine, says "ready", and holds it until its
	// standard input ends.
	"share": func(args []string) error {
		cl, err := Ensure(context.Background(), Options{DataDir: args[0], Library: args[1], IdleAfter: time.Second})
		if err != nil {
			return err
		}
		fmt.Println("ready")
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		return cl.Close()
	},
	// foreign: <dir> <library> opens the store of a data directory past nhip, as
	// another program with libchdb would, and holds it until its standard input ends.
	"foreign": func(args []string) error {
		if err := openLibrary(args[1]); err != nil {
			return err
		}
		c.setSignalHandlers(0)
		k, err := openConnection("--path=" + filepath.Join(args[0], storageFolder))
		if err != nil {
			return err
		}
		fmt.Println("ready")
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		k.close()
		c.shutdown()
		return nil
	},
	// handlers: <dir> <library> sees that Go keeps its signals after the engine's
	// first connection.
	"handlers": func(args []string) (err error) {
		if err := openLibrary(args[1]); err != nil {
			return err
		}
		c.setSignalHandlers(0)
		k, err := openConnection("--path=" + args[0])
		if err != nil {
			return err
		}
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			return err
		}
		<-stop
		defer func() {
			if recover() == nil {
				err = errors.New("the nil dereference was not recovered")
			}
			k.close()
			c.shutdown()
		}()
		var nothing *child
		nothing.first.close() // hangs the process where the engine took SIGSEGV
		return nil
	},
}

func TestSignalsStayWithGo(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], t.TempDir(), library(t))
	cmd.Env = append(os.Environ(), roleVariable+"=handlers")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v (%v): %s", err, ctx.Err(), out)
	}
}

func TestProcessesShareOneEngine(t *testing.T) {
	dir := t.TempDir()
	const processes = 4
	var wg sync.WaitGroup
	release := make([]func(), processes)
	failed := make([]error, processes)
	for i := range processes {
		cmd := runRole(t, "share", dir, library(t))
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		release[i] = func() { in.Close(); _ = cmd.Wait() } // what matters was said before
		wg.Go(func() {
			line, err := bufio.NewReader(out).ReadString('\n')
			if line != "ready\n" {
				failed[i] = fmt.Errorf("process %d said %q, %v", i, line, err)
			}
		})
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil {
			t.Error(err)
		}
	}
	cl := startIn(t, dir, time.Second)
	pid := enginePID(t, dir)
	if got := query(t, cl, "SELECT 1"); got != "1" {
		t.Errorf("SELECT 1 = %q", got)
	}
	for _, f := range release {
		f()
	}
	if got := enginePID(t, dir); got != pid {
		t.Errorf("engine %d took the place of %d", got, pid)
	}
}

// A store that another program has open is no store to write into: a sentence, and
// the other's work goes on.
func TestForeignEngine(t *testing.T) {
	dir := t.TempDir()
	cmd := runRole(t, "foreign", dir, library(t))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	_, err = Ensure(t.Context(), Options{DataDir: dir, Library: library(t)})
	if err == nil || !strings.Contains(err.Error(), "another program") || strings.Contains(err.Error(), "\n") {
		t.Errorf("Ensure beside another program: %v", err)
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	cl := startIn(t, dir, time.Second)
	if got := query(t, cl, "SELECT 1"); got != "1" {
		t.Errorf("SELECT 1 = %q", got)
	}
}

func TestKilledEngineIsStartedAgain(t *testing.T) {
	dir := t.TempDir()
	cl := startIn(t, dir, 10*time.Second)
	query(t, cl, "CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n")
	query(t, cl, "INSERT INTO kept SELECT number FROM numbers(1000)")
	for range 3 {
		pid := enginePID(t, dir)
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the lock goes with the process", func() bool { return !running(t, dir) })
		if _, err := os.Stat(filepath.Join(dir, socketFile)); err != nil {
			t.Errorf("the stale socket should still lie there, else the test shows nothing: %v", err)
		}
		if got := query(t, cl, "SELECT count() FROM kept"); got != "1000" {
			t.Errorf("count after kill = %s, want 1000", got)
		}
		if enginePID(t, dir) == pid {
			t.Error("the engine has the number of the killed one")
		}
	}
}

func TestEngineEndsWhenIdle(t *testing.T) {
	dir := t.TempDir()
	cl := startIn(t, dir, 300*time.Millisecond)
	query(t, cl, "SELECT 1")
	time.Sleep(700 * time.Millisecond)
	if !running(t, dir) {
		t.Fatal("the engine ended although a client holds it")
	}
	if err := cl.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the engine ends after its last client", func() bool { return !running(t, dir) })
	if _, err := os.Stat(filepath.Join(dir, socketFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if _, err := cl.DialContext(t.Context()); !errors.Is(err, errClosed) {
		t.Errorf("a closed client dials: %v", err)
	}
	again := startIn(t, dir, time.Second)
	if got := query(t, again, "SELECT 2"); got != "2" {
		t.Errorf("after the idle end: %q", got)
	}
}

// A statement over the memory limit of the process fails by itself; the others go on.
func TestMemoryLimit(t *testing.T) {
	cl := startWith(t, Options{DataDir: t.TempDir(), IdleAfter: 10 * time.Second, MemoryBytes: 700 << 20})
	if got := query(t, cl, "SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'"); got != fmt.Sprint(700<<20) {
		t.Fatalf("the engine's limit is %s", got)
	}
	small := make(chan string, 1)
	go func() {
		small <- query(t, cl, "SELECT sum(number), sleepEachRow(0.05) FROM numbers(20) GROUP BY 2 FORMAT TSV")
	}()
	r := ask(t, cl, http.MethodPost, "SELECT length(groupArray(toString(number))) FROM numbers(100000000) FORMAT TSV")
	if r.code() != "241" {
		t.Errorf("a statement of gigabytes: status %d, %.300s", r.status, r.body)
	}
	if got := <-small; got != "190\t0" {
		t.Errorf("a small statement meanwhile: %q", got)
	}
	if got := query(t, cl, "SELECT 1"); got != "1" {
		t.Errorf("afterwards: %q", got)
	}
}

func TestKilledClientReleasesItsHold(t *testing.T) {
	dir := t.TempDir()
	cmd := runRole(t, "share", dir, library(t))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as meant
	if !running(t, dir) {
		t.Error("the engine died with the process that started it")
	}
	eventually(t, "the engine idles out after its client was killed", func() bool { return !running(t, dir) })
}

func TestSIGTERMLetsStatementsFinish(t *testing.T) {
	dir := t.TempDir()
	cl := startIn(t, dir, 10*time.Second)
	got := make(chan reply, 1)
	go func() { got <- ask(t, cl, http.MethodPost, "SELECT sleep(1) FORMAT TSV") }()
	eventually(t, "the statement runs", func() bool {
		return query(t, cl, "SELECT count() FROM system.processes WHERE query LIKE '%sleep(1)%' AND query NOT LIKE '%processes%'") == "1"
	})
	if err := syscall.Kill(enginePID(t, dir), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if r := <-got; r.status != http.StatusOK || r.body != "0\n" {
		t.Errorf("status %d, %v: %s", r.status, r.err, r.body)
	}
	eventually(t, "the engine ends on SIGTERM", func() bool { return !running(t, dir) })
}

func TestEnvironmentOfTheEngineIsClean(t *testing.T) {
	t.Setenv("NHIP_SECRET", "mật khẩu")
	dir := t.TempDir()
	startIn(t, dir, 10*time.Second)
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", enginePID(t, dir)))
	if err != nil {
		t.Skipf("this system does not show environments: %v", err)
	}
	if strings.Contains(string(text), "mật khẩu") {
		t.Errorf("the engine inherited a secret: %q", text)
	}
	if !strings.Contains(string(text), "TZ=Asia/Ho_Chi_Minh") {
		t.Errorf("the engine has no zone: %q", text)
	}
}

func TestDeepDataDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("một-thư-mục-rất-sâu/", 8), "dữ liệu")
	cl := startIn(t, dir, 5*time.Second)
	if got := query(t, cl, "SELECT 1"); got != "1" {
		t.Errorf("SELECT 1 = %q", got)
	}
	if _, err := os.Stat(filepath.Join(dir, socketFile)); err != nil {
		t.Error(err)
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "nhip*", "d"))
	if err != nil || len(left) > 0 {
		t.Errorf("links left behind: %q, %v", left, err)
	}
}

func TestDataDirectorySentences(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ dir, want string }{
		{"", "the engine needs a data directory"},
		{file, "is a file; name a folder"},
		{filepath.Join(file, "below"), "cannot be created"},
		{"/proc/nhip", "cannot be created"},
		{"/proc/self", "cannot be written"},
	}
	if os.Getuid() != 0 { // root may write everywhere
		shut := filepath.Join(dir, "shut")
		if err := os.Mkdir(shut, 0o500); err != nil {
			t.Fatal(err)
		}
		tests = append(tests, struct{ dir, want string }{shut, "cannot be written"})
	}
	for _, tt := range tests {
		_, err := Ensure(t.Context(), Options{DataDir: tt.dir})
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Ensure(%q) = %v, want a sentence with %q", tt.dir, err, tt.want)
		}
	}
}

func TestLogIsBounded(t *testing.T) {
	name := filepath.Join(t.TempDir(), logFile)
	if err := os.WriteFile(name, []byte(strings.Repeat("cũ", 1000)+"mới"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := cutLog(name, 100); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil || len(text) != 50 || !strings.HasSuffix(string(text), "mới") {
		t.Errorf("after the cut: %d bytes, %q, %v", len(text), text, err)
	}
}
