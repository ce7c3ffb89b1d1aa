// Command granary is a FHIR R4 server with SMART authorization inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
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
	Serve    serveCmd    `cmd:"" default:"withargs" help:"Run the server. This is what granary does without a command."`
	Ready    readyCmd    `cmd:"" help:"Ask whether a server is ready: for health checks."`
	Import   importCmd   `cmd:"" help:"Load FHIR Bundles, resources and NDJSON."`
	Seed     seedCmd     `cmd:"" help:"Make synthetic patients, as many as you like."`
	Validate validateCmd `cmd:"" help:"Check FHIR files against R4 and profiles."`
	Check    checkCmd    `cmd:"" help:"Verify a store: the database, and every index against the resources."`
	Reindex  reindexCmd  `cmd:"" help:"Make the index entries of all resources anew."`
	IG       igCmd       `cmd:"" name:"ig" help:"Install, list and remove packages of implementation guides."`
	Token    tokenCmd    `cmd:"" help:"Print an access token for scripts and tests."`
	User     userCmd     `cmd:"" help:"Add, list and change the accounts of people who log in."`
	Keys     keysCmd     `cmd:"" help:"Show, rotate and remove the keys that sign ID tokens."`
	Client   clientCmd   `cmd:"" help:"Register apps and services that may ask for tokens."`
	Backup   backupCmd   `cmd:"" help:"Copy the store to a file, also while a server runs on it."`
	Restore  restoreCmd  `cmd:"" help:"Bring back the store that a backup holds."`
	Copy     copyCmd     `cmd:"" help:"Copy a whole installation to another store, of another kind too."`
	Bench    benchCmd    `cmd:"" help:"Measure the server on this machine, with a data set of any size."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// console is where a command reads and writes.
type console struct {
	program  string    // how the user calls it, for command lines in messages
	in       io.Reader // for passwords; may be nil
	out, err io.Writer
}

// usageError is a mistake in flags that only shows when they are looked at
// together.
type usageError struct{ error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks; a second one, no longer caught, ends the process.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], console{program: calledAs(os.Args[0]), in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// run runs one command to its end and returns the exit code. A command ends
// early and in good order when ctx is done.
func run(ctx context.Context, args []string, c console) int {
	out := &printout{to: c.out}
	c.out = out
	var exited *int
	parser, err := kong.New(new(commands),
		kong.Name("granary"),
		kong.Description("Granary is a FHIR R4 server with SMART authorization inside.\n\n"+
			"Every flag may also be set by an environment variable: --base-url by GRANARY_BASE_URL."),
		kong.DefaultEnvars("GRANARY"),
		kong.Writers(c.out, c.err),
		kong.Exit(func(code int) { exited = &code }),
		kong.ExplicitGroups([]kong.Group{{Key: "data", Title: "Where the data are:"}, {Key: "mongo", Title: "If that is MongoDB:"}}),
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
		fmt.Fprintf(c.err, "granary: %s\nSee %s --help.\n", misread(parser, args, err), strings.Join(append([]string{c.program}, commandOf(args, err)...), " "))
		return exitUsage
	}
	return exitCode(out.orFailed(parsed.Run()), c)
}

// misread says what is wrong with a command line. The server is the command of those
// that name none, and would take a word that is no command for an argument of its own.
func misread(parser *kong.Kong, args []string, err error) string {
	isCommand := func(n *kong.Node) bool { return n.Name == args[0] }
	if len(args) == 0 || strings.HasPrefix(args[0], "-") || slices.ContainsFunc(parser.Model.Children, isCommand) {
		return err.Error()
	}
	return "there is no command " + args[0]
}

// commandOf are the words of the command that a command line names, of which the help
// tells what would be right; none if it names none.
func commandOf(args []string, err error) []string {
	var wrong *kong.ParseError
	if !errors.As(err, &wrong) {
		return nil
	}
	var words []string
	for _, element := range wrong.Context.Path {
		if element.Command != nil && slices.Contains(args, element.Command.Name) {
			words = append(words, element.Command.Name)
		}
	}
	return words
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
