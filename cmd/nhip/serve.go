package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"nhip"
	"nhip/catalog"
	"nhip/crawler"
	"nhip/loader"
	"nhip/schedules"
	"nhip/transform"
)

// stopGrace is how long a stop waits for running jobs and open requests.
const stopGrace = 30 * time.Second

var serveCommand = command{
	name:    "serve",
	summary: "Run the sources on their schedules and answer on loopback: /healthz, /metrics, and ClickHouse's HTTP interface",
	args:    "[--no-crawl]",
	example: `nhip serve
nhip serve --no-crawl                  only answer; run the sources elsewhere, or by hand
NHIP_WEB=127.0.0.1:9000 nhip serve     answer on another port
NHIP_CLICKHOUSE=off nhip serve         no ClickHouse interface beyond the data folder's socket
NHIP_USERS=users.yaml nhip serve       users, passwords, limits and quotas of the ClickHouse interface`,
	flags: func(flags *pflag.FlagSet) {
		flags.Bool("no-crawl", false, "run no schedules, only answer")
		clockFlag(flags)
	},
	run: func(ctx context.Context, c *call) error {
		cat, err := openCatalog(c)
		if err != nil {
			return err
		}
		in := ingestion{catalog: cat}
		if idle, _ := c.flags.GetBool("no-crawl"); !idle {
			in.sources = enabledSources(cat)
		}
		s, err := newServer(ctx, c, in)
		if err != nil {
			return err
		}
		defer s.store.Close()
		return s.serve(ctx)
	},
}

// server is everything `nhip serve` holds together.
type server struct {
	call      *call
	store     *loader.Store
	line      *progress
	scheduler *schedules.Scheduler
	listeners []net.Listener
	servers   []*http.Server

	mu     sync.Mutex
	totals map[nhip.SourceID]nhip.Account // since the start
	runs   map[nhip.SourceID]int
}

// newServer wires the stages for the given sources and opens the ports.
func newServer(ctx context.Context, c *call, in ingestion) (*server, error) {
	reader, err := transform.New(in.catalog)
	if err != nil {
		return nil, err
	}
	s := &server{call: c, line: newProgress(c.stderr, "serve", 0), totals: map[nhip.SourceID]nhip.Account{}, runs: map[nhip.SourceID]int{}}
	if s.store, err = openStore(ctx, c, in.catalog); err != nil {
		s.line.end()
		return nil, err
	}
	fail := func(err error) (*server, error) { s.close(); s.store.Close(); return nil, err }
	c.log = c.logThrough(s.line)
	fetch, err := newCrawler(c, crawler.Options{Memory: s.store, Resolve: in.resolve, Progress: s.line.crawl})
	if err != nil {
		return fail(err)
	}
	pipeline, err := schedules.NewPipeline(schedules.Stages{Crawler: fetch, Reader: reader, Store: s.store}, schedules.Options{Log: c.log, Progress: s.line.account})
	if err != nil {
		return fail(err)
	}
	last, err := lastRunsOf(ctx, s.store)
	if err != nil {
		return fail(err)
	}
	if s.scheduler, err = schedules.NewScheduler(s.jobs(in.sources, fetch, pipeline, last), stopGrace, c.log); err != nil {
		return fail(err)
	}
	if err := s.listen(ctx); err != nil {
		return fail(err)
	}
	return s, nil
}

func enabledSources(cat *catalog.Catalog) []*catalog.Source {
	return slices.DeleteFunc(slices.Clone(cat.Sources), func(src *catalog.Source) bool { return !src.IsEnabled() })
}

