package scope

import (
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store"
)

func TestParseOperation(t *testing.T) {
	for text, want := range map[string]string{
		"patient/Patient.$everything":  "patient/Patient.$everything",
		"user/*.$everything":           "user/*.$everything",
		"system/*.$docref":             "system/DocumentReference.$docref",
		"patient/*.$lastn":             "patient/Observation.$lastn",
		"patient/Observation.$meta":    "patient/Observation.$meta",
		"patient/*.$meta":              "patient/*.$meta",
		"user/Basic.$validate":         "user/Basic.$validate",
		everythingURL:                  "patient/Patient.$everything",
		everythingURL + "|4.0.1":       "patient/Patient.$everything",
		Docref.Definition + "|6.1.0":   "patient/DocumentReference.$docref",
		Docref.Definition + "|7.0.0":   "patient/DocumentReference.$docref",
		Meta.Definition:                "patient/*.$meta",
		EncounterEverything.Definition: "patient/Encounter.$everything",
	} {
		s, err := Parse(text)
		if err != nil {
			t.Error(err)
			continue
		}
		if s.String() != want || s.Written() != text || !s.GrantsData() || s.Letters != "" || s.Narrowable() || len(s.Narrowed(nil)) != 1 {
			t.Errorf("%s: %+v, canonical %s, want %s", text, s, s, want)
		}
		if again, err := Parse(s.String()); err != nil || again.String() != want {
			t.Errorf("%s again: %v, %v", text, again, err)
		}
	}
}

func TestParseOperationRefusals(t *testing.T) {
	for text, reason := range map[string]string{
		"patient/Patient.$match":                                `"$match" is no operation that a scope can be about here; these are $everything, $docref, $lastn, $meta and $validate`,
		"patient/Patient.$":                                     `"$" is no operation`,
		"patient/Patient.$Everything":                           `"$Everything" is no operation`,
		"patient/Group.$everything":                             "$everything is not defined on Group; a scope on it is patient/Patient.$everything or patient/Encounter.$everything",
		"user/Patient.$docref":                                  "$docref is not defined on Patient; a scope on it is user/DocumentReference.$docref",
		"patient/Patient.$everything?_type=x":                   "a scope on an operation has no parameters",
		"patient/Patient.$everything?":                          "a scope on an operation has no parameters",
		"patient/Nothing.$meta":                                 `"Nothing" is not a resource type`,
		"patient/$everything":                                   "a scope on resources is written like",
		everythingURL + "?start=2020":                           "a scope on an operation has no parameters",
		everythingURL + "|5.0.0":                                "of this operation there is version 4.0.1 here",
		everythingURL + "|":                                     "of this operation there is version 4.0.1 here",
		Docref.Definition + "|4.0.1":                            "of this operation there is version 6.1.0 or 7.0.0 here",
		"http://hl7.org/fhir/OperationDefinition/Patient-match": "no operation of this server has this canonical URL; a scope may be about " + everythingURL,
		"https" + everythingURL[len("http"):]:                   "no operation of this server has this canonical URL",
		"ftp" + everythingURL[len("http"):]:                     "not a scope this server knows",
		"launch/Patient.$everything":                            "not a scope this server knows",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v\nwant %s", text, err, reason)
		}
	}
	for _, name := range []string{everythingURL, everythingURL + "|9"} {
		if _, err := NewLanguage([]Custom{{name, "Do it"}}); err == nil || !strings.Contains(err.Error(), "the scope of an operation") {
			t.Errorf("custom scope %s: %v", name, err)
		}
	}
}

// The forms that are advertised are read as what they are, and are all there are.
func TestOperationScopes(t *testing.T) {
	forms := OperationScopes()
	if len(forms) != 4*len(Operations()) {
		t.Errorf("%d forms of %d operations", len(forms), len(Operations()))
	}
	for _, text := range forms {
		if s := one(t, text); len(s.operations()) == 0 || s.Written() != text {
			t.Errorf("%s: %+v", text, s)
		}
	}
}

func TestCompileOperationRefusals(t *testing.T) {
	w := newWorld(t)
	a, care := Context{Patient: "a"}, Context{User: "Practitioner/x", Panel: PanelCare}
	w.mustRefuse(t, "patient/Group.$meta", a, "$meta would show nothing: patient/ scopes never give r on Group here")
	w.mustRefuse(t, "user/AuditEvent.$meta", care, "never give r on AuditEvent")
	w.mustRefuse(t, "patient/Patient.$everything", care, "there is no patient in context")
	w.mustRefuse(t, "patient/Patient.$validate", Context{}, "there is no patient in context")
	w.mustRefuse(t, "user/*.$everything", a, "there is no user in context")
	w.mustRefuse(t, everythingURL, Context{}, "there is no patient in context, which is whom the URL of an OperationDefinition is about; "+
		"user/Patient.$everything and system/Patient.$everything are about other patients")
	s := one(t, "patient/Patient.$everything")
	if _, refused := w.compiler.Compile([]Scope{s}, Context{}); strings.Contains(refused[0].Reason, "URL") {
		t.Errorf("%v, of a scope that is none", refused)
	}
}

