package sqlite

import "context"

// Eager makes every search look for the smallest source, as it would in a large
// database, and leaves longer lists of terms to the statement.
func (b *Backend) Eager() { b.effort = effort{small: 1000, tiny: -1, counts: 1000, expanded: 1} }

// Lazy makes every search walk the postings.
// Orders by a key are then found along its index.
func (b *Backend) Lazy() { b.effort = effort{small: 0, tiny: -1, counts: 1000, expanded: 64} }

// Pragma sets a pragma on the connection that writes.
func (b *Backend) Pragma(ctx context.Context, pragma string) error {
	return b.write(ctx, func(c *conn, _ *ids) error { return c.exec("PRAGMA " + pragma) })
}
