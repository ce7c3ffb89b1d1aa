package main

import "slices"

// dataElements are HL7's data elements by the path of the element they are in.
//
// The npm package's dataelements.json, HL7's list of elements one by one, is as
// published, and so tells what R4 says of an element that the package changed
// or removed. It cannot tell what the package added, because it leaves out
// backbone elements, references to another element's content, and long paths.
type dataElements struct {
	byPath   map[string]elementDefinition
	byParent map[string][]elementDefinition
}

// newDataElements takes the first definition of each path: those that follow
// are of profiles (SimpleQuantity's comparator).
func newDataElements(definitions []structureDefinition) dataElements {
	d := dataElements{
		byPath:   make(map[string]elementDefinition),
		byParent: make(map[string][]elementDefinition),
	}
	for _, definition := range definitions {
		element := definition.Snapshot.Element[0]
		if _, known := d.byPath[element.Path]; known {
			continue
		}
		d.byPath[element.Path] = element
		d.byParent[element.parent()] = append(d.byParent[element.parent()], element)
	}
	return d
}

// restore returns the elements as HL7 published them: each replaced by its data
// element, and the ones the package removed put back.
func (d dataElements) restore(elements []elementDefinition) []elementDefinition {
	present := make(map[string]bool, len(elements))
	for _, e := range elements {
		present[e.Path] = true
	}
	var restored []elementDefinition
	for _, e := range elements {
		switch published, known := d.byPath[e.Path]; {
		case d.isIncomplete(e.parent(), present):
			// Put back with its parent.
		case known:
			restored = append(restored, published)
		default:
			restored = append(restored, e)
		}
		if d.isIncomplete(e.Path, present) {
			restored = append(restored, d.byParent[e.Path]...)
		}
	}
	return restored
}

// isIncomplete reports whether an element lacks content that HL7 published. All
// its content is then taken from the data elements, to have HL7's order.
func (d dataElements) isIncomplete(path string, present map[string]bool) bool {
	return slices.ContainsFunc(d.byParent[path], func(e elementDefinition) bool {
		return !present[e.Path]
	})
}