// jobs makes a job of every source. At most eight crawl at once. A missed run is one
// of the web: archives and replays leave the publisher unasked.
func (s *server) jobs(sources []*catalog.Source, fetch *crawler.Crawler, pipeline *schedules.Pipeline, last map[nhip.SourceID]lastRun) []schedules.Job {
	slots := make(chan struct{}, 8)
	var jobs []schedules.Job
	for _, src := range sources {
		one := func(run func(context.Context, []*catalog.Source) (nhip.Run, error)) func(context.Context) error {
			return func(ctx context.Context) error { return s.once(ctx, slots, src, run) }
		}
		jobs = append(jobs, schedules.Job{Name: string(src.ID), Spec: src.Schedule, Last: last[src.ID].crawl,
			Run: one(pipeline.Run), Poll: one(pipeline.Poll),
			NextPoll: func(ctx context.Context) (time.Time, error) {
				return nextPoll(ctx, s.store, src, fetch.Announced(src)...)
			}})
	}
	return jobs
}

// once runs one source when there is a slot for it, and counts what it brought.
func (s *server) once(ctx context.Context, slots chan struct{}, src *catalog.Source, do func(context.Context, []*catalog.Source) (nhip.Run, error)) error {
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	run, err := do(ctx, []*catalog.Source{src})
	s.count(run)
	for _, a := range run.Sources {
		if err == nil && a.Error != "" {
			err = errors.New(a.Error)
		}
	}
	return err
}

// count adds a run to the metrics and logs its one line.
func (s *server) count(run nhip.Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range run.Sources {
		t, ok := s.totals[a.Source]
		if !ok {
			t = nhip.NewAccount(a.Source)
		}
		t.Add(a)
		s.totals[a.Source] = t
		s.runs[a.Source]++
		if a.Note != "" {
			s.call.log.Info("run "+a.Note, "run", run.ID, "source", a.Source)
			continue
		}
		if run.Mode == nhip.ModePoll && a.Discovered == 0 && len(a.Index) == 0 && a.Error == "" {
			continue // asked nobody
		}
		s.call.log.Info("run", "run", run.ID, "mode", run.Mode, "source", a.Source, "discovered", a.Discovered, "fetched", a.Fetched, "loaded", a.Loaded,
			"failed", sum(a.Failed), "rejected", sum(a.Rejected), "observations", a.Observations, "took", run.Took)
	}
}

// listen opens the ports first, so that an address in use is a sentence at the
// start and not a log line later.
func (s *server) listen(ctx context.Context) error {
	web, err := s.bind(ctx, "web", s.call.config.Web, s.handler())
	if err != nil {
		return err
	}
	fmt.Fprintf(s.call.stderr, "nhip serves http://%s/healthz and /metrics\n", web)
	return s.listenClickHouse(ctx)
}

// bind listens on a loopback address. Other addresses are refused: nothing here
// has users or TLS, and whoever reaches the port can read everything.
func (s *server) bind(ctx context.Context, what, addr string, h http.Handler) (net.Addr, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, usagef("%s address %q: want host:port such as 127.0.0.1:8080", what, addr)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return nil, usagef("%s address %q: only loopback is served (127.0.0.1, [::1], localhost); put a server with TLS in front to offer it to others", what, addr)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; another address is set by NHIP_%s", what, err, strings.ToUpper(what))
	}
	s.listeners = append(s.listeners, l)
	s.servers = append(s.servers, &http.Server{
		Handler: onlyLoopbackHosts(h), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 1 << 20,
	})
	return l.Addr(), nil
}

// onlyLoopbackHosts refuses requests whose Host is not a loopback name: a page in
// the user's browser can have its own name resolved to 127.0.0.1.
func onlyLoopbackHosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		host = strings.Trim(host, "[]")
		if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
			http.Error(w, "this server answers to loopback names only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// serve runs until ctx is cancelled, then stops in the reverse order of the start.
func (s *server) serve(ctx context.Context) error {
	failed := make(chan error, len(s.servers))
	for i, srv := range s.servers {
		go func() {
			if err := srv.Serve(s.listeners[i]); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		}()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case err := <-failed:
			cancel(err)
		case <-ctx.Done():
		}
	}()
	err := s.scheduler.Run(ctx)
	s.line.end()
	grace, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	for _, srv := range slices.Backward(s.servers) {
		if srv.Shutdown(grace) != nil {
			srv.Close()
		}
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	return err
}

func (s *server) close() {
	s.line.end()
	for _, l := range s.listeners {
		l.Close()
	}
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /metrics", s.metrics)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, "nhip is running. /healthz says how its sources are, /metrics counts what they brought.")
	})
	return mux
}

