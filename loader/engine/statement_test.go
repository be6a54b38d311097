package engine

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadStatement(t *testing.T) {
	// want is "verb|head|format|data"; an exception begins with its code.
	for _, tt := range []struct{ name, text, want string }{
		{"select", "SELECT 1", "select|SELECT 1||"},
		{"with", "WITH 1 AS x SELECT x;", "select|WITH 1 AS x SELECT x||"},
		{"parentheses", "(SELECT 1) UNION ALL (SELECT 2) FORMAT JSON", "select|(SELECT 1) UNION ALL (SELECT 2) FORMAT JSON|JSON|"},
		{"other", "OPTIMIZE TABLE t FINAL", "other|OPTIMIZE TABLE t FINAL||"},
		{"format", "select 1 format CSV", "select|select 1 format CSV|CSV|"},
		{"format, settings", "SELECT 1 FORMAT CSV SETTINGS max_threads=1;", "select|SELECT 1 FORMAT CSV SETTINGS max_threads=1|CSV|"},
		{"settings, format", "SELECT 1 SETTINGS max_threads=1 FORMAT CSV", "select|SELECT 1 SETTINGS max_threads=1 FORMAT CSV|CSV|"},
		{"column called format", "SELECT format FROM t", "select|SELECT format FROM t||"},
		{"alias called format", "SELECT 1 AS format", "select|SELECT 1 AS format||"},
		{"ordered by format", "SELECT format x FROM t ORDER BY format DESC", "select|SELECT format x FROM t ORDER BY format DESC||"},
		{"function format", "SELECT format('{}', x) FROM t FORMAT TSV", "select|SELECT format('{}', x) FROM t FORMAT TSV|TSV|"},
		{"format in a string", "SELECT 'x FORMAT CSV'", "select|SELECT 'x FORMAT CSV'||"},
		{"format in a comment", "SELECT 1 -- FORMAT CSV", "select|SELECT 1 -- FORMAT CSV||"},
		{"quoted semicolons", "SELECT ';', `;`, \";\", $a$;$a$, '\\';', ''';', ‘;’, “;”", "select|SELECT ';', `;`, \";\", $a$;$a$, '\\';', ''';', ‘;’, “;”||"},
		{"comments", "/* ; */ -- ;\n# ;\n#! ;\nSELECT 1 /* ; */ ; ; -- ;", "select|/* ; */ -- ;\n# ;\n#! ;\nSELECT 1 /* ; */ ||"},
		{"division and dollars", "SELECT 4/2, $1, a.b.$c", "select|SELECT 4/2, $1, a.b.$c||"},
		{"byte order mark, no-break space", "\ufeffSELECT\u00a01", "select|\ufeffSELECT\u00a01||"},

		{"values", "INSERT INTO t VALUES (1), (2)", "insert|INSERT INTO t |Values| (1), (2)"},
		{"values without blank", "insert into t values(1)", "insert|insert into t |Values|(1)"},
		{"columns", "INSERT INTO d.t (a, `b;`) VALUES (1, ';')", "insert|INSERT INTO d.t (a, `b;`) |Values| (1, ';')"},
		{"table words", "INSERT INTO TABLE t FORMAT TSV\nx", "insert|INSERT INTO TABLE t |TSV|x"},
		{"table called values", "INSERT INTO values VALUES (1)", "insert|INSERT INTO values |Values| (1)"},
		{"table called format", "INSERT INTO format.format (format) FORMAT CSV\n1", "insert|INSERT INTO format.format (format) |CSV|1"},
		{"table called table", "INSERT INTO table VALUES (1)", "62"},
		{"table by parameter", "INSERT INTO {d:Identifier}.{t:Identifier} VALUES (1)", "insert|INSERT INTO {d:Identifier}.{t:Identifier} |Values| (1)"},
		{"function", "INSERT INTO FUNCTION null('a UInt8') PARTITION BY a VALUES (1)", "insert|INSERT INTO FUNCTION null('a UInt8') PARTITION BY a |Values| (1)"},
		{"settings", "INSERT INTO t SETTINGS async_insert=0, log_comment='FORMAT x' FORMAT Native \r\nbytes", "insert|INSERT INTO t SETTINGS async_insert=0, log_comment='FORMAT x' |Native|bytes"},
		{"except", "INSERT INTO t (* EXCEPT(b)) Values (2, 2)", "insert|INSERT INTO t (* EXCEPT(b)) |Values| (2, 2)"},
		{"one line end is skipped", "INSERT INTO t FORMAT TSV\n\nx", "insert|INSERT INTO t |TSV|\nx"},
		{"data on the same line", "INSERT INTO t FORMAT JSONEachRow {\"a\":1}", "insert|INSERT INTO t |JSONEachRow|{\"a\":1}"},
		{"data are not lexed", "INSERT INTO t FORMAT TSV\nit's; /* open", "insert|INSERT INTO t |TSV|it's; /* open"},
		{"select", "INSERT INTO t SELECT 1 FORMAT Null", "other|INSERT INTO t SELECT 1 FORMAT Null|Null|"},
		{"select in parentheses", "INSERT INTO t (SELECT values FROM v)", "other|INSERT INTO t (SELECT values FROM v)||"},
		{"with", "INSERT INTO t WITH 1 AS x SELECT x", "other|INSERT INTO t WITH 1 AS x SELECT x||"},
		{"nothing behind", "INSERT INTO t", "62"},
		{"table quoted", "INSERT INTO `table` FORMAT TSV\n1", "insert|INSERT INTO `table` |TSV|1"},

		{"empty", "", "62"}, {"only a semicolon", " ;", "62"}, {"only a comment", "/* x */", "62"},
		{"two", "SELECT 1; DROP TABLE t", "62"},
		{"two, quoted", "SELECT 1;'x'", "62"},
		{"two behind a select insert", "INSERT INTO t SELECT 1; DROP TABLE t", "62"},
		{"open quote", "SELECT 'a", "62"}, {"open comment", "SELECT 1 /* a", "62"}, {"open identifier", "SELECT `a\\`", "62"},
		{"open before data", "INSERT INTO `t VALUES (1)", "62"},
		{"no format name", "INSERT INTO t FORMAT 'x'", "62"},
		{"semicolon before data", "INSERT INTO t FORMAT TSV ;\nx", "62"},
		{"out", "SELECT 1 INTO OUTFILE 'x'", "344"}, {"in", "INSERT INTO t FROM INFILE 'x' FORMAT CSV", "344"},
		{"in, commented", "INSERT INTO t FROM /**/ infile 'x' FORMAT CSV", "344"},
	} {
		s, err := readStatement(tt.text)
		got := strings.Join([]string{[]string{"other", "select", "insert"}[s.verb], s.head, s.format, tt.text[s.data:]}, "|")
		if s.verb != verbInsert {
			got = strings.TrimSuffix(got, tt.text)
		}
		var e *exception
		if errors.As(err, &e) {
			got = map[int]string{62: "62", 344: "344"}[e.code]
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: readStatement(%q):\n%s", tt.name, tt.text, diff)
		}
	}
}

