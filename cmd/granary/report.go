package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/granary-fhir/granary/seed"
)

// report prints what became of each type, and every refusal.
func report(c console, summary *seed.Summary) {
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "type\tcreated\tupdated\tunchanged\trefused\t")
	for _, name := range summary.Names() {
		row(table, name, summary.Types[name])
	}
	row(table, "total", summary.Sum())
	_ = table.Flush() // what cannot be printed cannot be reported either
	for _, refusal := range summary.Refusals {
		fmt.Fprintf(c.err, "refused: %v\n", refusal)
	}
}

func row(table *tabwriter.Writer, name string, counts seed.Counts) {
	if name == "" {
		name = "(unknown)"
	}
	fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t\n", name, counts.Created, counts.Updated, counts.Unchanged, counts.Refused)
}
