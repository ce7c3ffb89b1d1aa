package search

import (
	"fmt"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirpath"
)

// addComposite makes the components of a composite: derived parameters, each of
// the kind that its definition has.
func (b *builder) addComposite(t *typeParams, p *Param, path *fhirpath.Path, parts []definitions.Component) error {
	composite := rule{param: p, path: path}
	for i, part := range corrected(p.URL, parts) {
		d, ok := b.definitions[part.Definition]
		if !ok {
			return fmt.Errorf("component %d refers to the unknown parameter %s", i, part.Definition)
		}
		x, err := fhirpath.Parse(part.Expression)
		if err != nil {
			return err
		}
		partPath, err := path.Component(x)
		if err != nil {
			return err
		}
		c := t.derive(p, fmt.Sprintf("%s$%d", p.Code, i), Kind(d.Type))
		c.Expression, c.Targets, c.definition = part.Expression, d.Target, part.Definition
		r, err := b.rule(c, partPath)
		if err != nil {
			return err
		}
		t.addCanonical(c)
		p.Components = append(p.Components, c)
		composite.components = append(composite.components, r)
	}
	t.rules = append(t.rules, composite)
	return nil
}

// corrected mends R4's one mistake in components: those of
// DocumentReference.relationship are defined crosswise, the reference by the
// code and the code by the reference.
func corrected(url string, parts []definitions.Component) []definitions.Component {
	if url != "http://hl7.org/fhir/SearchParameter/DocumentReference-relationship" || len(parts) != 2 {
		return parts
	}
	return []definitions.Component{
		{Definition: parts[1].Definition, Expression: parts[0].Expression},
		{Definition: parts[0].Definition, Expression: parts[1].Expression},
	}
}

// addNear makes the parts of Location.near, a position's latitude and longitude.
func (b *builder) addNear(t *typeParams, p *Param, path *fhirpath.Path) error {
	near := rule{param: p, path: path}
	for _, part := range []struct{ suffix, expression string }{
		{"$lat", "latitude"}, {"$lon", "longitude"},
	} {
		x, err := fhirpath.Parse(part.expression)
		if err != nil {
			return err
		}
		partPath, err := path.Component(x)
		if err != nil {
			return err
		}
		c := t.derive(p, p.Code+part.suffix, KindNumber)
		c.Expression = part.expression
		r, err := b.rule(c, partPath)
		if err != nil {
			return err
		}
		p.Components = append(p.Components, c)
		near.components = append(near.components, r)
	}
	t.rules = append(t.rules, near)
	return nil
}
