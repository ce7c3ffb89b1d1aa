package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// Every error that the layers below promise has its status and code.
func TestExplain(t *testing.T) {
	r := &request{typ: "Patient", caller: auth.Principal{Grant: auth.Grant{User: "Practitioner/1", Patient: "eve"}}}
	notIndexed := &store.NotIndexed{Param: &search.Param{Type: "Patient", Code: "colour", Package: "example#1"}, Percent: 42}
	if p, _ := r.explain(notIndexed); p.header.Get("Retry-After") != "10" || p.issues[0].text != "the search parameter Patient.colour of the IG package example#1 is being indexed: about 42% of the data are done; try again later" {
		t.Errorf("%+v", p)
	}
	unknown := &search.ParamError{Param: "x", Reason: "is unknown"}
	unsupported := &search.ParamError{Param: "_score", Reason: "is not supported", Unsupported: true}
	for _, c := range []struct {
		err    error
		status int
		codes  []string // none: the server's own fault
	}{
		{store.ErrNotFound, 404, []string{"not-found"}},
		{fmt.Errorf("reading: %w", store.ErrNotFound), 404, []string{"not-found"}},
		{store.ErrGone, 410, []string{"deleted"}},
		{store.ErrPrecondition, 412, []string{"conflict"}},
		{fmt.Errorf("%w: of another day", store.ErrPrecondition), 412, []string{"conflict"}},
		{store.ErrExists, 409, []string{"duplicate"}},
		{store.ErrNotCreatable, 405, []string{"not-supported"}},
		{store.ErrCursor, 400, []string{"invalid"}},
		{store.ErrTooManyIncludes, 400, []string{"too-costly"}},
		{store.ErrUnavailable, 503, []string{"transient"}},
		{store.ErrShutOut, 503, []string{"transient"}},
		{notIndexed, 503, []string{"transient"}},
		{store.ErrFull, 507, []string{"no-store"}},
		{store.ErrReadOnly, 507, []string{"no-store"}},
		{store.ErrInaccessible, 0, nil},
		{store.ErrDamaged, 0, nil},
		{context.DeadlineExceeded, 503, []string{"timeout"}},
		{context.Canceled, 499, []string{"transient"}},
		{&store.Forbidden{Letter: store.Read, Type: "Patient"}, 403, []string{"forbidden"}},
		{&store.NotAdmitted{Letter: store.Create, Key: store.Key{Type: "Patient", ID: "1"}}, 403, []string{"forbidden"}},
		{&store.Invalid{Issues: []validation.Issue{{Severity: "error", Code: "structure", Expression: "Patient.meta", Text: "must be an object"}, {Severity: "error", Code: "code-invalid", Expression: "Patient.gender", Text: "is not"}}}, 400, []string{"structure", "code-invalid"}},
		{&fhirjson.SyntaxError{Pointer: "/name/0", Reason: "duplicate object member name"}, 400, []string{"structure"}},
		{&http.MaxBytesError{Limit: 1}, 413, []string{"too-long"}},
		{unknown, 400, []string{"invalid"}},
		{unsupported, 400, []string{"not-supported"}},
		{errors.Join(unknown, unsupported), 400, []string{"invalid", "not-supported"}},
		{errors.Join(unknown, errors.New("disk is full")), 0, nil},
		{errors.New("disk is full"), 0, nil},
		{store.ErrRecordChanged, 0, nil},
	} {
		p, ok := r.explain(c.err)
		if ok != (c.codes != nil) || p.status != c.status || len(p.issues) != len(c.codes) {
			t.Errorf("%v: %v %+v, want %d %v", c.err, ok, p, c.status, c.codes)
			continue
		}
		for i, code := range c.codes {
			if p.issues[i].code.Code() != code || p.issues[i].text == "" {
				t.Errorf("%v: issue %+v, want %s", c.err, p.issues[i], code)
			}
		}
	}
}

// The hint names the scope in the context that the caller has (RFC 6750,
// section 3), and only where one type is meant.
func TestMissingScope(t *testing.T) {
	for _, c := range []struct {
		grant auth.Grant
		typ   string
		want  string
	}{
		{auth.Grant{Patient: "eve", User: "Practitioner/1"}, "Condition", `Bearer realm="granary", error="insufficient_scope", scope="patient/Condition.u"`},
		{auth.Grant{User: "Practitioner/1"}, "Condition", `Bearer realm="granary", error="insufficient_scope", scope="user/Condition.u"`},
		{auth.Grant{Client: "backend"}, "Condition", `Bearer realm="granary", error="insufficient_scope", scope="system/Condition.u"`},
		{auth.Grant{Client: "backend"}, "any of these types", `Bearer realm="granary", error="insufficient_scope"`},
	} {
		r := &request{caller: auth.Principal{Grant: c.grant}}
		p, _ := r.explain(&store.Forbidden{Letter: store.Update, Type: c.typ})
		if got := p.header.Get("WWW-Authenticate"); got != c.want {
			t.Errorf("%+v on %s: %s, want %s", c.grant, c.typ, got, c.want)
		}
	}
}

func TestDotted(t *testing.T) {
	for pointer, want := range map[string]string{
		"":                      "Patient",
		"/name/0/given/12":      "Patient.name[0].given[12]",
		"/a~1b/c~0d":            "Patient.a/b.c~d",
		"/extension/0/valueUri": "Patient.extension[0].valueUri",
		"/":                     "Patient.",
	} {
		if got := dotted("Patient", pointer); got != want {
			t.Errorf("%s: %s, want %s", pointer, got, want)
		}
	}
}
