package smart

import (
	"context"
	"errors"
	"strings"

	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

// newUser is what a form says of a new account.
func newUser(v *visit) page.User {
	return page.User{
		Name: v.form.Get(page.FieldName), DisplayName: v.form.Get(page.FieldDisplayName),
		Role: v.form.Get(page.FieldRole), FHIRUser: strings.TrimSpace(v.form.Get(page.FieldFHIRUser)),
	}
}

// accountOf is the account that a form describes.
func (s *Server) accountOf(v *visit) (user.Account, error) {
	u := newUser(v)
	return user.Account{Name: u.Name, DisplayName: u.DisplayName, Role: user.Role(u.Role), FHIRUser: u.FHIRUser}, s.present(v.Context(), "fhirUser", u.FHIRUser)
}

// present refuses a reference of a form to what is not in the store: an account of it
// would see nothing, and be whoever gets this id later. What is no reference is left to
// the account, which knows what may stand there. An account for a resource that is still
// to come is made on the command line (granary user add --force).
func (s *Server) present(ctx context.Context, field, reference string) error {
	typ, id, ok := strings.Cut(reference, "/")
	if !ok || !store.ValidID(id) {
		return nil
	}
	_, err := s.admin.Read(ctx, store.Key{Type: typ, ID: id})
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrGone) {
		return &user.Invalid{Field: field, Reason: "there is no " + reference + " in the store"}
	}
	return err
}
