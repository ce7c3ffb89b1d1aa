package mongo

import (
	"fmt"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// touchedStripes are the _ids that a transaction touches.
func touchedStripes(read, written map[string]bool, lane int) (ids []string) {
	for _, some := range touchedBy(read, written, lane) {
		for _, typ := range []string{"Patient", careType} {
			for i := range stripeCount {
				id := stripe(typ, i)
				switch of := some.filter[0].Value.(type) {
				case string:
					if of == id {
						ids = append(ids, id)
					}
				case bson.D:
					in, isList := of[0].Value.([]string)
					if isList && slices.Contains(in, id) || !isList && id >= of[0].Value.(string) && id < of[1].Value.(string) {
						ids = append(ids, id)
					}
				}
			}
		}
	}
	return ids
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(id string) bool { return slices.Contains(b, id) })
}

// On whatever lanes they are, who asks of a type meets who writes of it. Of most types those
// who write meet on the same lane alone; of care relationships those who ask meet on the
// same row alone.
func TestWhoAsksMeetsWhoWrites(t *testing.T) {
	for _, typ := range []string{"Patient", careType} {
		this := map[string]bool{typ: true}
		asks, writes := 0, 0
		for a := range stripeCount {
			asked, wrote := touchedStripes(this, nil, a), touchedStripes(nil, this, a)
			for b := range stripeCount {
				if !meet(asked, touchedStripes(nil, this, b)) {
					t.Fatalf("%s: who asks on lane %d does not meet who writes on lane %d", typ, a, b)
				}
				if meet(asked, touchedStripes(this, nil, b)) {
					asks++
				}
				if meet(wrote, touchedStripes(nil, this, b)) {
					writes++
				}
			}
		}
		got, want := fmt.Sprint(asks, writes), fmt.Sprint(stripeCount*stripeCount, stripeCount)
		if typ == careType {
			want = fmt.Sprint(stripeCount*squareSide, stripeCount*squareSide)
		}
		if got != want {
			t.Errorf("%s: pairs of those who ask, and of those who write, that meet: %s, not %s", typ, got, want)
		}
	}
}
