package scope

import (
	"reflect"
	"slices"
	"testing"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// letters are those that a policy allows for a type.
func letters(p store.Policy, typ string) string {
	var allowed []byte
	for i := range len(store.Letters) {
		if p.Allows(store.Letter(store.Letters[i]), typ) {
			allowed = append(allowed, store.Letters[i])
		}
	}
	return string(allowed)
}

// The letters that each verdict leaves of patient/*.cruds and of a bounded
// user/*.cruds, for every type.
func TestLeak29LettersByVerdict(t *testing.T) {
	w := newWorld(t)
	want := map[compartments.Verdict]string{compartments.ByChart: "cruds", compartments.ReadOnly: "rs",
		compartments.Linked: "rs", compartments.AllTargets: "rs", compartments.Never: "", compartments.Records: ""}
	exceptions := map[string]string{"Patient": "ruds", "Device": "rs", "Task": "rs", "Binary": "r"}
	for name, grant := range map[string]struct {
		scopes  string
		context Context
	}{
		"patient":        {"patient/*.cruds", Context{Patient: "a"}},
		"panel":          {"user/*.cruds", Context{User: "Practitioner/1", Panel: PanelCare}},
		"relative":       {"user/*.cruds", Context{User: "RelatedPerson/1", Panel: PanelAll}},
		"own user":       {"user/*.cruds", Context{User: "Patient/a", Panel: PanelAll}},
		"within a panel": {"patient/*.cruds", Context{User: "Practitioner/1", Patient: "a", Panel: PanelCare}},
	} {
		p := w.grant(t, grant.scopes, grant.context)
		for _, typ := range w.registry.Types() {
			expected, ok := exceptions[typ]
			if !ok {
				expected = want[w.compartments.Verdict(typ)]
			}
			if got := letters(p, typ); got != expected {
				t.Errorf("%s: %s has %q, want %q", name, typ, got, expected)
			}
			for i := range len(store.Letters) {
				letter := store.Letter(store.Letters[i])
				if p.Unbounded(letter, typ) && (w.compartments.Verdict(typ) != compartments.ReadOnly || name == "within a panel") {
					t.Errorf("%s: %c on %s is unbounded", name, letter, typ)
				}
			}
		}
	}
	for name, grant := range map[string]struct {
		scopes  string
		context Context
		records string // the letters on records of what was done
	}{
		"system":        {"system/*.cruds", Context{}, "crs"},
		"administrator": {"user/*.cruds", Context{User: "Practitioner/1", Panel: PanelCare, Administrator: true}, "crs"},
		"practitioner":  {"user/*.cruds", Context{User: "Practitioner/1", Panel: PanelAll}, ""},
	} {
		p := w.grant(t, grant.scopes, grant.context)
		for _, typ := range w.registry.Types() {
			expected := store.Letters
			if w.compartments.Verdict(typ) == compartments.Records {
				expected = grant.records
			}
			if letters(p, typ) != expected {
				t.Errorf("%s: %s has %q, want %q", name, typ, letters(p, typ), expected)
			}
			for i := range len(expected) {
				if letter := store.Letter(expected[i]); !p.Unbounded(letter, typ) {
					t.Errorf("%s: %c on %s is bounded", name, letter, typ)
				}
			}
		}
	}
}

// What no scope gives is what is lacking where there are no scopes at all.
func TestNeverGranted(t *testing.T) {
	w := newWorld(t)
	open := store.Unrestricted("test").Without(NeverGranted(w.compartments)...)
	scoped := w.grant(t, "system/*.cruds", Context{})
	for _, typ := range w.registry.Types() {
		if letters(open, typ) != letters(scoped, typ) {
			t.Errorf("%s: without scopes %q, with all of them %q", typ, letters(open, typ), letters(scoped, typ))
		}
	}
	if letters(open, "AuditEvent") != "crs" {
		t.Errorf("AuditEvent has %q", letters(open, "AuditEvent"))
	}
}

func TestLeak16WritesStayInTheChart(t *testing.T) {
	w := newWorld(t,
		`{"resourceType":"Patient","id":"a","generalPractitioner":[{"reference":"Practitioner/d"}]}`, `{"resourceType":"Patient","id":"b"}`,
		`{"resourceType":"RelatedPerson","id":"r","patient":{"reference":"Patient/a"}}`,
		`{"resourceType":"Observation","id":"a","category":[{"coding":[{"code":"lab"}]}],"subject":{"reference":"Patient/a"}}`,
		`{"resourceType":"Observation","id":"a-other","category":[{"coding":[{"code":"x"}]}],"subject":{"reference":"Patient/a"}}`,
		`{"resourceType":"Observation","id":"b","category":[{"coding":[{"code":"lab"}]}],"subject":{"reference":"Patient/b"}}`,
		`{"resourceType":"Observation","id":"none","category":[{"coding":[{"code":"lab"}]}]}`,
		`{"resourceType":"Organization","id":"o"}`,
		`{"resourceType":"Encounter","id":"b","status":"in-progress","subject":{"reference":"Patient/b"},"participant":[{"individual":{"reference":"RelatedPerson/r"}}]}`,
		`{"resourceType":"CareTeam","id":"a","status":"active","subject":{"reference":"Patient/a"},"participant":[{"member":{"reference":"Practitioner/e"}}]}`,
		`{"resourceType":"CareTeam","id":"grab","status":"proposed","subject":{"reference":"Patient/b"},"participant":[{"member":{"reference":"Practitioner/d"}},{"member":{"reference":"Patient/a"}}]}`,
		`{"resourceType":"CareTeam","id":"nobody","status":"proposed","participant":[{"member":{"reference":"Patient/a"}}]}`,
	)
	writable := words("CareTeam/a Observation/a Observation/a-other Patient/a RelatedPerson/r")
	for name, grant := range map[string]struct {
		scopes  string
		context Context
		want    []string
	}{
		"patient":            {"patient/*.ud", Context{Patient: "a"}, writable},
		"panel":              {"user/*.ud", Context{User: "Practitioner/d", Panel: PanelCare}, writable},
		"relative":           {"user/*.ud", Context{User: "RelatedPerson/r"}, writable},
		"own user":           {"user/*.ud", Context{User: "Patient/a"}, writable},
		"parameters":         {"patient/Observation.ud?category=lab", Context{Patient: "a"}, words("Observation/a")},
		"outside the panel":  {"patient/*.ud", Context{Patient: "b", User: "Practitioner/d", Panel: PanelCare}, nil},
		"c gives no u and d": {"patient/*.c", Context{Patient: "a"}, nil},
	} {
		p := w.grant(t, grant.scopes, grant.context)
		for _, letter := range []store.Letter{store.Update, store.Delete} {
			if got := w.sees(p, letter); !slices.Equal(got, grant.want) {
				t.Errorf("%s: %c on %v, want %v", name, letter, got, grant.want)
			}
		}
	}
	p := w.grant(t, "patient/*.c", Context{Patient: "a"})
	if got, want := w.sees(p, store.Create), words("CareTeam/a Observation/a Observation/a-other RelatedPerson/r"); !slices.Equal(got, want) {
		t.Errorf("creates %v, want %v", got, want)
	}
}

// A team in the chart of one's own patient can be read whoever its subject is,
// and written only if that is one's own patient too.
func TestLeak32TeamOfAnother(t *testing.T) {
	w := newWorld(t, `{"resourceType":"Patient","id":"a","generalPractitioner":[{"reference":"Practitioner/d"}]}`, `{"resourceType":"Patient","id":"b"}`)
	grab := w.put(t, `{"resourceType":"CareTeam","id":"grab","status":"proposed","subject":{"reference":"Patient/b"},"participant":[{"member":{"reference":"Patient/a"}}]}`)
	for name, p := range map[string]store.Policy{
		"patient": w.grant(t, "patient/CareTeam.cruds", Context{Patient: "a"}),
		"panel":   w.grant(t, "user/CareTeam.cruds", Context{User: "Practitioner/d", Panel: PanelCare}),
	} {
		for i := range len(store.Letters) {
			letter := store.Letter(store.Letters[i])
			want := letter == store.Read || letter == store.Search
			if got := w.holds(p.Expr(letter, "CareTeam"), grab); got != want {
				t.Errorf("%s: %c is %v, want %v", name, letter, got, want)
			}
		}
	}
}

func TestNoScopesNoPolicy(t *testing.T) {
	w := newWorld(t)
	for _, scopes := range []string{"", "openid fhirUser launch/patient offline_access", "patient/Nope.r", "patient/Group.cruds"} {
		parsed, _ := ParseList(scopes)
		p, _ := w.compiler.Compile(parsed, Context{Patient: "a", User: "Practitioner/1", Panel: PanelAll})
		if !reflect.DeepEqual(p, store.Policy{}) {
			t.Errorf("%q: not the zero policy", scopes)
		}
		for _, typ := range w.registry.Types() {
			for i := range len(store.Letters) {
				if expr := p.Expr(store.Letter(store.Letters[i]), typ); expr != search.False {
					t.Errorf("%q: %c on %s is %v", scopes, store.Letters[i], typ, expr)
				}
			}
		}
	}
}
