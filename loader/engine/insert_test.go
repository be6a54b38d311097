package engine

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

func TestInsert(t *testing.T) {
	cl := start(t)
	query(t, cl, "CREATE TABLE victim (n UInt8) ENGINE = Memory")
	query(t, cl, "CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n")
	tests := []struct {
		name, query, body string
		code              string
		want              string // count, sum(n), strings
	}{
		{"VALUES in the body", "", "INSERT INTO t VALUES (1, 'a'), (2, 'b;c')", "", "2\t3\t['a','b;c']"},
		{"VALUES, data apart", "INSERT INTO t (n) VALUES", "(1), (1 + 1)", "", "2\t3\t['','']"},
		{"VALUES in the URL", "INSERT INTO t VALUES (4, 'd')", "", "", "1\t4\t['d']"},
		{"VALUES with a statement behind", "", "INSERT INTO t VALUES (1, 'a'); DROP TABLE victim", "", "1\t1\t['a']"},
		{"VALUES with a blank line", "", "INSERT INTO t VALUES (1, 'a\n\nDROP TABLE victim')", "", "1\t1\t['a\\n\\nDROP TABLE victim']"},
		{"TSV in the body", "", "INSERT INTO t FORMAT TSV\n1\ta\n2\tb\n", "", "2\t3\t['a','b']"},
		{"TSV with a blank line and a statement", "", "INSERT INTO t FORMAT TSV\n1\ta\n\nDROP TABLE victim\n", "27", "0\t0\t[]"},
		{"one column, blank line and a statement", "", "INSERT INTO t (s) FORMAT TSV\na\n\nDROP TABLE victim\n", "", "3\t0\t['','DROP TABLE victim','a']"},
		{"JSON with windows line end", "", "INSERT INTO t FORMAT JSONEachRow\r\n{\"n\": 5, \"s\": \"x;\\n\\ny\"}", "", "1\t5\t['x;\\n\\ny']"},
		{"SETTINGS before FORMAT", "INSERT INTO t SETTINGS max_threads = 1 FORMAT CSV", "3,\"x\n\ny\"\n", "", "1\t3\t['x\\n\\ny']"},
		{"INSERT SELECT", "", "INSERT INTO t SELECT number, 'x' FROM numbers(3)", "", "3\t3\t['x','x','x']"},
		{"nothing", "INSERT INTO t FORMAT TSV", "", "", "0\t0\t[]"},
		{"unknown table", "INSERT INTO missing FORMAT TSV", "1\n", "60", "0\t0\t[]"},
		{"unknown format", "INSERT INTO t FORMAT NoSuch", "1\n", "73", "0\t0\t[]"},
		{"no format", "", "INSERT INTO t", "62", "0\t0\t[]"},
		{"semicolon before the data", "", "INSERT INTO t FORMAT TSV;\n1\ta\n", "62", "0\t0\t[]"},
		{"bad data", "INSERT INTO t FORMAT TSV", "1\ta\nzwei\tb\n", "27", "0\t0\t[]"},
		{"two statements", "", "INSERT INTO t SELECT 1, 'a'; DROP TABLE victim", "62", "0\t0\t[]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			query(t, cl, "TRUNCATE TABLE t")
			var parameters []string
			if tt.query != "" {
				parameters = append(parameters, "query="+tt.query)
			}
			r := ask(t, cl, "POST", tt.body, parameters...)
			if r.code() != tt.code || (r.status == 200) != (tt.code == "") {
				t.Errorf("status %d, code %q, want %q: %s", r.status, r.code(), tt.code, r.body)
			}
			if got := query(t, cl, "SELECT count(), sum(n), arraySort(groupArray(s)) FROM t"); got != tt.want {
				t.Errorf("table holds %s, want %s", got, tt.want)
			}
		})
	}
	if got := query(t, cl, "EXISTS TABLE victim"); got != "1" {
		t.Error("data ran as SQL: the victim is gone")
	}
}

