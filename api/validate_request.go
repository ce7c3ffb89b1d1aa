package api

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"slices"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// validationMode is a code of the value set resource-validation-mode, or none.
type validationMode struct {
	code string
	// anyOf are the letters of which the caller needs one.
	anyOf []store.Letter
	// write is the interaction that would be accepted or not, nil for none.
	write func(*server, *request) (action, error)
	// content and stored say what may be validated: the resource that is sent,
	// the one that is stored.
	content, stored bool
}

// The modes of [base]/[type]/$validate and of [base]/[type]/[id]/$validate. A
// create has no id; the others are about the resource of an id.
var (
	typeModes = []validationMode{
		{code: "", anyOf: []store.Letter{store.Create, store.Update, store.Read}, content: true},
		{code: "create", anyOf: []store.Letter{store.Create}, write: (*server).create, content: true},
	}
	instanceModes = []validationMode{
		{code: "", anyOf: []store.Letter{store.Read, store.Update}, content: true, stored: true},
		{code: "profile", anyOf: []store.Letter{store.Read}, stored: true},
		{code: "update", anyOf: []store.Letter{store.Update}, write: (*server).update, content: true},
		{code: "delete", anyOf: []store.Letter{store.Delete}, write: (*server).delete, content: true, stored: true},
	}
)

// lettersOf are the letters of all modes.
func lettersOf(modes []validationMode) []store.Letter {
	var letters []store.Letter
	for _, mode := range modes {
		letters = append(letters, mode.anyOf...)
	}
	return letters
}

// asked is what a $validate is asked for.
type asked struct {
	mode     validationMode
	resource *fhirjson.Node // nil where the stored resource is meant
	profile  string         // "" for those that the resource claims, and no other
}

// readValidation reads the parameters of a $validate: in the URL, or in the body
// as Parameters, which may also be the resource itself
// (operations.html#request).
func (r *request) readValidation() (asked, error) {
	var in envelope
	in.mode, _ = r.take("mode")
	in.profile, _ = r.take("profile")
	if err := r.done(); err != nil {
		return asked{}, err
	}
	if r.method == http.MethodPost && (r.key == "" || r.hasBody()) {
		body, err := r.readObject()
		if err != nil {
			return asked{}, err
		}
		if err := in.open(body); err != nil {
			return asked{}, err
		}
	}
	return r.asked(in)
}

// asked refuses what does not go together.
func (r *request) asked(in envelope) (asked, error) {
	mode, err := r.validationMode(in.mode)
	if err != nil {
		return asked{}, err
	}
	switch {
	case mode.code == "profile" && in.profile == "":
		return asked{}, refuse(http.StatusBadRequest, fhir.IssueTypeRequired, "mode=profile needs a profile").at("http.profile")
	case in.resource == nil && !mode.stored:
		return asked{}, refuse(http.StatusBadRequest, fhir.IssueTypeRequired, "there is no resource to validate: send a %s, or Parameters with one as the parameter resource", r.typ)
	case in.resource != nil && !mode.content:
		return asked{}, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "mode=%s is about the stored resource; send none", mode.code)
	case in.resource == nil || mode.code == "delete": // a delete ignores what is sent
		return asked{mode: mode, profile: in.profile}, nil
	}
	return asked{mode, in.resource, in.profile}, r.checkType(in.resource)
}

// validationMode finds the mode among those of the path.
func (r *request) validationMode(code string) (validationMode, error) {
	here, there, elsewhere := instanceModes, typeModes, "/$validate, since it names no id"
	if r.key == "" {
		here, there, elsewhere = typeModes, instanceModes, "/[id]/$validate, since it is about a stored resource"
	}
	is := func(mode validationMode) bool { return mode.code == code }
	if i := slices.IndexFunc(here, is); i >= 0 {
		return here[i], nil
	}
	if slices.ContainsFunc(there, is) {
		return validationMode{}, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "mode=%s is for %s%s", code, r.typ, elsewhere).at("http.mode")
	}
	return validationMode{}, refuse(http.StatusBadRequest, fhir.IssueTypeCodeInvalid, "mode is create, update, delete or profile").at("http.mode")
}

// hasBody tells whether there is a body at all.
func (r *request) hasBody() bool {
	if r.content != nil || r.body == nil {
		return r.content != nil
	}
	buffered := bufio.NewReader(r.body)
	r.body = buffered
	_, err := buffered.Peek(1)
	return !errors.Is(err, io.EOF)
}
