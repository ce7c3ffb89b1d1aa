package mongo

import (
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// order is the order of a search: by the keys, missing values last, then by the main
// date, newest first, then by id. A key is a field that a stage adds, with another that
// tells whether it is missing.
type order struct {
	stages []bson.D
	keys   []sortKey
}

type sortKey struct {
	name       string // of the field with the value
	missing    string // of the field that is 1 where there is none, else 0
	descending bool
}

// newOrder is the order of the matches of several Selects, each with keys of its own.
func newOrder(selects []search.Select, registry *search.Registry) order {
	var o order
	if byMainDate(selects, registry) {
		return o
	}
	for i, key := range selects[0].Sort {
		name := "k" + strconv.Itoa(i)
		branches := make(bson.A, len(selects))
		for j, sel := range selects {
			branches[j] = bson.D{
				{Key: "case", Value: op("$eq", bson.A{"$set", sel.Type})},
				{Key: "then", Value: sortValue(sel.Sort[i])},
			}
		}
		value := branches[0].(bson.D)[1].Value
		if len(selects) > 1 {
			value = op("$switch", bson.D{{Key: "branches", Value: branches}, {Key: "default", Value: nil}})
		}
		missing := "m" + strconv.Itoa(i)
		o.stages = append(o.stages,
			bson.D{{Key: "$addFields", Value: is(name, value)}},
			bson.D{{Key: "$addFields", Value: is(missing, op("$cond", bson.A{op("$eq", bson.A{op("$ifNull", bson.A{"$" + name, nil}), nil}), 1, 0}))}})
		o.keys = append(o.keys, sortKey{name, missing, key.Descending})
	}
	return o
}

// byMainDate tells that the keys ask for the order in which resources stand anyway.
func byMainDate(selects []search.Select, registry *search.Registry) bool {
	for _, sel := range selects {
		if len(sel.Sort) == 0 {
			continue
		}
		if registry == nil || len(sel.Sort) > 1 || !sel.Sort[0].Descending || sel.Sort[0].Param != registry.SortParam(sel.Type) {
			return false
		}
	}
	return true
}

// sortValue is the value by which a key orders: the earliest or lowest ascending, the
// latest or highest descending; missing or null where there is none.
func sortValue(key search.SortKey) any {
	extreme := "$min"
	if key.Descending {
		extreme = "$max"
	}
	switch {
	case key.Param.Code == "_id":
		return op("$arrayElemAt", bson.A{op("$split", bson.A{"$_id", "/"}), 1})
	case key.Param.Kind == search.KindNumber || key.Param.Kind == search.KindQuantity:
		return op(extreme, preferred(key.Param.Code))
	case key.Param.Kind == search.KindDate:
		return op(extreme, valuesOf("$d", key.Param.Code, "l"))
	case key.Param.Kind == search.KindString:
		return op(extreme, valuesOf("$n", key.Param.Code, "l"))
	}
	return op(extreme, valuesOf("$t", key.Param.Code, "c"))
}

// preferred are the numbers in canonical units, or all where there are none.
func preferred(param string) bson.D {
	canonical := op("$filter", bson.D{
		{Key: "input", Value: entriesOf("$q", param)},
		{Key: "as", Value: "e"},
		{Key: "cond", Value: op("$eq", bson.A{"$$e.y", literal(search.CanonicalUnits)})},
	})
	lows := func(of any) bson.D {
		return op("$map", bson.D{{Key: "input", Value: of}, {Key: "as", Value: "e"}, {Key: "in", Value: "$$e.l"}})
	}
	return op("$let", bson.D{
		{Key: "vars", Value: is("canonical", canonical)},
		{Key: "in", Value: op("$cond", bson.A{
			op("$gt", bson.A{op("$size", "$$canonical"), 0}), lows("$$canonical"), lows(entriesOf("$q", param)),
		})},
	})
}

// sort is the stage that puts documents in order.
func (o order) sort() bson.D {
	var by bson.D
	for _, key := range o.keys {
		direction := 1
		if key.descending {
			direction = -1
		}
		by = append(by, bson.E{Key: key.missing, Value: 1}, bson.E{Key: key.name, Value: direction})
	}
	return bson.D{{Key: "$sort", Value: append(by, bson.E{Key: "s", Value: -1}, bson.E{Key: "_id", Value: -1})}}
}

// position is the place of a document in an order.
type position struct {
	Keys []bson.RawValue `bson:"k"`
	Sort int64           `bson:"s"`
	ID   string          `bson:"i"`
}

func (p position) encode() (store.Position, error) { return bson.Marshal(p) }

// decodePosition is the inverse; store.ErrCursor if the bytes are no position in the
// order.
func (o order) decodePosition(text store.Position) (*position, error) {
	if text == nil {
		return nil, nil
	}
	var p position
	if err := bson.Raw(text).Validate(); err != nil || bson.Unmarshal(text, &p) != nil || len(p.Keys) != len(o.keys) || p.ID == "" {
		return nil, store.ErrCursor
	}
	return &p, nil
}

// after is true for documents behind a position.
func (o order) after(p *position) bson.D {
	behind := anyOf(bson.D{where("s", lt(p.Sort))}, bson.D{{Key: "s", Value: p.Sort}, where("_id", lt(p.ID))})
	for i := len(o.keys) - 1; i >= 0; i-- {
		key, value := o.keys[i], p.Keys[i]
		if value.IsZero() || value.Type == bson.TypeNull {
			behind = allOf(is(key.missing, 1), behind)
			continue
		}
		further := gt(value)
		if key.descending {
			further = lt(value)
		}
		behind = anyOf(is(key.missing, 1), bson.D{where(key.name, further)}, allOf(is(key.name, value), behind))
	}
	if len(o.keys) == 0 { // which bounds a walk along the index
		return allOf(bson.D{where("s", lte(p.Sort))}, behind)
	}
	return behind
}

// of is the place of a document that was read.
func (o order) of(raw bson.Raw, d document) position {
	p := position{Sort: d.Sort, ID: d.ID, Keys: make([]bson.RawValue, len(o.keys))}
	for i, key := range o.keys {
		value, err := raw.LookupErr(key.name)
		if err != nil {
			value = bson.RawValue{Type: bson.TypeNull}
		}
		p.Keys[i] = value
	}
	return p
}
