package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// gauges writes how the store and the sources stand now, in Prometheus' text form. A
// store that does not answer is a metric too.
func (s *server) gauges(ctx context.Context, w io.Writer) {
	gauge := func(name, help string) { fmt.Fprintf(w, "# HELP nhip_%s %s\n# TYPE nhip_%[1]s gauge\n", name, help) }
	gauge("info", "The version that runs.")
	fmt.Fprintf(w, "nhip_info{version=%q} 1\n", version)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	g, err := s.store.Gauges(ctx)
	up := 1
	if err != nil {
		up = 0
	}
	gauge("store_up", "1 while the store answers.")
	fmt.Fprintf(w, "nhip_store_up %d\n", up)
	if err == nil {
		for _, x := range []struct {
			name, help string
			value      uint64
		}{
			{"store_disk_free_bytes", "Room on the store's fullest disk.", g.DiskFree},
			{"store_disk_bytes", "Size of that disk.", g.DiskTotal},
			{"store_bytes", "What the store takes on its disks.", g.Bytes},
			{"store_rows", "Rows in all tables, replaced ones included.", g.Rows},
			{"store_parts", "Parts of all tables.", g.Parts},
			{"store_parts_max", "Parts of the table that has most; inserts slow down at 1000 and are refused at 3000.", g.MostParts},
		} {
			gauge(x.name, x.help)
			fmt.Fprintf(w, "nhip_%s %d\n", x.name, x.value)
		}
	}
	status := s.scheduler.Status()
	gauge("source_failing", "1 if the last run of the source failed.")
	for _, st := range status {
		failing := 0
		if st.Err != nil {
			failing = 1
		}
		fmt.Fprintf(w, "nhip_source_failing{source=%q} %d\n", st.Name, failing)
	}
	gauge("source_running", "1 while a run of the source goes on.")
	for _, st := range status {
		running := 0
		if st.Running {
			running = 1
		}
		fmt.Fprintf(w, "nhip_source_running{source=%q} %d\n", st.Name, running)
	}
	gauge("source_last_run_timestamp_seconds", "Start of the last run of the source.")
	for _, st := range status {
		if !st.Last.IsZero() {
			fmt.Fprintf(w, "nhip_source_last_run_timestamp_seconds{source=%q} %d\n", st.Name, st.Last.Unix())
		}
	}
}
