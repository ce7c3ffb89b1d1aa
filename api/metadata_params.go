package api

import (
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
)

// describeParam tells of a parameter of a type. What every type has is documented
// once, with the parameters of all types.
func (s *server) describeParam(p *search.Param) fhir.CapabilityStatementRestResourceSearchParam {
	described := fhir.CapabilityStatementRestResourceSearchParam{Name: p.Code}
	// A Kind is one of the codes of this value set.
	_ = described.Type.UnmarshalJSON([]byte(p.Kind))
	if url := usCoreDefinition(p.Type, p.Code); url != "" {
		described.Definition = &url
	} else if p.URL != "" {
		described.Definition = &p.URL
	}
	if !strings.HasPrefix(p.Code, "_") {
		described.Documentation = s.document(p)
	}
	return described
}

// document says in a line how values are written and compared, and with what. In all
// of them a comma is OR, and a repeated parameter AND.
func (s *server) document(p *search.Param) *string {
	parts := []string{values(p)}
	switch p.Kind {
	case search.KindDate, search.KindNumber, search.KindQuantity:
		parts = append(parts, prefixesInWords())
	}
	if modifiers := s.registry.Modifiers(p); len(modifiers) > 0 {
		parts = append(parts, strings.Join(modifiers, " "))
	}
	line := strings.Join(parts, "; ")
	return &line
}

// values says how a parameter's values are written and compared.
func values(p *search.Param) string {
	switch {
	case p.Code == "_id":
		return "id"
	case p.Code == "_text" || p.Code == "_content":
		return "words, with or and parentheses"
	}
	switch p.Kind {
	case search.KindToken:
		return "[system|]code"
	case search.KindString:
		return "beginning, without regard to case and accents"
	case search.KindReference:
		return "[type/]id or URL; chains"
	case search.KindQuantity:
		return "number[|system|code]"
	case search.KindComposite:
		return "values of one element, with $ between"
	case search.KindSpecial:
		return "latitude|longitude[|distance|unit]"
	}
	return string(p.Kind)
}

func prefixesInWords() string {
	text := "prefixes"
	for _, prefix := range search.Prefixes() {
		text += " " + string(prefix)
	}
	return text
}
