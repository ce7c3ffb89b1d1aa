package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

// What is derived from some resources is what it was when the version was last raised.
// Whoever makes something else of a body raises it, so that operators of existing stores
// are told, and puts the new digest here. (For a change of the definitions alone the
// digest is enough: the basis covers them.)
func TestDerivation(t *testing.T) {
	const digest = "09598d61312121fe"
	const at = 1
	if got := derived(t); derivation != at || got != digest {
		t.Errorf("version %d derives %s; version %d derived %s: raise derivation in basis.go, and set both here", derivation, got, at, digest)
	}
}

// derived is a digest of all that is derived from the resources in testdata.
func derived(t *testing.T) string {
	t.Helper()
	registry, err := search.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	charts, err := compartments.New(registry)
	if err != nil {
		t.Fatal(err)
	}
	s := &Store{registry: registry, compartments: charts, base: "http://127.0.0.1:8080/fhir"}
	bodies, err := os.ReadFile("testdata/derivation.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for body := range bytes.Lines(bodies) {
		node, err := fhirjson.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		key := Key{Type: node.Get("resourceType").Text(), ID: node.Get("id").Text()}
		indexed, _, err := s.indexAnew(Resource{Key: key, Version: 1, Updated: time.Unix(1e9, 0).UTC(), Body: body})
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		lines = append(lines, linesOf(indexed)...)
	}
	if len(lines) < 190 {
		t.Errorf("only %d entries", len(lines))
	}
	slices.Sort(lines) // in any order they are the same
	sum := sha256.New()
	for _, line := range lines {
		fmt.Fprintln(sum, line)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

// linesOf says of one resource what it is found by.
func linesOf(x Indexed) (lines []string) {
	say := func(what ...any) { lines = append(lines, x.Key.String()+" "+fmt.Sprintln(what...)) }
	say(x.Entries.Sort, x.Charts)
	for _, e := range x.Entries.Terms {
		say(e.Param.Name(), e.Group, e.System, e.Code)
	}
	for _, e := range x.Entries.Strings {
		say(e.Param.Name(), e.Group, e.Folded, e.Exact)
	}
	for _, e := range x.Entries.Dates {
		say(e.Param.Name(), e.Group, e.Low, e.High)
	}
	for _, e := range x.Entries.Quantities {
		say(e.Param.Name(), e.Group, e.System, e.Code, e.Low, e.High)
	}
	for _, r := range x.Relationships {
		say(r)
	}
	return lines
}
