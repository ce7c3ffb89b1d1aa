package mongo

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// compiler turns predicates into filters on documents. What follows references and
// relationships becomes stages of the pipeline before the filter, each of which adds a
// field that the filter asks for.
type compiler struct {
	ctx    context.Context
	now    int64 // microseconds since 1970: when relationships are current
	keyed  bool  // the documents have keys, by which an index finds them
	stages []bson.D
	fields map[string]string // that the stages add, by what they add
}

func newCompiler(ctx context.Context, now int64, keyed bool) *compiler {
	return &compiler{ctx: ctx, now: now, keyed: keyed, fields: map[string]string{}}
}

// within is the compiler for a pipeline within a stage, of documents with keys.
func (c *compiler) within() *compiler {
	return newCompiler(c.ctx, c.now, true)
}

// stage adds one to the pipeline that adds a field, if there is none that adds the same.
func (c *compiler) stage(of func(field string) bson.D) (field string) {
	text := textOf(of(""))
	if known, ok := c.fields[text]; ok {
		return known
	}
	field = "x" + strconv.Itoa(len(c.fields)+1)
	c.fields[text] = field
	c.stages = append(c.stages, of(field))
	return field
}

// isLocal tells that a predicate asks for nothing but the document itself.
func isLocal(e search.Expr) bool {
	switch e := e.(type) {
	case search.And:
		return !slices.ContainsFunc(e, func(part search.Expr) bool { return !isLocal(part) })
	case search.Or:
		return !slices.ContainsFunc(e, func(part search.Expr) bool { return !isLocal(part) })
	case search.Not:
		return isLocal(e.Of)
	case search.Chain, search.Has, search.All, search.Panel, search.Related:
		return false
	}
	return true
}

// maxStages is how many stages a compiler adds to a pipeline. MongoDB takes 1,000 in all,
// and refuses more as it does a mistake (internalPipelineLengthLimit).
const maxStages = 900

// filter compiles a predicate that was admitted, on documents of a type.
func (c *compiler) filter(typ string, e search.Expr) (bson.D, error) {
	if err := c.ctx.Err(); err != nil {
		return never, err
	}
	if len(c.stages) > maxStages {
		return never, fmt.Errorf("%w: it has too many chains that lead to many resources", store.ErrTooComplex)
	}
	switch e := e.(type) {
	case search.Const:
		if e {
			return always, nil
		}
		return never, nil
	case search.And:
		return c.and(typ, e)
	case search.Or:
		return c.or(typ, e)
	case search.Not:
		of, err := c.filter(typ, e.Of)
		return not(of), err
	case search.ID:
		return c.ids(typ, e), nil
	case search.Term:
		return c.term(typ, e)
	case search.String:
		return c.leaf(e.Param, e)
	case search.Date:
		return c.leaf(e.Param, e)
	case search.Quantity:
		return c.leaf(e.Param, e)
	case search.Missing:
		return c.missing(e)
	case search.Composite:
		return c.composite(e)
	case search.Near:
		return near(e)
	case search.Chart:
		return c.charts([]string{e.Patient}), nil
	case search.Chain:
		return c.chain(e)
	case search.Has:
		return c.has(e)
	case search.All:
		return c.all(e)
	case search.Panel:
		return c.panel(e)
	case search.Related:
		return c.related(e)
	case learned:
		filter, err := c.filter(typ, e.Expr)
		if err != nil || isNever(filter) {
			return never, err
		}
		return unseen(filter).(bson.D), nil
	case nil:
		return never, fmt.Errorf("a predicate is missing")
	}
	return never, fmt.Errorf("the MongoDB store cannot evaluate a %T", e)
}

func (c *compiler) and(typ string, parts search.And) (bson.D, error) {
	parts = flatten(parts, nil)
	var filters []bson.D
	if c.keyed {
		filters = append(filters, chartHints(parts)...)
	}
	for _, part := range parts {
		f, err := c.filter(typ, part)
		if err != nil {
			return never, err
		}
		filters = append(filters, f)
	}
	return allOf(filters...), nil
}