// FuzzReadStatement: whatever the text, what is taken for one statement has no
// token behind a semicolon, and head and data are parts of the text in order.
func FuzzReadStatement(f *testing.F) {
	for _, text := range []string{"SELECT 1; SELECT 2", "INSERT INTO t VALUES (1)", "INSERT INTO {a:Identifier} FORMAT TSV\n1", "SELECT $a$;$a$ FORMAT CSV",
		"/* */ -- x\nINSERT INTO FUNCTION f('x') (SELECT 1)", "‘’“”\u00a0\ufeff#!\n", "SELECT '\\", "INSERT INTO t FORMAT"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := readStatement(text)
		if err != nil {
			var e *exception
			if !errors.As(err, &e) {
				t.Errorf("untyped error %v", err)
			}
			return
		}
		if !strings.HasPrefix(text, s.head) {
			t.Errorf("head %q is not how %q begins", s.head, text)
		}
		if s.verb == verbInsert && (s.data < len(s.head) || s.data > len(text)) {
			t.Errorf("data of %q begin at %d, the head ends at %d", text, s.data, len(s.head))
		}
		l := &lexer{text: s.head}
		for {
			token := l.next()
			if token.kind == tokenSemi || token.kind == tokenInvalid {
				t.Fatalf("head %q has a token of kind %d at %d", s.head, token.kind, token.start)
			}
			if token.kind == tokenEnd {
				return
			}
		}
	})
}

func FuzzWithoutHeader(f *testing.F) {
	f.Add("RowBinaryWithNamesAndTypes", []byte("\x01\x01a\x05UInt8\x07"))
	f.Add("CSVWithNames", []byte("\"a\n\"\"b\"\n1\n"))
	f.Fuzz(func(t *testing.T, format string, chunk []byte) {
		rest, err := withoutHeader(format, chunk)
		if err == nil && !strings.HasSuffix(string(chunk), string(rest)) {
			t.Errorf("%q is not the end of %q", rest, chunk)
		}
	})
}

func TestParseException(t *testing.T) {
	for _, tt := range []struct{ text, message string }{
		{"Code: 60. DB::Exception: Table default.x does not exist. (UNKNOWN_TABLE) (version 26.7.2.1 (official build))",
			"Code: 60. DB::Exception: Table default.x does not exist. (UNKNOWN_TABLE) (version 26.7.2.1 (official build))"},
		{"Code: 497. DB::Exception: no (RIGHTS). (ACCESS_DENIED)",
			"Code: 497. DB::Exception: no (RIGHTS). (ACCESS_DENIED) (version 26.7.2.1 (official build))"},
		{"Code: 210. DB::NetException: gone (peer). (NETWORK_ERROR)",
			"Code: 210. DB::Exception: gone (peer). (NETWORK_ERROR) (version 26.7.2.1 (official build))"},
		{"Code: 27. DB::Exception: two\nlines\n: While executing X. (CANNOT_PARSE_INPUT_ASSERTION_FAILED)",
			"Code: 27. DB::Exception: two\nlines\n: While executing X. (CANNOT_PARSE_INPUT_ASSERTION_FAILED) (version 26.7.2.1 (official build))"},
		{"something else", "Code: 1002. DB::Exception: something else. (UNKNOWN_EXCEPTION) (version 26.7.2.1 (official build))"},
	} {
		if diff := cmp.Diff(tt.message, parseException(tt.text).message()); diff != "" {
			t.Errorf("parseException(%q):\n%s", tt.text, diff)
		}
	}
}
