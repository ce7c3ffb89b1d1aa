package scope

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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

// Compile turns what was granted into a policy: for each letter and type the OR,
// over the scopes that carry the letter for the type, of what the level of the
// scope means in the context AND of the scope's parameters. Neither the order of
// the scopes nor their spelling matters.
//
// A scope is refused, and grants nothing, where its parameters cannot be
// compiled (of a wildcard scope: for no type), where the context lacks what its
// level needs, or where its letters and type are never granted at its level. No
// scopes give the zero Policy.
func (c *Compiler) Compile(scopes []Scope, context Context) (store.Policy, []Refusal) {
	var terms []term
	var kept []Scope
	var refused []Refusal
	for _, s := range unique(scopes) {
		t, err := c.term(s, context)
		if err != nil {
			refused = append(refused, Refusal{s.Written(), err.Error()})
			continue
		}
		kept = append(kept, s)
		terms = append(terms, t)
	}
	if len(terms) == 0 {
		return store.Policy{}, refused
	}
	rules := newRules(c, terms)
	return store.NewPolicy(fingerprint(kept, context), rules.finish()), refused
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
	slices.SortFunc(kept, func(a, b Scope) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(kept, func(a, b Scope) bool { return a.String() == b.String() })
}

// fingerprint is the same for the same policy only: it covers all that Compile
// reads. Now counts only where a parameter is relative to it.
func fingerprint(scopes []Scope, context Context) string {
	input := struct {
		Scopes               []string
		Patient, User, Panel string
		Now                  time.Time
	}{Scopes: Canonical(scopes), Patient: context.Patient, User: context.User, Panel: string(context.Panel)}
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