// flatten are the conjuncts of conjunctions within each other.
func flatten(parts search.And, into search.And) search.And {
	for _, part := range parts {
		if and, ok := part.(search.And); ok {
			into = flatten(and, into)
			continue
		}
		into = append(into, part)
	}
	return into
}

// chartHints are keys of a term in a chart, for each conjunct that has one: by them a
// search reads of the chart what it asks for, and no more.
func chartHints(parts search.And) []bson.D {
	var patients []string
	for _, part := range parts {
		if chart, ok := part.(search.Chart); ok {
			patients = append(patients, chart.Patient)
		}
	}
	if len(patients) == 0 {
		return nil
	}
	var hints []bson.D
	for _, part := range parts {
		param, codes, ok := exactCodes(part)
		if !ok || !inCharts(param) {
			continue
		}
		keys := make([]string, len(codes))
		for i, code := range codes {
			keys[i] = chartTermKey(patients[0], param.Code, code)
		}
		hints = append(hints, oneOf("k", keys))
	}
	return hints
}

// exactCodes are those of a term, or of alternatives of one parameter; and of a composite
// those of a part, by the parameter that has all that the part has.
func exactCodes(e search.Expr) (param *search.Param, codes []string, ok bool) {
	if composite, is := e.(search.Composite); is {
		for _, part := range composite.Parts {
			if param, codes, ok := exactCodes(part); ok && param.Wider != nil && !isWord(param.Wider) {
				return param.Wider, codes, true
			}
		}
		return nil, nil, false
	}
	alternatives, isOr := e.(search.Or)
	if !isOr {
		alternatives = search.Or{e}
	}
	for _, part := range alternatives {
		t, ok := part.(search.Term)
		if !ok || param != nil && !sameParam(t.Param, param) || t.Param.Code == "_id" {
			return nil, nil, false
		}
		code, exact := t.Code.Exact()
		if !exact {
			return nil, nil, false
		}
		param, codes = t.Param, append(codes, code)
	}
	return param, codes, len(codes) > 0
}

func sameParam(a, b *search.Param) bool { return a == b || a.Type == b.Type && a.Code == b.Code }

// or compiles a disjunction. Its exact terms of one parameter become one list, and so
// do its ids and charts: a scope may name hundreds.
func (c *compiler) or(typ string, parts search.Or) (bson.D, error) {
	var lists termLists
	var ids search.ID
	var patients []string
	var filters []bson.D
	for _, part := range flattenOr(parts, nil) {
		switch e := part.(type) {
		case search.ID:
			ids = append(ids, e...)
			continue
		case search.Chart:
			patients = append(patients, e.Patient)
			continue
		case search.Term:
			if lists.add(e) {
				continue
			}
		}
		f, err := c.filter(typ, part)
		if err != nil {
			return never, err
		}
		filters = append(filters, f)
	}
	for _, list := range lists {
		filters = append(filters, c.termList(list))
	}
	if len(ids) > 0 {
		filters = append(filters, c.ids(typ, ids))
	}
	if len(patients) > 0 {
		filters = append(filters, c.charts(patients))
	}
	return anyOf(filters...), nil
}

func flattenOr(parts search.Or, into search.Or) search.Or {
	for _, part := range parts {
		if or, ok := part.(search.Or); ok {
			into = flattenOr(or, into)
			continue
		}
		into = append(into, part)
	}
	return into
}

// ids compiles a list of logical ids.
func (c *compiler) ids(typ string, ids search.ID) bson.D {
	if len(ids) == 0 {
		return never
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = typ + "/" + id
	}
	return oneOf(c.resource(), keys)
}

// resource is the field that names the resource. Of its current version that is the _id.
func (c *compiler) resource() string {
	if c.keyed {
		return "_id"
	}
	return "of"
}

// charts compiles membership in one of some charts.
func (c *compiler) charts(patients []string) bson.D {
	member := oneOf("c", patients)
	if !c.keyed {
		return member
	}
	keys := make([]string, len(patients))
	for i, patient := range patients {
		keys[i] = chartKey(patient)
	}
	return oneOf("k", keys) // which says the same
}
