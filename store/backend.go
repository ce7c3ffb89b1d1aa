package store

import (
	"context"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
)

// Backend is a database that keeps resources. `storetest` is the suite that each
// must pass; these comments are what it tests.
//
// Every method returns the context's error once the context is done, and may
// then have had no effect. Keys and predicates come from a View, which has
// applied the policy.
type Backend interface {
	// Read runs fn on a consistent snapshot: all that fn sees is the state
	// after the same set of committed writes. The Snapshot is invalid once fn
	// returns. It returns fn's error.
	Read(ctx context.Context, fn func(Snapshot) error) error

	// Write runs fn in a transaction that is serializable against every other
	// Write, in this process and others. If fn returns nil all of its writes
	// are durable when Write returns nil; otherwise none of them has
	// happened. fn may be run more than once, each time from the beginning,
	// and must not keep what it saw in an earlier run.
	Write(ctx context.Context, fn func(Writer) error) error

	// Records is where state that is not FHIR lives.
	Records() Records

	// Now is the clock by which versions are stamped and relationships are
	// current: UTC, whole milliseconds.
	Now() time.Time

	// Close waits for running calls and releases the database. Calls after it
	// return ErrUnavailable.
	Close() error
}

// RegistryUser is a Backend that knows search parameters: for the order of a type's usual
// date, and for checks. A store that is put on it brings its own registry, which may have
// more of them than there were known when the backend was opened.
type RegistryUser interface {
	// UseRegistry is called before any resource is read or written.
	UseRegistry(registry *search.Registry)
}

// Lingerer is a Backend whose Write may see a state from before another one's, and yet
// come to its end after it.
type Lingerer interface {
	// Linger is how long that may take: what began before a record was written is at
	// its end so long after.
	Linger() time.Duration
}

// Snapshot answers questions about one state of the data.
//
// A predicate holds for a version if it holds for the entries of that version;
// its hops (Chain, Has, All) lead to live resources, in the same snapshot. For a
// deletion it is evaluated on the last version before it that was live.
type Snapshot interface {
	// Current is the current version, a deletion included, if where holds for
	// it; else ErrNotFound.
	Current(ctx context.Context, key Key, where search.Expr) (Resource, error)

	// Version is one version, if where holds for it and for the current
	// version; else ErrNotFound.
	Version(ctx context.Context, key Key, version int64, where search.Expr) (Resource, error)

	// Versions are the versions of a resource for which where holds, newest
	// first, if it holds for the current version too; else there are none.
	Versions(ctx context.Context, key Key, where search.Expr, page VersionPage) ([]Resource, error)

	// CountVersions counts what Versions would return without Before and Limit.
	CountVersions(ctx context.Context, key Key, where search.Expr, page VersionPage) (int, error)

	// History returns the versions of all resources of some types that are
	// visible: for each type those that Versions returns of its resources
	// where the type's predicate holds. Newest first by Updated, then in an
	// order that is fixed for each version, the newer before the older of one
	// resource. A version that is visible all the while is on exactly one
	// page, whatever versions are added meanwhile.
	History(ctx context.Context, of []Portion, page HistoryPage) ([]VersionMatch, error)

	// CountHistory counts what History would return without After and Limit,
	// and returns complete=false where it gives up.
	CountHistory(ctx context.Context, of []Portion, page HistoryPage, limit CountLimit) (n int, complete bool, err error)

	// Search returns up to limit live resources that satisfy their Select,
	// in the order of the sort keys, then by main clinical date, newest
	// first, then in an order that is fixed for each resource; after the
	// given position, or from the start where it is nil. A resource that is
	// not changed between two pages is in exactly one of them.
	Search(ctx context.Context, selects []search.Select, after Position, limit int) ([]Match, error)

	// Count counts the live resources that satisfy their Select, and returns
	// complete=false where it gives up.
	Count(ctx context.Context, selects []search.Select, limit CountLimit) (n int, complete bool, err error)

	// Forward returns the live resources to which the given ones refer by one
	// of the parameters, each once, if the predicate of their type holds: of
	// the type target only, unless that is "". At most limit of them.
	Forward(ctx context.Context, from []Key, params []*search.Param, target string, where Predicates, limit int) ([]Resource, error)

	// Within is the same state, but once a Body does not fit into so many bytes,
	// with those before it, its Search, Forward and Reverse return no more bodies;
	// instead all that they return has Row and Size.
	Within(bytes int) Snapshot

	// Reread returns of resources that a Snapshot of Within found on an earlier
	// state those that are live, and for which the predicate of their type holds,
	// as they are now; in the same order. Of types that are settled a version that
	// is still the current one need not be tested again.
	Reread(ctx context.Context, found []Resource, where Predicates, settled func(typ string) bool) ([]Resource, error)

	// Revisions returns the revisions that records have in this state, as
	// Records.Revisions does.
	Revisions(ctx context.Context, of ...RecordName) ([]int64, error)

	// Reverse returns the live resources that refer to one of the given ones
	// by one of the parameters, each once, if the predicate of their type
	// holds. At most limit of them.
	Reverse(ctx context.Context, to []Key, params []*search.Param, where Predicates, limit int) ([]Resource, error)
}

