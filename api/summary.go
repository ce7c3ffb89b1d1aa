package api

import (
	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// summaryOf is the summary of a part of a resource; nothing if nothing of it is
// in the summary.
func summaryOf(structure *definitions.Structure, value *fhirjson.Node) []byte {
	if structure.Kind == "primitive" || structure.Kind == "resource" || structure.Name == "Extension" {
		return value.Raw() // an extension without its value says nothing
	}
	var b fhirjson.Builder
	empty := true
	for _, m := range value.Members() {
		e, of, ok := property(structure, m.Name)
		if !ok || !inSummary(e) {
			continue
		}
		if part := (subset{summary: "true"}).part(of, m.Value); len(part) > 0 {
			b.Add(m.Name, part)
			empty = false
		}
	}
	if empty {
		return nil
	}
	return b.Bytes()
}

// summaryOfAll is the summary of each value of a list.
func summaryOfAll(structure *definitions.Structure, list *fhirjson.Node) []byte {
	var parts [][]byte
	for _, item := range list.Items() {
		part := item.Raw()
		if item.Kind() == fhirjson.Object {
			part = summaryOf(structure, item)
		}
		if len(part) > 0 {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return fhirjson.List(parts...)
}

// The tag of a resource that is not complete (resource.html#Meta.tag).
const subsettedTag = `{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}`

// subsetted is a meta with the tag.
func subsetted(meta *fhirjson.Node) []byte {
	var tags [][]byte
	for _, tag := range meta.Get("tag").Items() {
		tags = append(tags, tag.Raw())
	}
	tags = append(tags, []byte(subsettedTag))
	var b fhirjson.Builder
	for _, m := range meta.Members() {
		if m.Name != "tag" {
			b.Add(m.Name, m.Value.Raw())
		}
	}
	return b.Add("tag", fhirjson.List(tags...)).Bytes()
}
