package scope

import (
	"strings"
	"testing"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

func TestLeak46MissingContext(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		scope   string
		context Context
		reason  string
	}{
		{"patient/Observation.r", Context{}, "no patient in context"},
		{"patient/Observation.r", Context{User: "Practitioner/1", Panel: PanelAll}, "no patient in context"},
		{"patient/Observation.r", Context{Patient: "a/b"}, "no patient in context"},
		{"patient/Observation.r", Context{Patient: "Patient/a"}, "no patient in context"},
		{"patient/Observation.r", Context{Patient: "a", User: "Patient/b"}, "not the user"},
		{"patient/Observation.r", Context{Patient: "a", User: "Person/a", Panel: PanelAll}, "type Person has no patients"},
		{"patient/Observation.r", Context{Patient: "a", User: "https://evil.example/fhir/Practitioner/1", Panel: PanelAll}, "a resource of this server"},
		{"patient/Observation.r", Context{Patient: "a", User: "Practitioner", Panel: PanelAll}, "a resource of this server"},
		{"user/Observation.r", Context{}, "no user in context"},
		{"user/Observation.r", Context{Patient: "a"}, "no user in context"},
		{"user/Observation.r", Context{User: "Person/1", Panel: PanelAll}, "type Person has no patients"},
		{"user/Observation.r", Context{User: "Organization/1", Panel: PanelAll}, "type Organization has no patients"},
		{"user/Observation.r", Context{User: "https://evil.example/fhir/Practitioner/1", Panel: PanelAll}, "a resource of this server"},
		{"user/Observation.r", Context{User: "Practitioner/1/_history/1", Panel: PanelAll}, "a resource of this server"},
		{"user/Observation.r", Context{User: "Practitioner/", Panel: PanelAll}, "a resource of this server"},
	} {
		w.mustRefuse(t, test.scope, test.context, test.reason)
	}
}

func TestLeak37And38RefusedParameters(t *testing.T) {
	w := newWorld(t)
	for text, reason := range map[string]string{
		"patient/Observation.rs?nonsense=1":            "nonsense",
		"patient/Observation.rs?_count=1":              "_count",
		"patient/Observation.rs?_sort=date":            "_sort",
		"patient/Observation.rs?_include=*":            "_include",
		"patient/Observation.rs?_revinclude=*":         "_revinclude",
		"patient/Observation.rs?_summary=count":        "_summary",
		"patient/Observation.rs?_elements=id":          "_elements",
		"patient/Observation.rs?_total=none":           "_total",
		"patient/Observation.rs?_format=json":          "_format",
		"patient/Observation.rs?_type=Patient":         "_type",
		"patient/Observation.rs?code:nope=x":           "code:nope",
		"patient/Observation.rs?date=banana":           "banana",
		"patient/Observation.rs?category=x&nonsense=1": "nonsense",
		"patient/Observation.rs?subject:identifier$=x": "subject",
		"patient/Observation.rs?subject.nonsense=x":    "nonsense",
		"patient/DocumentReference.r?_attachment=x":    "_attachment",
		"patient/*.rs?nonsense=1":                      "no resource type",
		"patient/*.rs?_count=1":                        "no resource type",
		"patient/*.rs?date=banana":                     "banana",
		"patient/Group.rs":                             "never give rs on Group",
		"patient/Organization.cud":                     "never give cud on Organization",
		"patient/Patient.c":                            "never give c on Patient",
		"patient/Binary.s":                             "never give s on Binary",
		"patient/Task.u":                               "never give u on Task",
	} {
		w.mustRefuse(t, text, Context{Patient: "a"}, reason)
	}
	everyone := Context{User: "Practitioner/1", Panel: PanelAll}
	w.mustRefuse(t, "user/AuditEvent.rs", everyone, "never give rs on AuditEvent")
	w.mustRefuse(t, "user/AuditEvent.cud", everyone, "never give cud on AuditEvent")
	w.mustRefuse(t, "patient/AuditEvent.rs", Context{Patient: "a"}, "never give rs on AuditEvent")
	w.mustRefuse(t, "system/AuditEvent.ud", Context{}, "never give ud on AuditEvent")
	w.mustRefuse(t, "user/AuditEvent.ud", Context{Administrator: true}, "never give ud on AuditEvent")
}

// A scope that is refused leaves the others as they are.
func TestRefusalIsAlone(t *testing.T) {
	w := newWorld(t)
	parsed, _ := ParseList("patient/Observation.rs?nonsense=1 patient/Condition.r user/Patient.r openid")
	p, refused := w.compiler.Compile(parsed, Context{Patient: "a"})
	if len(refused) != 2 || refused[0].Scope != "patient/Observation.rs?nonsense=1" || refused[1].Scope != "user/Patient.r" {
		t.Errorf("refused %v", refused)
	}
	if !p.Allows(store.Read, "Condition") || p.Allows(store.Read, "Observation") || p.Allows(store.Read, "Patient") {
		t.Error("the policy is not that of the remaining scope")
	}
}

func (w *world) mustRefuse(t *testing.T, text string, context Context, reason string) {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Errorf("%q: %v", text, err)
		return
	}
	p, refused := w.compiler.Compile([]Scope{s}, context)
	if len(refused) != 1 || refused[0].Scope != text || !strings.Contains(refused[0].Reason, reason) {
		t.Errorf("%q in %+v: refused %v, want for %q", text, context, refused, reason)
	}
	for _, typ := range w.registry.Types() {
		for i := range len(store.Letters) {
			if expr := p.Expr(store.Letter(store.Letters[i]), typ); expr != search.False {
				t.Errorf("%q in %+v: %c on %s is %v", text, context, store.Letters[i], typ, expr)
			}
		}
	}
}
