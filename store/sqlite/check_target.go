package sqlite

import (
	"fmt"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// target is a term with the resource that it should lead to, 0 for none.
type target struct {
	term, rid int64
	missing   store.Key // the resource, where it has no row
}

// targets checks that terms which are literal references lead to the resource
// that they name, and others nowhere.
func (x *check) targets() error {
	return x.wrongTargets(func(t target) error {
		param, err := x.nameOfTerm(t.term)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("a reference of %s leads to another resource than it names", param)
		if t.rid == 0 && t.missing == (store.Key{}) {
			text = fmt.Sprintf("a value of %s leads to a resource, and is no literal reference", param)
		}
		x.damaged(text)
		return nil
	})
}

// wrongTargets finds terms whose target is not what their code names.
func (x *judge) wrongTargets(yield func(target) error) error {
	references, err := x.referenceParams()
	if err != nil {
		return err
	}
	const all = "SELECT id, param, code, coalesce(target, 0) FROM term WHERE target IS NOT NULL OR param IN (SELECT value FROM json_each(?))"
	return x.conn.query(all, []value{numsJSON(references.ids)}, func(r row) error {
		should := target{term: r.int(0)}
		key, isLiteral := literal(r.text(2))
		if isLiteral && references.isReference(r.int(1)) {
			rid, err := x.makeResource(key)
			if err != nil {
				return err
			}
			if should.rid = rid; rid == unknown {
				should.missing = key
			}
		}
		if should.rid == r.int(3) {
			return nil
		}
		return yield(should)
	})
}

// referenceParams are the parameters whose terms are references.
type referenceParams struct {
	ids    []int64
	others map[int64]bool // that the registry knows to be none
}

// isReference takes what the registry does not know for what it is said to be.
func (p referenceParams) isReference(id int64) bool { return !p.others[id] }

func (x *judge) referenceParams() (referenceParams, error) {
	found := referenceParams{others: map[int64]bool{}}
	registry := x.backend.registry
	if registry == nil { // rare enough to make one
		var err error
		if registry, err = search.NewRegistry(); err != nil {
			return found, err
		}
	}
	err := x.conn.query("SELECT id, type, code FROM param", nil, func(r row) error {
		p, ok := registry.Param(r.text(1), r.text(2))
		if !ok {
			p, ok = registry.Derived(r.text(1), r.text(2))
		}
		switch {
		case ok && p.Kind == search.KindReference:
			found.ids = append(found.ids, r.int(0))
		case ok:
			found.others[r.int(0)] = true
		}
		return nil
	})
	return found, err
}
