package main

import (
	"context"
	"strings"

	"github.com/spf13/pflag"
)

var queryCommand = command{
	name:    "query",
	takes:   true,
	args:    "SQL [--format F]",
	summary: "Run any read-only SQL on the store, in any ClickHouse output format",
	example: `nhip query "SHOW TABLES"
nhip query "SELECT source, count() FROM v_articles GROUP BY source" --format Markdown
nhip query "SELECT * FROM v_observations" --format Parquet > observations.parquet`,
	flags: func(flags *pflag.FlagSet) {
		flags.String("format", "", "any ClickHouse output `format`; default an aligned table")
	},
	run: func(ctx context.Context, c *call) error {
		sql := strings.TrimSpace(strings.Join(c.args, " "))
		if sql == "" {
			return usagef("query: give the SQL as one argument; see `nhip help query`")
		}
		store, err := openStoreToRead(ctx, c)
		if err != nil {
			return err
		}
		defer store.Close()
		if format, _ := c.flags.GetString("format"); format != "" {
			return store.QueryFormat(ctx, c.stdout, sql, format, nil)
		}
		rows, err := store.Query(ctx, sql, nil)
		if err != nil {
			return err
		}
		defer rows.Close()
		return writeTable(c.stdout, rows)
	},
}
