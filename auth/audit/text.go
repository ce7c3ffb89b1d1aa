package audit

import "github.com/granary-fhir/granary/internal/fhirjson"

// text writes JSON.
type text struct{ *fhirjson.Writer }

// member writes a name and a string, unless there is nothing to tell.
func (w text) member(name, value string) text {
	if value = plain(value); value != "" {
		w.Name(name).String(value)
	}
	return w
}

func (w text) list(items []*fhirjson.Node) {
	w.Array()
	for _, item := range items {
		w.Value(item)
	}
	w.End()
}

// object is an object of strings, given name by name.
func object(members ...string) *fhirjson.Node {
	w := fhirjson.NewWriter(128, len(members))
	w.Object()
	for i := 0; i+1 < len(members); i += 2 {
		w.Name(members[i]).String(members[i+1])
	}
	return w.End().Node()
}

// coding is a Coding.
func coding(system, code, display string) *fhirjson.Node {
	return object("system", system, "code", code, "display", display)
}
