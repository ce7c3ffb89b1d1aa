package sqlite

import (
	"strings"

	"github.com/granary-fhir/granary/search"
)

// entryTest is a test of one entry: of a table, under a parameter. In the SQL of
// the test {} stands for the table.
type entryTest struct {
	table string
	param int64
	test  fragment
}

// noEntry passes none.
var noEntry = entryTest{test: never}

// entryTest compiles a predicate that holds for a row if it holds for one of its
// entries. It reports false for every other one.
func (c *compiler) entryTest(e search.Expr) (t entryTest, ok bool, err error) {
	switch e := e.(type) {
	case search.Term:
		t, err = c.termTest(e)
	case search.String:
		t, err = c.rangeTest("str", e.Param, stringTest(e))
	case search.Date:
		t, err = c.rangeTest("date", e.Param, dateTest(e))
	case search.Quantity:
		t, err = c.quantityTest(e)
	default:
		return noEntry, false, nil
	}
	return t, true, err
}

func (c *compiler) rangeTest(table string, p *search.Param, test fragment) (entryTest, error) {
	param, ok, err := c.param(p)
	if err != nil || !ok {
		return noEntry, err
	}
	return entryTest{table, param, test}, nil
}

// probe is true where an entry of the row passes the test; one of a group, if the
// SQL of the group is given.
func (s subject) probe(t entryTest, group string) fragment {
	if t.test.isNever() {
		return never
	}
	name := s.prefix + t.table
	inGroup := always
	if group != "" {
		inGroup = sql(name + ".grp = " + group)
	}
	return s.exists(t, name, inGroup)
}

// exists is true where an entry of the row passes the test and the condition, in
// which the entry has the given alias.
func (s subject) exists(t entryTest, alias string, condition fragment) fragment {
	if t.test.isNever() || condition.isNever() {
		return never
	}
	from := s.prefix + t.table
	if alias != from {
		from += " " + alias
	}
	// The few entries of the row are all read: with a plus before the columns of
	// the test SQLite cannot walk an index over the values of all rows instead.
	probed := alias
	if t.table != "entry" {
		probed = "+" + alias
	}
	return concat(sql("EXISTS(SELECT 1 FROM "+from), where(
		sql(alias+".owner = "+s.owner),
		sql(alias+".param = ?", num(t.param)),
		t.on(probed),
		condition,
	), sql(")"))
}

// on is the test of the table with an alias.
func (t entryTest) on(alias string) fragment {
	return fragment{strings.ReplaceAll(t.test.text, "{}", alias), t.test.args}
}

// presence are tests that pass any entry under the parameter.
func (c *compiler) presence(p *search.Param) ([]entryTest, error) {
	param, ok, err := c.param(p)
	if err != nil || !ok {
		return nil, err
	}
	var tests []entryTest
	for _, table := range tablesOf(p.Kind) {
		tests = append(tests, entryTest{table, param, always})
	}
	return tests, nil
}

// tablesOf are the tables in which entries of a kind of parameter may be.
func tablesOf(kind search.Kind) []string {
	switch kind {
	case search.KindToken, search.KindReference, search.KindURI:
		return []string{"entry"}
	case search.KindDate:
		return []string{"date"}
	case search.KindNumber, search.KindQuantity:
		return []string{"qty"}
	}
	return entryTableNames // `_text` and `_content` are strings with terms
}

// missing is true where the row has no entry under the parameter; for a
// composite: no element that has all of the components.
func (c *compiler) missing(s subject, e search.Missing) (fragment, error) {
	if e.Param.Code == "_id" {
		return never, nil
	}
	if len(e.Param.Components) > 0 {
		parts := make([]search.Expr, len(e.Param.Components))
		for i, component := range e.Param.Components {
			parts[i] = search.Not{Of: search.Missing{Param: component}}
		}
		p, err := c.composite(s, search.Composite{Param: e.Param, Parts: parts})
		return negate(p), err
	}
	tests, err := c.presence(e.Param)
	return negate(s.probeAny(tests, "")), err
}

func (s subject) probeAny(tests []entryTest, group string) fragment {
	probes := make([]fragment, len(tests))
	for i, test := range tests {
		probes[i] = s.probe(test, group)
	}
	return anyOf(probes...)
}
