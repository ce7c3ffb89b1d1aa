package mongo

import (
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// Which lock documents of a type are touched by who has asked of it, and which by who has
// written of it. Each of the one has one in common with each of the other.
//
// Of most types a Write that only writes should meet nobody: it touches one stripe, its
// lane, and who asks touches all. Of care relationships nearly every Write asks whose
// caller has a panel, and one that asks should meet no other that asks: there the stripes
// are a square, of which who asks touches a row, and who writes a column.

// stripeCount is how many lock documents a type has: so many Writes of a type can run at
// once. It must be the same in all processes.
const stripeCount = squareSide * squareSide

const squareSide = 8

func stripe(typ string, lane int) string { return typ + separator + strconv.Itoa(lane) }

// stripes are some of a type.
type stripes struct {
	typ    string
	filter bson.D
	count  int64
}

func oneStripe(typ string, lane int) stripes {
	return stripes{typ, is("_id", stripe(typ, lane)), 1}
}

func allStripes(typ string) stripes {
	return stripes{typ, bson.D{where("_id", gte(typ+separator), lt(typ+afterSeparator))}, stripeCount}
}

func line(typ string, of func(i int) (lane int)) stripes {
	ids := make([]string, squareSide)
	for i := range ids {
		ids[i] = stripe(typ, of(i))
	}
	return stripes{typ, oneOf("_id", ids), squareSide}
}

func row(typ string, lane int) stripes {
	return line(typ, func(i int) int { return lane/squareSide*squareSide + i })
}

func column(typ string, lane int) stripes {
	return line(typ, func(i int) int { return i*squareSide + lane%squareSide })
}

// model is the update that touches them. One that is absent is made; of several, one must
// not be, since who touches the others would not meet who makes it.
func (s stripes) model() mongo.WriteModel {
	if s.count == 1 {
		return mongo.NewUpdateOneModel().SetFilter(s.filter).SetUpdate(touch).SetUpsert(true)
	}
	return mongo.NewUpdateManyModel().SetFilter(s.filter).SetUpdate(touch)
}

// touchedBy are the stripes that a transaction on a lane touches that has read and written
// types, each with a name. That of one stripe is that of all, with a separator behind it.
func touchedBy(read, written map[string]bool, lane int) map[string]stripes {
	touched := map[string]stripes{}
	for typ := range read {
		if typ == careType {
			touched["row"] = row(typ, lane)
		} else {
			touched[typ] = allStripes(typ)
		}
	}
	for typ := range written {
		switch {
		case typ == careType:
			touched["column"] = column(typ, lane)
		case !read[typ]:
			touched[typ+separator] = oneStripe(typ, lane)
		}
	}
	return touched
}
