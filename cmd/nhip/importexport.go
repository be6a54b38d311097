package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"nhip"
	"nhip/crawler"
	"nhip/loader"
	"nhip/trends"
)

var importCommand = command{
	name:    "import",
	takes:   true,
	args:    "warc FILE... | store FILE",
	summary: "Take archives into the store, as if their pages had been crawled (the same as nhip run --archive), or a whole store that was exported",
	example: `nhip import warc pages.warc.gz
nhip import store nhip.tar.gz --dsn clickhouse://writer@db/nhip   into an empty store, checked by counts`,
	flags: func(flags *pflag.FlagSet) {
		flags.String("format", "table", "`form` of the accounts: table or json")
	},
	run: func(ctx context.Context, c *call) error {
		if len(c.args) > 0 && c.args[0] == "store" {
			return moveStore(ctx, c, "import")
		}
		if len(c.args) < 2 || c.args[0] != "warc" {
			return usagef("import: want `nhip import warc FILE...` or `nhip import store FILE`")
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
var exported = []string{"v_articles", "v_observations", "v_observation_first", "v_observation_vintages", "v_revisions", "v_findings", "v_disagreements",
	"v_mentions", "v_stories", "v_article_changes", "v_sources", "v_runs", "v_daily"}

var exportCommand = command{
	name:    "export",
	takes:   true,
	args:    "csv|parquet VIEW | sdmx|jsonstat [INDICATOR] | sdmx-structure | warc | store FILE",
	summary: "Write a whole view, official numbers with their vintages in a format of statistics, or the kept pages, to standard output",
	example: `nhip export parquet v_observations > observations.parquet
nhip export csv v_articles > articles.csv
nhip export sdmx iip --from 2022-01-01 > iip.csv          SDMX-CSV 2.0: every vintage with its status
nhip export store nhip.tar.gz                             everything, for nhip import store on a server or elsewhere
nhip export sdmx-structure > structure.xml                the structure of those files, SDMX-ML 3.0
nhip export jsonstat iip --compare yoy --freq M > iip.json JSON-stat 2.0
nhip export warc --source moit > moit.warc.gz             kept pages as WARC 1.1; nhip import warc takes them in elsewhere`,
	flags: func(flags *pflag.FlagSet) {
		flags.String("place", "", "of sdmx and jsonstat, only this `place`, by name or id")
		flags.String("industry", "", "only this `industry`, by name or id, or a row by its words")
		flags.String("measure", "", "only this `measure`: level, index, growth, share ...")
		flags.String("compare", "", "only numbers compared with this `base`: yoy, mom, qoq, vs_dec ...")
		flags.String("freq", "", "only this `frequency`: A, Q, M ...")
		flags.String("from", "", "periods from this `day` on")
		flags.String("to", "", "periods up to this `day`")
		flags.String("asof", "", "what was known at the end of this `day`")
		flags.String("source", "", "of warc, sdmx and jsonstat, only the source of this `id`")
		flags.String("table", "", "of sdmx and jsonstat, only the table of this `code`")
		flags.String("since", "", "of warc, only pages fetched since this `day`")
	},
	run: func(ctx context.Context, c *call) error {
		if len(c.args) > 0 && c.args[0] == "store" {
			return moveStore(ctx, c, "export")
		}
		if len(c.args) == 0 {
			return usagef("export: want csv, parquet, sdmx, jsonstat, sdmx-structure or warc")
		}
		form := c.args[0]
		if form != "warc" && c.flags.Changed("since") {
			return usagef("export: --since is for warc; --from chooses periods, --asof a day of knowledge")
		}
		switch form {
		case "warc":
			return exportWARC(ctx, c)
		case "csv", "parquet":
			return exportView(ctx, c, form)
		case "sdmx", "jsonstat":
			return exportVintages(ctx, c, form)
		case "sdmx-structure":
			if len(c.args) > 1 {
				return usagef("export: sdmx-structure takes no argument")
			}
			return trends.WriteSDMXStructure(c.stdout, time.Now())
		}
		return usagef("export: no form %q; want csv, parquet, sdmx, jsonstat, sdmx-structure or warc", form)
	},
}

// exportWARC writes the kept pages, one for each content version of a document.
func exportWARC(ctx context.Context, c *call) error {
	if len(c.args) > 1 {
		return usagef("export: warc takes no argument; --source and --since choose pages")
	}
	for _, flag := range []string{"place", "industry", "table", "measure", "compare", "freq", "from", "to", "asof"} {
		if c.flags.Changed(flag) {
			return usagef("export: --%s is for sdmx and jsonstat; --source and --since choose pages", flag)
		}
	}
	source, _ := c.flags.GetString("source")
	day, err := dateFlag(c, "since")
	if err != nil {
		return err
	}
	var since time.Time
	if !day.IsZero() {
		since = time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, nhip.Zone)
	}
	store, err := openStoreToRead(ctx, c)
	if err != nil {
		return err
	}
	defer store.Close()
	out := bufio.NewWriterSize(c.stdout, 1<<20)
	w, err := crawler.NewWARCWriter(out, crawler.WARCInfo{Software: "nhip/" + version, Operator: c.config.Contact,
		Description: "pages kept by nhip, each content version of a document once, content codings removed", At: time.Now()})
	if err != nil {
		return fmt.Errorf("export warc: %w", err)
	}
	if err := store.Pages(ctx, nhip.SourceID(source), since, "", func(p nhip.Page) error { return w.Write(&p) }); err != nil {
		return fmt.Errorf("export warc: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("export warc: %w", err)
	}
	return nil
}

func exportView(ctx context.Context, c *call, form string) error {
	if len(c.args) != 2 {
		return usagef("export: want `nhip export %s VIEW`; the views are %s", form, strings.Join(exported, ", "))
	}
	if !slices.Contains(exported, c.args[1]) {
		return usagef("export: no view %q; there are %s", c.args[1], strings.Join(exported, ", "))
	}
	for _, flag := range []string{"place", "industry", "source", "table", "measure", "compare", "freq", "from", "to", "asof"} {
		if c.flags.Changed(flag) {
			return usagef("export: --%s is for sdmx and jsonstat; a view is written whole, nhip query selects from it", flag)
		}
	}
	store, err := openStoreToRead(ctx, c)
	if err != nil {
		return err
	}
	defer store.Close()
	sql := fmt.Sprintf("SELECT * FROM %s", c.args[1]) // one of the names above
	if form == "parquet" {
		return store.QueryFormat(ctx, c.stdout, sql, "Parquet", nil)
	}
	rows, err := store.Query(ctx, sql, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	if len(rows.Columns()) == 0 { // no row came, and with none no names: a file with its header all the same
		return writeHeader(ctx, c, store, c.args[1])
	}
	return writeCSV(c.stdout, rows)
}

// writeHeader writes the line of a view's column names.
func writeHeader(ctx context.Context, c *call, store *loader.Store, view string) error {
	rows, err := store.Query(ctx, "DESCRIBE TABLE "+view, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		row, err := rows.Strings()
		if err != nil {
			return err
		}
		names = append(names, row[0])
	}
	cw := csv.NewWriter(c.stdout)
	if err := cw.Write(names); err != nil {
		return err
	}
	cw.Flush()
	return errors.Join(rows.Err(), cw.Error())
}

// exportVintages writes official numbers with status and vintage.
func exportVintages(ctx context.Context, c *call, form string) error {
	f, err := filters(c)
	if err != nil {
		return err
	}
	cat, err := openCatalog(c)
	if err != nil {
		return err
	}
	indicator := ""
	if args, err := resolveNames(cat, asksIndicator, c.args[1:], &f.Place); err != nil {
		return err
	} else if len(args) > 0 {
		indicator = args[0]
	}
	sql, params, err := trends.Export(indicator, f)
	if err != nil {
		return usageError{err.Error()}
	}
	units := trends.Units{}
	for _, u := range cat.Units {
		if u.SDMX != "" { // other sizes of a unit carry none
			units[string(u.ID)] = u.SDMX
		}
	}
	store, err := openStoreToRead(ctx, c)
	if err != nil {
		return err
	}
	defer store.Close()
	rows, err := store.Query(ctx, sql, params)
	if err != nil {
		return fmt.Errorf("export %s: %w", form, err)
	}
	defer rows.Close()
	write := trends.WriteSDMXCSV
	if form == "jsonstat" {
		write = trends.WriteJSONStat
	}
	if err := write(c.stdout, rows, units); err != nil {
		return fmt.Errorf("export %s: %w", form, err)
	}
	return nil
}
