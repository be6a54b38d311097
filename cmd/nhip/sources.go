package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/pflag"

	"nhip"
	"nhip/loader"
	"nhip/schedules"
)

var sourcesCommand = command{
	name:    "sources",
	args:    "[--health]",
	summary: "List the sources of the catalog with their last and next run",
	example: `nhip sources
nhip sources --health   with what the last run brought and what failed`,
	flags: func(flags *pflag.FlagSet) {
		flags.Bool("health", false, "also what the last run fetched, loaded and failed at")
	},
	run: func(ctx context.Context, c *call) error {
		cat, err := openCatalog(c)
		if err != nil {
			return err
		}
		last, err := lastRuns(ctx, c)
		if err != nil {
			return err
		}
		health, _ := c.flags.GetBool("health")
		tw := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
		header := "ID\tNAME\tKIND\tHOST\tENABLED\tSELECTORS\tLAST RUN\tNEXT RUN"
		if health {
			header += "\tFETCHED\tLOADED\tHEALTH"
		}
		fmt.Fprintln(tw, header)
		for _, src := range cat.Sources {
			run := last[src.ID]
			next := "-"
			if schedule, err := schedules.ParseSpec(src.Schedule, string(src.ID)); err == nil && src.IsEnabled() {
				next = schedule.Next(time.Now()).In(nhip.Zone).Format("2006-01-02 15:04")
			}
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%t\t%s\t%s\t%s", src.ID, src.Name, src.Kind, src.Hosts[0], src.IsEnabled(), src.Selectors, orDash(strings.Replace(run["started_at"], "T", " ", 1)[:min(16, len(run["started_at"]))]), next)
			if health {
				fmt.Fprintf(tw, "\t%s\t%s\t%s", orDash(run["fetched"]), orDash(run["loaded"]), healthOf(run))
			}
			fmt.Fprintln(tw)
		}
		return tw.Flush()
	},
}

// healthOf says in a few words how the last run of a source ended.
func healthOf(run map[string]string) string {
	switch {
	case run == nil:
		return "never run"
	case run["error"] != "":
		return "FAILED: " + run["error"]
	case run["failed"] != "" && run["failed"] != "0":
		return "some addresses failed: " + run["failed"]
	}
	return "ok"
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// lastRuns returns the last account of every source as printed values by column,
// none where there is no store yet.
func lastRuns(ctx context.Context, c *call) (map[nhip.SourceID]map[string]string, error) {
	if c.config.DSN == "" {
		if _, err := os.Stat(c.config.Data); errors.Is(err, fs.ErrNotExist) {
			return nil, nil // do not start an engine to find nothing
		}
	}
	store, err := openStoreAsItIs(ctx, c)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	return lastRunsOf(ctx, store)
}

func lastRunsOf(ctx context.Context, store *loader.Store) (map[nhip.SourceID]map[string]string, error) {
	rows, err := store.Query(ctx, `SELECT source, started_at, fetched, loaded, failed, error
FROM v_runs WHERE source != '' ORDER BY started_at DESC LIMIT 1 BY source`, nil)
	if err != nil {
		if errors.Is(err, loader.ErrNoSchema) {
			return nil, nil // a store without tables has no runs
		}
		return nil, fmt.Errorf("last runs: %w", err)
	}
	defer rows.Close()
	out := map[nhip.SourceID]map[string]string{}
	for rows.Next() {
		cells, err := rows.Strings()
		if err != nil {
			return nil, err
		}
		run := map[string]string{}
		for i, name := range rows.Columns() {
			run[name] = cells[i]
		}
		out[nhip.SourceID(run["source"])] = run
	}
	return out, rows.Err()
}
