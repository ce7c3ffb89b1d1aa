package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is the release that this source will be.
const version = "0.1.0"

type versionCmd struct{}

// Run prints the version, the commit if it is known, and the Go version.
func (versionCmd) Run(c console) error {
	_, err := fmt.Fprintf(c.out, "granary %s (%s%s, %s/%s)\n", version, commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// commit is the source that the program was built from, as "commit 1a2b3c4d, ",
// or "" where the build does not know.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	settings := make(map[string]string)
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := settings["vcs.revision"]
	if len(revision) < 12 {
		return ""
	}
	text := "commit " + revision[:12]
	if settings["vcs.modified"] == "true" {
		text += " with changes"
	}
	return text + ", "
}
