package sqlite

import (
	"slices"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

func keyOf(typ, id string) store.Key { return store.Key{Type: typ, ID: id} }

// termTest compiles a test of term entries; nil if none can pass.
func (c *compiler) termTest(e search.Term) (*entryTest, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok {
		return nil, err
	}
	if e.System.Any() && e.Code.Any() {
		return &entryTest{param, termTable, anyEntry{termTable}}, nil
	}
	terms, err := c.termsThatMatch(param, e)
	if err != nil || terms == nil {
		return nil, err
	}
	return &entryTest{param, termTable, termPasses{terms}}, nil
}

// termPasses tests for one of several terms.
type termPasses struct{ terms termSet }

func (t termPasses) next(r *reader, last *termRow) (int64, bool, error) {
	*last = r.term(last.term)
	ok, err := t.terms.has(last.term)
	return last.group, ok, err
}

func oneOf(terms []int64) termPasses {
	slices.Sort(terms)
	return termPasses{listed(terms)}
}

// termSet is a set of terms of one parameter.
type termSet interface {
	has(term int64) (bool, error)
}

// listed are terms in their order.
type listed []int64

func (l listed) has(term int64) (bool, error) {
	if len(l) == 1 {
		return l[0] == term, nil
	}
	_, ok := slices.BinarySearch(l, term)
	return ok, nil
}

// matching are the terms that match; there are too many to list. Each is looked
// up when it is asked for, once.
type matching struct {
	conn  *conn
	query fragment // with the term as its last value
	known map[int64]bool
}

func (m *matching) has(term int64) (bool, error) {
	if matches, ok := m.known[term]; ok {
		return matches, nil
	}
	args := append(slices.Clone(m.query.args), num(term))
	matches, err := m.conn.first(m.query.text, args, noColumns)
	m.known[term] = matches
	return matches, err
}

// termsThatMatch is the set of terms that match; nil if there are none.
func (c *compiler) termsThatMatch(param int64, e search.Term) (termSet, error) {
	terms, all, err := c.expand(param, e)
	switch {
	case err != nil, all && len(terms) == 0:
		return nil, err
	case all:
		return listed(terms), nil
	}
	is := concat(sql("SELECT 1 FROM term WHERE "), both(matches("code", e.Code), matches("system", e.System)), sql(" AND id = ?"))
	return &matching{c.conn, is, map[int64]bool{}}, nil
}

// idTerm answers for `_id`, which has no entries: the key is it.
func (c *compiler) idTerm(s subject, e search.Term) (fragment, error) {
	if system, ok := e.System.Exact(); ok && system != "" {
		return never, nil
	}
	if id, ok := e.Code.Exact(); ok {
		return c.id(s, search.ID{id})
	}
	r := c.aliases.next("r")
	return concat(sql("EXISTS(SELECT 1 FROM res "+r+" WHERE "+r+".rid = "+s.rid+" AND "), matches(r+".id", e.Code), sql(")")), nil
}

// matches compiles a test of a text column.
func matches(column string, m search.Match) fragment {
	if exact, ok := m.Exact(); ok {
		return sql(column+" = ?", text(exact))
	}
	if prefix, ok := m.Prefix(); ok {
		return hasPrefix(column, prefix)
	}
	return always
}

// hasPrefix is a range, so that an index can serve it.
func hasPrefix(column, prefix string) fragment {
	if prefix == "" {
		return always
	}
	return sql("("+column+" >= ? AND "+column+" < ?)", text(prefix), text(successor(prefix)))
}

// successor is the first text after all those with a prefix, in the order of
// bytes. No text holds the byte 0xFF.
func successor(prefix string) string {
	next := []byte(prefix)
	next[len(next)-1]++
	return string(next)
}

// termQuestion is which terms of a parameter match a predicate: its own, or the wider one
// of the same elements.
type termQuestion struct {
	param int64
	term  search.Term
}

// expansion is the terms that match a predicate; not all if there are more than is worth
// listing.
type expansion struct {
	terms []int64
	all   bool
}

// expand finds the terms that match; all is false if there are more
// than is worth listing. What is found must not be changed.
func (c *compiler) expand(param int64, e search.Term) (found []int64, all bool, err error) {
	question := termQuestion{param, e}
	if x, ok := c.expanded[question]; ok {
		return x.terms, x.all, nil
	}
	system, exactSystem := e.System.Exact()
	code, exactCode := e.Code.Exact()
	var x expansion
	if exactSystem && exactCode {
		id, ok, err := c.term(termKey{param, code, system})
		if err != nil || ok { // which is remembered for longer
			return []int64{id}, true, err
		}
		x.all = true
	} else if x, err = c.termsMatching(param, e); err != nil {
		return nil, false, err
	}
	if c.expanded == nil {
		c.expanded = make(map[termQuestion]expansion)
	}
	c.expanded[question] = x
	return x.terms, x.all, nil
}

// termsMatching asks the dictionary for the terms that match.
func (c *compiler) termsMatching(param int64, e search.Term) (x expansion, err error) {
	q := concat(c.dictionaryOf(param, e), sql(" LIMIT ?+0", num(int64(c.effort.expanded)+1)))
	err = c.conn.query(q.text, q.args, func(r row) error {
		x.terms = append(x.terms, r.int(0))
		return nil
	})
	slices.Sort(x.terms)
	x.all = len(x.terms) <= c.effort.expanded
	return x, err
}

// dictionaryOf is the query for the terms that match.
func (c *compiler) dictionaryOf(param int64, e search.Term) fragment {
	return concat(sql("SELECT id FROM term"),
		where(sql("param = ?", num(param)), matches("code", e.Code), matches("system", e.System)))
}

// termList is several terms of one parameter.
type termList struct {
	param int64
	found found
	terms []int64
}

// gather collects the terms among the parts of a disjunction that can be listed, by
// parameter, and returns the other parts.
func (c *compiler) gather(parts search.Or) (listed []*termList, rest []search.Expr, err error) {
	byParam := map[int64]*termList{}
	for _, part := range parts {
		t, ok := part.(search.Term)
		if !ok || t.Param.Code == "_id" || t.Code.Any() || foundBy(t.Param) == byWider {
			rest = append(rest, part)
			continue
		}
		param, ok, err := c.param(t.Param)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			continue
		}
		terms, all, err := c.expand(param, t)
		switch {
		case err != nil:
			return nil, nil, err
		case !all:
			rest = append(rest, part)
			continue
		case len(terms) == 0:
			continue
		}
		if byParam[param] == nil {
			byParam[param] = &termList{param: param, found: foundBy(t.Param)}
			listed = append(listed, byParam[param])
		}
		byParam[param].terms = append(byParam[param].terms, terms...)
	}
	return listed, rest, nil
}
