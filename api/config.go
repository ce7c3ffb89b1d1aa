package api

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/internal/cors"
	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/store"
)

// BasePath is the path of the FHIR base URL on this server.
const BasePath = "/fhir"

// DefaultMaxBody is the largest request body, in bytes, where Config has none.
const DefaultMaxBody = 16 << 20

// Config is what the API is made of. Store, BaseURL and, unless AuthOff is set,
// Tokens are required.
type Config struct {
	Store  *store.Store
	Tokens *auth.Tokens

	// BaseURL is the FHIR base URL as clients see it, without a slash at the
	// end: "https://ehr.example.org/fhir". Links and Location headers begin
	// with it. The Store must have been made with the same one, or with "".
	BaseURL string

	// AuthOff lets every request in, without a token, to everything.
	AuthOff bool

	// OAuth are the endpoints of the authorization server that gives out the tokens,
	// for the CapabilityStatement; nil if there is none.
	OAuth *OAuthURIs

	// ExplainToEveryone lets every caller have answers explained, as in a sandbox;
	// without it only administrators can, see docs/explain.md.
	ExplainToEveryone bool

	// Origins are those whose pages may read answers: what is public is everybody's.
	// Nil lets no page of another origin read anything else.
	Origins cors.Origins

	// ConditionalDelete is what a delete by criteria does with more than one
	// match; "" is DeleteSingle.
	ConditionalDelete ConditionalDelete

	// Version is this software's, for the CapabilityStatement.
	Version string

	// Guides are the canonicals of implementation guides that are installed beside what
	// is built in, for the CapabilityStatement.
	Guides []string

	// MaxBody is the largest request body in bytes; 0 is DefaultMaxBody.
	MaxBody int64

	// Clock is the time of a request, from which `ap` measures a date; nil is
	// time.Now.
	Clock func() time.Time

	// Logger receives a line for each request and the causes of status 500;
	// nil is slog.Default().
	Logger *slog.Logger

	// Admission bounds how many requests are worked on at the same time; nil
	// lets everyone in.
	Admission *Admission

	// Timeout is how long a request may be worked on, from when all of it has
	// arrived; 0 for as long as it takes.
	Timeout time.Duration

	// Observe is told of each request once it is answered; nil if nobody asks.
	Observe func(Observation)

	// Audit records what is written, shown and refused; nil records nothing.
	Audit *audit.Log

	// check is what $validate finds in a resource; nil is validation.Resource.
	check check

	// How much of a long answer is read, and kept, at a time; 0 is usualChunk and
	// usualChunkBytes.
	chunk, chunkBytes int
}

// New makes the handler of everything at and below BasePath. What is elsewhere it
// answers with 404.
func New(config Config) (http.Handler, error) {
	if err := config.complete(); err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	api := newServer(config)
	d := &dispatcher{
		gate:  newGate(config),
		types: config.Store.Registry(),
		log:   config.Logger,
		cors:  newCORS(config),
		limit: config.MaxBody,

		observe:   config.Observe,
		admission: config.Admission,
		timeout:   config.Timeout,
		routes:    api.routes(),
		audit:     config.Audit,
		base:      config.BaseURL,

		explanations: newExplanations(config),
	}
	api.dispatcher = d
	return compressed(d.engine())
}

func (c *Config) complete() error {
	switch base, err := url.Parse(c.BaseURL); {
	case c.Store == nil:
		return errors.New("the store is missing")
	case c.Tokens == nil && !c.AuthOff:
		return errors.New("the tokens are missing; without them only AuthOff can serve")
	case err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.RawQuery != "" || base.Fragment != "":
		return fmt.Errorf("the base URL %q is not an absolute http or https URL such as http://localhost:8080/fhir", c.BaseURL)
	case strings.HasSuffix(c.BaseURL, "/"):
		return fmt.Errorf("the base URL %q must not end with a slash", c.BaseURL)
	case c.Store.Base() != "" && c.Store.Base() != c.BaseURL:
		return fmt.Errorf("the base URL %q is not the store's, %q", c.BaseURL, c.Store.Base())
	}
	switch c.ConditionalDelete {
	case "":
		c.ConditionalDelete = DeleteSingle
	case DeleteSingle, DeleteMultiple:
	default:
		return fmt.Errorf("conditional delete is %q or %q, not %q", DeleteSingle, DeleteMultiple, c.ConditionalDelete)
	}
	if c.MaxBody == 0 {
		c.MaxBody = DefaultMaxBody
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	c.chunk = cmp.Or(c.chunk, usualChunk)
	c.chunkBytes = cmp.Or(c.chunkBytes, usualChunkBytes)
	if c.check == nil {
		c.check = validation.Resource
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return nil
}
