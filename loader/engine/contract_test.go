package engine

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/klauspost/compress/zstd"
)

// form makes a multipart body: fields "name=value", files "name:data".
func form(t *testing.T, parts ...string) (io.Reader, http.Header) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, part := range parts {
		var err error
		var to io.Writer
		name, value, isField := strings.Cut(part, "=")
		if isField {
			to, err = w.CreateFormField(name)
		} else {
			name, value, _ = strings.Cut(part, ":")
			file := name + ".csv"
			if name == "b" { // as clickhouse-go does
				file = ""
			}
			to, err = w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + name + `"; filename="` + file + `"`}})
		}
		if err == nil {
			_, err = io.WriteString(to, value)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &body, http.Header{"Content-Type": {w.FormDataContentType()}}
}

func TestExternalTables(t *testing.T) {
	cl := start(t)
	makeStore(t, cl)
	web := httptest.NewServer(cl.Proxy(ProxyOptions{Users: everyone{reader}}))
	defer web.Close()
	x := newTargets(t)
	for name, c := range map[string]*http.Client{"socket": httpClient(cl), "user": {Transport: toServer{web.URL}}} {
		ask := func(parts, parameters []string) reply {
			body, header := form(t, parts...)
			return askWith(t, c, "POST", body, header, parameters...)
		}
		for _, tt := range []struct {
			name              string
			parts, parameters []string
			status            int
			want              string
		}{
			{"structure in the URL", []string{"query=SELECT sum(id), max(name) FROM humans", "people:1,a\n2,b\n"},
				[]string{"people_structure=id UInt64, name String", "people_format=CSV"}, 404, "(UNKNOWN_TABLE)"},
			{"structure", []string{"query=SELECT sum(id), max(name) FROM people", "people:1,a\n2,b\n"},
				[]string{"people_structure=id UInt64, name LowCardinality(Nullable(String))", "people_format=CSV"}, 200, "3\tb\n"},
			{"types, query in the URL, a parameter", []string{"param_n=2", "_data:1\ta\n2\tb\n"},
				[]string{"query=SELECT _2 FROM _data WHERE _1 = {n:UInt8}", "_data_types=UInt64,String"}, 200, "b\n"},
			{"fields describe it too", []string{"query=SELECT count() FROM a JOIN b USING n", "a:1\n2\n", "b:2\n3\n", "a_structure=n UInt8", "b_structure=n UInt8"}, nil, 200, "1\n"},
			{"with a session", []string{"query=SELECT n FROM a", "a:7\n"}, []string{"a_structure=n UInt8", "session_id=s"}, 200, "7\n"},
			{"the session forgets it", []string{"query=SELECT n FROM a"}, []string{"session_id=s"}, 404, "(UNKNOWN_TABLE)"},
			{"nothing said", []string{"query=SELECT 1", "a:7\n"}, nil, 400, "says what it holds"},
			{"bad data", []string{"query=SELECT n FROM a", "a:x\n"}, []string{"a_structure=n UInt8"}, 400, "Code: 27."},
			{"bad type", []string{"query=SELECT n FROM a", "a:x\n"}, []string{"a_structure=n NoType"}, 404, "Code: 50."},
			{"bad name", []string{"query=SELECT 1", "a b:x\n"}, []string{"a b_structure=n UInt8"}, 400, "a name is made of"},
			{"a default that reads a file", []string{"query=SELECT * FROM a", "a:1\n"}, []string{"a_structure=n UInt8, s String DEFAULT file('" + x.secret + "')"}, 400, "is no column"},
			{"an engine", []string{"query=SELECT * FROM a", "a:1\n"}, []string{"a_structure=n UInt8) ENGINE = File(CSV, '" + x.secret + "') --"}, 400, "is no column"},
			{"two statements", []string{"query=SELECT 1; DROP TABLE nhip.documents"}, nil, 400, "Multi-statements"},
		} {
			r := ask(tt.parts, tt.parameters)
			if r.status != tt.status || (tt.status == 200 && r.body != tt.want) || !strings.Contains(r.body, tt.want) {
				t.Errorf("%s, %s: status %d, want %d: %s", name, tt.name, r.status, tt.status, r.body)
			}
		}
	}
	if got := query(t, cl, "SELECT count() FROM nhip.documents"); got != "5" {
		t.Errorf("documents = %s", got)
	}
}

