package sqlite

import (
	"github.com/granary-fhir/granary/search"
)

// source delivers candidate rows, as the alias p with the columns rid and sort.
type source struct {
	from  fragment
	where fragment
}

// plan is how the rows of a Select are found: candidates from a source, and a
// test of each.
type plan struct {
	source
	test  fragment
	until fragment // true for every row that is found: bounds a walk
	wide  bool     // the source is a part of the population that is not known to be small
}

// isEmpty tells that there can be no rows.
func (p plan) isEmpty() bool { return p.where.isNever() || p.test.isNever() }

// plan chooses a driver for the rows of a type and compiles the rest of the
// predicate to a test. In order of preference: the ids that are asked for; the
// postings of one chart; the smallest set of candidates, if one is small; the
// postings of a term; those of the type.
func (c *compiler) plan(typ string, e search.Expr) (plan, error) {
	if err := admit(e); err != nil {
		return plan{}, err
	}
	conjuncts := flatten(e, nil)
	driver, done, wide, err := c.driver(typ, conjuncts)
	if err != nil || driver.where.isNever() {
		return plan{source: source{where: never}}, err
	}
	tests := make([]fragment, 0, len(conjuncts))
	for i, part := range conjuncts {
		if done[i] {
			continue
		}
		test, err := c.test(typ, part)
		if err != nil {
			return plan{}, err
		}
		tests = append(tests, test)
	}
	return plan{driver, both(tests...), c.until(conjuncts), wide}, nil
}

func flatten(e search.Expr, into search.And) search.And {
	if and, ok := e.(search.And); ok {
		for _, part := range and {
			into = flatten(part, into)
		}
		return into
	}
	return append(into, e)
}

// driver chooses the source, and tells which conjuncts hold for all of its rows.
func (c *compiler) driver(typ string, conjuncts search.And) (from source, done map[int]bool, wide bool, err error) {
	typeTerm, ok, err := c.typeTerm(typ)
	if err != nil || !ok {
		return source{where: never}, nil, false, err
	}
	terms, err := c.exactTerms(conjuncts)
	if err != nil {
		return source{}, nil, false, err
	}
	for i, part := range conjuncts {
		switch part := part.(type) {
		case search.ID:
			rids, err := c.rids(typ, part)
			return rowsOf(typ, sql("SELECT value FROM json_each(?)", numsJSON(rids))), map[int]bool{i: true}, false, err
		case search.Chart:
			from, done, err = c.chartDriver(part, i, typeTerm, conjuncts, terms)
			return from, done, false, err
		}
	}
	return c.populationDriver(typ, conjuncts, typeTerm, terms)
}

// exactTerms are the conjuncts that are one term, by their index; 0 is a term
// that nothing has.
func (c *compiler) exactTerms(conjuncts search.And) (map[int]int64, error) {
	terms := map[int]int64{}
	for i, part := range conjuncts {
		t, ok := part.(search.Term)
		if !ok || t.Param.Code == "_id" || t.Code.Any() {
			continue
		}
		param, ok, err := c.param(t.Param)
		if err != nil {
			return nil, err
		}
		if !ok {
			terms[i] = 0
			continue
		}
		found, all, err := c.expand(param, t)
		if err != nil {
			return nil, err
		}
		if all && len(found) == 0 {
			terms[i] = 0
		} else if all && len(found) == 1 {
			terms[i] = found[0]
		}
	}
	return terms, nil
}

// chartDriver takes the postings of the rarest term in the chart, of those that
// charts have.
func (c *compiler) chartDriver(e search.Chart, index int, typeTerm int64, conjuncts search.And, terms map[int]int64) (source, map[int]bool, error) {
	chart, ok, err := c.resource(keyOf("Patient", e.Patient))
	if err != nil || !ok {
		return source{where: never}, nil, err
	}
	for i, term := range terms {
		if term == 0 { // nothing has it
			return source{where: never}, nil, nil
		}
		posted := termRow{words: isWords(conjuncts[i].(search.Term).Param)}
		if _, err := c.conn.first("SELECT target FROM term WHERE id = ?", []value{num(term)}, func(r row) { posted.target = r.int(0) }); err != nil {
			return source{}, nil, err
		}
		if !posted.isPostedIn(chart) {
			delete(terms, i)
		}
	}
	return c.rarest(chart, map[int]bool{index: true}, typeTerm, terms, c.effort.small)
}

// rarest takes the postings of the term with the fewest, by counts up to bound;
// those of the type if there is no term.
func (c *compiler) rarest(chart int64, done map[int]bool, typeTerm int64, terms map[int]int64, bound int) (source, map[int]bool, error) {
	best, index := typeTerm, -1
	for i, term := range terms {
		if term == 0 {
			return source{where: never}, nil, nil
		}
		if len(terms) > 1 {
			n, err := c.count(postingsIn(chart, term), bound)
			if err != nil {
				return source{}, nil, err
			}
			if n >= bound && index >= 0 {
				continue
			}
			bound = n
		}
		best, index = term, i
	}
	if index >= 0 {
		done[index] = true
	}
	return ordered(chart, best), done, nil
}

// populationDriver takes the smallest source that is small.
func (c *compiler) populationDriver(typ string, conjuncts search.And, typeTerm int64, terms map[int]int64) (from source, done map[int]bool, wide bool, err error) {
	best, bound := -1, c.effort.small
	var found fragment
	for i, part := range conjuncts {
		if term, ok := terms[i]; ok && term == 0 {
			return source{where: never}, nil, false, nil
		}
		set, n, ok, err := c.small(typ, part, bound)
		if err != nil {
			return source{}, nil, false, err
		}
		if ok {
			best, bound, found = i, n, set
		}
		if bound <= c.effort.tiny {
			break
		}
	}
	if best < 0 {
		n, err := c.count(postingsIn(0, typeTerm), c.effort.small)
		if err != nil || n < c.effort.small {
			return ordered(0, typeTerm), nil, false, err
		}
		from, done, err = c.rarest(0, map[int]bool{}, typeTerm, terms, 20*c.effort.small)
		return from, done, true, err
	}
	if term, ok := terms[best]; ok {
		return ordered(0, term), map[int]bool{best: true}, false, nil
	}
	return rowsOf(typ, found), map[int]bool{best: isExact(typ, conjuncts[best])}, false, nil
}

// ordered are the postings of a term, in the order of the main date.
func ordered(chart, term int64) source {
	return source{sql("ix p"), sql("p.chart = ? AND p.term = ?", num(chart), num(term))}
}

// rowsOf are the live rows of a type among some rids.
func rowsOf(typ string, rids fragment) source {
	return source{sql("res p"), concat(sql("p.rid IN ("), rids, sql(") AND +p.type = ? AND ", text(typ)), live("p"))}
}

// postingsText is how every query for postings alone begins.
const postingsText = "SELECT rid FROM ix WHERE "

// postingsIn are the rids under a term.
func postingsIn(chart, term int64) fragment {
	return sql(postingsText+"chart = ? AND term = ?", num(chart), num(term))
}
