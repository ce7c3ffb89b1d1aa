package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth"
)

// leaks row 34: a Provenance speaks of all its targets, and is shown to those who see
// all of them. Records of what was done are nobody's who is bounded to patients.

func provenanceOf(id string, targets ...string) string {
	for i, target := range targets {
		targets[i] = `{"reference":"` + target + `"}`
	}
	return `{"resourceType":"Provenance","id":"` + id + `","target":[` + strings.Join(targets, ",") + `],"recorded":"2026-03-01T12:00:00Z","agent":[{"who":{"reference":"Practitioner/1"}}]}`
}

func provenances() []string {
	return []string{
		eve, adam, `{"resourceType":"Practitioner","id":"1"}`, `{"resourceType":"Group","id":"g"}`,
		about("Observation", "vital", "eve", categorized("vital-signs")), about("Observation", "lab", "eve", categorized("laboratory")),
		about("Observation", "adams", "adam", categorized("vital-signs")),
		provenanceOf("own", "Observation/vital"), provenanceOf("both", "Observation/vital", "Observation/lab"), provenanceOf("herself", "Patient/eve"),
		provenanceOf("mixed", "Observation/vital", "Observation/adams"), provenanceOf("mixed-last", "Observation/adams", "Observation/vital", "Patient/eve"),
		provenanceOf("adams", "Observation/adams"), provenanceOf("of-the-doctor", "Observation/vital", "Practitioner/1"),
		provenanceOf("with-group", "Observation/vital", "Group/g"), provenanceOf("gone", "Observation/vital", "Observation/never-was"),
		provenanceOf("foreign", "Observation/vital", "https://evil.test/fhir/Observation/vital"), provenanceOf("absolute", base+"/Observation/vital"),
		provenanceOf("versioned", "Observation/vital/_history/1"), provenanceOf("of-provenance", "Provenance/own"),
		`{"resourceType":"Provenance","id":"logical","target":[{"reference":"Observation/vital"},{"identifier":{"value":"x"}}]}`,
		`{"resourceType":"Provenance","id":"contained","contained":[{"resourceType":"Observation","id":"c"}],"target":[{"reference":"Observation/vital"},{"reference":"#c"}]}`,
		`{"resourceType":"Provenance","id":"none"}`,
	}
}

func provenanceIDs(names string) []string {
	ids := []string{}
	for name := range strings.FieldsSeq(names) {
		ids = append(ids, "Provenance/"+name)
	}
	return ids
}

const (
	// Of Eve's record, where all of it is visible. What is contained is visible with
	// its container.
	evesProvenances = "absolute both contained herself own versioned"
	everyProvenance = "absolute adams both contained foreign gone herself logical mixed mixed-last none of-provenance of-the-doctor own versioned with-group"
)

func TestLeak34MixedTargets(t *testing.T) {
	w := newWorld(t)
	w.add(provenances()...)
	vital := "patient/Provenance.rs patient/Observation.rs?category=" + category + "|vital-signs"
	for name, c := range map[string]struct{ scopes, patient, want string }{
		"whole chart":          {"patient/*.rs", "eve", evesProvenances + " of-the-doctor"},
		"observations":         {"patient/Provenance.rs patient/Observation.rs", "eve", "absolute both contained own versioned"},
		"one category":         {vital, "eve", "absolute contained own versioned"},
		"with the doctor":      {vital + " patient/Practitioner.r", "eve", "absolute contained of-the-doctor own versioned"},
		"no target":            {"patient/Provenance.rs", "eve", ""},
		"targets by s alone":   {"patient/Provenance.rs patient/Observation.s", "eve", ""},
		"the patient alone":    {"patient/Provenance.rs patient/Patient.r", "eve", "herself"},
		"Adam's chart":         {"patient/*.rs", "adam", "adams"},
		"nobody's":             {"patient/*.rs", "nobody", ""},
		"everything there is":  {"system/*.rs", "eve", everyProvenance},
		"of the system, alone": {"system/Provenance.rs", "eve", everyProvenance},
		"by a parameter of it": {"patient/Provenance.rs?target=Observation/adams patient/Observation.rs", "eve", ""},
	} {
		t.Run(name, func(t *testing.T) {
			token := w.token(c.scopes, "Patient/"+c.patient)
			want := provenanceIDs(c.want)
			if c.want == "" && !w.allows(token, "Provenance") {
				w.forbids(token, "Provenance")
			} else {
				w.everyWay(token, "/Provenance", want...)
			}
			for _, id := range provenanceIDs(everyProvenance) {
				visible := slices.Contains(want, id)
				if got := w.get(token, "/"+id).status == http.StatusOK; got != visible {
					t.Errorf("%s is read: %v, want %v", id, got, visible)
				}
			}
		})
	}
}

// allows tells whether a search of the type is not forbidden.
func (w *world) allows(token, typ string) bool {
	w.Helper()
	return w.get(token, "/"+typ).status != http.StatusForbidden
}

