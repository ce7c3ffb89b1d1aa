package mongo

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func TestATraceShowsNothingThatWasRead(t *testing.T) {
	command := bson.D{
		{Key: "aggregate", Value: "resource"},
		{Key: "pipeline", Value: []bson.D{
			matchStage(oneOf("_id", read{"Patient/1", "Patient/2"})),
			matchStage(allOf(is("k", "gender\x1fmale"), bson.D{where("s", gt(int64(7)))})),
		}},
	}
	const want = `{"aggregate":"resource","pipeline":[{"$match":{"_id":{"$in":"(list)"}}},{"$match":{"$and":[{"k":"gender\u001fmale"},{"s":{"$gt":7}}]}}]}`
	if got := shown(command); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
