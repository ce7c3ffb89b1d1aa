package mongo

import (
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// bounds are what a filter says of fields: "is" of one of some values, "in" of a range.
// By dotted names, as indexes have them.
type bounds map[string]string

// binding is the part of an index that a filter bounds: fields that it tells the value
// of, and one range behind them.
type binding struct {
	index  string
	fields []string
	score  int
	walks  bool // one field at most, and it is none that tells few documents
}

func (b binding) String() string {
	if b.index == "" {
		return "none"
	}
	return b.index + " (" + strings.Join(b.fields, ", ") + ")"
}

// bindingOf is the best for a filter on a collection, by the rules of MongoDB's planner:
// of an array, what one $elemMatch says is of one element, and bounds several fields of
// an index together; of two conditions on an array, one bounds it; and of an $or each
// part must be bound, with what is said beside it
// (mongodb.com/docs/manual/core/indexes/index-types/index-multikey/multikey-index-bounds).
func bindingOf(name string, filter bson.D) binding { return best(indexesOf(name), bounds{}, filter) }

func indexesOf(name string) []index {
	all := []index{{name: "_id", keys: bson.D{{Key: "_id", Value: 1}}}}
	for _, c := range collections {
		if c.name == name {
			all = append(all, c.indexes...)
		}
	}
	return all
}

func best(indexes []index, known bounds, filter bson.D) binding {
	plain, elements, alternatives := bounds{}, []bounds{{}}, [][]bson.D{}
	for field, how := range known {
		plain[field] = how
	}
	for _, e := range conjuncts(filter, nil) {
		if e.Key == "$or" {
			alternatives = append(alternatives, documents(e.Value))
			continue
		}
		condition, isDocument := e.Value.(bson.D)
		if isDocument && len(condition) > 0 && condition[0].Key == "$elemMatch" {
			elements = append(elements, within(e.Key, condition[0].Value.(bson.D)))
			continue
		}
		if how := kind(e.Value); how != "" && plain[e.Key] != "is" {
			plain[e.Key] = how
		}
	}
	found := binding{walks: true}
	for _, i := range indexes {
		for _, element := range elements {
			if b := bind(i, plain, element); b.score > found.score {
				found = b
			}
		}
	}
	for _, parts := range alternatives {
		if b := worst(indexes, plain, parts); b.score > found.score {
			found = b
		}
	}
	return found
}

// worst is the binding of an $or: that of its worst part.
func worst(indexes []index, known bounds, parts []bson.D) binding {
	var found binding
	var names []string
	for i, part := range parts {
		b := best(indexes, known, part)
		walks := found.walks || b.walks
		if i == 0 || b.score < found.score {
			found = b
		}
		found.walks = walks
		if !strings.Contains(strings.Join(names, " or "), b.index) {
			names = append(names, b.index)
		}
	}
	if found.index != "" {
		found.index = strings.Join(names, " or ")
	}
	return found
}

func bind(i index, plain, element bounds) binding {
	b := binding{index: i.name}
	for _, key := range i.keys {
		how := plain[key.Key]
		if how == "" {
			how = element[key.Key]
		}
		if how == "" {
			break
		}
		b.fields = append(b.fields, key.Key)
		if b.score++; how == "in" {
			break
		}
		b.score++
	}
	switch i.keys[0].Key {
	case "_id", "of":
		b.score *= 5 // few, whatever else is said
	default:
		b.walks = len(b.fields) < 2
	}
	if b.score == 0 {
		return binding{walks: true}
	}
	return b
}

func conjuncts(filter bson.D, into bson.D) bson.D {
	for _, e := range filter {
		if e.Key == "$and" {
			for _, part := range documents(e.Value) {
				into = conjuncts(part, into)
			}
			continue
		}
		into = append(into, e)
	}
	return into
}

func documents(array any) []bson.D {
	var all []bson.D
	for _, part := range array.(bson.A) {
		all = append(all, part.(bson.D))
	}
	return all
}

func within(field string, element bson.D) bounds {
	b := bounds{}
	for _, e := range element {
		if how := kind(e.Value); how != "" {
			b[field+"."+e.Key] = how
		}
	}
	return b
}

// kind is how a condition bounds a field; "" if it does not.
func kind(condition any) string {
	switch v := condition.(type) {
	case bson.Regex:
		if strings.HasPrefix(v.Pattern, "^") {
			return "in"
		}
		return ""
	case bson.D:
		for _, e := range v {
			switch e.Key {
			case "$in":
				return "is"
			case "$gt", "$gte", "$lt", "$lte":
				return "in"
			}
		}
		return ""
	}
	return "is"
}

// What the derivation itself says.
func TestBindings(t *testing.T) {
	for _, c := range []struct{ filter, want string }{
		{`{"set":"P","k":"a"}`, "key (set, k)"},
		{`{"$and":[{"set":"P"},{"k":"a"},{"s":{"$lte":1}}]}`, "key (set, k, s)"},
		{`{"set":"P","k":{"$in":["a","b"]}}`, "key (set, k)"},
		{`{"set":"P","s":{"$lte":1}}`, "set (set, s)"},
		{`{"set":"P","n":{"$elemMatch":{"p":"name","l":{"$gte":"a","$lt":"b"}}}}`, "string (set, n.p, n.l)"},
		{`{"set":"P","n":{"$elemMatch":{"p":"name","l":{"$regularExpression":{"pattern":"a","options":"s"}}}}}`, "string (set, n.p)"},
		{`{"set":"P","d":{"$elemMatch":{"p":"date","l":1}}}`, "date (set, d.p)"}, // for w is between them
		{`{"set":"P","$or":[{"k":"a"},{"w":"b"}]}`, "key or word (set, k)"},
		{`{"set":"P","$or":[{"k":"a"},{"x":"b"}]}`, "key (set)"},
		{`{"set":"P","$nor":[{"k":"a"}]}`, "key (set)"},
		{`{"$or":[{"set":"P","k":"a"},{"set":"O","k":"b"}]}`, "key (set, k)"},
		{`{"x":1}`, "none"},
	} {
		var filter bson.D
		if err := bson.UnmarshalExtJSON([]byte(c.filter), false, &filter); err != nil {
			t.Fatal(err)
		}
		if got := bindingOf(resources, filter).String(); got != c.want {
			t.Errorf("%s binds %s, not %s", c.filter, got, c.want)
		}
	}
}
