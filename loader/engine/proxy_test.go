package engine

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// oneUser lets "bi" in with the password "đúng", and "default" without one if open.
type oneUser struct {
	access Access
	open   bool
}

func (u oneUser) Access(name, password string) (Access, bool) {
	return u.access, name == "bi" && password == "đúng" || u.open && name == "default" && password == ""
}

func startProxy(t *testing.T, users Users) (cl *Client, address string, c *http.Client) {
	t.Helper()
	cl = start(t)
	web := httptest.NewServer(cl.Proxy(ProxyOptions{Users: users, Hosts: []string{"bi.example.vn"}}))
	t.Cleanup(web.Close)
	return cl, strings.TrimPrefix(web.URL, "http://"), &http.Client{Transport: toServer{web.URL}}
}

func TestCredentials(t *testing.T) {
	cl, _, c := startProxy(t, oneUser{access: reader})
	makeStore(t, cl)
	basic := func(user, password string) http.Header {
		r := &http.Request{Header: http.Header{}}
		r.SetBasicAuth(user, password)
		return r.Header
	}
	headers := func(user, password string) http.Header {
		return http.Header{"X-Clickhouse-User": {user}, "X-Clickhouse-Key": {password}}
	}
	both := basic("bi", "đúng")
	both.Set("X-ClickHouse-User", "bi")
	for _, tt := range []struct {
		name       string
		header     http.Header
		parameters []string
		status     int
		code       string
	}{
		{"Basic", basic("bi", "đúng"), nil, 200, ""},
		{"headers", headers("bi", "đúng"), nil, 200, ""},
		{"parameters", nil, []string{"user=bi", "password=đúng"}, 200, ""},
		{"none", nil, nil, 401, "194"},
		{"user alone", basic("bi", ""), nil, 401, "194"},
		{"wrong password", basic("bi", "sai"), nil, 403, "516"},
		{"wrong user", headers("bí", "đúng"), nil, 403, "516"},
		{"wrong parameters", nil, []string{"user=bi", "password=sai"}, 403, "516"},
		{"Basic and header", both, nil, 403, "516"},
		{"Basic and parameters", basic("bi", "đúng"), []string{"user=bi"}, 403, "516"},
		{"Bearer", http.Header{"Authorization": {"Bearer x"}}, nil, 403, "516"},
		{"an access of one's own", http.Header{accessHeader: {"e30="}}, nil, 401, "194"},
	} {
		r := askWith(t, c, "POST", strings.NewReader("SELECT count() FROM v_articles"), tt.header, tt.parameters...)
		if r.status != tt.status || r.code() != tt.code {
			t.Errorf("%s: status %d, code %q, want %d, %q: %s", tt.name, r.status, r.code(), tt.status, tt.code, r.body)
		}
		if got := r.header.Get("WWW-Authenticate"); (got != "") != (tt.status == 401) {
			t.Errorf("%s: WWW-Authenticate %q", tt.name, got)
		}
	}
	origin := basic("bi", "đúng")
	origin.Set("Origin", "https://evil.example")
	if r := askWith(t, c, "POST", strings.NewReader("SELECT 1"), origin, "add_http_cors_header=1"); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("another origin is let in")
	}
	if r := askWith(t, c, "OPTIONS", nil, origin); r.header.Get("Access-Control-Allow-Origin") != "" || r.status == 200 {
		t.Errorf("a preflight is answered: %d", r.status)
	}
}

