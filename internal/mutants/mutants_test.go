package main

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Every mutant can still be made, and has a test; none is there twice.
func TestMutantsFitTheCode(t *testing.T) {
	t.Chdir("../..")
	if len(mutants) < 25 {
		t.Errorf("%d mutants", len(mutants))
	}
	names := map[string]bool{}
	for _, m := range mutants {
		if names[m.name] {
			t.Errorf("%s: the name is there twice", m.name)
		}
		names[m.name] = true
		mutated, err := m.apply()
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
		} else if original, _ := os.ReadFile(m.file); string(original) == mutated {
			t.Errorf("%s: it changes nothing", m.name)
		}
		if !has(t, m.in, m.test) {
			t.Errorf("%s: %s has no %s", m.name, m.in, m.test)
		}
	}
}

// has tells whether a package has a test. Of a subtest it looks for the test: that
// the other is there shows in the run.
func has(t *testing.T, folder, test string) bool {
	test, _, _ = strings.Cut(test, "/")
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	function := regexp.MustCompile(`(?m)^func ` + test + `\(`)
	for _, e := range entries {
		if text, err := os.ReadFile(folder + "/" + e.Name()); strings.HasSuffix(e.Name(), "_test.go") && err == nil && function.Match(text) {
			return true
		}
	}
	return false
}

// The document has the results of a run of all mutants that there are, and none of
// them survives.
func TestResultsAreThere(t *testing.T) {
	t.Chdir("../..")
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), begin)
	results, _, ok := strings.Cut(rest, end)
	if !ok || strings.Contains(results, "survives") {
		t.Errorf("results of the last run: %s", results)
	}
	for _, m := range mutants {
		if !strings.Contains(results, "\n| "+m.name+" | `"+m.file+"` | `"+m.test+"` |\n") {
			t.Errorf("%s is not among the results", m.name)
		}
	}
}

// What was interrupted is no run, and is not written.
func TestInterruptedRun(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := errors.Join(os.Mkdir("docs", 0o700), os.WriteFile(document, []byte(begin+end), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := run(ctx, selection{}, true); err != context.Canceled {
		t.Error(err)
	}
	if text, err := os.ReadFile(document); err != nil || string(text) != begin+end {
		t.Errorf("%v\n%s", err, text)
	}
}

// A run is written in place of the last, and nothing else is changed.
func TestRecord(t *testing.T) {
	path := t.TempDir() + "/enforcement.md"
	if err := os.WriteFile(path, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	one := mutant{name: "one", file: "a.go", test: "TestA"}
	before := time.Now()
	if err := record(path, []result{{mutant: one, killed: true}, {mutant: mutant{name: "two", file: "b.go", test: "TestB"}}}); err != nil {
		t.Fatal(err)
	}
	on := func(day time.Time) string {
		return "before\n" + begin + "Last run on " + day.UTC().Format(time.DateOnly) + ": 2 mutants, 1 killed.\n\n" +
			"| mutant | file | killed by |\n|---|---|---|\n| one | `a.go` | `TestA` |\n| two | `b.go` | **survives** `TestB` |\n" + end + "after\n"
	}
	after := time.Now() // maybe the next day
	if got, err := os.ReadFile(path); err != nil || string(got) != on(before) && string(got) != on(after) {
		t.Errorf("%v\n%s", err, got)
	}
	if err := record(os.DevNull, nil); err == nil {
		t.Error("a document without a place for results is none")
	}
}
