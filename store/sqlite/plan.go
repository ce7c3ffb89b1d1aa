package sqlite

import (
	"github.com/granary-fhir/granary/search"
)

// posting names the postings of a term in a chart; in the population, chart 0.
type posting struct{ chart, term int64 }

// source delivers candidate rows, as the alias p with the columns rid and sort.
type source struct {
	from  fragment
	where fragment
	// row is the alias of a candidate's row in res: p if that is what the source
	// delivers, else r, which is to be joined.
	row string
	// walks are the postings that the source reads, if these are in the order of
	// the main date: of one term, or of several that are merged.
	walks []posting
}

// join is what a query on the source needs to have the candidate's row.
func (s source) join() fragment {
	if s.row == "p" {
		return fragment{}
	}
	return sql(" CROSS JOIN res r ON r.rid = p.rid")
}

// plan is how the rows of a Select are found: candidates from a source, and a
// test of each, in two parts: of its entries, and of what it refers to.
type plan struct {
	source
	local rowTest
	hops  fragment
	about subject  // the row that they test
	until fragment // true for every row that is found: bounds a walk
	wide  bool     // the source is a part of the population that is not known to be small
}

// isEmpty tells that there can be no rows.
func (p plan) isEmpty() bool { return p.where.isNever() || p.local.isNever() || p.hops.isNever() }

// test is both tests in SQL. A walk has no need of it.
func (p plan) test() fragment { return both(p.local.sql(p.about), p.hops) }

// tested is the source with what its test needs.
func (p plan) tested() fragment {
	if p.hops.isAlways() && (p.local.test == nil || p.local.test == constant(true)) {
		return p.from // dates read the row themselves, if they have to
	}
	return concat(p.from, p.join())
}

// plan chooses a driver for the rows of a type and compiles the rest of the
// predicate to a test. In order of preference: the ids that are asked for; the
// postings of one chart; the smallest set of candidates, if one is small; the
// postings of a term, or of several; those of the type.
func (c *compiler) plan(typ string, e search.Expr) (plan, error) {
	if err := admit(e); err != nil {
		return plan{}, err
	}
	conjuncts := flatten(e, nil)
	driver, done, wide, err := c.driver(typ, conjuncts)
	if err != nil || driver.where.isNever() {
		return plan{source: source{where: never}}, err
	}
	p := plan{source: driver, wide: wide, until: c.until(conjuncts)}
	var local, hops search.And
	var links []test
	for i, part := range conjuncts {
		date, isDate := part.(search.Date)
		switch {
		case done[i]:
		case isDate && c.isMainDate(date):
			if err := p.addMainDate(c, date); err != nil {
				return plan{}, err
			}
		case part != nil && isLocal(part):
			local = append(local, part)
		default:
			if chain, ok := part.(search.Chain); ok {
				link, few, err := c.linked(chain)
				if err != nil {
					return plan{}, err
				}
				if few {
					links = append(links, link)
					continue
				}
			}
			hops = append(hops, part)
		}
	}
	p.about = liveRow(typ, driver.row)
	if p.hops, err = c.condition(p.about, hops); err != nil {
		return plan{}, err
	}
	own, err := c.local(local)
	if err != nil {
		return plan{}, err
	}
	p.local.test = conjunction(append(links, own)...)
	return p, nil
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
	for _, t := range terms {
		if len(t.terms) == 0 { // which nothing has
			return source{where: never}, nil, false, nil
		}
	}
	for i, part := range conjuncts {
		switch part := part.(type) {
		case search.ID:
			rids, err := c.rids(typ, part)
			return rowsOf(typ, sql("SELECT value FROM json_each(?)", numsJSON(rids))), map[int]bool{i: true}, false, err
		case search.Chart:
			from, done, err = c.chartDriver(part, i, typeTerm, terms)
			return from, done, false, err
		}
	}
	return c.populationDriver(typ, conjuncts, typeTerm, terms)
}

// chartDriver takes the postings of the rarest term in the chart, of those that
// charts have.
func (c *compiler) chartDriver(e search.Chart, index int, typeTerm int64, terms []exact) (source, map[int]bool, error) {
	chart, ok, err := c.resource(keyOf("Patient", e.Patient))
	if err != nil || !ok {
		return source{where: never}, nil, err
	}
	var inChart []exact
	for _, t := range terms {
		if t.found != byWord && !t.names("Patient/"+e.Patient) && len(t.terms) <= maxMerged {
			inChart = append(inChart, t)
		}
	}
	best, err := c.rarestOf(inChart)
	if err != nil {
		return source{}, nil, err
	}
	if best == nil {
		return walkOf(chart, typeTerm), map[int]bool{index: true}, nil
	}
	return walkOf(chart, best.terms...), map[int]bool{index: true, best.index: true}, nil
}

