package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/pflag"

	"nhip"
	"nhip/catalog"
	"nhip/crawler"
	"nhip/loader"
	"nhip/schedules"
)

var sourcesCommand = command{
	name:    "sources",
	args:    "[--health] [--feeds] [--source ID]...",
	summary: "List the sources of the catalog with their last and next run",
	example: `nhip sources
nhip sources --health                     with what the last run brought, what waits, and what failed
nhip sources --feeds --source vnexpress   its feeds, lists and sitemaps: how often each is polled, and why
nhip sources --format json                everything of it, one object a source and line`,
	flags: func(flags *pflag.FlagSet) {
		flags.Bool("health", false, "also what the last run fetched, loaded and failed at")
		flags.Bool("feeds", false, "the feeds, lists and sitemaps instead, with their intervals and failures")
		flags.StringArray("source", nil, "only this `id`; may be given several times")
		flags.String("format", "table", "`form`: table or json")
	},
	run: func(ctx context.Context, c *call) error {
		format, err := oneOf(c, "format", "table", "json")
		if err != nil {
			return err
		}
		cat, err := openCatalog(c)
		if err != nil {
			return err
		}
		sources := cat.Sources
		if ids, _ := c.flags.GetStringArray("source"); len(ids) > 0 {
			if sources, err = chooseSources(cat, ids, nil); err != nil {
				return err
			}
		}
		known, err := knownSources(ctx, c)
		if err != nil {
			return err
		}
		var list []sourceState
		for _, src := range sources {
			list = append(list, known.of(src, time.Now()))
		}
		health, _ := c.flags.GetBool("health")
		feeds, _ := c.flags.GetBool("feeds")
		switch {
		case format == "json":
			return printSourcesJSON(c.stdout, list)
		case feeds:
			return printIndexPages(c.stdout, list)
		}
		return printSources(c.stdout, list, health)
	},
}

// sourceState is what `nhip sources` knows of a source.
type sourceState struct {
	Source    nhip.SourceID `json:"source"`
	Name      string        `json:"name"`
	Kind      string        `json:"kind"`
	Hosts     []string      `json:"hosts"`
	Enabled   bool          `json:"enabled"`
	Selectors string        `json:"selectors"`
	Schedule  string        `json:"schedule"`
	LastRun   *time.Time    `json:"last_run"`  // of the web: crawl or poll
	NextRun   *time.Time    `json:"next_run"`  // by its schedule
	NextPoll  *time.Time    `json:"next_poll"` // of its feeds and lists, while nhip serve runs
	Fetched   int           `json:"fetched"`   // by the last run
	Loaded    int           `json:"loaded"`
	Failed    int           `json:"failed"`
	Waiting   int           `json:"waiting"` // discovered, and not asked for yet
	Refused   countsBy      `json:"refused"` // documents, by the publisher, at the last visit
	Health    string        `json:"health"`
	Closed    []closedHost  `json:"closed_hosts"`
	Index     []indexState  `json:"index_pages"`

	hasRun bool
}

// countsBy counts by reason, such as http_403.
type countsBy map[string]int

