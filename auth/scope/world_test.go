package scope

import (
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// world is a store in memory, slow and obvious, on which predicates are tried.
type world struct {
	registry     *search.Registry
	compartments *compartments.Compartments
	compiler     *Compiler
	resources    map[store.Key]resource
	texts        []string
	related      []compartments.Relationship
	now          int64
}

type resource struct {
	entries search.Entries
	charts  []string
}

const base = "https://granary.example/fhir"

func newWorld(t *testing.T, resources ...string) *world {
	t.Helper()
	r, c := testbackend.Definitions(t)
	w := &world{r, c, NewCompiler(r, c, base), map[store.Key]resource{}, nil, nil, 0}
	for _, text := range resources {
		w.put(t, text)
	}
	return w
}

func (w *world) put(t *testing.T, text string) store.Key {
	t.Helper()
	n, err := fhirjson.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	key := store.Key{Type: n.Get("resourceType").Text(), ID: n.Get("id").Text()}
	e, err := w.registry.Extract(key.Type, n, base)
	if err != nil {
		t.Fatal(err)
	}
	w.texts = append(w.texts, text)
	w.resources[key] = resource{e, w.compartments.Charts(key.Type, key.ID, e)}
	w.related = append(w.related, w.compartments.Relationships(key.Type, key.ID, n, e)...)
	return key
}

// holds is the meaning of a predicate, as far as scopes need it.
func (w *world) holds(e search.Expr, key store.Key) bool {
	res := w.resources[key]
	switch e := e.(type) {
	case search.Const:
		return bool(e)
	case search.And:
		return !slices.ContainsFunc(e, func(part search.Expr) bool { return !w.holds(part, key) })
	case search.Or:
		return slices.ContainsFunc(e, func(part search.Expr) bool { return w.holds(part, key) })
	case search.Not:
		return !w.holds(e.Of, key)
	case search.ID:
		return slices.Contains(e, key.ID)
	case search.Term:
		return slices.ContainsFunc(res.entries.Terms, func(term search.TermEntry) bool {
			return term.Param == e.Param && matches(e.System, term.System) && matches(e.Code, term.Code)
		})
	case search.Missing:
		return !slices.ContainsFunc(res.entries.Terms, func(term search.TermEntry) bool { return term.Param == e.Param })
	case search.Chart:
		return slices.Contains(res.charts, e.Patient)
	case search.Panel:
		return slices.ContainsFunc(res.charts, func(patient string) bool { return w.isRelated(e.Party, patient, e.Organizations) })
	case search.Related:
		return w.isRelated(e.Party, e.Patient, e.Organizations)
	case search.Chain:
		return slices.ContainsFunc(w.targets(key, e.Param), func(to store.Key) bool {
			return to.Type == e.Type && w.live(to) && w.holds(e.Where, to)
		})
	case search.Has:
		for from := range w.resources {
			if from.Type == e.Param.Type && slices.Contains(w.targets(from, e.Param), key) && w.holds(e.Where, from) {
				return true
			}
		}
		return false
	case search.All:
		targets := w.targets(key, e.Param)
		return len(targets) > 0 && !slices.ContainsFunc(targets, func(to store.Key) bool {
			where, ok := e.Where[to.Type]
			return !ok || !w.live(to) || !w.holds(where, to)
		})
	}
	panic("no meaning yet for this predicate")
}

func matches(m search.Match, text string) bool {
	if exact, ok := m.Exact(); ok {
		return text == exact
	}
	prefix, _ := m.Prefix()
	return m.Any() || strings.HasPrefix(text, prefix)
}

func (w *world) live(key store.Key) bool { _, ok := w.resources[key]; return ok }

func (w *world) isRelated(party, patient string, organizations bool) bool {
	return slices.ContainsFunc(w.related, func(r compartments.Relationship) bool {
		if r.Party != party || r.From > w.now || w.now >= r.To {
			return false
		}
		return r.With == "Patient/"+patient || organizations && strings.HasPrefix(r.With, "Organization/") && w.isRelated(r.With, patient, false)
	})
}

func (w *world) targets(key store.Key, param *search.Param) []store.Key {
	var targets []store.Key
	for _, term := range w.resources[key].entries.Terms {
		if term.Param == param {
			typ, id, _ := strings.Cut(term.Code, "/")
			targets = append(targets, store.Key{Type: typ, ID: id})
		}
	}
	return targets
}

// sees are the resources that a policy shows by a letter, sorted.
func (w *world) sees(p store.Policy, letter store.Letter) []string {
	var seen []string
	for key := range w.resources {
		if w.holds(p.Expr(letter, key.Type), key) {
			seen = append(seen, key.String())
		}
	}
	slices.Sort(seen)
	return seen
}

// grant compiles scopes of which none may be refused.
func (w *world) grant(t *testing.T, scopes string, context Context) store.Policy {
	t.Helper()
	parsed, refused := ParseList(scopes)
	policy, uncompiled := w.compiler.Compile(parsed, context)
	for _, r := range append(refused, uncompiled...) {
		t.Errorf("refused: %v", r)
	}
	return policy
}
