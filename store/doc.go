// Package store is what everything that touches data goes through.
//
// A [Backend] keeps resources, their versions and their index entries, and
// answers predicates ([search.Expr]) natively. Nobody outside this package calls
// it for resources: a [Store] lends out a [View], which is the store under a
// [Policy], and a View ANDs the policy into each question before a backend sees
// it. The zero Policy sees nothing, so that a call without a policy either does
// not compile or finds nothing.
//
// Two errors are alike on purpose: what a caller may not see is [ErrNotFound],
// exactly like what is not there.
package store
