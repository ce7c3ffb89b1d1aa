package store

import (
	"context"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
)

// Store is a backend with the definitions by which it is searched. It hands out
// resources through a View only.
type Store struct {
	backend      Backend
	registry     *search.Registry
	compartments *compartments.Compartments
	base         string
	sealer       *sealer
	drafter      Drafter
}

// New puts a store on a backend, which it then owns. Base is the server's own
// FHIR base URL, without a slash at the end: absolute references below it are
// local. It may be "".
func New(b Backend, r *search.Registry, c *compartments.Compartments, base string, v Validation) (*Store, error) {
	sealer, err := newSealer(context.Background(), b.Records())
	if err != nil {
		return nil, err
	}
	return &Store{backend: b, registry: r, compartments: c, base: base, sealer: sealer, drafter: Drafter{v, r, base}}, nil
}

// View is the store as a policy shows it.
func (s *Store) View(p Policy) *View { return &View{store: s, policy: p} }

// Records is where state that is not FHIR lives.
func (s *Store) Records() Records { return s.backend.Records() }

// Registry is the registry of search parameters by which resources are indexed.
func (s *Store) Registry() *search.Registry { return s.registry }

// Compartments are the definitions by which charts are indexed.
func (s *Store) Compartments() *compartments.Compartments { return s.compartments }

// Drafter checks what is to be written.
func (s *Store) Drafter() Drafter { return s.drafter }

// Base is the server's own FHIR base URL.
func (s *Store) Base() string { return s.base }

// Close waits for running calls and closes the backend.
func (s *Store) Close() error { return s.backend.Close() }