// Predicates gives the predicate for each type.
type Predicates func(typ string) search.Expr

// VersionPage narrows a history.
type VersionPage struct {
	Before int64     // only versions below this one; 0 for all
	Since  time.Time // only versions created at or after this instant; zero for all
	At     Interval  // only versions that were current at some time in it, each until the next visible one; zero for all
	Limit  int       // at most so many; 0 for all
}

// Portion is what a history shows of one type: the predicate must hold for a
// version, and for the current version of its resource.
type Portion struct {
	Type  string
	Where search.Expr
}

// HistoryPage narrows the history of many resources.
type HistoryPage struct {
	After Position  // only versions behind this one; nil for all
	Since time.Time // as in VersionPage
	At    Interval  // as in VersionPage
	Limit int       // at most so many; 0 for none
}

// CountLimit is where a count gives up. The zero CountLimit is nowhere.
type CountLimit struct {
	// Found is the most that is counted: where there is more the count gives
	// up, and nowhere else. So its giving up tells of what is counted alone.
	Found int
	// Touched is how many index entries or versions are looked at before the
	// count gives up. That depends on those too that are not counted: they must
	// be no secret.
	Touched int
}

// VersionMatch is a version in a history and the position behind it.
type VersionMatch struct {
	Resource
	Position Position
}

// Interval is the half-open time range [From, To).
type Interval struct{ From, To time.Time }

// Position is where a page ended: a backend's own bytes.
type Position []byte

// Match is a found resource and the position behind it.
type Match struct {
	Resource
	Position Position
}

// Writer is a Snapshot that can be changed and sees its own changes, except
// those made by Relate.
type Writer interface {
	Snapshot

	// Put makes a version the current one. Its Version is one above the
	// current one's, or 1; the superseded version stays in the history with
	// its entries.
	Put(ctx context.Context, version NewVersion) error

	// Delete makes a deletion the current version.
	Delete(ctx context.Context, key Key, version int64, updated time.Time) error

	// Relate replaces the care relationships whose source is a resource. They
	// count from the end of the transaction on: Panel and Related never see
	// what their own transaction wrote.
	Relate(ctx context.Context, source Key, relationships []compartments.Relationship) error

	// Records are the records as this transaction sees and writes them: what it
	// does to them is durable, or has not happened, with all else that it does.
	Records() Records
}

// Noter is a Writer of a database that may have no transactions, and then lets a Write
// change one resource.
type Noter interface {
	// Note is Put for a resource that was never there and says what the Write does. A Write
	// may have any number of them. Without transactions each is durable before what the
	// Write changes: then there may be one of what was not done, but nothing is done of
	// which there is none.
	Note(ctx context.Context, version NewVersion) error
}

// NewVersion is what Put stores.
type NewVersion struct {
	Resource
	Entries search.Entries
	Charts  []string // logical ids of the patients whose charts it belongs to
}
