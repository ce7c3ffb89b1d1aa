package api

import (
	"context"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/profile"
	"github.com/granary-fhir/granary/internal/validation"
	"github.com/granary-fhir/granary/store"
)

// check finds what is to say about a resource of a type.
type check func(typ string, resource *fhirjson.Node) []validation.Issue

// validate tells everything that is wrong with a resource, and whether the write
// that `mode` names would be accepted (resource-operation-validate.html). It
// always checks the structure and the profiles that are known, whatever is checked
// on writing, and writes nothing. What it finds are issues of a 200; other statuses are for what is
// wrong with the question.
func (s *server) validate(r *request) (action, error) {
	asked, err := r.readValidation()
	if err != nil {
		return action{}, err
	}
	if asked.profile, err = s.readProfile(r.typ, asked.profile); err != nil {
		return action{}, err
	}
	switch {
	case asked.mode.write != nil:
		return s.validateWrite(r, asked)
	case asked.resource != nil:
		return s.validateContent(r, asked)
	}
	return s.validateStored(r, asked)
}

// validateContent checks what was sent, and looks at no data.
func (s *server) validateContent(r *request, asked asked) (action, error) {
	found := s.inspect(r.typ, asked.resource, asked.profile)
	if asked.resource.Get("id") != nil && r.key != "" {
		if err := found.refused(r, r.checkID(asked.resource)); err != nil {
			return action{}, err
		}
	}
	return reading(func(_ context.Context, reader *store.Reader) (*response, error) {
		if reader.Entitled(r.operation()) { // it shows nothing but what was sent
			return found.response(""), nil
		}
		if err := allowsAny(reader, asked.mode.anyOf, r.typ); err != nil {
			return nil, err
		}
		return found.response(""), nil
	})
}

// validateStored checks the current version of the resource in the path, for
// callers who may read it.
func (s *server) validateStored(r *request, asked asked) (action, error) {
	return reading(func(ctx context.Context, reader *store.Reader) (*response, error) {
		current, err := reader.Read(ctx, r.resource())
		if err != nil {
			return nil, err
		}
		resource, err := fhirjson.Parse(current.Body)
		if err != nil {
			return nil, err
		}
		return s.inspect(r.typ, resource, asked.profile).response(""), nil
	})
}

// validateWrite has the write itself tell, in a transaction that is undone, what
// it would be refused for. So it tells a hidden resource from an absent one as
// little as the write does.
func (s *server) validateWrite(r *request, asked asked) (action, error) {
	var found findings
	if asked.resource != nil {
		found = s.inspect(r.typ, asked.resource, asked.profile)
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
		return found.response("the " + asked.mode.code + " would be accepted"), nil
	}}, nil
}

// inspect checks a resource against R4, and if it is valid R4 against a profile and
// those that it claims in meta.profile.
func (s *server) inspect(typ string, resource *fhirjson.Node, canonical string) findings {
	found := findings{content: true}
	for _, i := range s.check(typ, resource) {
		found.add(i)
	}
	claims := profile.Claims(resource)
	switch {
	case canonical == "" && len(claims) == 0:
	case found.broken:
		found.note(fhir.IssueTypeInformational, typ, "profiles are checked once the resource is valid R4")
	default:
		found.conform(s.profiles, resource, canonical)
	}
	return found
}

// readProfile is the profile that is asked for; "" for R4's own definition of the
// type, which is checked in any case.
func (s *server) readProfile(typ, canonical string) (string, error) {
	if canonical == "" || profile.IsType(typ, canonical) {
		return "", nil
	}
	p, err := s.profiles.Lookup(canonical)
	if err != nil {
		return "", refuse(http.StatusBadRequest, fhir.IssueTypeNotFound, "%v", err).at("http.profile")
	}
	if p.Type != typ {
		return "", refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "the profile %s is for %s, not for %s", p.Canonical(), p.Type, typ).at("http.profile")
	}
	return canonical, nil
}
