package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func encounterWith(reference string) string {
	return brings("", "POST", "Encounter", `{"resourceType":"Encounter","participant":[{"individual":{"reference":"`+reference+`"}}]}`)
}

// A conditional reference means the one resource that matches, among what was
// there and what the transaction itself makes, whatever the order of the entries.
func TestConditionalReferences(t *testing.T) {
	w := newWorld(t)
	w.add(`{"resourceType":"Practitioner","id":"p","identifier":[{"system":"http://npi","value":"1"}]}`)
	got := w.post(w.all(), sent("transaction",
		encounterWith("Practitioner?identifier=http://npi|1"),
		encounterWith("Practitioner?identifier=http%3A%2F%2Fnpi%7C1&active:missing=true"),
		encounterWith("Practitioner?identifier=http://npi|2"),
		brings("urn:uuid:2", "POST", "Practitioner", `{"resourceType":"Practitioner","identifier":[{"system":"http://npi","value":"2"}]}`),
		brings("", "POST", "Encounter", `{"resourceType":"Encounter","participant":[{"individual":{"reference":"urn:uuid:2"}},{"individual":{"reference":"Practitioner?identifier=http://npi|1","display":"Practitioner?identifier=http://npi|1"}}]}`),
		brings("", "PUT", "Encounter/e", `{"resourceType":"Encounter","id":"e","contained":[{"resourceType":"Patient","id":"x","generalPractitioner":[{"reference":"Practitioner?identifier=http://npi|1"}]}]}`),
	))
	encounter := func(id, practitioner string) string {
		return made("Encounter", id, `"participant":[{"individual":{"reference":"Practitioner/`+practitioner+`"}}]`)
	}
	w.is("conditional references", got, 200, answered("transaction",
		encounter("new-0", "p"), encounter("new-1", "p"), encounter("new-2", "new-3"),
		made("Practitioner", "new-3", `"identifier":[{"system":"http://npi","value":"2"}]`),
		made("Encounter", "new-4", `"participant":[{"individual":{"reference":"Practitioner/new-3"}},{"individual":{"reference":"Practitioner/p","display":"Practitioner?identifier=http://npi|1"}}]`),
		made("Encounter", "e", `"contained":[{"resourceType":"Patient","id":"x","generalPractitioner":[{"reference":"Practitioner/p"}]}]`),
	))
}

// A chain of resources that refer to each other by criteria is followed from its
// end, as far as it goes in reason.
func TestConditionalReferenceChain(t *testing.T) {
	chain := func(length int) []string {
		var entries []string
		for i := range length {
			entries = append(entries, brings("", "POST", "Organization", fmt.Sprintf(`{"resourceType":"Organization","identifier":[{"value":"%d"}],"partOf":{"reference":"Organization?identifier=%d"}}`, i, i+1)))
		}
		return append(entries, brings("", "POST", "Organization", fmt.Sprintf(`{"resourceType":"Organization","identifier":[{"value":"%d"}]}`, length)))
	}
	w := newWorld(t)
	if got := w.post(w.all(), sent("transaction", chain(maxRounds)...)); got.status != 200 {
		t.Errorf("%d links: %v", maxRounds, got)
	}
	w = newWorld(t)
	w.is("too long", w.post(w.all(), sent("transaction", chain(maxRounds+1)...)), 400,
		oops("too-costly", "Bundle.entry[0].resource.partOf", "entry 0 (POST Organization): conditional references lead through more than 10 resources of this transaction, each waiting for the next; refer to their fullUrls"))
	w.finds(w.all(), "/Organization")
	long := chain(200)
	slices.Reverse(long)
	if got := w.post(w.all(), sent("transaction", long...)); got.status != 200 {
		t.Errorf("in order: %v", got)
	}
}

