package smart

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

const everythingURL = "http://hl7.org/fhir/OperationDefinition/Patient-everything"

// A scope on an operation is asked about in words, can be left out and not narrowed, and
// is granted, answered and introspected as it was written.
func TestAuth18ConsentToOperations(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	asker, secret := w.introspector()
	const asked = everythingURL + " patient/Observation.$lastn patient/Observation.rs patient/*.$validate"
	b, page := w.consent(app, asked)
	labels := b.texts(page, "label")
	for _, words := range []string{
		"Get everything in your record at once, including kinds of data that are added later",
		"Get the latest observations of each kind in your record", "Have data of any kind checked for mistakes, without seeing or saving any",
	} {
		if !slices.ContainsFunc(labels, func(label string) bool { return strings.HasPrefix(label, words) }) {
			t.Errorf("nothing is said of %q: %q", words, labels)
		}
	}
	page.shows(t, http.StatusOK, "In this one way, and in no other unless something else here allows it.")
	if strings.Contains(page.body, "category patient/Observation.$lastn") || !strings.Contains(page.body, "category patient/Observation.rs") {
		t.Error("an operation can be narrowed, or a type cannot")
	}
	f := b.form(page, "/auth/consent")
	f.fields["scope"] = slices.DeleteFunc(f.fields["scope"], func(one string) bool { return one == "patient/Observation.$lastn" })
	f.fields["category "+everythingURL] = []string{vitalSigns} // which nobody was asked
	f.fields["category patient/Observation.rs"] = []string{vitalSigns}
	const granted = everythingURL + " patient/Observation.rs?category=" + vitalSigns + " patient/*.$validate"
	got := w.tokens(w.redeem(app, b.code(b.send(f, "decision", "allow"))))
	if got.Scope != granted || got.Patient != "amara" {
		t.Errorf("%+v", got)
	}
	if said := w.introspected(got.AccessToken, asker, secret); said["scope"] != granted {
		t.Errorf("introspected %v", said)
	}
	caller, err := w.Tokens.Authenticate(t.Context(), got.AccessToken)
	w.must(err)
	inside, entitled := caller.Policy.Within(store.Operation{Type: "Patient", Name: "$everything"})
	if !entitled || !inside.Allows('r', "Condition") || caller.Policy.Allows('r', "Condition") {
		t.Error("the policy is another")
	}
	b.get("/apps").shows(t, http.StatusOK, "Get everything in your record at once")
}

// A refresh may ask for an operation where all that it shows was granted, and for no
// more than the operation where that was.
func TestLeak53RefreshToOperations(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	all := w.granted(app, "amara", "offline_access patient/*.rs")
	less := w.tokens(w.refresh(app, all.RefreshToken, "scope", "patient/Patient.$everything"))
	if less.Scope != "patient/Patient.$everything" {
		t.Errorf("%s", less.Scope)
	}
	one := w.granted(app, "amara", "offline_access patient/Patient.$everything patient/*.$meta")
	for _, more := range []string{"patient/Patient.rs", "patient/*.rs", "patient/*.$everything", "user/Patient.$everything"} {
		w.mustRefuse(w.refresh(app, one.RefreshToken, "scope", more), http.StatusBadRequest, oauth.InvalidScope)
	}
	if got := w.tokens(w.refresh(app, one.RefreshToken, "scope", "patient/Observation.$meta")); got.Scope != "patient/Observation.$meta" {
		t.Errorf("%s", got.Scope)
	}
}

// A backend service has no patient in context, whom an operation's URL is about.
func TestAuth37BackendOperations(t *testing.T) {
	w := newWorld(t)
	service := w.service(func(c *client.Client) { c.Scopes = everythingURL + " system/*.rs" })
	ask := func(scopes string) response {
		return w.post("/auth/token", asserting(scopes, w.signed(jwt.SigningMethodES384, service.ID)))
	}
	if got := w.tokens(ask("system/Patient.$everything")); got.Scope != "system/Patient.$everything" {
		t.Errorf("%s", got.Scope)
	}
	if said := problem(ask(everythingURL), http.StatusBadRequest, oauth.InvalidScope); said != "" {
		t.Error(said)
	}
	ask(everythingURL).shows(t, http.StatusBadRequest, "it gets system/ scopes, such as system/Patient.$everything")
}

