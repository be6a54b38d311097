package loader

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMigrate(t *testing.T) {
	s := openUnmigrated(t)
	ctx := t.Context()
	pending, err := s.Pending(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, m := range pending {
		want = append(want, m.Name)
	}
	if len(want) != len(s.migrations) {
		t.Fatalf("pending in a new store: %v", want)
	}
	got, err := s.Migrate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	first := schemaOf(t, s)
	if got, err := s.Migrate(ctx); err != nil || got != nil {
		t.Errorf("again: %v, %v", got, err)
	}
	// Every statement runs twice to the same end, as after a kill between a statement
	// and the row that records it.
	execSQL(t, s, "TRUNCATE TABLE migrations")
	if got, err := s.Migrate(ctx); err != nil || len(got) != len(want) {
		t.Errorf("after the record was lost: %v, %v", got, err)
	}
	if d := cmp.Diff(first, schemaOf(t, s)); d != "" {
		t.Error(d)
	}
}

// A migration that ends at any statement is completed by the next run, with the
// schema of an undisturbed one.
func TestMigrateKilledHalfWay(t *testing.T) {
	want := schemaOf(t, openTest(t))
	for _, n := range []int{1, 17, 40} {
		s := openUnmigrated(t)
		execSQL(t, s, "CREATE DATABASE "+quoteName(s.database))
		ran := 0
		for _, m := range s.migrations {
			for _, st := range m.statements {
				if ran++; ran <= n {
					execSQL(t, s, st.text)
				}
			}
		}
		if _, err := s.Migrate(t.Context()); err != nil {
			t.Fatalf("after %d statements: %v", n, err)
		}
		if d := cmp.Diff(want, schemaOf(t, s)); d != "" {
			t.Errorf("after %d statements: %s", n, d)
		}
	}
}

func TestMigrateRefuses(t *testing.T) {
	s := openTest(t)
	name := s.migrations[1].Name
	s.migrations[1].Checksum = strings.Repeat("0", 64)
	if _, err := s.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "000000000000") {
		t.Errorf("a changed file: %v", err)
	}
	s = openTest(t)
	last := s.migrations[len(s.migrations)-1]
	s.migrations = s.migrations[:len(s.migrations)-1]
	if _, err := s.Migrate(t.Context()); !errors.Is(err, ErrNewerSchema) || !strings.Contains(err.Error(), last.Name) {
		t.Errorf("a newer schema: %v", err)
	}
}

func execSQL(t testing.TB, s *Store, sql string) {
	t.Helper()
	conn := s.conn
	if strings.HasPrefix(sql, "CREATE DATABASE") {
		conn = s.admin
	}
	if err := conn.Exec(context.Background(), sql); err != nil {
		t.Fatalf("%.200s: %v", sql, err)
	}
}

// schemaOf returns the statements that made the store's tables and views, without
// the database's name.
func schemaOf(t testing.TB, s *Store) map[string]string {
	t.Helper()
	rows, err := s.admin.Query(t.Context(), "SELECT name, create_table_query FROM system.tables WHERE database = {db:String}", named("db", s.database))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var name, sql string
		if err := rows.Scan(&name, &sql); err != nil {
			t.Fatal(err)
		}
		out[name] = strings.ReplaceAll(sql, s.database, "db")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// Two commands that find an old store at once both migrate it, to the same schema.
func TestTwoMigrators(t *testing.T) {
	want := schemaOf(t, openTest(t))
	a := openUnmigrated(t)
	b := openDatabase(t, a.Database())
	errs := make(chan error, 2)
	for _, s := range []*Store{a, b} {
		go func() {
			_, err := s.Migrate(context.Background())
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if d := cmp.Diff(want, schemaOf(t, a)); d != "" {
		t.Error(d)
	}
}

// What CREATE OR REPLACE left beside a view when the engine was killed goes with the
// next migration, and nothing else does.
func TestHalfReplacedViews(t *testing.T) {
	s := openTest(t)
	want := schemaOf(t, s)
	execSQL(t, s, "CREATE VIEW _tmp_replace_1_x AS SELECT 1 AS n")
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := schemaOf(t, s)["_tmp_replace_1_x"]; !ok {
		t.Error("one that may be at work was dropped")
	}
	ageLocks(t, s, "_tmp_replace_1_x")
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, schemaOf(t, s)); d != "" {
		t.Error(d)
	}
}
