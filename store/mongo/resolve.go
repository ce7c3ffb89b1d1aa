package mongo

import (
	"context"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
)

// few is how many resources a hop may lead to for it to be followed beforehand, once
// for all documents. Where there are more, a lookup follows it from each document.
const few = 1000

// mostIDs is how many resources a few may refer to for them to be a list: a command has
// 16 MB, and one Group may have more members than that has room for.
const mostIDs = 20 * few

// resolver replaces hops that lead to few by what they lead to: a chain by references,
// a _has by ids, a panel by charts. It asks in the snapshot in which the query runs. Its
// choice is about speed alone, and it is reasoned: no MongoDB was measured.
type resolver struct {
	*snapshot
	ctx     context.Context
	answers *answers
}

// resolver is one for the predicates of a query.
func (s *snapshot) resolver(ctx context.Context) *resolver {
	if s.answers == nil { // the next query may follow a write
		return &resolver{s, ctx, newAnswers()}
	}
	return &resolver{s, ctx, s.answers}
}

func (r *resolver) ask(collection string, stages ...bson.D) ([]document, error) {
	return r.answers.ask(r.ctx, r.snapshot, collection, stages)
}

// resolve returns a predicate that says the same of documents of the type.
func (r *resolver) resolve(typ string, e search.Expr) (search.Expr, error) {
	switch e := e.(type) {
	case search.And:
		parts, err := r.resolveAll(typ, e)
		return search.And(parts), err
	case search.Or:
		parts, err := r.resolveAll(typ, e)
		return search.Or(parts), err
	case search.Not:
		of, err := r.resolve(typ, e.Of)
		return search.Not{Of: of}, err
	case search.Chain:
		return r.chain(e)
	case search.Has:
		return r.has(typ, e)
	case search.All:
		all := search.All{Param: e.Param, Where: maps.Clone(e.Where)}
		for target, where := range all.Where {
			resolved, err := r.resolve(target, where)
			if err != nil {
				return nil, err
			}
			all.Where[target] = resolved
		}
		return all, nil
	case search.Panel:
		return r.panel(e)
	case search.Related:
		return r.related(e)
	}
	return e, nil
}

// fewHops is up to how many a pipeline on one document follows, and nearHops up to how
// far. A predicate of shared types can have hundreds, and a pipeline has 1,000 stages at
// most; with each hop inside another one the engine for tests takes several times as long,
// so that a read by `:below`, of six, took seconds.
const fewHops, nearHops = 20, 2

// ofOne is a predicate on one document: with more hops than a pipeline should have, they
// are followed beforehand.
func (s *snapshot) ofOne(ctx context.Context, typ string, e search.Expr) (search.Expr, error) {
	all, farthest := 0, 0
	reached(e, 1, func(_ string, hops int) { all, farthest = all+1, max(farthest, hops) })
	if all <= fewHops && farthest <= nearHops {
		return e, nil
	}
	return s.resolver(ctx).resolve(typ, e)
}

func (r *resolver) resolveAll(typ string, parts []search.Expr) ([]search.Expr, error) {
	resolved := make([]search.Expr, len(parts))
	for i, part := range parts {
		var err error
		if resolved[i], err = r.resolve(typ, part); err != nil {
			return nil, err
		}
	}
	return resolved, nil
}

func (r *resolver) chain(e search.Chain) (search.Expr, error) {
	where, err := r.resolve(e.Type, e.Where)
	if err != nil {
		return nil, err
	}
	e.Where = where
	targets, ok, err := r.find(e.Type, where, is("_id", 1))
	if err != nil || !ok {
		return e, err
	}
	var references search.Or
	for _, target := range targets {
		references = append(references, search.Term{Param: e.Param, Code: search.Is(target.ID)})
	}
	return learned{references}, nil
}

func (r *resolver) has(typ string, e search.Has) (search.Expr, error) {
	where, err := r.resolve(e.Param.Type, e.Where)
	if err != nil {
		return nil, err
	}
	e.Where = where
	sources, ok, err := r.find(e.Param.Type, where, bson.D{{Key: "_id", Value: 1}, {Key: "t", Value: 1}})
	if err != nil || !ok {
		return e, err
	}
	var ids search.ID
	for _, source := range sources {
		for _, to := range source.references(e.Param) {
			if key := keyOf(to); key.Type == typ {
				ids = append(ids, key.ID)
			}
		}
	}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) > mostIDs {
		return e, nil
	}
	return learned{ids}, nil
}

// find returns the live resources of a type that satisfy a predicate; false if there
// are more than few.
func (r *resolver) find(typ string, e search.Expr, projection bson.D) ([]document, bool, error) {
	c := newCompiler(r.ctx, r.now, true)
	filter, err := c.filter(typ, e)
	if err != nil || isNever(filter) {
		return nil, err == nil, err
	}
	stages := append(c.pipeline(is("set", typ), filter), limitStage(few+1), bson.D{{Key: "$project", Value: projection}})
	documents, err := r.ask(resources, stages...)
	return documents, len(documents) <= few, err
}

func (r *resolver) panel(e search.Panel) (search.Expr, error) {
	parties := []string{e.Party}
	if e.Organizations {
		organizations, _, err := r.with(e.Party, "Organization/", noLimit)
		if err != nil {
			return nil, err
		}
		parties = append(parties, organizations...)
	}
	var charts search.Or
	for _, party := range parties {
		patients, ok, err := r.with(party, "Patient/", few-len(charts))
		if err != nil || !ok {
			return e, err
		}
		for _, patient := range patients {
			charts = append(charts, search.Chart{Patient: keyOf(patient).ID})
		}
	}
	return learned{charts}, nil
}

func (r *resolver) related(e search.Related) (search.Expr, error) {
	parties := []string{e.Party}
	if e.Organizations {
		organizations, _, err := r.with(e.Party, "Organization/", noLimit)
		if err != nil {
			return nil, err
		}
		parties = append(parties, organizations...)
	}
	filter := allOf(oneOf("party", parties), is("with", "Patient/"+e.Patient), r.counting())
	found, err := r.ask(relationships, matchStage(filter), limitStage(1), bson.D{{Key: "$group", Value: is("_id", "$party")}})
	return search.Const(len(found) > 0), err
}

// counting selects the relationships that count now.
func (r *resolver) counting() bson.D { return (&compiler{now: r.now}).current() }

const noLimit = -1

// with are those with whom a party has a relationship now, each once; false if they are
// more than a limit.
func (r *resolver) with(party, prefix string, limit int) ([]string, bool, error) {
	stages := []bson.D{
		matchStage(allOf(is("party", party), hasPrefix("with", prefix), r.counting())),
		{{Key: "$group", Value: is("_id", "$with")}},
	}
	if limit != noLimit {
		stages = append(stages, limitStage(limit+1))
	}
	documents, err := r.ask(relationships, stages...)
	names := make([]string, len(documents))
	for i, d := range documents {
		names[i] = d.ID
	}
	return names, limit == noLimit || len(names) <= limit, err
}

// references are the codes of the terms of a parameter, as far as these were read.
func (d document) references(p *search.Param) []string {
	var to []string
	for _, t := range d.By.Values.Terms {
		if t.Param == p.Code {
			to = append(to, t.Code)
		}
	}
	return to
}

func project(fields ...string) bson.D {
	var all bson.D
	for _, field := range fields {
		all = append(all, bson.E{Key: field, Value: 1})
	}
	return bson.D{{Key: "$project", Value: all}}
}
