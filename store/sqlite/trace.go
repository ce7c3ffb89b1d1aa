package sqlite

import (
	"strconv"
	"strings"
	"time"

	"github.com/granary-fhir/granary/store"
)

// traced tells the trace of a statement that has ended. What is done for each row,
// other statements among it, is in the time.
func (c *conn) traced(sql string, args []value, start time.Time) {
	c.trace.Ran(sql, func() string { return shown(sql, args) }, time.Since(start))
}

// untraced runs fn, of which the trace is told nothing.
func (c *conn) untraced(fn func(*conn) error) error {
	defer func(trace *store.Trace) { c.trace = trace }(c.trace)
	c.trace = nil
	return fn(c)
}

// shown are the values of a statement's parameters, for a trace. Of a statement that
// reads, texts are those of the predicate, and numbers stand for them and for rows.
// What was read from other rows, to look for more with it, is not shown: neither
// entries nor lists, whose length alone would tell of data that the caller may not see.
// Nor is anything of a statement that writes: index rows that go tell what was in the
// resource before, which the caller may not be allowed to read.
func shown(sql string, args []value) string {
	if !strings.HasPrefix(sql, "SELECT") && !strings.HasPrefix(sql, "WITH") {
		return ""
	}
	texts := make([]string, len(args))
	for i, v := range args {
		texts[i] = v.shown()
	}
	return strings.Join(texts, ", ")
}

func (v value) shown() string {
	switch v.kind {
	case isNull:
		return "NULL"
	case isInt:
		return strconv.FormatInt(v.int, 10)
	case isReal:
		return strconv.FormatFloat(v.real, 'g', -1, 64)
	case isText:
		return "'" + strings.ReplaceAll(v.text, "'", "''") + "'"
	case isList:
		return "(list)"
	case isOperand:
		return "(test)"
	}
	return "(bytes)"
}