func TestIsColumn(t *testing.T) {
	for text, want := range map[string]bool{
		"a UInt8": true, "`tên cột` Array(Nullable(Decimal(10, 2)))": true, "a DateTime64(3, 'UTC')": true, "a Enum8('x' = 1)": true,
		"a": false, "": false, "a UInt8 DEFAULT 1": false, "a UInt8)": false, "a String(": false, "a UInt8; b": false, "a UInt8 -- x": false,
		"a Array(String)) ENGINE = Null": false, "a Array(String) CODEC(ZSTD)": false, "a 'x'": false, "a UInt8(1) (2)": false,
	} {
		if got := isColumn(text); got != want {
			t.Errorf("isColumn(%q) = %v", text, got)
		}
	}
}

func TestExceptionAsJSON(t *testing.T) {
	cl := start(t)
	const on = "http_write_exception_in_output_format=1"
	r := ask(t, cl, "POST", "SELECT * FROM missing", "default_format=JSONCompact", on)
	if r.status != 404 || r.code() != "60" || !strings.HasPrefix(r.body, `{"meta":[],"data":[],"rows":0,"exception":"Code: 60. DB::Exception: `) {
		t.Errorf("JSONCompact: %d %s", r.status, r.body)
	}
	const late = "SELECT throwIf(number = 3000000) AS a, number FROM numbers(5000000)"
	r = ask(t, cl, "POST", late, "default_format=JSONEachRow", on)
	lines := strings.Split(strings.TrimSuffix(r.body, "\n"), "\n")
	if last := lines[len(lines)-1]; r.err != nil || !strings.HasPrefix(last, `{"exception":"Code: 395. `) {
		t.Errorf("JSONEachRow ends with %.200s, %v", last, r.err)
	}
	for _, r := range []reply{ask(t, cl, "POST", late, "default_format=CSV", on), ask(t, cl, "POST", late, "default_format=JSONEachRow")} {
		if !errors.Is(r.err, io.ErrUnexpectedEOF) || !strings.Contains(r.body, "\r\n__exception__\r\n") {
			t.Errorf("a broken stream came through as whole: %v", r.err)
		}
	}
}

func TestProgressHeader(t *testing.T) {
	cl := start(t)
	r := ask(t, cl, "POST", "SELECT number FROM numbers(10)", "send_progress_in_http_headers=1")
	if got := r.header.Get("X-ClickHouse-Progress"); !strings.Contains(got, `"read_rows":"10"`) {
		t.Errorf("progress %q", got)
	}
	if r := ask(t, cl, "POST", "SELECT 1"); r.header.Get("X-ClickHouse-Progress") != "" {
		t.Error("progress nobody asked for")
	}
}

// TestBlockInfo decodes answers as a client of an older protocol would, several
// blocks and statements that are no query.
func TestBlockInfo(t *testing.T) {
	cl := start(t)
	if r := ask(t, cl, "POST", "SELECT 1 AS check FORMAT Native", "client_protocol_version=54405"); !strings.HasPrefix(r.body[8:], "\x01\x01\x05check") {
		t.Errorf("%q", r.body) // what clickhouse-connect looks for
	}
	for sql, want := range map[string]int{"SELECT number FROM numbers(200000)": 200_000, "SHOW DATABASES": 4, "DESCRIBE (SELECT 1)": 1} {
		r := ask(t, cl, "POST", sql, "default_format=Native", "client_protocol_version=54405")
		in := proto.NewReader(strings.NewReader(r.body))
		rows := 0
		for {
			var block proto.Block
			err := block.DecodeBlock(in, 54405, (&proto.Results{}).Auto())
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s after %d rows: %v", sql, rows, err)
			}
			rows += block.Rows
		}
		if rows != want {
			t.Errorf("%s: %d rows, want %d", sql, rows, want)
		}
	}
	if a, b := ask(t, cl, "POST", "SELECT 1 AS n FORMAT Native", "client_protocol_version=54460"), ask(t, cl, "POST", "SELECT 1 AS n FORMAT Native"); a.body != b.body {
		t.Errorf("clickhouse-go, told revision 0, gets %q, want %q", a.body, b.body)
	}
}

