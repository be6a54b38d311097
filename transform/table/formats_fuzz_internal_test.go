package table

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"nhip"
)

// FuzzFormats reads foreign files of every format but .xlsx, whose library has its own
// fuzzing: no panic, and every observation can be placed.
func FuzzFormats(f *testing.F) {
	for _, name := range fixtures(f) {
		f.Add(name)
	}
	f.Add(compoundOf("Workbook", xlsStream()))
	r := New(nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		if bytes.HasPrefix(body, []byte("PK")) {
			return
		}
		for _, o := range r.Read(&nhip.Page{Body: body}, nil).Observations {
			if o.Period == "" || o.Cell == "" || o.PeriodStart.IsZero() != (o.Period == nhip.PeriodNone) || o.Value == nil && o.Status == "A" {
				t.Errorf("incomplete observation %+v", o)
			}
		}
	})
}

// FuzzXLS reads foreign records within a sound compound file, which few mutations of a
// whole file reach.
func FuzzXLS(f *testing.F) {
	f.Add(xlsStream())
	f.Fuzz(func(t *testing.T, stream []byte) {
		if len(stream) > 60_000 {
			return // more than the one table of sectors of the builder
		}
		d, err := readXLS(&nhip.Page{Body: compoundOf("Workbook", stream)})
		if err == nil && len(d.grids) == 0 && len(d.issues) == 0 && len(stream) > 0 && bytes.HasPrefix(stream, u16(recBoundSheet)) {
			t.Log("a sheet without cells")
		}
	})
}

// FuzzTimeCode: a code that is read names a span that begins before it ends.
func FuzzTimeCode(f *testing.F) {
	for _, s := range []string{"2031", "2031-Q1", "2031Q4", "2031M12", "2031-S2", "2031-W53", "2031-02-29", "2031-01-01/P9M", "1996-2000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, ok := readTimeCode(s)
		if ok && (c.code == "" || c.freq == "" || c.start.IsZero() || c.end.Compare(c.start) < 0) {
			t.Errorf("%q: %+v", s, c)
		}
	})
}

func fixtures(tb testing.TB) [][]byte {
	tb.Helper()
	names, err := filepath.Glob("testdata/formats/*.txtar")
	if err != nil || len(names) == 0 {
		tb.Fatalf("no fixtures: %v", err)
	}
	var out [][]byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, txtar.Parse(data).Files[0].Data)
	}
	return out
}

// BenchmarkFormats reads the fixtures of every format; BenchmarkPage is the baseline,
// a page of the same package through the grid.
func BenchmarkFormats(b *testing.B) {
	r := New(nil)
	files := append(fixtures(b), compoundOf("Workbook", xlsStream()))
	for b.Loop() {
		for _, body := range files {
			r.Read(&nhip.Page{Body: body}, nil)
		}
	}
}
