package scope

import (
	"strings"
	"testing"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/definitions"
)

const observationScope = "?category=" + observationCategory

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"patient/Observation.rs":    "Read and search every observation in your record",
		"patient/Observation.read":  "Read and search every observation in your record",
		"patient/Observation.r":     "Read every observation in your record",
		"patient/Observation.s":     "Search every observation in your record",
		"patient/Observation.write": "Create, change and delete any observation in your record",
		"patient/Observation.c":     "Create any observation in your record",
		"patient/Observation.*":     "Read, search, create, change and delete every observation in your record",
		"patient/Condition.rs":      "Read and search every health problem in your record",
		"patient/Patient.rs":        "Read your personal details",
		"patient/Practitioner.rs":   "Read and search every practitioner on this server",
		"patient/Questionnaire.r":   "Read every questionnaire on this server",
		"user/Observation.rs":       "Read and search every observation of every patient you may see",
		"user/Patient.cruds":        "Read, create, change and delete the personal details of every patient you may see",
		"system/Observation.rs":     "Read and search every observation on this server",
		"system/Patient.rs":         "Read all personal details on this server",
		"system/AuditEvent.rs":      "Read and search every audit event on this server",
		"user/PlanDefinition.rs":    "Read and search every plan definition on this server",
		"patient/*.rs":              "Read and search everything in your record, including kinds of data that are added later",
		"patient/*.*":               "Read, search, create, change and delete everything in your record, including kinds of data that are added later",
		"patient/*.write":           "Create, change and delete anything in your record, including kinds of data that are added later",
		"user/*.rs":                 "Read and search everything about every patient you may see, including kinds of data that are added later",
		"system/*.rs":               "Read and search everything on this server, including kinds of data that are added later",
		"patient/*.rs?_tag=http://x|a": "Read and search everything in your record, including kinds of data that are added later, " +
			"only where the tag is http://x|a",
		"patient/Observation.rs?_security=http://x|R": "Read and search every observation in your record, only where the security label is http://x|R",

		"patient/Observation.rs" + observationScope + "vital-signs":                              "Read your vital signs",
		"patient/Observation.read" + observationScope + "vital-signs":                            "Read your vital signs",
		"patient/Observation.s" + observationScope + "vital-signs":                               "Search your vital signs",
		"patient/Observation.crs" + observationScope + "vital-signs":                             "Read and create your vital signs",
		"user/Observation.rs" + observationScope + "laboratory":                                  "Read the lab results of every patient you may see",
		"system/Observation.rs" + observationScope + "laboratory":                                "Read all lab results on this server",
		"patient/Observation.rs?category=vital-signs,laboratory":                                 "Read your vital signs and lab results",
		"patient/Observation.rs" + observationScope + "vital-signs&code=http://loinc.org|4548-4": "Read your vital signs, only where code is http://loinc.org|4548-4",

		"patient/Observation.rs?code=http://loinc.org|4548-4": "Read and search every observation in your record, only where code is http://loinc.org|4548-4",
		"patient/Observation.rs?code=a,b,c%5C,d":              "Read and search every observation in your record, only where code is a, b or c,d",
		"patient/Observation.rs?code=a%E2%80%AEb%0Ac":         "Read and search every observation in your record, only where code is a\uFFFDb\uFFFDc",
		"patient/Observation.rs?code=a&status=final":          "Read and search every observation in your record, only where code is a and status is final",
		"patient/Observation.rs?category=urn:x|mine":          "Read and search every observation in your record, only where category is urn:x|mine",
		"patient/Observation.rs?category:not=vital-signs":     "Read and search every observation in your record, only where category is not vital-signs",
		"patient/Observation.rs?code:in=http://v":             "Read and search every observation in your record, only where code is in the value set http://v",
		"patient/Observation.rs?date=ge2020":                  "Read and search every observation in your record, only where date is at least 2020",
		"patient/Observation.rs?date=2020,lt2010":             "Read and search every observation in your record, only where date is 2020 or is below 2010",
		"patient/Observation.rs?code=ge2020":                  "Read and search every observation in your record, only where code is ge2020",
		"patient/Observation.rs?_lastUpdated=gt2020":          "Read and search every observation in your record, only where the last update is above 2020",
		"patient/Observation.rs?performer:missing=true":       "Read and search every observation in your record, only where there is no performer",
		"patient/Observation.rs?performer:missing=false":      "Read and search every observation in your record, only where there is a performer",
		"patient/Observation.rs?subject:Patient.name=a":       "Read and search every observation in your record, only where subject:Patient.name is a",
		"user/Patient.rs?_has:Observation:subject:code=a":     "Read the personal details of every patient you may see, only where _has:Observation:subject:code is a",
		"patient/Observation.rs?code:of-type=a":               "Read and search every observation in your record, only where code:of-type is a",

		"openid": "Know that it is you who has logged in", "fhirUser": "Know who you are in the health record",
		"profile": "Know your name and who you are in the health record",
		"launch":  "Know which patient and visit are open where you start the app", "launch/patient": "Know which patient it is used for",
		"launch/encounter": "Know which visit it is used for", "launch/location": "Know at which place it is used",
		"offline_access": "Keep access when you are not using the app, until you end it", "online_access": "Keep access while you are logged in",
	} {
		if got := parsed(t, text).Words(); got.Text != want {
			t.Errorf("%s: %q\nwant %q", text, got.Text, want)
		}
	}
}

