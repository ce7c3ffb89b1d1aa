package main

import (
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store/sqlite"
)

// A server on a store in which another granary wrote says what is to be done, once, and
// so does check; after a reindex nobody does.
func TestAStoreOfAnotherGranaryWantsAReindex(t *testing.T) {
	data := t.TempDir()
	must(t, "import", "--data", data, "../../seed/data")
	want := "another granary wrote to this store, and made index entries otherwise than this one: searches and scopes may find too little or too much. Run granary reindex --data " + data
	said := func() (server, check int) {
		s := serveTest(t, "--data", data, "--auth=off")
		_, log := s.stop()
		code, _, errs := granary(t, "check", "--data", data)
		if code != exitOK {
			t.Errorf("check: %d %s", code, errs)
		}
		return strings.Count(log, want), strings.Count(errs, "note: "+want+"\n")
	}
	if server, check := said(); server != 0 || check != 0 {
		t.Errorf("a store of its own: said %d times by the server, %d by check", server, check)
	}
	backend, err := sqlite.Open(data, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = backend.Records().Put(t.Context(), "index", "bases", []byte(`{"of":["another"]}`), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if err := backend.Close(); err != nil {
		t.Fatal(err)
	}
	if server, check := said(); server != 1 || check != 1 {
		t.Errorf("said %d times by the server, %d by check", server, check)
	}
	must(t, "reindex", "--data", data)
	if server, check := said(); server != 0 || check != 0 {
		t.Errorf("after a reindex: said %d times by the server, %d by check", server, check)
	}
}
