package loader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"nhip"
	"nhip/catalog"
)

// A password of a DSN is in no error and no log, whatever is wrong with it.
func TestOpenKeepsThePassword(t *testing.T) {
	// A server that says what it was sent: the worst of all.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				b := make([]byte, 4096)
				n, _ := c.Read(b)
				c.Write(append([]byte{2, 0, 0, 0, 0}, b[:n]...))
			}()
		}
	}()
	address := l.Addr().String()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	for _, dsn := range []string{
		"clickhouse://u:geheim@" + address + "/nhip", "clickhouse://u:geheim@" + nobody + "/nhip?dial_timeout=200ms",
		"clickhouse://u:geheim@ho st:9000/x", "clickhouse://u:gehe%im@h/x", "https://u:geheim@h/x", "geheim", "clickhouse://u:geheim@h:9000?dial_timeout=geheim",
	} {
		var logs bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		s, err := Open(ctx, Options{DSN: dsn, Log: slog.New(slog.NewTextHandler(&logs, nil))})
		cancel()
		if err == nil {
			s.Close()
			t.Errorf("%s: opened", dsn)
			continue
		}
		if strings.Contains(err.Error()+logs.String(), "geheim") {
			t.Errorf("%s: the password is in %q or %q", dsn, err, logs.String())
		}
	}
	s := &Store{password: "geheim"}
	if err := s.wrap("x", fmt.Errorf("wrong password geheim: %w", io.EOF)); strings.Contains(err.Error(), "geheim") {
		t.Error(err)
	}
	if _, err := Open(t.Context(), Options{}); err == nil {
		t.Error("opened nothing")
	}
}

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		err  error
		want errorClass
	}{
		{&clickhouse.Exception{Code: 252}, errorMayPass}, {fmt.Errorf("batch: %w", &clickhouse.Exception{Code: 319}), errorMayPass},
		{&clickhouse.Exception{Code: 53}, errorOfRow}, {&clickhouse.Exception{Code: 349}, errorOfRow},
		{&clickhouse.Exception{Code: 60}, errorOfStore}, {&clickhouse.Exception{Code: 16}, errorOfStore}, {&clickhouse.Exception{Code: 243}, errorOfStore},
		{&clickhouse.HTTPError{StatusCode: 502, Err: errors.New("<html>")}, errorMayPass}, {&clickhouse.HTTPError{StatusCode: 404, Err: errors.New("x")}, errorOfStore},
		{io.ErrUnexpectedEOF, errorMayPass}, {&net.OpError{Op: "read", Err: errors.New("reset")}, errorMayPass}, {clickhouse.ErrAcquireConnTimeout, errorMayPass},
		{context.Canceled, errorOfStore}, {errors.New("something else"), errorOfStore},
	} {
		if got := classify(c.err); got != c.want {
			t.Errorf("%v: class %d, want %d", c.err, got, c.want)
		}
	}
}

// A store that was never migrated says so.
func TestUnmigrated(t *testing.T) {
	s := openUnmigrated(t)
	if _, err := s.Load(t.Context(), "run", testItems(1)); err == nil || !strings.Contains(err.Error(), "nhip migrate") {
		t.Errorf("load: %v", err)
	}
	if _, err := s.Query(t.Context(), "SELECT 1 FROM v_articles", nil); err == nil || !strings.Contains(err.Error(), "nhip migrate") {
		t.Errorf("query: %v", err)
	}
}

