package mongo

import (
	"fmt"
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
)

// earthRadius is the mean radius in kilometres.
const earthRadius = 6371.0088

// point is a place on a sphere of radius one.
type point struct {
	X float64 `bson:"x"`
	Y float64 `bson:"y"`
	Z float64 `bson:"z"`
}

func newPoint(latitude, longitude float64) point {
	phi, lambda := latitude*math.Pi/180, longitude*math.Pi/180
	return point{math.Cos(phi) * math.Cos(lambda), math.Cos(phi) * math.Sin(lambda), math.Sin(phi)}
}

// pointOf is the place of an element of two numbers without units, the latitude by the
// parameter whose code comes first; nil if it is no position. An entry is as wide as its
// number is imprecise.
func pointOf(v values) *point {
	if len(v.Quantities) != 2 || v.Quantities[0].Param == v.Quantities[1].Param {
		return nil
	}
	latitude, longitude := v.Quantities[0], v.Quantities[1]
	if latitude.Code+longitude.Code+latitude.System+longitude.System != "" {
		return nil
	}
	if latitude.Param > longitude.Param {
		latitude, longitude = longitude, latitude
	}
	at := newPoint(latitude.middle(), longitude.middle())
	return &at
}

func (q quantityEntry) middle() float64 { return (q.Low + q.High) / 2 }

// near holds where a position of the document, a pair of latitude and longitude in one
// group, lies within the distance along the great circle.
func near(e search.Near) (bson.D, error) {
	if len(e.Param.Components) != 2 || e.Param.Components[0].Code > e.Param.Components[1].Code {
		return never, fmt.Errorf("%s does not consist of latitude and longitude", e.Param.Name())
	}
	limit := 4.0 // the square of the longest chord: everywhere
	if angle := e.Distance / earthRadius / 2; angle < math.Pi/2 {
		limit = 4 * math.Pow(math.Sin(angle), 2)
	}
	latitude := e.Param.Components[0]
	positions := op("$filter", bson.D{
		{Key: "input", Value: op("$ifNull", bson.A{"$g", bson.A{}})},
		{Key: "as", Value: "e"},
		{Key: "cond", Value: op("$and", bson.A{
			op("$eq", bson.A{"$$e.of", literal(compositeOf(latitude))}),
			op("$lte", bson.A{chord("$$e.at", newPoint(e.Latitude, e.Longitude)), limit}),
		})},
	})
	return allOf(
		element("g", bson.D{{Key: "of", Value: compositeOf(latitude)}, where("at", bson.E{Key: "$exists", Value: true})}),
		is("$expr", op("$ne", bson.A{positions, bson.A{}})),
	), nil
}

func op(name string, operands any) bson.D { return bson.D{{Key: name, Value: operands}} }

// chord is the square of the distance of two points, which is exact for small ones too.
func chord(at string, from point) bson.D {
	square := func(coordinate string, of float64) bson.D {
		difference := op("$subtract", bson.A{at + coordinate, of})
		return op("$multiply", bson.A{difference, difference})
	}
	return op("$add", bson.A{square(".x", from.X), square(".y", from.Y), square(".z", from.Z)})
}
