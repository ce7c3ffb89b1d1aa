package sqlite

import (
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

func keyOf(typ, id string) store.Key { return store.Key{Type: typ, ID: id} }

// termTest compiles a test of term entries.
func (c *compiler) termTest(e search.Term) (entryTest, error) {
	param, ok, err := c.param(e.Param)
	if err != nil || !ok {
		return noEntry, err
	}
	if e.System.Any() && e.Code.Any() {
		return entryTest{"entry", param, always}, nil
	}
	terms, all, err := c.expand(param, e)
	if err != nil {
		return noEntry, err
	}
	if all {
		return oneOf(param, terms), nil
	}
	t := c.aliases.next("t")
	return entryTest{"entry", param, concat(
		sql("EXISTS(SELECT 1 FROM term "+t+" WHERE "+t+".id = {}.term AND "),
		matches(t+".system", e.System), sql(" AND "), matches(t+".code", e.Code), sql(")"),
	)}, nil
}

// oneOf tests for one of several terms. One is sought by the whole key; for
// several the row's few entries are held against the list.
func oneOf(param int64, terms []int64) entryTest {
	switch len(terms) {
	case 0:
		return noEntry
	case 1:
		return entryTest{"entry", param, sql("{}.term = ?", num(terms[0]))}
	}
	return entryTest{"entry", param, sql("+{}.term IN (SELECT value FROM json_each(?))", numsJSON(terms))}
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

// expand finds the terms that match; all is false if there are more
// than is worth listing.
func (c *compiler) expand(param int64, e search.Term) (found []int64, all bool, err error) {
	system, exactSystem := e.System.Exact()
	code, exactCode := e.Code.Exact()
	if exactSystem && exactCode {
		id, ok, err := c.term(termKey{param, code, system})
		if err != nil || !ok {
			return nil, true, err
		}
		return []int64{id}, true, nil
	}
	q := concat(c.dictionaryOf(param, e), sql(" LIMIT ?+0", num(int64(c.effort.expanded)+1)))
	err = c.conn.query(q.text, q.args, func(r row) error {
		found = append(found, r.int(0))
		return nil
	})
	return found, len(found) <= c.effort.expanded, err
}

// dictionaryOf is the query for the terms that match.
func (c *compiler) dictionaryOf(param int64, e search.Term) fragment {
	return concat(sql("SELECT id FROM term"),
		where(sql("param = ?", num(param)), matches("code", e.Code), matches("system", e.System)))
}

// termList is several terms of one parameter.
type termList struct {
	param int64
	terms []int64
}

// gather collects the exact terms among the parts of a disjunction, by
// parameter, and returns the other parts.
func (c *compiler) gather(parts search.Or) (listed []*termList, rest []search.Expr, err error) {
	byParam := map[int64]*termList{}
	for _, part := range parts {
		t, ok := part.(search.Term)
		_, exactSystem := t.System.Exact()
		_, exactCode := t.Code.Exact()
		if !ok || !exactSystem || !exactCode || t.Param.Code == "_id" {
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
		terms, _, err := c.expand(param, t)
		if err != nil {
			return nil, nil, err
		}
		if len(terms) == 0 {
			continue
		}
		if byParam[param] == nil {
			byParam[param] = &termList{param: param}
			listed = append(listed, byParam[param])
		}
		byParam[param].terms = append(byParam[param].terms, terms...)
	}
	return listed, rest, nil
}
