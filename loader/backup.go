package loader

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhip/loader/engine"
)

// A back-up is one tar file: manifest.json, state.tar.zst and data.tar.zst, the
// latter two written by ClickHouse's BACKUP and readable by its RESTORE alone.
//
// The state (which batches were finished, which addresses were visited) is taken
// before the data. A load that runs meanwhile writes data first and state last, so
// the data in the file hold at least everything that its state says is there; what
// they hold beyond it counts as an interrupted load and is read again.
const (
	manifestName = "manifest.json"
	stateName    = "state.tar.zst"
	dataName     = "data.tar.zst"
)

var stateTables = []string{"visits", "batches", "runs"}

// growing are the tables whose rows without duplicates never become fewer: what a
// back-up is held against.
var growing = []string{"pages", "document_versions", "observations", "mentions", "visits", "batches", "runs"}

// Manifest says what a back-up holds.
type Manifest struct {
	CreatedAt time.Time         `json:"created_at"`
	Database  string            `json:"database"`
	Version   string            `json:"clickhouse"`
	Schema    []string          `json:"schema"` // names of the applied files
	Rows      map[string]uint64 `json:"rows"`   // when the back-up began; it holds at least so many

	written map[string]uint64 // of an export, the rows of a copy
}

// Backup writes the embedded store to a new file, also while loads run. A server has
// its own means (BACKUP DATABASE … TO Disk or S3).
func (s *Store) Backup(ctx context.Context, file string) (m Manifest, err error) {
	if _, err := os.Lstat(file); err == nil {
		return m, fmt.Errorf("back up: %s exists already; name a new file", file)
	}
	folder, err := s.backupFolder()
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(folder)
	if m, err = s.manifest(ctx); err != nil {
		return m, err
	}
	state, except := "", ""
	for i, table := range stateTables {
		if i > 0 {
			state, except = state+", ", except+", "
		}
		state += "TABLE " + quoteName(s.database) + "." + table
		except += quoteName(s.database) + "." + table
	}
	for _, part := range []struct{ what, file string }{{state, stateName}, {"DATABASE " + quoteName(s.database) + " EXCEPT TABLES " + except, dataName}} {
		if err := s.admin.Exec(ctx, "BACKUP "+part.what+" TO File("+quoteText(filepath.Join(filepath.Base(folder), part.file))+")"); err != nil {
			return m, s.wrap("back up", err)
		}
	}
	return m, s.wrap("back up", writeBackup(file, m, folder))
}

// backupFolder makes a folder of this process among those the engine may write
// back-ups to.
func (s *Store) backupFolder() (string, error) {
	if s.engine == nil {
		return "", errors.New("this is for the embedded store; a server is backed up by its own BACKUP DATABASE, see docs/operations.md")
	}
	parent := filepath.Join(s.dataDir, engine.BackupFolder)
	if err := os.MkdirAll(parent, 0o750); err != nil {
		return "", fmt.Errorf("back-ups pass through the data folder: %w", err)
	}
	removeLeft(parent)
	folder, err := os.MkdirTemp(parent, fmt.Sprintf("%s%d-", passPrefix, os.Getpid()))
	if err != nil {
		return "", fmt.Errorf("back-ups pass through the data folder: %w", err)
	}
	return folder, nil
}

const passPrefix = "pass-" // process, and something random

// removeLeft removes what back-ups and restores of processes that were killed have
// left: each is as large as the store.
func removeLeft(parent string) {
	names, _ := filepath.Glob(filepath.Join(parent, passPrefix+"*"))
	for _, name := range names {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(name), passPrefix), "-")
		if n, err := strconv.Atoi(pid); err == nil && n > 0 && isGone(n) {
			_ = os.RemoveAll(name) // the next one tries again
		}
	}
}

func (s *Store) manifest(ctx context.Context) (Manifest, error) {
	m, err := s.describe(ctx)
	if err != nil {
		return m, err
	}
	m.Rows, err = s.Rows(ctx)
	return m, err
}

// describe is a manifest without counts.
func (s *Store) describe(ctx context.Context) (Manifest, error) {
	m := Manifest{CreatedAt: time.Now().UTC().Truncate(time.Second), Database: s.database}
	if pending, err := s.Pending(ctx); err != nil {
		return m, err
	} else if len(pending) > 0 {
		return m, fmt.Errorf("the schema is not up to date (%s is missing): nhip migrate first", pending[0].Name)
	}
	for _, x := range s.migrations {
		m.Schema = append(m.Schema, x.Name)
	}
	if err := s.admin.QueryRow(ctx, "SELECT version()").Scan(&m.Version); err != nil {
		return m, s.wrap("ask for the version", err)
	}
	return m, nil
}

