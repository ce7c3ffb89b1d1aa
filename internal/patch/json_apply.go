package patch

import "github.com/granary-fhir/granary/internal/fhirjson"

func (o *jsonOperation) apply(d *document) error { return jsonOperations[o.op].apply(o, d) }

func (o *jsonOperation) add(d *document) error { return o.put(d, newTree(o.value)) }

func (o *jsonOperation) remove(d *document) error { return o.take(d, o.path, "path", o.pathText) }

func (o *jsonOperation) replace(d *document) error {
	if _, err := o.find(d, o.path, "path", o.pathText); err != nil {
		return err
	}
	if len(o.path) == 0 {
		d.root = newTree(o.value)
		return nil
	}
	parent, name := o.path.split()
	holder := parent.find(d.root)
	if index, ok := arrayIndex(name); ok && holder.is(fhirjson.Array) {
		holder.items[index] = newTree(o.value)
		return nil
	}
	holder.set(name, newTree(o.value))
	return nil
}

func (o *jsonOperation) move(d *document) error {
	moved, err := o.find(d, o.from, "from", o.fromText)
	if err != nil || o.fromText == o.pathText {
		return err
	}
	if err := o.take(d, o.from, "from", o.fromText); err != nil {
		return err
	}
	return o.put(d, moved)
}

func (o *jsonOperation) copy(d *document) error {
	source, err := o.find(d, o.from, "from", o.fromText)
	if err != nil {
		return err
	}
	if d.copied += source.size(); d.copied > MaxCopied {
		return o.fail(TooCostly, "", "the copies of the patch are longer than %d bytes", MaxCopied)
	}
	return o.put(d, source.clone())
}

func (o *jsonOperation) test(d *document) error {
	found, err := o.find(d, o.path, "path", o.pathText)
	if err != nil {
		return err
	}
	if !equal(found, newTree(o.value)) {
		return o.fail(Inapplicable, "value", "the test fails: the value at %q is another", o.pathText)
	}
	return nil
}

// find is the value that must be at a pointer.
func (o *jsonOperation) find(d *document, p pointer, member, text string) (*tree, error) {
	found := p.find(d.root)
	if found == nil {
		return nil, o.absent(member, text)
	}
	return found, nil
}

func (o *jsonOperation) absent(member, text string) error {
	return o.fail(Inapplicable, member, "the resource has nothing at %q", text)
}

// take removes the value that must be at a pointer.
func (o *jsonOperation) take(d *document, p pointer, member, text string) error {
	if len(p) == 0 {
		return o.fail(Inapplicable, member, "a patch cannot remove the resource; DELETE does")
	}
	if _, err := o.find(d, p, member, text); err != nil {
		return err
	}
	parent, name := p.split()
	holder := parent.find(d.root)
	if index, ok := arrayIndex(name); ok && holder.is(fhirjson.Array) {
		holder.removeAt(index)
		return nil
	}
	holder.remove(name)
	return nil
}

// put adds a value at the path (RFC 6902 section 4.1).
func (o *jsonOperation) put(d *document, value *tree) error {
	if len(o.path) == 0 {
		d.root = value
		return nil
	}
	parent, name := o.path.split()
	holder := parent.find(d.root)
	switch {
	case holder.is(fhirjson.Object):
		holder.set(name, value)
		return nil
	case holder.is(fhirjson.Array):
		items := holder.elements()
		index, ok := arrayIndex(name)
		if name == "-" {
			index, ok = len(items), true
		}
		if !ok || index > len(items) {
			return o.fail(Inapplicable, "path", "%q does not end in an index of the array, nor in `-` for its end", o.pathText)
		}
		holder.insert(index, value)
		return nil
	}
	return o.fail(Inapplicable, "path", "the resource has nothing that %q could be added to", o.pathText)
}
