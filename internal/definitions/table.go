package definitions

import "strings"

// rows yields the lines of a table without its leading comments. The lines are
// slices of the table: nothing is copied.
func rows(table string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(table) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			if !yield(strings.TrimSuffix(line, "\n")) {
				return
			}
		}
	}
}

// column cuts the first column off a row. Trailing empty columns are not
// written, so a row that has run out yields empty columns.
func column(row string) (value, rest string) {
	value, rest, _ = strings.Cut(row, "\t")
	return value, rest
}

// list splits a column that holds several words; an empty column holds none.
func list(value, separator string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, separator)
}
