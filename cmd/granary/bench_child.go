package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"

	"github.com/granary-fhir/granary/internal/bench"
)

// child is a process of this program that answers requests.
type child struct {
	bench.Server
	command *exec.Cmd
	log     string // where its standard error goes
}

var listening = regexp.MustCompile(`\bat (http://\S+)`)

// start runs this program with other arguments, until its output tells where it
// listens. Its environment has none of the variables that set flags: what is
// measured is what the arguments say.
func (b *benchRun) start(ctx context.Context, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{command: exec.CommandContext(ctx, self, args...)}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "GRANARY_") {
			c.command.Env = append(c.command.Env, variable)
		}
	}
	c.command.Env = append(c.command.Env, b.store.environment()...)
	c.command.Cancel = func() error { return c.command.Process.Signal(syscall.SIGTERM) }
	c.command.WaitDelay = time.Minute
	log, err := os.CreateTemp(b.folder, "log-")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	c.command.Stderr, c.log = log, log.Name()
	out, err := c.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.command.Start(); err != nil {
		return nil, err
	}
	c.PID = c.command.Process.Pid
	if err := c.locate(out); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	return c, nil
}

// locate waits for the URL in the output, and lets the rest go by.
func (c *child) locate(out io.Reader) error {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		found := listening.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		base, err := url.Parse(found[1])
		if err != nil {
			return err
		}
		c.Address, c.Path = base.Host, base.Path
		go func() { _, _ = io.Copy(io.Discard, out) }()
		return nil
	}
	return fmt.Errorf("%s ended without listening: %s", strings.Join(c.command.Args, " "), c.said())
}

// said is the end of its log.
func (c *child) said() string {
	text, _ := os.ReadFile(c.log)
	return string(text[max(0, len(text)-1000):])
}

// stop asks the process to end, and waits until it has.
func (c *child) stop() error {
	// One that has ended already cannot be asked, and tells below why.
	_ = c.command.Process.Signal(syscall.SIGTERM)
	if err := c.command.Wait(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(c.command.Args, " "), err, c.said())
	}
	return nil
}

func (b *benchRun) startServer(ctx context.Context) (*child, error) {
	return b.start(ctx, b.store.serveArgs()...)
}

// startOpen starts the server that wants no token, on the same store.
func (b *benchRun) startOpen(ctx context.Context) (*child, error) {
	return b.start(ctx, append(b.store.serveArgs(), "--auth=off")...)
}

func (b *benchRun) startProfiled(ctx context.Context) (*child, error) {
	return b.start(ctx, append([]string{"bench", "--child", "server", "--profile", b.cmd.Profile}, b.childStore()...)...)
}

// childStore are the arguments that name the store to the process with the profile.
func (b *benchRun) childStore() []string {
	args := b.store.flags.mongoFlags.arguments()
	if !b.store.isMongo() {
		args = append(args, "--child-data", b.store.flags.Data)
	}
	return args
}

// childStore is the store that was named so.
func (cmd *benchCmd) childStore() benchTarget {
	return benchTarget{flags: dataFlags{Data: cmd.ChildData, Store: cmd.Store, mongoFlags: cmd.mongoFlags}}
}

func (b *benchRun) startFloor(ctx context.Context) (*child, error) {
	return b.start(ctx, "bench", "--child", "floor")
}

// serveProfiled is granary serve with a profile of all that it does.
func (cmd *benchCmd) serveProfiled(ctx context.Context, c console) (err error) {
	profile, err := os.Create(cmd.Profile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, profile.Close()) }()
	if err := pprof.StartCPUProfile(profile); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	if code := run(ctx, cmd.childStore().serveArgs(), c); code != exitOK {
		return fmt.Errorf("the server ended with exit code %d", code)
	}
	return nil
}

// serveFloor serves the floor, with the limits of the server.
func serveFloor(ctx context.Context, c console) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(c.out, "The floor is at http://%s\n", listener.Addr()); err != nil {
		return err
	}
	logger, endLog := (&serveCmd{LogFormat: "text"}).logger(c)
	defer endLog()
	return serve(ctx, listener, nil, bench.NewFloor(), logger)
}
