package smart

import (
	"context"

	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// operations looks into each operation that a scope lets its holder ask for.
func (l *look) operations(ctx context.Context) error {
	for _, o := range scope.Operations() {
		if o.Type != "" {
			if err := l.into(ctx, o.On(o.Type)); err != nil {
				return err
			}
			continue
		}
		var names []string // what it shows of each is what r shows
		for _, typ := range l.server.Store.Registry().Types() {
			if _, entitled := l.policy.Within(o.On(typ)); entitled {
				names = append(names, typ)
			}
		}
		if len(names) > 0 {
			l.access.Inside = append(l.access.Inside, page.Inside{Operation: o.Name, Names: names})
		}
	}
	return nil
}

// into looks at what is visible inside an operation, under the policy that counts there.
func (l *look) into(ctx context.Context, o store.Operation) error {
	policy, entitled := l.policy.Within(o)
	if !entitled {
		return nil
	}
	in := *l
	in.policy, in.inside, in.patients = policy, true, nil
	visible, _, err := in.types(ctx, func(context.Context, *store.Reader) error { return nil })
	l.access.Inside = append(l.access.Inside, page.Inside{Operation: o.Type + "/" + o.Name, Types: visible})
	l.patients = append(l.patients, in.patients...)
	return err
}
