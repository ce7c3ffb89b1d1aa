package store

import (
	"fmt"
	"strconv"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// Indexed is everything by which a version is found.
type Indexed struct {
	NewVersion
	Relationships []compartments.Relationship // of which the resource is the source
}

// index is the one place where it is made, for what is written and for what has
// been stored.
func (s *Store) index(version Resource, draft Draft) Indexed {
	entries := s.registry.Stamp(version.Type, draft.entries, version.Updated)
	return Indexed{
		NewVersion{Resource: version, Entries: entries, Charts: s.compartments.Charts(version.Type, version.ID, entries)},
		s.compartments.Relationships(version.Type, version.ID, draft.resource, entries),
	}
}

// Indexer says what a stored version should be found by, and names where its body
// disagrees with it. The error says that the body is none. It may be called from
// several goroutines.
type Indexer func(version Resource) (indexed Indexed, flaws []string, err error)

// indexAnew is the store's Indexer.
func (s *Store) indexAnew(version Resource) (Indexed, []string, error) {
	body, err := fhirjson.Parse(version.Body)
	if err != nil {
		return Indexed{}, nil, err
	}
	entries, err := s.registry.Extract(version.Type, body, s.base)
	if err != nil {
		return Indexed{}, nil, err
	}
	return s.index(version, Draft{version.Type, body, entries}), flaws(version, body), nil
}

// flaws are the disagreements between a version and what is stamped into its body.
func flaws(version Resource, body *fhirjson.Node) []string {
	var found []string
	for _, stamped := range []struct {
		name, got, want string
	}{
		{"id", body.Get("id").Text(), version.ID},
		{"meta.versionId", body.At("meta", "versionId").Text(), strconv.FormatInt(version.Version, 10)},
		{"meta.lastUpdated", body.At("meta", "lastUpdated").Text(), version.Updated.Format(InstantLayout)},
	} {
		if stamped.got != stamped.want {
			found = append(found, fmt.Sprintf("its body has the %s %q, and its row %q", stamped.name, stamped.got, stamped.want))
		}
	}
	return found
}
