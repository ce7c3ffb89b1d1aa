package installed

import (
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/ig"
)

// parametersOf reads the search parameters of a package
// (https://hl7.org/fhir/R4/searchparameter.html).
func parametersOf(p *ig.Package, source string) []definitions.SearchParameter {
	var all []definitions.SearchParameter
	for _, r := range p.OfType("SearchParameter") {
		if r.Node.Get("status").Text() == "retired" {
			continue
		}
		d := definitions.SearchParameter{
			URL:        r.URL,
			Code:       r.Node.Get("code").Text(),
			Type:       r.Node.Get("type").Text(),
			Base:       texts(r.Node.Get("base")),
			Expression: strings.TrimSpace(r.Node.Get("expression").Text()),
			Target:     texts(r.Node.Get("target")),
			Source:     source,
		}
		for _, part := range r.Node.Get("component").Items() {
			d.Components = append(d.Components, definitions.Component{
				Definition: part.Get("definition").Text(), Expression: part.Get("expression").Text(),
			})
		}
		all = append(all, d)
	}
	return all
}

func texts(list *fhirjson.Node) []string {
	var all []string
	for _, item := range list.Items() {
		all = append(all, item.Text())
	}
	return all
}
