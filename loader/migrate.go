package loader

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// ErrNewerSchema says that the store was made by a newer nhip than this one.
var ErrNewerSchema = errors.New("the store's schema is newer than this nhip knows: use the newer nhip")

// Migration is one numbered file of the schema.
type Migration struct {
	Number   int
	Name     string // 0001_tables.sql
	Checksum string // SHA-256 of the file, hexadecimal

	statements []statement
}

// readMigrations reads and splits the numbered files of a folder, which must be
// numbered 1, 2, 3 … without a gap.
func readMigrations(files fs.FS, dir string) ([]Migration, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.sql"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var out []Migration
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		base := path.Base(name)
		digits, _, _ := strings.Cut(base, "_")
		number, err := strconv.Atoi(digits)
		if err != nil || number != len(out)+1 {
			return nil, fmt.Errorf("schema file %s: must be numbered %04d_", base, len(out)+1)
		}
		statements, err := splitStatements(string(text))
		if err != nil {
			return nil, fmt.Errorf("schema file %s: %w", base, err)
		}
		sum := sha256.Sum256(text)
		out = append(out, Migration{number, base, hex.EncodeToString(sum[:]), statements})
	}
	return out, nil
}

// migrationsTable is the one table that no migration makes.
const migrationsTable = `CREATE TABLE IF NOT EXISTS migrations (
  number     UInt32,
  name       String,
  checksum   String,
  applied_at DateTime64(3, 'Asia/Ho_Chi_Minh')
) ENGINE = ReplacingMergeTree(applied_at) ORDER BY number
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

// Migrate makes the database if it is missing and brings its schema up to date. It
// returns the names of the files it applied, none where nothing was to do. Every
// statement may run twice, so a migration that was killed half-way ends in the same
// schema when it is run again; of two processes that migrate at once one waits for
// the other. It refuses a store with a changed
// file or a newer schema (see [Store.Pending]) before it changes anything.
func (s *Store) Migrate(ctx context.Context) (applied []string, err error) {
	pending, err := s.Pending(ctx)
	if err != nil {
		return nil, err
	}
	s.dropHalfReplaced(ctx)
	if len(pending) == 0 {
		return nil, nil
	}
	for _, first := range []struct {
		conn driver.Conn
		sql  string
	}{{s.admin, "CREATE DATABASE IF NOT EXISTS " + quoteName(s.database)}, {s.conn, migrationsTable}} {
		statements, err := s.forCluster(first.sql)
		if err != nil {
			return nil, err
		}
		for _, sql := range statements {
			if err := first.conn.Exec(ctx, sql); err != nil {
				return nil, s.wrap("create database "+s.database+" and its table migrations", err)
			}
		}
	}
	// Two migrators of one embedded engine end in the same schema, since every
	// statement may run twice; waiting there for the lease of one that was killed would
	// only keep the next run idle.
	if s.native {
		unlock, err := s.lockMigrations(ctx)
		if err != nil {
			return nil, err
		}
		defer unlock()
	}
	if pending, err = s.Pending(ctx); err != nil { // another process may have been first
		return nil, err
	}
	for _, m := range pending {
		if err := s.apply(ctx, m); err != nil {
			return applied, err
		}
		applied = append(applied, m.Name)
	}
	return applied, nil
}

// dropHalfReplaced drops what CREATE OR REPLACE had made beside the view it replaces
// when the engine was killed: nobody reads it, and nobody else ever drops it. What is
// younger than the engine's process, or than half a minute, may be at work. A user who
// may not drop tables leaves it to one who may.
func (s *Store) dropHalfReplaced(ctx context.Context) {
	rows, err := s.admin.Query(ctx, `SELECT name FROM system.tables WHERE database = {db:String} AND startsWith(name, '_tmp_replace_')
  AND (metadata_modification_time < now() - uptime() OR metadata_modification_time < now() - 30)`, named("db", s.database))
	if err != nil {
		return // what is wrong with the store is told by those who need its answer
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if rows.Scan(&name) != nil {
			return
		}
		if err := s.conn.Exec(ctx, "DROP TABLE IF EXISTS "+quoteName(name)+" SYNC"); err != nil {
			s.log.Warn("a half replaced view stays behind; it does no harm", "table", name, "err", s.wrap("drop", err))
		}
	}
}

func (s *Store) apply(ctx context.Context, m Migration) error {
	for _, st := range m.statements {
		doing := fmt.Sprintf("migration %s, statement at line %d", m.Name, st.line)
		statements, err := s.forCluster(st.text)
		if err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		for _, sql := range statements {
			if err := s.conn.Exec(ctx, sql); err != nil {
				return s.wrap(doing, err)
			}
		}
	}
	if m.Name == wordsMigration {
		if err := s.fillWords(ctx); err != nil {
			return s.wrap("migration "+m.Name, err)
		}
	}
	batch, err := s.conn.PrepareBatch(ctx, "INSERT INTO migrations (number, name, checksum, applied_at)")
	if err != nil {
		return s.wrap("migration "+m.Name, err)
	}
	defer batch.Close()
	if err := batch.Append(uint32(m.Number), m.Name, m.Checksum, time.Now()); err != nil {
		return s.wrap("migration "+m.Name, err)
	}
	return s.wrap("migration "+m.Name, batch.Send())
}

// Pending returns the schema files that the store does not have yet and changes
// nothing. It is an error if a file that the store has was changed since (the error
// names it with both checksums), and [ErrNewerSchema] if the store has one that
// this binary does not know.
func (s *Store) Pending(ctx context.Context) ([]Migration, error) {
	have, err := s.appliedMigrations(ctx)
	if err != nil {
		return nil, err
	}
	var pending []Migration
	for _, m := range s.migrations {
		a, ok := have[m.Number]
		switch {
		case !ok:
			pending = append(pending, m)
		case a.Checksum != m.Checksum:
			return nil, fmt.Errorf("schema file %s was changed after it was applied (store %.12s…, this nhip %.12s…): "+
				"an applied file is never edited, write a new one", m.Name, a.Checksum, m.Checksum)
		}
		delete(have, m.Number)
	}
	for _, a := range have {
		return nil, fmt.Errorf("the store has schema file %s: %w", a.Name, ErrNewerSchema)
	}
	if len(pending) > 0 && pending[0].Number != len(s.migrations)-len(pending)+1 {
		return nil, fmt.Errorf("schema file %s was skipped although later ones were applied: the store's table migrations is damaged", pending[0].Name)
	}
	return pending, nil
}

// appliedMigrations returns what the store has, empty where there is no store yet.
func (s *Store) appliedMigrations(ctx context.Context) (map[int]Migration, error) {
	var exists uint64
	err := s.admin.QueryRow(ctx, "SELECT count() FROM system.tables WHERE database = {db:String} AND name = 'migrations'",
		named("db", s.database)).Scan(&exists)
	if err != nil {
		return nil, s.wrap("read the store's schema", err)
	}
	have := map[int]Migration{}
	if exists == 0 {
		return have, nil
	}
	rows, err := s.conn.Query(ctx, "SELECT number, name, checksum FROM migrations FINAL")
	if err != nil {
		return nil, s.wrap("read the store's schema", err)
	}
	defer rows.Close()
	for rows.Next() {
		var number uint32
		var m Migration
		if err := rows.Scan(&number, &m.Name, &m.Checksum); err != nil {
			return nil, s.wrap("read the store's schema", err)
		}
		m.Number = int(number)
		have[m.Number] = m
	}
	return have, s.wrap("read the store's schema", rows.Err())
}

// quoteName quotes an identifier.
func quoteName(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}
