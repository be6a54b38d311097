package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"nhip"
	"nhip/catalog"
	"nhip/crawler"
	"nhip/loader"
	"nhip/loader/engine"
	"nhip/schedules"
	"nhip/transform"
)

const version = "0.1"

var runCommand = command{
	name:    "run",
	args:    "[--source ID]... [--archive PATH]... [--since DAY] [--depth N] [--budget N] [--due] [--shard I/N] [--dry-run]",
	summary: "Take all enabled sources, or the named ones, through one ingestion run and print its accounts",
	example: `nhip run                                        all enabled sources
nhip run --source vnexpress --source cafef      two of them
nhip run --archive pages.warc.gz                the web as it was kept in a WARC file
nhip run --archive ./pages                      or in a folder with an index.tsv (file, url, kind)
nhip run --source moit --since 2025-01-01 --budget 2000
                                                look further back than usual: date archives, lists page by page
nhip run --due                                  only what is due: feeds by their own intervals, retries, what was left
nhip run --shard 1/3                            the first third of the sources, for one of three machines
nhip run --dry-run --format json                fetch and read, keep nothing, accounts as JSON`,
	flags: func(flags *pflag.FlagSet) {
		flags.StringArray("source", nil, "`id` of a source to run; may be given several times")
		flags.StringArray("archive", nil, "take the web from this `path` instead of the network; may be given several times")
		flags.String("since", "", "look back to this `day`: date archives, sitemaps, lists page by page")
		flags.Int("depth", 0, "follow each list for `N` pages; 0: as its source file says, 200 with --since")
		flags.Int("budget", 0, "fetch at most `N` documents of each source; 0: as its source file says")
		flags.Bool("due", false, "ask only for what is due, as nhip serve does between the times of the schedules")
		flags.String("shard", "", "`I/N`: only the I-th of N parts of the sources")
		flags.Bool("dry-run", false, "fetch and read, but keep nothing")
		clockFlag(flags)
		flags.String("format", "table", "`form` of the accounts: table or json")
	},
	run: func(ctx context.Context, c *call) error {
		format, err := oneOf(c, "format", "table", "json")
		if err != nil {
			return err
		}
		cat, err := openCatalog(c)
		if err != nil {
			return err
		}
		opts := ingestion{catalog: cat}
		if paths, _ := c.flags.GetStringArray("archive"); len(paths) > 0 {
			if opts.archive, err = openArchives(c, paths); err != nil {
				return err
			}
		}
		ids, _ := c.flags.GetStringArray("source")
		if opts.sources, err = chooseSources(cat, ids, opts.archive); err != nil {
			return err
		}
		if shard, _ := c.flags.GetString("shard"); shard != "" {
			if opts.sources, err = shardOf(opts.sources, shard); err != nil {
				return err
			}
		}
		if opts.backfill, err = backfill(c); err != nil {
			return err
		}
		opts.dry, _ = c.flags.GetBool("dry-run")
		if opts.due, _ = c.flags.GetBool("due"); opts.due && (opts.dry || opts.archive != nil || opts.backfill != crawler.Backfill{}) {
			return usagef("--due asks the web for what a store knows to be due: without --archive, --dry-run, --since, --depth and --budget")
		}
		run, err := ingest(ctx, c, opts)
		if run.ID != "" {
			if printErr := printAccounts(c.stdout, run, format); err == nil {
				err = printErr
			}
		}
		return runError(err, run)
	},
}

