package mongo

import (
	"context"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Search implements store.Snapshot. It is one aggregation, but for the hops that lead
// to few.
func (s *snapshot) Search(ctx context.Context, selects []search.Select, after store.Position, limit int) ([]store.Match, error) {
	if err := ctx.Err(); err != nil || len(selects) == 0 || limit <= 0 {
		return nil, err
	}
	by := newOrder(selects, s.backend.options.Registry)
	from, err := by.decodePosition(after)
	if err != nil {
		return nil, err
	}
	first, c, filter, err := s.matching(ctx, selects)
	if err != nil || isNever(first) || isNever(filter) {
		return nil, err
	}
	return s.page(ctx, query{first, c.stages, filter, by}, from, limit)
}

// query finds documents: those that pass first, and with what the stages add the filter
// too, in an order.
type query struct {
	first  bson.D
	stages []bson.D
	filter bson.D
	by     order
}

// pipeline of at most limit documents behind a position. Where the order is that of an
// index, it comes before what asks for other documents, so that this is done for no
// more than are needed.
func (q query) pipeline(from *position, limit int) []bson.D {
	behind := always
	if from != nil {
		behind = q.by.after(from)
	}
	var stages []bson.D
	if len(q.by.keys) == 0 {
		stages = append(stages, matchStage(allOf(q.first, behind)), q.by.sort())
		stages = append(append(stages, q.stages...), matchStage(q.filter))
	} else {
		stages = append(append(q.found(), q.by.stages...), matchStage(behind), q.by.sort())
	}
	return append(needed(stages), limitStage(limit))
}

// found are all documents of the query, in no order.
func (q query) found() []bson.D {
	stages := append([]bson.D{matchStage(q.first)}, q.stages...)
	return needed(append(stages, matchStage(q.filter)))
}

// needed leaves out stages that let everything pass.
func needed(stages []bson.D) []bson.D {
	return slices.DeleteFunc(stages, func(stage bson.D) bool {
		filter, ok := stage[0].Value.(bson.D)
		return ok && stage[0].Key == "$match" && isAlways(filter)
	})
}

// matching compiles Selects: to what documents alone must be, and to what must hold with
// the fields that the compiler's stages add.
func (s *snapshot) matching(ctx context.Context, selects []search.Select) (first bson.D, c *compiler, filter bson.D, err error) {
	c = newCompiler(ctx, s.now, true)
	r := s.resolver(ctx)
	var firsts, filters cases
	for _, sel := range selects {
		one, rest, err := r.compile(c, sel.Type, sel.Where)
		if err != nil {
			return never, c, never, err
		}
		if isNever(one) || isNever(rest) {
			continue
		}
		firsts.add(sel.Type, one)
		filters.add(sel.Type, rest)
	}
	if len(c.stages) == 0 {
		return firsts.filter("set"), c, always, nil
	}
	return firsts.filter("set"), c, filters.filter("set"), nil
}

// compile is that of one type, which follows the hops that lead to few beforehand.
func (r *resolver) compile(c *compiler, typ string, e search.Expr) (first, filter bson.D, err error) {
	resolved, err := r.admitted(typ, e)
	if err != nil {
		return never, never, err
	}
	var local, hops search.And
	for _, part := range flatten(search.And{resolved}, nil) {
		if isLocal(part) {
			local = append(local, part)
		} else {
			hops = append(hops, part)
		}
	}
	if first, err = c.filter(typ, local); err != nil {
		return never, never, err
	}
	filter, err = c.filter(typ, hops)
	return allOf(first, r.until(typ, local)), filter, err
}

// admitted resolves a predicate on a type that a query asks for.
func (r *resolver) admitted(typ string, e search.Expr) (search.Expr, error) {
	if err := admit(e); err != nil {
		return nil, err
	}
	r.asked(typ)
	r.asks(e)
	return r.resolve(typ, e)
}

// until is true for all that can satisfy the conjuncts, by where it can stand in the
// order of the main date: a walk along an index need not begin before.
func (s *snapshot) until(typ string, conjuncts search.And) bson.D {
	if s.backend.options.Registry == nil {
		return always
	}
	last := int64(math.MaxInt64)
	for _, part := range conjuncts {
		if date, ok := part.(search.Date); ok && date.Param == s.backend.options.Registry.SortParam(typ) {
			last = min(last, latest(date))
		}
	}
	if last == math.MaxInt64 {
		return always
	}
	return bson.D{where("s", lte(last))}
}

// page reads the documents of a query and the positions behind them. Bodies are read as
// long as there is room.
func (s *snapshot) page(ctx context.Context, q query, from *position, limit int) ([]store.Match, error) {
	matches := make([]store.Match, 0, min(limit, 100))
	err := s.eachMatch(ctx, q, from, limit, func(raw bson.Raw, d document) error {
		place := q.by.of(raw, d)
		position, err := place.encode()
		matches = append(matches, store.Match{Resource: d.resource(), Position: position})
		return err
	})
	return matches, err
}

// eachMatch calls fn with the documents of a query. Once a body does not fit into the room,
// the rest is asked for anew, without bodies.
func (s *snapshot) eachMatch(ctx context.Context, q query, from *position, limit int, fn func(bson.Raw, document) error) error {
	leftOut := slices.Clone(entryFields)
	if s.room != nil && *s.room < 0 {
		leftOut = append(leftOut, "b")
	}
	full := false
	err := s.each(ctx, resources, append(q.pipeline(from, limit), without(leftOut...)), func(raw bson.Raw, d document) error {
		if s.room != nil && *s.room >= 0 {
			if *s.room -= int(d.Size); *s.room < 0 {
				full = true
				d.Body = nil
			}
		}
		limit--
		place := q.by.of(raw, d)
		from = &place
		if err := fn(raw, d); err != nil {
			return err
		}
		if full {
			return errEnough
		}
		return nil
	})
	if err == nil && full && limit > 0 {
		return s.eachMatch(ctx, q, from, limit, fn)
	}
	return err
}

// without leaves fields out.
func without(fields ...string) bson.D {
	var all bson.D
	for _, field := range fields {
		all = append(all, bson.E{Key: field, Value: 0})
	}
	return bson.D{{Key: "$project", Value: all}}
}