func TestAdminThroughTheProxy(t *testing.T) {
	_, _, c := startProxy(t, everyone{Access{User: "chủ", Admin: true}})
	post := func(sql string) reply { return askWith(t, c, "POST", strings.NewReader(sql), nil) }
	if r := post("CREATE TABLE t (n UInt8) ENGINE = Memory"); r.status != 200 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := askWith(t, c, "GET", nil, nil, "query=DROP TABLE t"); r.code() != "164" {
		t.Errorf("GET may write: %d %s", r.status, r.body)
	}
	if r := post("INSERT INTO t VALUES (1)"); r.status != 200 {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestQuota(t *testing.T) {
	access := reader
	access.Quota = Quota{Interval: 24 * time.Hour, Requests: 4, Rows: 100}
	cl, _, c := startProxy(t, everyone{access})
	makeStore(t, cl)
	get := func() string {
		return askWith(t, c, "POST", strings.NewReader("SELECT number FROM numbers(60)"), nil).code()
	}
	if got := get() + get(); got != "" {
		t.Fatalf("within the quota: %q", got)
	}
	if got := get(); got != "201" { // 120 rows
		t.Errorf("beyond the rows: code %q, want 201", got)
	}
	q := newQuotas()
	access.Quota = Quota{Interval: time.Hour, Requests: 2}
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for i, want := range []bool{true, true, false} {
		if err := q.begin(&access, noon); (err == nil) != want {
			t.Errorf("request %d: %v", i+1, err)
		}
	}
	if err := q.begin(&access, noon.Add(time.Hour)); err != nil {
		t.Errorf("in the next interval: %v", err)
	}
	other := access
	other.User = "khác"
	if err := q.begin(&other, noon); err != nil {
		t.Errorf("another user: %v", err)
	}
}

// TestRequestLimits sends what no client should.
func TestRequestLimits(t *testing.T) {
	cl, address, c := startProxy(t, everyone{reader})
	makeStore(t, cl)
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprintf("param_p%d=%d", i, i))
	}
	if r := askWith(t, c, "POST", strings.NewReader("SELECT {p0:UInt8} + {p99:UInt8}"), nil, many...); r.body != "99\n" {
		t.Errorf("100 parameters: %d %s", r.status, r.body)
	}
	if r := askWith(t, c, "POST", strings.NewReader("SELECT '"+strings.Repeat("x", 2<<20)+"'"), nil); r.status != 413 || r.code() != "223" {
		t.Errorf("2 MB of query: %d %q", r.status, r.code())
	}
	if r := ask(t, cl, "POST", "SELECT '"+strings.Repeat("x", 2<<20)+"'"); r.status != 400 || r.code() != "62" {
		t.Errorf("2 MB of query on the socket: %d %q", r.status, r.code())
	}
	if r := askWith(t, c, "GET", nil, nil, "query=SELECT 1 /*"+strings.Repeat("x", 1<<20)+"*/"); r.status != 414 {
		t.Errorf("1 MB of URL: %d", r.status)
	}
	header := http.Header{}
	for i := range 10_000 {
		header.Set(fmt.Sprintf("X-%d", i), "1")
	}
	if r := askWith(t, c, "POST", strings.NewReader("SELECT 1"), header); r.status != 431 {
		t.Errorf("10,000 headers: %d", r.status)
	}
	for _, dial := range []func() (net.Conn, error){
		func() (net.Conn, error) { return net.Dial("tcp", address) },
		func() (net.Conn, error) { return cl.DialContext(t.Context()) },
	} {
		conn, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "POST /?query=SELECT+1 HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 411 || res.Header.Get("X-ClickHouse-Exception-Code") != "381" {
			t.Errorf("POST without a length: %d", res.StatusCode)
		}
	}
}

func TestSessionsOfUsers(t *testing.T) {
	cl, _, c := startProxy(t, everyone{reader})
	makeStore(t, cl)
	query(t, cl, "CREATE TEMPORARY TABLE mine AS SELECT 7 AS n", "session_id=s")
	post := func(sql string, parameters ...string) reply {
		return askWith(t, c, "POST", strings.NewReader(sql), nil, parameters...)
	}
	if r := post("SELECT n FROM mine", "session_id=s"); r.code() != "60" {
		t.Errorf("the session of the socket is open to a user: %d %s", r.status, r.body)
	}
	if r := post("DROP TABLE nhip.documents", "session_id=s"); r.code() != "497" {
		t.Errorf("a session without the gate: %d %s", r.status, r.body)
	}
	if r := post("SELECT 1", "session_id=t", "session_check=1"); r.code() != "372" {
		t.Errorf("session_check: %d %s", r.status, r.body)
	}
	busy := make(chan reply, 1)
	go func() {
		for {
			if r := post("SELECT sleep(1)", "session_id=s"); r.code() != "373" {
				busy <- r
				return
			}
		}
	}()
	eventually(t, "the session is busy", func() bool { return post("SELECT 1", "session_id=s").code() == "373" })
	if r := <-busy; r.status != 200 {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// lateEnd is a body whose end is seen long after its last byte.
type lateEnd struct {
	io.ReadCloser
	left int64
}

func (b *lateEnd) Read(p []byte) (int, error) {
	if b.left == 0 {
		time.Sleep(600 * time.Millisecond)
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left == 0 && n > 0 {
		err = nil
	}
	return n, err
}

// TestAnswersOvertakeTheEndOfARequest streams an answer that begins before the end of
// the request's body was seen, as happens on a busy machine.
func TestAnswersOvertakeTheEndOfARequest(t *testing.T) {
	cl := start(t)
	proxy := cl.Proxy(ProxyOptions{Users: everyone{reader}})
	query(t, cl, "CREATE DATABASE nhip")
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = &lateEnd{r.Body, r.ContentLength}
		proxy.ServeHTTP(w, r)
	}))
	defer web.Close()
	res, err := http.Post(web.URL, "text/plain", strings.NewReader("SELECT sleepEachRow(0.05), repeat('x', 300000) FROM numbers(24) SETTINGS max_block_size = 1"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if want := 24 * (300_000 + 3); err != nil || len(body) != want {
		t.Errorf("%d bytes of %d, %v", len(body), want, err)
	}
}
