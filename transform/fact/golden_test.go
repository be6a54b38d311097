package fact

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"nhip"
	"nhip/transform/vi"
)

var update = flag.Bool("update", false, "write what the reader finds into the golden files")

// TestGolden reads testdata/*.txtar: one phenomenon of the language a file, one
// text a section. A section holds "at: DAY" and "place: ID" where the text needs
// them, a title line "# …" if it has one, the paragraphs, a line "----", and one
// line for each fact.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	r, c := testReader(t)
	for _, name := range files {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range ar.Files {
			f := &ar.Files[i]
			in, want, _ := strings.Cut(string(f.Data), "----\n")
			var a nhip.Article
			var ctx Context
			for line := range strings.Lines(in) {
				line = strings.TrimSpace(line)
				if day, ok := strings.CutPrefix(line, "at: "); ok {
					if ctx.At, err = time.ParseInLocation(time.DateOnly, day, nhip.Zone); err != nil {
						t.Fatal(err)
					}
				} else if id, ok := strings.CutPrefix(line, "place: "); ok {
					ctx.Place = nhip.PlaceID(id)
				} else if title, ok := strings.CutPrefix(line, "# "); ok {
					a.Title = vi.Repair(title)
				} else if line != "" {
					a.Body = append(a.Body, vi.Repair(line))
				}
			}
			day := nhip.Date{}
			if !ctx.At.IsZero() {
				day = nhip.DateOf(ctx.At)
			}
			for n := -1; n < len(a.Body); n++ {
				ctx.Mentions = append(ctx.Mentions, placeMentions(c, n, a.Text(n), day)...)
			}
			var got strings.Builder
			for _, o := range r.Read(&a, ctx) {
				got.WriteString(show(&o))
				got.WriteByte('\n')
			}
			if diff := cmp.Diff(want, got.String()); diff != "" && !*update {
				t.Errorf("%s: %s\n%s%s", filepath.Base(name), f.Name, in, diff)
			}
			f.Data = []byte(in + "----\n" + got.String())
		}
		if *update {
			if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// show prints an observation on one line.
func show(o *nhip.Observation) string {
	var b strings.Builder
	if o.Bound == nhip.BoundRange {
		fmt.Fprintf(&b, "%s..%s %s", o.Low, o.High, o.Unit)
	} else {
		fmt.Fprintf(&b, "%s %s", o.Value, o.Unit)
		if o.Bound != nhip.BoundExactly {
			fmt.Fprintf(&b, " %s", o.Bound)
		}
	}
	fmt.Fprintf(&b, " | %s", o.Measure)
	for _, s := range []string{o.Direction, string(o.Compare)} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	if o.Kind != nhip.KindActual {
		fmt.Fprintf(&b, " %s", o.Kind)
	}
	fmt.Fprintf(&b, " | %s", o.Label)
	if o.Indicator != "" {
		fmt.Fprintf(&b, " (%s)", o.Indicator)
	}
	b.WriteString(" |")
	if o.Period != "" {
		b.WriteString(" " + o.Period)
	}
	if o.Place != "" {
		b.WriteString(" @" + string(o.PlaceID))
	}
	if o.Organisation != "" {
		b.WriteString(" by " + o.Organisation)
	}
	return b.String()
}