// TestNativeInsert sends binary data with blank lines and semicolons in it, whole
// and cut.
func TestNativeInsert(t *testing.T) {
	cl := start(t)
	query(t, cl, "CREATE TABLE victim (n UInt8) ENGINE = Memory")
	query(t, cl, "CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n")
	const insert = "query=INSERT INTO t (n, s) FORMAT Native"
	block := native(300)
	if r := ask(t, cl, "POST", string(block), insert); r.status != 200 || !strings.Contains(r.header.Get("X-ClickHouse-Summary"), `"written_rows":"300"`) {
		t.Fatalf("%d %s %s", r.status, r.body, r.header)
	}
	if got := query(t, cl, "SELECT count(), countIf(s LIKE 'dòng\n\nDROP TABLE victim;%') FROM t"); got != "300\t300" {
		t.Fatalf("table holds %s", got)
	}
	query(t, cl, "TRUNCATE TABLE t")
	c := httpClient(cl)
	step := max(1, len(block)/60) | 1 // odd, so that it meets all alignments
	for cut := 1; cut < len(block); cut += step {
		if r := askWith(t, c, "POST", bytes.NewReader(block[:cut]), nil, insert); r.code() != "33" && !(cut == 1 && r.code() == "32") {
			t.Errorf("cut at %d of %d: status %d, code %q: %s", cut, len(block), r.status, r.code(), r.body)
		}
	}
	if got := query(t, cl, "SELECT count() FROM t"); got != "0" {
		t.Errorf("%s rows of cut blocks are visible", got)
	}
}

// TestBrokenBody breaks the connection within the body: what came is not what was
// meant, even where it could be read as whole rows.
func TestBrokenBody(t *testing.T) {
	cl := start(t)
	query(t, cl, "CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n")
	for _, head := range []string{
		"POST /?query=INSERT+INTO+t+FORMAT+TSV HTTP/1.1\r\nHost: engine\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n1\n2\n\r\n",
		"POST /?query=INSERT+INTO+t+FORMAT+TSV HTTP/1.1\r\nHost: engine\r\nContent-Length: 400\r\n\r\n1\n2\n",
		"POST / HTTP/1.1\r\nHost: engine\r\nContent-Length: 400\r\n\r\nINSERT INTO t FORMAT TSV\n1\n2\n",
	} {
		conn, err := cl.DialContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, head); err != nil {
			t.Fatal(err)
		}
		if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err == nil {
			if res.StatusCode == 200 {
				t.Errorf("%q: a broken body was taken for whole", head)
			}
			res.Body.Close()
		}
		conn.Close()
	}
	eventually(t, "inserts end", func() bool {
		return query(t, cl, "SELECT count() FROM system.processes WHERE query LIKE '%INSERT INTO t%' AND query NOT LIKE '%system.processes%'") == "0"
	})
	if got := query(t, cl, "SELECT count() FROM t"); got != "0" {
		t.Errorf("%s rows of broken bodies are visible", got)
	}
	if r := rawStatus(t, cl, "POST /?query=SELECT+1 HTTP/1.0\r\nHost: engine\r\n\r\n"); r != 411 && r != 200 {
		t.Errorf("a POST without length: %d", r)
	}
}

func rawStatus(t *testing.T, cl *Client, request string) int {
	t.Helper()
	conn, err := cl.DialContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// TestTokens sees that settings reach streaming inserts: the deduplication token
// above all.
func TestTokens(t *testing.T) {
	cl := start(t)
	query(t, cl, "CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100")
	for _, tt := range []struct{ token, row, want string }{
		{"a", "1", "1"}, {"a", "1", "1"}, {"b", "1", "2"}, {"a", "2", "2"},
	} {
		query(t, cl, tt.row+"\n", "query=INSERT INTO t FORMAT TSV", "insert_deduplication_token="+tt.token, "async_insert=0")
		if got := query(t, cl, "SELECT count() FROM t"); got != tt.want {
			t.Errorf("after token %s, row %s: %s rows, want %s", tt.token, tt.row, got, tt.want)
		}
	}
}

func TestCodings(t *testing.T) {
	cl := start(t)
	c := httpClient(cl)
	query(t, cl, "CREATE TABLE t (n UInt64, s String) ENGINE = MergeTree ORDER BY n")
	data := strings.Repeat("1\tmột hai ba\n", 30_000)
	for name, coding := range map[string]struct {
		pack   func(w io.Writer) io.WriteCloser
		unpack func(r io.Reader) (io.Reader, error)
	}{
		"gzip":    {func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		"deflate": {func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }},
		"br":      {func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }, func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
		"lz4":     {func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) }, func(r io.Reader) (io.Reader, error) { return lz4.NewReader(r), nil }},
		"zstd": {func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z },
			func(r io.Reader) (io.Reader, error) { z, err := zstd.NewReader(r); return z, err }},
	} {
		t.Run(name, func(t *testing.T) {
			query(t, cl, "TRUNCATE TABLE t")
			var packed bytes.Buffer
			w := coding.pack(&packed)
			if _, err := io.WriteString(w, data); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			cut := bytes.NewReader(packed.Bytes()[:packed.Len()/2])
			r := askWith(t, c, "POST", cut, http.Header{"Content-Encoding": {name}}, "query=INSERT INTO t FORMAT TSV")
			if r.status == 200 {
				t.Errorf("half a body was taken for whole")
			}
			r = askWith(t, c, "POST", &packed, http.Header{"Content-Encoding": {name}}, "query=INSERT INTO t FORMAT TSV")
			if r.status != 200 {
				t.Fatalf("insert: %d %s", r.status, r.body)
			}
			r = askWith(t, c, "POST", strings.NewReader("SELECT n, s FROM t"), http.Header{"Accept-Encoding": {name + ", identity;q=0"}})
			if got := r.header.Get("Content-Encoding"); got != name {
				t.Fatalf("Content-Encoding %q", got)
			}
			plain, err := coding.unpack(strings.NewReader(r.body))
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(plain)
			if err != nil || string(text) != data {
				t.Errorf("%d bytes back, %v; want %d", len(text), err, len(data))
			}
		})
	}
}

