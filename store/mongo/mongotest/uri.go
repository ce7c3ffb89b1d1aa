// Package mongotest gives tests MongoDB databases of their own.
package mongotest

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/granary-fhir/granary/store/mongo/mongouri"
)

// Variable names the environment variable with the URI of the server that tests use.
const Variable = "GRANARY_TEST_MONGODB_URI"

var databases atomic.Int64

// URI is that of a database of the test's own, which is absent until then and dropped
// when the test ends. Without a server the test is skipped.
func URI(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Variable)
	if server == "" {
		t.Skipf("%s is not set: MongoDB store NOT tested", Variable)
	}
	name := fmt.Sprintf("granary_test_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), databases.Add(1))
	uri, err := mongouri.WithDatabase(server, name)
	if err != nil {
		t.Fatalf("%s: %v", Variable, err)
	}
	t.Cleanup(func() { drop(t, server, name) })
	return uri
}

func drop(t testing.TB, server, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	client, err := mongo.Connect(options.Client().ApplyURI(server))
	if err != nil {
		t.Error(err)
		return
	}
	// The engine for tests never ends the transaction of a connection that was cut off,
	// as MongoDB does, and what such a transaction has read cannot be dropped: that is no
	// failure of the test.
	if err := client.Database(name).Drop(ctx); err != nil {
		t.Logf("the database %s is left: %v", name, err)
	}
	if err := client.Disconnect(context.Background()); err != nil {
		t.Error(err)
	}
}
