package store

import (
	"slices"
	"time"
)

// Precondition is what a write expects of the resource as it is (RFC 9110,
// section 13.1). It is asked only once the caller may make the write: of a
// resource that is hidden it tells what it tells of none (leaks.md row 18). The
// zero Precondition expects nothing.
type Precondition struct {
	// Match: the current version is one of these (If-Match).
	Match Versions
	// NoneMatch: the current version is none of these (If-None-Match).
	NoneMatch Versions
	// UnmodifiedSince: nothing has changed since the end of this second
	// (If-Unmodified-Since). What was never there has not changed.
	UnmodifiedSince time.Time
}

// Versions is a set of versions of one resource. Nil is no set at all: it is not
// asked for. An empty one has no version in it.
type Versions []int64

// AnyVersion in a set makes it that of all versions, "*" in a header.
const AnyVersion int64 = -1

func (v Versions) has(version int64) bool {
	return slices.Contains(v, version) || slices.Contains(v, AnyVersion)
}

// failedPrecondition is an ErrPrecondition that says which header failed.
type failedPrecondition struct{ text string }

func (e *failedPrecondition) Error() string { return e.text }
func (*failedPrecondition) Unwrap() error   { return ErrPrecondition }

var (
	errIfMatch           = &failedPrecondition{"If-Match does not name the current version; read the resource again, and send its ETag as it is"}
	errIfMatchAny        = &failedPrecondition{"If-Match asks for a resource that is there, and there is none"}
	errIfNoneMatch       = &failedPrecondition{"the current version is one that If-None-Match excludes"}
	errIfNoneMatchAny    = &failedPrecondition{"If-None-Match asks that there be no such resource, and there is one"}
	errIfUnmodifiedSince = &failedPrecondition{"the resource has changed since the time in If-Unmodified-Since; read it again"}
)

// check compares with the current version, a deletion included; the zero Resource
// stands for none. The error wraps ErrPrecondition.
func (p Precondition) check(current Resource) error {
	live := current.Version > 0 && !current.Deleted
	switch {
	case p.Match.has(AnyVersion) && !live:
		return errIfMatchAny
	case p.Match != nil && !(live && p.Match.has(current.Version)):
		return errIfMatch
	case p.NoneMatch.has(AnyVersion) && live:
		return errIfNoneMatchAny
	case live && p.NoneMatch.has(current.Version):
		return errIfNoneMatch
	case !p.UnmodifiedSince.IsZero() && current.Updated.Truncate(time.Second).After(p.UnmodifiedSince):
		return errIfUnmodifiedSince
	}
	return nil
}
