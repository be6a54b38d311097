package loader

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/loader/engine"
)

// gateway stands between the store and its engine and does to chosen INSERTs what
// networks, gateways and tired servers do.
type gateway struct {
	mu      sync.Mutex
	fault   func(table string, nth int) fault // of the nth INSERT into the table, from 1
	seen    map[string]int
	tokens  map[string][]string // of every INSERT, by table
	problem []string
	client  *engine.Client
}

type fault struct {
	code   int  // answer with this exception instead of passing on
	status int  // answer with this status and a page of HTML
	lost   bool // pass on, then cut the connection before the answer
	cut    int  // pass on this many bytes of the request's body, then cut
}

// openThrough returns a migrated store behind a gateway.
func openThrough(t *testing.T, database string) (*Store, *gateway) {
	t.Helper()
	g := &gateway{seen: map[string]int{}, tokens: map[string][]string{}}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	s, err := Open(t.Context(), Options{DataDir: testDataDir, Database: database, Log: slog.New(slog.DiscardHandler),
		dial: func(ctx context.Context, c *engine.Client) (net.Conn, error) {
			g.mu.Lock()
			g.client = c
			g.mu.Unlock()
			return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.retry = backoff{attempts: 6, first: time.Millisecond, most: 5 * time.Millisecond}
	return s, g
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	var f fault
	if into, ok := strings.CutPrefix(query.Get("query"), "INSERT INTO "); ok {
		table, _, _ := strings.Cut(into, " ")
		g.mu.Lock()
		g.seen[table]++
		g.tokens[table] = append(g.tokens[table], query.Get("insert_deduplication_token"))
		if query.Get("async_insert") != "0" && table != "migrations" {
			g.problem = append(g.problem, "an insert into "+table+" does not say async_insert=0")
		}
		if g.fault != nil {
			f = g.fault(table, g.seen[table])
		}
		g.mu.Unlock()
	}
	switch {
	case f.code != 0:
		w.Header().Set("X-ClickHouse-Exception-Code", strconv.Itoa(f.code))
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, "Code: %d. DB::Exception: made by the test. (TEST) (version 26.7.2.1)\n", f.code)
		return
	case f.status != 0:
		w.WriteHeader(f.status)
		io.WriteString(w, "<html><h1>"+http.StatusText(f.status)+"</h1></html>"+strings.Repeat(" ", 100_000))
		return
	case f.cut > 0:
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, int64(f.cut)), cutReader{}))
	}
	answer := http.ResponseWriter(w)
	if f.lost {
		answer = httptest.NewRecorder()
	}
	proxy := httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(&url.URL{Scheme: "http", Host: "engine"})
			p.Out.Host = r.Host
		},
		Transport:    &http.Transport{DisableKeepAlives: true, DisableCompression: true, DialContext: g.dial},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:     slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	proxy.ServeHTTP(answer, r)
	if f.lost {
		panic(http.ErrAbortHandler)
	}
}

type cutReader struct{}

func (cutReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (g *gateway) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	g.mu.Lock()
	c := g.client
	g.mu.Unlock()
	return c.DialContext(ctx)
}

// testItems are n documents with three observations and a mention each.
func testItems(n int) []nhip.Item {
	items := make([]nhip.Item, n)
	for i := range items {
		at := time.Date(2024, 3, 7, 8, i%60, 0, 0, nhip.Zone)
		body := fmt.Appendf(nil, "<html>%d</html>", i)
		u := fmt.Sprintf("https://bao.vn/%d", i)
		page := &nhip.Page{Source: "bao", URL: u, Kind: nhip.KindArticle, FetchedAt: at, Status: 200, Body: body, SHA256: sha256.Sum256(body)}
		record := &nhip.Record{Source: "bao", URL: u, Kind: nhip.KindArticle, Reader: "r/1",
			Article:  nhip.Article{Title: fmt.Sprint("Bài ", i), Body: []string{"Đoạn một.", "Đoạn hai."}, PublishedAt: &at},
			Mentions: []nhip.Mention{{Kind: nhip.MentionPlace, ID: "ha-noi", Name: "Hà Nội"}}}
		for k := range 3 {
			value := nhip.NewDecimal(int64(i*10+k), -1)
			record.Observations = append(record.Observations, nhip.Observation{Label: fmt.Sprint("chỉ tiêu ", k), Value: &value,
				Period: "2024-02", PeriodStart: nhip.Date{Year: 2024, Month: 2, Day: 1}, PeriodEnd: nhip.Date{Year: 2024, Month: 2, Day: 29}})
		}
		items[i] = nhip.Item{Visit: nhip.Visit{Source: "bao", URL: u, Kind: nhip.KindArticle, At: at, Outcome: nhip.OutcomeOK}, Page: page, Record: record}
	}
	return items
}

