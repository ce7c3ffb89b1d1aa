package store

import (
	"context"
	"errors"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

// terminology puts codes in place of the leaves of a predicate that ask stored
// definitions for them: a ValueSet (search.InValueSet) or a CodeSystem
// (search.Subsumed).
type terminology struct {
	reader *Reader
	sealed bool // over all data; else over what the caller may find
}

// expandVisible expands a leaf of a client's predicate by definitions that the
// caller may find. A *search.ParamError says why it cannot be done.
func (r *Reader) expandVisible(ctx context.Context, leaf search.Expr) (search.Expr, error) {
	return (&terminology{reader: r}).expand(ctx, leaf)
}

// expandSealed does the same inside a policy's predicate, over all data. What
// cannot be expanded narrows the predicate as far as it can, whatever stands
// around it: false, or true under a Not (leaks.md R4: what cannot be compiled is
// denied, never dropped). Other scopes of the grant keep what they give, and the
// caller is told nothing.
func (r *Reader) expandSealed(ctx context.Context, e search.Expr) (search.Expr, error) {
	if !search.Any(e, asksTerminology) {
		return e, nil
	}
	t := &terminology{reader: r, sealed: true}
	expanded, err := search.Rewrite(e, func(leaf search.Expr, negated bool) (search.Expr, error) {
		codes, err := t.expand(ctx, leaf)
		var fault *search.ParamError
		if errors.As(err, &fault) {
			return search.Const(negated), nil
		}
		return codes, err
	})
	if err != nil {
		return nil, err
	}
	return search.Simplify(expanded), nil
}

func asksTerminology(leaf search.Expr) bool {
	switch leaf.(type) {
	case search.InValueSet, search.Subsumed:
		return true
	}
	return false
}

// expand is the codes that a leaf stands for, and any other leaf as it is.
func (t *terminology) expand(ctx context.Context, leaf search.Expr) (search.Expr, error) {
	switch leaf := leaf.(type) {
	case search.InValueSet:
		return t.valueSet(ctx, leaf, maxValueSetDepth)
	case search.Subsumed:
		return t.subsumed(ctx, leaf)
	}
	return leaf, nil
}

// byURL is the definition of a type with a canonical URL; nil if there is none.
func (t *terminology) byURL(ctx context.Context, typ, url string) (*fhirjson.Node, error) {
	param, ok := t.reader.view.store.registry.Param(typ, "url")
	if !ok {
		return nil, nil
	}
	return t.find(ctx, typ, search.Term{Param: param, Code: search.Is(url)})
}

// find is a definition that satisfies where, among those that may be used; nil if
// there is none.
func (t *terminology) find(ctx context.Context, typ string, where search.Expr) (*fhirjson.Node, error) {
	granted := search.Expr(search.True)
	if !t.sealed {
		var err error
		if granted, err = t.reader.predicate(ctx, Search, typ); err != nil {
			return nil, err
		}
	}
	selects := []search.Select{{Type: typ, Where: search.Both(search.Simplify(where), granted)}}
	found, err := t.reader.snapshot.Search(ctx, selects, nil, 1)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return fhirjson.Parse(found[0].Body)
}

// termOf is a code of a system.
func termOf(param *search.Param, system, code string) search.Term {
	return search.Term{Param: param, System: search.Is(system), Code: search.Is(code)}
}
