package validation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
)

// mutation breaks a site, and returns the one issue that is expected; the empty
// string where it has nothing to break.
type mutation func(s *site) (code, expression string)

var mutations = map[string]mutation{
	"required dropped": func(s *site) (string, string) {
		if s.element.Min == 0 || s.accompanied() || len(s.object) < 2 || len(s.object) == 2 && s.object["resourceType"] != nil {
			return "", ""
		}
		delete(s.object, s.json)
		return codeRequired, s.at()
	},
	"renamed": func(s *site) (string, string) {
		if s.element.Min > 0 || s.linked() || s.in == "Extension" {
			return "", ""
		}
		s.object[s.json+"Zz"] = s.value()
		delete(s.object, s.json)
		return codeStructure, s.path + "." + s.json + "Zz"
	},
	"unknown": func(s *site) (string, string) {
		s.object["xyzzy"] = s.value()
		return codeStructure, s.path + ".xyzzy"
	},
	"wrong kind": func(s *site) (string, string) {
		if s.linked() {
			return "", ""
		}
		if structure, _ := definitions.LookupStructure(s.typ); structure.Kind == "primitive" {
			return codeStructure, s.setOne(map[string]any{"x": 1})
		}
		return codeStructure, s.setOne("x")
	},
	"null": func(s *site) (string, string) {
		if s.linked() {
			return "", ""
		}
		s.set(nil)
		return codeStructure, s.at()
	},
	"null in an array": func(s *site) (string, string) {
		items, ok := s.value().([]any)
		if !ok || s.accompanied() {
			return "", ""
		}
		s.set(append(slices.Clone(items), nil))
		return codeStructure, fmt.Sprintf("%s[%d]", s.at(), len(items))
	},
	"empty array": func(s *site) (string, string) {
		if !s.element.Array || s.linked() {
			return "", ""
		}
		s.set([]any{})
		return codeStructure, s.at()
	},
	"empty object": func(s *site) (string, string) {
		if structure, _ := definitions.LookupStructure(s.typ); s.linked() || structure.Kind == "primitive" || structure.Kind == "resource" {
			return "", ""
		}
		if s.element.Binding.Strength == "required" {
			return "", "" // which then is not met either
		}
		return codeStructure, s.setOne(map[string]any{})
	},
	"array of a single": func(s *site) (string, string) {
		if s.element.Array || s.accompanied() || s.linked() {
			return "", ""
		}
		s.set([]any{s.value()})
		return codeStructure, s.at()
	},
	"single of an array": func(s *site) (string, string) {
		items, ok := s.value().([]any)
		if !ok || s.accompanied() || len(items) != 1 {
			return "", ""
		}
		s.set(items[0])
		return codeStructure, s.at()
	},
	"wrong code": func(s *site) (string, string) {
		set, ok := definitions.LookupValueSet(s.element.Binding.ValueSet)
		if s.typ != "code" || s.element.Binding.Strength != "required" || !ok || set.Open {
			return "", ""
		}
		return codeInvalidCode, s.setOne("no-such-code")
	},
	"second choice": func(s *site) (string, string) {
		for typ, value := range map[string]any{"boolean": true, "string": "x", "dateTime": "2024", "Reference": map[string]any{"display": "x"}} {
			other := func(t definitions.TypeRef) bool { return t.Code == typ && t.Code != s.typ }
			if s.element.Choice && slices.ContainsFunc(s.element.Types, other) {
				s.object[s.element.Name+strings.ToUpper(typ[:1])+typ[1:]] = value
				return codeStructure, s.at()
			}
		}
		return "", ""
	},
	"bad date": func(s *site) (string, string) {
		if s.typ != "date" && s.typ != "dateTime" && s.typ != "instant" {
			return "", ""
		}
		return codeValue, s.setOne("2023-02-29")
	},
	"bad reference": func(s *site) (string, string) {
		if s.typ != "Reference" {
			return "", ""
		}
		return codeValue, s.setOne(map[string]any{"reference": "Nobody/1"}) + ".reference"
	},
	"bad extension": func(s *site) (string, string) {
		if s.object["extension"] != nil || s.in == "Extension" || s.in == "Bundle" || s.in == "Binary" || s.in == "Parameters" {
			return "", ""
		}
		s.object["extension"] = []any{map[string]any{"url": "http://x"}}
		return codeInvariant, s.path + ".extension[0]"
	},
}
