package api

import (
	"time"

	"github.com/granary-fhir/granary/compartments"
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
	clock        func() time.Time
	// conditionalDeletes is Config.ConditionalDelete.
	conditionalDeletes ConditionalDelete
	capabilities       []byte // the CapabilityStatement
	check              check
}

func newServer(config Config) (*server, error) {
	s := &server{
		base:         config.BaseURL,
		registry:     config.Store.Registry(),
		compartments: config.Store.Compartments(),
		drafter:      config.Store.Drafter(),
		clock:        config.Clock,

		conditionalDeletes: config.ConditionalDelete,
		check:              config.check,
	}
	var err error
	s.capabilities, err = s.capabilityStatement(config)
	return s, err
}
