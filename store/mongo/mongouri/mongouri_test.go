package mongouri_test

import (
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store/mongo/mongouri"
)

func TestShown(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"mongodb://127.0.0.1:27017":                                                            "mongodb://127.0.0.1:27017/granary",
		"mongodb://u:secret@a:1,b:2/ward?replicaSet=rs0":                                       "mongodb://a:1,b:2/ward",
		"mongodb+srv://u:secret@cluster.example.org/ward?tlsCertificateKeyFilePassword=secret": "mongodb+srv://cluster.example.org/ward",
		"mongodb://u:se/cret@a/ward":                                                           "mongodb://a/ward",
		"mongodb://u:sec@ret@a/ward":                                                           "mongodb://a/ward",
		"mongodb://u:sec?ret@a/ward":                                                           "mongodb://…",
		"postgres://u:secret@a/ward":                                                           "mongodb://…",
	} {
		if got := mongouri.Shown(uri); got != want {
			t.Errorf("%s is shown as %s, want %s", uri, got, want)
		}
	}
}

// What is no URI is refused, and the refusal has nothing of it.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, uri := range []string{"", "granary", "postgres://u:secret@a/b", "mongodb://", "mongodb://u:se/secret@a/b", "mongodb://u:secret?x@a/b", "mongodb://u:secret@/b", "mongodb://u:secret%zz@a/b"} {
		err := mongouri.Check(uri)
		if err == nil {
			t.Errorf("%q is taken", uri)
			continue
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the refusal repeats a password: %v", uri, err)
		}
	}
	for _, uri := range []string{"mongodb://a", "mongodb://u:p%40@a:1,b:2/c?replicaSet=rs0", "mongodb+srv://u:p@cluster.example.org/ward?retryWrites=true"} {
		if err := mongouri.Check(uri); err != nil {
			t.Errorf("%q: %v", uri, err)
		}
	}
}

func TestWithDatabase(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"mongodb://a:1/?replicaSet=rs0":      "mongodb://a:1/x?replicaSet=rs0",
		"mongodb://u:p@a/ward":               "mongodb://u:p@a/x?authSource=ward",
		"mongodb://u:p@a":                    "mongodb://u:p@a/x?authSource=admin",
		"mongodb://u:p@a/ward?authSource=of": "mongodb://u:p@a/x?authSource=of",
	} {
		if got, err := mongouri.WithDatabase(uri, "x"); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", uri, got, err, want)
		}
	}
}

// An option that a flag overrules would be taken and not count.
func TestCheckNamesTheFlag(t *testing.T) {
	t.Parallel()
	for option, flag := range map[string]string{"maxPoolSize=7": "maxPoolSize in the URI would not count: use --mongo-max-pool", "replicaSet=rs0&TimeoutMS=7": "TimeoutMS in the URI would not count: use --mongo-operation-timeout"} {
		if err := mongouri.Check("mongodb://u:secret@a/b?" + option); err == nil || err.Error() != flag {
			t.Errorf("%s: %v", option, err)
		}
	}
}
