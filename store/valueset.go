package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

// maxValueSetDepth is how deeply value sets may be built of value sets.
const maxValueSetDepth = 8

// expandVisible puts in place of `:in` the codes of the value set, which must be
// one that the caller may find, or one of R4's own.
func (r *Reader) expandVisible(ctx context.Context, in search.InValueSet) (search.Expr, error) {
	granted, err := r.predicate(ctx, Search, "ValueSet")
	if err != nil {
		return nil, err
	}
	return (&valueSets{r, granted}).codes(ctx, in, maxValueSetDepth)
}

// expandSealed does the same inside a policy's predicate, over all data. A value
// set that cannot be expanded narrows the predicate as far as it can, whatever
// stands around it: false, or true under a Not (leaks.md R4: what cannot be
// compiled is denied, never dropped). Other scopes of the grant keep what they
// give, and the caller is told nothing.
func (r *Reader) expandSealed(ctx context.Context, e search.Expr) (search.Expr, error) {
	if !search.Any(e, isInValueSet) {
		return e, nil
	}
	return search.Rewrite(e, func(leaf search.Expr, negated bool) (search.Expr, error) {
		in, ok := leaf.(search.InValueSet)
		if !ok {
			return leaf, nil
		}
		codes, err := (&valueSets{r, search.True}).codes(ctx, in, maxValueSetDepth)
		var fault *search.ParamError
		if errors.As(err, &fault) {
			return search.Const(negated), nil
		}
		return codes, err
	})
}

func isInValueSet(leaf search.Expr) bool {
	_, ok := leaf.(search.InValueSet)
	return ok
}

// valueSets finds value sets among those that satisfy where.
type valueSets struct {
	reader *Reader
	where  search.Expr
}

func (v *valueSets) codes(ctx context.Context, in search.InValueSet, depth int) (search.Expr, error) {
	if depth == 0 {
		return nil, v.fault(in, "is built of value sets more than %d levels deep", maxValueSetDepth)
	}
	found, err := v.find(ctx, in.ValueSet)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return v.builtIn(in)
	}
	if contains := found.At("expansion", "contains"); contains != nil {
		return codesOf(in.Param, contains.Items()), nil
	}
	return v.compose(ctx, in, found.Get("compose"), depth)
}

// find is the value set of a canonical URL or a literal reference; nil if there
// is none.
func (v *valueSets) find(ctx context.Context, name string) (*fhirjson.Node, error) {
	where := search.Expr(search.ID{strings.TrimPrefix(name, "ValueSet/")})
	if !strings.HasPrefix(name, "ValueSet/") {
		param, ok := v.reader.view.store.registry.Param("ValueSet", "url")
		if !ok {
			return nil, nil
		}
		url, _, _ := strings.Cut(name, "|")
		where = search.Term{Param: param, Code: search.Is(url)}
	}
	selects := []search.Select{{Type: "ValueSet", Where: search.Simplify(search.And{where, v.where})}}
	found, err := v.reader.snapshot.Search(ctx, selects, nil, 1)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return fhirjson.Parse(found[0].Body)
}

// builtIn answers for the value sets that R4 itself binds to.
func (v *valueSets) builtIn(in search.InValueSet) (search.Expr, error) {
	url, _, _ := strings.Cut(in.ValueSet, "|")
	set, ok := definitions.LookupValueSet(url)
	if !ok || set.Open {
		return nil, v.fault(in, "is not stored here, or cannot be listed; store the ValueSet first")
	}
	var codes search.Or
	for system, list := range set.Codes {
		for _, code := range list {
			codes = append(codes, search.Term{Param: in.Param, System: search.Is(system), Code: search.Is(code)})
		}
	}
	return codes, nil
}

// compose is the definition of a value set: some of its includes, and none of
// its excludes (valueset.html#compositions).
func (v *valueSets) compose(ctx context.Context, in search.InValueSet, compose *fhirjson.Node, depth int) (search.Expr, error) {
	included, err := v.sets(ctx, in, compose.Get("include").Items(), depth)
	if err != nil {
		return nil, err
	}
	excluded, err := v.sets(ctx, in, compose.Get("exclude").Items(), depth)
	if err != nil {
		return nil, err
	}
	return search.And{included, search.Not{Of: excluded}}, nil
}

func (v *valueSets) sets(ctx context.Context, in search.InValueSet, sets []*fhirjson.Node, depth int) (search.Or, error) {
	var any search.Or
	for _, set := range sets {
		codes, err := v.set(ctx, in, set, depth)
		if err != nil {
			return nil, err
		}
		any = append(any, codes)
	}
	return any, nil
}

// set is one include or exclude: codes of a system that are in all of the value
// sets that it names.
func (v *valueSets) set(ctx context.Context, in search.InValueSet, set *fhirjson.Node, depth int) (search.Expr, error) {
	if set.Get("filter") != nil {
		return nil, v.fault(in, "selects codes by a filter, which needs a terminology server; list the codes instead")
	}
	var all search.And
	if system := set.Get("system"); system != nil {
		if concepts := set.Get("concept").Items(); len(concepts) > 0 {
			all = append(all, conceptsOf(in.Param, system.Text(), concepts))
		} else {
			all = append(all, search.Term{Param: in.Param, System: search.Is(system.Text())})
		}
	}
	for _, nested := range set.Get("valueSet").Items() {
		codes, err := v.codes(ctx, search.InValueSet{Param: in.Param, ValueSet: nested.Text()}, depth-1)
		if err != nil {
			return nil, err
		}
		all = append(all, codes)
	}
	if len(all) == 0 {
		return search.False, nil
	}
	return all, nil
}

func conceptsOf(param *search.Param, system string, concepts []*fhirjson.Node) search.Or {
	var codes search.Or
	for _, concept := range concepts {
		codes = append(codes, search.Term{Param: param, System: search.Is(system), Code: search.Is(concept.Get("code").Text())})
	}
	return codes
}

// codesOf are the codes of an expansion, nested ones included.
func codesOf(param *search.Param, contains []*fhirjson.Node) search.Or {
	var codes search.Or
	for _, concept := range contains {
		if concept.Get("code") != nil && concept.Get("abstract").Text() != "true" {
			codes = append(codes, conceptsOf(param, concept.Get("system").Text(), []*fhirjson.Node{concept})...)
		}
		codes = append(codes, codesOf(param, concept.Get("contains").Items())...)
	}
	return codes
}

func (v *valueSets) fault(in search.InValueSet, format string, args ...any) error {
	return &search.ParamError{Param: in.Param.Code + ":in", Value: in.ValueSet,
		Reason: "the value set " + fmt.Sprintf(format, args...)}
}
