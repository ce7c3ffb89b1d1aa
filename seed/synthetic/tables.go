package synthetic

import (
	"embed"
	"strconv"
	"strings"
	"sync"
)

//go:embed data/*.tsv
var tableFiles embed.FS

// rows are the lines of an embedded table, but for those that begin with #, cut at
// the tabs.
func rows(name string) [][]string {
	text, err := tableFiles.ReadFile("data/" + name + ".tsv")
	if err != nil {
		panic(err) // it was embedded
	}
	var all [][]string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\n"); line != "" && line[0] != '#' {
			all = append(all, strings.Split(line, "\t"))
		}
	}
	return all
}

// cell is a cell of a row, "" where the row is shorter.
func cell(row []string, i int) string {
	if i >= len(row) {
		return ""
	}
	return row[i]
}

// number is a cell that is a number. TestTables reads every table, so that a cell that
// is none does not get far.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

// The tables are read once and never changed.
var (
	streets   = sync.OnceValue(readStreets)
	concepts  = sync.OnceValue(readConcepts)
	cultures  = sync.OnceValue(readCultures)
	regions   = sync.OnceValue(readRegions)
	growths   = sync.OnceValue(readGrowth)
	analytes  = sync.OnceValue(readAnalytes)
	vaccines  = sync.OnceValue(readVaccines)
	acuteIlls = sync.OnceValue(readAcute)
)