// The ways from the targets to it.
func TestLeak34ByItsTargets(t *testing.T) {
	w := newWorld(t)
	w.add(provenances()...)
	own := w.token("patient/*.rs", "Patient/eve")
	w.reads(own, provenanceIDs(evesProvenances)...)
	w.lacks(own, provenanceIDs("adams foreign gone logical mixed mixed-last none of-provenance with-group")...)
	vital := w.token("patient/Provenance.rs patient/Observation.rs?category="+category+"|vital-signs", "Patient/eve")
	all := w.all()
	include := func(match, names string) []string {
		ids := []string{match}
		for _, id := range provenanceIDs(names) {
			ids = append(ids, "include "+id)
		}
		return ids
	}
	const ofVital = "absolute both contained of-the-doctor own versioned"
	w.everyWay(own, "/Observation?_id=vital&_revinclude=Provenance:target", include("Observation/vital", ofVital)...)
	w.everyWay(vital, "/Observation?_revinclude=Provenance:target", include("Observation/vital", "absolute contained own versioned")...)
	w.everyWay(all, "/Observation?_id=vital&_revinclude=Provenance:target",
		include("Observation/vital", "absolute both contained foreign gone logical mixed mixed-last of-the-doctor own versioned with-group")...)
	w.everyWay(own, "/Provenance?target=Observation/adams")
	w.everyWay(all, "/Provenance?target=Observation/adams", provenanceIDs("adams mixed mixed-last")...)
	w.everyWay(own, "/Provenance?target:Observation.category=vital-signs", provenanceIDs(ofVital)...)
	w.everyWay(own, "/Observation?_has:Provenance:target:recorded=2026&_id=vital,lab,adams", "Observation/lab", "Observation/vital")
	w.everyWay(vital, "/Observation?_has:Provenance:target:_id=mixed,mixed-last,both")
	w.everyWay(all, "/Observation?_has:Provenance:target:_id=mixed", "Observation/adams", "Observation/vital")
	w.everyWay(vital, "/Provenance?_include=Provenance:target", "Provenance/absolute", "Provenance/contained", "Provenance/own", "Provenance/versioned", "include Observation/vital")
}

// Where a target changes hands, so does the Provenance, with its history.
func TestLeak34TargetMovesAway(t *testing.T) {
	w := newWorld(t)
	w.add(provenances()...)
	own := w.token("patient/*.rs", "Patient/eve")
	w.reads(own, "Provenance/own")
	w.add(about("Observation", "vital", "adam", categorized("vital-signs")))
	w.lacks(own, "Provenance/own", "Provenance/both", "Provenance/versioned")
	w.everyWay(own, "/Provenance", provenanceIDs("herself")...)
	w.everyWay(w.token("patient/*.rs", "Patient/adam"), "/Provenance", provenanceIDs("absolute adams contained mixed of-the-doctor own versioned")...)
	for _, path := range []string{"/Provenance/_history", "/_history?_count=100"} {
		list, _ := w.versions(own, path)
		if got := strings.Join(list, " "); strings.Contains(got, "Provenance/own") || !strings.Contains(got, "Provenance/herself.1") {
			t.Errorf("%s shows %s", path, got)
		}
	}
}

// Nor are there writes of it under a patient's context.
func TestLeak34NotWritten(t *testing.T) {
	w := newWorld(t)
	w.add(provenances()...)
	token := w.token("patient/*.cruds", "Patient/eve")
	for _, send := range [][2]string{{"POST", "/Provenance"}, {"PUT", "/Provenance/own"}, {"DELETE", "/Provenance/own"}, {"PATCH", "/Provenance/own"}} {
		if got := w.send(token, send[0], send[1], provenanceOf("own", "Observation/vital")); got.status != 403 {
			t.Errorf("%s: %d %s", send, got.status, got.body)
		}
	}
}

func TestLeak34AuditEvents(t *testing.T) {
	w := caring(t)
	w.add(strings.TrimSuffix(eve, "}")+`,"generalPractitioner":[{"reference":"Practitioner/1"}]}`,
		`{"resourceType":"AuditEvent","id":"log","agent":[{"who":{"reference":"Patient/eve"}}],"entity":[{"what":{"reference":"Patient/eve"}}]}`)
	for name, token := range map[string]string{
		"patient/":              w.token("patient/*.cruds", "Patient/eve"),
		"user/, a practitioner": w.token("user/*.cruds", "Practitioner/1"),
		"user/, the patient":    w.issue(auth.Grant{Scopes: "user/*.cruds", User: "Patient/eve"}),
		"a scope that names it": w.token("patient/*.rs patient/AuditEvent.rs user/AuditEvent.rs", "Patient/eve"),
	} {
		t.Run(name, func(t *testing.T) {
			w.forbids(token, "AuditEvent")
			w.lacks(token, "AuditEvent/log")
			w.everyWay(token, "/Patient?_revinclude=AuditEvent:entity&_revinclude=AuditEvent:agent&_id=eve", "Patient/eve")
			w.everyWay(token, "/Patient?_has:AuditEvent:entity:_id=log")
			if got := w.get(token, "/Patient/eve/AuditEvent"); strings.Contains(got.body, `"log"`) {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	w.everyWay(w.all(), "/AuditEvent", "AuditEvent/log")
	w.everyWay(w.all(), "/Patient?_revinclude=AuditEvent:entity", "Patient/eve", "include AuditEvent/log")
	w.everyWay(w.issue(auth.Grant{Scopes: "user/AuditEvent.rs", User: "Practitioner/1", Administrator: true}), "/AuditEvent", "AuditEvent/log")
}
