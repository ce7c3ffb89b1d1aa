package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

const (
	document = "docs/enforcement.md"
	begin    = "<!-- mutants: written by go run ./internal/mutants -write -->\n"
	end      = "<!-- end of mutants -->\n"
)

// record puts the results of a run into the document, in place of those of the last.
func record(path string, results []result) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s has no place for the results", path)
	}
	return os.WriteFile(path, []byte(before+begin+table(results, time.Now())+end+after), 0o644)
}

func table(results []result, when time.Time) string {
	var b strings.Builder
	killed := 0
	for _, r := range results {
		if r.killed {
			killed++
		}
	}
	fmt.Fprintf(&b, "Last run on %s: %d mutants, %d killed.\n\n", when.UTC().Format(time.DateOnly), len(results), killed)
	b.WriteString("| mutant | file | killed by |\n|---|---|---|\n")
	for _, r := range results {
		by := "`" + r.test + "`"
		if !r.killed {
			by = "**survives** " + by
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", r.name, r.file, by)
	}
	return b.String()
}
