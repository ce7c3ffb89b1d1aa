package patch

import (
	"fmt"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// JSONType is the media type of a JSON Patch.
const JSONType = "application/json-patch+json"

// jsonOperation is one operation of a JSON Patch.
type jsonOperation struct {
	index      int
	op         string
	path, from pointer
	value      *fhirjson.Node

	pathText, fromText string
}

// jsonOperations are the operations (RFC 6902 section 4): what each needs beside
// its path, and what it does.
var jsonOperations = map[string]struct {
	from, value bool
	apply       func(*jsonOperation, *document) error
}{
	"add":     {value: true, apply: (*jsonOperation).add},
	"remove":  {apply: (*jsonOperation).remove},
	"replace": {value: true, apply: (*jsonOperation).replace},
	"move":    {from: true, apply: (*jsonOperation).move},
	"copy":    {from: true, apply: (*jsonOperation).copy},
	"test":    {value: true, apply: (*jsonOperation).test},
}

// ParseJSON reads a JSON Patch, of any type of resource. The error is an *Error.
func ParseJSON(patch *fhirjson.Node, _ string) (*Patch, error) {
	if patch.Kind() != fhirjson.Array {
		return nil, fail(Misshapen, "$this", "a JSON Patch is an array of operations, not of kind %s", patch.Kind())
	}
	items := patch.Items()
	if len(items) > MaxOperations {
		return nil, fail(TooCostly, "$this", "the patch has %d operations; %d are allowed", len(items), MaxOperations)
	}
	p := &Patch{}
	for i, item := range items {
		op, err := parseJSONOperation(i, item)
		if err != nil {
			return nil, err
		}
		p.steps = append(p.steps, op)
	}
	return p, nil
}

// parseJSONOperation reads one operation. What it has beside its own members is
// ignored, as RFC 6902 section 4 demands.
func parseJSONOperation(index int, item *fhirjson.Node) (*jsonOperation, error) {
	o := &jsonOperation{index: index}
	if item.Kind() != fhirjson.Object {
		return nil, o.fail(Misshapen, "", "an operation is an object, not of kind %s", item.Kind())
	}
	var err error
	if o.op, err = o.member(item, "op"); err != nil {
		return nil, err
	}
	needs, ok := jsonOperations[o.op]
	if !ok {
		return nil, o.fail(Malformed, "op", "there is no operation %q; there are add, remove, replace, move, copy and test", o.op)
	}
	if o.pathText, o.path, err = o.pointer(item, "path"); err != nil {
		return nil, err
	}
	if o.value = item.Get("value"); needs.value && o.value == nil {
		return nil, o.fail(Missing, "value", "the operation %q needs a value", o.op)
	}
	if !needs.from {
		return o, nil
	}
	if o.fromText, o.from, err = o.pointer(item, "from"); err != nil {
		return nil, err
	}
	if o.op == "move" && o.path.within(o.from) {
		return nil, o.fail(Malformed, "path", "a value cannot be moved into itself")
	}
	return o, nil
}

// member is a member that must be there and a string.
func (o *jsonOperation) member(item *fhirjson.Node, name string) (string, error) {
	m := item.Get(name)
	switch {
	case m == nil:
		return "", o.fail(Missing, name, "the operation has no %q", name)
	case m.Kind() != fhirjson.String:
		return "", o.fail(Misshapen, name, "%q is a string, not of kind %s", name, m.Kind())
	}
	return m.Text(), nil
}

func (o *jsonOperation) pointer(item *fhirjson.Node, name string) (string, pointer, error) {
	text, err := o.member(item, name)
	if err != nil {
		return "", nil, err
	}
	p, reason := parsePointer(text)
	if reason != "" {
		return "", nil, o.fail(Malformed, name, "%q is no JSON Pointer: %s", text, reason)
	}
	return text, p, nil
}

func (o *jsonOperation) fail(kind Kind, member, format string, args ...any) *Error {
	at := fmt.Sprintf("$this[%d]", o.index)
	if member != "" {
		at += "." + member
	}
	return fail(kind, at, format, args...)
}
