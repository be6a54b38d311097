package loader

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Rows is the answer of a query, read row by row. Close it; it is not safe for
// concurrent use.
type Rows interface {
	Columns() []string // names
	Types() []string   // ClickHouse types
	Next() bool
	// Values returns the current row: nil for NULL, else string, bool, int64, uint64,
	// float64, time.Time, or for other types their own Go form. Decimals are strings,
	// exact and without trailing zeros.
	Values() ([]any, error)
	// Strings returns the current row as text, NULL as "", times in RFC 3339, days as
	// 2006-01-02.
	Strings() ([]string, error)
	Err() error
	Close() error
}

// readOnly are the settings of every question: nothing is written, by the server's
// own rule. The embedded engine takes 1, which refuses table functions such as file
// and url as well, and SETTINGS in the text. A server takes 2, because over the
// native protocol the driver's own settings count as changes; its reader's grants do
// the rest.
func (s *Store) readOnly() clickhouse.Settings {
	if s.native {
		return clickhouse.Settings{"readonly": 2}
	}
	return clickhouse.Settings{"readonly": 1,
		// A phrase is found in the index, however frequent its words are: the default reads
		// the texts instead where a word is in a fifth of them. A server older than the
		// setting would refuse it; there it belongs into the reader's profile.
		"text_index_hint_max_selectivity": 1,
		// What was read of the index stays in memory, up to a share of what the engine may hold.
		"use_text_index_postings_cache": 1}
}

// escapeParameter writes a bound value in the form servers read it: the escapes of
// TabSeparated.
var escapeParameter = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\x00", `\0`)

func questionContext(ctx context.Context, settings clickhouse.Settings, params map[string]string) context.Context {
	options := []clickhouse.QueryOption{clickhouse.WithSettings(settings)}
	if len(params) > 0 {
		bound := clickhouse.Parameters{}
		for k, v := range params {
			bound[k] = escapeParameter.Replace(v)
		}
		options = append(options, clickhouse.WithParameters(bound))
	}
	return clickhouse.Context(ctx, options...)
}

// Query asks a read-only question. Parameters are bound as {name:Type} and never
// become part of the text.
func (s *Store) Query(ctx context.Context, sql string, params map[string]string) (Rows, error) {
	r, err := s.conn.Query(questionContext(ctx, s.readOnly(), params), sql)
	if err != nil {
		return nil, s.wrap("query", err)
	}
	return &rows{store: s, rows: r}, nil
}

// QueryFormat asks a read-only question and copies the answer to w in any output
// format of ClickHouse. An error may come after part of the answer was written.
// Over the native protocol, where the server does not encode answers, it fails: such
// a store is asked by [Store.Query], or by clickhouse-client.
func (s *Store) QueryFormat(ctx context.Context, w io.Writer, sql, format string, params map[string]string) error {
	if s.native {
		return fmt.Errorf("format %s: a server asked over its native protocol sends no encoded answers; "+
			"use a format that nhip writes itself, or the embedded store", format)
	}
	body, err := s.conn.QueryFormat(questionContext(ctx, s.readOnly(), params), format, sql)
	if err != nil {
		return s.wrap("query", err)
	}
	_, err = io.Copy(w, body)
	return s.wrap("query", errors.Join(err, body.Close()))
}

type rows struct {
	store *Store
	rows  driver.Rows
}

func (r *rows) Columns() []string { return r.rows.Columns() }
func (r *rows) Next() bool        { return r.rows.Next() }
func (r *rows) Err() error        { return r.store.wrap("query", r.rows.Err()) }
func (r *rows) Close() error      { return r.rows.Close() }

func (r *rows) Types() []string {
	var out []string
	for _, t := range r.rows.ColumnTypes() {
		out = append(out, t.DatabaseTypeName())
	}
	return out
}

func (r *rows) scan() ([]any, error) {
	types := r.rows.ColumnTypes()
	dest := make([]any, len(types))
	for i, t := range types {
		dest[i] = reflect.New(t.ScanType()).Interface()
	}
	if err := r.rows.Scan(dest...); err != nil {
		return nil, r.store.wrap("query", err)
	}
	for i := range dest {
		v := reflect.ValueOf(dest[i]).Elem()
		for v.Kind() == reflect.Pointer && !v.IsNil() {
			v = v.Elem()
		}
		if v.Kind() == reflect.Pointer {
			dest[i] = nil
		} else {
			dest[i] = v.Interface()
		}
	}
	return dest, nil
}

func (r *rows) Values() ([]any, error) {
	values, err := r.scan()
	for i, v := range values {
		values[i] = plain(v)
	}
	return values, err
}

// plain widens numbers and writes decimals out.
func plain(v any) any {
	if s, ok := v.(fmt.Stringer); ok {
		if _, isTime := v.(time.Time); !isTime {
			return s.String()
		}
		return v
	}
	switch x := reflect.ValueOf(v); x.Kind() {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return x.Int()
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return x.Uint()
	case reflect.Float32:
		f, _ := strconv.ParseFloat(strconv.FormatFloat(x.Float(), 'g', -1, 32), 64) // 0.1 stays 0.1
		return f
	}
	return v
}

func (r *rows) Strings() ([]string, error) {
	values, err := r.Values()
	if err != nil {
		return nil, err
	}
	out := make([]string, len(values))
	for i, t := range r.rows.ColumnTypes() {
		out[i] = text(values[i], t.DatabaseTypeName())
	}
	return out, nil
}

func text(v any, kind string) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case time.Time:
		if isDate := strings.Contains(kind, "Date") && !strings.Contains(kind, "DateTime"); isDate {
			return x.Format(time.DateOnly)
		}
		return x.Format(time.RFC3339)
	}
	return fmt.Sprint(v)
}
