package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"nhip"
)

// printAccounts writes a run's accounts: a table, or as JSON one object on one line.
func printAccounts(w io.Writer, run nhip.Run, format string) error {
	if format == "json" {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(run)
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "source\tdiscovered\tfetched\tunchanged\tskipped\tfailed\tloaded\trejected\tarticles\tobservations\trevisions\t")
	row := func(name string, a nhip.Account) {
		fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", name, a.Discovered, a.Fetched, a.Unchanged,
			sum(a.Skipped), sum(a.Failed), a.Loaded, sum(a.Rejected), a.Articles, a.Observations, a.Revisions)
	}
	for _, a := range run.Sources {
		row(string(a.Source), a)
	}
	if len(run.Sources) > 1 {
		row("total", run.Totals)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, a := range run.Sources {
		for _, m := range []struct {
			name   string
			counts map[string]int
		}{{"skipped", a.Skipped}, {"failed", a.Failed}, {"rejected", a.Rejected}} {
			if s := reasons(m.counts); s != "" {
				fmt.Fprintf(w, "%s %s: %s\n", a.Source, m.name, s)
			}
		}
		if a.Note != "" {
			fmt.Fprintf(w, "%s %s\n", a.Source, a.Note)
		}
		if a.Error != "" {
			fmt.Fprintf(w, "%s FAILED: %s\n", a.Source, a.Error)
		}
	}
	fmt.Fprintln(w, verdict(run))
	return nil
}

// verdict says in a sentence what the run brought.
func verdict(run nhip.Run) string {
	t := run.Totals
	took := fmt.Sprintf("run %s took %.1f s", run.ID, run.Took)
	switch {
	case t.Articles == 0 && t.Discovered == 0:
		return fmt.Sprintf("%s: nothing new, the feeds and lists announce nothing that is not known", took)
	case t.Articles == 0:
		return fmt.Sprintf("%s: nothing new, all %d documents were known, unchanged or not to be had", took, t.Discovered)
	}
	s := fmt.Sprintf("%s: %d new or changed documents with %d observations", took, t.Articles, t.Observations)
	if t.Revisions > 0 {
		s += fmt.Sprintf(", %d of them newer versions of documents held before", t.Revisions)
	}
	return s
}

func sum(m map[string]int) int {
	n := 0
	for _, v := range m {
		n += v
	}
	return n
}

func reasons(m map[string]int) string {
	var parts []string
	for _, key := range nhip.Keys(m) {
		if m[key] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", key, m[key]))
		}
	}
	return strings.Join(parts, ", ")
}
