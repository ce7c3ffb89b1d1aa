package mongo

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Version implements store.Snapshot.
func (s *snapshot) Version(ctx context.Context, key store.Key, version int64, where search.Expr) (store.Resource, error) {
	current, err := s.current(ctx, key, where)
	if err != nil {
		return store.Resource{}, err
	}
	if current.Version == version {
		return current.resource(), nil
	}
	this := bson.D{{Key: "_id", Value: versionID(key, version)}, {Key: "of", Value: resourceID(key)}} // which tells the shard
	found, err := s.judge(ctx, key, where, this, 1, entryFields...)
	if err == nil && len(found) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.Resource{}, err
	}
	return found[0].resource(), nil
}

// Versions implements store.Snapshot.
func (s *snapshot) Versions(ctx context.Context, key store.Key, where search.Expr, page store.VersionPage) ([]store.Resource, error) {
	var all []store.Resource
	err := s.versionsOf(ctx, key, where, page, func(d document) { all = append(all, d.resource()) })
	return all, err
}

// CountVersions implements store.Snapshot.
func (s *snapshot) CountVersions(ctx context.Context, key store.Key, where search.Expr, page store.VersionPage) (int, error) {
	page.Before, page.Limit = 0, 0
	n := 0
	err := s.versionsOf(ctx, key, where, page, func(document) { n++ }, "b")
	return n, err
}

// versionsOf calls fn with the versions on a page, newest first.
func (s *snapshot) versionsOf(ctx context.Context, key store.Key, e search.Expr, page store.VersionPage, fn func(document), leftOut ...string) error {
	leftOut = append(leftOut, entryFields...)
	current, err := s.current(ctx, key, e)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	among := []bson.D{is("of", resourceID(key))}
	if page.At == (store.Interval{}) { // else what follows a version must be known
		if page.Before > 0 {
			among = append(among, bson.D{where("v", lt(page.Before))})
		}
		if !page.Since.IsZero() {
			among = append(among, bson.D{where("u", gte(notBefore(page.Since)))})
		}
	}
	limit := 0
	if page.At == (store.Interval{}) && page.Limit > 0 {
		limit = page.Limit
	}
	older, err := s.judge(ctx, key, e, allOf(among...), limit, leftOut...)
	if err != nil {
		return err
	}
	n := 0
	following := int64(0) // when the visible version after came; 0 for never
	for _, d := range append([]document{current}, older...) {
		if isOn(page, d, following) && (page.Limit == 0 || n < page.Limit) {
			n++
			fn(d)
		}
		following = d.Updated
	}
	return nil
}

// isOn tells whether a version, which another follows at a time, is on a page. Only
// visible versions follow: of a hidden one it is not told when it came (leaks.md row 1).
func isOn(page store.VersionPage, d document, following int64) bool {
	if page.Before > 0 && d.Version >= page.Before || !page.Since.IsZero() && d.Updated < notBefore(page.Since) {
		return false
	}
	if page.At == (store.Interval{}) {
		return true
	}
	followed := following != 0 && following <= page.At.From.UnixMilli()
	// One that lasted less than a millisecond was current at its instant.
	return d.Updated < notBefore(page.At.To) && (!followed || d.Updated >= notBefore(page.At.From))
}

// notBefore is the first millisecond that does not begin before a time.
func notBefore(t time.Time) int64 {
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	return ms
}

// judge reads those superseded versions of a resource among some for which the
// predicate holds, newest first, at most limit; all with 0.
func (s *snapshot) judge(ctx context.Context, key store.Key, e search.Expr, among bson.D, limit int, leftOut ...string) ([]document, error) {
	c := newCompiler(ctx, s.now, false)
	e, err := s.ofOne(ctx, key.Type, e)
	if err != nil {
		return nil, err
	}
	filter, err := c.filter(key.Type, e)
	if err != nil || isNever(filter) {
		return nil, err
	}
	stages := append(query{first: among, stages: c.stages, filter: filter}.found(), bson.D{{Key: "$sort", Value: is("v", -1)}})
	if limit > 0 {
		stages = append(stages, limitStage(limit))
	}
	return s.aggregate(ctx, versions, append(stages, without(leftOut...)))
}
