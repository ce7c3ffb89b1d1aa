package mongo

import (
	"errors"
	"net"
	"reflect"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/granary-fhir/granary/store"
)

// What is promised of what is acknowledged, and of what is sent again, does not depend on
// what a URI asks for.
func TestTheURIWeakensNoPromise(t *testing.T) {
	uri := "mongodb://a/?w=1&journal=false&readConcernLevel=local&readPreference=secondary&retryWrites=false&retryReads=false"
	c, _, err := Options{}.withDefaults().client(uri, &counts{})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c.WriteConcern, writeconcern.Majority()) || !reflect.DeepEqual(c.ReadConcern, readconcern.Majority()) || c.ReadPreference.Mode().String() != "primary" {
		t.Errorf("write concern %+v, read concern %+v, read preference %v", c.WriteConcern, c.ReadConcern, c.ReadPreference)
	}
	if c.RetryWrites == nil || !*c.RetryWrites || c.RetryReads == nil || !*c.RetryReads {
		t.Error("a command whose answer is lost is not sent again")
	}
}

// Names that cannot be looked up are no mistake in the URI.
func TestNamesThatAreNotFoundAreNoMistake(t *testing.T) {
	lookup := &net.DNSError{Err: "no such host", Name: "_mongodb._tcp.cluster.example.org", IsNotFound: true}
	err := uriError(errors.Join(errors.New("error parsing uri"), lookup))
	if !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "no such host") || strings.Contains(err.Error(), "it looks like") {
		t.Errorf("a name that is not found: %v", err)
	}
	if err := uriError(errors.New("a port is missing")); errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "it looks like mongodb://") {
		t.Errorf("a mistake: %v", err)
	}
}