// rarestOf is the conjunct that has the fewest rows in the population, which says
// enough of a chart: these counts are few, and remembered.
func (c *compiler) rarestOf(terms []exact) (*exact, error) {
	if len(terms) < 2 {
		return first(terms), nil
	}
	best, bound := 0, mostCounted*c.effort.small
	for i, t := range terms {
		n, err := c.count(t.postings(), bound)
		if err != nil {
			return nil, err
		}
		if n < bound {
			best, bound = i, n
		}
	}
	return &terms[best], nil
}

func first(terms []exact) *exact {
	if len(terms) == 0 {
		return nil
	}
	return &terms[0]
}

// populationDriver takes the smallest source that is small, else the smallest that
// is in the order of the main date.
func (c *compiler) populationDriver(typ string, conjuncts search.And, typeTerm int64, terms []exact) (from source, done map[int]bool, wide bool, err error) {
	best, bound := -1, c.effort.small
	var found fragment
	for i, part := range conjuncts {
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
	if best >= 0 {
		for _, t := range terms {
			if t.index == best && t.found == byDate && len(t.terms) <= maxMerged {
				return walkOf(0, t.terms...), map[int]bool{best: true}, false, nil
			}
		}
		return rowsOf(typ, found), map[int]bool{best: isExact(typ, conjuncts[best])}, false, nil
	}
	n, err := c.count(postingsIn(0, typeTerm), c.effort.small)
	if err != nil || n < c.effort.small {
		return walkOf(0, typeTerm), nil, false, err
	}
	rarest, err := c.rarest(terms)
	switch {
	case err != nil:
		return source{}, nil, false, err
	case rarest == nil:
		return walkOf(0, typeTerm), nil, true, nil
	case rarest.found == byRow:
		return source{from: sql("rx p"), where: sql("p.term = ?", num(rarest.terms[0])), row: "r"}, map[int]bool{rarest.index: true}, true, nil
	}
	return walkOf(0, rarest.terms...), map[int]bool{rarest.index: true}, true, nil
}

// rarest is the conjunct with the fewest postings, by bounded counts; nil if there
// is none that is of use.
func (c *compiler) rarest(terms []exact) (*exact, error) {
	if len(terms) == 1 && terms[0].found == byDate && len(terms[0].terms) <= maxMerged {
		return &terms[0], nil
	}
	best, bound := -1, mostCounted*c.effort.small
	for i, t := range terms {
		limit := bound
		switch {
		case len(t.terms) > maxMerged, t.found == byWord:
			continue
		case t.found == byRow && len(t.terms) > 1:
			continue
		case t.found == byRow: // all of its rows will be sorted
			limit = min(bound, worthSorting*c.effort.small)
		}
		n, err := c.count(t.postings(), limit)
		if err != nil {
			return nil, err
		}
		if n < limit || best < 0 && t.found == byDate {
			best, bound = i, n
		}
	}
	if best < 0 {
		return nil, nil
	}
	return &terms[best], nil
}

// mostCounted is up to how many times a small set postings are counted to choose
// among several.
const mostCounted = 200

// worthSorting is how many times a small set of rows is still sorted, rather than
// that the postings of the type are walked.
const worthSorting = 5

// maxMerged is how many walks are merged at most.
const maxMerged = 16

// walkOf reads the postings of terms, in the order of the main date.
func walkOf(chart int64, terms ...int64) source {
	s := source{row: "r"}
	for _, term := range terms {
		s.walks = append(s.walks, posting{chart, term})
	}
	if len(terms) == 1 {
		s.from, s.where = sql("ix p"), sql("p.chart = ? AND p.term = ?", num(chart), num(terms[0]))
		return s
	}
	s.from = sql("(SELECT DISTINCT rid, sort FROM ix WHERE chart = ? AND term IN (SELECT value FROM json_each(?))) p", num(chart), numsJSON(terms))
	s.where = always
	return s
}

// merged is a walk of several postings at once, newest first, each row once. The
// limit, which is none, keeps SQLite from sorting instead.
func (s source) merged(bound fragment) fragment {
	arms := make([]fragment, 0, 2*len(s.walks))
	for i, w := range s.walks {
		if i > 0 {
			arms = append(arms, sql(" UNION "))
		}
		arms = append(arms, sql("SELECT sort, rid FROM ix p"), where(sql("p.chart = ? AND p.term = ?", num(w.chart), num(w.term)), bound))
	}
	return concat(sql("("), concat(arms...), sql(" ORDER BY sort DESC, rid DESC LIMIT -1) p"))
}

// rowsOf are the live rows of a type among some rids.
func rowsOf(typ string, rids fragment) source {
	return source{from: sql("res p"), where: concat(sql("p.rid IN ("), rids, sql(") AND +p.type = ? AND ", text(typ)), live("p")), row: "p"}
}