// closedHost is a host that is left alone for now.
type closedHost struct {
	Host   string    `json:"host"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

// indexState is a feed, listing or sitemap.
type indexState struct {
	URL       string        `json:"url"`
	Kind      nhip.PageKind `json:"kind"`
	IntervalS int           `json:"interval_s"`
	LastPoll  time.Time     `json:"last_poll"`
	NextPoll  *time.Time    `json:"next_poll"`
	Items     int           `json:"items"` // announced by the last answer
	New       int           `json:"new"`   // of these
	Outcome   nhip.Outcome  `json:"outcome"`
	Reason    string        `json:"reason,omitempty"`
	Failures  int           `json:"failures"`
	Severity  string        `json:"severity,omitempty"` // temporary, soft, hard
}

// lastRun is the newest account of a source.
type lastRun struct {
	at, crawl               time.Time // the run's start; that of the last whole crawl
	fetched, loaded, failed int
	error                   string
}

// known is what a store knows of the sources; its zero value knows nothing.
type known struct {
	runs    map[nhip.SourceID]lastRun
	index   map[nhip.SourceID][]nhip.Visit
	waiting map[nhip.SourceID]int
	refused map[nhip.SourceID]map[string]int
	hosts   []nhip.Host
}

// knownSources asks the store, if there is one.
func knownSources(ctx context.Context, c *call) (k known, err error) {
	if c.config.DSN == "" {
		if _, err := os.Stat(c.config.Data); errors.Is(err, fs.ErrNotExist) {
			return k, nil // do not start an engine to find nothing
		}
	}
	store, err := openStoreAsItIs(ctx, c)
	if err != nil {
		return k, err
	}
	defer store.Close()
	if pending, err := store.Pending(ctx); err != nil {
		return k, err
	} else if len(pending) > 0 {
		c.log.Warn("the store has no tables yet, or older ones: nothing is known of its runs before nhip run or nhip migrate brings it up to date")
		return k, nil
	}
	if k.runs, err = lastRunsOf(ctx, store); err != nil {
		return k, err
	}
	if k.index, err = store.IndexVisits(ctx); err != nil {
		return k, err
	}
	if k.waiting, err = store.Waiting(ctx); err != nil {
		return k, err
	}
	if k.refused, err = store.Refused(ctx); err != nil {
		return k, err
	}
	k.hosts, err = store.Hosts(ctx)
	return k, err
}

// lastRunsOf returns the newest account of every source that comes from the web.
func lastRunsOf(ctx context.Context, store *loader.Store) (map[nhip.SourceID]lastRun, error) {
	rows, err := store.Query(ctx, `SELECT source, max(started_at), maxIf(started_at, mode IN ('crawl', '')),
  argMax(fetched, started_at), argMax(loaded, started_at), argMax(failed, started_at), argMax(error, started_at)
FROM v_runs WHERE source != '' AND mode IN ('crawl', 'poll', '') AND note = '' GROUP BY source`, nil)
	if err != nil {
		if errors.Is(err, loader.ErrNoSchema) {
			return nil, nil // a store without tables has no runs
		}
		return nil, fmt.Errorf("last runs: %w", err)
	}
	defer rows.Close()
	out := map[nhip.SourceID]lastRun{}
	for rows.Next() {
		cells, err := rows.Values()
		if err != nil {
			return nil, err
		}
		var r lastRun
		var id string
		for i, to := range []any{&id, &r.at, &r.crawl, &r.fetched, &r.loaded, &r.failed, &r.error} {
			switch to := to.(type) {
			case *string:
				*to, _ = cells[i].(string)
			case *time.Time:
				if at, _ := cells[i].(time.Time); at.Unix() > 0 { // 1970: there was none
					*to = at
				}
			case *int:
				n, _ := cells[i].(uint64)
				*to = int(n)
			}
		}
		out[nhip.SourceID(id)] = r
	}
	return out, rows.Err()
}

// of puts together what is known of a source.
func (k known) of(src *catalog.Source, now time.Time) sourceState {
	run, hasRun := k.runs[src.ID]
	s := sourceState{Source: src.ID, Name: src.Name, Kind: src.Kind, Hosts: src.Hosts, Enabled: src.IsEnabled(), Selectors: src.Selectors,
		Schedule: src.Schedule, Fetched: run.fetched, Loaded: run.loaded, Failed: run.failed, Waiting: k.waiting[src.ID],
		Refused: countsBy{}, Closed: []closedHost{}, Index: []indexState{}, hasRun: hasRun}
	maps.Copy(s.Refused, k.refused[src.ID])
	if hasRun {
		s.LastRun = local(run.at)
	}
	if schedule, err := schedules.ParseSpec(src.Schedule, string(src.ID)); err == nil && src.IsEnabled() {
		s.NextRun = local(schedule.Next(now))
		if due, ok := crawler.NextPoll(src, k.index[src.ID], now); ok && !due.IsZero() {
			s.NextPoll = local(due)
		}
	}
	for _, v := range k.index[src.ID] {
		page := indexState{URL: v.URL, Kind: v.Kind, IntervalS: int(v.Poll / time.Second), LastPoll: v.At.In(nhip.Zone),
			Items: v.Items, New: v.New, Outcome: v.Outcome, Reason: v.Reason, Failures: v.Failures}
		if !v.NextDue.IsZero() {
			page.NextPoll = local(v.NextDue)
		}
		if severity := crawler.SeverityOf(v); severity != 0 {
			page.Severity = severity.String()
		}
		s.Index = append(s.Index, page)
	}
	for _, h := range k.hosts {
		if h.Source == src.ID && h.ClosedUntil.After(now) {
			s.Closed = append(s.Closed, closedHost{h.Name, h.ClosedUntil.In(nhip.Zone), h.Reason})
		}
	}
	s.Health = s.health(run.error)
	return s
}

func local(t time.Time) *time.Time {
	t = t.In(nhip.Zone)
	return &t
}

// health says in a few words how a source is; what a publisher forbids comes first,
// since only a person can do something about it.
func (s *sourceState) health(failed string) string {
	var hard, soft []string
	for _, p := range s.Index {
		switch p.Severity {
		case crawler.Hard.String():
			hard = append(hard, p.Reason)
		case crawler.Soft.String():
			soft = append(soft, p.Reason)
		}
	}
	of := func(reasons []string) string {
		slices.Sort(reasons)
		return fmt.Sprintf("%d of %d feeds and lists (%s)", len(reasons), len(s.Index), strings.Join(slices.Compact(reasons), ", "))
	}
	switch {
	case !s.hasRun:
		return "never run"
	case len(s.Closed) > 0:
		h := s.Closed[0]
		return fmt.Sprintf("LEFT ALONE: %s until %s (%s)", h.Host, h.Until.Format("2006-01-02 15:04"), h.Reason)
	case len(hard) > 0:
		return "BLOCKED or gone: " + of(hard)
	case len(s.Refused) > 0:
		return "BLOCKED: documents were refused: " + reasons(s.Refused)
	case failed != "":
		return "FAILED: " + failed
	case len(soft) > 0:
		return "cannot be read: " + of(soft)
	case s.Failed > 0:
		return fmt.Sprintf("some addresses failed: %d", s.Failed)
	}
	return "ok"
}

func printSourcesJSON(w io.Writer, list []sourceState) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range list {
		if err := enc.Encode(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

func printSources(w io.Writer, list []sourceState, health bool) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	header := "ID\tNAME\tKIND\tHOST\tENABLED\tSELECTORS\tLAST RUN\tNEXT RUN\tNEXT POLL"
	if health {
		header += "\tFETCHED\tLOADED\tWAITING\tHEALTH"
	}
	fmt.Fprintln(tw, header)
	for _, s := range list {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%t\t%s\t%s\t%s\t%s", s.Source, s.Name, s.Kind, s.Hosts[0], s.Enabled, s.Selectors,
			minute(s.LastRun), minute(s.NextRun), minute(s.NextPoll))
		if health {
			fetched, loaded := "-", "-"
			if s.hasRun {
				fetched, loaded = fmt.Sprint(s.Fetched), fmt.Sprint(s.Loaded)
			}
			fmt.Fprintf(tw, "\t%s\t%s\t%d\t%s", fetched, loaded, s.Waiting, s.Health)
		}
		fmt.Fprintln(tw)
	}
	return tw.Flush()
}

// printIndexPages writes one line a feed, list or sitemap.
func printIndexPages(w io.Writer, list []sourceState) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "ID\tKIND\tEVERY\tLAST\tNEXT\tITEMS\tNEW\tSTATE\tURL")
	for _, s := range list {
		for _, p := range s.Index {
			state := string(p.Outcome)
			if p.Severity != "" {
				state = fmt.Sprintf("%s, %s, %d in a row", p.Reason, p.Severity, p.Failures)
			}
			every := "-"
			if p.IntervalS > 0 {
				every = (time.Duration(p.IntervalS) * time.Second).Round(time.Minute).String()
				every = strings.TrimSuffix(every, "0s")
			}
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\n", s.Source, p.Kind, every, minute(&p.LastPoll), minute(p.NextPoll), p.Items, p.New, state, p.URL)
		}
	}
	return tw.Flush()
}

func minute(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Format("2006-01-02 15:04")
}
