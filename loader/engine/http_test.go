package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRequests(t *testing.T) {
	cl := start(t)
	query(t, cl, "CREATE DATABASE other")
	query(t, cl, "CREATE TABLE other.t (n UInt64, s String) ENGINE = MergeTree ORDER BY n")
	tests := []struct {
		name, method, body string
		parameters         []string
		status             int
		code               string // of the exception; empty: none
		want               string // the whole body, or a part of an exception
	}{
		{"query in the body", "POST", "SELECT 1", nil, 200, "", "1\n"},
		{"query in the URL", "GET", "", []string{"query=SELECT 1"}, 200, "", "1\n"},
		{"query in two parts", "POST", "+ 1", []string{"query=SELECT 1"}, 200, "", "2\n"},
		{"semicolon and comment at the end", "POST", "SELECT 1; -- xong\n/* ; */;", nil, 200, "", "1\n"},
		{"default format", "POST", "SELECT 1 AS a", []string{"default_format=JSONEachRow"}, 200, "", `{"a":1}` + "\n"},
		{"FORMAT clause wins", "POST", "SELECT 1 AS a FORMAT CSV", []string{"default_format=JSONEachRow"}, 200, "", "1\n"},
		{"database", "POST", "SELECT currentDatabase()", []string{"database=other"}, 200, "", "other\n"},
		{"setting", "POST", "SELECT getSetting('max_threads')", []string{"max_threads=3"}, 200, "", "3\n"},
		{"setting with quotes", "POST", "SELECT getSetting('log_comment')", []string{`log_comment=a'b "c" \ d`}, 200, "", `a\'b "c" \\ d` + "\n"},
		{"parameter", "POST", "SELECT {x:String}, {n:UInt8} + 1", []string{`param_x=a'b\tc`, "param_n=4"}, 200, "", `a\'b\tc` + "\t5\n"},
		{"NULL parameter", "POST", "SELECT {x:Nullable(String)} IS NULL", []string{`param_x=\N`}, 200, "", "1\n"},
		{"empty parameter", "POST", "SELECT {x:String} = ''", []string{"param_x="}, 200, "", "1\n"},
		{"identifier parameter", "POST", "SELECT count() FROM {d:Identifier}.t", []string{"param_d=other"}, 200, "", "0\n"},
		{"zone", "POST", "SELECT timezone(), toDateTime('2026-01-01 00:00:00', 'UTC') = toDateTime('2026-01-01 07:00:00')", nil, 200, "", "Asia/Ho_Chi_Minh\t1\n"},
		{"streamed nothing", "POST", "SELECT number FROM numbers(0)", nil, 200, "", ""},
		{"FORMAT Null runs to its end", "POST", "SELECT throwIf(number = 900000) FROM numbers(1000000) SETTINGS max_block_size = 1000 FORMAT Null", nil, 500, "395", "throwIf"},
		{"statement without result", "POST", "CREATE TABLE other.u (n UInt8) ENGINE = Memory", nil, 200, "", ""},
		{"SHOW", "POST", "SHOW TABLES FROM other LIKE 't'", nil, 200, "", "t\n"},
		{"head only", "HEAD", "", []string{"query=SELECT 1"}, 200, "", ""},

		{"empty", "POST", " -- nichts\n", nil, 400, "62", "Empty query"},
		{"two statements", "POST", "SELECT 1; SELECT 2", nil, 400, "62", "Multi-statements are not allowed"},
		{"two statements, one dropping", "POST", "CREATE TABLE v (n UInt8) ENGINE = Memory; DROP TABLE other.t", nil, 400, "62", "Multi-statements are not allowed"},
		{"no implicit SELECT", "POST", "garbage", nil, 400, "62", "failed at position 1 "},
		{"position in the client's text", "POST", "SELECT 1 +\n  )", nil, 400, "62", "failed at position 14 "},
		{"position in the first line", "POST", "SELECT )\n, 2", nil, 400, "62", "failed at position 8 "},
		{"unclosed quote", "POST", "SELECT 'abc", nil, 400, "62", "not closed"},
		{"unknown table", "POST", "SELECT * FROM missing", nil, 404, "60", "(UNKNOWN_TABLE) (version 26.7.2.1 (official build))"},
		{"unknown database", "POST", "SELECT 1", []string{"database=missing"}, 404, "81", "missing"},
		{"unknown function", "POST", "SELECT nosuch(1)", nil, 404, "46", "nosuch"},
		{"unknown format", "POST", "SELECT 1", []string{"default_format=NoSuch"}, 404, "73", "NoSuch"},
		{"unknown setting", "POST", "SELECT 1", []string{"max_treads=3"}, 404, "115", "max_treads"},
		{"option of the process", "POST", "SELECT 1", []string{"path=/tmp"}, 404, "115", "path"},
		{"bad value of a setting", "POST", "SELECT 1", []string{"max_threads=viele"}, 400, "27", "viele"},
		{"missing parameter", "POST", "SELECT {x:String}", nil, 400, "456", "x"},
		{"bad parameter", "POST", "SELECT {x:UInt8}", []string{"param_x=a'); DROP TABLE other.t"}, 400, "457", "x"},
		{"time limit", "POST", "SELECT sum(sipHash64(number)) FROM numbers(100000000000)", []string{"max_execution_time=1"}, 408, "159", "TIMEOUT_EXCEEDED"},
		{"GET may not write", "GET", "", []string{"query=DROP TABLE other.t"}, 500, "164", "readonly"},
		{"GET may not insert", "GET", "", []string{"query=INSERT INTO other.t VALUES (1, 'a')"}, 500, "164", "readonly"},
		{"GET may not free itself", "GET", "", []string{"query=DROP TABLE other.t", "readonly=0"}, 500, "164", "readonly"},
		{"readonly by wish", "POST", "DROP TABLE other.t", []string{"readonly=1", "max_threads=2"}, 500, "164", "readonly"},
		{"a file written", "POST", "SELECT 1 INTO OUTFILE '/tmp/x'", nil, 400, "344", "INTO OUTFILE"},
		{"a file read", "POST", "INSERT INTO other.t FROM INFILE '/etc/passwd' FORMAT CSV", nil, 400, "344", "FROM INFILE"},
		{"method", "DELETE", "", []string{"query=SELECT 1"}, 400, "344", "DELETE"},
		{"coding of the body", "POST", "SELECT 1", []string{"decompress=1"}, 400, "271", "CANNOT_DECOMPRESS"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, cl, tt.method, tt.body, tt.parameters...)
			if r.status != tt.status || r.code() != tt.code || r.err != nil {
				t.Fatalf("status %d, code %q, %v; want %d, %q: %s", r.status, r.code(), r.err, tt.status, tt.code, r.body)
			}
			if tt.code == "" && r.body != tt.want {
				t.Errorf("body %q, want %q", r.body, tt.want)
			}
			if tt.code != "" && !(strings.HasPrefix(r.body, "Code: "+tt.code+". DB::Exception: ") && strings.Contains(r.body, tt.want)) {
				t.Errorf("body %q, want the exception %s with %q", r.body, tt.code, tt.want)
			}
			if strings.Contains(r.body, "nhip:") {
				t.Errorf("the tag shows: %q", r.body)
			}
		})
	}
	if got := query(t, cl, "SELECT count() FROM system.tables WHERE database = 'other'"); got != "2" {
		t.Errorf("tables left: %s, want 2", got)
	}
}

