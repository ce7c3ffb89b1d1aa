package links

import "github.com/granary-fhir/granary/internal/fhirjson"

// scope is what is a link in the Bundles around a value, and none to what is around
// them, as in a document that is itself an entry.
type scope struct {
	// fullURLs are what the entries call each other (bundle.html#references).
	fullURLs map[string]bool
	// waits is set inside of a transaction that is stored and not done: its
	// conditional references are resolved when it is.
	waits bool
}

// within is the scope inside of a Bundle.
func (s scope) within(bundle *fhirjson.Node) scope {
	inner := scope{fullURLs: make(map[string]bool, len(s.fullURLs)), waits: s.waits || bundle.Get("type").Text() == "transaction"}
	for url := range s.fullURLs {
		inner.fullURLs[url] = true
	}
	for _, entry := range bundle.Get("entry").Items() {
		inner.fullURLs[entry.Get("fullUrl").Text()] = true
	}
	return inner
}

// holds tells whether a link stays within these Bundles.
func (s scope) holds(url string) bool {
	if s.waits {
		if _, _, conditional := Conditional(url); conditional {
			return true
		}
	}
	return s.fullURLs[url]
}
