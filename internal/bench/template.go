package bench

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// Resource is a resource of the data that are replicated.
type Resource struct {
	Type, ID string
	JSON     *fhirjson.Node
}

func (r Resource) key() string { return r.Type + "/" + r.ID }

// template is a resource cut at what differs between its replicas.
type template struct {
	typ, id string
	pieces  []piece
	size    int
}

// piece is literal text, or, by its kind, what stands in its place.
type piece struct {
	kind pieceKind
	text []byte
	key  string    // of the resource that is meant, as it was called
	day  time.Time // as it was
}

type pieceKind byte

const (
	isText pieceKind = iota
	isID             // the id of the resource that is meant
	isLink           // a reference to it
	isDay
)

// naming says what a replica calls things, and how its dates are shifted.
type naming struct {
	replica int
	// copy tells apart the resources that one patient has several times; the
	// Patient itself is always copy 0.
	copy int
	// urn writes links as those within a transaction.
	urn bool
}

// space is the name space of the ids of replicas.
var space = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/granary-fhir/granary/internal/bench"))

// id is the id of the replica of a resource.
func (n naming) id(key string) string {
	if strings.HasPrefix(key, "Patient/") {
		n.copy = 0
	}
	name := strconv.Itoa(n.replica) + " " + strconv.Itoa(n.copy) + " " + key
	return uuid.NewSHA1(space, []byte(name)).String()
}

// link is a reference to the replica of a resource.
func (n naming) link(key string) string {
	if n.urn {
		return "urn:uuid:" + n.id(key)
	}
	typ, _, _ := strings.Cut(key, "/")
	return typ + "/" + n.id(key)
}

// years is over how much time replicas are spread.
const years = 10

// day moves a day back by a number of days that only the replica decides, so
// that what came first still does.
func (n naming) day(t time.Time) time.Time {
	const span = years * 365
	days := (n.replica*7919 + n.copy*104729) % span
	return t.AddDate(0, 0, -(days+span)%span)
}

// render writes the replica.
func (t *template) render(n naming) []byte {
	out := make([]byte, 0, t.size)
	for _, p := range t.pieces {
		switch p.kind {
		case isText:
			out = append(out, p.text...)
		case isID:
			out = append(out, n.id(p.key)...)
		case isLink:
			out = append(out, n.link(p.key)...)
		case isDay:
			out = n.day(p.day).AppendFormat(out, time.DateOnly)
		}
	}
	return out
}
