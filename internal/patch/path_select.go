package patch

import (
	"fmt"
	"strconv"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/fhirpath/syntax"
)

// find are the elements that a path selects, in the order of the resource.
func (d *document) find(p path, typ string) []*place {
	return d.eval(p.expr, []*place{{index: -1, typ: typ, value: d.root}})
}

// eval is what an expression that was checked selects from a focus. Beyond
// MaxVisits it selects nothing.
func (d *document) eval(x syntax.Expr, focus []*place) []*place {
	if d.visits += 1 + len(focus); d.visits > MaxVisits {
		return nil
	}
	switch x := x.(type) {
	case syntax.Name:
		return d.head(x.Name, focus)
	case syntax.Path:
		return d.steps(x.Steps, focus)
	case syntax.Index:
		return focus[min(x.N, len(focus)):min(x.N+1, len(focus))]
	case syntax.This:
		return focus
	case syntax.Call:
		f, _ := functionOf(x.Name) // which check has found
		return f.eval(d, x.Args, focus)
	case syntax.TypeTest:
		return ofType(d.eval(x.Of, focus), x.Type)
	case syntax.Compare:
		return d.compare(x, focus)
	case syntax.And:
		return d.and(x.Left, x.Right, focus, false)
	case syntax.Or:
		return d.and(x.Left, x.Right, focus, true)
	case syntax.Literal:
		return d.literal(x)
	}
	return nil
}

func (d *document) head(name string, focus []*place) []*place {
	if s, ok := definitions.LookupStructure(name); ok && s.Kind == "resource" {
		return focus
	}
	return d.child(name, focus)
}

func (d *document) steps(steps []syntax.Expr, focus []*place) []*place {
	for i, step := range steps {
		if name, ok := step.(syntax.Name); ok && i > 0 {
			focus = d.child(name.Name, focus)
		} else {
			focus = d.eval(step, focus)
		}
	}
	return focus
}

func (d *document) child(name string, focus []*place) []*place {
	var found []*place
	for _, p := range focus {
		children := p.children(name)
		if d.visits += 1 + len(children); d.visits > MaxVisits {
			return nil
		}
		found = append(found, children...)
	}
	return found
}

// compare is empty where a side is, and compares the values of both.
func (d *document) compare(x syntax.Compare, focus []*place) []*place {
	left, right := values(d.eval(x.Left, focus)), values(d.eval(x.Right, focus))
	if len(left) == 0 || len(right) == 0 {
		return nil
	}
	return d.boolean(equalItems(left, right) != x.Negate)
}

// values are those of elements that have one.
func values(list []*place) []*tree {
	var values []*tree
	for _, p := range list {
		if !p.value.missing() {
			values = append(values, p.value)
		}
	}
	return values
}

// and is three-valued: one false decides, and so does one true for `or`.
func (d *document) and(left, right syntax.Expr, focus []*place, or bool) []*place {
	l, lKnown := truth(d.eval(left, focus))
	r, rKnown := truth(d.eval(right, focus))
	switch {
	case lKnown && l == or || rKnown && r == or:
		return d.boolean(or)
	case lKnown && rKnown:
		return d.boolean(!or)
	}
	return nil
}

// truth is the boolean that was selected. An empty result is not known.
func truth(list []*place) (truth, known bool) {
	if len(list) != 1 || !list[0].value.is(fhirjson.Bool) {
		return false, false
	}
	return list[0].value.text() == "true", true
}

func (d *document) boolean(truth bool) []*place {
	return d.literal(syntax.Literal{Text: strconv.FormatBool(truth), Kind: syntax.Boolean})
}

// literal is the value of a literal, as something that was selected.
func (d *document) literal(x syntax.Literal) []*place {
	if known := d.literals[x]; known != nil {
		return known
	}
	value, _ := literal(x) // which check has read
	if d.literals == nil {
		d.literals = make(map[syntax.Literal][]*place)
	}
	d.literals[x] = []*place{{typ: "literal", value: value}}
	return d.literals[x]
}

// literal is the value of a literal.
func literal(x syntax.Literal) (*tree, error) {
	text := []byte(x.Text)
	switch x.Kind {
	case syntax.String:
		text = fhirjson.Quote(x.Text)
	case syntax.Date, syntax.Time:
		return nil, fmt.Errorf("%s is a date; write it in quotes", x.Text)
	}
	n, err := fhirjson.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s is no number as FHIR writes it", x.Text)
	}
	return newTree(n), nil
}
