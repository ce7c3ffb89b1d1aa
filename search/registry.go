package search

import (
	"crypto/sha256"
	"fmt"
	"slices"
)

// Registry knows every search parameter of R4, of US Core and of the IG packages that
// it was made with, on every resource type, and how each is extracted. It is immutable and safe for concurrent use;
// a Param of one Registry means nothing to another.
type Registry struct {
	types    []string
	byType   map[string]*typeParams
	codes    codeSystems
	packaged []*Param
	digest   func() string
}

// typeParams are the parameters of one resource type.
type typeParams struct {
	params     []*Param // what a client may name, sorted by code
	byCode     map[string]*Param
	derived    map[string]*Param
	indexed    []*Param // what entries are made under, sorted by code
	references []*Param
	sort       *Param
	rules      []rule
	content    *contentPlan
}

// NewRegistry builds the registry from the embedded definitions. An error means
// that the definitions hold an expression which is not understood, or one that
// selects elements for which the parameter's type has no meaning.
func NewRegistry() (*Registry, error) {
	r, _, err := NewRegistryWith(nil)
	return r, err
}

// Types are the resource types of R4, sorted.
func (r *Registry) Types() []string { return slices.Clone(r.types) }

// HasType tells whether typ is a resource type of R4. Case matters.
func (r *Registry) HasType(typ string) bool { return r.byType[typ] != nil }

// Param is the parameter that a client names code when it searches typ, without
// modifier: those of the type and the common ones, _id to _content.
func (r *Registry) Param(typ, code string) (*Param, bool) {
	t := r.byType[typ]
	if t == nil {
		return nil, false
	}
	p, ok := t.byCode[code]
	return p, ok
}

// Params are all parameters that a client may name when it searches typ, sorted
// by code.
func (r *Registry) Params(typ string) []*Param {
	return cloneParams(r.byType[typ], func(t *typeParams) []*Param { return t.params })
}

// Derived is a parameter that exists only in the index:
//
//   - `code:text`: strings, the texts beside a token or reference;
//   - `subject:identifier`: tokens, the identifiers within a reference;
//   - `identifier:of-type`: terms of an identifier's type (System its system,
//     Code `type code|value`), one for each coding of the type;
//   - `value-quantity:canonical`: quantities converted by [CanonicalQuantity]
//     (System CanonicalUnits), of a component `code-value-quantity$1:canonical`;
//   - `code-value-quantity$0`: a component of a composite; `near$lat`, `near$lon`;
//   - `_attachment`: local references in the URLs of attachments;
//   - `_securityContext`: on Binary, what decides who may read it, and `_target`: on
//     Provenance, what it speaks of; "#" stands for what leads to nothing here.
func (r *Registry) Derived(typ, code string) (*Param, bool) {
	t := r.byType[typ]
	if t == nil {
		return nil, false
	}
	p, ok := t.derived[code]
	return p, ok
}

// Indexed are the parameters under which entries of typ are made, derived ones
// included, sorted by code. `_id`, composites and `near` have none of their own.
func (r *Registry) Indexed(typ string) []*Param {
	return cloneParams(r.byType[typ], func(t *typeParams) []*Param { return t.indexed })
}

// References are the reference parameters that a client may name when it
// searches typ, sorted by code.
func (r *Registry) References(typ string) []*Param {
	return cloneParams(r.byType[typ], func(t *typeParams) []*Param { return t.references })
}

// Packaged are the parameters of IG packages, derived ones included.
func (r *Registry) Packaged() []*Param { return slices.Clone(r.packaged) }

// SortParam is the parameter of the type's main clinical date, by which its
// resources are ordered unless asked otherwise; nil if the type has none.
func (r *Registry) SortParam(typ string) *Param {
	t := r.byType[typ]
	if t == nil {
		return nil
	}
	return t.sort
}

// Digest is the same for registries that have entries made under the same parameters, by
// the same expressions.
func (r *Registry) Digest() string { return r.digest() }

func (r *Registry) makeDigest() string {
	var all []byte
	for _, typ := range r.types {
		for _, p := range r.byType[typ].indexed {
			for _, part := range []string{p.Type, p.Code, string(p.Kind), p.Expression} {
				all = append(append(all, part...), 0)
			}
		}
	}
	for _, p := range r.packaged { // composites too, whose own expression no entry has
		all = append(append(append(append(all, p.Type...), 0), p.Making()...), 0)
	}
	return fmt.Sprintf("%x", sha256.Sum256(all))
}

func cloneParams(t *typeParams, list func(*typeParams) []*Param) []*Param {
	if t == nil {
		return nil
	}
	return slices.Clone(list(t))
}
