package scope

import (
	"strings"
	"testing"
)

func TestWordsOfOperations(t *testing.T) {
	const later = ", including kinds of data that are added later"
	for text, want := range map[string]string{
		"patient/Patient.$everything":         "Get everything in your record at once" + later,
		everythingURL:                         "Get everything in your record at once" + later,
		"patient/*.$everything":               "Get everything in your record at once" + later,
		"user/Patient.$everything":            "Get everything in the record of a patient you may see at once" + later,
		"system/Patient.$everything":          "Get everything in the record of any patient on this server at once" + later,
		"patient/Encounter.$everything":       "Get everything about a visit in your record at once" + later,
		"user/Encounter.$everything":          "Get everything about a visit of every patient you may see at once" + later,
		"system/Encounter.$everything":        "Get everything about a visit on this server at once" + later,
		"patient/DocumentReference.$docref":   "Get the list of documents in your record",
		"user/DocumentReference.$docref":      "Get the list of documents of every patient you may see",
		"system/DocumentReference.$docref":    "Get the list of documents on this server",
		"patient/Observation.$lastn":          "Get the latest observations of each kind in your record",
		"user/Observation.$lastn":             "Get the latest observations of each kind of every patient you may see",
		"system/Observation.$lastn":           "Get the latest observations of each kind on this server",
		"patient/Observation.$meta":           "See which tags, security labels and profiles are on every observation in your record",
		"patient/*.$meta":                     "See which tags, security labels and profiles are on everything in your record" + later,
		"user/Patient.$meta":                  "See which tags, security labels and profiles are on the personal details of every patient you may see",
		"system/Location.$meta":               "See which tags, security labels and profiles are on every place on this server",
		"patient/MedicationRequest.$validate": "Have a draft of the kind “prescription” checked for mistakes, without seeing or saving any",
		"system/*.$validate":                  "Have data of any kind checked for mistakes, without seeing or saving any",
	} {
		w := parsed(t, text).Words()
		if w.Text != want {
			t.Errorf("%s: %q\nwant %q", text, w.Text, want)
		}
		shows := !strings.HasSuffix(text, "$validate")
		if w.Kind != KindData || w.Writes || w.Future != strings.HasSuffix(want, later) || shows != (w.Detail == onlyInside) {
			t.Errorf("%s: %+v", text, w)
		}
	}
	if got, want := parsed(t, everythingURL).WordsFor(ThePatient).Text, "Get everything in the patient’s record at once"+later; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestEveryOperationHasWords(t *testing.T) {
	for _, o := range Operations() {
		for _, level := range []Level{Patient, User, System} {
			if w := o.Scope(level).Words(); w.Text == "" || w.Group == "" {
				t.Errorf("%s: %+v", o.Scope(level), w)
			}
		}
	}
	if len(operationWords) != len(Operations()) {
		t.Errorf("%d have words, there are %d", len(operationWords), len(Operations()))
	}
}
