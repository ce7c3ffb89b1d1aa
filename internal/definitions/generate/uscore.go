package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// usCorePackages are in order of version: of a parameter that both have, the
// later definition is taken.
var usCorePackages = []struct{ file, version string }{
	{"us_core_610.tgz", "6.1.0"},
	{"us_core_700.tgz", "7.0.0"},
}

// usCorePackage is what the tables need of one version of US Core.
type usCorePackage struct {
	version    string
	parameters []searchParameter
	server     []byte // the CapabilityStatement that servers are to conform to
}

// loadUSCore returns all versions of US Core, in order.
func loadUSCore(folder string) ([]usCorePackage, error) {
	var packages []usCorePackage
	for _, usCore := range usCorePackages {
		p, err := readUSCore(filepath.Join(folder, usCore.file), usCore.version)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", usCore.file, err)
		}
		packages = append(packages, p)
	}
	return packages, nil
}

// usCoreParameters are the search parameters of all versions: of one that several
// have, the latest definition.
func usCoreParameters(packages []usCorePackage) []searchParameter {
	byURL := make(map[string]searchParameter)
	for _, usCore := range packages {
		for _, p := range usCore.parameters {
			byURL[p.URL] = p
		}
	}
	return slices.Collect(maps.Values(byURL))
}

const serverFile = "package/CapabilityStatement-us-core-server.json"

// readUSCore returns what is needed of one package, which must be of the version
// that the tables' headers name.
func readUSCore(path, version string) (usCorePackage, error) {
	usCore := usCorePackage{version: version}
	files, err := readArchive(path, func(file string) bool {
		return file == "package/package.json" || file == serverFile || strings.HasPrefix(file, "package/SearchParameter-")
	})
	if err != nil {
		return usCore, err
	}
	var manifest struct{ Name, Version string }
	if err := json.Unmarshal(files["package/package.json"], &manifest); err != nil {
		return usCore, fmt.Errorf("package.json: %w", err)
	}
	if manifest.Name != "hl7.fhir.us.core" || manifest.Version != version {
		return usCore, fmt.Errorf("is %s %s, want hl7.fhir.us.core %s", manifest.Name, manifest.Version, version)
	}
	usCore.server = files[serverFile]
	delete(files, serverFile)
	delete(files, "package/package.json")
	for file, data := range files {
		var p searchParameter
		if err := json.Unmarshal(data, &p); err != nil {
			return usCore, fmt.Errorf("%s: %w", file, err)
		}
		usCore.parameters = append(usCore.parameters, p)
	}
	return usCore, nil
}

// mergeSearchParameters adds to R4's parameters those of US Core that do not
// restate one of them.
func mergeSearchParameters(r4, usCore []searchParameter) ([]searchParameter, error) {
	byCode := make(map[string]searchParameter)
	for _, p := range r4 {
		for _, base := range p.Base {
			byCode[base+"?"+p.Code] = p
		}
	}
	var merged []searchParameter
	for _, p := range r4 {
		p.source = "R4"
		merged = append(merged, p)
	}
	for _, p := range usCore {
		restated, err := restates(p, byCode)
		if err != nil {
			return nil, err
		}
		if !restated {
			p.source = "USCore"
			merged = append(merged, p)
		}
	}
	return merged, nil
}

// restates reports whether R4 has a parameter of the same code for the type. It
// fails if that one selects something else, since one code cannot have two
// meanings.
func restates(p searchParameter, r4 map[string]searchParameter) (bool, error) {
	if len(p.Base) != 1 {
		return false, fmt.Errorf("%s applies to %d types, not one", p.URL, len(p.Base))
	}
	base := p.Base[0]
	published, ok := r4[base+"?"+p.Code]
	if !ok {
		published, ok = r4["Resource?"+p.Code]
	}
	if !ok {
		return false, nil
	}
	if p.Type != published.Type || !slices.Equal(branches(p.Expression, base), branches(published.Expression, base)) {
		return false, fmt.Errorf("%s differs in meaning from %s", p.URL, published.URL)
	}
	return true, nil
}

var asType = regexp.MustCompile(`\.as\((\w+)\)| as (\w+)`)

// branches returns the parts of a union that belong to the type, in one
// spelling: ofType() for as() and the operator as, no parentheses around a
// branch, Resource for the type.
func branches(expression, base string) []string {
	var own []string
	for branch := range strings.SplitSeq(expression, "|") {
		branch = strings.TrimSpace(branch)
		if inner, ok := strings.CutPrefix(branch, "("); ok {
			branch = strings.TrimSuffix(inner, ")")
		}
		branch = asType.ReplaceAllString(branch, ".ofType($1$2)")
		if path, ok := strings.CutPrefix(branch, base+"."); ok {
			own = append(own, path)
		} else if path, ok := strings.CutPrefix(branch, "Resource."); ok {
			own = append(own, path)
		}
	}
	slices.Sort(own)
	return own
}
