package mongo

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// TestExplain runs where the server is MongoDB itself, and was written without one at
// hand: no other engine explains as MongoDB does. It wants that each search that may not
// go through all of a type goes through an index, and looks at few documents beside those
// that it returns.
func TestExplain(t *testing.T) {
	s, b := based(t, mongotest.URI(t), testBase)
	if !isMongod(t, b) {
		t.Skip("the server is no mongod: explain NOT tested")
	}
	fill(t, s)
	r := newRecorder(t)
	for _, a := range goldenRequests() {
		if a.walks != "" {
			continue
		}
		r.Finds(a.finds)
		if err := a.run(r); err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Taken() {
			command, err := c.Asked()
			if err != nil {
				t.Fatal(err)
			}
			explained(t, b, a.name, command)
		}
	}
}

// isMongod tells by its buildInfo whether a server is MongoDB's: other engines repeat its
// version, and have none of its storage engines.
func isMongod(t *testing.T, b *Backend) bool {
	t.Helper()
	info, err := b.database.RunCommand(t.Context(), bson.D{{Key: "buildInfo", Value: 1}}).Raw()
	if err != nil {
		t.Fatal(err)
	}
	_, err = info.LookupErr("storageEngines")
	return err == nil
}

// fill writes patients with observations of several codes and days.
func fill(t *testing.T, s *store.Store) {
	t.Helper()
	var all []string
	for i := range 500 {
		if i < 20 {
			all = append(all, fmt.Sprintf(`{"resourceType":"Patient","id":"%d","gender":"male","name":[{"family":"f%d"}]}`, i, i))
		}
		all = append(all, fmt.Sprintf(`{"resourceType":"Observation","id":"%d","status":"final","effectiveDateTime":%q,
			"subject":{"reference":"Patient/%d"},"code":{"coding":[{"system":"http://loinc.org","code":"c%d"}]},
			"valueQuantity":{"value":%d,"system":"http://unitsofmeasure.org","code":"mg"}}`, i, testNow.AddDate(0, 0, -i).Format(time.DateOnly), i%20, i%50, i))
	}
	if err := save(t.Context(), s, all...); err != nil {
		t.Fatal(err)
	}
}

// explained wants that a command uses indexes, and looks at few documents.
func explained(t *testing.T, b *Backend, name string, command bson.D) {
	t.Helper()
	raw, err := b.database.RunCommand(t.Context(), bson.D{{Key: "explain", Value: command}, {Key: "verbosity", Value: "executionStats"}}).Raw()
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if text := raw.String(); strings.Contains(text, `"COLLSCAN"`) {
		t.Errorf("%s goes through all documents: %s", name, text)
	}
	stats := raw
	if stages, ok := raw.Lookup("stages").ArrayOK(); ok { // of an aggregate with more than the planner takes over
		if first, err := stages.IndexErr(0); err == nil {
			stats, _ = first.Document().Lookup("$cursor").DocumentOK()
		}
	}
	examined, _ := stats.Lookup("executionStats", "totalDocsExamined").AsInt64OK()
	returned, _ := stats.Lookup("executionStats", "nReturned").AsInt64OK()
	if examined > 4*returned+50 {
		t.Errorf("%s looks at %d documents for %d", name, examined, returned)
	}
}
