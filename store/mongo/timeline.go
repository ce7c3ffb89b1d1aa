package mongo

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// The versions of a type are in two collections: the current ones and the superseded
// ones. Each is read along an index on type and time, newest first, testing each version
// and the current one of its resource; then the two are merged.

// moment is the place of a version in a history: newest first, then by resource, the
// newer before the older of one.
type moment struct {
	Updated int64  `bson:"u"`
	Of      string `bson:"of"`
	Version int64  `bson:"v"`
}

var byMoment = bson.D{{Key: "$sort", Value: bson.D{{Key: "u", Value: -1}, {Key: "of", Value: -1}, {Key: "v", Value: -1}}}}

func (d document) moment() moment { return moment{d.Updated, d.Of, d.Version} }

// compare orders moments as byMoment does.
func (m moment) compare(other moment) int {
	if c := other.Updated - m.Updated; c != 0 {
		return sign(c)
	}
	if c := strings.Compare(other.Of, m.Of); c != 0 {
		return c
	}
	return sign(other.Version - m.Version)
}

func sign(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// after is true for what stands behind.
func (m moment) after() bson.D {
	return allOf(bson.D{where("u", lte(m.Updated))}, anyOf(
		bson.D{where("u", lt(m.Updated))},
		bson.D{{Key: "u", Value: m.Updated}, where("of", lt(m.Of))},
		bson.D{{Key: "u", Value: m.Updated}, {Key: "of", Value: m.Of}, where("v", lt(m.Version))},
	))
}

// History implements store.Snapshot.
func (s *snapshot) History(ctx context.Context, of []store.Portion, page store.HistoryPage) ([]store.VersionMatch, error) {
	behind := always
	if page.After != nil {
		var m moment
		if err := bson.Raw(page.After).Validate(); err != nil || bson.Unmarshal(page.After, &m) != nil || m.Of == "" {
			return nil, store.ErrCursor
		}
		behind = m.after()
	}
	if err := ctx.Err(); err != nil || page.Limit <= 0 {
		return nil, err
	}
	var all []document
	for _, collection := range []string{resources, versions} {
		stages, err := s.timeline(ctx, collection, of, page, behind)
		if err != nil || stages == nil {
			return nil, err
		}
		found, err := s.aggregate(ctx, collection, append(stages, limitStage(page.Limit), without(entryFields...)))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b document) int { return a.moment().compare(b.moment()) })
	all = all[:min(len(all), page.Limit)]
	matches := make([]store.VersionMatch, len(all))
	for i, d := range all {
		position, err := bson.Marshal(d.moment())
		if err != nil {
			return nil, err
		}
		matches[i] = store.VersionMatch{Resource: d.resource(), Position: position}
	}
	return matches, nil
}

// CountHistory implements store.Snapshot.
func (s *snapshot) CountHistory(ctx context.Context, of []store.Portion, page store.HistoryPage, limit store.CountLimit) (int, bool, error) {
	most := leastOf(limit)
	n := 0
	for _, collection := range []string{resources, versions} {
		stages, err := s.timeline(ctx, collection, of, page, always)
		if err != nil || stages == nil {
			return 0, true, err
		}
		stages = slices.DeleteFunc(stages, func(stage bson.D) bool { return stage[0].Key == "$sort" })
		if most > 0 {
			stages = append(stages, limitStage(most-n+1))
		}
		counted, err := s.countIn(ctx, collection, stages)
		if err != nil {
			return 0, false, err
		}
		if n += counted; most > 0 && n > most {
			return n, false, nil
		}
	}
	return n, true, nil
}

// timeline are the stages that find the versions of a history in a collection, in
// order; nil if there can be none.
func (s *snapshot) timeline(ctx context.Context, collection string, of []store.Portion, page store.HistoryPage, behind bson.D) ([]bson.D, error) {
	of = slices.DeleteFunc(slices.Clone(of), func(p store.Portion) bool { return search.IsConst(p.Where, search.False) })
	if len(of) == 0 {
		return nil, ctx.Err()
	}
	r := s.resolver(ctx)
	for i, p := range of {
		resolved, err := r.admitted(p.Type, p.Where)
		if err != nil {
			return nil, err
		}
		of[i].Where = resolved
	}
	own := newCompiler(ctx, s.now, collection == resources)
	visible, err := own.portions(of)
	if err != nil {
		return nil, err
	}
	first := []bson.D{ofTypes(of), behind}
	if !page.Since.IsZero() {
		first = append(first, bson.D{where("u", gte(notBefore(page.Since)))})
	}
	if page.At != (store.Interval{}) {
		first = append(first, bson.D{where("u", lt(notBefore(page.At.To)))})
	}
	last := []bson.D{}
	if len(own.stages) == 0 {
		first = append(first, visible)
	} else {
		last = append(last, visible)
	}
	if collection == versions {
		more, err := own.shown(of, page)
		if err != nil {
			return nil, err
		}
		last = append(last, more)
	}
	stages := append([]bson.D{matchStage(allOf(first...)), byMoment}, own.stages...)
	return needed(append(stages, matchStage(allOf(last...)))), nil
}

// ofTypes selects the types of some portions.
func ofTypes(of []store.Portion) bson.D {
	types := make([]string, len(of))
	for i, p := range of {
		types[i] = p.Type
	}
	return oneOf("type", types)
}

// portions is true for documents for which the predicate of their type holds.
func (c *compiler) portions(of []store.Portion) (bson.D, error) {
	var all cases
	whole := true
	for _, p := range of {
		filter, err := c.filter(p.Type, p.Where)
		if err != nil {
			return never, err
		}
		whole = whole && isAlways(filter)
		all.add(p.Type, filter)
	}
	if whole {
		return always, nil // of the types that are read at all
	}
	return all.filter("type"), nil
}

// shown is true for superseded versions whose resource is visible by its current one,
// and that were current at some time in the page's interval.
func (c *compiler) shown(of []store.Portion, page store.HistoryPage) (bson.D, error) {
	visible, err := c.currentVisible(of)
	if err != nil || page.At == (store.Interval{}) {
		return visible, err
	}
	followed, err := c.followed(of, page.At.From.UnixMilli())
	return allOf(visible, anyOf(not(followed), bson.D{where("u", gte(notBefore(page.At.From)))})), err
}

func (c *compiler) currentVisible(of []store.Portion) (bson.D, error) {
	in := c.within()
	filter, err := in.portions(of)
	if err != nil || isAlways(filter) {
		return always, err
	}
	return found(c.lookup(resources, "of", "_id", in.pipeline(always, filter)...)), nil
}

// followed is true where the next visible version came until a time. The current
// version is visible where any other is.
func (c *compiler) followed(of []store.Portion, until int64) (bson.D, error) {
	current := found(c.lookup(resources, "of", "_id", matchStage(bson.D{where("u", lte(until))})))
	in := c.within()
	in.keyed = false
	filter, err := in.portions(of)
	if err != nil {
		return never, err
	}
	later := op("$expr", op("$gt", bson.A{"$v", "$$version"}))
	pipeline := append(in.pipeline(allOf(bson.D{where("u", lte(until))}, later), filter), limitStage(1), project("_id"))
	field := c.stage(func(field string) bson.D {
		return bson.D{{Key: "$lookup", Value: bson.D{
			{Key: "from", Value: versions},
			{Key: "localField", Value: "of"},
			{Key: "foreignField", Value: "of"},
			{Key: "let", Value: is("version", "$v")},
			{Key: "pipeline", Value: pipeline},
			{Key: "as", Value: field},
		}}}
	})
	return anyOf(current, found(field)), nil
}