func TestFrames(t *testing.T) {
	cl := start(t)
	c := httpClient(cl)
	query(t, cl, "CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n")
	for _, method := range []struct {
		name string
		m    compress.Method
	}{{"LZ4", compress.LZ4}, {"ZSTD", compress.ZSTD}, {"NONE", compress.None}} {
		t.Run(method.name, func(t *testing.T) {
			query(t, cl, "TRUNCATE TABLE t")
			var body bytes.Buffer
			w := newFrameWriter(&body, method.m)
			for range 3 {
				if _, err := io.WriteString(w, "1\n2\n"); err != nil {
					t.Fatal(err)
				}
			}
			whole := body.Bytes()
			for name, bad := range map[string][]byte{
				"cut in a frame":     whole[:len(whole)-3],
				"cut in a header":    whole[:len(whole)*2/3+5],
				"only a header":      whole[:25],
				"checksum":           append([]byte{whole[0] ^ 1}, whole[1:]...),
				"unknown method":     change(whole, 16, 0x55),
				"raw size of 2 GB":   change(whole, 24, 0x7f),
				"frame size of 4 GB": change(whole, 20, 0xff),
			} {
				if r := askWith(t, c, "POST", bytes.NewReader(bad), nil, "decompress=1", "query=INSERT INTO t FORMAT TSV"); r.code() != "271" {
					t.Errorf("%s: status %d, code %q: %s", name, r.status, r.code(), r.body)
				}
			}
			if got := query(t, cl, "SELECT count() FROM t"); got != "0" {
				t.Errorf("%s rows of bad frames", got)
			}
			if r := askWith(t, c, "POST", bytes.NewReader(whole), nil, "decompress=1", "query=INSERT INTO t FORMAT TSV"); r.status != 200 {
				t.Fatalf("%d %s", r.status, r.body)
			}
			r := askWith(t, c, "POST", strings.NewReader("SELECT number FROM numbers(500000)"), nil, "compress=1", "network_compression_method="+method.name)
			text, err := io.ReadAll(newFrameReader(strings.NewReader(r.body)))
			if err != nil || bytes.Count(text, []byte("\n")) != 500_000 || !bytes.HasSuffix(text, []byte("\n499999\n")) {
				t.Errorf("%d bytes, %v", len(text), err)
			}
			r = askWith(t, c, "POST", strings.NewReader("SELECT * FROM missing"), nil, "compress=1", "network_compression_method="+method.name)
			text, err = io.ReadAll(newFrameReader(strings.NewReader(r.body)))
			if err != nil || !strings.HasPrefix(string(text), "Code: 60.") {
				t.Errorf("error in frames: %q, %v", text, err)
			}
		})
	}
}

func change(data []byte, at int, to byte) []byte {
	data = bytes.Clone(data)
	data[at] = to
	return data
}

func FuzzFrames(f *testing.F) {
	var body bytes.Buffer
	if _, err := newFrameWriter(&body, compress.LZ4).Write([]byte("xin chào\n")); err != nil {
		f.Fatal(err)
	}
	f.Add(body.Bytes())
	f.Add(body.Bytes()[:20])
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := io.Copy(io.Discard, io.LimitReader(newFrameReader(bytes.NewReader(data)), 1<<20))
		if err != nil && !strings.HasPrefix(err.Error(), fmt.Sprintf("Code: %d.", codeCannotDecompress)) {
			t.Errorf("untyped error %v", err)
		}
	})
}
