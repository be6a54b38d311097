package engine

import (
	"strings"
	"testing"
)

// TestLexerIsTheEngines asks the engine about texts in which lexers differ. Each
// selects columns; a lexer that sees them all is one that hides nothing.
func TestLexerIsTheEngines(t *testing.T) {
	cl := start(t)
	for _, sql := range []string{
		"SELECT 1 AS x$a$ , 2 AS y$a$", "SELECT 1 AS _$a$ , 2 AS _$a$2", "SELECT $a$ ' $a$ , 2 --'", "SELECT $a1$ ' $a1$ , 2 --'", "SELECT $$ ' $$ , 2 --'",
		"SELECT 8 // ' \n , 1 -- '", "SELECT 8//2\n,1", "SELECT 1 /* a /* b */ ' */ , 5 -- '", "SELECT 1 /*/*/ ' */ */ , 1 -- '", "SELECT 1 /*/ , 1 */ , 2",
		"SELECT 1 /* // */ , 2", "SELECT 1 -- /* \n , 2", "SELECT 1 # ' \n , 2 -- '", "SELECT 1 #! ' \n , 2 -- '", "SELECT 1--1\n,2", "SELECT 1 -- '\r , 3 \n , 2",
		"SELECT\u30001\u2003,\u200b2\u2060", "SELECT 1\u0085, 2\ufeff", "SELECT\u00a01, 2\v\f", "SELECT ‘a'b’ , 2", "SELECT ‘a\\’ , 2 --’", "SELECT 'a\\'' , 2 --'",
		"SELECT 'a''b' , 2", "SELECT 'a\\\\' , 2 --'", "SELECT 1 AS `a``b,` , 2", "SELECT 1 AS `a\\`b` , 2", "SELECT 1 AS “a`'b” , 2", "SELECT 1 AS \"a\\\"b\" , 2",
		"SELECT x'41' , b'01000001'", "SELECT 1e5 , 0x1F", "SELECT 1_000 , .5", "SELECT (1, (2, 3)).2.1 , 4",
	} {
		r := ask(t, cl, "POST", sql, "default_format=TSVWithNames")
		head, _, _ := strings.Cut(r.body, "\n")
		want := strings.Count(head, "\t") + 1
		l := &lexer{text: sql}
		got, depth := 1, 0
		for k := l.next(); k.kind != tokenEnd; k = l.next() {
			switch text := sql[k.start:k.end]; {
			case k.kind == tokenInvalid:
				t.Fatalf("%q: not closed: %q", sql, text)
			case text == "(":
				depth++
			case text == ")":
				depth--
			case text == "," && depth == 0:
				got++
			}
		}
		if r.status != 200 || got != want || want != 2 {
			t.Errorf("%q: the lexer sees %d columns, the engine %d: %d %s", sql, got, want, r.status, r.body)
		}
	}
	for _, sql := range []string{"SELECT 1 // ' \n ; SELECT 2 -- '", "SELECT 1 /* /* */ ' */ ; SELECT 2 -- '", "SELECT 1 AS x$a$ ; SELECT 2 AS y$a$"} {
		if _, err := readStatement(sql); err == nil || !strings.Contains(err.Error(), "Multi-statements") {
			t.Errorf("%q is one statement: %v", sql, err)
		}
	}
}

// FuzzGate looks for texts that make the gate panic, or let a closed name through
// that stands in them bare.
func FuzzGate(f *testing.F) {
	for _, a := range storeAttacks {
		f.Add(a.sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		s, err := readStatement(sql)
		if err != nil {
			return
		}
		g := &gate{access: &reader, databases: map[string]bool{"nhip": true}, views: map[string]bool{}, closedTables: map[string]bool{"documents": true}}
		err = g.check(&request{statement: s, database: "nhip"})
		l := &lexer{text: s.head}
		for k := l.next(); err == nil && k.kind != tokenEnd && k.kind != tokenInvalid; k = l.next() {
			if l.is(k, "file") {
				t.Errorf("%q was let through", sql)
			}
		}
	})
}