func TestSaveCatalog(t *testing.T) {
	s := openTest(t)
	c, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	tables := []string{"sources", "places", "industries", "organisations", "indicators", "units", "terms"}
	count := func(final string) string {
		var parts []string
		for _, table := range tables {
			parts = append(parts, fmt.Sprintf("(SELECT toString(count()) FROM %s %s)", table, final))
		}
		var out string
		if err := s.conn.QueryRow(t.Context(), "SELECT concat("+strings.Join(parts, ", ' ', ")+")").Scan(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	units := map[nhip.UnitID]bool{} // one entry for each scale a unit is printed in
	for _, u := range c.Units {
		units[u.ID] = true
	}
	want := fmt.Sprint(len(c.Sources), len(c.Places), len(c.Industries), len(c.Organisations), len(c.Indicators), len(units), len(c.Terms))
	for range 2 {
		if err := s.SaveCatalog(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if got := count("FINAL"); got != want {
			t.Errorf("rows %s, want %s", got, want)
		}
		if got := count(""); got != want {
			t.Errorf("rows written %s, want %s", got, want)
		}
	}
	var inDictionaries bool
	err = s.conn.QueryRow(t.Context(), "SELECT dictGet('"+s.database+".place_names', 'name', {place:String}) = {name:String} AND dictHas('"+s.database+".industry_names', {industry:String})",
		named("place", string(c.Places[0].ID)), named("name", c.Places[0].Name), named("industry", string(c.Industries[0].ID))).Scan(&inDictionaries)
	if err != nil || !inDictionaries {
		t.Errorf("dictionaries: %v, %v", inDictionaries, err)
	}
	if len(c.Places) == 0 || len(c.Sources) < 2 {
		t.Skip("the catalog is too small for the rest")
	}
	// A changed name is written, a lost entity disappears, a returned one comes back.
	first, places := *c.Sources[0], c.Places
	first.Name = "Tên mới"
	c.Sources[0], c.Places = &first, c.Places[1:]
	if err := s.SaveCatalog(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	var name string
	var n uint64
	err = s.conn.QueryRow(t.Context(), "SELECT name, (SELECT count() FROM places FINAL) FROM v_sources WHERE source = {id:String}", named("id", string(first.ID))).Scan(&name, &n)
	if err != nil || name != "Tên mới" || int(n) != len(places)-1 {
		t.Errorf("v_sources names it %q, %d places, %v", name, n, err)
	}
	c.Places = places
	if err := s.SaveCatalog(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got := count("FINAL"); got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
}

// Two processes that load the same documents at once end in one copy, and neither
// takes the other's rows for lost ones.
func TestTwoLoaders(t *testing.T) {
	want := openTest(t)
	if _, err := want.Load(t.Context(), "run", testItems(30)); err != nil {
		t.Fatal(err)
	}
	a := openTest(t)
	b := openDatabase(t, a.Database())
	errs := make(chan error, 2)
	for i, s := range []*Store{a, b} {
		go func() {
			var err error
			for k := 0; k < 30 && err == nil; k += 3 {
				_, err = s.Load(context.Background(), fmt.Sprint("run", i), testItems(30)[k:k+3])
			}
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := rowsOf(t, a); fmt.Sprint(got) != fmt.Sprint(rowsOf(t, want)) {
		t.Errorf("tables %v, want %v", got, rowsOf(t, want))
	}
}

// An index that the lookups need: a batch's own rows are found without reading the
// parts of older ones.
func TestBatchIDsRise(t *testing.T) {
	early, late := testItems(3), testItems(3)
	for i := range late {
		late[i].Visit.At = late[i].Visit.At.Add(time.Hour)
	}
	a, b := newBatch("run", early), newBatch("run", late)
	if a.id >= b.id || a.id != newBatch("run", testItems(3)).id || a.id == newBatch("other", testItems(3)).id {
		t.Errorf("ids %d and %d", a.id, b.id)
	}
	if newBatch("run", []nhip.Item{{}}).id == 0 && newBatch("x", nil).id == 0 {
		t.Error("ids of items without time")
	}
}

// Over the native protocol the server says which types a block has; then the driver
// itself must make LowCardinality and the rest of our values. The same happens over
// HTTP when no types are given.
func TestBlocksOfTheTablesOwnTypes(t *testing.T) {
	plain, s := openTest(t), openTest(t)
	items := testItems(5)
	o := &items[2].Record.Observations[0]
	o.Dims, o.Path, o.Flags, o.Confidence = map[string]string{"A": "1", "B": "2"}, []string{"x", "y"}, []string{"f", "g", "f"}, 0.5
	items[1].Page.Header = map[string][]string{"Etag": {"1"}, "X": {"a", "b"}}
	items[3].Record.Article.Section, items[3].Record.Article.Evidence = []string{"Kinh tế", "Vĩ mô"}, map[string]string{"title": "meta"}
	items[4].Record.Reject = "not_article"
	if _, err := plain.Load(t.Context(), "run", items); err != nil {
		t.Fatal(err)
	}
	b := newBatch("run", items)
	b.build(history{}, map[pageKey]bool{}, nil)
	sendOwnTypes(t, s, &pagesTable, b.pages)
	sendOwnTypes(t, s, &documentsTable, b.documents)
	words := make([]wordsRow, len(b.documents))
	for i := range words {
		words[i] = newWordsRow(&b.documents[i])
	}
	sendOwnTypes(t, s, &wordsTable, words)
	sendOwnTypes(t, s, &versionsTable, b.documents)
	sendOwnTypes(t, s, &observationsTable, b.observations)
	sendOwnTypes(t, s, &mentionsTable, b.mentions)
	sendOwnTypes(t, s, &rejectsTable, b.rejects)
	sendOwnTypes(t, s, &visitsTable, b.visits)
	sendOwnTypes(t, s, &batchesTable, []commitRow{{batchID: b.id, runID: "run", at: b.at}})
	account := nhip.NewAccount("bao")
	account.Skipped["known"] = 2
	sendOwnTypes(t, s, &runsTable, []runRow{{"run", "", &account, b.at, 1.5, b.at}})
	if got, want := fmt.Sprint(rowsOf(t, s)), fmt.Sprint(rowsOf(t, plain)); got != want {
		t.Errorf("tables %v, want %v", got, want)
	}
}

func sendOwnTypes[R any](t *testing.T, s *Store, table *table[R], rows []R) {
	t.Helper()
	query, types := table.insert()
	for i := range types { // as a server would say them
		if err := s.admin.QueryRow(t.Context(), "SELECT type FROM system.columns WHERE database = {db:String} AND table = {table:String} AND name = {name:String}",
			named("db", s.database), named("table", table.name), named("name", types[i].Name)).Scan(&types[i].Type); err != nil {
			t.Fatal(table.name, types[i].Name, err)
		}
	}
	ctx := s.insertContext(t.Context(), "own types of "+table.name, clickhouse.WithColumnNamesAndTypes(types))
	batch, err := s.conn.PrepareBatch(ctx, query)
	if err != nil {
		t.Fatal(table.name, err)
	}
	defer batch.Close()
	for i, values := range table.block(rows) {
		if err := batch.Column(i).Append(values); err != nil {
			t.Fatal(table.name, table.columns[i].name, err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(table.name, err)
	}
}
