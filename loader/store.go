// Package loader keeps pages, visits, records and accounts in ClickHouse: the
// embedded engine of a data directory, or a server named by a DSN. It is the only
// package that speaks clickhouse-go, and the schema folder is the only place that
// makes tables; both kinds of store get the same schema and the same statements.
//
// Loading is idempotent. A document's content versions and the readings of each
// are numbered from what the store already holds (see schema/0001_tables.sql), so
// the same content read by the same reader has the same numbers and its rows
// replace themselves; an insert that is sent twice because its answer was lost
// carries the same token and is dropped by the database.
//
// The package does not know how a page is fetched or read.
package loader

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"nhip"
	"nhip/loader/engine"
)

// ErrNoSchema says that the store is empty: not even its database exists.
var ErrNoSchema = errors.New("the store is empty; nhip run makes its tables and fills them, nhip migrate makes them")

// DefaultDatabase is the database of a store that names none.
const DefaultDatabase = "nhip"

// Options of [Open].
type Options struct {
	// DSN is a server's address, clickhouse://user:password@host:9000/database, native
	// protocol; empty means the embedded engine.
	DSN string
	// DataDir is the data directory of the embedded engine.
	DataDir string
	// Engine are the further options of the embedded engine; its DataDir is set from
	// the field above.
	Engine engine.Options
	// Database is the database's name; empty: the DSN's, else DefaultDatabase.
	Database string
	// Cluster names a cluster of the server's configuration: the schema is made on all
	// of its nodes, replicated and spread by document. Empty means one server; the
	// embedded engine takes none.
	Cluster string
	// Log is told of retries and rows set aside; nil means slog.Default().
	Log *slog.Logger

	// dial stands before the engine's socket in tests of lost connections.
	dial func(ctx context.Context, engine *engine.Client) (net.Conn, error)
}

// Store is an open store. It is safe for concurrent use.
type Store struct {
	database   string
	password   string // of the DSN, to be kept out of errors
	native     bool
	cluster    string
	log        *slog.Logger
	engine     *engine.Client                         // nil for a server
	dataDir    string                                 // of the engine
	settings   func(token string) clickhouse.Settings // of an insert
	conn       driver.Conn                            // in the store's database
	admin      driver.Conn                            // in a database that always exists
	migrations []Migration
	retry      backoff
	retention  atomic.Pointer[map[nhip.SourceID]Retention] // set by SaveCatalog
}

// Open connects to the store and checks that it answers. It changes nothing: a new
// store has no tables before [Store.Migrate]. On the embedded engine it starts the
// engine process of the data directory, or joins it where another command did.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{log: o.Log, retry: defaultBackoff, settings: insertSettings, cluster: o.Cluster}
	if s.log == nil {
		s.log = slog.Default()
	}
	var err error
	if s.migrations, err = readMigrations(schemaFiles, "schema"); err != nil {
		return nil, err
	}
	opts, err := s.connectOptions(ctx, o)
	if err != nil {
		return nil, err
	}
	if err = s.connect(opts); err == nil {
		if s.engine == nil { // an address that does not answer is told at once
			err = s.admin.Ping(ctx)
		} else { // an engine that was just killed is started again by the next question
			err = s.send(ctx, "open", s.admin.Ping)
		}
	}
	if err != nil {
		s.Close()
		return nil, s.wrap("open the store", err)
	}
	return s, nil
}

func (s *Store) connectOptions(ctx context.Context, o Options) (*clickhouse.Options, error) {
	if o.DSN != "" {
		return s.serverOptions(o)
	}
	if o.Cluster != "" {
		return nil, fmt.Errorf("open the store: cluster %s: the embedded engine is one machine; a cluster needs the DSN of one of its servers", o.Cluster)
	}
	if o.DataDir == "" {
		return nil, errors.New("open the store: neither a DSN nor a data directory is given")
	}
	// The engine syncs part directories by path and fails on a relative one.
	dir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return nil, fmt.Errorf("open the store: data directory %s: %w", o.DataDir, err)
	}
	o.Engine.DataDir, s.dataDir = dir, dir
	if s.engine, err = engine.Ensure(ctx, o.Engine); err != nil {
		return nil, fmt.Errorf("open the store in %s: %w", o.DataDir, err)
	}
	s.database = o.Database
	opts := &clickhouse.Options{
		Protocol: clickhouse.HTTP,
		Addr:     []string{"localhost"}, // never looked up: the dial goes to the engine's socket
		DialContext: func(ctx context.Context, _ string) (net.Conn, error) {
			if o.dial != nil {
				return o.dial(ctx, s.engine)
			}
			return s.engine.DialContext(ctx)
		},
		TransportFunc: func(t *http.Transport) (http.RoundTripper, error) {
			t.Proxy = nil // a proxy of the environment must not see the store
			return t, nil
		},
	}
	return opts, nil
}