func TestHealth(t *testing.T) {
	c := httpClient(start(t))
	for _, tt := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"GET", "/ping", 200, "Ok.\n"}, {"HEAD", "/ping", 200, ""}, {"GET", "/replicas_status", 200, "Ok.\n"},
		{"GET", "/", 200, "Ok.\n"}, {"GET", "/nosuch", 404, "There is no handle /nosuch"},
	} {
		req, err := http.NewRequest(tt.method, "http://engine"+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != tt.status || !strings.HasPrefix(string(body), tt.want) {
			t.Errorf("%s %s: %d %q, %v", tt.method, tt.path, res.StatusCode, body, err)
		}
	}
}

func TestHeaders(t *testing.T) {
	cl := start(t)
	r := ask(t, cl, "POST", "SELECT number FROM numbers(10)", "query_id=câu-hỏi-1", "default_format=CSVWithNames")
	for name, want := range map[string]string{
		"Content-Type":          "text/csv; charset=UTF-8; header=present",
		"X-Clickhouse-Query-Id": "câu-hỏi-1",
		"X-Clickhouse-Format":   "CSVWithNames",
		"X-Clickhouse-Timezone": "Asia/Ho_Chi_Minh",
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if got := r.header.Get("X-ClickHouse-Exception-Tag"); !regexp.MustCompile(`^[a-z0-9]{16}$`).MatchString(got) {
		t.Errorf("tag %q", got)
	}
	if got := r.header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("other origins are let in: %q", got)
	}
	summary := r.header.Get("X-ClickHouse-Summary")
	if !regexp.MustCompile(`^\{"read_rows":"10","read_bytes":"80","written_rows":"0",.*"result_rows":"10",.*"elapsed_ns":"\d+",`).MatchString(summary) {
		t.Errorf("summary %s", summary)
	}
}

