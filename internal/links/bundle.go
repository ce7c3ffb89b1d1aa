package links

import "github.com/granary-fhir/granary/internal/fhirjson"

// fullURLs are what the entries of a Bundle call each other (bundle.html#references).
// In a Bundle that is itself an entry, such as a document, they are no links to the
// entries around it.
type fullURLs map[string]bool

// within adds the names of the entries of a Bundle to those of the Bundles around it.
func (u fullURLs) within(bundle *fhirjson.Node) fullURLs {
	all := make(fullURLs, len(u))
	for url := range u {
		all[url] = true
	}
	for _, entry := range bundle.Get("entry").Items() {
		all[entry.Get("fullUrl").Text()] = true
	}
	return all
}
