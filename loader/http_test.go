package loader

import (
	"errors"
	"fmt"
	"math"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/ext"
	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"nhip/loader/engine"
)

// twoUsers lets owner in as an admin, and bi as a reader of one database.
type twoUsers struct{ database string }

func (u twoUsers) Access(name, password string) (engine.Access, bool) {
	a := engine.Access{User: name, Admin: name == "owner", Databases: []string{u.database}}
	return a, password == "mật khẩu" && (name == "owner" || name == "bi")
}

// sample is one row of the types that the schema uses.
type sample struct {
	N    uint64              `ch:"n"`
	I    int8                `ch:"i"`
	S    string              `ch:"s"`
	L    string              `ch:"l"`
	D    decimal.Decimal     `ch:"d"`
	F    *float64            `ch:"f"`
	T    time.Time           `ch:"t"`
	T3   time.Time           `ch:"t3"`
	Day  time.Time           `ch:"day"`
	A    []string            `ch:"a"`
	M    map[string]uint64   `ch:"m"`
	Hash string              `ch:"hash"`
	Lang *string             `ch:"lang"`
	H    map[string][]string `ch:"h"`
}

const sampleColumns = `n UInt64, i Int8, s String, l LowCardinality(String), d Decimal(38, 10), f Nullable(Float64), t DateTime('Asia/Ho_Chi_Minh'),
t3 DateTime64(3, 'Asia/Ho_Chi_Minh'), day Date32, a Array(String), m Map(LowCardinality(String), UInt64), hash FixedString(16),
lang LowCardinality(Nullable(String)), h Map(LowCardinality(String), Array(String))`

func sampleRows(n int) []sample {
	zone, _ := time.LoadLocation("Asia/Ho_Chi_Minh")
	rows := make([]sample, n)
	for i := range rows {
		rows[i] = sample{N: uint64(i), I: int8(i % 200), S: fmt.Sprintf("dòng %d\n\n'\";\\\x00 --", i), L: []string{"", "a", "b"}[i%3],
			D: decimal.New(int64(i)*1_000_000_007, -10), T: time.Unix(1_700_000_000+int64(i), 0).In(zone), T3: time.UnixMilli(1_700_000_000_123 + int64(i)).In(zone),
			Day: time.Date(1890, 1, 1+i%1000, 0, 0, 0, 0, time.UTC), A: []string{}, M: map[string]uint64{"x": uint64(i)}, Hash: fmt.Sprintf("%016d", i),
			H: map[string][]string{"Etag": {"1", "2"}}}
		if i%2 == 1 {
			f, lang := math.Sqrt(float64(i)), "vi"
			rows[i].F, rows[i].Lang, rows[i].A = &f, &lang, []string{"", "công nghiệp"}
		}
	}
	return rows
}

