package definitions

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed resource_types.tsv
var resourceTypeTable string

// The types have a table of their own because every request asks for them, and
// the table of elements is far larger.
var resourceTypes = sync.OnceValue(func() []string {
	types := make([]string, 0, strings.Count(resourceTypeTable, "\n"))
	return slices.AppendSeq(types, rows(resourceTypeTable))
})

// ResourceTypes returns all concrete resource types of R4
// (https://hl7.org/fhir/R4/resourcelist.html), sorted; Resource and
// DomainResource, which are abstract, are not among them.
func ResourceTypes() []string {
	return resourceTypes()
}

// IsResourceType reports whether name is a concrete resource type of R4. Case
// matters.
func IsResourceType(name string) bool {
	_, found := slices.BinarySearch(resourceTypes(), name)
	return found
}