// writeBackup puts the parts into one file, which appears under its name only when
// it is whole and on the disk.
func writeBackup(file string, m Manifest, folder string) (err error) {
	out, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".part-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			out.Close()
			os.Remove(out.Name())
		}
	}()
	tw := tar.NewWriter(out)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err = tw.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(text)), ModTime: m.CreatedAt}); err != nil {
		return err
	}
	if _, err = tw.Write(text); err != nil {
		return err
	}
	for _, name := range []string{stateName, dataName} {
		if err = addFile(tw, filepath.Join(folder, name), m.CreatedAt); err != nil {
			return err
		}
	}
	if err = errors.Join(tw.Close(), out.Sync(), out.Close()); err != nil {
		return err
	}
	return os.Rename(out.Name(), file)
}

func addFile(tw *tar.Writer, name string, at time.Time) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if err := tw.WriteHeader(&tar.Header{Name: filepath.Base(name), Mode: 0o600, Size: info.Size(), ModTime: at}); err != nil {
		return err
	}
	_, err = io.Copy(tw, in)
	return err
}

// Restore fills a store that has no tables yet from a back-up and holds it against
// the back-up's counts. After an error the database is dropped again.
func (s *Store) Restore(ctx context.Context, file string) (m Manifest, err error) {
	have, err := s.appliedMigrations(ctx)
	if err != nil {
		return m, err
	}
	if len(have) > 0 {
		return m, fmt.Errorf("restore: the database %s of this store is in use; name an empty folder by --data", s.database)
	}
	folder, err := s.backupFolder()
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(folder)
	if m, err = readBackup(file, folder); err != nil {
		return m, fmt.Errorf("restore %s: %w", file, err)
	}
	for _, name := range m.Schema {
		if !slices.ContainsFunc(s.migrations, func(x Migration) bool { return x.Name == name }) {
			return m, fmt.Errorf("restore %s: it has schema file %s: %w", file, name, ErrNewerSchema)
		}
	}
	defer func() {
		if err != nil {
			_ = s.admin.Exec(context.WithoutCancel(ctx), "DROP DATABASE IF EXISTS "+quoteName(s.database)+" SYNC")
		}
	}()
	from := func(name string) string {
		return " FROM File(" + quoteText(filepath.Join(filepath.Base(folder), name)) + ")"
	}
	statements := []string{"RESTORE DATABASE " + quoteName(m.Database) + " AS " + quoteName(s.database) + from(dataName)}
	for _, table := range stateTables {
		statements = append(statements, "RESTORE TABLE "+quoteName(m.Database)+"."+table+" AS "+quoteName(s.database)+"."+table+from(stateName))
	}
	for _, sql := range statements {
		if err := s.admin.Exec(ctx, sql); err != nil {
			return m, s.wrap("restore "+file, err)
		}
	}
	// RESTORE … AS another name drops the aliases of tables in views, which breaks
	// them; the schema's own statements mend that.
	for _, x := range s.migrations {
		for _, st := range x.statements {
			if !createView.MatchString(st.text) || !slices.Contains(m.Schema, x.Name) {
				continue
			}
			if err := s.conn.Exec(ctx, st.text); err != nil {
				return m, s.wrap("restore "+file, err)
			}
		}
	}
	return m, s.holdAgainst(ctx, m, file)
}

func (s *Store) holdAgainst(ctx context.Context, m Manifest, file string) error {
	got, err := s.Rows(ctx)
	if err != nil {
		return err
	}
	for _, table := range growing {
		if got[table] < m.Rows[table] {
			return fmt.Errorf("restore %s: %s has %d rows, but the back-up began with %d", file, table, got[table], m.Rows[table])
		}
	}
	return nil
}

// readBackup unpacks a back-up into a folder.
func readBackup(file, folder string) (m Manifest, err error) {
	in, err := os.Open(file)
	if err != nil {
		return m, err
	}
	defer in.Close()
	found := map[string]bool{}
	for tr := tar.NewReader(in); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, fmt.Errorf("it is no back-up of nhip, or was cut: %w", err)
		}
		switch h.Name {
		case manifestName:
			err = json.NewDecoder(tr).Decode(&m)
		case stateName, dataName:
			err = unpack(tr, filepath.Join(folder, h.Name))
		default:
			continue
		}
		if err != nil {
			return m, fmt.Errorf("%s: %w", h.Name, err)
		}
		found[h.Name] = true
	}
	for _, name := range []string{manifestName, stateName, dataName} {
		if !found[name] {
			return m, fmt.Errorf("it is no back-up of nhip: %s is missing", name)
		}
	}
	return m, nil
}

func unpack(from io.Reader, name string) error {
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, from)
	return errors.Join(err, out.Close())
}
