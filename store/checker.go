package store

import "context"

// Checker is a Backend that can be verified, and whose indexes can be made anew
// from the resources. All of it may run while others read and write.
type Checker interface {
	// Check compares, on one snapshot, everything that is derived from resources
	// with what the indexer derives, and the database with its own rules. It
	// calls found for each disagreement.
	Check(ctx context.Context, indexer Indexer, found func(Finding)) (Checked, error)

	// Reindex makes the entries of at most limit versions anew, those behind a
	// position or from the start where it is nil, and writes what is not there or
	// is not right. What is written meanwhile is taken as it is then: whoever has
	// gone through all positions has left nothing behind that is not what the
	// indexer derives.
	Reindex(ctx context.Context, indexer Indexer, after Position, limit int) (Reindexed, error)

	// Repair puts right what Check finds, but for what is Lost. It writes in
	// transactions of a bounded size, and changes no version and no body.
	// Progress is told of versions as Reindex counts them.
	Repair(ctx context.Context, indexer Indexer, progress func(Reindexed)) error
}

// Checked is how much was looked at.
type Checked struct {
	Resources int64 // deleted ones among them
	Versions  int64 // superseded ones
}

// Reindexed is how far it has come.
type Reindexed struct {
	Next        Position // nil at the end
	Done, Total int64    // versions, about
	Looked      int64    // versions, since the beginning
	Written     int64    // those of them whose entries were not there or not right
}

// FindingKind says what a finding means.
type FindingKind string

// The kinds of finding.
//
// Damaged: what is derived from the resources does not agree with them. Repair
// puts it right.
//
// Lost: what cannot be derived from anything else is damaged: a body, a version, a
// page of the database.
//
// Outdated: the entries of a version agree with the indexes, and are not those that
// this granary extracts from its body at the store's base URL: another granary
// wrote them, or the base URL was another. Reindex makes them anew. There is one
// such finding of a version.
const (
	Damaged  FindingKind = "damaged"
	Lost     FindingKind = "lost"
	Outdated FindingKind = "outdated"
)

// Finding is one disagreement.
type Finding struct {
	Kind    FindingKind
	Key     Key   // of the resource; zero where it is about none
	Version int64 // of the superseded version; 0 where it is about the current one
	Text    string
}
