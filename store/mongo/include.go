package mongo

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Forward implements store.Snapshot.
func (s *snapshot) Forward(ctx context.Context, from []store.Key, params []*search.Param, target string, predicate store.Predicates, limit int) ([]store.Resource, error) {
	byType, err := s.targets(ctx, from, params, target)
	if err != nil {
		return nil, err
	}
	var of []portion
	for typ, keys := range byType {
		of = append(of, portion{typ, oneOf("_id", keys), predicate(typ)})
	}
	return s.included(ctx, of, limit)
}

// targets are what some resources refer to, by type.
func (s *snapshot) targets(ctx context.Context, from []store.Key, params []*search.Param, target string) (map[string][]string, error) {
	if len(from) == 0 || len(params) == 0 {
		return nil, ctx.Err()
	}
	for _, key := range from {
		s.asked(key.Type)
	}
	codes := map[string]map[string]bool{}
	for _, p := range params {
		if codes[p.Type] == nil {
			codes[p.Type] = map[string]bool{}
		}
		codes[p.Type][p.Code] = true
	}
	seen := map[string]bool{}
	byType := map[string][]string{}
	stages := []bson.D{matchStage(oneOf("_id", idsOf(from))), project("type", "t")}
	return byType, s.each(ctx, resources, stages, func(_ bson.Raw, d document) error {
		for _, t := range d.By.Values.Terms {
			typ, _, isKey := strings.Cut(t.Code, "/")
			if !codes[d.Type][t.Param] || !isKey || seen[t.Code] || target != "" && typ != target {
				continue
			}
			seen[t.Code] = true
			byType[typ] = append(byType[typ], t.Code)
		}
		return nil
	})
}

func idsOf(keys []store.Key) []string {
	ids := make([]string, len(keys))
	for i, key := range keys {
		ids[i] = resourceID(key)
	}
	return ids
}

// portion are the live resources of a type that pass a filter and satisfy a predicate.
type portion struct {
	typ   string
	among bson.D
	where search.Expr
}

// included reads the resources of some portions, at most limit.
func (s *snapshot) included(ctx context.Context, of []portion, limit int) ([]store.Resource, error) {
	q, err := s.portions(ctx, of)
	if err != nil || limit <= 0 || isNever(q.first) {
		return nil, err
	}
	var all []store.Resource
	err = s.eachMatch(ctx, q, nil, limit, func(_ bson.Raw, d document) error {
		all = append(all, d.resource())
		return nil
	})
	return all, err
}

// portions is the query for some portions.
func (s *snapshot) portions(ctx context.Context, of []portion) (query, error) {
	slices.SortFunc(of, func(a, b portion) int { return strings.Compare(a.typ, b.typ) })
	c, r := newCompiler(ctx, s.now, true), s.resolver(ctx)
	var firsts, filters []bson.D
	for _, p := range of {
		if search.IsConst(p.where, search.False) {
			continue // not even a question: a reference may lead to what is no type
		}
		where, err := r.admitted(p.typ, p.where)
		if err != nil {
			return query{}, err
		}
		filter, err := c.filter(p.typ, where)
		if err != nil {
			return query{}, err
		}
		if isNever(filter) {
			continue
		}
		live := allOf(is("set", p.typ), p.among)
		firsts = append(firsts, live)
		filters = append(filters, allOf(live, filter))
	}
	if len(c.stages) == 0 {
		return query{first: anyOf(filters...)}, nil
	}
	return query{first: anyOf(firsts...), stages: c.stages, filter: anyOf(filters...)}, nil
}

// Reverse implements store.Snapshot.
func (s *snapshot) Reverse(ctx context.Context, to []store.Key, params []*search.Param, predicate store.Predicates, limit int) ([]store.Resource, error) {
	if err := ctx.Err(); err != nil || len(to) == 0 {
		return nil, err
	}
	byType := map[string][]string{}
	for _, p := range params {
		for _, key := range to {
			byType[p.Type] = append(byType[p.Type], termKey(p.Code, resourceID(key)))
		}
	}
	var of []portion
	for typ, keys := range byType {
		of = append(of, portion{typ, oneOf("k", keys), predicate(typ)})
	}
	return s.included(ctx, of, limit)
}
