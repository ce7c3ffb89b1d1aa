package page

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth/scope"
	"golang.org/x/net/html"
)

func consent(t *testing.T, m Consent) *html.Node {
	t.Helper()
	return parse(t, render(t, func(p *Pages, w http.ResponseWriter) { p.Consent(w, http.StatusOK, m) }))
}

// submit is what a browser sends when the button with the value is pressed.
func submit(doc *html.Node, decision string) url.Values {
	form := url.Values{FieldDecision: {decision}}
	for _, n := range all(all(doc, "main")[0], "input") {
		if kind := attribute(n, "type"); !has(n, "disabled") && (kind == "hidden" || has(n, "checked")) {
			form.Add(attribute(n, "name"), attribute(n, "value"))
		}
	}
	return form
}

// Consent shows filters, writes and future types (checklist 18).
func TestAuth18Consent(t *testing.T) {
	m := sampleConsent()
	doc := consent(t, m)
	shown := text(all(doc, "main")[0])
	for _, want := range []string{
		"Read and search everything in your record, including kinds of data that are added later patient/*.rs",
		"Read and create your vital signs changes data patient/Observation.crs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs",
		"Read every observation in your record, only where code is http://loinc.org|4548-4 and date is at least 2020 One at a time, and only if it knows their ids. patient/Observation.r?code=http://loinc.org|4548-4&date=ge2020",
		"It can change data.", "It keeps its access.", "patient/Group.rs", "patient/ scopes never give rs on Group here",
		"Either way you go back to growth.example.org.", "Amara Okafor",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	m.Writes, m.Offline, m.Online, m.Refused, m.Groups = false, false, true, nil, m.Groups[:1]
	shown = text(all(consent(t, m), "main")[0])
	if !strings.Contains(shown, "Access ends when you log out.") {
		t.Error("it does not speak of online access")
	}
	for _, not := range []string{"It can change data.", "It keeps its access.", "changes data", "Left out"} {
		if strings.Contains(shown, not) {
			t.Errorf("it says %q", not)
		}
	}
}

func TestGroups(t *testing.T) {
	scopes, refused := scope.ParseList("offline_access openid patient/Observation.rs patient/Goal.cud user/Observation.rs?code=a launch patient/*.rs")
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	var got []string
	for _, g := range Groups(scopes, scope.ThePatient) {
		for _, s := range g.Scopes {
			kinds := ""
			if n := len(s.Categories); n > 0 {
				kinds = s.Categories[0].Text
			}
			got = append(got, strings.Join([]string{g.Title, s.Value, s.Text, kinds}, "; "))
			if !s.Checked || s.Locked || s.Writes != (s.Value == "patient/Goal.cud") {
				t.Errorf("%+v", s)
			}
		}
	}
	want := []string{
		"Everything; patient/*.rs; Read and search everything in the patient’s record, including kinds of data that are added later; ",
		"Vital signs, lab results and other observations; patient/Observation.rs; Read and search every observation in the patient’s record; Vital signs",
		"Vital signs, lab results and other observations; user/Observation.rs?code=a; Read and search every observation of every patient you may see, only where code is a; ",
		"Care plans, teams and messages; patient/Goal.cud; Create, change and delete any goal in the patient’s record; ",
		"What the app starts with; launch; Know which patient and visit are open where you start the app; ",
		"Who you are; openid; Know that it is you who has logged in; ",
		"How long; offline_access; Keep access when you are not using the app, until you end it; ",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s\nwant %s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestDecision(t *testing.T) {
	lab := "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
	form := submit(consent(t, sampleConsent()), Allow)
	if form.Get("csrf") != "c5rf" || form.Get("request") != "r1" {
		t.Errorf("hidden fields are lost: %v", form)
	}
	want := Decision{
		Allow: true, Remember: true,
		Scopes: []string{
			"patient/Observation.rs", "patient/Observation.crs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs",
			"patient/Observation.r?code=http://loinc.org|4548-4&date=ge2020", "patient/Condition.rs", "patient/MedicationRequest.rs",
			"launch/patient", "openid", "fhirUser", "offline_access"},
		Categories: map[string][]string{"patient/Observation.rs": {lab}},
	}
	if got := ReadDecision(form); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	for _, no := range []string{"", Deny, "Allow", "yes"} {
		form.Set(FieldDecision, no)
		if ReadDecision(form).Allow {
			t.Errorf("%q allows", no)
		}
	}
}

func TestFiveHundredScopes(t *testing.T) {
	var asked []string
	for i := range 500 {
		asked = append(asked, "patient/Observation.rs?code=http://loinc.org|"+string(rune('a'+i%26))+strings.Repeat("x", i/26))
	}
	scopes, _ := scope.ParseList(strings.Join(asked, " "))
	got := ReadDecision(submit(consent(t, Consent{Groups: Groups(scopes, scope.Yours), Action: "/consent"}), Allow))
	if !reflect.DeepEqual(got.Scopes, asked) {
		t.Errorf("%d of %d scopes came back", len(got.Scopes), len(asked))
	}
}

// A scope that is locked is asked for whatever the browser does with its box.
func TestLockedScope(t *testing.T) {
	m := Consent{Action: "/consent", Groups: []Group{{Title: "x", Scopes: []Choice{{Value: "openid", Text: "x", Locked: true}, {Value: "profile", Text: "y"}}}}}
	if got := ReadDecision(submit(consent(t, m), Allow)).Scopes; !reflect.DeepEqual(got, []string{"openid"}) {
		t.Errorf("%q", got)
	}
}

func TestUncheckedAppIsNamedSo(t *testing.T) {
	const warning = "Nobody has checked this app."
	m := sampleConsent()
	if strings.Contains(text(consent(t, m)), warning) {
		t.Error("it warns of an app that is registered")
	}
	m.App.Dynamic = true
	if !strings.Contains(text(consent(t, m)), warning) {
		t.Error("it does not warn")
	}
}
