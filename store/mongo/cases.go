package mongo

import "go.mongodb.org/mongo-driver/v2/bson"

// cases are filters by type. Types with the same filter, of which a policy has many,
// are one case.
type cases []struct {
	text   string
	filter bson.D
	types  []string
}

func (c *cases) add(typ string, filter bson.D) {
	text := textOf(filter)
	for i := range *c {
		if of := &(*c)[i]; of.text == text {
			of.types = append(of.types, typ)
			return
		}
	}
	*c = append(*c, struct {
		text   string
		filter bson.D
		types  []string
	}{text, filter, []string{typ}})
}

// filter is true for documents for which that of their type holds. Field is where a
// document has its type.
func (c cases) filter(field string) bson.D {
	filters := make([]bson.D, len(c))
	for i, of := range c {
		filters[i] = allOf(oneOf(field, of.types), of.filter)
	}
	return anyOf(filters...)
}

// textOf is the same for the same parts of a query alone.
func textOf(part bson.D) string {
	text, err := bson.Marshal(part)
	if err != nil { // as the driver will say of the whole
		return ""
	}
	return string(text)
}
