package loader

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

var migratorKills = flag.Int("migrators", 2, "how often TestMigratorKilled kills migrators or their engine; from 10 on TestMigrateFromOlderSchemas takes every schema, not every third")

// A schema file that stores may have is frozen: its checksum is kept beside it, and a
// change is a new file. -update adds the new ones and changes none.
func TestSchemaFilesAreFrozen(t *testing.T) {
	const golden = "testdata/frozen.txt"
	frozen := map[string]string{}
	text, err := os.ReadFile(golden)
	if err != nil && !(*update && os.IsNotExist(err)) {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(strings.NewReader(string(text))); lines.Scan(); {
		sum, name, _ := strings.Cut(lines.Text(), "  ")
		frozen[name] = sum
	}
	migrations, err := readMigrations(schemaFiles, "schema")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, m := range migrations {
		sum, ok := frozen[m.Name]
		delete(frozen, m.Name)
		switch {
		case !ok && !*update:
			t.Errorf("%s is not frozen yet: go test ./loader -run TestSchemaFilesAreFrozen -update", m.Name)
		case ok && sum != m.Checksum:
			t.Errorf("%s was changed: stores that have it would refuse this nhip; write a new file instead", m.Name)
		}
		if !ok {
			sum = m.Checksum
		}
		fmt.Fprintf(&all, "%s  %s\n", sum, m.Name)
	}
	for name := range frozen {
		t.Errorf("%s is gone, but stores have it", name)
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A store of every older schema, with what was loaded into it, comes to the schema of
// a new one, also when its migration ends half-way, and twice; it then says what a
// new store says, and loading goes on where it was. The first, the newest and every
// third are taken; every one:
//
//	go test ./loader -run Migrat -migrators 50
func TestMigrateFromOlderSchemas(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a store of every third schema")
	}
	now := openTest(t)
	items := killItems()[:46] // some of them edited
	if _, err := now.Load(t.Context(), "run", items); err != nil {
		t.Fatal(err)
	}
	schema, want, columnsNow := schemaOf(t, now), rowsOf(t, now), columnsOf(t, now)
	random := rand.New(rand.NewPCG(9, 9))
	for known := 1; known < len(now.migrations); known++ {
		if *migratorKills < 10 && known%3 != 1 && known != len(now.migrations)-1 {
			continue
		}
		t.Run(now.migrations[known-1].Name, func(t *testing.T) {
			s := openUnmigrated(t)
			all := s.migrations
			s.migrations = all[:known]
			if _, err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			old := columnsOf(t, s)
			for _, table := range rowTables {
				both := slices.DeleteFunc(old[table], func(column string) bool { return !slices.Contains(columnsNow[table], column) })
				if len(both) == 0 {
					continue // a table of later
				}
				columns := strings.Join(both, ", ")
				execSQL(t, s, "INSERT INTO "+table+" ("+columns+") SELECT "+columns+" FROM "+quoteName(now.database)+"."+table)
			}
			s.migrations = all
			var rest []statement
			for _, m := range all[known:] {
				rest = append(rest, m.statements...)
			}
			for _, st := range rest[:random.IntN(len(rest)+1)] { // and killed there
				execSQL(t, s, st.text)
			}
			got, err := s.Migrate(t.Context())
			if err != nil || len(got) != len(all)-known {
				t.Fatalf("%v, %v", got, err)
			}
			if got, err = s.Migrate(t.Context()); err != nil || len(got) != 0 {
				t.Errorf("twice: %v, %v", got, err)
			}
			if d := cmp.Diff(schema, schemaOf(t, s)); d != "" {
				t.Errorf("another schema than a new store's: %s", d)
			}
			loaded, err := s.Load(t.Context(), "again", items)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(nhip.Loaded{Loaded: len(items), Observations: loaded.Observations, Rejected: map[string]int{}}, loaded); d != "" {
				t.Errorf("loading again found something new: %s", d)
			}
			if d := cmp.Diff(want, rowsOf(t, s)); d != "" {
				t.Errorf("other rows than in a new store: %s", d)
			}
		})
	}
}

var rowTables = []string{"pages", "visits", "documents", "document_versions", "observations", "mentions", "rejects", "batches", "article_words"}

// columnsOf returns the columns of every table that an INSERT may name.
func columnsOf(t *testing.T, s *Store) map[string][]string {
	t.Helper()
	rows, err := s.admin.Query(t.Context(), "SELECT table, name FROM system.columns WHERE database = {db:String} AND default_kind NOT IN ('MATERIALIZED', 'ALIAS') ORDER BY table, position", named("db", s.database))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string][]string{}
	for rows.Next() {
		var table, name string
		if err := rows.Scan(&table, &name); err != nil {
			t.Fatal(err)
		}
		out[table] = append(out[table], name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// migratingChild is set for a process that migrates the store it names: data
// directory and database.
const migratingChild = "NHIP_TEST_MIGRATING_CHILD"

func runIfMigratingChild() {
	dir, database, ok := strings.Cut(os.Getenv(migratingChild), "\n")
	if !ok {
		return
	}
	s, err := Open(context.Background(), Options{DataDir: dir, Database: database, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		_, err = s.Migrate(context.Background())
		s.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// A migrator that is killed at any moment, or whose engine is, leaves a store that
// the next one completes; two children at once are one too many and do no harm. The
// moments follow from fixed seeds; fifty of them:
//
//	go test ./loader -run Migrat -migrators 50
func TestMigratorKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes and kills them")
	}
	want := schemaOf(t, openTest(t))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(filepath.Dir(testDataDir), "migrated")
	hold, err := Open(t.Context(), Options{DataDir: dir, Database: "hold"}) // keeps the engine
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	for seed := range uint64(*migratorKills) {
		random := rand.New(rand.NewPCG(seed, 7))
		database := fmt.Sprint("migrated", seed)
		children := make([]*exec.Cmd, 2)
		for i := range children {
			children[i] = exec.Command(self)
			children[i].Env = append(os.Environ(), migratingChild+"="+dir+"\n"+database)
			if err := children[i].Start(); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Duration(random.IntN(900)) * time.Millisecond)
		if seed%2 == 1 {
			killEngine(t, dir)
		}
		for _, child := range children {
			_ = child.Process.Kill()
			_ = child.Wait() // killed, or done before
		}
		s, err := Open(t.Context(), Options{DataDir: dir, Database: database})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if _, err := s.Migrate(t.Context()); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		got := schemaOf(t, s)
		for range 40 { // a half replaced view of the last half minute might be somebody's at work
			if !slices.ContainsFunc(slices.Collect(maps.Keys(got)), func(name string) bool { return strings.HasPrefix(name, "_tmp_replace_") }) {
				break
			}
			time.Sleep(time.Second)
			if _, err := s.Migrate(t.Context()); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
			got = schemaOf(t, s)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("seed %d: %s", seed, d)
		}
		s.Close()
	}
}
