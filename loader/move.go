package loader

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"

	"nhip"
)

// A store moves from one kind to another (embedded, server, cluster) in one file: a
// gzip'ed tar of manifest.json, of table/000001.native …, each a block of a table in
// ClickHouse's format Native, which clickhouse-local reads as well, and of rows.json,
// which counts them.
//
// As in a back-up the state (what was finished and visited) is taken before the data,
// so a load that runs meanwhile counts as interrupted in the copy. It is written into
// the other store after the data, the finished batches last: a move that was killed
// is run again.
const (
	moveRows  = 50_000   // of a block at most
	moveBytes = 16 << 20 // of its texts at most, about

	rowsName = "rows.json"
)

// stateOrder is the order in which state is written.
var stateOrder = []string{"hosts", "visits", "runs", "batches"}

// left are tables that stay behind: what was applied to a store, who uses it now, and
// what follows from the documents.
var left = []string{"migrations", "leases", wordsTable.name}

// movedTables are the tables that the schema makes, state first.
func (s *Store) movedTables() []string {
	var data []string
	for _, m := range s.migrations {
		for _, st := range m.statements {
			if found := createTable.FindStringSubmatch(st.text); found != nil && !slices.Contains(stateOrder, found[1]) && !slices.Contains(left, found[1]) {
				data = append(data, found[1])
			}
		}
	}
	return append(slices.Clone(stateOrder), data...)
}

// Export writes the store to a new file, from which [Store.Import] fills another, also
// while loads run. It appears under its name when it is whole.
func (s *Store) Export(ctx context.Context, file string) (m Manifest, err error) {
	if _, err := os.Lstat(file); err == nil {
		return m, fmt.Errorf("export: %s exists already; name a new file", file)
	}
	if m, err = s.manifestOf(ctx, s.movedTables()); err != nil {
		return m, err
	}
	out, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".part-*")
	if err != nil {
		return m, fmt.Errorf("export: %w", err)
	}
	defer func() {
		if err != nil {
			out.Close()
			os.Remove(out.Name())
			err = s.wrap("export", err)
		}
	}()
	zw, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return m, err
	}
	tw := tar.NewWriter(zw)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	if err = writeEntry(tw, manifestName, text, m.CreatedAt); err != nil {
		return m, err
	}
	written := map[string]uint64{}
	for _, table := range s.movedTables() {
		if written[table], err = s.exportTable(ctx, tw, table, m.CreatedAt); err != nil {
			return m, fmt.Errorf("table %s: %w", table, err)
		}
	}
	if text, err = json.Marshal(written); err != nil {
		return m, err
	}
	if err = writeEntry(tw, rowsName, text, m.CreatedAt); err != nil {
		return m, err
	}
	if err = errors.Join(tw.Close(), zw.Close(), out.Sync(), out.Close()); err != nil {
		return m, err
	}
	return m, os.Rename(out.Name(), file)
}

// manifestOf counts the rows of the tables without what waits for a merge.
func (s *Store) manifestOf(ctx context.Context, tables []string) (m Manifest, err error) {
	if m, err = s.describe(ctx); err != nil {
		return m, err
	}
	m.Rows, err = s.countTables(ctx, tables)
	return m, err
}

func (s *Store) countTables(ctx context.Context, tables []string) (map[string]uint64, error) {
	out := map[string]uint64{}
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"final": 1})) // of the tables whose rows replace each other
	for _, table := range tables {
		var n uint64
		if err := s.conn.QueryRow(ctx, "SELECT count() FROM "+quoteName(table)).Scan(&n); err != nil {
			return nil, s.wrap("count rows of "+table, err)
		}
		out[table] = n
	}
	return out, nil
}

func writeEntry(tw *tar.Writer, name string, data []byte, at time.Time) error {
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(data)), ModTime: at}); err != nil {
		return err
	}
	_, err := tw.Write(data)
	return err
}

// exportTable writes every row of a table, replaced ones too where FINAL would hide
// tombstones; there the version, not the order of writing, says which row wins. It
// returns how many rows a copy has, 0 where that does not follow from what it wrote.
func (s *Store) exportTable(ctx context.Context, tw *tar.Writer, table string, at time.Time) (rows uint64, err error) {
	var engine string
	err = s.admin.QueryRow(ctx, "SELECT engine_full FROM system.tables WHERE database = {db:String} AND name IN ({t:String}, {l:String}) AND engine LIKE '%MergeTree' LIMIT 1",
		named("db", s.database), named("t", table), named("l", table+"_local")).Scan(&engine)
	if err != nil {
		return 0, err
	}
	tombstones := strings.Contains(engine, "is_deleted")
	final := " FINAL"
	if tombstones {
		final = ""
	}
	rows, err = s.exportRows(ctx, "SELECT * FROM "+quoteName(table)+final, func(n int, block []byte) error {
		return writeEntry(tw, fmt.Sprintf("%s/%06d.native", table, n), block, at)
	})
	if tombstones {
		rows = 0
	}
	return rows, err
}

