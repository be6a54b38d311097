package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJSONDocuments compares documents put together of many chunks with those that
// the engine makes in one piece (a statement that names a setting of arrays of rows
// is not streamed).
func TestJSONDocuments(t *testing.T) {
	cl := start(t)
	numbers := regexp.MustCompile(`"(elapsed|rows_read|bytes_read|rows_before_limit_at_least)": [\d.e-]+`)
	for _, format := range []string{"JSON", "JSONStrings", "JSONCompact", "JSONCompactStrings"} {
		for _, tt := range []struct{ sql, settings string }{
			{"SELECT number AS n, concat('a\\n\\t],\\n\\n\\t\"rows\": 7', toString(number)) AS `\\n\\t\"data\":\\n\\t[\\n` FROM numbers(30000)", ""},
			{"SELECT number AS n, [number, 1] AS l FROM numbers(60000) WHERE n % 3 = 0 LIMIT 10000", ""},
			{"SELECT number AS n FROM numbers(100) WHERE n > 100", ""},
			{"SELECT number AS n FROM numbers(0)", ""},
			{"SELECT 1 AS n, NULL AS x, nan AS y", ""},
			{"SELECT number AS n FROM numbers(20000)", ", output_format_write_statistics = 0"},
			{"SELECT number AS n FROM numbers(20000)", ", output_format_json_pretty_print = 0"},
			{"SELECT number AS n, count() AS c FROM numbers(3) GROUP BY n WITH TOTALS ORDER BY n", ""},
		} {
			const one = " SETTINGS max_threads = 1, max_block_size = 8192"
			streamed := ask(t, cl, "POST", tt.sql+one+tt.settings+" FORMAT "+format)
			whole := ask(t, cl, "POST", tt.sql+one+", output_format_json_array_of_rows = 0"+tt.settings+" FORMAT "+format)
			if streamed.status != 200 || whole.status != 200 {
				t.Errorf("%s %s: %d %.200s, %d %.200s", format, tt.sql, streamed.status, streamed.body, whole.status, whole.body)
				continue
			}
			var document struct{ Rows *int }
			if err := json.Unmarshal([]byte(streamed.body), &document); err != nil || document.Rows == nil {
				t.Errorf("%s %s: no document: %v", format, tt.sql, err)
			}
			a, b := numbers.ReplaceAllString(whole.body, "$1"), numbers.ReplaceAllString(streamed.body, "$1")
			if a != b {
				t.Errorf("%s %s: (-whole +streamed) %.2000s", format, tt.sql, cmp.Diff(strings.Split(a, "\n"), strings.Split(b, "\n")))
			}
		}
	}
}

// TestJSONIsBounded asks for a document of hundreds of megabytes: it begins at once,
// and the engine holds a few chunks of it.
func TestJSONIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("asks for 170 MB")
	}
	cl := start(t)
	query(t, cl, "SELECT 1")
	before := residentMemory(t, cl.options.DataDir)
	const rows = 1_500_000
	var size int64
	most := 0
	res, err := httpClient(cl).Post("http://engine/", "text/plain",
		strings.NewReader(fmt.Sprintf("SELECT number AS n, repeat('x', 100) AS text FROM numbers(%d) SETTINGS max_threads = 1 FORMAT JSONCompact", rows)))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	buffer := make([]byte, 1<<20)
	for n := 0; ; n++ {
		got, err := res.Body.Read(buffer)
		size += int64(got)
		if n%200 == 0 {
			most = max(most, residentMemory(t, cl.options.DataDir)-before)
		}
		if err != nil {
			break
		}
	}
	if size < rows*100 {
		t.Fatalf("only %d bytes came", size)
	}
	if most > 130<<20 && !raceDetector {
		t.Errorf("the engine holds %d MB more for a document of %d MB", most>>20, size>>20)
	}
	t.Logf("a document of %d MB: the engine holds %d MB more", size>>20, most>>20)
}

// TestJSONBreaks sees a document whose statement fails after bytes were sent: cut, or
// closed with the key "exception" where that was asked for.
func TestJSONBreaks(t *testing.T) {
	cl := start(t)
	const late = "SELECT throwIf(number = 400000) AS a, number FROM numbers(500000) SETTINGS max_block_size = 8192"
	r := ask(t, cl, "POST", late, "default_format=JSONCompact", "http_write_exception_in_output_format=1")
	var document struct {
		Rows      int
		Data      [][]any
		Exception string
	}
	if err := json.Unmarshal([]byte(r.body), &document); err != nil || r.err != nil {
		t.Fatalf("no document: %v, %v: %.300s", err, r.err, r.body)
	}
	if document.Rows != len(document.Data) || document.Rows == 0 || !strings.HasPrefix(document.Exception, "Code: 395. ") {
		t.Errorf("%d rows, %d said, exception %q", len(document.Data), document.Rows, document.Exception)
	}
	r = ask(t, cl, "POST", late, "default_format=JSONCompact")
	if !errors.Is(r.err, io.ErrUnexpectedEOF) || !strings.Contains(r.body, "\r\n__exception__\r\n"+r.header.Get("X-ClickHouse-Exception-Tag")) {
		t.Errorf("a broken document came through as whole: %v", r.err)
	}
}
