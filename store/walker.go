package store

import "context"

// Walker is a Backend all of whose content can be gone through, for a copy. The orders
// are those of the bytes, and so the same in every Walker.
type Walker interface {
	// Heads returns the current versions of resources, deletions among them, without
	// their bodies: those behind a key in the order of type and id, at most limit. Of
	// each it tells the Key, the Version and whether it is Deleted.
	Heads(ctx context.Context, after Key, limit int) ([]Resource, error)

	// Names returns the names of the records that there are behind one in the order of
	// kind and key, at most limit.
	Names(ctx context.Context, after RecordName, limit int) ([]RecordName, error)

	// About is how many versions there are, superseded ones too, within a few percent:
	// for those who tell how far they are.
	About(ctx context.Context) (versions int64, err error)
}