// runError is how a run ended: its own error first, then that of its sources.
func runError(err error, run nhip.Run) error {
	if err != nil {
		return err
	}
	var failed []string
	for _, a := range run.Sources {
		if a.Error != "" {
			failed = append(failed, string(a.Source))
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("%w: %s", errPartial, strings.Join(failed, ", "))
	}
	return nil
}

// ingestion is what one run works on.
type ingestion struct {
	catalog *catalog.Catalog
	sources []*catalog.Source
	archive *crawler.Archive
	resolve map[string]netip.AddrPort
	dry     bool
	due     bool // only what is due

	backfill crawler.Backfill
}

// backfill is how far back a run was told to look.
func backfill(c *call) (b crawler.Backfill, err error) {
	since, err := dateFlag(c, "since")
	if err != nil {
		return b, err
	}
	if !since.IsZero() {
		b.Since = time.Date(since.Year, since.Month, since.Day, 0, 0, 0, 0, nhip.Zone)
	}
	b.Pages, _ = c.flags.GetInt("depth")
	b.Budget, _ = c.flags.GetInt("budget")
	if b.Pages < 0 || b.Budget < 0 {
		return b, usagef("--depth and --budget count pages and documents: want a number from 0 on")
	}
	return b, nil
}

// ingest runs the pipeline once; over an archive that holds several captures of an
// address as often as it takes to load them in the order of time. The account is of all
// passes together.
func ingest(ctx context.Context, c *call, in ingestion) (nhip.Run, error) {
	if in.archive == nil {
		return ingestOnce(ctx, c, in)
	}
	var whole nhip.Run
	for n, pass := range in.archive.Passes() {
		in.archive = pass
		run, err := ingestOnce(ctx, c, in)
		if n == 0 {
			whole = run
		} else {
			addRun(&whole, run)
		}
		if err != nil {
			return whole, err
		}
	}
	return whole, nil
}

// addRun counts the account of a further pass.
func addRun(whole *nhip.Run, run nhip.Run) {
	whole.Took += run.Took
	whole.Totals.Add(run.Totals)
	for i := range run.Sources {
		whole.Sources[i].Add(run.Sources[i]) // passes run the same sources in the same order
		if e := run.Sources[i].Error; e != "" && whole.Sources[i].Error == "" {
			whole.Sources[i].Error = e
		}
	}
}

// ingestOnce wires the stages and runs them once.
func ingestOnce(ctx context.Context, c *call, in ingestion) (nhip.Run, error) {
	stages := schedules.Stages{}
	var memory crawler.Memory
	if !in.dry {
		store, err := openStore(ctx, c, in.catalog)
		if err != nil {
			return nhip.Run{}, err
		}
		defer store.Close()
		stages.Store, memory = store, store
	}
	line := newProgress(c.stderr, "run", len(in.sources))
	defer line.end()
	var err error
	if stages.Crawler, err = newCrawler(c, crawler.Options{Memory: memory, Archive: in.archive, Resolve: in.resolve, Backfill: in.backfill, Progress: line.crawl}); err != nil {
		return nhip.Run{}, err
	}
	if stages.Reader, err = transform.New(in.catalog); err != nil {
		return nhip.Run{}, err
	}
	pipeline, err := schedules.NewPipeline(stages, schedules.Options{Log: c.logThrough(line), Progress: line.account, Archive: in.archive != nil})
	if err != nil {
		return nhip.Run{}, err
	}
	if in.due {
		return pipeline.Poll(ctx, in.sources)
	}
	return pipeline.Run(ctx, in.sources)
}

// onLoopback leads the crawler to the servers of a test. Nothing sets it in the program:
// it would lead past the guard of private addresses.
var onLoopback func(*crawler.Options)

func newCrawler(c *call, opts crawler.Options) (*crawler.Crawler, error) {
	opts.UserAgent = "nhip/" + version
	opts.Contact = c.config.Contact
	if onLoopback != nil {
		onLoopback(&opts)
	}
	return crawler.New(opts)
}

// openStore opens the store, brings its schema up to date and tells it the catalog.
func openStore(ctx context.Context, c *call, cat *catalog.Catalog) (*loader.Store, error) {
	store, err := openStoreAsItIs(ctx, c)
	if err != nil {
		return nil, err
	}
	if right, _ := c.flags.GetBool("clock-is-right"); !right {
		if err := store.CheckClock(ctx, time.Now()); err != nil {
			store.Close()
			if errors.Is(err, loader.ErrClock) {
				err = fmt.Errorf("%w (if this machine is right and the store was used under a clock that ran ahead: nhip run --clock-is-right)", err)
			}
			return nil, err
		}
	}
	if _, err := store.Migrate(ctx); err != nil {
		store.Close()
		return nil, err
	}
	if err := store.SaveCatalog(ctx, cat); err != nil {
		store.Close()
		return nil, err
	}
	return store, nil
}

// clockFlag is for stores that were used under a clock that ran ahead.
func clockFlag(flags *pflag.FlagSet) {
	flags.Bool("clock-is-right", false, "go on although the store was last used at a time that is still to come")
}

// openStoreAsItIs opens the store without touching its schema.
func openStoreAsItIs(ctx context.Context, c *call) (*loader.Store, error) {
	line := newProgress(c.stderr, "engine", 1)
	defer line.end()
	return loader.Open(ctx, loader.Options{DSN: c.config.DSN, Cluster: c.config.Cluster, DataDir: c.config.Data,
		Engine: engine.Options{DataDir: c.config.Data, Library: c.library(), MemoryBytes: c.config.MemoryBytes, Progress: line.bytes}})
}

// library is the configured libchdb; empty where the environment names it: the
// engine looks there itself, and names the variable when it is wrong.
func (c *call) library() string {
	if c.config.from["library"] == "NHIP_LIBCHDB" {
		return ""
	}
	return c.config.Library
}

// openStoreToRead opens a store for a question. A data folder that is not there is a
// mistake to tell, not one to make.
func openStoreToRead(ctx context.Context, c *call) (*loader.Store, error) {
	if c.config.DSN == "" {
		if _, err := os.Stat(c.config.Data); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("no store in %s: nhip run makes and fills one, --data names another (nhip demo's is data/demo)", c.config.Data)
		}
	}
	return openStoreAsItIs(ctx, c)
}