// rowsOf returns count and hash of every base table, without run and batch.
func rowsOf(t testing.TB, s *Store) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, table := range []string{"pages", "visits", "documents", "document_versions", "observations", "mentions", "rejects"} {
		var n, h uint64
		err := s.conn.QueryRow(t.Context(), "SELECT count(), sum(sipHash64(toString(tuple(* EXCEPT ('run_id|batch_id'))))) FROM "+table+" FINAL").Scan(&n, &h)
		if err != nil {
			t.Fatal(table, err)
		}
		out[table] = fmt.Sprint(n, " ", h)
	}
	var n, h uint64 // which of its rows are rewrites depends on what a crash left
	if err := s.conn.QueryRow(t.Context(), "SELECT count(), sum(sipHash64(toString(tuple(*)))) FROM v_article_words").Scan(&n, &h); err != nil {
		t.Fatal(err)
	}
	out["article_words"] = fmt.Sprint(n, " ", h)
	return out
}

// Whatever happens to a send that may pass, the rows end up in the tables once.
func TestLoadThroughFaults(t *testing.T) {
	items := testItems(20)
	plain := openTest(t)
	if _, err := plain.Load(t.Context(), "run", items); err != nil {
		t.Fatal(err)
	}
	want := rowsOf(t, plain)
	s, g := openThrough(t, "faults")
	for name, f := range map[string]fault{
		"answer lost":        {lost: true},
		"cut at 1 byte":      {cut: 1},
		"cut at 300 bytes":   {cut: 300},
		"gateway":            {status: 502},
		"timeout":            {code: 159},
		"too many queries":   {code: 202},
		"socket timeout":     {code: 209},
		"network":            {code: 210},
		"memory limit":       {code: 241},
		"table is read only": {code: 242},
		"too many parts":     {code: 252},
		"unknown outcome":    {code: 319},
		"keeper":             {code: 999},
	} {
		t.Run(name, func(t *testing.T) {
			for table := range want {
				execSQL(t, s, "TRUNCATE TABLE "+table)
			}
			g.seen, g.tokens = map[string]int{}, map[string][]string{}
			g.fault = func(table string, nth int) fault {
				if nth == 1 || nth == 2 && table == "observations" {
					return f
				}
				return fault{}
			}
			got, err := s.Load(t.Context(), name, items) // another run, other tokens
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(nhip.Loaded{Loaded: 20, Articles: 20, Observations: 60, Rejected: map[string]int{}}, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(want, rowsOf(t, s)); d != "" {
				t.Error(d)
			}
			// No copy was hidden by FINAL either: the token dropped it.
			var rows uint64
			if err := s.conn.QueryRow(t.Context(), "SELECT count() FROM observations").Scan(&rows); err != nil || rows != 60 {
				t.Errorf("%d rows of observations, %v", rows, err)
			}
			for _, table := range []string{"pages", "document_versions", "documents", "article_words", "observations", "mentions", "batches", "visits"} {
				tokens := g.tokens[table]
				if len(tokens) < 2 || tokens[0] == "" {
					t.Errorf("%s: tokens %q", table, tokens)
				}
				for _, token := range tokens {
					if token != tokens[0] {
						t.Errorf("%s: a repeated send has another token: %q", table, tokens)
					}
				}
			}
			for _, p := range g.problem {
				t.Error(p)
			}
		})
	}
}

// What a person must repair ends the load at once; nothing is acknowledged.
func TestLoadStops(t *testing.T) {
	for name, f := range map[string]fault{"no table": {code: 60}, "no column": {code: 16}, "no right": {code: 497}, "no space": {code: 243}, "not found": {status: 404}} {
		t.Run(name, func(t *testing.T) {
			s, g := openThrough(t, fmt.Sprintf("stop%d", testDatabases.Add(1)))
			g.fault = func(table string, _ int) fault {
				if table == "mentions" {
					return f
				}
				return fault{}
			}
			if _, err := s.Load(t.Context(), "run", testItems(3)); err == nil || !strings.Contains(err.Error(), "mentions") {
				t.Fatal(err)
			}
			if g.seen["mentions"] != 1 || g.seen["visits"] != 0 || g.seen["rejects"] != 0 {
				t.Errorf("inserts: %v", g.seen)
			}
			g.fault = nil
			got, err := s.Load(t.Context(), "another run", testItems(3))
			if err != nil || got.Articles != 3 { // what was interrupted counts as new
				t.Errorf("loaded again: %+v, %v", got, err)
			}
		})
	}
}

// A fault that does not pass ends after the attempts are used up.
func TestLoadGivesUp(t *testing.T) {
	s, g := openThrough(t, fmt.Sprintf("giveup%d", testDatabases.Add(1)))
	g.fault = func(table string, _ int) fault { return fault{code: 252} }
	if _, err := s.Load(t.Context(), "run", testItems(1)); err == nil || !strings.Contains(err.Error(), "252") {
		t.Fatal(err)
	}
	if n := g.seen["pages"]; n != s.retry.attempts {
		t.Errorf("%d attempts", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Load(ctx, "run", testItems(1)); err == nil {
		t.Error("a cancelled load succeeded")
	}
}

// A row the database refuses stands alone in rejects; the others are loaded.
func TestPoisonRow(t *testing.T) {
	s := openTest(t)
	execSQL(t, s, "ALTER TABLE observations ADD CONSTRAINT c CHECK label != 'poison'")
	execSQL(t, s, "ALTER TABLE document_versions ADD CONSTRAINT c CHECK title != 'poison'")
	execSQL(t, s, "ALTER TABLE pages ADD CONSTRAINT c CHECK url != 'https://bao.vn/7'")
	items := testItems(20)
	items[3].Record.Observations[1].Label = "poison"
	items[17].Record.Observations[2].Label = "poison"
	items[5].Record.Article.Title = "poison"
	got, err := s.Load(t.Context(), "run", items)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(nhip.Loaded{Loaded: 18, Articles: 18, Observations: 52, Rejected: map[string]int{"refused": 2}}, got); d != "" {
		t.Error(d)
	}
	rows, err := s.Query(t.Context(), "SELECT url, table_name, stage, error LIKE '%469%', row != '' FROM rejects FINAL ORDER BY url", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var rejects []string
	for rows.Next() {
		cells, err := rows.Strings()
		if err != nil {
			t.Fatal(err)
		}
		rejects = append(rejects, strings.Join(cells, " "))
	}
	want := []string{"https://bao.vn/17 observations insert 1 1", "https://bao.vn/3 observations insert 1 1",
		"https://bao.vn/5 document_versions insert 1 1", "https://bao.vn/7 pages insert 1 1"}
	if d := cmp.Diff(want, rejects); d != "" {
		t.Error(d)
	}
	// If no row of several is taken, the rows are not at fault.
	execSQL(t, s, "ALTER TABLE mentions ADD CONSTRAINT c CHECK kind = 'nothing'")
	if _, err := s.Load(t.Context(), "run", items[:3]); err == nil || !strings.Contains(err.Error(), "each of 3 rows") {
		t.Errorf("a table that refuses everything: %v", err)
	}
}

// Every table that is loaded has the window that tokens need, and syncs.
func TestTablesAreGuarded(t *testing.T) {
	schema := schemaOf(t, openTest(t))
	for _, table := range []string{"pages", "visits", "documents", "document_versions", "observations", "mentions", "rejects", "runs", "batches"} {
		for _, setting := range []string{"non_replicated_deduplication_window = 1000", "fsync_after_insert = 1", "fsync_part_directory = 1"} {
			if !strings.Contains(schema[table], setting) {
				t.Errorf("%s lacks %s", table, setting)
			}
		}
	}
}
