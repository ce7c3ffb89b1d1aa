package mongo

import (
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
)

// A hop leads from a document to others: to those that it refers to, to those that
// refer to it, to the relationships of its patients. It is a $lookup, which adds what
// was found, and a test of that.

// lookup adds a field with the documents of a collection whose foreign field has one of
// the values of the local one, as far as they pass the pipeline.
func (c *compiler) lookup(from, local, foreign string, pipeline ...bson.D) (field string) {
	pipeline = append(pipeline, project("_id"))
	return c.stage(func(field string) bson.D {
		return bson.D{{Key: "$lookup", Value: bson.D{
			{Key: "from", Value: from},
			{Key: "localField", Value: local},
			{Key: "foreignField", Value: foreign},
			{Key: "pipeline", Value: pipeline},
			{Key: "as", Value: field},
		}}}
	})
}

// found is true where a lookup found something.
func found(field string) bson.D { return bson.D{where(field, bson.E{Key: "$ne", Value: bson.A{}})} }

// add adds a field with the value of an expression.
func (c *compiler) add(expression any) (field string) {
	return c.stage(func(field string) bson.D {
		return bson.D{{Key: "$addFields", Value: bson.D{{Key: field, Value: expression}}}}
	})
}

// references adds a field with the codes of the terms of a parameter, each once.
func (c *compiler) references(p *search.Param) (field string) {
	return c.add(bson.D{{Key: "$setUnion", Value: bson.A{valuesOf("$t", p.Code, "c")}}})
}

// valuesOf are the values of a field in the entries of a parameter.
func valuesOf(entries, param, field string) bson.D {
	return bson.D{{Key: "$map", Value: bson.D{
		{Key: "input", Value: entriesOf(entries, param)},
		{Key: "as", Value: "e"},
		{Key: "in", Value: "$$e." + field},
	}}}
}

// entriesOf are those of a parameter.
func entriesOf(entries, param string) bson.D {
	return bson.D{{Key: "$filter", Value: bson.D{
		{Key: "input", Value: bson.D{{Key: "$ifNull", Value: bson.A{entries, bson.A{}}}}},
		{Key: "as", Value: "e"},
		{Key: "cond", Value: bson.D{{Key: "$eq", Value: bson.A{"$$e.p", literal(param)}}}},
	}}}
}

// literal is a value that is no expression, whatever it begins with.
func literal(value any) bson.D { return bson.D{{Key: "$literal", Value: value}} }

// target is the pipeline of the live resources of a type that satisfy a predicate.
func (c *compiler) target(typ string, e search.Expr) ([]bson.D, error) {
	in := c.within()
	filter, err := in.filter(typ, e)
	if err != nil {
		return nil, err
	}
	return in.pipeline(is("set", typ), filter), nil
}

// pipeline puts the stages between a first filter and the last.
func (c *compiler) pipeline(first, filter bson.D) []bson.D {
	if len(c.stages) == 0 {
		return []bson.D{matchStage(allOf(first, filter))}
	}
	stages := append([]bson.D{matchStage(first)}, c.stages...)
	return append(stages, matchStage(filter))
}

func matchStage(filter bson.D) bson.D { return bson.D{{Key: "$match", Value: filter}} }

func limitStage(n int) bson.D { return bson.D{{Key: "$limit", Value: n}} }

// chain is true where a reference leads to a live resource of the type that satisfies
// the predicate.
func (c *compiler) chain(e search.Chain) (bson.D, error) {
	target, err := c.target(e.Type, e.Where)
	if err != nil {
		return never, err
	}
	to := c.references(e.Param)
	return found(c.lookup(resources, to, "_id", append(target, limitStage(1))...)), nil
}

// has is true where a live resource that satisfies the predicate refers to this one.
func (c *compiler) has(e search.Has) (bson.D, error) {
	source, err := c.target(e.Param.Type, e.Where)
	if err != nil {
		return never, err
	}
	key := c.add(bson.D{{Key: "$concat", Value: bson.A{termKey(e.Param.Code, ""), "$of"}}})
	return found(c.lookup(resources, key, "k", append(source, limitStage(1))...)), nil
}

// all is true where there is a reference and each leads to a live resource that
// satisfies the predicate of its type.
func (c *compiler) all(e search.All) (bson.D, error) {
	in := c.within()
	var types []string
	var filters cases
	for _, typ := range slices.Sorted(maps.Keys(e.Where)) {
		filter, err := in.filter(typ, e.Where[typ])
		if err != nil {
			return never, err
		}
		types = append(types, typ)
		filters.add(typ, filter)
	}
	if len(types) == 0 {
		return never, nil
	}
	to := c.references(e.Param)
	reached := c.lookup(resources, to, "_id", in.pipeline(oneOf("set", types), filters.filter("set"))...)
	size := func(field string) bson.D { return bson.D{{Key: "$size", Value: "$" + field}} }
	return allOf(
		bson.D{where(to, bson.E{Key: "$ne", Value: bson.A{}})},
		is("$expr", bson.D{{Key: "$eq", Value: bson.A{size(to), size(reached)}}}),
	), nil
}