// openCatalog loads the built-in catalog with the configured overlay.
func openCatalog(c *call, more ...fs.FS) (*catalog.Catalog, error) {
	var overlay fs.FS
	if dir := c.config.Catalog; dir != "" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return nil, usagef("catalog %s: not a folder; --catalog and NHIP_CATALOG name a folder of catalog files", dir)
		}
		overlay = os.DirFS(dir)
	}
	if len(more) > 0 {
		overlay = more[0]
	}
	return catalog.Load(overlay)
}

// openArchives indexes archives and says what of them is damaged; the rest is used.
func openArchives(c *call, paths []string) (*crawler.Archive, error) {
	archive, err := crawler.OpenArchive(paths...)
	if err != nil {
		return nil, err
	}
	for _, d := range archive.Damage() {
		c.log.Warn("archive is damaged, the rest of it is read", "url", d.Path, "offset", d.Offset, "err", d.Err)
	}
	return archive, nil
}

// chooseSources picks the named sources, or all that are enabled; from an archive
// all that it holds pages of, since reading what is kept burdens nobody.
func chooseSources(cat *catalog.Catalog, ids []string, archive *crawler.Archive) ([]*catalog.Source, error) {
	var out []*catalog.Source
	if len(ids) > 0 {
		var unknown []string
		for _, id := range ids {
			src, ok := cat.Source(nhip.SourceID(id))
			if !ok {
				unknown = append(unknown, id)
				continue
			}
			if !slices.Contains(out, src) {
				out = append(out, src)
			}
		}
		if len(unknown) > 0 {
			return nil, usagef("no source %s in the catalog; `nhip sources` lists them", strings.Join(unknown, ", "))
		}
		return out, nil
	}
	for _, src := range cat.Sources {
		if archive != nil && archive.Holds(src) || archive == nil && src.IsEnabled() {
			out = append(out, src)
		}
	}
	if len(out) == 0 && archive != nil {
		return nil, errors.New("the archive holds no page of any source in the catalog; `nhip sources` lists their hosts")
	}
	return out, nil
}

// shardOf keeps the sources of shard "I/N": every source belongs to exactly one of
// the N shards, whatever else the catalog holds.
func shardOf(sources []*catalog.Source, shard string) ([]*catalog.Source, error) {
	first, second, ok := strings.Cut(shard, "/")
	i, err1 := strconv.ParseUint(first, 10, 16)
	n, err2 := strconv.ParseUint(second, 10, 16)
	if !ok || err1 != nil || err2 != nil || n < 1 || i < 1 || i > n {
		return nil, usagef("--shard %s: want I/N with 1 <= I <= N, such as 1/3", shard)
	}
	var out []*catalog.Source
	for _, src := range sources {
		h := fnv.New32a()
		h.Write([]byte(src.ID))
		if uint64(h.Sum32())%n == i-1 {
			out = append(out, src)
		}
	}
	return out, nil
}

// oneOf returns a flag's value if it is one of the allowed.
func oneOf(c *call, flag string, allowed ...string) (string, error) {
	v, err := c.flags.GetString(flag)
	if err == nil && slices.Contains(allowed, v) {
		return v, nil
	}
	return "", usagef("--%s %s: want %s", flag, v, strings.Join(allowed, " or "))
}
