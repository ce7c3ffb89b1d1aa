package sqlite

import (
	"strconv"
	"strings"
)

// fragment is a piece of SQL and the values of its parameters, in the order in
// which they stand in the text.
type fragment struct {
	text string
	args []value
}

// sql is a fragment of its own. A bound limit is written `LIMIT ?+0`: where SQLite
// sees that a limit is a parameter it plans the statement anew for each value.
func sql(text string, args ...value) fragment { return fragment{text, args} }

// The constant conditions.
var (
	always = sql("1")
	never  = sql("0")
)

func (f fragment) isAlways() bool { return f.text == "1" }
func (f fragment) isNever() bool  { return f.text == "0" }

// concat puts fragments side by side.
func concat(parts ...fragment) fragment {
	var text strings.Builder
	var args []value
	for _, p := range parts {
		text.WriteString(p.text)
		args = append(args, p.args...)
	}
	return fragment{text.String(), args}
}

// both is the conjunction of conditions, anyOf their disjunction.
func both(parts ...fragment) fragment  { return combine(parts, " AND ", always, never) }
func anyOf(parts ...fragment) fragment { return combine(parts, " OR ", never, always) }

// combine joins conditions in the form of a balanced tree: SQLite limits the
// depth of an expression, and a chain of n operators is n deep.
func combine(parts []fragment, operator string, neutral, absorbing fragment) fragment {
	kept := make([]fragment, 0, len(parts))
	for _, p := range parts {
		switch p.text {
		case absorbing.text:
			return absorbing
		case neutral.text:
		default:
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return neutral
	}
	var b balanced
	b.join(kept, operator)
	return fragment{b.text.String(), b.args}
}

type balanced struct {
	text strings.Builder
	args []value
}

func (b *balanced) join(parts []fragment, operator string) {
	if len(parts) == 1 {
		b.text.WriteString(parts[0].text)
		b.args = append(b.args, parts[0].args...)
		return
	}
	b.text.WriteByte('(')
	b.join(parts[:len(parts)/2], operator)
	b.text.WriteString(operator)
	b.join(parts[len(parts)/2:], operator)
	b.text.WriteByte(')')
}

// negate is true where the condition is false. Conditions are never NULL.
func negate(f fragment) fragment {
	switch {
	case f.isAlways():
		return never
	case f.isNever():
		return always
	}
	return fragment{"NOT (" + f.text + ")", f.args}
}

// where is a WHERE clause, or nothing.
func where(conditions ...fragment) fragment {
	all := both(conditions...)
	if all.isAlways() {
		return fragment{}
	}
	return concat(sql(" WHERE "), all)
}

// aliases hands out table names that are unique in a statement.
type aliases int

func (a *aliases) next(prefix string) string {
	*a++
	return prefix + strconv.Itoa(int(*a))
}
