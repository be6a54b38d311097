package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// How a parent tells its own executable to be the engine: this variable holds
// the settings of the process. It is set in the child's environment only.
const childVariable = "NHIP_ENGINE_PROCESS"

// childReport is the file descriptor on which the child says how its start went:
// "ready\n", "busy\n" (another engine holds the data directory), or a sentence.
const childReport = 3

// sandboxVariable is set in the environment of an engine process that has been
// through enterSandbox: to sandboxed, or to something else where a test wants none.
const (
	sandboxVariable = "NHIP_ENGINE_SANDBOX"
	sandboxed       = "1"
)

// zone is what the engine takes for times without one. It has to be in the
// environment before the library is loaded.
const zone = "Asia/Ho_Chi_Minh"

// RunIfChild serves as the engine process and exits if this process was started
// as one, else it returns at once. main and TestMain call it before anything
// else, flags included.
func RunIfChild() {
	o, ok := childOptionsFromEnvironment()
	if !ok {
		return
	}
	os.Exit(runChild(o))
}

// childOptions are what the parent hands over.
type childOptions struct {
	dataDir   string
	library   string
	idleAfter time.Duration
	memory    uint64
}

const childFields = "\x1f" // between the fields of childVariable

func (o childOptions) String() string {
	return strings.Join([]string{o.dataDir, o.library, o.idleAfter.String(), strconv.FormatUint(o.memory, 10)}, childFields)
}

func childOptionsFromEnvironment() (childOptions, bool) {
	fields := strings.Split(os.Getenv(childVariable), childFields)
	if len(fields) != 4 {
		return childOptions{}, false
	}
	idle, err := time.ParseDuration(fields[2])
	if err != nil {
		return childOptions{}, false
	}
	memory, err := strconv.ParseUint(fields[3], 10, 64)
	if err != nil {
		return childOptions{}, false
	}
	return childOptions{dataDir: fields[0], library: fields[1], idleAfter: idle, memory: memory}, true
}

var errBusy = errors.New("another engine process holds the data directory")

// runChild is the life of the engine process. Order matters: the sandbox before
// anything is opened; the lock before
// anything of the data directory is touched; the library before the first
// connection; signal handlers off before the first connection; the socket last,
// so that whoever can connect can also ask.
func runChild(o childOptions) int {
	if err := enterSandbox(o); errors.Is(err, errHalfSandboxed) {
		fmt.Fprintln(os.Stderr, "engine:", err)
		return 1
	} else if err != nil {
		fmt.Fprintf(os.Stderr, "engine: no sandbox: %v; files that the user may read are open to SQL functions such as file()\n", err)
	}
	report := os.NewFile(childReport, "report")
	e, err := startChild(o)
	switch {
	case errors.Is(err, errBusy):
		fmt.Fprintln(report, "busy")
		return 1
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		fmt.Fprintln(report, strings.ReplaceAll(err.Error(), "\n", " "))
		return 1
	}
	fmt.Fprintln(report, "ready")
	report.Close()
	return e.serve()
}

// child is a started engine process.
type child struct {
	options  childOptions
	lock     *os.File
	listener net.Listener
	server   *server
	first    *connection // held open so that the storage stays loaded
	unused   unusedConnections
}

// unusedConnections are those on which nothing was asked yet. Clients dial ahead;
// a clean stop would wait five seconds for each.
type unusedConnections struct {
	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

func (u *unusedConnections) track(conn net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if state != http.StateNew {
		delete(u.conns, conn)
		return
	}
	if u.conns == nil {
		u.conns = map[net.Conn]struct{}{}
	}
	u.conns[conn] = struct{}{}
}

func (u *unusedConnections) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for conn := range u.conns {
		conn.Close()
	}
}

func startChild(o childOptions) (*child, error) {
	if err := os.Chdir(o.dataDir); err != nil { // the socket's path stays short however deep the directory is
		return nil, fmt.Errorf("data directory %s: %w", o.dataDir, err)
	}
	lock, err := lockDataDirectory(".")
	if err != nil {
		return nil, err
	}
	go boundLog(logFile)
	storage := filepath.Join(o.dataDir, storageFolder)
	if err := os.MkdirAll(storage, 0o750); err != nil {
		return nil, fmt.Errorf("data directory %s: %w", o.dataDir, err)
	}
	if err := openLibrary(o.library); err != nil {
		return nil, err
	}
	if v := goString(c.version()); v != libraryVersion {
		return nil, fmt.Errorf("%s is libchdb %s, but nhip needs %s", o.library, v, libraryVersion)
	}
	c.setSignalHandlers(0)
	config, err := configOption(o.dataDir, o.memory)
	if err != nil {
		return nil, err
	}
	options := []string{config, "--path=" + storage, "--implicit_select=0", backupOption(o.dataDir)}
	if o.memory > 0 {
		options = append(options, "--max_server_memory_usage="+strconv.FormatUint(o.memory, 10))
	}
	first, err := openConnection(options...)
	if err != nil && heldByAnother(storage) {
		return nil, fmt.Errorf("another program has the store %s open (a ClickHouse or chDB of its own?); end it, or name another folder with --data", storage)
	} else if err != nil {
		return nil, fmt.Errorf("the engine could not open its store %s; %s says why", storage, filepath.Join(o.dataDir, logFile))
	}
	s, err := newServer("--path="+storage, first)
	if err != nil {
		return nil, err
	}
	// Under the lock no other engine lives: a socket file here is a dead one's.
	if err := os.Remove(socketFile); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the socket of an ended engine: %w", err)
	}
	listener, err := net.Listen("unix", socketFile)
	if err != nil {
		return nil, fmt.Errorf("open the engine's socket in %s: %w", o.dataDir, err)
	}
	if err := os.Chmod(socketFile, 0o600); err != nil {
		return nil, fmt.Errorf("protect the engine's socket: %w", err)
	}
	return &child{options: o, lock: lock, listener: listener, server: s, first: first}, nil
}

// serve answers until nothing was asked for the idle time or SIGTERM came, then
// ends cleanly.
func (e *child) serve() int {
	hs := &http.Server{
		Handler:           e.server,
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    1 << 21, // a URL of 1 MiB is allowed
		ConnState:         e.unused.track,
	}
	stop := make(chan os.Signal, 2)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	done := make(chan error, 1)
	go func() { done <- hs.Serve(e.listener) }()
	code := 0
	select {
	case err := <-done:
		fmt.Fprintln(os.Stderr, "engine:", err)
		code = 1
	case <-stop:
	case <-e.server.activity.idle(e.options.idleAfter):
	}
	go func() {
		<-stop // a second signal ends at once
		os.Exit(1)
	}()
	e.end(hs)
	return code
}

// grace is how long running statements may take to finish at a clean stop before
// they are cancelled.
const grace = 5 * time.Second

// end stops accepting, lets running statements finish within the grace, cancels
// the rest, and closes the store. The lock is given up by the end of the process,
// after the library has let go of its files.
func (e *child) end(hs *http.Server) {
	e.server.activity.dismiss()
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	defer time.AfterFunc(200*time.Millisecond, e.unused.close).Stop()
	if err := hs.Shutdown(ctx); err != nil { // also removes the socket file
		fmt.Fprintf(os.Stderr, "engine: %d users remain after %s; their statements are cancelled\n", e.server.activity.count(), grace)
		e.server.cancelAll()
		late, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		if err := hs.Shutdown(late); err != nil {
			hs.Close()
			return // statements still run: the store is crash-safe, so end as a kill would
		}
	}
	e.server.closeSessions()
	e.first.close()
	c.shutdown() // its state says that a pool thread was not joined; nothing to do about it
}
