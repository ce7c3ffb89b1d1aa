package smart

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

const (
	// firsts is how many resources of a type are named.
	firsts = 10
	// maxLinked is how long the scopes may be for each resource to have a link, which
	// repeats them: a page has some hundreds.
	maxLinked = 2000
	// maxText is how much is shown of a predicate or a resource, in bytes.
	maxText = 100_000
)

// showAccess shows what a token of a rehearsed grant would reach, and what else its app
// would be told.
func (s *Server) showAccess(v *visit, p play, of auth.Rehearsal, m *page.Playground) error {
	seen := look{server: s, play: p, policy: of.Policy, access: &page.Access{Scopes: of.Issued.Scopes, Unlinked: len(p.scopes) > maxLinked}}
	if err := seen.look(v.Context()); err != nil {
		return err
	}
	if err := s.Audit.Access(v.Context(), seen.event(v, of)); err != nil {
		return err
	}
	m.Access, m.Shown = seen.access, seen.shown
	if err := s.tellResponse(of, m.Access); err != nil {
		return err
	}
	s.tellCommands(of, m.Access)
	return nil
}

// look is one look through a token's eyes.
type look struct {
	server   *Server
	play     play
	policy   store.Policy
	access   *page.Access
	shown    *page.ShownResource
	patients []string // whose data was seen
	inside   bool     // of an operation: nothing there can be read on its own
}

// look looks at what is visible, at the resource that is shown, and into operations.
func (l *look) look(ctx context.Context) error {
	var err error
	if l.access.Types, l.access.Empty, err = l.types(ctx, l.resource); err != nil {
		return err
	}
	return l.operations(ctx)
}

// types looks at every type for which there is a rule, by s on one state of the data,
// and by r, where it reaches others, on one more. Also is asked of the first state.
func (l *look) types(ctx context.Context, also func(context.Context, *store.Reader) error) (visible, empty []page.TypeAccess, err error) {
	var types []page.TypeAccess
	for _, typ := range l.server.Store.Registry().Types() {
		if t := l.rules(typ); t.Letters != "" {
			types = append(types, t)
		}
	}
	err = l.server.Store.View(l.policy).Snapshot(ctx, func(r *store.Reader) error {
		if err := also(ctx, r); err != nil {
			return err
		}
		return l.counts(ctx, r, types, "by search")
	})
	if err == nil {
		err = l.server.Store.View(l.byID(types)).Snapshot(ctx, func(r *store.Reader) error { return l.counts(ctx, r, types, "by id") })
	}
	for _, t := range types {
		if isEmpty(t) {
			empty = append(empty, t)
			continue
		}
		visible = append(visible, t)
	}
	return visible, empty, err
}

// isEmpty tells whether something could be seen of a type, and nothing is there.
func isEmpty(t page.TypeAccess) bool {
	return len(t.Visible) > 0 && !slices.ContainsFunc(t.Visible, func(c page.Count) bool { return c.N > 0 })
}

// rules are those of a type: without letters if there are none.
func (l *look) rules(typ string) page.TypeAccess {
	t := page.TypeAccess{Type: typ, Predicates: l.predicates(typ)}
	for _, p := range t.Predicates {
		t.Letters += p.Letters
	}
	t.Letters = ordered(t.Letters)
	return t
}

// byID is the policy that finds what is seen by its id alone: where there is r and not
// s, or r reaches other resources than s.
func (l *look) byID(types []page.TypeAccess) store.Policy {
	found := map[store.Rule]search.Expr{}
	for _, t := range types {
		if read := l.policy.Expr(store.Read, t.Type); !search.Equal(read, l.policy.Expr(store.Search, t.Type)) {
			found[store.Rule{Letter: store.Search, Type: t.Type}] = read
		}
	}
	return store.NewPolicy("what r reaches", found)
}

// counts counts what a Reader finds of each type.
func (l *look) counts(ctx context.Context, r *store.Reader, types []page.TypeAccess, how string) error {
	for i := range types {
		if !r.Allows(store.Search, types[i].Type) {
			continue
		}
		count, found, err := l.count(ctx, r, types[i].Type)
		if err != nil {
			return err
		}
		count.How = how
		types[i].Visible = append(types[i].Visible, count)
		if types[i].First == nil {
			l.name(&types[i], found)
		}
	}
	return nil
}

// count counts what is visible of a type, and finds the first. What takes too long is
// not counted.
func (l *look) count(ctx context.Context, r *store.Reader, typ string) (page.Count, []store.Resource, error) {
	q, err := l.server.Store.Registry().ParseSearch([]string{typ}, []search.Pair{{Name: "_total", Value: string(search.TotalEstimate)}}, search.Options{
		Base: l.server.URLs.FHIR, Now: l.server.Clock(), MaxCount: firsts, DefaultCount: firsts,
	})
	if err != nil {
		return page.Count{}, nil, err
	}
	found, err := r.Search(ctx, q)
	switch {
	case errors.Is(err, store.ErrTooComplex):
		return page.Count{TooComplex: true}, nil, nil
	case err != nil:
		return page.Count{}, nil, err
	case found.Total != nil:
		return page.Count{N: *found.Total}, found.Matches, nil
	}
	return page.Count{N: store.CheapCount, Over: true}, found.Matches, nil
}

// name names the first resources.
func (l *look) name(t *page.TypeAccess, found []store.Resource) {
	for _, resource := range found {
		link := page.Link{Text: resource.ID}
		if !l.access.Unlinked && !l.inside {
			link.Href = l.server.playLink(l.play, resource.Key.String())
		}
		t.First = append(t.First, link)
		l.see(resource)
	}
}

// see notes whose data a resource is, for the record of it.
func (l *look) see(resource store.Resource) {
	if resource.Type == "Patient" {
		l.patients = append(l.patients, resource.ID)
	}
	l.patients = audit.PatientsIn(l.patients, resource.Body, l.server.URLs.FHIR)
}

// predicates are those of a type, letters with the same one together.
func (l *look) predicates(typ string) []page.Predicate {
	var exprs []search.Expr
	var list []page.Predicate
	for i := range len(store.Letters) {
		letter := store.Letter(store.Letters[i])
		expr := l.policy.Expr(letter, typ)
		if expr == search.False {
			continue
		}
		at := slices.IndexFunc(exprs, func(other search.Expr) bool { return search.Equal(expr, other) })
		if at < 0 {
			exprs = append(exprs, expr)
			list = append(list, page.Predicate{Letters: string(letter), Text: cut(search.Format(expr))})
			continue
		}
		list[at].Letters += string(letter)
	}
	return list
}

// ordered are letters in the order in which scopes have them.
func ordered(letters string) string {
	return strings.Map(func(letter rune) rune {
		if strings.ContainsRune(letters, letter) {
			return letter
		}
		return -1
	}, store.Letters)
}

// cut is the beginning of a long text.
func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "… and " + strconv.Itoa(len(text)-maxText) + " bytes more"
}