func parsed(t *testing.T, text string) Scope {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWordsForAnotherPatient(t *testing.T) {
	for text, want := range map[string]string{
		"patient/Observation.rs":                      "Read and search every observation in the patient’s record",
		"patient/Observation.rs?category=vital-signs": "Read the patient’s vital signs",
		"patient/*.rs":                                "Read and search everything in the patient’s record, including kinds of data that are added later",
		"user/Observation.rs":                         "Read and search every observation of every patient you may see",
	} {
		if got := parsed(t, text).WordsFor(ThePatient).Text; got != want {
			t.Errorf("%s: %q\nwant %q", text, got, want)
		}
	}
}

// Consent shows filters, writes and future types (checklist 18).
func TestAuth18Words(t *testing.T) {
	for text, want := range map[string]Words{
		"patient/*.rs": {Kind: KindData, Group: GroupEverything, Future: true,
			Text: "Read and search everything in your record, including kinds of data that are added later"},
		"patient/Observation.u?code=a": {Kind: KindData, Group: "Vital signs, lab results and other observations", Writes: true,
			Text: "Change any observation in your record, only where code is a"},
		"patient/Condition.r": {Kind: KindData, Group: "Health problems and allergies", Detail: "One at a time, and only if it knows their ids.",
			Text: "Read every health problem in your record"},
		"openid":         {Kind: KindIdentity, Group: groupIdentity, Text: "Know that it is you who has logged in"},
		"launch":         {Kind: KindContext, Group: groupContext, Text: "Know which patient and visit are open where you start the app"},
		"offline_access": {Kind: KindLasting, Group: groupLasting, Text: "Keep access when you are not using the app, until you end it"},
	} {
		if got := parsed(t, text).Words(); got != want {
			t.Errorf("%s: %+v\nwant %+v", text, got, want)
		}
	}
	for _, letters := range []string{"c", "u", "d", "cruds"} {
		if !parsed(t, "patient/Goal."+letters).Words().Writes {
			t.Errorf("%s does not count as writing", letters)
		}
	}
}

func TestEveryScopeWithoutDataHasWords(t *testing.T) {
	for _, name := range withoutData {
		if _, ok := dataless[name]; !ok {
			t.Errorf("%s has no words", name)
		}
	}
	if len(dataless) != len(withoutData) {
		t.Errorf("%d have words, %d are known", len(dataless), len(withoutData))
	}
}

// What the words call shared is what a patient's scope sees whole, and each type
// with data of patients has a noun and a topic.
func TestTopicsAgreeWithVerdicts(t *testing.T) {
	c := newWorld(t).compiler.compartments
	seen := map[string]bool{}
	for _, topic := range topics {
		for typ := range topic.nouns {
			if seen[typ] || !definitions.IsResourceType(typ) {
				t.Errorf("%s is there twice, or no type", typ)
			}
			seen[typ] = true
		}
	}
	for _, typ := range definitions.ResourceTypes() {
		if verdict := c.Verdict(typ); topicOf(typ).shared != (verdict == compartments.ReadOnly) {
			t.Errorf("%s is %s", typ, verdict)
		}
	}
}

func TestEveryCategoryOfHTI1HasWords(t *testing.T) {
	for _, suffix := range granular {
		if text := parsed(t, "patient/"+suffix).Words().Text; !strings.HasPrefix(text, "Read your ") || strings.Contains(text, "only where") {
			t.Errorf("%s: %s", suffix, text)
		}
	}
}
