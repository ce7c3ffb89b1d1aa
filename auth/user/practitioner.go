package user

import (
	"context"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// WithPractitioner is the account with a Practitioner of its display name as its
// fhirUser, which is made in the transaction. The error is *Invalid if the account can
// be none.
func (a Account) WithPractitioner(ctx context.Context, tx *store.Tx) (Account, error) {
	a.FHIRUser = "Practitioner/new" // until it has an id
	a, err := a.Check()
	if err != nil {
		return Account{}, err
	}
	name := new(fhirjson.Builder).AddString("text", a.DisplayName).Bytes()
	resource, err := fhirjson.Parse(new(fhirjson.Builder).
		AddString("resourceType", "Practitioner").
		Add("active", []byte("true")).
		Add("name", fhirjson.List(name)).Bytes())
	if err != nil {
		return Account{}, err
	}
	draft, err := tx.Draft("Practitioner", resource)
	if err != nil {
		return Account{}, err
	}
	key, err := store.NewKey("Practitioner")
	if err != nil {
		return Account{}, err
	}
	_, err = tx.Create(ctx, key, draft)
	a.FHIRUser = key.String()
	return a, err
}
