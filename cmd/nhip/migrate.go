package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/pflag"

	"nhip/loader"
)

var migrateCommand = command{
	name:    "migrate",
	args:    "[--dry-run | --grants]",
	summary: "Bring the store's schema up to date; run and serve do it themselves",
	example: `nhip migrate --dry-run   what would be done
nhip migrate`,
	flags: func(flags *pflag.FlagSet) {
		flags.Bool("dry-run", false, "only say what would be done")
		flags.Bool("grants", false, "print the roles and rights of a server as SQL, and do nothing else")
	},
	run: func(ctx context.Context, c *call) error {
		if grants, _ := c.flags.GetBool("grants"); grants {
			_, err := fmt.Fprint(c.stdout, loader.Grants)
			return err
		}
		dry, _ := c.flags.GetBool("dry-run")
		open := openStoreAsItIs
		if dry {
			open = openStoreToRead
		}
		store, err := open(ctx, c)
		if err != nil {
			return err
		}
		defer store.Close()
		if dry {
			pending, err := store.Pending(ctx)
			if err != nil {
				return err
			}
			for _, m := range pending {
				fmt.Fprintf(c.stdout, "would apply %s\n", m.Name)
			}
			if len(pending) == 0 {
				fmt.Fprintln(c.stdout, "the schema is up to date")
			}
			return nil
		}
		applied, err := store.Migrate(ctx)
		for _, name := range applied {
			fmt.Fprintf(c.stdout, "applied %s\n", name)
		}
		if err == nil && len(applied) == 0 {
			fmt.Fprintln(c.stdout, "the schema is up to date")
		}
		return err
	},
}

var versionCommand = command{
	name:    "version",
	summary: "Print the version of nhip and of the Go it was built with",
	run: func(_ context.Context, c *call) error {
		revision := ""
		if info, ok := debug.ReadBuildInfo(); ok {
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" {
					revision = " (" + s.Value[:min(12, len(s.Value))] + ")"
				}
			}
		}
		_, err := fmt.Fprintf(c.stdout, "nhip %s%s, %s %s/%s\n", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return err
	},
}