// health is the answer of /healthz.
type health struct {
	Status  string         `json:"status"` // ok, or why not
	Sources []sourceHealth `json:"sources"`
}

type sourceHealth struct {
	Source  string     `json:"source"`
	Running bool       `json:"running"`
	LastRun *time.Time `json:"last_run"`
	NextRun time.Time  `json:"next_run"`
	Error   string     `json:"error,omitempty"`

	NextPoll *time.Time `json:"next_poll"` // of what is due between the runs
}

// healthz is 200 while the store answers. Failing sources are told but do not make
// nhip unhealthy: restarting it would not mend a publisher.
func (s *server) healthz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	h := health{Status: "ok", Sources: []sourceHealth{}}
	code := http.StatusOK
	if err := s.ping(ctx); err != nil {
		h.Status, code = "store: "+err.Error(), http.StatusServiceUnavailable
	}
	for _, st := range s.scheduler.Status() {
		sh := sourceHealth{Source: st.Name, Running: st.Running, NextRun: st.Next.In(nhip.Zone)}
		if !st.Last.IsZero() {
			last := st.Last.In(nhip.Zone)
			sh.LastRun = &last
		}
		if !st.NextPoll.IsZero() {
			next := st.NextPoll.In(nhip.Zone)
			sh.NextPoll = &next
		}
		if st.Err != nil {
			sh.Error = st.Err.Error()
		}
		h.Sources = append(h.Sources, sh)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(h)
}

func (s *server) ping(ctx context.Context) error {
	rows, err := s.store.Query(ctx, "SELECT 1", nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}

// metrics writes the counts since the start, and how things stand, in Prometheus' text
// form.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	s.gauges(r.Context(), w)
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []nhip.SourceID
	for id := range s.totals {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	counter := func(name, help string, of func(nhip.Account) int) {
		fmt.Fprintf(w, "# HELP nhip_%s %s\n# TYPE nhip_%s counter\n", name, help, name)
		for _, id := range ids {
			fmt.Fprintf(w, "nhip_%s{source=%q} %d\n", name, id, of(s.totals[id]))
		}
	}
	fmt.Fprintf(w, "# HELP nhip_runs_total Runs of a source.\n# TYPE nhip_runs_total counter\n")
	for _, id := range ids {
		fmt.Fprintf(w, "nhip_runs_total{source=%q} %d\n", id, s.runs[id])
	}
	counter("documents_discovered_total", "Documents discovered.", func(a nhip.Account) int { return a.Discovered })
	counter("documents_fetched_total", "Documents fetched.", func(a nhip.Account) int { return a.Fetched })
	counter("documents_unchanged_total", "Documents found unchanged.", func(a nhip.Account) int { return a.Unchanged })
	counter("documents_skipped_total", "Documents skipped.", func(a nhip.Account) int { return sum(a.Skipped) })
	counter("documents_failed_total", "Documents that could not be fetched.", func(a nhip.Account) int { return sum(a.Failed) })
	counter("documents_loaded_total", "Documents loaded.", func(a nhip.Account) int { return a.Loaded })
	counter("documents_rejected_total", "Documents rejected.", func(a nhip.Account) int { return sum(a.Rejected) })
	counter("observations_total", "Observations in loaded documents.", func(a nhip.Account) int { return a.Observations })
	counter("revisions_total", "Documents whose content had changed.", func(a nhip.Account) int { return a.Revisions })
	counter("bytes_total", "Bytes received.", func(a nhip.Account) int { return int(a.Bytes) })
}
