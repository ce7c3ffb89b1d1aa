// Command mutants breaks the code that enforces scopes, in one named way at a time,
// and runs the test that must notice. It is run by hand, from the root of the
// repository:
//
//	go run ./internal/mutants [-only NAME] [-from NAME] [-write]
//
// The files of the repository are not touched: the compiler is given the mutants by
// its -overlay flag. With -write the results go into docs/enforcement.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "run the mutants whose name contains this")
	from := flag.String("from", "", "begin with the mutant of this name: where an earlier run was interrupted")
	write := flag.Bool("write", false, "write the results into "+document)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, selection{*only, *from}, *write)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// selection is which of the mutants are run.
type selection struct{ only, from string }

func (s selection) mutants() []mutant {
	chosen := mutants
	if s.from != "" {
		chosen = chosen[max(0, slices.IndexFunc(chosen, func(m mutant) bool { return m.name == s.from })):]
	}
	return slices.DeleteFunc(slices.Clone(chosen), func(m mutant) bool { return !strings.Contains(m.name, s.only) })
}

func run(ctx context.Context, of selection, write bool) error {
	var results []result
	survivors := 0
	for _, m := range of.mutants() {
		r, err := m.run(ctx)
		if ctx.Err() != nil { // what was not run has no result
			return ctx.Err()
		}
		if err != nil {
			fmt.Printf("%s: %v\n", m.name, err)
		}
		fmt.Printf("%-8s %5.1fs  %s (%s)\n", r.verdict(), r.took.Seconds(), m.name, m.test)
		if !r.killed {
			survivors++
		}
		results = append(results, r)
	}
	fmt.Printf("%d mutants, %d survive\n", len(results), survivors)
	if write && len(results) == len(mutants) {
		if err := record(document, results); err != nil {
			return err
		}
	}
	if survivors > 0 {
		return fmt.Errorf("%d of %d mutants survive", survivors, len(results))
	}
	return nil
}

// result is what became of a mutant.
type result struct {
	mutant
	killed bool
	took   time.Duration
}

func (r result) verdict() string {
	if r.killed {
		return "killed"
	}
	return "SURVIVES"
}

// apply is the file with the mutation in it.
func (m mutant) apply() (string, error) {
	text, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		return "", fmt.Errorf("%s has the text to be changed %d times, not once", m.file, n)
	}
	return strings.Replace(string(text), m.old, m.new, 1), nil
}

// run tests the mutant. It is killed if the test that is named fails; the error says
// that nothing was learned, since the mutant does not compile or no test has run.
func (m mutant) run(ctx context.Context) (result, error) {
	mutated, err := m.apply()
	if err != nil {
		return result{mutant: m}, err
	}
	folder, err := os.MkdirTemp("", "granary-mutant")
	if err != nil {
		return result{mutant: m}, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	overlay, err := m.overlay(folder, mutated)
	if err != nil {
		return result{mutant: m}, err
	}
	start := time.Now()
	test := exec.CommandContext(ctx, "go", "test", "-overlay", overlay, "-vet=off", "-ldflags=-s -w", "-count=1", "-timeout=10m", "-run", m.pattern(), "-v", m.in)
	output, err := test.CombinedOutput()
	r := result{mutant: m, took: time.Since(start)}
	switch {
	case strings.Contains(string(output), "--- FAIL: "+m.test+" "):
		r.killed = true
	case err == nil && strings.Contains(string(output), "--- PASS: "+m.test+" "):
	default:
		return r, fmt.Errorf("the test neither passes nor fails: %w\n%s", err, tail(output))
	}
	return r, nil
}

// pattern names the test, and nothing else, to `go test -run`.
func (m mutant) pattern() string { return "^" + strings.ReplaceAll(m.test, "/", "$/^") + "$" }

// overlay writes the mutated file and the description that the compiler takes of it.
func (m mutant) overlay(folder, mutated string) (string, error) {
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	replacement := filepath.Join(folder, filepath.Base(m.file))
	if err := os.WriteFile(replacement, []byte(mutated), 0o600); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": {original: replacement}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(folder, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

func tail(output []byte) []byte { return output[max(0, len(output)-2000):] }
