package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"nhip"
	"nhip/loader"
)

var backupCommand = command{
	name:    "backup",
	args:    "FILE",
	takes:   true,
	summary: "Write the embedded store to a new file, also while runs go on",
	example: `nhip backup nhip-2025-07-01.tar`,
	run: func(ctx context.Context, c *call) error {
		return withBackupFile(ctx, c, "backup", "backed up to", openStoreToRead, (*loader.Store).Backup)
	},
}

var restoreCommand = command{
	name:    "restore",
	args:    "FILE --data FOLDER",
	takes:   true,
	summary: "Fill an empty embedded store from a file of nhip backup and check it by counts",
	example: `nhip restore nhip-2025-07-01.tar --data ./restored`,
	run: func(ctx context.Context, c *call) error {
		return withBackupFile(ctx, c, "restore", "restored from", openStoreAsItIs, (*loader.Store).Restore)
	},
}

func withBackupFile(ctx context.Context, c *call, name, done string, open func(context.Context, *call) (*loader.Store, error),
	do func(*loader.Store, context.Context, string) (loader.Manifest, error)) error {
	if len(c.args) != 1 {
		return usagef("%s: want one file; see `nhip help %s`", name, name)
	}
	if c.config.DSN != "" {
		return usagef("%s: this is for the embedded store; a server has BACKUP and RESTORE of its own (docs/operations.md)", name)
	}
	return copyStore(ctx, c, c.args[0], done, open, do)
}

// copyStore writes a store to a file or fills one from it, and prints what the file holds.
func copyStore(ctx context.Context, c *call, file, done string, open func(context.Context, *call) (*loader.Store, error),
	do func(*loader.Store, context.Context, string) (loader.Manifest, error)) error {
	store, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer store.Close()
	m, err := do(store, ctx, file)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s %s, state of %s\n", done, file, m.CreatedAt.In(nhip.Zone).Format("2006-01-02 15:04:05 -07:00"))
	printRows(c.stdout, m)
	return nil
}

func printRows(w io.Writer, m loader.Manifest) {
	tables := make([]string, 0, len(m.Rows))
	for table := range m.Rows {
		tables = append(tables, table)
	}
	slices.Sort(tables)
	for _, table := range tables {
		fmt.Fprintf(w, "  %-18s %d rows\n", table, m.Rows[table])
	}
}
