package main

import (
	"context"
	"fmt"

	"nhip"
	"nhip/loader"
)

// moveStore writes a whole store to a file, or fills an empty one from it: the way from
// the embedded engine to a server or a cluster, and back.
func moveStore(ctx context.Context, c *call, direction string) error {
	if len(c.args) != 2 {
		return usagef("%s: want one file: `nhip %s store FILE`", direction, direction)
	}
	open, do, done := openStoreToRead, (*loader.Store).Export, "exported to"
	if direction == "import" {
		open, do, done = openEmptyStore, (*loader.Store).Import, "imported from"
	}
	store, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer store.Close()
	m, err := do(store, ctx, c.args[1])
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s %s, state of %s\n", done, c.args[1], m.CreatedAt.In(nhip.Zone).Format("2006-01-02 15:04:05 -07:00"))
	printRows(c.stdout, m)
	return nil
}

// openEmptyStore opens a store and makes its schema.
func openEmptyStore(ctx context.Context, c *call) (*loader.Store, error) {
	store, err := openStoreAsItIs(ctx, c)
	if err != nil {
		return nil, err
	}
	if _, err := store.Migrate(ctx); err != nil {
		store.Close()
		return nil, err
	}
	return store, nil
}
