package engine

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

// The tests here go through what ClickHouse's HTTP interface is made of, line by line:
// routes, parameters, headers, media types.

func TestAnyPathWithAQuery(t *testing.T) {
	cl, address, _ := startProxy(t, everyone{reader})
	makeStore(t, cl)
	for _, path := range []string{"/?query=SELECT+1", "/any/path?query=SELECT+1", "/clickhouse/?user=x&query=SELECT+1"} {
		res, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
}

// TestEveryParameter sends all parameters that are no settings, and all settings of
// the interface itself, with values that change nothing.
func TestEveryParameter(t *testing.T) {
	cl, _, c := startProxy(t, everyone{reader})
	makeStore(t, cl)
	all := []string{"compress=0", "decompress=0", "user=bi", "password=x", "quota_key=k", "query_id=q", "stacktrace=1", "role=a", "role=b", "buffer_size=4096",
		"wait_end_of_query=1", "session_id=s", "session_timeout=10", "session_check=0", "close_session=1", "client_protocol_version=0", "database=nhip",
		"default_format=TSV", "param_p=5"}
	values := map[string]string{"network_compression_method": "ZSTD", "http_zlib_compression_level": "3", "network_zstd_compression_level": "1",
		"http_response_buffer_size": "65536", "http_headers_progress_interval_ms": "100"}
	for name := range interfaceSettings {
		value, ok := values[name]
		if !ok {
			value = "1"
		}
		all = append(all, name+"="+value)
	}
	for name := range reservedParameters {
		if name != "query" && !strings.Contains(strings.Join(all, " ")+" ", name+"=") {
			t.Errorf("%s is not sent", name)
		}
	}
	r := askWith(t, c, "POST", strings.NewReader("SELECT count() + {p:UInt8} FROM v_articles"), nil, all...)
	if r.status != 200 || r.body != "10\n" || r.header.Get("X-ClickHouse-Query-Id") != "q" {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, passed := range []string{"max_result_rows=10", "max_execution_time=5", "async_insert=0", "wait_for_async_insert=1", "insert_deduplication_token=x", "max_threads=2"} {
		if got := query(t, cl, "SELECT getSetting('"+passed[:strings.IndexByte(passed, '=')]+"')", passed); !strings.HasSuffix(passed, "="+got) && got != "false" && got != "true" {
			t.Errorf("%s: %s", passed, got)
		}
	}
}

// TestHeadersIn holds which headers count and which beat a parameter.
func TestHeadersIn(t *testing.T) {
	cl := start(t)
	query(t, cl, "CREATE DATABASE other")
	header := http.Header{}
	for name, value := range map[string]string{"X-ClickHouse-Database": "other", "X-ClickHouse-Format": "JSONCompactEachRow", "X-ClickHouse-Query-Id": "từ-đầu-đề",
		"X-ClickHouse-Quota": "k", "X-ClickHouse-SSL-Certificate-Auth": "off", "Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "Origin": "https://x.example"} {
		header.Set(name, value)
	}
	r := askWith(t, httpClient(cl), "POST", strings.NewReader("SELECT currentDatabase() AS d"), header, "database=default", "default_format=TSV")
	if r.status != 200 || r.body != `["other"]`+"\n" || r.header.Get("X-ClickHouse-Query-Id") != "từ-đầu-đề" {
		t.Errorf("%d %s, query id %q", r.status, r.body, r.header.Get("X-ClickHouse-Query-Id"))
	}
	if r := askWith(t, httpClient(cl), "POST", strings.NewReader("SELECT 1 AS d FORMAT CSV"), header); r.body != "1\n" {
		t.Errorf("the clause does not win: %s", r.body)
	}
	wait := http.Header{"Expect": {"100-continue"}}
	if r := askWith(t, httpClient(cl), "POST", strings.NewReader("SELECT 2"), wait); r.status != 200 || r.body != "2\n" {
		t.Errorf("Expect: %d %s", r.status, r.body)
	}
}

// TestMediaTypes asks for every kind of format.
func TestMediaTypes(t *testing.T) {
	cl := start(t)
	for format, want := range map[string]string{
		"TabSeparated": "text/tab-separated-values; charset=UTF-8", "TSVWithNames": "text/tab-separated-values; charset=UTF-8",
		"JSON": "application/json; charset=UTF-8", "JSONCompact": "application/json; charset=UTF-8", "JSONEachRow": "application/x-ndjson; charset=UTF-8",
		"CSV": "text/csv; charset=UTF-8; header=absent", "CSVWithNames": "text/csv; charset=UTF-8; header=present",
		"Native": "application/octet-stream", "RowBinary": "application/octet-stream", "RowBinaryWithNamesAndTypes": "application/octet-stream",
		"Parquet": "application/octet-stream", "Arrow": "application/octet-stream", "ArrowStream": "application/octet-stream",
		"Pretty": "text/plain; charset=UTF-8", "XML": "application/xml; charset=UTF-8",
	} {
		r := ask(t, cl, "POST", "SELECT 1 AS n", "default_format="+format)
		if got := r.header.Get("Content-Type"); r.status != 200 || got != want || r.header.Get("X-ClickHouse-Format") != format || r.body == "" {
			t.Errorf("%s: %d, Content-Type %q, want %q", format, r.status, got, want)
		}
	}
}

// TestHeadersOut holds what every answer says, through the proxy, an error's too.
func TestHeadersOut(t *testing.T) {
	cl, address, c := startProxy(t, everyone{reader})
	makeStore(t, cl)
	for _, sql := range []string{"SELECT 1", "SELECT nothing", "DROP TABLE t", "SELECT repeat('x', 10) FROM numbers(500000)"} {
		r := askWith(t, c, "POST", strings.NewReader(sql), nil)
		for _, name := range []string{"X-ClickHouse-Server-Display-Name", "X-ClickHouse-Query-Id", "X-ClickHouse-Format", "X-ClickHouse-Timezone", "X-ClickHouse-Summary",
			"X-ClickHouse-Exception-Tag", "Keep-Alive", "Access-Control-Expose-Headers", "Content-Type"} {
			if r.header.Get(name) == "" {
				t.Errorf("%s: no %s", sql, name)
			}
		}
	}
	// Of a long answer nothing is known before its end: it is chunked.
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("GET /?query=SELECT+repeat('x',10)+FROM+numbers(500000) HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 4096)
	n, err := conn.Read(head)
	if err != nil || !strings.Contains(string(head[:n]), "Transfer-Encoding: chunked\r\n") {
		t.Errorf("%v: %s", err, head[:n])
	}
}

func TestLongErrorsAreCut(t *testing.T) {
	cl := start(t)
	r := ask(t, cl, "POST", "SELECT throwIf(1, repeat('đ', 200000))")
	if r.code() != "395" || len(r.body) > maxErrorBody || !strings.Contains(r.body, "(FUNCTION_THROW_IF_VALUE_IS_NON_ZERO) (version ") {
		t.Errorf("code %s, %d bytes, ends %q", r.code(), len(r.body), r.body[max(0, len(r.body)-80):])
	}
}
