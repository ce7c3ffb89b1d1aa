package mongo

import (
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
)

const day = int64(24 * 3600 * 1e6)

// dateClasses bound the width of date entries, in microseconds, so that those that
// overlap a range are in one bounded part of the index for each class.
var dateClasses = [...]int64{day, 31 * day, 366 * day, math.MaxInt64}

func classOf(low, high int64) int32 {
	width := high - low
	if width < 0 { // too wide for the difference to be a number
		return int32(len(dateClasses) - 1)
	}
	for class, bound := range dateClasses {
		if width <= bound {
			return int32(class)
		}
	}
	return int32(len(dateClasses) - 1)
}

// dateTests are what a date entry must be, one of them: a test of l and h, as
// search.html#prefix says, with a bound of l for each class where that is narrower.
func dateTests(e search.Date) []bson.D {
	any := bson.A{0, 1, 2, 3}
	one := func(conditions ...bson.E) []bson.D {
		return []bson.D{append(bson.D{{Key: "w", Value: bson.D{{Key: "$in", Value: any}}}}, conditions...)}
	}
	switch e.Op {
	case search.Eq:
		return one(where("l", gte(e.Low), lte(e.High)), where("h", lte(e.High)))
	case search.Ne:
		return append(one(where("l", lt(e.Low))), one(where("h", gt(e.High)))...)
	case search.Gt:
		return byClass(e.High, where("h", gt(e.High)))
	case search.Lt:
		return one(where("l", lt(e.Low)))
	case search.Ge:
		return append(byClass(e.High, where("h", gt(e.High))), one(where("l", gte(e.Low)))...)
	case search.Le:
		return append(one(where("l", lt(e.Low))), one(where("h", lte(e.High)), where("l", lte(e.High)))...)
	case search.Sa:
		return one(where("l", gte(e.High)))
	case search.Eb:
		return one(where("h", lte(e.Low)), where("l", lte(e.Low)))
	case search.Ap:
		return byClass(e.Low, where("h", gt(e.Low)), where("l", lt(e.High)))
	}
	return nil
}

// byClass bounds l from below, for entries that end after a time.
func byClass(after int64, conditions ...bson.E) []bson.D {
	var tests []bson.D
	for class, width := range dateClasses {
		test := bson.D{{Key: "w", Value: class}}
		var bounds bson.D
		if width < math.MaxInt64 && after >= math.MinInt64+width {
			bounds = append(bounds, gte(after-width))
		}
		for _, c := range conditions {
			if c.Key == "l" {
				bounds = append(bounds, c.Value.(bson.D)...)
				continue
			}
			test = append(test, c)
		}
		if len(bounds) > 0 {
			test = append(test, bson.E{Key: "l", Value: bounds})
		}
		tests = append(tests, test)
	}
	return tests
}

// latest is where the earliest entry begins at the latest if any entry passes.
func latest(e search.Date) int64 {
	switch e.Op {
	case search.Lt, search.Eb:
		return e.Low
	case search.Eq, search.Le, search.Ap:
		return e.High
	}
	return math.MaxInt64
}
