package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// A resource of each type for each subject: under patient/ scopes it can be created
// if it is in the patient's own chart, and nothing else can; under a scope with
// parameters if it satisfies these too.
func TestLeak16CreateEachTypeForEachSubject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"a"}`, `{"resourceType":"Patient","id":"b"}`, `{"resourceType":"RelatedPerson","id":"r","patient":{"reference":"Patient/a"}}`)
	tokens := []string{w.token("patient/*.cu", "Patient/a"), w.token("user/*.c", "RelatedPerson/r")}
	confers := conferring()
	whole := w.all()
	created := 0
	var entries []string // those that are not admitted
	for _, typ := range w.store.Registry().Types() {
		code := ""
		if params := confers[typ]; len(params) > 0 && typ != "Device" && typ != "Task" {
			code = params[0]
			if slices.Contains(params, "patient") {
				code = "patient"
			}
		}
		subjects := map[string]string{"a": "", "b": "", "": `{"resourceType":"` + typ + `"}`, "https://elsewhere.example/fhir/Patient/a": ""}
		for subject := range subjects {
			if code == "" || subject == "" {
				subjects[subject] = `{"resourceType":"` + typ + `"}`
				continue
			}
			param, ok := w.store.Registry().Param(typ, code)
			if !ok {
				t.Fatalf("%s has no %s", typ, code)
			}
			target := subject
			if !strings.Contains(subject, "/") {
				target = "Patient/" + subject
			}
			body, ok := referring(param, "x", target)
			if !ok {
				t.Errorf("no resource for %s.%s", typ, code)
			}
			subjects[subject] = strings.Replace(body, `"id":"x",`, "", 1)
		}
		for subject, body := range subjects {
			for i, token := range tokens {
				got := w.send(token, http.MethodPost, "/"+typ, body)
				want := http.StatusForbidden
				if code != "" && subject == "a" {
					want = http.StatusCreated
					created++
				}
				if got.status != want {
					t.Errorf("%s for %q with token %d: %d %s, want %d", typ, subject, i, got.status, got.body, want)
				}
				if want == http.StatusForbidden && i == 0 {
					entries = append(entries, brings("", "POST", typ, body))
				}
			}
		}
		if got := w.send(whole, http.MethodPost, "/"+typ, subjects["b"]); got.status != http.StatusCreated {
			t.Errorf("%s by who may create all: %d %s", typ, got.status, got.body)
		}
	}
	if created != 2*(len(w.store.Compartments().Members("Patient"))-len(strings.Fields("Patient Group Person AuditEvent Provenance"))) {
		t.Errorf("%d were created", created)
	}
	for i, got := range w.entries(w.send(tokens[0], http.MethodPost, "", sent("batch", entries...))) {
		if !strings.Contains(got, `"status":"403 Forbidden"`) {
			t.Errorf("in a batch: %s is answered %s", entries[i], got)
		}
	}
}

// Parameters of c are enforced on what is created; a transaction in which one entry is
// not admitted creates nothing, and the refusal tells nothing but of the body.
func TestLeak16CreateWithinParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"a"}`)
	vital := w.token("patient/Observation.c?category="+category+"|vital-signs", "Patient/a")
	body := func(category, patient string) string {
		return strings.Replace(measured("x", category, patient), `"id":"x",`, "", 1)
	}
	const refused = "the granted scopes do not allow to create this content of Observation"
	for _, c := range []struct {
		category, patient string
		status            int
	}{{"vital-signs", "a", 201}, {"laboratory", "a", 403}, {"vital-signs", "b", 403}, {"laboratory", "b", 403}} {
		for _, typ := range []string{"", "batch", "transaction"} {
			var got reply
			if typ == "" {
				got = w.send(vital, http.MethodPost, "/Observation", body(c.category, c.patient), "Prefer: return=representation")
			} else {
				got = w.inBundle(typ, vital, brings("", "POST", "Observation", body(c.category, c.patient)))
			}
			if got.status != c.status && (typ != "transaction" || got.status != 201) || c.status == 403 && !strings.Contains(got.body, refused) {
				t.Errorf("%s of %+v: %d %s", typ, c, got.status, got.body)
			}
			if strings.Contains(got.body, `"subject"`) {
				t.Errorf("%s of %+v shows it without r: %s", typ, c, got.body)
			}
		}
	}
	before := w.everything()
	got := w.send(vital, http.MethodPost, "", sent("transaction", brings("", "POST", "Observation", body("vital-signs", "a")), brings("", "POST", "Observation", body("vital-signs", "b"))))
	if got.status != http.StatusForbidden || w.everything() != before {
		t.Errorf("a transaction of both: %d %s", got.status, got.body)
	}
}
