// Command granary is a FHIR R4 server with SMART authorization inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes of every command.
const (
	exitOK      = 0
	exitFailure = 1 // the command could not do all that was asked
	exitUsage   = 2 // the command line or the environment is wrong; nothing was done
)

type commands struct {
	Serve   serveCmd   `cmd:"" default:"withargs" help:"Run the server. This is what granary does without a command."`
	Import  importCmd  `cmd:"" help:"Load FHIR Bundles, resources and NDJSON."`
	Token   tokenCmd   `cmd:"" help:"Print an access token for scripts and tests."`
	Bench   benchCmd   `cmd:"" help:"Measure the server on this machine, with a data set of any size."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// console is where a command reads and writes.
type console struct {
	program  string // how the user calls it, for command lines in messages
	out, err io.Writer
}

// usageError is a mistake in flags that only shows when they are looked at
// together.
type usageError struct{ error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks; a second one, no longer caught, ends the process.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], console{program: calledAs(os.Args[0]), out: os.Stdout, err: os.Stderr}))
}

// run runs one command to its end and returns the exit code. A command ends
// early and in good order when ctx is done.
func run(ctx context.Context, args []string, c console) int {
	var exited *int
	parser, err := kong.New(new(commands),
		kong.Name("granary"),
		kong.Description("Granary is a FHIR R4 server with SMART authorization inside.\n\n"+
			"Every flag may also be set by an environment variable: --base-url by GRANARY_BASE_URL."),
		kong.DefaultEnvars("GRANARY"),
		kong.Writers(c.out, c.err),
		kong.Exit(func(code int) { exited = &code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(c),
	)
	if err != nil {
		panic(err) // the commands are declared wrongly
	}
	parsed, err := parser.Parse(args)
	if exited != nil { // --help
		return *exited
	}
	if err != nil {
		fmt.Fprintf(c.err, "granary: %v\nSee %s --help.\n", err, c.program)
		return exitUsage
	}
	return exitCode(parsed.Run(), c)
}

func exitCode(err error, c console) int {
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errRefused): // told already, with the reasons
		return exitFailure
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(c.err, "granary: interrupted")
		return exitFailure
	case errors.As(err, &usage):
		fmt.Fprintf(c.err, "granary: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(c.err, "granary: %v\n", err)
	return exitFailure
}
