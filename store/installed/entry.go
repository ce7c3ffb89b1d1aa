package installed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/store"
)

// Entry is what the list says of a package.
type Entry struct {
	Name         string            `json:"name"`
	Version      string            `json:"version"`
	Title        string            `json:"title,omitempty"`
	Canonical    string            `json:"canonical,omitempty"`
	Guide        string            `json:"guide,omitempty"` // URL of its ImplementationGuide, "" if it has none
	FHIRVersions []string          `json:"fhirVersions"`
	Dependencies map[string]string `json:"dependencies,omitempty"`
	// Digest tells contents apart: that of the definitions, however they were packed.
	Digest    string         `json:"digest"`
	Parts     int            `json:"parts"` // records that hold the definitions
	Installed time.Time      `json:"installed"`
	Counts    map[string]int `json:"counts"` // definitions by type
	// Parameters are its search parameters, each with the package as its Source.
	Parameters []definitions.SearchParameter `json:"parameters,omitempty"`
}

// ID is the package with its version, as "hl7.fhir.us.core#6.1.0".
func (e Entry) ID() string { return e.Name + "#" + e.Version }

// The records: one list, and the definitions in parts, by digest.
const (
	listKind, listKey = "ig", "packages"
	partKind          = "ig-part"
)

// list is the record of what is installed, with its revision.
type list struct {
	Packages []Entry `json:"packages"` // sorted by name, each name once
	revision int64
}

// List are the installed packages, sorted by name.
func List(ctx context.Context, records store.Records) ([]Entry, error) {
	l, err := read(ctx, records)
	return l.Packages, err
}

func read(ctx context.Context, records store.Records) (list, error) {
	record, err := records.Get(ctx, listKind, listKey)
	if errors.Is(err, store.ErrNotFound) {
		return list{}, nil
	}
	if err != nil {
		return list{}, err
	}
	var l list
	if err := json.Unmarshal(record.Value, &l); err != nil {
		return list{}, fmt.Errorf("the record of the installed IG packages: %w", err)
	}
	l.revision = record.Revision
	return l, nil
}

// write writes the list, if it is still what was read; else store.ErrRecordChanged.
func (l list) write(ctx context.Context, records store.Records) error {
	value, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if len(value) > maxList {
		return fmt.Errorf("the search parameters of all packages together are more than %d bytes", maxList)
	}
	_, err = records.Swap(ctx, listKind, listKey, l.revision, value, time.Time{})
	return err
}

func (l list) find(name string) (Entry, bool) {
	i := slices.IndexFunc(l.Packages, func(e Entry) bool { return e.Name == name })
	if i < 0 {
		return Entry{}, false
	}
	return l.Packages[i], true
}

// without is the list without a package.
func (l list) without(name string) list {
	l.Packages = slices.DeleteFunc(slices.Clone(l.Packages), func(e Entry) bool { return e.Name == name })
	return l
}

// with is the list with a package in place of another version of it.
func (l list) with(e Entry) list {
	l = l.without(e.Name)
	l.Packages = append(l.Packages, e)
	slices.SortFunc(l.Packages, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return l
}

// Parameters are the search parameters of packages, in the order in which they count.
func Parameters(packages []Entry) []definitions.SearchParameter {
	var all []definitions.SearchParameter
	for _, e := range packages {
		all = append(all, e.Parameters...)
	}
	return all
}

// builtIn are the packages whose definitions come with Granary.
var builtIn = []string{"hl7.fhir.r4.core", "hl7.fhir.us.core"}

// Missing are the dependencies of a package that are neither installed nor built in, as
// "name#version", sorted.
func (e Entry) Missing(packages []Entry) []string {
	var missing []string
	for name, version := range e.Dependencies {
		there := slices.ContainsFunc(packages, func(other Entry) bool { return other.Name == name })
		if !there && !slices.Contains(builtIn, name) {
			missing = append(missing, name+"#"+version)
		}
	}
	slices.Sort(missing)
	return missing
}
