package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

var importCommand = command{
	name:    "import",
	takes:   true,
	args:    "warc FILE...",
	summary: "Take archives into the store, as if their pages had been crawled; the same as nhip run --archive",
	example: `nhip import warc pages.warc.gz`,
	flags: func(flags *pflag.FlagSet) {
		flags.String("format", "table", "`form` of the accounts: table or json")
	},
	run: func(ctx context.Context, c *call) error {
		if len(c.args) < 2 || c.args[0] != "warc" {
			return usagef("import: want `nhip import warc FILE...`")
		}
		format, err := oneOf(c, "format", "table", "json")
		if err != nil {
			return err
		}
		cat, err := openCatalog(c)
		if err != nil {
			return err
		}
		archive, err := openArchives(c, c.args[1:])
		if err != nil {
			return err
		}
		sources, err := chooseSources(cat, nil, archive)
		if err != nil {
			return err
		}
		run, err := ingest(ctx, c, ingestion{catalog: cat, sources: sources, archive: archive})
		if run.ID != "" {
			if printErr := printAccounts(c.stdout, run, format); err == nil {
				err = printErr
			}
		}
		return runError(err, run)
	},
}

// exported are the views that export writes out.
var exported = []string{"v_articles", "v_observations", "v_observation_vintages", "v_mentions", "v_sources", "v_runs", "v_daily"}

var exportCommand = command{
	name:    "export",
	takes:   true,
	args:    "csv|parquet VIEW",
	summary: "Write a whole view to standard output",
	example: `nhip export parquet v_observations > observations.parquet
nhip export csv v_articles > articles.csv`,
	run: func(ctx context.Context, c *call) error {
		if len(c.args) != 2 {
			return usagef("export: want `nhip export csv|parquet VIEW`; the views are %s", strings.Join(exported, ", "))
		}
		if !slices.Contains(exported, c.args[1]) {
			return usagef("export: no view %q; there are %s", c.args[1], strings.Join(exported, ", "))
		}
		store, err := openStoreToRead(ctx, c)
		if err != nil {
			return err
		}
		defer store.Close()
		sql := fmt.Sprintf("SELECT * FROM %s", c.args[1]) // one of the names above
		switch c.args[0] {
		case "parquet":
			return store.QueryFormat(ctx, c.stdout, sql, "Parquet", nil)
		case "csv":
			rows, err := store.Query(ctx, sql, nil)
			if err != nil {
				return err
			}
			defer rows.Close()
			return writeCSV(c.stdout, rows)
		}
		return usagef("export: no form %q; want csv or parquet", c.args[0])
	},
}
