package store

import (
	"regexp"
	"time"
)

// Key names a resource: its type and logical id.
type Key struct{ Type, ID string }

func (k Key) String() string { return k.Type + "/" + k.ID }

var idPattern = regexp.MustCompile(`^[A-Za-z0-9\-.]{1,64}$`)

// ValidID tells whether a text is a logical id (datatypes.html#id).
func ValidID(id string) bool { return idPattern.MatchString(id) }

// Resource is one version of a resource.
type Resource struct {
	Key
	Version int64     // 1 for the first; its decimal form is the versionId
	Updated time.Time // UTC, in whole milliseconds
	Deleted bool      // the version is a deletion and has no Body
	Body    []byte    // the resource's JSON with id and meta set; not to be changed
	Verb    Verb      // how the version came about
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

// String is the verb as HTTP writes it, "" for NoVerb.
func (v Verb) String() string {
	return [...]string{"", "POST", "PUT", "PATCH", "DELETE"}[v]
}
