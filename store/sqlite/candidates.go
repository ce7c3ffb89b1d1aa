package sqlite

import (
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/search"
)

// candidates is the query for the rids that may satisfy a leaf or hop, where an
// index can answer it.
func (c *compiler) candidates(typ string, e search.Expr, bound int) (fragment, bool, error) {
	switch e := e.(type) {
	case search.Const:
		return noRows, !bool(e), nil
	case search.ID:
		rids, err := c.rids(typ, e)
		return sql("SELECT value FROM json_each(?)", numsJSON(rids)), true, err
	case search.Term:
		return c.termCandidates(e)
	case search.String:
		return c.stringCandidates(e)
	case search.Date:
		return c.dateCandidates(e)
	case search.Quantity:
		return c.quantityCandidates(e)
	case search.Composite:
		rids, _, ok, err := c.smallest(typ, e.Parts, bound)
		return rids, ok, err
	case search.Chain:
		return c.chainCandidates(e, bound)
	case search.Has:
		return c.hasCandidates(e, bound)
	case search.Chart:
		return c.chartCandidates(typ, e)
	case search.Panel:
		return c.panelCandidates(typ, e)
	case search.Near:
		return c.nearCandidates(e)
	}
	return never, false, nil
}

// walked is the parameter by whose entries rows are found, with its id; false if
// there is no such entry.
func (c *compiler) walked(p *search.Param) (*search.Param, int64, bool, error) {
	if p.Wider != nil {
		p = p.Wider
	}
	id, ok, err := c.param(p)
	return p, id, ok, err
}

// How every query for postings alone begins.
const (
	datePostings = "SELECT rid FROM ix WHERE "
	rowPostings  = "SELECT rid FROM rx WHERE "
	wordPostings = "SELECT rowid FROM words WHERE "
)

// postingsIn are the rids under terms, in the order of the main date where it is
// one.
func postingsIn(chart int64, terms ...int64) fragment {
	if len(terms) == 1 {
		return sql(datePostings+"chart = ? AND term = ?", num(chart), num(terms[0]))
	}
	return sql(datePostings+"chart = ? AND term IN (SELECT value FROM json_each(?))", num(chart), numsJSON(terms))
}

// postingsBy are the rids under terms in the population.
func postingsBy(how found, terms []int64) fragment {
	switch {
	case how == byWord:
		return sql(wordPostings+"words MATCH ?", text(matchAny(terms)))
	case how == byRow && len(terms) == 1:
		return sql(rowPostings+"term = ?", num(terms[0]))
	case how == byRow:
		return sql(rowPostings+"term IN (SELECT value FROM json_each(?))", numsJSON(terms))
	}
	return postingsIn(0, terms...)
}

// matchAny is the query of the full-text index for one of some terms.
func matchAny(terms []int64) string {
	words := make([]string, len(terms))
	for i, term := range terms {
		words[i] = wordOf(term)
	}
	return strings.Join(words, " OR ")
}

// wordOf is how a term is written in the full-text index.
func wordOf(term int64) string { return "t" + strconv.FormatInt(term, 36) }

func (c *compiler) termCandidates(e search.Term) (fragment, bool, error) {
	p, param, ok, err := c.walked(e.Param)
	if err != nil || !ok || e.Code.Any() {
		return never, false, err
	}
	how := foundBy(p)
	terms, all, err := c.expand(param, e)
	switch {
	case err != nil:
		return never, false, err
	case all && len(terms) == 0:
		return noRows, true, nil
	case all:
		return postingsBy(how, terms), true, nil
	case how == byWord:
		return never, false, nil
	case how == byRow:
		return concat(sql(rowPostings+"term IN ("), c.dictionaryOf(param, e), sql(")")), true, nil
	}
	return concat(sql(datePostings+"chart = 0 AND term IN ("), c.dictionaryOf(param, e), sql(")")), true, nil
}

// inIndex are the rows with an entry under the parameter that passes the tests.
func inIndex(table string, param int64, tests ...fragment) fragment {
	return concat(sql("SELECT rid FROM "+table), where(sql("param = ?", num(param)), both(tests...)))
}

