// Command nhip collects Vietnamese industry news and official statistics and
// answers questions about them. Each subcommand is one file of this package; this
// is the only place that names concrete stages and wires them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"nhip/loader/engine"
)

func main() {
	engine.RunIfChild() // this binary is also the engine's process
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// memoryLimit is where garbage is collected more often instead of taking more memory. It
// is no ceiling: what is in use stays. GOMEMLIMIT in the environment overrides it.
const memoryLimit = 360 << 20

// Exit statuses of contract scripts rely on.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitPartial = 3 // some sources failed
)

// errPartial ends a command that did its work but for some sources.
var errPartial = errors.New("some sources failed")

// usageError is a mistake in how the command was called.
type usageError struct{ msg string }

func (e usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// command is one subcommand.
type command struct {
	name    string
	args    string // as in the usage line
	summary string
	example string // shown by help, one call a line
	flags   func(*pflag.FlagSet)
	takes   bool // arguments besides flags
	run     func(context.Context, *call) error
}

// call is one invocation of a command.
type call struct {
	flags  *pflag.FlagSet
	args   []string
	config config
	log    *slog.Logger
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// commands in the order of help: the daily ones first.
func commands() []command {
	return []command{
		demoCommand, runCommand, serveCommand, trendsCommand, queryCommand, readCommand,
		sourcesCommand, checkCommand, learnCommand, replayCommand, importCommand, exportCommand, migrateCommand, doctorCommand, backupCommand, restoreCommand, retainCommand, usersCommand, configCommand,
		versionCommand,
	}
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	// A second signal ends the process at once: after the first, the default action is back.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	if len(args) == 0 {
		printHelp(stderr)
		return exitUsage
	}
	name := args[0]
	switch name {
	case "help", "-h", "--help":
		if len(args) > 1 {
			if cmd, ok := find(args[1]); ok {
				printCommandHelp(stdout, cmd)
				return exitOK
			}
			return fail(stderr, usagef("no command %q; `nhip help` lists them", args[1]))
		}
		printHelp(stdout)
		return exitOK
	}
	cmd, ok := find(name)
	if !ok {
		return fail(stderr, usagef("no command %q; `nhip help` lists them", name))
	}
	c, err := newCall(cmd, args[1:], stdin, stdout, stderr)
	if errors.Is(err, pflag.ErrHelp) {
		printCommandHelp(stdout, cmd)
		return exitOK
	}
	if err == nil {
		err = cmd.run(ctx, c)
	}
	return fail(stderr, err)
}

// newCall parses the flags and settles the configuration.
func newCall(cmd command, args []string, stdin io.Reader, stdout, stderr io.Writer) (*call, error) {
	fs := flagSet(cmd)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return nil, err
		}
		return nil, usagef("%s: %v; see `nhip help %s`", cmd.name, err, cmd.name)
	}
	if !cmd.takes && fs.NArg() > 0 {
		return nil, usagef("%s: unexpected argument %q; see `nhip help %s`", cmd.name, fs.Arg(0), cmd.name)
	}
	cfg, err := loadConfig(fs, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	return &call{flags: fs, args: fs.Args(), config: cfg, log: newLogger(stderr, cfg.LogLevel), stdin: stdin, stdout: stdout, stderr: stderr}, nil
}

func flagSet(cmd command) *pflag.FlagSet {
	fs := pflag.NewFlagSet(cmd.name, pflag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	fs.SortFlags = false
	if cmd.flags != nil {
		cmd.flags(fs)
	}
	configFlags(fs)
	return fs
}

func find(name string) (command, bool) {
	for _, cmd := range commands() {
		if cmd.name == name {
			return cmd, true
		}
	}
	return command{}, false
}

// fail prints an error, if any, and returns the exit status that goes with it.
func fail(stderr io.Writer, err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errPartial):
		fmt.Fprintln(stderr, "nhip:", err)
		return exitPartial
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, "nhip:", err)
		return exitUsage
	}
	fmt.Fprintln(stderr, "nhip:", err)
	return exitFailed
}

// newLogger writes text to a terminal and JSON elsewhere.
func newLogger(w io.Writer, level slog.Level) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level}
	if isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, opts))
	}
	return slog.New(slog.NewJSONHandler(w, opts))
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// terminalWidth is how many columns the terminal w has, 80 if it does not say.
func terminalWidth(w any) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

func printHelp(w io.Writer) {
	fmt.Fprint(w, `nhip collects Vietnamese industry news and official statistics and answers questions about them.
nhip thu thập tin tức công nghiệp và số liệu thống kê chính thức của Việt Nam, và trả lời các câu hỏi về chúng.

Usage: nhip COMMAND [ARGS] [FLAGS]

`)
	for _, cmd := range commands() {
		fmt.Fprintf(w, "  %-8s  %s\n", cmd.name, cmd.summary)
	}
	fmt.Fprint(w, `
Start with:
  nhip demo             the whole job on a small bundled site, no network needed
  nhip help COMMAND     what a command does, its flags and examples
`)
}

func printCommandHelp(w io.Writer, cmd command) {
	fmt.Fprintf(w, "Usage: nhip %s\n\n%s\n", strings.TrimSpace(cmd.name+" "+cmd.args), cmd.summary)
	fmt.Fprintf(w, "\nFlags:\n%s", flagSet(cmd).FlagUsages())
	if cmd.example != "" {
		fmt.Fprintf(w, "\nExamples:\n")
		for line := range strings.Lines(cmd.example) {
			fmt.Fprintf(w, "  %s", line)
		}
		fmt.Fprintln(w)
	}
}
