package table_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/transform/table"
)

// TestAllStatistics reads every file of the shared folder: no panic, every table is
// understood or set aside with its reason. It prints what each file costs.
func TestAllStatistics(t *testing.T) {
	root := filepath.Join(shared, "statistics")
	if _, err := os.Stat(root); err != nil {
		t.Skip("../shared/data is absent: the real files cannot be read")
	}
	r := table.New(loadCatalog(t))
	var files, tables, quarantined, observations int
	var peak uint64
	start := time.Now()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".tsv") || strings.HasSuffix(path, ".csv") || strings.HasPrefix(d.Name(), "expected_") {
			return err
		}
		if i, err := d.Info(); testing.Short() && (filepath.Ext(path) == ".xlsx" || err == nil && i.Size() > 1<<20) {
			return nil
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		began := time.Now()
		res := r.Read(&nhip.Page{Kind: nhip.KindTable, Body: body}, nil)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapInuse)
		files, tables, quarantined, observations = files+1, tables+res.Tables, quarantined+len(res.Quarantined), observations+len(res.Observations)
		name, _ := filepath.Rel(root, path)
		t.Logf("%-50s %6.0f ms %3d tables %2d quarantined %7d observations", name, float64(time.Since(began))/1e6, res.Tables, len(res.Quarantined), len(res.Observations))
		if *verbose {
			for _, i := range res.Issues {
				t.Log("   ", i.Reason)
			}
		}
		for _, q := range res.Quarantined {
			if q.Reason == "" {
				t.Errorf("%s: %s is set aside without a reason", name, q.Cell)
			}
		}
		if res.Tables == 0 && len(res.Issues) == 0 {
			t.Errorf("%s: neither a table nor a sentence why", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files in %v, heap at most %d MB after a file: %d tables, %d set aside, %d observations", files, time.Since(start).Round(time.Millisecond), peak>>20, tables, quarantined, observations)
}
