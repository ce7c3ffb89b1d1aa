package api

import (
	"sync"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// server holds what the handlers of the interactions share. It has no store:
// data is reached through the View that a handler is given.
type server struct {
	// dispatcher takes the entries of a Bundle through the steps of a request.
	dispatcher   *dispatcher
	base         string
	registry     *search.Registry
	compartments *compartments.Compartments
	drafter      store.Drafter
	profiles     *profile.Set
	clock        func() time.Time
	// conditionalDeletes is Config.ConditionalDelete.
	conditionalDeletes ConditionalDelete
	// capabilities makes the CapabilityStatement when it is first asked for, since a
	// start need not wait for it.
	capabilities      func() ([]byte, error)
	check             check
	chunk, chunkBytes int // see usualChunk and usualChunkBytes
}

func newServer(config Config) *server {
	s := &server{
		base:         config.BaseURL,
		registry:     config.Store.Registry(),
		compartments: config.Store.Compartments(),
		drafter:      config.Store.Drafter(),
		profiles:     config.Store.Profiles(),
		clock:        config.Clock,

		conditionalDeletes: config.ConditionalDelete,
		check:              config.check,
		chunk:              config.chunk,
		chunkBytes:         config.chunkBytes,
	}
	since := config.Clock()
	s.capabilities = sync.OnceValues(func() ([]byte, error) { return s.capabilityStatement(config, since) })
	return s
}
