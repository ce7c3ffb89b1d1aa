package mongo

// Standalone makes a backend behave as on a server without transactions.
func (b *Backend) Standalone() { b.standalone = true }
