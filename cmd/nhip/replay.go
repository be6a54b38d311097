package main

import (
	"context"
	"time"

	"github.com/spf13/pflag"

	"nhip"
	"nhip/schedules"
	"nhip/transform"
)

var replayCommand = command{
	name:    "replay",
	args:    "[--source ID] [--since D] [--reader-older-than R]",
	summary: "Read kept pages again with today's readers and catalog; a new reading replaces the old one, nothing is fetched",
	example: `nhip replay                                    everything that another reader or catalog has read
nhip replay --source cafef --since 2026-03-01  one source after its selectors were mended
nhip replay --all                              also what today's reader has read already`,
	flags: func(flags *pflag.FlagSet) {
		clockFlag(flags)
		flags.String("source", "", "`id` of the only source to read again")
		flags.String("since", "", "only pages fetched since this `day`")
		flags.String("reader-older-than", "", "only records made by another `reader` than this; default today's reader with today's catalog")
		flags.Bool("all", false, "also pages whose record today's reader made")
		flags.String("format", "table", "`form` of the accounts: table or json")
	},
	run: func(ctx context.Context, c *call) error {
		format, err := oneOf(c, "format", "table", "json")
		if err != nil {
			return err
		}
		since, err := dateFlag(c, "since")
		if err != nil {
			return err
		}
		cat, err := openCatalog(c)
		if err != nil {
			return err
		}
		reader, err := transform.New(cat)
		if err != nil {
			return err
		}
		what := schedules.Replay{Known: func(id nhip.SourceID) bool { _, ok := cat.Source(id); return ok }}
		source, _ := c.flags.GetString("source")
		if what.Source = nhip.SourceID(source); source != "" {
			if _, ok := cat.Source(what.Source); !ok {
				return usagef("no source %s in the catalog; `nhip sources` lists them", source)
			}
		}
		if !since.IsZero() {
			what.Since = time.Date(since.Year, since.Month, since.Day, 0, 0, 0, 0, nhip.Zone)
		}
		if what.Reader, _ = c.flags.GetString("reader-older-than"); what.Reader == "" {
			what.Reader = reader.Version()
		}
		if all, _ := c.flags.GetBool("all"); all {
			what.Reader = ""
		}
		store, err := openStore(ctx, c, cat)
		if err != nil {
			return err
		}
		defer store.Close()
		line := newProgress(c.stderr, "replay", len(cat.Sources))
		defer line.end()
		pipeline, err := schedules.NewPipeline(schedules.Stages{Reader: reader, Store: store}, schedules.Options{Log: c.log, Progress: line.account})
		if err != nil {
			return err
		}
		run, err := pipeline.Replay(ctx, what)
		if printErr := printAccounts(c.stdout, run, format); err == nil {
			err = printErr
		}
		return runError(err, run)
	},
}