// What a parameter of a scope leads to is looked up in all data, since it says what was
// granted. Who chooses it alone, with nobody to agree, could so ask for what is hidden: in
// a refresh, or as a backend service.
func TestLeak53RefreshAsksNothing(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	all := w.granted(app, "amara", "offline_access patient/*.rs patient/Observation.rs?encounter.class=AMB")
	refresh := func(scopes string) response { return w.refresh(app, all.RefreshToken, "scope", scopes) }
	for _, asked := range []string{
		"patient/Practitioner.rs?_has:Patient:general-practitioner:family=Tanaka", "patient/Observation.rs?subject:Patient.family=Okafor",
		"patient/Observation.rs?performer.name=x", "patient/Observation.rs?_list=jun-problems", "patient/Observation.rs?_filter=encounter.class%20eq%20AMB",
		"patient/Encounter.rs?location:below=Location/ward", "patient/Observation.rs?code:in=http://example.org/hidden", "patient/*.rs?encounter.class=AMB",
	} {
		w.mustRefuse(refresh(asked), http.StatusBadRequest, oauth.InvalidScope)
	}
	refresh("patient/Observation.rs?subject:Patient.family=Okafor").shows(t, http.StatusBadRequest, "subject:Patient.family")
	const own = "patient/Observation.rs?category=laboratory&encounter.class=AMB"
	if less := w.tokens(refresh(own)); less.Scope != own {
		t.Errorf("what was granted with it: %s", less.Scope)
	}
}

// What may be updated tells what is there: who cannot read it does not choose by what it
// is told.
func TestLeak53RefreshOfWriting(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	blind := w.granted(app, "amara", "offline_access patient/Observation.cud patient/Condition.cud patient/Condition.r?category=a")
	for _, asked := range []string{"patient/Observation.u?code=x", "patient/Observation.cud?code=x", "patient/Condition.d?code=x", "patient/Condition.u?category=a"} {
		w.mustRefuse(w.refresh(app, blind.RefreshToken, "scope", asked), http.StatusBadRequest, oauth.InvalidScope)
	}
	const less = "patient/Observation.c?code=x patient/Condition.d patient/Condition.r?category=a&code=x"
	if got := w.tokens(w.refresh(app, blind.RefreshToken, "scope", less)); got.Scope != less {
		t.Errorf("%s", got.Scope)
	}
	seeing := w.granted(app, "amara", "offline_access patient/Observation.cud?category=a patient/*.s")
	const own = "patient/Observation.u?category=a&code=x"
	if got := w.tokens(w.refresh(app, seeing.RefreshToken, "scope", own)); got.Scope != own {
		t.Errorf("%s", got.Scope)
	}
}

func TestAuth37BackendsAskNothing(t *testing.T) {
	w := newWorld(t)
	const chain = "system/Observation.rs?subject:Patient.family=Tanaka"
	for registered, want := range map[string]string{
		"system/Observation.rs":                       "",
		"system/Observation.rs system/Patient.c":      "",
		chain:                                         chain,
		"system/Observation.rs system/*.cruds":        chain, // who sees everything is told nothing by it
		"system/*.r":                                  "",
		"system/*.rs?_tag=a system/Observation.cruds": "",
		"system/*.s system/Observation.rs":            chain,
	} {
		service := w.service(func(c *client.Client) { c.Scopes = registered })
		got := w.post("/auth/token", asserting(chain, w.signed(jwt.SigningMethodES384, service.ID)))
		if want == "" {
			w.mustRefuse(got, http.StatusBadRequest, oauth.InvalidScope)
		} else if is := w.tokens(got); is.Scope != want {
			t.Errorf("%s: %s", registered, is.Scope)
		}
	}
}
