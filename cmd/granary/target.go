package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/schollz/progressbar/v3"

	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/store"
)

// targetFlags name where a command writes many resources: a local store, or a server.
type targetFlags struct {
	writeFlags
	URL   string `name:"url" placeholder:"FHIRBASE" help:"Write to this FHIR server instead of a local store."`
	Token string `placeholder:"TOKEN" help:"Access token for --url."`
}

// onLine are the flags of the command line itself, without those of the environment.
func onLine(given *kong.Context) map[string]bool {
	flags := make(map[string]bool)
	for _, element := range given.Path {
		if element.Flag != nil {
			flags[element.Flag.Name] = true
		}
	}
	return flags
}

// remote tells whether to write to --url. What the command line says beats what
// the environment says.
func (f *targetFlags) remote(given *kong.Context) (bool, error) {
	line := onLine(given)
	switch {
	case line["url"] && line["data"]:
		return false, errors.New("--data and --url: one place to write to, please")
	case line["url"] && line["store"]:
		return false, errors.New("--store and --url: one place to write to, please")
	case line["url"] && line["validate"]:
		return false, errors.New("--validate is for a local store; the server at --url checks as it was told to")
	case f.URL == "" || line["data"] || line["store"]:
		if line["token"] {
			return false, errors.New("--token is for --url")
		}
		return false, nil
	}
	if !strings.HasPrefix(f.URL, "http://") && !strings.HasPrefix(f.URL, "https://") {
		return false, fmt.Errorf("--url: %q is not an http or https URL", f.URL)
	}
	return true, nil
}

// target opens the place. The command is who is said to write there.
func (f *targetFlags) target(ctx context.Context, command string, remote bool) (target seed.Target, close func() error, err error) {
	if remote {
		server := seed.NewHTTP(f.URL, f.Token)
		return server, server.Close, nil
	}
	opened, err := f.open(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	view := opened.View(store.Unrestricted(command))
	return seed.Store{View: view, Registry: opened.Registry()}, opened.Close, nil
}

// load puts files into a target, closes it, and reports what became of them. Work is
// shown in bytes, unless options say otherwise.
func load(ctx context.Context, c console, doing string, files []seed.File, target seed.Target, closeTarget func() error, options ...progressbar.Option) error {
	defer spareCollections()()
	bar := newProgress(c, doing, seed.Work(files), options...)
	summary, err := seed.Import(ctx, files, target, bar.set)
	bar.clear()
	err = errors.Join(err, closeTarget())
	report(c, summary)
	if err == nil && len(summary.Refusals) > 0 {
		err = errRefused
	}
	return err
}
