package main

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"nhip/loader"
)

var retainCommand = command{
	name:    "retain",
	args:    "[--apply]",
	summary: "Say what the store holds beyond what the catalog lets it keep of each source; with --apply, take it out",
	example: `nhip retain           what would go
nhip retain --apply   pages and texts of sources with keep: extract or metadata; only a back-up brings them back`,
	flags: func(flags *pflag.FlagSet) {
		flags.Bool("apply", false, "take it out for good")
	},
	run: func(ctx context.Context, c *call) error {
		cat, err := openCatalog(c)
		if err != nil {
			return err
		}
		store, err := openStoreToRead(ctx, c)
		if err != nil {
			return err
		}
		defer store.Close()
		store.SetRetention(cat)
		apply, _ := c.flags.GetBool("apply")
		do, done := (*loader.Store).Excess, "would go"
		if apply {
			do, done = (*loader.Store).Retain, "taken out"
		}
		excess, err := do(store, ctx)
		if err != nil {
			return err
		}
		for _, r := range excess {
			fmt.Fprintf(c.stdout, "%-20s keep: %-9s %d pages and the text of %d readings %s\n", r.Source, r.Retention, r.Pages, r.Texts, done)
		}
		if len(excess) == 0 {
			fmt.Fprintln(c.stdout, "the store holds nothing beyond what the catalog keeps")
		}
		return nil
	},
}
