package patch

import (
	"slices"
	"strconv"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// pathOperation is one operation of a FHIRPath Patch.
type pathOperation struct {
	kind, at                   string
	parts                      map[string]*parameter
	typ                        string // of the resource
	path                       path
	name                       string
	index, source, destination int
}

// pathOperations are the operations of fhirpatch.html: the parts that each has
// beside its type, and what it does. List says that the path names a list, inner
// that it names elements within the resource.
var pathOperations = map[string]struct {
	parts       []string
	list, inner bool
	apply       func(*pathOperation, *document) error
}{
	"add":     {parts: []string{"path", "name", "value"}, apply: (*pathOperation).add},
	"insert":  {parts: []string{"path", "value", "index"}, list: true, inner: true, apply: (*pathOperation).insert},
	"delete":  {parts: []string{"path"}, inner: true, apply: (*pathOperation).remove},
	"replace": {parts: []string{"path", "value"}, inner: true, apply: (*pathOperation).replace},
	"move":    {parts: []string{"path", "source", "destination"}, list: true, inner: true, apply: (*pathOperation).move},
}

// ParseFHIRPath reads a FHIRPath Patch of a type of resource. The names and types
// in it are checked here. The error is an *Error.
func ParseFHIRPath(resource *fhirjson.Node, typ string) (*Patch, error) {
	parameters, err := readParameters(resource)
	if err != nil {
		return nil, err
	}
	if len(parameters) > MaxOperations {
		return nil, fail(TooCostly, "Parameters.parameter", "the patch has %d operations; %d are allowed", len(parameters), MaxOperations)
	}
	p := &Patch{}
	for i := range parameters {
		o := &pathOperation{at: parameters[i].at, typ: typ}
		if err := o.parse(&parameters[i]); err != nil {
			return nil, err
		}
		p.steps = append(p.steps, o)
	}
	return p, nil
}

func (o *pathOperation) parse(p *parameter) error {
	if p.name != "operation" || len(p.parts) == 0 {
		return fail(Malformed, p.at, `a parameter of a patch has the name "operation" and parts`)
	}
	if err := o.collect(p); err != nil {
		return err
	}
	for _, read := range []func() error{o.readPath, o.readName, o.readNumbers, o.checkValue} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// collect takes the parts, and checks that they are those of the operation.
func (o *pathOperation) collect(p *parameter) error {
	o.parts = make(map[string]*parameter, len(p.parts))
	for i := range p.parts {
		part := &p.parts[i]
		if o.parts[part.name] != nil {
			return fail(Malformed, part.at, "there are two parts %q", part.name)
		}
		o.parts[part.name] = part
	}
	if o.parts["type"] == nil {
		return fail(Missing, p.at, `the operation has no part "type"`)
	}
	var err error
	if o.kind, err = o.text("type", "code", "string"); err != nil {
		return err
	}
	def, ok := pathOperations[o.kind]
	if !ok {
		return fail(Malformed, o.parts["type"].at, "there is no operation %q; there are add, insert, delete, replace and move", o.kind)
	}
	for _, name := range def.parts {
		if o.parts[name] == nil {
			return fail(Missing, p.at, "the operation %q has no part %q", o.kind, name)
		}
	}
	for _, part := range p.parts {
		if part.name != "type" && !slices.Contains(def.parts, part.name) {
			return fail(Malformed, part.at, "the operation %q takes no part %q; it takes %s", o.kind, part.name, strings.Join(def.parts, ", "))
		}
	}
	return nil
}

// text is the value of a part that is of one of the types.
func (o *pathOperation) text(name string, types ...string) (string, error) {
	part := o.parts[name]
	if part.value == nil || !slices.Contains(types, part.typ) {
		return "", fail(Malformed, part.at, "the part %q is of type %s", name, types[0])
	}
	return part.value.Text(), nil
}

func (o *pathOperation) readPath() error {
	text, err := o.text("path", "string")
	if err != nil {
		return err
	}
	at := o.parts["path"].at
	if o.path, err = parsePath(text, o.typ); err != nil {
		return fail(Malformed, at, "%v", err)
	}
	switch def := pathOperations[o.kind]; {
	case def.inner && o.path.root:
		return fail(Malformed, at, "the path of the operation %q names an element within the resource", o.kind)
	case def.list && !(o.path.named && o.path.isList()):
		return fail(Malformed, at, "the path of the operation %q names a whole list, as in Patient.name", o.kind)
	}
	return nil
}

func (o *pathOperation) readName() (err error) {
	if o.parts["name"] == nil {
		return nil
	}
	if o.name, err = o.text("name", "string"); err != nil {
		return err
	}
	if _, err := checkChild(o.name, o.path.selection); err != nil {
		return fail(Malformed, o.parts["name"].at, "%v", err)
	}
	return nil
}

func (o *pathOperation) readNumbers() error {
	for _, number := range []struct {
		name string
		n    *int
	}{{"index", &o.index}, {"source", &o.source}, {"destination", &o.destination}} {
		if o.parts[number.name] == nil {
			continue
		}
		text, err := o.text(number.name, "integer", "unsignedInt", "positiveInt")
		if err != nil {
			return err
		}
		if *number.n, err = strconv.Atoi(text); err != nil || *number.n < 0 {
			return fail(Malformed, o.parts[number.name].at, "the part %q is an integer that is not negative", number.name)
		}
	}
	return nil
}

// checkValue builds the value as the element that it is to be, to see that it can
// be.
func (o *pathOperation) checkValue() (err error) {
	switch {
	case o.parts["value"] == nil:
	case o.kind == "add":
		_, err = o.parts["value"].content(o.path.types, o.name)
	default:
		_, err = o.parts["value"].content(o.path.holders, o.path.element)
	}
	return err
}