func (s *Store) connect(opts *clickhouse.Options) (err error) {
	if s.database == "" {
		s.database = DefaultDatabase
	}
	opts.DialTimeout = cmp.Or(opts.DialTimeout, 30*time.Second) // also how long a statement waits for a free connection
	opts.ReadTimeout = cmp.Or(opts.ReadTimeout, 5*time.Minute)
	opts.MaxOpenConns = cmp.Or(opts.MaxOpenConns, 16)
	opts.MaxIdleConns = cmp.Or(opts.MaxIdleConns, min(8, opts.MaxOpenConns))
	opts.ConnMaxLifetime = cmp.Or(opts.ConnMaxLifetime, 10*time.Minute)
	admin := *opts
	admin.Auth.Database = "default"
	admin.MaxOpenConns, admin.MaxIdleConns = 2, 1
	if s.admin, err = clickhouse.Open(&admin); err != nil {
		return err
	}
	opts.Auth.Database = s.database
	s.conn, err = clickhouse.Open(opts)
	return err
}

// Close releases the connections and the hold on the embedded engine, which ends
// when nobody else uses it.
func (s *Store) Close() error {
	var errs []error
	for _, c := range []driver.Conn{s.conn, s.admin} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	if s.engine != nil {
		errs = append(errs, s.engine.Close())
	}
	return errors.Join(errs...)
}

// Database returns the name of the store's database.
func (s *Store) Database() string { return s.database }

// wrap says what was done when err happened, and takes the DSN's password out of
// what a driver or server may quote. A nil err stays nil.
func (s *Store) wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	if s.password != "" && strings.Contains(err.Error(), s.password) {
		return fmt.Errorf("%s: %s", doing, strings.ReplaceAll(err.Error(), s.password, "[password]"))
	}
	if text := err.Error(); len(text) > longestError {
		err = &shortened{strings.ToValidUTF8(text[:longestError], "") + " …", err}
	}
	var ex *clickhouse.Exception
	if errors.As(err, &ex) && ex.Code == codeUnknownDatabase {
		return fmt.Errorf("%s: %w (%s): %w", doing, ErrNoSchema, s.database, err)
	}
	if errors.As(err, &ex) && ex.Code == codeUnknownTable {
		return fmt.Errorf("%s: %w (a new store gets its tables by nhip migrate)", doing, err)
	}
	if errors.As(err, &ex) && slices.Contains([]int32{codeUnknownUser, codeWrongPassword, codeNoPassword, codeAuthentication}, ex.Code) {
		return fmt.Errorf("%s: the server does not let this user in: wrong name or password in the DSN? %w", doing, err)
	}
	if isDiskFull(err) {
		return fmt.Errorf("%s: the disk is full: make room and run it again; what was acknowledged is kept: %w", doing, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// longestError bounds what is told of an error: a gateway's page or a statement with
// all its values says no more by its end.
const longestError = 2000

// shortened is an error of which only the beginning is told.
type shortened struct {
	text string
	err  error
}

func (e *shortened) Error() string { return e.text }

func (e *shortened) Unwrap() error { return e.err }

// isDiskFull tells that a disk, the engine's or our own, took no more. The engine
// says so by NOT_ENOUGH_SPACE before it writes, and by the system's words within.
func isDiskFull(err error) bool {
	var ex *clickhouse.Exception
	if errors.As(err, &ex) && (ex.Code == codeNotEnoughSpace || strings.Contains(ex.Message, "No space left on device")) {
		return true
	}
	return errors.Is(err, syscall.ENOSPC)
}

func named(name string, value any) driver.NamedValue { return clickhouse.Named(name, value) }
