package search

import (
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// reference makes the entries of search.html#reference.
func (x *extraction) reference(r *rule, v fhirpath.Value) {
	switch {
	case v.Type == "Reference":
		x.link(r, text(v.Node.Get("reference")))
		x.text(r, v.Node.Get("display"))
		if r.identifier != nil {
			identifier := v.Node.Get("identifier")
			x.term(r.identifier, text(identifier.Get("system")), text(identifier.Get("value")))
		}
	case v.Type == "canonical":
		x.canonical(r, v.Node.Text())
	case definitions.IsResourceType(v.Type):
		x.inlined(r, v)
	default:
		x.link(r, v.Node.Text())
	}
}

// link enters a reference by its literal.
func (x *extraction) link(r *rule, reference string) {
	local, ok := localReference(x.base, reference)
	switch {
	case ok:
		x.term(r.param, "", local)
	case r.kept == everyOne:
		if !x.contains(reference) {
			x.term(r.param, "", nowhere)
		}
	case r.kept == literal && fhirpath.IsAbsolute(reference):
		x.term(r.param, "", withoutHistory(reference))
	}
}

// contains tells whether a reference is to a resource within this one, which is seen
// with it (leaks.md row 30).
func (x *extraction) contains(reference string) bool {
	id, inside := strings.CutPrefix(reference, "#")
	return inside && slices.ContainsFunc(x.resource.Node.Get("contained").Items(), func(r *fhirjson.Node) bool { return text(r.Get("id")) == id })
}

// withoutHistory takes the version off an absolute reference, as off a local
// one: what refers to a version refers to the resource.
func withoutHistory(reference string) string {
	url, version, ok := strings.Cut(reference, "/_history/")
	if !ok || !fhirpath.IsID(version) {
		return reference
	}
	return url
}

// canonical enters a canonical URL, and apart from it its version.
func (x *extraction) canonical(r *rule, reference string) {
	if local, ok := localReference(x.base, reference); ok {
		x.term(r.param, "", local)
		return
	}
	url, version, _ := strings.Cut(reference, "|")
	if fhirpath.IsAbsolute(url) {
		x.term(r.param, version, url)
	}
}

// inlined enters a resource that stands where a reference might: the first
// entry of a document or message Bundle.
func (x *extraction) inlined(r *rule, v fhirpath.Value) {
	id := text(v.Node.Get("id"))
	if !fhirpath.IsID(id) || !admits(r.param.Targets, v.Type) {
		return
	}
	x.term(r.param, "", v.Type+"/"+id)
}

func admits(targets []string, typ string) bool {
	for _, target := range targets {
		if target == typ || target == "Resource" {
			return true
		}
	}
	return len(targets) == 0
}

// localReference is the literal `Type/id` of a reference to a resource of this
// server, without its version. Base is "" or ends in a slash. Only what is
// exactly a type of R4 and a valid id, relative or below base, is local
// (references.html#literal).
func localReference(base, reference string) (literal string, ok bool) {
	prefix, typ, id, ok := fhirpath.SplitLiteral(reference)
	if !ok || prefix != "" && prefix != base {
		return "", false
	}
	return reference[len(prefix) : len(prefix)+len(typ)+1+len(id)], true
}
