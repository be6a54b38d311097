package engine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// server answers ClickHouse's HTTP interface over the library. It is the only
// user of libchdb's connections: a fresh one for every request, or the session's.
type server struct {
	base      []string            // options of every connection: the path
	settings  map[string]struct{} // names the engine knows
	activity  *activity
	admission *admission
	sessions  *sessions
	quotas    *quotas

	closedTableFns map[string]bool // table functions that gated users may not call; lower case

	ids     atomic.Uint64
	mu      sync.Mutex
	running map[uint64]context.CancelCauseFunc // statements by tag
}

// newServer reads from the first connection what the engine knows.
func newServer(path string, first *connection) (*server, error) {
	s := &server{
		base: []string{path, "--implicit_select=0"}, settings: map[string]struct{}{},
		activity: newActivity(), admission: newAdmission(), sessions: newSessions(), quotas: newQuotas(),
		closedTableFns: map[string]bool{},
		running:        map[uint64]context.CancelCauseFunc{},
	}
	names, err := first.query("SELECT name FROM system.settings", "TSV", nil)
	if err != nil {
		return nil, fmt.Errorf("read the engine's settings: %w", err)
	}
	for name := range strings.Lines(string(names.data)) {
		s.settings[strings.TrimSuffix(name, "\n")] = struct{}{}
	}
	functions, err := first.query("SELECT name FROM system.table_functions", "TSV", nil)
	if err != nil {
		return nil, fmt.Errorf("read the engine's table functions: %w", err)
	}
	for name := range strings.Lines(string(functions.data)) {
		if name = strings.TrimSuffix(name, "\n"); !containsFold(openTableFunctions, name) {
			s.closedTableFns[strings.ToLower(name)] = true
		}
	}
	return s, nil
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.activity.begin() {
		w.Header().Set("Connection", "close")
		plain(w, http.StatusServiceUnavailable, "the engine is ending\n")
		return
	}
	defer s.activity.end()
	defer s.recoverRequest(w, r)
	switch {
	case r.URL.Path == holdPath:
		s.serveHold(w)
	case r.URL.Path == "/ping", r.URL.Path == "/replicas_status":
		plain(w, http.StatusOK, "Ok.\n")
	case r.URL.Path != "/" && !r.URL.Query().Has("query"):
		plain(w, http.StatusNotFound, "There is no handle "+r.URL.Path+"\n\nUse / or /ping for health checks.\nSend queries to / by GET or POST.\n")
	case r.URL.Path == "/" && r.URL.RawQuery == "" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		plain(w, http.StatusOK, "Ok.\n")
	default:
		s.serveQuery(w, r)
	}
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // the client may have gone
}

// recoverRequest keeps the engine alive when the handler of one request panics.
func (s *server) recoverRequest(w http.ResponseWriter, r *http.Request) {
	switch v := recover(); v {
	case nil:
	case http.ErrAbortHandler: // meant: the stream is cut after an exception
		panic(v)
	default:
		fmt.Fprintf(os.Stderr, "engine: panic in %s %s: %v\n%s", r.Method, r.URL.Path, v, debug.Stack())
		panic(http.ErrAbortHandler)
	}
}

// serveQuery runs the one statement of a request.
func (s *server) serveQuery(w http.ResponseWriter, r *http.Request) {
	a := newAnswer(w, r)
	req, err := s.readRequest(r)
	if err != nil {
		a.fail(err)
		return
	}
	a.accept(req)
	if isHandshake(req) {
		a.handshake()
		return
	}
	if a.slot, err = s.admission.enter(r.Context()); err != nil {
		a.fail(err)
		return
	}
	defer a.slot.leave()
	err = s.run(r.Context(), req, a)
	a.slot.pause() // what is left is the client's reading
	if err != nil {
		a.fail(err)
		return
	}
	a.finish()
}

// pass holds a gated user's statement against gate and quota.
func (s *server) pass(req *request) (*gate, error) {
	k, err := openConnection(s.base...)
	if err != nil {
		return nil, err
	}
	defer k.close()
	g, err := s.newGate(k, req.access)
	if err != nil {
		return nil, err
	}
	if err := g.takeSettings(req); err != nil {
		return nil, err
	}
	if err := g.check(req); err != nil {
		return nil, err
	}
	switch class, err := k.classify(req.statement.head, ""); {
	case err != nil:
		return nil, err
	case class.statements > 1:
		return nil, raise(codeSyntaxError, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)")
	case class.statements == 1 && class.class != 0:
		return nil, refuse("a statement that does not only read")
	}
	return g, s.quotas.begin(req.access, time.Now())
}

// errCancelled is the cause of a context whose statement was cancelled by a stop.
var errCancelled = errors.New("the engine is stopping")

// run opens the request's connection, runs its statement under a tag by which it
// can be killed, and writes the result to a.
func (s *server) run(ctx context.Context, req *request, a *answer) error {
	var g *gate
	if req.access != nil {
		var err error
		if g, err = s.pass(req); err != nil {
			return err
		}
		defer func() { s.quotas.end(req.access, a.stats.resultRows) }()
	}
	k, release, err := s.connectionFor(req, g)
	if err != nil {
		return err
	}
	defer release()
	id := s.ids.Add(1)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.mu.Lock()
	s.running[id] = cancel
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.running, id)
		s.mu.Unlock()
	}()
	defer s.killWhenDone(ctx, id)()
	x := &execution{k: k, ctx: ctx, tag: tagOf(id), req: req, a: a}
	return untagged(x.run(), x.tag)
}

// tagOf is the leading comment by which a statement is found in system.processes:
// the C API takes no query id.
func tagOf(id uint64) string { return fmt.Sprintf("/*nhip:%d*/", id) }

// killWhenDone kills the statement when ctx ends before stop is called. KILL finds
// nothing while the statement is still being parsed, so it is repeated.
func (s *server) killWhenDone(ctx context.Context, id uint64) (stop func()) {
	finished := make(chan struct{})
	ended := make(chan struct{})
	undo := context.AfterFunc(ctx, func() {
		defer close(ended)
		k, err := openConnection(s.base...)
		if err != nil {
			fmt.Fprintln(os.Stderr, "engine: kill:", err)
			return
		}
		defer k.close()
		for {
			select {
			case <-finished:
				return
			default:
			}
			if _, err := k.query("KILL QUERY WHERE query LIKE '"+tagOf(id)+"%' ASYNC", "Null", nil); err != nil {
				fmt.Fprintln(os.Stderr, "engine: kill:", err)
			}
			select {
			case <-finished:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	return func() {
		close(finished)
		if !undo() {
			<-ended
		}
	}
}

// cancelAll kills every running statement.
func (s *server) cancelAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cancel := range s.running {
		cancel(errCancelled)
	}
}

func (s *server) closeSessions() { s.sessions.closeAll() }
