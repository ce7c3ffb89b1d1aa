package search

import "testing"

func TestExtractURI(t *testing.T) {
	runExtract(t, []extractCase{
		{"uri", `{"resourceType":"ValueSet","url":"http://Acme.org/fhir/ValueSet/123"}`, "url", []string{"url |http://Acme.org/fhir/ValueSet/123"}},
		{"urn", `{"resourceType":"ValueSet","url":"urn:oid:1.2.3"}`, "url", []string{"url |urn:oid:1.2.3"}},
		{"canonical", `{"resourceType":"Patient","meta":{"profile":["http://p/a|1.0","http://p/b"]}}`, "_profile",
			[]string{"_profile 1.0|http://p/a", "_profile |http://p/b"}},
		{"source", `{"resourceType":"Patient","meta":{"source":"http://s#1"}}`, "_source", []string{"_source |http://s#1"}},
	})
}