// TestHandshake holds the bytes against the wire form that clickhouse-go decodes
// at revision 54460.
func TestHandshake(t *testing.T) {
	r := ask(t, start(t), "POST", handshakeQuery, "default_format=Native", "client_protocol_version=54460", "database=default")
	want := "\x01\x00\x02\xff\xff\xff\xff\x00\x04\x01" +
		"\rdisplayName()\x06String\x00\x04nhip" +
		"\tversion()\x06String\x00\x0826.7.2.1" +
		"\nrevision()\x06UInt32\x00\x00\x00\x00\x00" +
		"\ntimezone()\x06String\x00\x10Asia/Ho_Chi_Minh"
	if diff := cmp.Diff(want, r.body); diff != "" {
		t.Error(diff)
	}
}

func TestVersionsAreTheEngines(t *testing.T) {
	if got := query(t, start(t), "SELECT version()"); got != serverVersion {
		t.Errorf("version() = %s, but the handshake says %s", got, serverVersion)
	}
}

// TestStreamsAreOneDocument asks for results of several blocks: the library makes
// every chunk a document of its own, the answer has to be one.
func TestStreamsAreOneDocument(t *testing.T) {
	cl := start(t)
	const rows = 200_000
	sql := fmt.Sprintf("SELECT number AS n, concat('a\nb\"', toString(number)) AS `tên\n\"cột\"` FROM numbers(%d)", rows)
	for _, format := range []string{"TSV", "TSVWithNames", "TSVWithNamesAndTypes", "CSV", "CSVWithNames", "CSVWithNamesAndTypes",
		"JSONEachRow", "JSONCompactEachRow", "JSONCompactEachRowWithNames", "JSONCompactEachRowWithNamesAndTypes",
		"RowBinary", "RowBinaryWithNames", "RowBinaryWithNamesAndTypes", "Native", "JSON", "JSONCompact", "Parquet", "Values"} {
		t.Run(format, func(t *testing.T) {
			whole := streamed(t, cl, sql, format)
			query(t, cl, "CREATE OR REPLACE TABLE back (n UInt64, `tên\n\"cột\"` String) ENGINE = Memory")
			if r := ask(t, cl, "POST", whole, "query=INSERT INTO back FORMAT "+format); r.status != 200 {
				t.Fatalf("insert of the result: %s", r.body)
			}
			got := query(t, cl, "SELECT count(), sum(n), uniqExact(n), countIf(`tên\n\"cột\"` = concat('a\nb\"', toString(n))) FROM back")
			if want := fmt.Sprintf("%d\t%d\t%d\t%d", rows, rows*(rows-1)/2, rows, rows); got != want {
				t.Errorf("%s back: %s, want %s", format, got, want)
			}
		})
	}
}

func streamed(t *testing.T, cl *Client, sql, format string) string {
	t.Helper()
	r := ask(t, cl, "POST", sql, "default_format="+format)
	if r.status != 200 || r.err != nil {
		t.Fatalf("status %d, %v: %.300s", r.status, r.err, r.body)
	}
	return r.body
}