// What an entry writes after a reference was resolved may make it ambiguous, or
// take its match away: then it does not mean one resource, and the transaction
// fails.
func TestConditionalReferenceStaysTrue(t *testing.T) {
	w := newWorld(t)
	w.add(`{"resourceType":"Organization","id":"o","identifier":[{"value":"a"}]}`)
	before := w.everything()
	changes := `another entry of the transaction changes what the conditional reference \"Organization?identifier=%s\" matches`
	for name, c := range map[string]struct {
		entries []string
		want    string
	}{
		"a second match": {[]string{
			encounterWith("Organization?identifier=a"),
			brings("", "POST", "Organization", `{"resourceType":"Organization","identifier":[{"value":"a"}],"partOf":{"reference":"Organization?identifier=a"}}`),
		}, oops("conflict", "Bundle.entry[0].resource.participant[0].individual", "entry 0 (POST Encounter): "+strings.ReplaceAll(fmt.Sprintf(changes, "a"), `\`, ""))},
		"the match is changed": {[]string{
			brings("", "PUT", "Organization/o", `{"resourceType":"Organization","id":"o","partOf":{"reference":"Organization?identifier=a"}}`),
		}, oops("conflict", "Bundle.entry[0].resource.partOf", "entry 0 (PUT Organization/o): "+strings.ReplaceAll(fmt.Sprintf(changes, "a"), `\`, ""))},
	} {
		w.is(name, w.post(w.all(), sent("transaction", c.entries...)), 412, c.want)
		if w.everything() != before {
			t.Fatalf("%s: something has changed", name)
		}
	}
	w.is("the match is deleted", w.post(w.all(), sent("transaction", encounterWith("Organization?identifier=a"), asks("DELETE", "Organization/o"))), 412,
		oops("not-found", "Bundle.entry[0].resource.participant[0].individual", `entry 0 (POST Encounter): the conditional reference "Organization?identifier=a" matches no resource, or none that the access token reaches`))
}

// leaks row 14: a reference by criteria finds what the caller may search, and
// answers as if the rest were not there.
func TestLeak14ConditionalReferences(t *testing.T) {
	const (
		mine   = `{"resourceType":"Patient","id":"mine","identifier":[{"value":"m"}]}`
		hidden = `{"resourceType":"Patient","id":"hidden","identifier":[{"value":"h"}]}`
		twin   = `{"resourceType":"Patient","id":"twin","identifier":[{"value":"m"}]}`
	)
	with, without := newWorld(t), newWorld(t)
	with.add(mine, hidden, twin)
	without.add(mine)
	scopes := "patient/Observation.cruds patient/Patient.rs"
	observation := func(criteria string) string {
		return sent("transaction", brings("", "POST", "Observation", `{"resourceType":"Observation","subject":{"reference":"Patient?`+criteria+`"}}`))
	}
	for _, criteria := range []string{"identifier=h", "identifier=m", "identifier=none", "_id=hidden", "_id:not=hidden", "_id=mine", "_id:missing=false"} {
		with.same(criteria, with.post(with.token(scopes, "Patient/mine"), observation(criteria)), without.post(without.token(scopes, "Patient/mine"), observation(criteria)))
	}
	answer := made("Observation", "new-0", `"subject":{"reference":"Patient/mine"}`)
	with.is("mine", with.post(with.token(scopes, "Patient/mine"), observation("identifier=m")), 200, answered("transaction", answer))
	if got := with.post(with.all(), observation("identifier=h")); got.status != 200 {
		t.Errorf("who may see it: %v", got)
	}
	with.is("who may not search", with.post(with.token("patient/Observation.cruds", "Patient/mine"), observation("identifier=m")), 403,
		oops("forbidden", "Bundle.entry[0]", "entry 0 (POST Observation): no granted scope allows search on Patient"))
}

// In a batch there are no links: what looks like one is kept as it is, as in a
// request of its own.
func TestBatchKeepsReferences(t *testing.T) {
	w := newWorld(t)
	got := w.post(w.all(), sent("batch", brings("urn:uuid:a", "POST", "Organization", `{"resourceType":"Organization"}`),
		brings("", "POST", "Organization", `{"resourceType":"Organization","partOf":{"reference":"urn:uuid:a"}}`)))
	w.is("batch", got, 200, answered("batch", made("Organization", "new-0", ""), made("Organization", "new-1", `"partOf":{"reference":"urn:uuid:a"}`)))
}

// What criteria mean is decided before anything is written: a patch without a match
// then fails, even if another entry would make one.
func TestTransactionPatchMatchedLate(t *testing.T) {
	w := newWorld(t)
	w.add(eve, `{"resourceType":"Observation","id":"1","status":"final","subject":{"reference":"Patient/eve"}}`)
	before := w.everything()
	w.is("matched late", w.post(w.all(), sent("transaction",
		brings("", "PUT", "Patient/eve", `{"resourceType":"Patient","id":"eve","identifier":[{"value":"late"}]}`),
		brings("", "PATCH", "Observation?patient.identifier=late", jsonPatch(`[{"op":"replace","path":"/status","value":"amended"}]`)))),
		404, oops("not-found", "Bundle.entry[1]", "entry 1 (PATCH Observation): the criteria match no resource, or none that the access token reaches"))
	if after := w.everything(); after != before {
		t.Errorf("something was written:\n%s", after)
	}
}