// TestClickHouseGo speaks to the HTTP interface as clickhouse-go does, in every
// compression that it has over HTTP.
func TestClickHouseGo(t *testing.T) {
	// A folder of its own: to a reader the gate closes a name that a database of somebody
	// else has too, and here every test has one.
	s := openFolder(t, filepath.Join(t.TempDir(), "data"))
	t.Cleanup(func() { s.Close() })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.HTTPHandler(engine.ProxyOptions{Users: twoUsers{s.database}}))
	defer web.Close()
	for name, method := range map[string]clickhouse.CompressionMethod{
		"none": clickhouse.CompressionNone, "lz4": clickhouse.CompressionLZ4, "zstd": clickhouse.CompressionZSTD,
		"gzip": clickhouse.CompressionGZIP, "deflate": clickhouse.CompressionDeflate, "br": clickhouse.CompressionBrotli,
	} {
		if testing.Short() && name != "lz4" {
			continue
		}
		open := func(user string) clickhouse.Conn {
			c, err := clickhouse.Open(&clickhouse.Options{
				Protocol: clickhouse.HTTP, Addr: []string{strings.TrimPrefix(web.URL, "http://")},
				Auth:        clickhouse.Auth{Database: s.database, Username: user, Password: "mật khẩu"},
				Compression: &clickhouse.Compression{Method: method, Level: 3},
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			return c
		}
		t.Run(name, func(t *testing.T) {
			t.Run("owner", func(t *testing.T) { roundTrip(t, open("owner"), "sample_"+name) })
			t.Run("bi", func(t *testing.T) { readOnly(t, open("bi")) })
		})
	}
}

// roundTrip writes rows of every type, reads them back and meets errors.
func roundTrip(t *testing.T, c clickhouse.Conn, table string) {
	ctx := t.Context()
	if err := c.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	if v, err := c.ServerVersion(); err != nil || v.DisplayName != "nhip" || v.Version.Major < 26 || v.Timezone.String() != "Asia/Ho_Chi_Minh" {
		t.Errorf("server %v, %v", v, err)
	}
	if err := c.Exec(ctx, "CREATE TABLE "+table+" ("+sampleColumns+") ENGINE = MergeTree ORDER BY n"); err != nil {
		t.Fatal(err)
	}
	rows := sampleRows(2000)
	batch, err := c.PrepareBatch(ctx, "INSERT INTO "+table)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := batch.AppendStruct(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	var back []sample
	err = c.Select(ctx, &back, "SELECT * FROM "+table+" WHERE s LIKE {like:String} ORDER BY n", clickhouse.Named("like", "dòng %"))
	if err != nil {
		t.Fatal(err)
	}
	sameTime := cmp.Comparer(func(a, b time.Time) bool {
		return a.Equal(b) || a.Year() < 1900 && a.Format(time.DateOnly) == b.Format(time.DateOnly)
	}) // days come in a zone
	if diff := cmp.Diff(rows, back, cmp.Comparer(decimal.Decimal.Equal), sameTime); diff != "" {
		t.Errorf("(-sent +back):\n%.2000s", diff)
	}
	var n, sum uint64
	if err := c.QueryRow(ctx, "SELECT count(), sum(number) FROM (SELECT number FROM numbers(100000))").Scan(&n, &sum); err != nil || n != 100_000 {
		t.Errorf("%d rows, %v", n, err)
	}
	many, err := c.Query(ctx, "SELECT number, toString(number) FROM numbers(100000)")
	if err != nil {
		t.Fatal(err)
	}
	for n = 0; many.Next(); n++ {
		var number uint64
		var text string
		if err := many.Scan(&number, &text); err != nil || text != fmt.Sprint(number) {
			t.Fatal(number, text, err)
		}
	}
	if err := errors.Join(many.Err(), many.Close()); err != nil || n != 100_000 {
		t.Errorf("%d rows streamed, %v", n, err)
	}
	wantException(t, c.Exec(ctx, "SELECT nothing FROM "+table), 47, "UNKNOWN_IDENTIFIER", "nothing")
	_, err = c.Query(ctx, "SELECT nothing FROM "+table)
	wantException(t, err, 47, "UNKNOWN_IDENTIFIER", "nothing")
	late, err := c.Query(ctx, "SELECT throwIf(number = 1000000), number FROM numbers(5000000)")
	if err == nil {
		for late.Next() {
		}
		err = late.Err()
	}
	if err == nil || !strings.Contains(err.Error(), "395") {
		t.Errorf("an exception within the stream: %v", err)
	}
}

// readOnly asks as a user who reads: what it may, with a table that travels along, and
// what it may not.
func readOnly(t *testing.T, c clickhouse.Conn) {
	ctx := t.Context()
	var n uint64
	if err := c.QueryRow(ctx, "SELECT count() FROM v_articles").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d articles, %v", n, err)
	}
	people, err := ext.NewTable("people", ext.Column("id", "UInt64"), ext.Column("name", "String"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(10) {
		if err := people.Append(i, fmt.Sprint("người ", i)); err != nil {
			t.Fatal(err)
		}
	}
	var name string
	err = c.QueryRow(clickhouse.Context(ctx, clickhouse.WithExternalTable(people)), "SELECT count(), max(name) FROM people").Scan(&n, &name)
	if err != nil || n != 10 || name != "người 9" {
		t.Errorf("an external table: %d, %q, %v", n, name, err)
	}
	limited := clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"max_result_rows": 10, "max_block_size": 5}))
	rows, err := c.Query(limited, "SELECT number FROM numbers(1000)")
	if err == nil {
		for rows.Next() {
		}
		err = rows.Err()
	}
	wantException(t, err, 396, "TOO_MANY_ROWS_OR_BYTES", "Limit for result exceeded")
	wantException(t, c.QueryRow(ctx, "SELECT count() FROM documents").Scan(&n), 497, "ACCESS_DENIED", "documents")
	wantException(t, c.Exec(ctx, "DROP VIEW v_articles"), 497, "ACCESS_DENIED", "DROP")
	_, err = c.PrepareBatch(ctx, "INSERT INTO documents")
	wantException(t, err, 497, "ACCESS_DENIED", "documents")
}

func wantException(t *testing.T, err error, code int32, name, part string) {
	t.Helper()
	var e *clickhouse.Exception
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(err.Error(), part) || !strings.Contains(err.Error(), "("+name+")") {
		t.Errorf("%v, want the exception %d %s with %q", err, code, name, part)
	}
}