func TestExceptionWithinAStream(t *testing.T) {
	cl := start(t)
	const sql = "SELECT throwIf(number = 3000000), number FROM numbers(5000000)"
	r := ask(t, cl, "POST", sql, "default_format=Native")
	tag := r.header.Get("X-ClickHouse-Exception-Tag")
	if r.status != 200 || !errors.Is(r.err, io.ErrUnexpectedEOF) {
		t.Fatalf("status %d, %v: want a 200 whose stream is cut", r.status, r.err)
	}
	m := regexp.MustCompile(`(?s)\r\n__exception__\r\n` + tag + `\r\n(Code: 395\. DB::Exception: .*\n)(\d+) ` + tag + `\r\n__exception__\r\n$`).FindStringSubmatch(r.body)
	if m == nil {
		t.Fatalf("no exception at the end of %q", r.body[max(0, len(r.body)-400):])
	}
	if n, err := strconv.Atoi(m[2]); err != nil || n != len(m[1]) {
		t.Errorf("the block says %s bytes, the message has %d", m[2], len(m[1]))
	}
	// Kept whole, the same error has a clean status.
	r = ask(t, cl, "POST", sql, "default_format=Native", "wait_end_of_query=1")
	if r.status != 500 || r.code() != "395" || r.err != nil {
		t.Errorf("wait_end_of_query=1: status %d, code %q, %v", r.status, r.code(), r.err)
	}
	// So has an error within what is held back.
	r = ask(t, cl, "POST", "SELECT throwIf(number = 3000) FROM numbers(10000) SETTINGS max_block_size = 100", "default_format=TSV")
	if r.status != 500 || r.code() != "395" {
		t.Errorf("an early error: status %d, code %q", r.status, r.code())
	}
}

func TestDisconnectCancels(t *testing.T) {
	cl := start(t)
	for _, tt := range []struct{ name, sql string }{
		{"computing", "SELECT sum(sipHash64(number)) FROM numbers(1000000000000)"},
		{"streaming", "SELECT number, toString(number) FROM numbers(1000000000000)"},
		{"writing", "INSERT INTO FUNCTION null('n UInt64') SELECT number FROM numbers(1000000000000)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				req, err := http.NewRequestWithContext(ctx, "POST", "http://engine/", strings.NewReader(tt.sql))
				if err != nil {
					t.Error(err)
					return
				}
				res, err := httpClient(cl).Do(req)
				if err == nil {
					_, err = io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("the request ended by itself: %v", err)
				}
			}()
			count := func() string {
				return query(t, cl, "SELECT count() FROM system.processes WHERE query LIKE '%1000000000000%' AND query NOT LIKE '%system.processes%'")
			}
			eventually(t, "the statement runs", func() bool { return count() == "1" })
			cancel()
			<-gone
			eventually(t, "the statement ends with its client", func() bool { return count() == "0" })
		})
	}
}

func TestParametersAndSettingsDoNotMix(t *testing.T) {
	cl := start(t)
	c := httpClient(cl)
	var wg sync.WaitGroup
	for worker := range 16 {
		wg.Go(func() {
			for i := range 40 {
				value := fmt.Sprintf("%d-%d", worker, i)
				r := askWith(t, c, "POST", strings.NewReader("SELECT {x:String}, {y:String}, getSetting('log_comment')"), nil,
					"param_x="+value, "param_y=y"+value, "log_comment="+value)
				if want := value + "\ty" + value + "\t" + value + "\n"; r.body != want {
					t.Errorf("got %q, want %q", r.body, want)
				}
			}
		})
	}
	wg.Wait()
	query(t, cl, "SET max_threads = 1")
	query(t, cl, "CREATE TEMPORARY TABLE mine (n UInt8)")
	if got := query(t, cl, "SELECT getSetting('log_comment') = '' AND getSetting('max_threads') != 1"); got != "1" {
		t.Error("a setting leaked out of its request")
	}
	if r := ask(t, cl, "POST", "SELECT * FROM mine"); r.code() != "60" {
		t.Errorf("a temporary table leaked out of its request: %s", r.body)
	}
}

func TestSessions(t *testing.T) {
	cl := start(t)
	query(t, cl, "CREATE TEMPORARY TABLE mine (n UInt8)", "session_id=a")
	query(t, cl, "INSERT INTO mine VALUES (7)", "session_id=a", "log_comment=einmal")
	if got := query(t, cl, "SELECT n, getSetting('log_comment') FROM mine", "session_id=a"); got != "7\t" {
		t.Errorf("in the session: %q", got)
	}
	if r := ask(t, cl, "POST", "SELECT n FROM mine", "session_id=b"); r.code() != "60" {
		t.Errorf("in another session: %s", r.body)
	}
	if r := ask(t, cl, "POST", "SELECT 1", "session_id=c", "session_check=1"); r.code() != "372" {
		t.Errorf("session_check: %s", r.body)
	}
	if r := ask(t, cl, "POST", "SELECT 1", "session_id=a", "session_timeout=3601"); r.code() != "374" {
		t.Errorf("session_timeout: %s", r.body)
	}
	busy := make(chan reply, 1)
	go func() {
		for { // the questions below may hold the session first
			if r := ask(t, cl, "POST", "SELECT sleep(1)", "session_id=a"); r.code() != "373" {
				busy <- r
				return
			}
		}
	}()
	eventually(t, "the session is busy", func() bool { return ask(t, cl, "POST", "SELECT 1", "session_id=a").code() == "373" })
	<-busy
	query(t, cl, "SELECT 1", "session_id=a", "close_session=1")
	if r := ask(t, cl, "POST", "SELECT 1", "session_id=a", "session_check=1"); r.code() != "372" {
		t.Errorf("after close_session: %s", r.body)
	}
	query(t, cl, "SELECT 1", "session_id=kurz", "session_timeout=0")
	eventually(t, "a session ends by its timeout", func() bool {
		return ask(t, cl, "POST", "SELECT 1", "session_id=kurz", "session_check=1", "session_timeout=0").code() == "372"
	})
}