func (c *compiler) stringCandidates(e search.String) (fragment, bool, error) {
	_, param, ok, err := c.walked(e.Param)
	if err != nil || !ok {
		return never, false, err
	}
	test, ok := stringRange(e)
	return inIndex("str", param, test), ok, nil
}

func (c *compiler) dateCandidates(e search.Date) (fragment, bool, error) {
	_, param, ok, err := c.walked(e.Param)
	if err != nil || !ok {
		return never, false, err
	}
	var scans []fragment
	for class := range dateClasses {
		bounds, ok := dateScan(e, class)
		if !ok {
			return never, false, nil
		}
		if class > 0 {
			scans = append(scans, sql(" UNION ALL "))
		}
		scans = append(scans, inIndex("date", param, sql("class = ?", num(int64(class))), bounds, dateTest(e)))
	}
	return concat(scans...), true, nil
}

func (c *compiler) quantityCandidates(e search.Quantity) (fragment, bool, error) {
	p, param, ok, err := c.walked(e.Param)
	if err != nil || !ok || e.Op == search.Ne {
		return never, false, err
	}
	units := e
	if e.System.Any() && e.Code.Any() {
		units.System = search.HasPrefix("") // of numbers too: the index begins with the unit
	}
	match := search.Term{Param: p, System: units.System, Code: units.Code}
	return inIndex("qty", param, concat(sql("unit IN ("), c.dictionaryOf(param, match), sql(")")), quantityRange(e)), true, nil
}

// chainCandidates are the rows that refer to one of a small set.
func (c *compiler) chainCandidates(e search.Chain, bound int) (fragment, bool, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok {
		return never, false, err
	}
	targets, _, ok, err := c.small(e.Type, e.Where, bound)
	return concat(
		sql("SELECT x.rid FROM term link CROSS JOIN rx x ON x.term = link.id WHERE link.target IN (SELECT q.rid FROM res q WHERE q.rid IN ("), targets,
		sql(") AND +q.type = ? AND ", text(e.Type)), live("q"), sql(") AND link.param = ?", num(param)),
	), ok, err
}

// hasCandidates are what one of a small set refers to.
func (c *compiler) hasCandidates(e search.Has, bound int) (fragment, bool, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok {
		return never, false, err
	}
	sources, _, ok, err := c.small(e.Param.Type, e.Where, bound)
	return concat(
		sql("SELECT link.target FROM res s CROSS JOIN json_each(terms(s.e, ?)) ref CROSS JOIN term link ON link.id = ref.value WHERE s.rid IN (", num(param)), sources,
		sql(") AND link.target IS NOT NULL"),
	), ok, err
}

func (c *compiler) chartCandidates(typ string, e search.Chart) (fragment, bool, error) {
	chart, ok, err := c.resource(keyOf("Patient", e.Patient))
	if err != nil || !ok {
		return noRows, true, err
	}
	term, ok, err := c.typeTerm(typ)
	return postingsIn(chart, term), ok, err
}

func (c *compiler) panelCandidates(typ string, e search.Panel) (fragment, bool, error) {
	term, ok, err := c.typeTerm(typ)
	return concat(
		sql("SELECT x.rid FROM care CROSS JOIN ix x ON x.chart = care.patient AND x.term = ? WHERE ", num(term)), c.caring(e.Party, e.Organizations),
	), ok, err
}

// nearCandidates are the rows with a latitude in the band.
func (c *compiler) nearCandidates(e search.Near) (fragment, bool, error) {
	if len(e.Param.Components) != 2 {
		return never, false, nil
	}
	latitude, param, ok, err := c.walked(e.Param.Components[0])
	if err != nil || !ok {
		return never, false, err
	}
	number := search.Term{Param: latitude, System: search.Is(""), Code: search.Is("")}
	return inIndex("qty", param,
		concat(sql("unit IN ("), c.dictionaryOf(param, number), sql(")")), inBand(e)), true, nil
}
