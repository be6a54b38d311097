package main

import (
	"context"
	"errors"
	"fmt"

	"nhip/catalog"
)

var checkCommand = command{
	name:    "check",
	takes:   true,
	args:    "[PATH]...",
	summary: "Report every problem of the catalog, or of the given files and folders laid over it, with file, line and field",
	example: `nhip check                       the catalog in use
nhip check my-catalog/           a folder that would be named by NHIP_CATALOG
nhip check sources/mypaper.yaml  one new source, checked against the rest of the catalog`,
	run: func(_ context.Context, c *call) error {
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
		fmt.Fprintf(c.stdout, "no problem in %d sources, %d places, %d units, %d indicators, %d industries, %d organisations, %d positions, %d terms (catalog %s)\n",
			len(cat.Sources), len(cat.Places), len(cat.Units), len(cat.Indicators), len(cat.Industries), len(cat.Organisations), len(cat.Positions), len(cat.Terms), cat.Fingerprint)
		return nil
	},
}
