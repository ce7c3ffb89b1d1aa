// Package mongo keeps resources, versions, records and all else in a MongoDB
// database, which several processes may use at once.
//
// A Read is one read-only transaction, a Write one that is run again from the
// beginning as often as it conflicts with another. Snapshot isolation is all that
// MongoDB promises; what makes a Write serializable is in locks.go.
package mongo
