package main

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
)

// full is where nothing more can be written.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// Who calls a command for its answer learns that there is none: a token that was made
// and not shown cannot be asked for again.
func TestAnswersThatDoNotArrive(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	must(t, "token", "--data", data, "--scope", "system/*.rs")
	for _, args := range [][]string{{"client", "invite"}, {"check"}, {"reindex"}, {"token", "--scope", "system/*.rs"}} {
		var errs bytes.Buffer
		code := run(t.Context(), append(args, "--data", data), console{program: "granary", out: full{}, err: &errs})
		if code != exitFailure || errs.String() != "granary: no space left on device\n" {
			t.Errorf("%q: exit code %d, %s", args, code, &errs)
		}
	}
}
