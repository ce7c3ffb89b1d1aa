package patch

import (
	"slices"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// put makes the content an element within this one: the last of a list, or the
// only one. The reason says why it cannot be.
func (p *place) put(c content) (reason string) {
	if c.element.Array {
		object := p.needObject()
		values, companions := object.get(c.property), object.get("_"+c.property)
		if object == nil || !listable(values) || !listable(companions) {
			return "cannot be added: what is there is no list"
		}
		insertItem(object, c, listLen(values, companions))
		return ""
	}
	if len(p.children(c.element.Name)) > 0 {
		return "is there already; replace it instead"
	}
	object := p.needObject()
	if object == nil {
		return "cannot stand in what is there"
	}
	if c.value != nil {
		object.set(c.property, c.value)
	}
	if c.companion != nil {
		object.setAfter(c.property, "_"+c.property, c.companion)
	}
	return ""
}

// listable tells whether a property can be a list: it is one, or is not there.
func listable(t *tree) bool { return t == nil || t.is(fhirjson.Array) }

// needObject is object, but makes the companion of a primitive that has none.
func (p *place) needObject() *tree {
	if p.primitive() && p.companion.missing() {
		p.companion = newObject()
		p.store(p.value, p.companion)
	}
	return p.object()
}

// store writes value and companion where the element stands, nil for none.
func (p *place) store(value, companion *tree) {
	object := p.within.object()
	if p.index < 0 {
		storeOne(object, p.property, value)
		storeOne(object, "_"+p.property, companion)
		return
	}
	n := listLen(object.get(p.property), object.get("_"+p.property))
	storeItem(object, p.property, p.property, n, p.index, value)
	storeItem(object, p.property, "_"+p.property, n, p.index, companion)
}

func storeOne(object *tree, name string, value *tree) {
	if value == nil {
		object.remove(name)
		return
	}
	object.set(name, value)
}

// storeItem writes an item of one of the two arrays of a list, and leaves an array
// out that holds nothing.
func storeItem(object *tree, property, name string, n, index int, item *tree) {
	if object.get(name) == nil && item == nil {
		return
	}
	array := padded(object, property, name, n)
	if item == nil {
		item = &tree{}
	}
	array.elements()[index] = item
	if array.empty() {
		object.remove(name)
	}
}

// padded is one of the two arrays of a list, made as long as the list is.
func padded(object *tree, property, name string, n int) *tree {
	array := object.get(name)
	if !array.is(fhirjson.Array) {
		array = newArray()
		object.setAfter(property, name, array)
	}
	for len(array.elements()) < n {
		array.insert(len(array.items), &tree{})
	}
	return array
}

// insertItem puts the content into a list. Both arrays stay aligned.
func insertItem(object *tree, c content, index int) {
	companion := "_" + c.property
	n := listLen(object.get(c.property), object.get(companion))
	for _, m := range []member{{c.property, c.value}, {companion, c.companion}} {
		if m.value == nil && object.get(m.name) == nil {
			continue
		}
		if m.value == nil {
			m.value = &tree{}
		}
		padded(object, c.property, m.name, n).insert(index, m.value)
	}
}

// moveItem moves an item of a list, in both arrays.
func moveItem(object *tree, property string, from, to int) {
	n := listLen(object.get(property), object.get("_"+property))
	for _, name := range []string{property, "_" + property} {
		if object.get(name) == nil {
			continue
		}
		array := padded(object, property, name, n)
		item := array.at(from)
		array.removeAt(from)
		array.insert(to, item)
	}
}

// remove takes the element away, and what it leaves empty.
func (p *place) remove() {
	object := p.within.object()
	for _, name := range []string{p.property, "_" + p.property} {
		if p.index < 0 {
			object.remove(name)
			continue
		}
		array := object.get(name)
		if p.index < len(array.elements()) {
			array.removeAt(p.index)
		}
		if array.is(fhirjson.Array) && array.empty() {
			object.remove(name)
		}
	}
	p.within.prune()
}

// prune removes the element if nothing is left in it: FHIR's JSON has no empty
// objects (json.html). The resource stays.
func (p *place) prune() {
	switch {
	case p.within == nil:
	case p.primitive() && p.companion.is(fhirjson.Object) && p.companion.empty():
		p.companion = nil
		if p.value.missing() {
			p.remove()
			return
		}
		p.store(p.value, nil)
	case !p.primitive() && p.value.empty():
		p.remove()
	}
}

// replace puts the content in the element's place. A choice may become another
// property, which stands where the old one stood.
func (p *place) replace(c content) {
	if c.property == p.property {
		p.store(c.value, c.companion)
		return
	}
	object := p.within.object()
	at := max(object.find(p.property), object.find("_"+p.property))
	if first := object.find(p.property); first >= 0 {
		at = min(at, first)
	}
	object.remove(p.property)
	object.remove("_" + p.property)
	at = min(at, len(object.members))
	if c.companion != nil {
		object.members = slices.Insert(object.members, at, member{"_" + c.property, c.companion})
	}
	if c.value != nil {
		object.members = slices.Insert(object.members, at, member{c.property, c.value})
	}
}
