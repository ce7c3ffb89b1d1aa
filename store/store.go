package store

import (
	"context"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/search"
)

// Store is a backend with the definitions by which it is searched. It hands out
// resources through a View only.
type Store struct {
	backend      Backend
	registry     *search.Registry
	compartments *compartments.Compartments
	base         string
	basis        string
	packaged     []string // the parameters of IG packages, as the record of bases names them
	indexing     *indexing
	sealer       *sealer
	drafter      Drafter
}

// Option is something of a store that most do without.
type Option func(*Store)

// WithProfiles has a store know profiles. Without, it knows none.
func WithProfiles(known *profile.Set) Option {
	return func(s *Store) { s.drafter.profiles = known }
}

// New puts a store on a backend, which it then owns. Base is the server's own
// FHIR base URL, without a slash at the end: absolute references below it are
// local. It may be "".
func New(b Backend, r *search.Registry, c *compartments.Compartments, base string, v Validation, options ...Option) (*Store, error) {
	ctx := context.Background()
	s := &Store{backend: b, registry: r, compartments: c, base: base, basis: basisOf(r), packaged: packagedOf(r), drafter: Drafter{v, r, base, new(profile.Set)}}
	s.indexing = newIndexing(s.basis, r.Packaged())
	if user, ok := b.(RegistryUser); ok {
		user.UseRegistry(r)
	}
	for _, option := range options {
		option(s)
	}
	if _, err := s.enter(ctx); err != nil { // before there is a key, by which a store is known that is not new
		return nil, err
	}
	var err error
	if s.sealer, err = newSealer(ctx, b.Records()); err != nil {
		return nil, err
	}
	return s, nil
}

// View is the store as a policy shows it.
func (s *Store) View(p Policy) *View { return &View{store: s, policy: p} }

// ViewWhile is the store as a policy shows it, as long as the policy counts.
func (s *Store) ViewWhile(p Policy, counts Standing) *View {
	return &View{store: s, policy: p, standing: counts}
}

// Records is where state that is not FHIR lives.
func (s *Store) Records() Records { return s.backend.Records() }

// Registry is the registry of search parameters by which resources are indexed.
func (s *Store) Registry() *search.Registry { return s.registry }

// Compartments are the definitions by which charts are indexed.
func (s *Store) Compartments() *compartments.Compartments { return s.compartments }

// Drafter checks what is to be written.
func (s *Store) Drafter() Drafter { return s.drafter }

// Profiles are the profiles that the store knows. They are checked on writing with
// ValidateProfile only.
func (s *Store) Profiles() *profile.Set { return s.drafter.profiles }

// Base is the server's own FHIR base URL.
func (s *Store) Base() string { return s.base }

// Close waits for running calls and closes the backend.
func (s *Store) Close() error { return s.backend.Close() }
