package api

import (
	"context"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/store"
)

const resourceValidate = "http://hl7.org/fhir/OperationDefinition/Resource-validate"

// check finds what is to say about a resource of a type.
type check func(typ string, resource *fhirjson.Node) []validation.Issue

// validate tells everything that is wrong with a resource, and whether the write
// that `mode` names would be accepted (resource-operation-validate.html). It
// always checks the structure, whatever is checked on writing, and writes
// nothing. What it finds are issues of a 200; other statuses are for what is
// wrong with the question.
func (s *server) validate(r *request) (action, error) {
	asked, err := r.readValidation()
	if err != nil {
		return action{}, err
	}
	switch {
	case asked.mode.write != nil:
		return s.validateWrite(r, asked)
	case asked.resource != nil:
		return s.validateContent(r, asked)
	}
	return s.validateStored(r)
}

// validateContent checks what was sent, and looks at no data.
func (s *server) validateContent(r *request, asked asked) (action, error) {
	found := s.inspect(r.typ, asked.resource)
	if asked.resource.Get("id") != nil && r.key != "" {
		if err := found.refused(r, r.checkID(asked.resource)); err != nil {
			return action{}, err
		}
	}
	return reading(func(_ context.Context, reader *store.Reader) (*response, error) {
		if err := allowsAny(reader, asked.mode.anyOf, r.typ); err != nil {
			return nil, err
		}
		return found.response(notChecked), nil
	})
}

// validateStored checks the current version of the resource in the path, for
// callers who may read it.
func (s *server) validateStored(r *request) (action, error) {
	return reading(func(ctx context.Context, reader *store.Reader) (*response, error) {
		current, err := reader.Read(ctx, r.resource())
		if err != nil {
			return nil, err
		}
		resource, err := fhirjson.Parse(current.Body)
		if err != nil {
			return nil, err
		}
		return s.inspect(r.typ, resource).response(notChecked), nil
	})
}

// validateWrite has the write itself tell, in a transaction that is undone, what
// it would be refused for. So it tells a hidden resource from an absent one as
// little as the write does.
func (s *server) validateWrite(r *request, asked asked) (action, error) {
	var found findings
	if asked.resource != nil {
		found = s.inspect(r.typ, asked.resource)
	}
	meant := *r
	meant.params, meant.content = nil, asked.resource
	act, refusal := asked.mode.write(s, &meant)
	return action{batch: func(ctx context.Context, view *store.View) (*response, error) {
		if err := allowsAny(view, asked.mode.anyOf, r.typ); err != nil {
			return nil, err
		}
		found, err := found, refusal
		if err == nil {
			err = view.Rehearse(ctx, func(tx *store.Tx) error {
				_, err := act.write(ctx, tx)
				return err
			})
		}
		if err := found.refused(&meant, err); err != nil {
			return nil, err
		}
		return found.response(asked.caveat()), nil
	}}, nil
}

// caveat is what a validation without issues means.
func (a asked) caveat() string {
	would := "the " + a.mode.code + " would be accepted"
	if a.resource == nil {
		return would
	}
	return would + "; " + notChecked
}

// inspect checks a resource, and says so where it names profiles.
func (s *server) inspect(typ string, resource *fhirjson.Node) findings {
	var found findings
	for _, i := range s.check(typ, resource) {
		found.add(i)
	}
	for _, profile := range resource.At("meta", "profile").Items() {
		if !isBase(typ, profile.Text()) {
			found.note(fhir.IssueTypeNotSupported, typ+".meta.profile", "profiles are not checked, only R4's own definition of "+typ)
			break
		}
	}
	return found
}

// isBase tells whether a profile is R4's own definition of a type, which is what
// is checked.
func isBase(typ, profile string) bool {
	return strings.TrimSuffix(profile, "|4.0.1") == "http://hl7.org/fhir/StructureDefinition/"+typ
}
