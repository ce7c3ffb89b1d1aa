package oracle

import (
	"slices"
	"strconv"

	"github.com/granary-fhir/granary/internal/naive"
)

// Kind is what a request is.
type Kind string

// The kinds.
const (
	Read          Kind = "read"
	VersionRead   Kind = "vread"
	InstanceStory Kind = "history-instance"
	TypeStory     Kind = "history-type"
	SystemStory   Kind = "history-system"
	Search        Kind = "search"
	Create        Kind = "create"
	Update        Kind = "update"
	Patch         Kind = "patch"
	Delete        Kind = "delete"
	Batch         Kind = "batch"
	Transaction   Kind = "transaction"
	Meta          Kind = "$meta"
	Everything    Kind = "$everything"
	Lastn         Kind = "$lastn"
	Docref        Kind = "$docref"
	Validate      Kind = "$validate"
)

// Request is one request, or an entry of a Bundle.
type Request struct {
	Kind     Kind
	Type, ID string
	Version  int // of a vread; of a $meta, 0 for the current one
	Head     bool

	Query   naive.Query // of a search; its criteria of a $lastn
	Most    int         // of a $lastn: max, or 0
	Post    int         // of a search or operation: 1 all parameters in the body of a POST, 2 some of them
	Count   int         // 0: none is asked for
	Total   string
	Counted bool // `_summary=count`

	Since, At string    // of a history; Since of an $everything, too
	Only      []string  // the types of an $everything
	Care      [2]string // its start and end

	Asks []naive.Pair // of a $docref: its parameters, as they stand in a URL
	Mode string       // of a $validate: create, update, delete, or "" for none

	Criteria    []naive.Pair // instead of an ID; of a create: If-None-Exist
	IfMatch     string       // a version, or "*"
	IfNoneMatch string

	Body   Object
	Edits  []Edit // of a patch
	Format string // of a patch: json or fhirpath

	Prefer  string // minimal, representation, OperationOutcome, or ""
	FullURL string // of an entry
	Entries []Request
}

// Edit is one operation of a patch on a member of the resource, or on one of its
// member's: "subject.reference".
type Edit struct {
	Op, Path, Datatype string
	Value              any
}

// Conditional tells whether criteria name the resource.
func (r Request) Conditional() bool { return len(r.Criteria) > 0 }

// Writes tells whether the request may change something.
func (r Request) Writes() bool {
	switch r.Kind {
	case Create, Update, Patch, Delete, Batch, Transaction:
		return true
	}
	return false
}

// Keys are the resources that the request and its entries name by id.
func (r Request) Keys() []string {
	keys := []string{r.key()}
	for _, e := range r.Entries {
		keys = append(keys, e.key())
	}
	return keys
}

func (r Request) key() string { return r.Type + "/" + r.ID }

// Answer is what a request is answered with.
type Answer struct {
	Status   int
	Or       int      // another status that is right too, where two are wrong at once; or 0
	Version  *Version // whose ETag and time the answer has
	Location string   // "Type/id/_history/1"
	Body     Object   // a resource, as it is to be shown; nil: none, or a word about what was done
	Outcome  bool     // the body is an OperationOutcome
	Checked  bool     // the body is that of a $validate
	Refused  bool     // it says that a write would be refused

	Found   *Found   // of a search or $everything
	Story   []Told   // of a history, newest first
	Entries []Answer // of a Bundle
}

// Found is what a search finds, or an $everything.
type Found struct {
	Query   naive.Query
	Record  *naive.Record // of an $everything, instead of the Query
	Ranked  bool          // of a $lastn
	Warned  bool          // there is a warning beside what is found
	Matches map[string]*naive.Resource
	Oracle  *naive.Oracle
}

// Told is a version in a history.
type Told struct {
	*Version
	Status int
}

// Choices are what the specification leaves to the server, as its answer says.
type Choices struct {
	IDs       []string          // of new resources, for each entry of a Bundle
	Unchanged []bool            // equal content in another order made no version
	Shown     []map[string]bool // what a search or operation shows, by key
}

// shown are the keys of what an entry shows.
func (c Choices) shown(entry int) map[string]bool {
	if entry >= len(c.Shown) {
		return nil
	}
	return c.Shown[entry]
}

func itoa(n int) string { return strconv.Itoa(n) }

// Shows tells whether an answer tells of any resource.
func (a Answer) Shows() bool {
	return a.Version != nil || a.Body != nil || a.Found != nil && len(a.Found.Matches) > 0 || len(a.Story) > 0 || slices.ContainsFunc(a.Entries, Answer.Shows)
}

// Same tells whether two answers are of the same status, and show as much.
func (a Answer) Same(b Answer) bool {
	if a.Status != b.Status || len(a.Story) != len(b.Story) || (a.Body == nil) != (b.Body == nil) || len(a.Entries) != len(b.Entries) {
		return false
	}
	for i := range a.Entries {
		if !a.Entries[i].Same(b.Entries[i]) {
			return false
		}
	}
	return a.Found == nil || len(a.Found.Matches) == len(b.Found.Matches)
}
