package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

// maxValueSetDepth is how deeply value sets may be built of value sets.
const maxValueSetDepth = 8

// valueSet is the codes of a value set (search.html#token, `:in`): one that is
// stored, or one of R4's own.
func (t *terminology) valueSet(ctx context.Context, in search.InValueSet, depth int) (search.Expr, error) {
	if depth == 0 {
		return nil, valueSetFault(in, "is built of value sets more than %d levels deep", maxValueSetDepth)
	}
	found, err := t.findValueSet(ctx, in.ValueSet)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return builtInValueSet(in)
	}
	if contains := found.At("expansion", "contains"); contains != nil {
		return codesOf(in.Param, contains.Items()), nil
	}
	return t.compose(ctx, in, found.Get("compose"), depth)
}

// findValueSet is the value set of a canonical URL or a literal reference; nil if
// there is none.
func (t *terminology) findValueSet(ctx context.Context, name string) (*fhirjson.Node, error) {
	if id, ok := strings.CutPrefix(name, "ValueSet/"); ok {
		return t.find(ctx, "ValueSet", search.ID{id})
	}
	url, _, _ := strings.Cut(name, "|")
	return t.byURL(ctx, "ValueSet", url)
}

// builtInValueSet answers for the value sets that R4 itself binds to.
func builtInValueSet(in search.InValueSet) (search.Expr, error) {
	url, _, _ := strings.Cut(in.ValueSet, "|")
	set, ok := definitions.LookupValueSet(url)
	if !ok || set.Open {
		return nil, valueSetFault(in, "is not stored here, or cannot be listed; store the ValueSet first")
	}
	var codes search.Or
	for system, list := range set.Codes {
		for _, code := range list {
			codes = append(codes, termOf(in.Param, system, code))
		}
	}
	return codes, nil
}

// compose is the definition of a value set: some of its includes, and none of
// its excludes (valueset.html#compositions).
func (t *terminology) compose(ctx context.Context, in search.InValueSet, compose *fhirjson.Node, depth int) (search.Expr, error) {
	included, err := t.sets(ctx, in, compose.Get("include").Items(), depth)
	if err != nil {
		return nil, err
	}
	excluded, err := t.sets(ctx, in, compose.Get("exclude").Items(), depth)
	if err != nil {
		return nil, err
	}
	return search.And{included, search.Not{Of: excluded}}, nil
}

func (t *terminology) sets(ctx context.Context, in search.InValueSet, sets []*fhirjson.Node, depth int) (search.Or, error) {
	var any search.Or
	for _, set := range sets {
		codes, err := t.set(ctx, in, set, depth)
		if err != nil {
			return nil, err
		}
		any = append(any, codes)
	}
	return any, nil
}

// set is one include or exclude: codes of a system that are in all of the value
// sets that it names.
func (t *terminology) set(ctx context.Context, in search.InValueSet, set *fhirjson.Node, depth int) (search.Expr, error) {
	if set.Get("filter") != nil {
		return nil, valueSetFault(in, "selects codes by a filter, which needs a terminology server; list the codes instead")
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
		codes, err := t.valueSet(ctx, search.InValueSet{Param: in.Param, ValueSet: nested.Text()}, depth-1)
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
		codes = append(codes, termOf(param, system, concept.Get("code").Text()))
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

func valueSetFault(in search.InValueSet, format string, args ...any) error {
	return &search.ParamError{Param: in.Param.Code + ":in", Value: in.ValueSet,
		Reason: "the value set " + fmt.Sprintf(format, args...)}
}
