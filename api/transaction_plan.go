package api

import (
	"net/http"
	"slices"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirpath"
	"github.com/granary-fhir/granary/internal/links"
	"github.com/granary-fhir/granary/store"
)

// plan is a transaction as far as it can be known without data: what each entry
// does, under which keys new resources go, and what the links between the entries
// become.
type plan struct {
	server *server
	by     caller
	steps  []*step
	links  map[string]string // fullUrl -> literal reference, where it is known
	urls   map[string]*step  // fullUrl -> the entry that writes the resource
	owners owners
}

// step is an entry of a transaction on its way.
type step struct {
	entry   *bundleEntry
	request *request
	action  action
	// references are those of the resource that is to be written.
	references []links.Reference
	// refers are the conditional references among them.
	refers []conditionalReference
}

// failed says that the entry keeps the transaction from happening.
func (s *step) failed(cause error) failedEntries {
	return failedEntries{{s.entry, s.request, cause}}
}

func isDelete(s *step) bool { return s.entry.method == http.MethodDelete }
func isCreate(s *step) bool { return s.entry.method == http.MethodPost }
func isUpdate(s *step) bool {
	return s.entry.method == http.MethodPut || s.entry.method == http.MethodPatch
}

// conditionally tells whether the resource has conditional references, which wait
// until the others are written (http.html#trules).
func (s *step) conditionally() bool { return len(s.refers) > 0 }

// brings tells whether the step writes a resource that it brings, with links.
func (s *step) brings() bool {
	rt := s.request.route
	return rt != nil && s.entry.brings() && (rt.letter == store.Create || rt.letter == store.Update)
}

// decided tells whether the key of what the step writes is known without data.
func (s *step) decided() bool {
	return !s.request.route.conditional && !s.request.conditionalCreate()
}

func newPlan(server *server, by caller, entries []*bundleEntry) *plan {
	p := &plan{
		server: server,
		by:     by,
		steps:  make([]*step, len(entries)),
		links:  make(map[string]string),
		urls:   make(map[string]*step),
		owners: make(owners),
	}
	for i, e := range entries {
		p.steps[i] = &step{entry: e, request: server.entryRequest(by, e)}
	}
	return p
}

// prepare takes every entry through the steps of a request, and returns all that
// is wrong with any of them.
func (p *plan) prepare() error {
	var wrong failedEntries
	for _, s := range p.steps {
		wrong = append(wrong, p.identify(s)...)
	}
	for _, s := range p.steps {
		wrong = append(wrong, p.enter(s)...)
	}
	if len(wrong) > 0 {
		slices.SortStableFunc(wrong, func(a, b *entryError) int { return a.entry.index - b.entry.index })
		return wrong
	}
	return nil
}

// writes tells whether the transaction writes anything.
func (p *plan) writes() bool {
	for _, s := range p.steps {
		if s.action.write != nil {
			return true
		}
	}
	return false
}

// identify decides under which key an entry writes, if data has no say in it, and
// by which URL others refer to it.
func (p *plan) identify(s *step) failedEntries {
	if s.entry.err != nil || s.request.route == nil || !s.brings() && !isDelete(s) {
		return nil
	}
	if err := p.register(s); err != nil {
		return s.failed(&ownError{err})
	}
	if !s.decided() {
		return nil
	}
	key := s.request.resource()
	if isCreate(s) {
		var err error
		if key, err = store.NewKey(s.request.typ); err != nil {
			return s.failed(err)
		}
		s.request.target = &target{key: key}
	}
	if s.brings() && s.entry.fullURL != "" {
		p.links[s.entry.fullURL] = key.String()
	}
	return p.owners.claim(key, s)
}

// register makes the fullUrl of what an entry brings known to the others.
func (p *plan) register(s *step) error {
	e := s.entry
	if !s.brings() || e.fullURL == "" {
		return nil
	}
	if !fhirpath.IsAbsolute(e.fullURL) {
		return e.refuse(fhir.IssueTypeValue, ".fullUrl", "a fullUrl is absolute, such as urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1 or http://example.org/fhir/Patient/1")
	}
	if _, twice := p.urls[e.fullURL]; twice {
		return e.refuse(fhir.IssueTypeInvalid, ".fullUrl", "another entry has the same fullUrl, so that it is not known what a reference to it means")
	}
	p.urls[e.fullURL] = s
	return nil
}

// enter prepares the action of an entry, with its links as far as they are known.
// A conditional reference stands for a resource that is not known yet; where one is
// in the resource the action is prepared again when it is (see relink).
func (p *plan) enter(s *step) failedEntries {
	if s.brings() && s.entry.err == nil {
		s.references = links.References(s.entry.resource)
		if wrong := p.readReferences(s); wrong != nil {
			return wrong
		}
		standIn := func(url string) (string, bool) {
			typ, _, ok := links.Conditional(url)
			return typ + "/0", ok
		}
		if err := p.link(s, p.links, standIn); err != nil {
			return s.failed(err)
		}
	}
	var err error
	s.action, _, err = p.server.enterEntry(p.by, s.entry, s.request)
	p.by.explanation.at(store.Whole)
	if err != nil {
		return s.failed(err)
	}
	return nil
}

// owners are the resources that a transaction writes, each with the index of its
// entry.
type owners map[store.Key]int

// claim makes a resource the entry's own. Two entries for one resource are an
// error, whatever their order (http.html#trules).
func (o owners) claim(key store.Key, s *step) failedEntries {
	if owner, taken := o[key]; taken && owner != s.entry.index {
		return s.failed(&ownError{s.entry.refuse(fhir.IssueTypeInvalid, "",
			"entry %d writes the same resource; in a transaction a resource is written, or deleted, once", owner)})
	}
	o[key] = s.entry.index
	return nil
}
