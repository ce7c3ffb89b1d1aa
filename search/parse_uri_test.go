package search

import "testing"

// The examples of search.html#uri.
func TestURI(t *testing.T) {
	checkParsed(t, []parsed{
		{"ValueSet", "url=http://acme.org/fhir/ValueSet/123", "url=http://acme.org/fhir/ValueSet/123"},
		{"ValueSet", "url:below=http://acme.org/fhir/", "url=^http://acme.org/fhir/"},
		{"ValueSet", "url:below=http://acme.org/fhir", "(url=http://acme.org/fhir | url=^http://acme.org/fhir/)"},
		{"ValueSet", "url:above=http://acme.org/a/5",
			"(url=http://acme.org/a/5 | url=http://acme.org/a/ | url=http://acme.org/a | url=http://acme.org/ | url=http://acme.org)"},
		{"ValueSet", "url:above=http://acme.org/a/",
			"(url=http://acme.org/a/ | url=http://acme.org/a | url=http://acme.org/ | url=http://acme.org)"},
		{"ValueSet", "url=urn:oid:1.2.3.4.5", "url=urn:oid:1.2.3.4.5"},
		{"ValueSet", `url=http://acme.org/124\,ValueSet/125`, "url=http://acme.org/124,ValueSet/125"},
		{"Patient", "_profile=http://a.org/p|1.0", "(_profile=http://a.org/p|1.0 | _profile=1.0|http://a.org/p)"},
		{"Patient", "_source:missing=true", "no _source"},
	})
	checkRejected(t, []rejected{
		{"ValueSet", "url:below=urn:oid:1.2.3.4.5", "paths of URLs"},
		{"ValueSet", "url:above=urn:oid:1.2.3.4.5", "paths of URLs"},
		{"ValueSet", "url:contains=acme", "right are :above, :below or :missing"},
	})
}
