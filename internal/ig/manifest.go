package ig

import (
	"fmt"
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// manifestFile is what makes an archive a package.
const manifestFile = "package/package.json"

// readManifest reads what a package says about itself.
func readManifest(files map[string][]byte) (*Package, error) {
	text, ok := files[manifestFile]
	if !ok {
		return nil, &FormatError{Reason: "has no " + manifestFile + "; a FHIR package has one"}
	}
	node, err := fhirjson.Parse(text)
	if err != nil {
		return nil, &FormatError{File: manifestFile, Reason: fmt.Sprintf("is not JSON: %v", err), cause: err}
	}
	p := &Package{
		Name:         node.Get("name").Text(),
		Version:      node.Get("version").Text(),
		Canonical:    node.Get("canonical").Text(),
		Title:        node.Get("title").Text(),
		FHIRVersions: fhirVersions(node),
		Dependencies: dependencies(node),
	}
	return p, p.check()
}

// fhirVersions reads the names that the list has and had
// (https://hl7.org/fhir/packages.html#2.1.10.4).
func fhirVersions(manifest *fhirjson.Node) []string {
	var versions []string
	for _, name := range []string{"fhirVersions", "fhir-version-list"} {
		for _, version := range manifest.Get(name).Items() {
			versions = append(versions, version.Text())
		}
	}
	return versions
}

// dependencies are the packages that a manifest names, each with the version.
func dependencies(manifest *fhirjson.Node) map[string]string {
	all := make(map[string]string)
	for _, member := range manifest.Get("dependencies").Members() {
		all[member.Name] = member.Value.Text()
	}
	return all
}

func (p *Package) check() error {
	switch {
	case p.Name == "":
		return &FormatError{File: manifestFile, Reason: "has no name"}
	case p.Version == "":
		return &FormatError{File: manifestFile, Reason: "has no version"}
	}
	for _, version := range p.FHIRVersions {
		if strings.HasPrefix(version, "4.0.") {
			return nil
		}
	}
	found := strings.Join(p.FHIRVersions, ", ")
	if found == "" {
		found = "nothing"
	}
	return &FormatError{File: manifestFile, Reason: fmt.Sprintf("has %s in fhirVersions; Granary is a server of R4, and needs 4.0.1", shortened(found))}
}

// shortened is a text of the package, so that it cannot make an error huge.
func shortened(text string) string {
	const most = 100
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