// insideOf is the policy that counts inside an operation.
func insideOf(p store.Policy, typ, name string) (store.Policy, bool) {
	return p.Within(store.Operation{Type: typ, Name: name})
}

// Leak 25: a scope on an operation shows, inside it, what it stands for and what the
// other scopes show, and outside nothing.
func TestLeak25InsideOperations(t *testing.T) {
	w := twoCharts(t)
	w.now = visibleNow
	patient, care := Context{Patient: "a"}, Context{User: "Practitioner/of-a", Panel: PanelCare}
	both := Context{Patient: "a", User: "Practitioner/x", Panel: PanelAll}
	for _, test := range []struct {
		scopes, typ, name string
		context           Context
		like, outside     string // scopes that show the same, inside and outside
	}{
		{"patient/Patient.$everything", "Patient", "$everything", patient, "patient/*.rs", ""},
		{everythingURL, "Patient", "$everything", patient, "patient/*.rs", ""},
		{"patient/*.$everything", "Encounter", "$everything", patient, "patient/*.rs", ""},
		{"user/Patient.$everything", "Patient", "$everything", care, "user/*.rs", ""},
		{"system/Patient.$everything", "Patient", "$everything", Context{}, "system/*.rs", ""},
		{"patient/Encounter.$everything system/Patient.$everything", "Encounter", "$everything", patient, "patient/*.rs", ""},
		{"patient/DocumentReference.$docref", "DocumentReference", "$docref", patient, "patient/DocumentReference.rs", ""},
		{"patient/DocumentReference.$docref patient/Binary.r", "DocumentReference", "$docref", patient, "patient/DocumentReference.rs patient/Binary.r", "patient/Binary.r"},
		{"patient/Observation.$lastn patient/Observation.rs?category=c|laboratory", "Observation", "$lastn", patient, "patient/Observation.rs", "patient/Observation.rs?category=c|laboratory"},
		{"patient/Observation.$lastn patient/*.cruds", "Observation", "$lastn", patient, "patient/*.cruds", "patient/*.cruds"},
		{"patient/Observation.$meta", "Observation", "$meta", patient, "patient/Observation.r", ""},
		{"patient/*.$meta", "Condition", "$meta", patient, "patient/*.r", ""},
		{"patient/*.$meta", "", "$meta", patient, "patient/*.r", ""},
		{"patient/*.$validate user/Condition.s", "Condition", "$validate", both, "user/Condition.s", "user/Condition.s"},
		{"patient/Condition.$validate", "Condition", "$validate", patient, "", ""},
		{"patient/Patient.$everything user/Condition.cud", "Patient", "$everything", both, "patient/*.rs user/Condition.cud", "user/Condition.cud"},
	} {
		p := w.grant(t, test.scopes, test.context)
		inside, entitled := insideOf(p, test.typ, test.name)
		if !entitled {
			t.Errorf("%s lets nobody ask for %s on %q", test.scopes, test.name, test.typ)
		}
		for _, letter := range []byte(store.Letters) {
			l := store.Letter(letter)
			if got, want := w.sees(inside, l), w.sees(w.grant(t, test.like, test.context), l); !slices.Equal(got, want) {
				t.Errorf("%s inside %s: %c on\n got %v\nwant %v", test.scopes, test.name, letter, got, want)
			}
			if got, want := w.sees(p, l), w.sees(w.grant(t, test.outside, test.context), l); !slices.Equal(got, want) {
				t.Errorf("%s: %c on\n got %v\nwant %v", test.scopes, letter, got, want)
			}
		}
	}
}

// Leak 25: a scope on one operation is of no use to another, nor on another type.
func TestLeak25OneOperationOpensNoOther(t *testing.T) {
	w := newWorld(t)
	context := Context{Patient: "a", User: "Practitioner/x", Panel: PanelAll}
	for _, text := range OperationScopes() {
		s := one(t, text)
		p, refused := w.compiler.Compile([]Scope{s}, context)
		if len(refused) > 0 {
			t.Error(refused)
		}
		for _, o := range Operations() {
			for _, typ := range append(w.registry.Types(), "") {
				_, entitled := insideOf(p, typ, o.Name)
				want := s.Operation == o.Name && (s.Type == typ || s.Type == Any)
				if entitled != want {
					t.Errorf("%s on %s of %q: %v", text, o.Name, typ, entitled)
				}
			}
		}
	}
}
