package api

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
)

// leaks row 37: a scope with a parameter that is none is refused when it is granted, and
// should a grant have it nonetheless it gives nothing. Its other scopes keep what they
// give.

// refusesScopes wants no token to be issued for the scopes.
func (w *world) refusesScopes(scopes string) {
	w.Helper()
	_, err := w.tokens.Issue(w.Context(), auth.Grant{Scopes: scopes, Patient: "eve", Client: "test"}, time.Hour)
	var invalid *auth.InvalidScope
	if !errors.As(err, &invalid) || len(invalid.Refused) == 0 || invalid.Refused[0].Reason == "" {
		w.Errorf("%s: %v, want that it is refused with a reason", scopes, err)
	}
}

// unknownScopes are scopes that no server should grant, on Observation.
var unknownScopes = []string{
	"patient/Observation.rs?nonsense=1", "patient/Observation.rs?Category=laboratory", "patient/Observation.rs?categoryy=laboratory",
	"patient/Observation.rs?category:nonsense=laboratory", "patient/Observation.rs?category:exact=laboratory", "patient/Observation.rs?family=x",
	"patient/Observation.rs?category=laboratory&nonsense=1", "patient/Observation.rs?subject.nonsense=1", "patient/Observation.rs?_has:Observation:nonsense:code=1",
	"patient/Observation.rs?_has:Nonsense:subject:code=1", "patient/Observation.rs?code.text=1", "patient/Observation.rs?date=yesterday", "patient/Observation.rs?value-quantity=much",
	"patient/*.rs?nonsense=1", "patient/*.cruds?_id:nonsense=1",
}

func TestLeak37UnknownParameter(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	for _, scope := range unknownScopes {
		w.refusesScopes(scope)
		planted := w.planted(auth.Grant{Scopes: scope, Patient: "eve"})
		w.forbids(planted, "Observation")
		w.lacks(planted, "Observation/eve..a.final")
		// Beside others it is left out.
		for _, token := range []string{
			w.token(scope+" patient/Observation.rs?code=a&status=final&category=vital-signs", "Patient/eve"),
			w.planted(auth.Grant{Scopes: "patient/Observation.rs?code=a&status=final&category=vital-signs " + scope, Patient: "eve"}),
		} {
			w.finds(token, "/Observation?_count=100", "Observation/eve.vital-signs.a.final")
			if got := w.get(token, "/Observation/eve..a.final"); got.status != 404 {
				t.Errorf("beside %s: %d", scope, got.status)
			}
		}
	}
	w.everyWay(w.token("patient/Observation.rs?category=laboratory&code=a", "Patient/eve"), "/Observation", "Observation/eve.laboratory.a.amended", "Observation/eve.laboratory.a.final")
}

// Names made up at random never widen what is seen.
func TestLeak37RandomNamesNeverWiden(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	random := rand.New(rand.NewPCG(37, 37))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	whole := w.bundle(w.get(w.token("patient/Observation.rs?code=a", "Patient/eve"), "/Observation?_count=100")).ids()
	seen, refused := 0, 0
	for range 400 {
		name := pick("code", "category", "status", "subject", "_id", "_tag", "date", "codex", "Code", "", "a", "_list", "_filter", "_has", "_text", "_count", "_sort", "_type") +
			pick("", "", ":not", ":missing", ":Patient", ":text", ":exact", ":", ":x", ".name", ":Patient.family", ":Observation:subject:code", "[0]", "%00", "$x")
		scope := "patient/" + pick("Observation", "*") + ".rs?code=a&" + name + "=" + pick("a", "true", "false", "final", "x%7Cy", "%2C", "1", "Patient/eve", "%28a%29", "*", "")
		token := w.planted(auth.Grant{Scopes: scope, Patient: "eve"})
		got := w.get(token, "/Observation?_count=100")
		if got.status == 403 {
			refused++
			continue
		}
		for _, id := range w.bundle(got).ids() {
			seen++
			if !slices.Contains(whole, id) {
				t.Errorf("%s shows %s", scope, id)
			}
		}
		if strings.Contains(scope, "*") {
			for _, typ := range []string{"Practitioner", "Patient"} { // without a code
				if got := w.get(token, "/"+typ); got.status != 403 {
					t.Errorf("%s: %s is %d", scope, typ, got.status)
				}
			}
		}
	}
	if seen < 40 || refused < 40 {
		t.Errorf("%d resources were seen and %d scopes refused: that proves little", seen, refused)
	}
}
