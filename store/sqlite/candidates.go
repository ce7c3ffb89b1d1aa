package sqlite

import "github.com/granary-fhir/granary/search"

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

func postingsOfAny(terms fragment) fragment {
	return concat(sql(postingsText+"chart = 0 AND term IN ("), terms, sql(")"))
}

func (c *compiler) termCandidates(e search.Term) (fragment, bool, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok || e.Code.Any() {
		return never, false, err
	}
	terms, all, err := c.expand(param, e)
	if all && len(terms) == 1 {
		return postingsIn(0, terms[0]), true, err
	}
	if all {
		return postingsOfAny(sql("SELECT value FROM json_each(?)", numsJSON(terms))), true, err
	}
	return postingsOfAny(c.dictionaryOf(param, e)), true, err
}

// owners are the rows with an entry under the parameter that passes the tests.
func owners(table string, param int64, tests ...fragment) fragment {
	t := entryTest{table, param, both(tests...)}
	return concat(sql("SELECT owner FROM "+table), where(sql("param = ?", num(param)), t.on(table)))
}

func (c *compiler) stringCandidates(e search.String) (fragment, bool, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok || e.Value == "" {
		return never, false, err
	}
	test := stringTest(e)
	if e.Op == search.Exact {
		test = both(sql("{}.folded = ?", text(search.Fold(e.Value))), test)
	}
	return owners("str", param, test), true, nil
}

func (c *compiler) dateCandidates(e search.Date) (fragment, bool, error) {
	param, ok, err := c.param(e.Param)
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
		scans = append(scans, owners("date", param, sql("{}.class = ?", num(int64(class))), bounds, dateTest(e)))
	}
	return concat(scans...), true, nil
}

func (c *compiler) quantityCandidates(e search.Quantity) (fragment, bool, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok || e.Op == search.Ne {
		return never, false, err
	}
	units := e
	if e.System.Any() && e.Code.Any() {
		units.System = search.HasPrefix("") // of numbers too: the index begins with the unit
	}
	match := search.Term{Param: e.Param, System: units.System, Code: units.Code}
	bounds := always
	if e.Op == search.Eq {
		bounds = sql("{}.lo <= ?", float(e.High))
	}
	return owners("qty", param, concat(sql("{}.unit IN ("), c.dictionaryOf(param, match), sql(")")), boundsTest(e), bounds), true, nil
}

// chainCandidates are the rows that refer to one of a small set.
func (c *compiler) chainCandidates(e search.Chain, bound int) (fragment, bool, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok {
		return never, false, err
	}
	targets, _, ok, err := c.small(e.Type, e.Where, bound)
	return concat(
		sql("SELECT x.rid FROM term link CROSS JOIN ix x ON x.chart = 0 AND x.term = link.id WHERE link.target IN (SELECT q.rid FROM res q WHERE q.rid IN ("), targets,
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
		sql("SELECT link.target FROM entry ref CROSS JOIN term link ON link.id = ref.term WHERE ref.owner IN ("), sources,
		sql(") AND ref.param = ? AND link.target IS NOT NULL", num(param)),
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
		sql("SELECT x.rid FROM care CROSS JOIN ix x ON x.chart = care.patient AND x.term = ? WHERE ", num(term)), c.caring(e.Party),
	), ok, err
}

// nearCandidates are the rows with a latitude in the band.
func (c *compiler) nearCandidates(e search.Near) (fragment, bool, error) {
	if len(e.Param.Components) != 2 {
		return never, false, nil
	}
	latitude := e.Param.Components[0]
	param, ok, err := c.param(latitude)
	if err != nil || !ok {
		return never, false, err
	}
	number := search.Term{Param: latitude, System: search.Is(""), Code: search.Is("")}
	return owners("qty", param,
		concat(sql("{}.unit IN ("), c.dictionaryOf(param, number), sql(")")), inBand(e)), true, nil
}
