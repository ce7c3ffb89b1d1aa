package mongo

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
)

// learned is a predicate in place of a hop: on ids, references and charts that were
// found in other documents, which the caller may not see. A trace does not show what
// they are, nor whether there is one or several.
type learned struct{ search.Expr }

// unseen is a filter whose texts a trace does not show. What a field is to be is a list,
// also of one.
func unseen(filter any) any {
	switch f := filter.(type) {
	case bson.D:
		out := make(bson.D, len(f))
		for i, e := range f {
			out[i] = bson.E{Key: e.Key, Value: unseen(e.Value)}
			if text, ok := e.Value.(string); ok {
				out[i].Value = bson.D{{Key: "$in", Value: read{text}}}
			}
		}
		return out
	case bson.A:
		out := make(bson.A, len(f))
		for i, e := range f {
			out[i] = unseen(e)
		}
		return out
	case []string:
		return read(f)
	}
	return filter
}
