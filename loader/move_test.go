package loader

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"nhip"
	"nhip/catalog"
)

// A store that is exported and imported holds the same rows, answers the same, and
// goes on loading where the other stopped: edits, withdrawals and rejects included.
func TestMove(t *testing.T) {
	s := openTest(t)
	c, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveCatalog(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	items := killItems()
	items[2].Record.Observations[0].Dims, items[2].Record.Observations[0].Flags = map[string]string{"A": "1", "B": "2\n'"}, []string{"x", "y"}
	items[3].Record.Reject = "not_article"
	items[4].Page.Header = map[string][]string{"Etag": {"\xff"}, "X": {"a", "b"}}
	if err := loadInBatchesOf(t, s, items); err != nil {
		t.Fatal(err)
	}
	gone := items[5]
	gone.Page, gone.Record = nil, nil
	gone.Visit.Outcome, gone.Visit.At = nhip.OutcomeGone, gone.Visit.At.AddDate(0, 1, 0)
	if _, err := s.Load(t.Context(), "run", []nhip.Item{gone}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "nhip.tar.gz")
	m, err := s.Export(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	other := openTest(t)
	if _, err := other.Import(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(rowsOf(t, s), rowsOf(t, other)); d != "" {
		t.Error(d)
	}
	got, err := other.countTables(t.Context(), other.movedTables())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(m.Rows, got); d != "" {
		t.Error(d)
	}
	for _, table := range []string{"documents", "visits", "batches", "runs", "places", "rejects"} {
		if got[table] == 0 {
			t.Errorf("%s: nothing to compare", table)
		}
	}
	for _, view := range []string{"v_articles", "v_observations", "v_daily", "v_sources", "v_runs"} {
		var want, is uint64
		sql := "SELECT sum(sipHash64(toString(tuple(*)))) FROM " + view
		if err := s.conn.QueryRow(t.Context(), sql).Scan(&want); err != nil {
			t.Fatal(err)
		}
		if err := other.conn.QueryRow(t.Context(), sql).Scan(&is); err != nil || is != want {
			t.Errorf("%s: %d, want %d, %v", view, is, want, err)
		}
	}
	loaded, err := other.Load(t.Context(), "again", items)
	if err != nil || loaded.Articles != 0 {
		t.Errorf("what moved is loaded as if it were new: %+v, %v", loaded, err)
	}
	if _, err := other.Import(t.Context(), file); err == nil || !strings.Contains(err.Error(), "empty one") {
		t.Errorf("imported over documents: %v", err)
	}
	if _, err := s.Export(t.Context(), file); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("exported over a file: %v", err)
	}
}

func loadInBatchesOf(t *testing.T, s *Store, items []nhip.Item) error {
	t.Helper()
	for len(items) > 0 {
		n := min(9, len(items))
		if _, err := s.Load(t.Context(), "run", items[:n]); err != nil {
			return err
		}
		items = items[n:]
	}
	return s.SaveRun(t.Context(), nhip.Run{ID: "run", Totals: nhip.NewAccount("bao"), Sources: []nhip.Account{nhip.NewAccount("bao")}})
}

// What is no whole export is refused with the file's name, and nothing of it is
// written; an import that was killed is completed by the next.
func TestImportRefuses(t *testing.T) {
	s := openTest(t)
	if _, err := s.Load(t.Context(), "run", testItems(30)); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "nhip.tar.gz")
	if _, err := s.Export(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	other := openTest(t)
	bad := filepath.Join(dir, "bad.tar.gz")
	for name, data := range map[string][]byte{"empty": nil, "text": []byte("xin chào"), "cut early": good[:len(good)/3], "cut late": good[:len(good)-6], "flipped": flipped} {
		if err := os.WriteFile(bad, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := other.Import(t.Context(), bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v", name, err)
		}
		if n, err := other.countTables(t.Context(), []string{"pages", "documents"}); err != nil || n["pages"]+n["documents"] > 0 {
			t.Errorf("%s: something of it was written: %v, %v", name, n, err)
		}
	}
	// An import that was killed before its end: the data are there, the state is not.
	if _, err := other.importTables(t.Context(), file, func(table string) bool { return table == "documents" || table == "observations" }); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Import(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(rowsOf(t, s), rowsOf(t, other)); d != "" {
		t.Error(d)
	}
	for _, table := range []string{"observations", "documents", "pages"} { // nothing was written twice
		var n, want uint64
		if err := other.conn.QueryRow(t.Context(), fmt.Sprintf("SELECT count(), (SELECT count() FROM %s FINAL) FROM %s", table, table)).Scan(&n, &want); err != nil || n != want {
			t.Errorf("%s: %d rows for %d, %v", table, n, want, err)
		}
	}
	if _, err := openUnmigrated(t).Import(t.Context(), file); err == nil || !strings.Contains(err.Error(), "nhip migrate") {
		t.Errorf("imported without a schema: %v", err)
	}
}

// A block that was cut anywhere, or announces more than it can hold, is an error.
func TestDecodeBlock(t *testing.T) {
	block, err := emptyBlock([]string{"n", "text", "low", "maybe", "list", "map", "at", "value"},
		[]string{"UInt64", "String", "LowCardinality(String)", "Nullable(UInt8)", "Array(LowCardinality(String))", "Map(LowCardinality(String), Array(String))", "DateTime64(3, 'Asia/Ho_Chi_Minh')", "Nullable(Decimal(38, 10))"})
	if err != nil {
		t.Fatal(err)
	}
	small := uint8(3)
	for i := range 3 {
		if err := block.Append(uint64(i), "một", "hai", &small, []string{"a", "b"}, textLists{"k": {"v"}}, time.Unix(1_700_000_000, 0), decimal.New(int64(i), -10)); err != nil {
			t.Fatal(err)
		}
	}
	var b chproto.Buffer
	if err := block.Encode(&b, 0); err != nil {
		t.Fatal(err)
	}
	if got, err := decodeBlock(b.Buf); err != nil || got.Rows() != 3 {
		t.Fatal(err)
	}
	for n := range b.Buf {
		if _, err := decodeBlock(b.Buf[:n]); err == nil {
			t.Errorf("cut at byte %d of %d: no error", n, len(b.Buf))
		}
	}
	many := bytes.Clone(b.Buf)
	many = append([]byte{many[0], 0xff, 0xff, 0xff, 0xff, 0x03}, many[2:]...)
	if _, err := decodeBlock(many); err == nil || !strings.Contains(err.Error(), "rows in") {
		t.Errorf("a billion rows: %v", err)
	}
}
