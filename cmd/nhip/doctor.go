package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/spf13/pflag"

	"nhip"
	"nhip/loader"
	"nhip/loader/engine"
)

// errUnwell says that doctor found something wrong; what, it has printed.
var errUnwell = errors.New("something is wrong; each line marked WRONG says what to do")

var doctorCommand = command{
	name:    "doctor",
	args:    "[--format json]",
	summary: "Look at the library, the store, every part of it and the sources; say what is wrong and what to do",
	example: `nhip doctor                 exit status 1 when something is wrong
nhip doctor --format json   for monitors`,
	flags: func(flags *pflag.FlagSet) {
		flags.String("format", "table", "`form` of the findings: table or json")
	},
	run: func(ctx context.Context, c *call) error {
		format, err := oneOf(c, "format", "table", "json")
		if err != nil {
			return err
		}
		findings := examine(ctx, c)
		if err := printFindings(c.stdout, findings, format); err != nil {
			return err
		}
		for _, f := range findings {
			if f.Wrong {
				return errUnwell
			}
		}
		return nil
	},
}

// examine looks from the outside in, and stops where nothing further can answer.
func examine(ctx context.Context, c *call) []loader.Finding {
	out := []loader.Finding{{Check: "nhip", What: fmt.Sprintf("nhip %s, %s %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)}}
	if c.config.DSN == "" {
		path, err := engine.FindLibrary(ctx, engine.Options{Library: c.library()})
		if err != nil {
			return append(out, loader.Finding{Check: "library", Wrong: true, What: err.Error(),
				Advice: "install npm so that it can be fetched, or name a copy by NHIP_LIBCHDB"})
		}
		out = append(out, loader.Finding{Check: "library", What: path + " is the pinned libchdb, by its SHA-256"})
	}
	store, err := openStoreToRead(ctx, c)
	if err != nil {
		return append(out, loader.Finding{Check: "store", Wrong: true, What: err.Error(), Advice: openAdvice(c)})
	}
	defer store.Close()
	if c.config.DSN == "" {
		out = append(out, sandboxFinding(store.Sandboxed()))
	}
	out = append(out, clockFinding(ctx, store)...)
	findings, err := store.Examine(ctx)
	out = append(out, findings...)
	if err != nil {
		out = append(out, loader.Finding{Check: "store", Wrong: true, What: err.Error(), Advice: openAdvice(c)})
	}
	return out
}

// clockFinding holds this machine's clock against the store's past.
func clockFinding(ctx context.Context, store *loader.Store) []loader.Finding {
	now := time.Now()
	switch err := store.CheckClock(ctx, now); {
	case errors.Is(err, loader.ErrClock):
		return []loader.Finding{{Check: "clock", Wrong: true, What: err.Error(), Advice: "set the clock; if this machine is right, nhip run --clock-is-right goes on"}}
	case err != nil:
		return nil // what does not answer is told by the other looks
	}
	return []loader.Finding{{Check: "clock", What: "this machine says " + now.In(nhip.Zone).Format("2006-01-02 15:04 -07:00") + ", after all that the store knows"}}
}

// sandboxFinding is nothing wrong either way: without Landlock the engine is for its
// Unix socket.
func sandboxFinding(sandboxed bool) loader.Finding {
	if sandboxed {
		return loader.Finding{Check: "sandbox", What: "the engine reaches its data folder alone (Landlock)"}
	}
	return loader.Finding{Check: "sandbox", What: "none: this system has no Landlock (engine.log says more), so nhip serve keeps ClickHouse's HTTP interface closed"}
}

func openAdvice(c *call) string {
	if c.config.DSN != "" {
		return "is the server up, is the DSN right (nhip config), may this user log in?"
	}
	return "give yourself the right to the data folder, or name another with --data; engine.log in it says more"
}

func printFindings(w io.Writer, findings []loader.Finding, format string) error {
	if format == "json" {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(findings)
	}
	for _, f := range findings {
		state := "ok   "
		if f.Wrong {
			state = "WRONG"
		}
		if _, err := fmt.Fprintf(w, "%s  %-11s  %s\n", state, f.Check, f.What); err != nil {
			return err
		}
		if f.Advice != "" {
			if _, err := fmt.Fprintf(w, "%20s-> %s\n", "", f.Advice); err != nil {
				return err
			}
		}
	}
	return nil
}
