package mongo_test

import (
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/granary-fhir/granary/store/mongo"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// raw is the database of a URI as the driver shows it.
func raw(t *testing.T, uri string) *driver.Database {
	t.Helper()
	client, err := driver.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(t.Context()) })
	_, path, _ := strings.Cut(strings.TrimPrefix(uri, "mongodb://"), "/")
	name, _, _ := strings.Cut(path, "?")
	return client.Database(name)
}

func TestOpenMakesTheIndexes(t *testing.T) {
	uri := mongotest.URI(t)
	for range 2 { // the second time they are there
		open(t, uri, nil)
		indexes, err := raw(t, uri).Collection("care").Indexes().ListSpecifications(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, i := range indexes {
			names = append(names, i.Name)
		}
		slices.Sort(names)
		if want := []string{"_id_", "party", "source", "with"}; !slices.Equal(names, want) {
			t.Errorf("the indexes of care are %q, not %q", names, want)
		}
	}
}

func TestOpenRefusesANewerSchema(t *testing.T) {
	uri := mongotest.URI(t)
	open(t, uri, nil)
	if _, err := raw(t, uri).Collection("schema").UpdateOne(t.Context(), bson.D{}, bson.D{{Key: "$inc", Value: bson.D{{Key: "version", Value: 1}}}}); err != nil {
		t.Fatal(err)
	}
	_, err := mongo.Open(t.Context(), uri, mongo.Options{})
	if err == nil || !strings.Contains(err.Error(), "has schema 2, and this program knows schema 1 only") {
		t.Errorf("a newer schema: %v", err)
	}
}

func TestOpenRefusesWhatIsNoURI(t *testing.T) {
	for _, uri := range []string{"", "granary", "http://127.0.0.1/", "mongodb://", "mongodb://u:secret@127.0.0.1:x/?a=b"} {
		_, err := mongo.Open(t.Context(), uri, mongo.Options{})
		if err == nil || !strings.Contains(err.Error(), "it looks like mongodb://HOST:27017/granary") {
			t.Errorf("%q: %v", uri, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the password is in the error: %v", uri, err)
		}
	}
}
