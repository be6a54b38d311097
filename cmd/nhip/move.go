package main

import (
	"context"

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
	return copyStore(ctx, c, c.args[1], done, open, do)
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
