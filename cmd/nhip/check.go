package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"nhip/catalog"
	"nhip/crawler"
)

var checkCommand = command{
	name:    "check",
	takes:   true,
	args:    "[--live ID] [PATH]...",
	summary: "Report every problem of the catalog, or of the given files and folders laid over it, with file, line and field; with --live ask a source's site what it really sends",
	example: `nhip check                       the catalog in use
nhip check my-catalog/           a folder that would be named by NHIP_CATALOG
nhip check sources/mypaper.yaml  one new source, checked against the rest of the catalog
nhip check --live congthuong     its feeds, lists and two articles: robots, dates, links, what each witness says of a field`,
	flags: func(flags *pflag.FlagSet) {
		flags.String("live", "", "`id` of a source whose site is asked: a few requests by the rules of every run, nothing is kept")
	},
	run: func(ctx context.Context, c *call) error {
		var cat *catalog.Catalog
		var err error
		if len(c.args) == 0 {
			cat, err = openCatalog(c)
		} else {
			cat, err = catalog.Check(c.args...)
		}
		var problems catalog.Problems
		if errors.As(err, &problems) {
			for _, p := range problems {
				fmt.Fprintln(c.stdout, p)
			}
			return fmt.Errorf("%d problem(s) found", len(problems))
		}
		if err != nil {
			return err
		}
		if id, _ := c.flags.GetString("live"); id != "" {
			return checkLive(ctx, c, cat, id, crawler.Options{})
		}
		fmt.Fprintf(c.stdout, "no problem in %d sources, %d families, %d places, %d units, %d indicators, %d industries, %d organisations, %d positions, %d terms (catalog %s)\n",
			len(cat.Sources), len(cat.Families), len(cat.Places), len(cat.Units), len(cat.Indicators), len(cat.Industries), len(cat.Organisations), len(cat.Positions), len(cat.Terms), cat.Fingerprint)
		return nil
	},
}
