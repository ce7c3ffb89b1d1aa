package main

import (
	"fmt"
	"path"
)

// r4Definitions are R4's definitions with the package's edits undone.
type r4Definitions struct {
	structures       []structureDefinition
	searchParameters []searchParameter
	compartments     []compartmentDefinition
	valueSets        map[string]valueSet
	codeSystems      map[string]codeSystem
}

// loadR4 reads the npm package at that path; an empty path means the cached or
// fetched one.
func loadR4(npm string) (*r4Definitions, error) {
	files, err := readCore(npm)
	if err != nil {
		return nil, err
	}
	return decodeR4(files)
}

// readCore returns R4's files in the npm package.
func readCore(npm string) (r4Files, error) {
	const folder = "package/dist/fhir/r4/"
	if npm == "" {
		var err error
		if npm, err = fetchPackage(); err != nil {
			return r4Files{}, err
		}
	}
	if err := verifyPackage(npm); err != nil {
		return r4Files{}, err
	}
	files, err := readArchive(npm, func(name string) bool { return path.Dir(name)+"/" == folder })
	return r4Files{folder: folder, files: files}, err
}

// decodeR4 reads every Bundle it needs and undoes the package's edits.
//
// Compartments are taken from profiles-resources.json: the package also has a
// compartmentdefinition-patient.json, which is not R4's.
func decodeR4(files r4Files) (*r4Definitions, error) {
	profiles := decodeFiles[structureDefinition](&files, "StructureDefinition", "profiles-types.json", "profiles-resources.json")
	dataElements := decodeFiles[structureDefinition](&files, "StructureDefinition", "dataelements.json")
	parameters := decodeFiles[searchParameter](&files, "SearchParameter", "search-parameters.json")
	compartments := decodeFiles[compartmentDefinition](&files, "CompartmentDefinition", "profiles-resources.json")
	valueSets := decodeFiles[valueSet](&files, "ValueSet", "valuesets.json", "v3-codesystems.json")
	codeSystems := decodeFiles[codeSystem](&files, "CodeSystem", "valuesets.json", "v3-codesystems.json")
	if files.err != nil {
		return nil, files.err
	}
	structures, err := correctStructures(profiles, dataElements)
	if err != nil {
		return nil, fmt.Errorf("corrections of structures: %w", err)
	}
	parameters, err = correctSearchParameters(parameters)
	if err != nil {
		return nil, fmt.Errorf("corrections of search parameters: %w", err)
	}
	return &r4Definitions{
		structures:       structures,
		searchParameters: parameters,
		compartments:     compartments,
		valueSets:        index(valueSets, func(v valueSet) string { return v.URL }),
		codeSystems:      index(codeSystems, func(c codeSystem) string { return c.URL }),
	}, nil
}

// r4Files are the package's JSON files and the first error met in them.
type r4Files struct {
	folder string
	files  map[string][]byte
	err    error
}

// decodeFiles returns the resources of one type from Bundles, in order. After
// an error it does nothing, so that the caller checks once.
func decodeFiles[T any](from *r4Files, resourceType string, names ...string) []T {
	var all []T
	for _, name := range names {
		if from.err != nil {
			return nil
		}
		resources, err := decodeBundle[T](from.files[from.folder+name], resourceType)
		if err != nil {
			from.err = fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, resources...)
	}
	return all
}

// index makes a map of the items by key.
func index[T any](items []T, key func(T) string) map[string]T {
	byKey := make(map[string]T, len(items))
	for _, item := range items {
		byKey[key(item)] = item
	}
	return byKey
}
