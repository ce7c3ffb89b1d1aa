package sqlite

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/search"
)

// order is the order of a search: by the keys, missing values last, then by the
// main date, newest first, then by rid: in the direction of the first key, so
// that the postings can be walked either way.
type order struct {
	keys []fragment // the value of each key for the row p, or NULL
	desc []bool
	walk walk
}

// walk tells that the order is that of the postings, which then need no sorting.
type walk int

const (
	noWalk walk = iota
	newestFirst
	oldestFirst // rows with a main date, oldest first, then those without
)

// order compiles the sort keys.
func (c *compiler) order(sel search.Select, main *search.Param) (order, error) {
	var o order
	for _, key := range sel.Sort {
		sql, err := c.sortKey(key)
		if err != nil {
			return o, err
		}
		o.keys = append(o.keys, sql)
		o.desc = append(o.desc, key.Descending)
	}
	byMainDate := len(sel.Sort) == 1 && main != nil && sel.Sort[0].Param == main
	switch {
	case len(sel.Sort) == 0, byMainDate && o.desc[0]:
		o.walk = newestFirst
	case byMainDate:
		o.walk = oldestFirst
	}
	if byMainDate {
		o.keys[0] = sql("nullif(p.sort, ?)", num(search.NoSort))
	}
	return o, nil
}

// sortKey is the value by which a key orders the row p: the earliest or lowest
// ascending, the latest or highest descending.
func (c *compiler) sortKey(key search.SortKey) (fragment, error) {
	if key.Param.Code == "_id" {
		return sql("(SELECT s.id FROM res s WHERE s.rid = p.rid)"), nil
	}
	param, ok, err := c.param(key.Param)
	if err != nil || !ok {
		return sql("NULL"), err
	}
	entries := "(SELECT k.e FROM res k WHERE k.rid = p.rid)"
	x := extreme{param: param, highest: key.Descending}
	switch key.Param.Kind {
	case search.KindToken, search.KindURI, search.KindReference:
		lowest := map[bool]string{false: "min", true: "max"}[key.Descending]
		return sql("(SELECT "+lowest+"(t.code) FROM json_each(terms("+entries+", ?)) s CROSS JOIN term t ON t.id = s.value)", num(param)), nil
	case search.KindDate:
		x.table = dateTable
	case search.KindString:
		x.table = stringTable
	case search.KindNumber, search.KindQuantity:
		x.table = quantityTable
		x.preferred, err = c.termsThatMatch(param, search.Term{Param: key.Param, System: search.Is(search.CanonicalUnits)})
	default:
		return never, fmt.Errorf("%s is of kind %s, by which there is no order", key.Param.Name(), key.Param.Kind)
	}
	return sql("extreme("+entries+", ?)", sortedBy(&x)), err
}

// ridDescending is the direction of the last tie-breaker.
func (o order) ridDescending() bool { return len(o.desc) == 0 || o.desc[0] }

// names are the columns k0, k1, ...
func (o order) name(i int) string { return "k" + strconv.Itoa(i) }

// columns are the keys as columns of a query on p, with a comma before each.
func (o order) columns() fragment {
	var all []fragment
	for i, key := range o.keys {
		all = append(all, sql(", "), key, sql(" AS "+o.name(i)))
	}
	return concat(all...)
}

// orderBy is for a query with the columns of the keys, sort and rid.
func (o order) orderBy() string {
	var b strings.Builder
	b.WriteString(" ORDER BY ")
	for i, desc := range o.desc {
		b.WriteString(o.name(i) + direction(desc) + " NULLS LAST, ")
	}
	return b.String() + "sort DESC, rid" + direction(o.ridDescending())
}

func direction(desc bool) string {
	if desc {
		return " DESC"
	}
	return " ASC"
}

// after is true for rows behind a position.
func (o order) after(p *position) fragment {
	rid := "rid > ?"
	if o.ridDescending() {
		rid = "rid < ?"
	}
	behind := sql("(sort < ? OR (sort = ? AND "+rid+"))", num(p.sort), num(p.sort), num(p.rid))
	for i := len(o.keys) - 1; i >= 0; i-- {
		name, key := o.name(i), p.keys[i]
		if key.kind == isNull {
			behind = concat(sql("("+name+" IS NULL AND "), behind, sql(")"))
			continue
		}
		operator := " > "
		if o.desc[i] {
			operator = " < "
		}
		behind = concat(sql("("+name+" IS NULL OR "+name+operator+"? OR ("+name+" = ? AND ", key, key), behind, sql("))"))
	}
	return behind
}

// compare orders two positions as orderBy does.
func (o order) compare(a, b *position) int {
	for i, desc := range o.desc {
		if d := compareKeys(a.keys[i], b.keys[i], desc); d != 0 {
			return d
		}
	}
	d := cmp.Compare(a.rid, b.rid)
	if o.ridDescending() {
		d = -d
	}
	return cmp.Or(cmp.Compare(b.sort, a.sort), d)
}

func compareKeys(a, b value, desc bool) int {
	if a.kind == isNull || b.kind == isNull { // missing last in both directions
		return cmp.Compare(flag(a.kind == isNull).int, flag(b.kind == isNull).int)
	}
	d := compareValues(a, b)
	if desc {
		return -d
	}
	return d
}

// compareValues is SQLite's order of values that are not NULL.
func compareValues(a, b value) int {
	switch {
	case a.kind == isInt && b.kind == isInt:
		return cmp.Compare(a.int, b.int)
	case a.kind <= isReal && b.kind <= isReal:
		return cmp.Compare(a.float(), b.float())
	case a.kind == b.kind:
		return cmp.Or(strings.Compare(a.text, b.text), strings.Compare(string(a.bytes), string(b.bytes)))
	}
	return cmp.Compare(a.kind, b.kind)
}

func (v value) float() float64 {
	if v.kind == isInt {
		return float64(v.int)
	}
	return v.real
}
