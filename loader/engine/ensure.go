package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options of Ensure. Zero values are the defaults.
type Options struct {
	// DataDir is the data directory, created if missing. The engine keeps its
	// store in its folder clickhouse and listens on its engine.sock.
	DataDir string
	// Library is the path of libchdb; empty: see FindLibrary.
	Library string
	// IdleAfter is how long the engine process outlives its last client and
	// request; 0 means 15 seconds. The command that starts the process decides.
	IdleAfter time.Duration
	// MemoryBytes is how much memory the engine process may take for statements and
	// caches; a statement that would take more fails with code 241, and no other.
	// 0 means ClickHouse's own rule, nine tenths of the machine's. The command that
	// starts the process decides.
	MemoryBytes uint64
	// Progress is told how far a fetch of the library is; nil: silent. what is a
	// few words such as "fetching libchdb 26.7.3". It is called from one goroutine
	// at a time.
	Progress func(done, total int64, what string)

	noSandbox bool // tests only: what the gate keeps out by itself
}

const defaultIdleAfter = 15 * time.Second

// startTimeout bounds one start of the engine process: loading the library cold
// takes about a second, opening a large store several.
const startTimeout = 2 * time.Minute

// Client reaches the engine of one data directory and keeps it from idling out
// until Close. It is safe for concurrent use.
type Client struct {
	options Options

	mu     sync.Mutex
	closed bool
	hold   *hold
}

// Ensure finds the running engine of the data directory or starts one, and waits
// until it answers. The library is looked for, and fetched if need be, only when
// an engine has to be started. The context bounds the start, not the client.
func Ensure(ctx context.Context, o Options) (*Client, error) {
	dir, err := prepareDataDirectory(o.DataDir)
	if err != nil {
		return nil, err
	}
	o.DataDir = dir
	if o.IdleAfter <= 0 {
		o.IdleAfter = defaultIdleAfter
	}
	cl := &Client{options: o}
	if err := cl.ensure(ctx); err != nil {
		return nil, err
	}
	return cl, nil
}

// DialContext connects to the engine's Unix socket. If the engine has ended
// meanwhile (killed, or idle after the machine slept) it is started again.
func (cl *Client) DialContext(ctx context.Context) (net.Conn, error) {
	if err := cl.ensure(ctx); err != nil {
		return nil, err
	}
	conn, err := dialSocket(ctx, cl.options.DataDir)
	if err != nil { // it ended between the two lines
		cl.drop()
		if err := cl.ensure(ctx); err != nil {
			return nil, err
		}
		conn, err = dialSocket(ctx, cl.options.DataDir)
	}
	if err != nil {
		return nil, fmt.Errorf("connect to the engine in %s: %w", cl.options.DataDir, err)
	}
	return conn, nil
}

// Sandboxed tells that the engine's process is confined to its data directory. Where
// it is not (no Landlock, see sandbox_linux.go), only the gate stands between a user's
// SQL and the files of whoever runs the engine: such an engine is for its Unix socket.
func (cl *Client) Sandboxed() bool {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	return cl.hold != nil && cl.hold.sandboxed
}

// drop gives up a hold on an engine that does not answer.
func (cl *Client) drop() {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	if cl.hold != nil {
		cl.hold.release()
		cl.hold = nil
	}
}

// Close releases the client's hold; the engine may then idle out.
func (cl *Client) Close() error {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	cl.closed = true
	if cl.hold != nil {
		cl.hold.release()
		cl.hold = nil
	}
	return nil
}

// errClosed is what a closed client answers.
var errClosed = errors.New("the engine's client is closed")

// ensure has a living hold on a running engine afterwards. One goroutine starts,
// the others wait for it.
func (cl *Client) ensure(ctx context.Context) error {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	if cl.closed {
		return errClosed
	}
	if cl.hold != nil && cl.hold.alive() {
		return nil
	}
	hold, err := obtain(ctx, cl.options)
	if err != nil {
		return err
	}
	cl.hold = hold
	return nil
}

// obtain takes a hold on the running engine, or starts one first. Several
// processes may do this at once: one child wins the lock, the others see "busy"
// and their parents come back to ask the winner.
func obtain(ctx context.Context, o Options) (*hold, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	patience := 25 * time.Millisecond
	library := ""
	for {
		if h, err := takeHold(ctx, o.DataDir); err == nil {
			return h, nil
		}
		if library == "" {
			path, err := FindLibrary(ctx, o)
			if err != nil {
				return nil, err
			}
			library = path
		}
		if err := startProcess(ctx, o, library); err != nil && !errors.Is(err, errBusy) {
			return nil, err
		}
		if h, err := takeHold(ctx, o.DataDir); err == nil {
			return h, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the engine of %s did not come up: %w; %s may say why",
				o.DataDir, ctx.Err(), filepath.Join(o.DataDir, logFile))
		case <-time.After(patience):
			patience = min(2*patience, 400*time.Millisecond)
		}
	}
}

// startProcess runs this executable again as the engine and waits for its report.
func startProcess(ctx context.Context, o Options, library string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the own executable: %w", err)
	}
	log, err := os.OpenFile(filepath.Join(o.DataDir, logFile), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the engine's log: %w", err)
	}
	defer log.Close()
	report, reported, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start the engine: %w", err)
	}
	defer report.Close()
	environment := childEnvironment(childOptions{o.DataDir, library, o.IdleAfter, o.MemoryBytes})
	if o.noSandbox {
		environment = append(environment, sandboxVariable+"=0")
	}
	cmd := &exec.Cmd{
		Path:       self,
		Args:       []string{"nhip-engine", o.DataDir}, // what ps shows
		Env:        environment,
		Stdout:     log,
		Stderr:     log,
		ExtraFiles: []*os.File{reported},
		// A session of its own: Ctrl-C in the terminal or the end of the parent
		// must not cut a write.
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	err = cmd.Start()
	reported.Close()
	if err != nil {
		return fmt.Errorf("start the engine: %w", err)
	}
	go cmd.Wait() // no zombie while the parent lives
	return readReport(ctx, o, report)
}

// childEnvironment is clean: no secret of the parent is readable from the engine.
func childEnvironment(o childOptions) []string {
	return []string{
		"PATH=/usr/bin:/bin",
		"HOME=" + o.dataDir,
		"LC_ALL=C.UTF-8",
		"TZ=" + zone,
		childVariable + "=" + o.String(),
	}
}

func readReport(ctx context.Context, o Options, report *os.File) error {
	stop := context.AfterFunc(ctx, func() { report.Close() })
	defer stop()
	line, err := bufio.NewReader(report).ReadString('\n')
	switch line = strings.TrimSuffix(line, "\n"); {
	case ctx.Err() != nil:
		return fmt.Errorf("the engine of %s did not come up: %w", o.DataDir, ctx.Err())
	case line == "ready":
		return nil
	case line == "busy":
		return errBusy
	case line != "":
		return errors.New(line)
	default:
		return fmt.Errorf("the engine of %s ended while starting (%w); %s may say why", o.DataDir, err, filepath.Join(o.DataDir, logFile))
	}
}
