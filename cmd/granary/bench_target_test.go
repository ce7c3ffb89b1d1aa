package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// On MongoDB the benchmark has a database of its own, which is gone at the end, and
// child processes are not told of it on their command lines.
func TestBenchTargetOnMongoDB(t *testing.T) {
	t.Parallel()
	cmd := &benchCmd{Store: storeName(mongotest.URI(t)), mongoFlags: mongoFlags{MongoMaxPool: 7}}
	target, err := cmd.newBenchTarget(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at, err := target.flags.location()
	if err != nil {
		t.Fatal(err)
	}
	there := func() bool {
		found, err := at.exists(t.Context())
		if err != nil {
			t.Error(err)
		}
		return found
	}
	database := at.String()[strings.LastIndex(at.String(), "/")+1:]
	if !strings.HasPrefix(database, "granary_bench_") || !there() {
		t.Errorf("the database is %s", database)
	}
	if want := []string{"serve", "--addr", "127.0.0.1:0", "--no-sandbox", "--mongo-max-pool=7"}; !slices.Equal(target.serveArgs(), want) {
		t.Errorf("arguments %q, want %q", target.serveArgs(), want)
	}
	if env := target.environment(); len(env) != 1 || env[0] != "GRANARY_STORE="+string(target.flags.Store) {
		t.Errorf("environment %q", env)
	}
	if !strings.Contains(target.engine, "replica set") && !strings.Contains(target.engine, "sharded cluster") {
		t.Errorf("the engine is %q", target.engine)
	}
	if err := target.remove(t.Context()); err != nil || there() {
		t.Errorf("%s is left: %v", database, err)
	}
}
