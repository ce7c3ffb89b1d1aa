package seed

import (
	"fmt"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// MaxResource is how many bytes of JSON one resource may have, so that a small
// compressed file cannot exhaust the memory.
const MaxResource = 64 << 20

// Position says where in the input something stands.
type Position struct {
	File  string // as the caller named it
	Place string // "Bundle.entry[3]", "line 7", or "" for the whole file
}

func (p Position) String() string {
	if p.Place == "" {
		return p.File
	}
	return p.File + ": " + p.Place
}

// Item is a resource that is ready to be written: it has the id of its Key, and
// its links to other entries of its Bundle are literal references.
type Item struct {
	At       Position
	Key      store.Key
	Resource *fhirjson.Node

	drafted *drafted // by Store; nil where its transaction is to do it
}

// Refusal says what was not imported, and why. Key holds what is known: the zero
// Key where not even the type is.
type Refusal struct {
	At     Position
	Key    store.Key
	Reason string
}

func (r *Refusal) Error() string {
	switch {
	case r.Key.Type == "":
		return fmt.Sprintf("%s: %s", r.At, r.Reason)
	case r.Key.ID == "":
		return fmt.Sprintf("%s (%s): %s", r.At, r.Key.Type, r.Reason)
	}
	return fmt.Sprintf("%s (%s): %s", r.At, r.Key, r.Reason)
}
