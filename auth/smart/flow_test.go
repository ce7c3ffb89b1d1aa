package smart

import (
	"testing"

	"github.com/granary-fhir/granary/store"
)

func TestAuthorizationCodeFlow(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	got := w.granted(app, "amara", "launch/patient openid fhirUser patient/Patient.rs patient/Observation.rs?category=vital-signs")
	if got.Patient != "amara" || got.TokenType != "Bearer" || got.ExpiresIn != 3600 || got.RefreshToken != "" ||
		got.Scope != "launch/patient openid fhirUser patient/Patient.rs patient/Observation.rs?category=vital-signs" || got.IDToken == "" {
		t.Errorf("%+v", got)
	}
	caller, err := w.Tokens.Authenticate(t.Context(), got.AccessToken)
	w.must(err)
	if !caller.Policy.Allows(store.Read, "Patient") || caller.Policy.Allows(store.Read, "Condition") {
		t.Errorf("%+v", caller.Grant)
	}
}
