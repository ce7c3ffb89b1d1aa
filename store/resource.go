package store

import (
	"time"

	"github.com/granary-fhir/granary/internal/fhirpath"
)

// Key names a resource: its type and logical id.
type Key struct{ Type, ID string }

func (k Key) String() string { return k.Type + "/" + k.ID }

// ValidID tells whether a text is a logical id (datatypes.html#id).
func ValidID(id string) bool { return fhirpath.IsID(id) }

// Resource is one version of a resource.
type Resource struct {
	Key
	Version int64     // 1 for the first; its decimal form is the versionId
	Updated time.Time // UTC, in whole milliseconds
	Deleted bool      // the version is a deletion and has no Body
	Body    []byte    // the resource's JSON with id and meta set; not to be changed
	Verb    Verb      // how the version came about
	Created bool      // it is live, and the first version or one that follows a deletion; set by the backend

	// Row is where the backend keeps it, 0 if it has no rows, and Size how long the Body is, there or
	// not: in what a Snapshot of Within returns, for Reread.
	Row  int64
	Size int
}

// Verb is the method of the interaction that made a version
// (http.html#history, Bundle.entry.request.method).
type Verb byte

// The verbs. NoVerb is that of a version stored before verbs were kept.
const (
	NoVerb Verb = iota
	POST
	PUT
	PATCH
	DELETE
)

var verbs = [...]string{"", "POST", "PUT", "PATCH", "DELETE"}

// String is the verb as HTTP writes it, "" for NoVerb and for what is none.
func (v Verb) String() string {
	if int(v) >= len(verbs) {
		return ""
	}
	return verbs[v]
}