// TestUserLeaves sees a proxied statement killed soon after its client went.
func TestUserLeaves(t *testing.T) {
	cl, _, c := startProxy(t, everyone{reader})
	makeStore(t, cl)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		req, err := http.NewRequestWithContext(ctx, "POST", "http://engine/", strings.NewReader("SELECT sum(sipHash64(number)) FROM numbers(1000000000000)"))
		if err != nil {
			t.Error(err)
			return
		}
		if res, err := c.Do(req); err == nil {
			res.Body.Close()
			t.Errorf("the request ended by itself: %s", res.Status)
		}
	}()
	count := func() string {
		return query(t, cl, "SELECT count() FROM system.processes WHERE query LIKE '%1000000000000%' AND query NOT LIKE '%system.processes%'")
	}
	eventually(t, "the statement runs", func() bool { return count() == "1" })
	left := time.Now()
	cancel()
	<-ended
	eventually(t, "the statement ends with its client", func() bool { return count() == "0" })
	t.Logf("killed %s after its client left", time.Since(left).Round(time.Millisecond))
}

// residentMemory is what the engine process holds, in bytes.
func residentMemory(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", enginePID(t, dir)))
	if err != nil {
		t.Skipf("this system does not show the memory of processes: %v", err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// TestSlowReaders opens a hundred answers of more than a gigabyte and reads none.
func TestSlowReaders(t *testing.T) {
	cl, address, c := startProxy(t, everyone{Access{User: "bi", Databases: []string{"nhip"}, Limits: Limits{ResultRows: 1 << 40}}})
	makeStore(t, cl)
	before := residentMemory(t, cl.options.DataDir)
	const readers = 100
	var conns []net.Conn
	for range readers {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET /?query=SELECT+repeat('x',100)+FROM+numbers(20000000)&max_threads=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	for _, conn := range conns[:5] { // they stream
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.Contains(line, "200") {
			t.Fatalf("%q, %v", line, err)
		}
	}
	for range 20 {
		if r := askWith(t, c, "POST", strings.NewReader("SELECT count() FROM v_articles"), nil); r.body != "5\n" {
			t.Fatalf("others are not served: %d %s", r.status, r.body)
		}
	}
	// A chunk of these rows is 6.6 MB. It is held as a block, as text and on its way
	// out, and the library starts on the next; whole answers would be 2 GB each.
	if grown := residentMemory(t, cl.options.DataDir) - before; grown > readers*28<<20 && !raceDetector {
		t.Errorf("the engine holds %d MB more", grown>>20)
	} else {
		t.Logf("%d slow readers: the engine holds %d MB more", readers, grown>>20)
	}
}

// TestManyRequests sends two thousand at once: each is answered or asked to come
// again, and the engine does not grow beyond its bounds.
func TestManyRequests(t *testing.T) {
	cl, _, _ := startProxy(t, everyone{reader})
	before := residentMemory(t, cl.options.DataDir)
	c := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return cl.DialContext(ctx) }}}
	var served, refused atomic.Int64
	var wg sync.WaitGroup
	for range 2000 {
		wg.Go(func() {
			r := askWith(t, c, "POST", strings.NewReader("SELECT sum(number) FROM numbers(1000)"), nil)
			switch {
			case r.status == 200 && r.body == "499500\n":
				served.Add(1)
			case r.status == 503 && r.code() == "202" && r.header.Get("Retry-After") != "":
				refused.Add(1)
			default:
				t.Errorf("%d %q %s", r.status, r.code(), r.body)
			}
		})
	}
	wg.Wait()
	if served.Load() < maxWaiting {
		t.Errorf("only %d were served", served.Load())
	}
	grown := residentMemory(t, cl.options.DataDir) - before
	if grown > 400<<20 && !raceDetector {
		t.Errorf("the engine holds %d MB more", grown>>20)
	}
	t.Logf("%d served, %d asked to come again, %d MB more", served.Load(), refused.Load(), grown>>20)
}

func TestPace(t *testing.T) {
	handled := make(chan error, 1)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := newPacedBody(w, r.Body)
		body.waited = 2*pacePatience - 300*time.Millisecond // it has waited long before
		body.read = int64(pacePatience/time.Second) * paceBytes
		_, err := io.ReadAll(body)
		handled <- err
	}))
	defer web.Close()
	conn, err := net.Dial("tcp", strings.TrimPrefix(web.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"); err != nil {
		t.Fatal(err)
	}
	var e *exception
	if err := <-handled; !errors.As(err, &e) || e.code != codeSocketTimeout || e.status() != http.StatusServiceUnavailable {
		t.Errorf("a slow body: %v, want code 209", err)
	}
	res, err := http.Post(web.URL, "text/plain", strings.NewReader(strings.Repeat("x", 100<<10)))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if err := <-handled; err != nil {
		t.Errorf("a body that comes: %v", err)
	}
}