func TestProxy(t *testing.T) {
	cl := start(t)
	web := httptest.NewServer(cl.Proxy(ProxyOptions{Users: everyone{Access{Admin: true}}}))
	defer web.Close()
	post := func(sql string, change func(*http.Request)) reply {
		req, err := http.NewRequest("POST", web.URL+"/?default_format=TSV", strings.NewReader(sql))
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(req)
		}
		res, err := web.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return reply{res.StatusCode, res.Header, string(body), err}
	}
	if r := post("SELECT 1", nil); r.status != 200 || r.body != "1\n" || r.header.Get("X-ClickHouse-Summary") == "" {
		t.Errorf("%d %q", r.status, r.body)
	}
	if r := post("SELECT * FROM missing", nil); r.status != 404 || r.code() != "60" {
		t.Errorf("%d %q", r.status, r.body)
	}
	if r := post("SELECT throwIf(number = 3000000), number FROM numbers(5000000)", nil); r.status != 200 || r.err == nil ||
		!strings.Contains(r.body, "\r\n__exception__\r\n") {
		t.Errorf("a broken stream came through as whole: %d, %v", r.status, r.err)
	}
	for host, want := range map[string]int{"evil.example": 403, "localhost:8123": 200, "[::1]:8123": 200, "127.0.0.1": 200, "127.0.0.1.evil.example": 403} {
		if r := post("SELECT 1", func(r *http.Request) { r.Host = host }); r.status != want {
			t.Errorf("host %s: %d, want %d", host, r.status, want)
		}
	}
	if r := post("", func(r *http.Request) { r.URL.Path = holdPath }); r.status != 404 {
		t.Errorf("the private route is served: %d", r.status)
	}
}

func TestAdmissionIsBounded(t *testing.T) {
	a := &admission{running: make(chan struct{}, 1), open: make(chan struct{}, 3), waiting: make(chan struct{}, 1)}
	first, err := a.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second := make(chan error, 1)
	go func() {
		s, err := a.enter(t.Context())
		if err == nil {
			s.leave()
		}
		second <- err
	}()
	eventually(t, "the second waits", func() bool { return len(a.waiting) == 1 })
	_, err = a.enter(t.Context())
	var e *exception
	if !errors.As(err, &e) || e.code != 202 || e.status() != http.StatusServiceUnavailable {
		t.Errorf("the third: %v, want code 202", err)
	}
	first.pause() // its client reads slowly
	if err := <-second; err != nil {
		t.Error(err)
	}
	if err := first.resume(t.Context()); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := a.enter(ctx); !errors.As(err, &e) || e.code != 394 {
		t.Errorf("a client that left while waiting: %v, want code 394", err)
	}
	first.leave()
	if len(a.running)+len(a.open)+len(a.waiting) != 0 {
		t.Errorf("places are left taken: %d, %d, %d", len(a.running), len(a.open), len(a.waiting))
	}
}

func TestManyAtOnce(t *testing.T) {
	cl := start(t)
	c := &http.Client{Transport: &http.Transport{DialContext: httpClient(cl).Transport.(*http.Transport).DialContext}}
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			r := askWith(t, c, "POST", bytes.NewReader([]byte("SELECT sum(number) FROM numbers(100000)")), nil)
			if r.status != 200 || r.body != "4999950000\n" {
				t.Errorf("%d %q", r.status, r.body)
			}
		})
	}
	wg.Wait()
}
