package main

import (
	"context"
	"encoding/csv"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip/loader"
	"nhip/loader/engine"
)

// TestParquet reads views back from their Parquet files and holds them against their CSV,
// cell by cell. The engine's reader of Parquet is the judge: its writer made the
// file, but a table with the view's columns has to come out of it by name and type.
func TestParquet(t *testing.T) {
	dir := t.TempDir()
	nhipOutput(t, dir, "demo")
	data := filepath.Join(dir, "data")
	type file struct{ parquet, csv string }
	files := map[string]file{}
	views := []string{"v_observation_vintages", "v_articles", "v_mentions", "v_sources"} // every type of column
	for _, view := range views {
		files[view] = file{nhipOutput(t, dir, "export", "parquet", view), nhipOutput(t, dir, "export", "csv", view)}
	}
	if header := nhipOutput(t, dir, "export", "csv", "v_disagreements"); strings.Count(header, "\n") != 1 || !strings.Contains(header, ",source_a,") {
		t.Errorf("a view without rows gives %q, want its header", header)
	}
	ctx := t.Context()
	options := engine.Options{Library: needEngine(t)}
	store, err := loader.Open(ctx, loader.Options{DataDir: data, Engine: options})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	options.DataDir = data
	client, err := engine.Ensure(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	rows := 0
	for _, view := range views {
		f := files[view]
		if !strings.HasPrefix(f.parquet, "PAR1") || !strings.HasSuffix(f.parquet, "PAR1") {
			t.Errorf("%s: %d bytes that are no Parquet file", view, len(f.parquet))
			continue
		}
		insertFile(t, client, "CREATE TABLE nhip.back_"+view+" ENGINE = Memory EMPTY AS SELECT * FROM nhip."+view, "")
		insertFile(t, client, "INSERT INTO nhip.back_"+view+" FORMAT Parquet", f.parquet)
		back, err := store.Query(ctx, "SELECT * FROM back_"+view, nil)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		if err := writeCSV(&text, back); err != nil {
			t.Fatalf("%s: %v", view, err)
		}
		back.Close()
		want, got := csvLines(t, f.csv), csvLines(t, text.String())
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %d rows by CSV, %d by Parquet (-CSV +Parquet)\n%.3000s", view, len(want)-1, len(got)-1, diff)
		}
		rows += len(want) - 1
	}
	if rows < 100 {
		t.Errorf("%d rows were compared, want the demo's hundreds", rows)
	}
}

// csvLines are the cells of a CSV file: the header, then the rows in an order of their own,
// for a view may give them in any.
func csvLines(t *testing.T, text string) [][]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all[1:], slices.Compare)
	return all
}

// insertFile runs a statement over the engine's HTTP interface, with data behind it.
func insertFile(t *testing.T, client *engine.Client, statement, data string) {
	t.Helper()
	web := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return client.DialContext(ctx) }}}
	defer web.CloseIdleConnections()
	resp, err := web.Post("http://engine/?query="+url.QueryEscape(statement), "application/octet-stream", strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d: %.500s", statement, resp.StatusCode, answer)
	}
}
