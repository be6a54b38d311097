package engine

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTakeSettings(t *testing.T) {
	access := Access{User: "bi", Databases: []string{"nhip"}, Limits: DefaultLimits}
	for _, tt := range []struct {
		sql, left string
		settings  []setting
		code      int
	}{
		{"SELECT 1", "SELECT 1", nil, 0},
		{"SELECT 1 SETTINGS max_threads = 2", "SELECT 1                         ", []setting{{"max_threads", "2"}}, 0},
		{"SELECT 1\nsettings a=1,\n b = 'x\\'y'\nFORMAT CSV", "SELECT 1\n             \n           \nFORMAT CSV", []setting{{"a", "1"}, {"b", "x'y"}}, 0},
		{"SELECT 'đ' SETTINGS c = 'đ' -- hết", "SELECT 'đ'                   -- hết", []setting{{"c", "đ"}}, 0},
		{"SELECT 1 SETTINGS max_execution_time = 60", "SELECT 1                                 ", []setting{{"max_execution_time", "60"}}, 0},
		{"SELECT 1 SETTINGS max_execution_time = 61", "", nil, codeReadonly},
		{"SELECT 1 SETTINGS max_execution_time = 0", "", nil, codeReadonly},
		{"SELECT 1 SETTINGS max_result_rows = viele", "SELECT 1 SETTINGS max_result_rows = viele", nil, 0},
		{"SELECT 1 SETTINGS readonly = 1", "", nil, codeReadonly},
		// No clause at the end of the whole: left as it is, for checkNames.
		{"SELECT * FROM (SELECT 1 SETTINGS a = 1)", "SELECT * FROM (SELECT 1 SETTINGS a = 1)", nil, 0},
		{"SELECT 1 SETTINGS a = 1 UNION ALL SELECT 2", "SELECT 1 SETTINGS a = 1 UNION ALL SELECT 2", nil, 0},
		{"SELECT 1 SETTINGS a = {p:UInt8}", "SELECT 1 SETTINGS a = {p:UInt8}", nil, 0},
		{"SELECT 1 SETTINGS a", "SELECT 1 SETTINGS a", nil, 0},
		{"SELECT settings = 1 FROM v", "SELECT settings = 1 FROM v", nil, 0},
		{"SELECT 'SETTINGS a = 1'", "SELECT 'SETTINGS a = 1'", nil, 0},
		{"SHOW TABLES SETTINGS a = 1", "SHOW TABLES SETTINGS a = 1", nil, 0},
	} {
		s, err := readStatement(tt.sql)
		if err != nil {
			t.Fatal(err)
		}
		req := &request{statement: s}
		err = (&gate{access: &access}).takeSettings(req)
		if e, _ := err.(*exception); e != nil && e.code != tt.code || (err != nil) != (tt.code != 0) {
			t.Errorf("%s: %v, want code %d", tt.sql, err, tt.code)
			continue
		}
		if err == nil && (strings.TrimRight(req.statement.head, "\n") != tt.left || !cmp.Equal(req.settings, tt.settings, cmp.AllowUnexported(setting{}))) {
			t.Errorf("%s: left %q with %v, want %q with %v", tt.sql, req.statement.head, req.settings, tt.left, tt.settings)
		}
	}
}

// FuzzTakeSettings: what is taken away leaves blanks, and nothing else changes.
func FuzzTakeSettings(f *testing.F) {
	for _, a := range storeAttacks {
		f.Add(a.sql)
	}
	f.Add("SELECT 1 SETTINGS a = 'x', b = 2 FORMAT CSV")
	access := Access{User: "bi", Databases: []string{"nhip"}, Limits: DefaultLimits}
	f.Fuzz(func(t *testing.T, sql string) {
		s, err := readStatement(sql)
		if err != nil {
			return
		}
		req := &request{statement: s}
		if (&gate{access: &access}).takeSettings(req) != nil {
			return
		}
		if len(req.settings) == 0 && req.statement.head != s.head {
			t.Errorf("%q became %q", s.head, req.statement.head)
		}
		words, left := strings.Fields(s.head), strings.Fields(req.statement.head)
		if len(left) > len(words) {
			t.Errorf("%q became %q", s.head, req.statement.head)
		}
		if len(req.statement.head) != len(s.head) {
			t.Errorf("%q became %q: positions moved", s.head, req.statement.head)
		}
	})
}
