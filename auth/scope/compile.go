package scope

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Compiler compiles scopes into policies. It is immutable and safe for
// concurrent use.
type Compiler struct {
	registry     *search.Registry
	compartments *compartments.Compartments
	base         string
	links        links
}

// NewCompiler makes a compiler. Base is the server's own FHIR base URL, or "":
// references below it, in a scope's parameters, are local.
func NewCompiler(r *search.Registry, c *compartments.Compartments, base string) *Compiler {
	return &Compiler{registry: r, compartments: c, base: base, links: newLinks(r, c)}
}

// maxNarrowedWildcards is how many scopes on * with parameters a grant may have. Each is
// an alternative in the predicates of every type, so that hundreds of them would keep
// the server busy for seconds.
const maxNarrowedWildcards = 100

// Compile turns what was granted into a policy: for each letter and type the OR,
// over the scopes that carry the letter for the type, of what the level of the
// scope means in the context AND of the scope's parameters. Neither the order of
// the scopes nor their spelling matters.
//
// What a scope on an operation stands for is part of a policy that counts inside the
// operation alone, beside what the scopes on resources grant.
//
// A scope is refused, and grants nothing, where its parameters cannot be
// compiled (of a wildcard scope: for no type), where the context lacks what its
// level needs, or where its letters and type are never granted at its level. No
// scopes give the zero Policy.
func (c *Compiler) Compile(scopes []Scope, context Context) (store.Policy, []Refusal) {
	var terms []term
	var inside insides
	var kept []Scope
	var refused []Refusal
	narrowed := 0 // wildcards
	for _, s := range unique(scopes) {
		var err error
		switch wildcard := s.Type == Any && len(s.Params) > 0; {
		case wildcard && narrowed == maxNarrowedWildcards:
			err = fmt.Errorf("a grant has at most %d scopes on * with parameters; name the types", maxNarrowedWildcards)
		case s.Operation != "":
			err = inside.add(c, s, context)
		default:
			var t term
			if t, err = c.term(s, context); err == nil {
				terms = append(terms, t)
			}
			if wildcard {
				narrowed++
			}
		}
		if err != nil {
			refused = append(refused, Refusal{s.Written(), err.Error()})
			continue
		}
		kept = append(kept, s)
	}
	if len(kept) == 0 {
		return store.Policy{}, refused
	}
	policy := c.policy(kept, terms, context)
	return policy.With(inside.policies(c, policy, terms, context)), refused
}

// policy is what the terms grant. The scopes are those that it is told apart by.
func (c *Compiler) policy(scopes []Scope, terms []term, context Context) store.Policy {
	policy := store.NewPolicy(fingerprint(scopes, context), newRules(c, terms).finish())
	origins := originsOf(terms)
	return policy.From(func() map[store.Rule][]string { return c.origins(origins, context) })
}

// unique are the scopes that give access to resources, each once, in the order
// of their canonical forms.
func unique(scopes []Scope) []Scope {
	var kept []Scope
	for _, s := range scopes {
		if s.GrantsData() {
			kept = append(kept, s)
		}
	}
	forms := make(map[string]Scope, len(kept)) // which are long, and compared often
	for _, s := range slices.Backward(kept) {
		forms[s.String()] = s // the first of those that mean the same
	}
	kept = kept[:0]
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		kept = append(kept, forms[form])
	}
	return kept
}

// fingerprint is the same for the same policy only: it covers all that Compile
// reads. Now counts only where a parameter is relative to it.
func fingerprint(scopes []Scope, context Context) string {
	input := struct {
		Scopes               []string
		Patient, User, Panel string
		Also                 []string
		Administrator        bool
		Now                  time.Time
	}{Scopes: Canonical(scopes), Patient: context.Patient, User: context.User, Also: context.Also, Panel: string(context.Panel), Administrator: context.Administrator}
	for _, s := range scopes {
		for _, p := range s.Params {
			if strings.Contains(p.Value, "ap") {
				input.Now = context.Now.UTC()
			}
		}
	}
	// Marshalling strings and a time cannot fail; invalid UTF-8 is not in a Scope.
	text, _ := json.Marshal(input)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