// exportRows calls write for each block of an answer, encoded as Native of revision 0,
// and counts its rows.
func (s *Store) exportRows(ctx context.Context, sql string, write func(n int, block []byte) error) (count uint64, err error) {
	answer, err := s.Query(ctx, sql, nil)
	if err != nil {
		return 0, err
	}
	defer answer.Close()
	from := answer.(*rows)
	names, types := from.Columns(), from.Types()
	var block *proto.Block
	n, bytes := 0, 0
	flush := func() error {
		if block == nil || block.Rows() == 0 {
			return nil
		}
		var b chproto.Buffer
		if err := block.Encode(&b, 0); err != nil {
			return err
		}
		n, count, block = n+1, count+uint64(block.Rows()), nil
		return write(n, b.Buf)
	}
	for from.Next() {
		if block == nil {
			if block, err = emptyBlock(names, types); err != nil {
				return count, err
			}
			bytes = 0
		}
		values, err := from.scan()
		if err != nil {
			return count, err
		}
		for i, v := range values {
			values[i] = inOrder(v)
		}
		if err := block.Append(values...); err != nil {
			return count, err
		}
		for _, v := range values {
			if text, ok := v.(string); ok {
				bytes += len(text)
			}
		}
		if block.Rows() >= moveRows || bytes >= moveBytes {
			if err := flush(); err != nil {
				return count, err
			}
		}
	}
	err = errors.Join(from.Err(), flush())
	return count, err
}

// inOrder lets a map be written in the order of its keys, as the loader does.
func inOrder(v any) any {
	switch m := v.(type) {
	case map[string]string:
		return texts(m)
	case map[string][]string:
		return textLists(m)
	case map[string]uint64:
		return counts(m)
	}
	return v
}

func emptyBlock(names, types []string) (*proto.Block, error) {
	block := proto.NewBlock()
	block.ServerContext.Timezone = nhip.Zone
	for i := range names {
		if err := block.AddColumn(names[i], column.Type(types[i])); err != nil {
			return nil, err
		}
	}
	return block, nil
}

// Import fills a store without finished batches from a file of [Store.Export] and
// holds it against the file's counts. The schema must be up to date. Killed or
// failed, it is run again: blocks that were written are not written twice.
func (s *Store) Import(ctx context.Context, file string) (m Manifest, err error) {
	if pending, err := s.Pending(ctx); err != nil {
		return m, err
	} else if len(pending) > 0 {
		return m, fmt.Errorf("import: the schema is not up to date (%s is missing): nhip migrate first", pending[0].Name)
	}
	var used uint64
	if err := s.conn.QueryRow(ctx, "SELECT count() FROM batches").Scan(&used); err != nil {
		return m, s.wrap("import", err)
	}
	if used > 0 {
		return m, fmt.Errorf("import: the database %s holds documents of its own, numbered in their own way; import into an empty one", s.database)
	}
	// The sum of the whole stands at its end: nothing is written of a damaged file.
	if _, err = s.importTables(ctx, file, func(string) bool { return false }); err != nil {
		return m, fmt.Errorf("import %s: %w", file, err)
	}
	isState := func(table string) bool { return slices.Contains(stateOrder, table) }
	if m, err = s.importTables(ctx, file, func(table string) bool { return !isState(table) }); err != nil {
		return m, fmt.Errorf("import %s: %w", file, err)
	}
	if err := s.fillWords(ctx); err != nil {
		return m, s.wrap("import: make the words of the documents", err)
	}
	for _, state := range stateOrder {
		if _, err = s.importTables(ctx, file, func(table string) bool { return table == state }); err != nil {
			return m, fmt.Errorf("import %s: %w", file, err)
		}
	}
	return m, s.holdAgainstMove(ctx, m, file)
}

// holdAgainstMove compares the tables with what the file holds, and documents with
// what was there when the export began.
func (s *Store) holdAgainstMove(ctx context.Context, m Manifest, file string) error {
	tables := make([]string, 0, len(m.Rows))
	for table := range m.Rows {
		tables = append(tables, table)
	}
	got, err := s.countTables(ctx, tables)
	if err != nil {
		return err
	}
	for _, table := range tables {
		want := m.written[table]
		if want == 0 { // a table with tombstones
			want = m.Rows[table]
		}
		if got[table] < want {
			return fmt.Errorf("import %s: %s has %d rows now, but the export %d", file, table, got[table], want)
		}
	}
	return nil
}