// TestAnswerCodings asks for every coding of an answer and in every way to say so.
func TestAnswerCodings(t *testing.T) {
	cl, _, c := startProxy(t, everyone{reader})
	makeStore(t, cl)
	const sql = "SELECT count() FROM v_articles"
	for _, tt := range []struct {
		name, accept, sql string
		parameters        []string
		status            int
		coding            string
		frames            bool
	}{
		{"nothing said", "", sql, nil, 200, "", false},
		{"gzip", "gzip", sql, nil, 200, "gzip", false},
		{"what clickhouse-connect offers", "zstd,lz4,br,gzip,deflate", sql, []string{"enable_http_compression=1"}, 200, "zstd", false},
		{"only codings that are not known", "snappy, xz, bz2", sql, nil, 200, "", false},
		{"refused", "gzip;q=0", sql, nil, 200, "", false},
		{"switched off", "gzip", sql, []string{"enable_http_compression=0"}, 200, "", false},
		{"frames", "", sql, []string{"compress=1"}, 200, "", true},
		{"frames, and lz4 meant for them (JDBC 1)", "lz4", sql, []string{"compress=1"}, 200, "", true},
		{"frames within gzip", "gzip", sql, []string{"compress=1", "enable_http_compression=1"}, 200, "gzip", true},
		{"an error in frames", "", "SELECT nothing FROM v_articles", []string{"compress=1"}, 404, "", true},
		{"a refusal is plain", "", "SELECT count() FROM documents", []string{"compress=1"}, 403, "", false},
		{"a refusal in gzip", "gzip", "SELECT count() FROM documents", nil, 403, "gzip", false},
	} {
		header := http.Header{"Accept-Encoding": {tt.accept}}
		r := askWith(t, c, "POST", strings.NewReader(tt.sql), header, tt.parameters...)
		if got := r.header.Get("Content-Encoding"); r.status != tt.status || got != tt.coding {
			t.Errorf("%s: status %d, Content-Encoding %q; want %d, %q", tt.name, r.status, got, tt.status, tt.coding)
			continue
		}
		var body io.Reader = strings.NewReader(r.body)
		var err error
		switch tt.coding {
		case "gzip":
			body, err = gzip.NewReader(body)
		case "zstd":
			body, err = zstd.NewReader(body)
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if tt.frames {
			body = newFrameReader(body)
		}
		text, err := io.ReadAll(body)
		if err != nil || tt.status == 200 && string(text) != "5\n" || tt.status != 200 && !strings.HasPrefix(string(text), "Code: "+r.code()+". ") {
			t.Errorf("%s: %q, %v", tt.name, text, err)
		}
	}
}
