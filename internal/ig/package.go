package ig

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// A Package is what an implementation guide defines. It is not changed after it
// was read.
type Package struct {
	// Name is the package's id, as in "hl7.fhir.us.core".
	Name string
	// Version is the package's version, as in "6.1.0".
	Version string
	// Canonical is the base of the URLs of what it defines; "" if the package
	// does not say.
	Canonical string
	// Title is the guide's name for people; "" if the package does not say.
	Title string
	// FHIRVersions are the versions of FHIR that it is for. One of them at least
	// is 4.0.x.
	FHIRVersions []string
	// Dependencies are the packages that it builds on, by name, each with its version.
	Dependencies map[string]string
	// Resources are its conformance resources, by file.
	Resources []Resource
}

// A Resource is one JSON file of a package.
type Resource struct {
	// File is where it stands, as in "package/ValueSet-birthsex.json".
	File string
	// Type is its resourceType.
	Type string
	// URL and Version are the canonical of what it defines; "" if it has none.
	URL, Version string
	// Node is the whole resource.
	Node *fhirjson.Node
}

// conformance are the types that are read of a package. All others are left out.
var conformance = []string{
	"CapabilityStatement", "CodeSystem", "ImplementationGuide", "OperationDefinition",
	"SearchParameter", "StructureDefinition", "ValueSet",
}

// Open reads the package in a file. The error is a [*FormatError] if the file is
// not a package that Granary can use.
func Open(path string) (*Package, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return Read(file)
}

// Read reads a package. The error is a [*FormatError] whatever is wrong with it.
func Read(r io.Reader) (*Package, error) {
	files, err := standard.readArchive(r, isDefinition)
	if err != nil {
		return nil, err
	}
	p, err := readManifest(files)
	if err != nil {
		return nil, err
	}
	resources, err := readResources(files)
	if err != nil {
		return nil, err
	}
	for _, resource := range resources {
		if slices.Contains(conformance, resource.Type) {
			p.Resources = append(p.Resources, resource)
		}
	}
	return p, nil
}

// OpenExamples reads the example resources of the package in a file: those in its
// folder example, which [Open] leaves out. They are of any type.
func OpenExamples(path string) ([]Resource, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	files, err := standard.readArchive(file, isExample)
	if err != nil {
		return nil, err
	}
	return readResources(files)
}

// OfType are the package's resources of one type, by file.
func (p *Package) OfType(typ string) []Resource {
	var all []Resource
	for _, resource := range p.Resources {
		if resource.Type == typ {
			all = append(all, resource)
		}
	}
	return all
}

// readResources parses the files in the order of their names. What is JSON but no
// resource, as an index of the files is, is left out.
func readResources(files map[string][]byte) ([]Resource, error) {
	var resources []Resource
	for _, name := range sorted(files) {
		if name == manifestFile {
			continue
		}
		node, err := fhirjson.Parse(files[name])
		if err != nil {
			return nil, &FormatError{File: name, Reason: fmt.Sprintf("is not JSON: %v", err), cause: err}
		}
		delete(files, name) // the node has a copy of its own
		typ := node.Get("resourceType").Text()
		if typ == "" {
			continue
		}
		resources = append(resources, Resource{
			File: name, Type: typ, Node: node,
			URL: node.Get("url").Text(), Version: node.Get("version").Text(),
		})
	}
	return resources, nil
}