// importTables reads the file and writes the blocks of the chosen tables.
func (s *Store) importTables(ctx context.Context, file string, chosen func(table string) bool) (m Manifest, err error) {
	in, err := os.Open(file)
	if err != nil {
		return m, err
	}
	defer in.Close()
	zr, err := gzip.NewReader(in)
	if err != nil {
		return m, fmt.Errorf("it is no export of a store: %w", err)
	}
	known := s.movedTables()
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		switch {
		case errors.Is(err, io.EOF) && (m.Version == "" || m.written == nil):
			return m, fmt.Errorf("it is no export of a store, or was cut: %s or %s is missing", manifestName, rowsName)
		case errors.Is(err, io.EOF):
			_, err := io.Copy(io.Discard, zr) // the sum of the whole
			return m, err
		case err != nil:
			return m, fmt.Errorf("it is no export of a store, or was cut: %w", err)
		case h.Name == manifestName:
			if m, err = s.readMoveManifest(tr); err != nil {
				return m, err
			}
			continue
		}
		if h.Name == rowsName {
			if err := json.NewDecoder(tr).Decode(&m.written); err != nil {
				return m, fmt.Errorf("%s: %w", rowsName, err)
			}
			continue
		}
		table := path.Dir(h.Name)
		if m.Version == "" || !slices.Contains(known, table) {
			return m, fmt.Errorf("it is no export of a store: unexpected entry %s", h.Name)
		}
		if !chosen(table) {
			continue
		}
		data, err := io.ReadAll(tr)
		if err != nil {
			return m, fmt.Errorf("%s: %w", h.Name, err)
		}
		if err := s.importBlock(ctx, table, data); err != nil {
			return m, s.wrap(h.Name, err)
		}
	}
}

func (s *Store) readMoveManifest(r io.Reader) (m Manifest, err error) {
	if err := json.NewDecoder(r).Decode(&m); err != nil {
		return m, fmt.Errorf("%s: %w", manifestName, err)
	}
	for _, name := range m.Schema {
		if !slices.ContainsFunc(s.migrations, func(x Migration) bool { return x.Name == name }) {
			return m, fmt.Errorf("it has schema file %s: %w", name, ErrNewerSchema)
		}
	}
	return m, nil
}

// importBlock writes one block, once: its token is made of what it holds.
func (s *Store) importBlock(ctx context.Context, table string, data []byte) error {
	block, err := decodeBlock(data)
	if err != nil {
		return fmt.Errorf("damaged: %w", err)
	}
	names := block.ColumnsNames()
	for i := range names {
		names[i] = quoteName(names[i])
	}
	query := "INSERT INTO " + quoteName(table) + " (" + strings.Join(names, ", ") + ")"
	sum := token("import", table, []any{[][]byte{data}})
	return s.send(ctx, table, func(ctx context.Context) error {
		batch, err := s.conn.PrepareBatch(s.insertContext(ctx, sum), query)
		if err != nil {
			return err
		}
		defer batch.Close()
		row := make([]any, len(block.Columns))
		for i := range block.Rows() {
			for k, c := range block.Columns {
				row[k] = inOrder(c.Row(i, false))
			}
			if err := batch.Append(row...); err != nil {
				return err
			}
		}
		return batch.Send()
	})
}

// decodeBlock decodes a block of an export. A damaged one is an error; the file as a
// whole is trusted as the store it came from is: whoever made it chose every row.
func decodeBlock(data []byte) (block *proto.Block, err error) {
	head := chproto.NewReader(bytes.NewReader(data))
	columns, err := head.UVarInt()
	if err != nil {
		return nil, err
	}
	rows, err := head.UVarInt()
	if err != nil {
		return nil, err
	}
	if size := uint64(len(data)); columns > size || rows > size { // memory is taken by what stands here
		return nil, fmt.Errorf("%d columns and %d rows in %d bytes", columns, rows, size)
	}
	defer func() { // the driver trusts servers
		if r := recover(); r != nil {
			block, err = nil, fmt.Errorf("no block: %v", r)
		}
	}()
	block = proto.NewBlock()
	block.ServerContext.Timezone = nhip.Zone
	return block, block.Decode(chproto.NewReader(bytes.NewReader(data)), 0)
}
