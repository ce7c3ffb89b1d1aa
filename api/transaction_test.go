package api

import (
	"fmt"
	"strings"
	"testing"
)

// made is the answer to an entry that created a resource; the members follow its
// meta.
func made(typ, id, members string) string {
	return shown(typ, id, 1, members, "201 Created", `"location":"`+base+`/`+typ+`/`+id+`/_history/1",`)
}

// kept is the answer to an entry that updated one.
func kept(typ, id string, version int, members string) string {
	return shown(typ, id, version, members, "200 OK", "")
}

func shown(typ, id string, version int, members, status, location string) string {
	if members != "" {
		members = "," + members
	}
	return fmt.Sprintf(`{"fullUrl":"%s/%s/%s","resource":{"resourceType":"%s","id":"%s","meta":{"versionId":"%d","lastUpdated":"2026-03-01T12:00:00.000Z"}%s},"response":{"status":"%s",%s"etag":"W/\"%d\"","lastModified":"2026-03-01T12:00:00.000Z"}}`,
		base, typ, id, typ, id, version, members, status, location, version)
}

// R4's own example of a transaction (bundle-transaction.html), on data for which it
// makes sense: creates, a conditional create, updates, one of them conditional and
// one with a version, deletes, and reads.
func TestTransactionOfTheSpecification(t *testing.T) {
	w := newWorld(t)
	all := w.all()
	w.add(eve, adam,
		`{"resourceType":"Patient","id":"123","active":true}`,
		`{"resourceType":"Patient","id":"234"}`,
		`{"resourceType":"Patient","id":"456","identifier":[{"system":"http://acme.org/mrn","value":"456456"}]}`)
	got := w.post(all, sent("transaction",
		brings("urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a", "POST", "Patient", `{"resourceType":"Patient","active":true,"name":[{"use":"official","family":"Chalmers","given":["Peter","James"]}]}`),
		brings("urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059", "POST", "Patient", `{"resourceType":"Patient","active":false,"identifier":[{"system":"http:/example.org/fhir/ids","value":"234234"}]}`, `"ifNoneExist":"identifier=http:/example.org/fhir/ids|234234"`),
		brings(base+"/Patient/123", "PUT", "Patient/123", `{"resourceType":"Patient","id":"123","active":false}`),
		brings("urn:uuid:74891afc-ed52-42a2-bcd7-f13d9b60f096", "PUT", "Patient?identifier=http://acme.org/mrn|456456", `{"resourceType":"Patient","active":true,"identifier":[{"system":"http://acme.org/mrn","value":"456456"}]}`),
		brings(base+"/Patient/234", "PUT", "Patient/234", `{"resourceType":"Patient","id":"234","active":true}`, `"ifMatch":"W/\"1\""`),
		asks("DELETE", "Patient/adam"),
		asks("DELETE", "Patient?identifier=123456"),
		asks("GET", "Patient?active=false&_summary=count"),
		asks("GET", "Patient/eve", `"ifNoneMatch":"W/\"1\""`),
	))
	w.is("the example", got, 200, answered("transaction",
		made("Patient", "new-0", `"active":true,"name":[{"use":"official","family":"Chalmers","given":["Peter","James"]}]`),
		made("Patient", "new-1", `"active":false,"identifier":[{"system":"http:/example.org/fhir/ids","value":"234234"}]`),
		kept("Patient", "123", 2, `"active":false`),
		shown("Patient", "456", 2, `"active":true,"identifier":[{"system":"http://acme.org/mrn","value":"456456"}]`, "200 OK", `"location":"`+base+`/Patient/456/_history/2",`),
		kept("Patient", "234", 2, `"active":true`),
		`{"response":{"status":"204 No Content","etag":"W/\"2\"","lastModified":"2026-03-01T12:00:00.000Z"}}`,
		`{"response":{"status":"204 No Content"}}`,
		`{"resource":{"resourceType":"Bundle","type":"searchset","total":2,"link":[{"relation":"self","url":"`+base+`/Patient?_summary=count&active=false"}]},"response":{"status":"200 OK"}}`,
		`{"response":{"status":"304 Not Modified","etag":"W/\"1\"","lastModified":"2026-03-01T12:00:00.000Z"}}`,
	))
}

// Whatever the order of the entries: first what is deleted, then what is created,
// then what is updated, and reads see all of it; the answers are in the order of
// the entries (http.html#trules).
func TestTransactionOrder(t *testing.T) {
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"old","identifier":[{"value":"a"}]}`, eve)
	got := w.post(w.all(), sent("transaction",
		asks("GET", "Patient?_elements=id&_sort=_id"),
		asks("HEAD", "Patient/eve"),
		brings("", "PUT", "Patient/eve", `{"resourceType":"Patient","id":"eve"}`),
		brings("", "POST", "Patient", `{"resourceType":"Patient","identifier":[{"value":"a"}]}`, `"ifNoneExist":"identifier=a"`),
		asks("GET", "Patient/old/_history/1"),
		asks("DELETE", "Patient/old"),
	))
	if got.status != 200 {
		t.Fatal(got)
	}
	entries := w.entries(got)
	for i, want := range []string{`Patient/new-0`, `"etag":"W/\"2\""`, `"etag":"W/\"2\""`, `"201 Created"`, `"value":"a"`, `"204 No Content"`} {
		if !strings.Contains(entries[i], want) {
			t.Errorf("entry %d has no %s: %s", i, want, entries[i])
		}
	}
	if strings.Contains(entries[0], `/Patient/old`) {
		t.Errorf("found although deleted: %s", entries[0])
	}
}

// Links between entries become literal references wherever a resource may hold
// them, also in a circle, and to what conditional entries turn out to mean.
func TestTransactionLinks(t *testing.T) {
	w := newWorld(t)
	w.add(`{"resourceType":"Practitioner","id":"there","identifier":[{"value":"p"}]}`, `{"resourceType":"Organization","id":"o","identifier":[{"value":"o"}]}`)
	got := w.post(w.all(), sent("transaction",
		brings("urn:uuid:a", "POST", "Patient", `{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:b"},"type":"seealso"}],"generalPractitioner":[{"reference":"urn:oid:1.2.3"}],"managingOrganization":{"reference":"urn:uuid:o"}}`),
		brings("urn:uuid:b", "POST", "Patient", `{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:a"},"type":"seealso"},{"other":{"reference":"urn:uuid:b"},"type":"seealso"},{"other":{"reference":"urn:uuid:c"},"type":"seealso"}]}`),
		brings("urn:uuid:c", "PUT", "Patient/c", `{"resourceType":"Patient","id":"c","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"urn:uuid:a\">urn:uuid:a<\/a><img src='urn:uuid:b'/><\/div>"},"contained":[{"resourceType":"Patient","id":"x","link":[{"other":{"reference":"urn:uuid:a"}}]}],"extension":[{"url":"http://e","valueReference":{"reference":"urn:uuid:a"}},{"url":"http://e","valueUri":"urn:uuid:a"},{"url":"http://e","valueUri":"urn:uuid:name"}],"_birthDate":{"extension":[{"url":"http://e","valueReference":{"reference":"urn:uuid:a"}}]},"link":[{"other":{"reference":"#x"}}]}`),
		brings("urn:oid:1.2.3", "POST", "Practitioner", `{"resourceType":"Practitioner"}`, `"ifNoneExist":"identifier=p"`),
		brings("urn:uuid:o", "PUT", "Organization?identifier=o", `{"resourceType":"Organization","identifier":[{"value":"o"}],"partOf":{"reference":"urn:uuid:n"}}`),
		brings("urn:uuid:n", "PUT", "Organization?identifier=n", `{"resourceType":"Organization","identifier":[{"value":"n"}]}`),
		brings("http://x.org/fhir/Encounter/1", "POST", "Encounter", `{"resourceType":"Encounter","subject":{"reference":"Patient/2"},"partOf":{"reference":"Encounter/1"},"serviceProvider":{"reference":"Organization/o"}}`),
		brings("http://x.org/fhir/Patient/2", "POST", "Patient", `{"resourceType":"Patient","identifier":[{"value":"http://x.org/fhir/Patient/2"}]}`),
		brings("urn:uuid:d", "POST", "Encounter", `{"resourceType":"Encounter","subject":{"reference":"Patient/2"},"partOf":{"reference":"http://x.org/fhir/Encounter/1"}}`),
	))
	got.body = strings.NewReplacer("new-0", "A", "new-1", "B").Replace(got.body)
	w.is("links", got, 200, answered("transaction",
		made("Patient", "A", `"link":[{"other":{"reference":"Patient/B"},"type":"seealso"}],"generalPractitioner":[{"reference":"Practitioner/there"}],"managingOrganization":{"reference":"Organization/o"}`),
		made("Patient", "B", `"link":[{"other":{"reference":"Patient/A"},"type":"seealso"},{"other":{"reference":"Patient/B"},"type":"seealso"},{"other":{"reference":"Patient/c"},"type":"seealso"}]`),
		made("Patient", "c", `"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"Patient/A\">urn:uuid:a</a><img src='Patient/B'/></div>"},"contained":[{"resourceType":"Patient","id":"x","link":[{"other":{"reference":"Patient/A"}}]}],"extension":[{"url":"http://e","valueReference":{"reference":"Patient/A"}},{"url":"http://e","valueUri":"Patient/A"},{"url":"http://e","valueUri":"urn:uuid:name"}],"_birthDate":{"extension":[{"url":"http://e","valueReference":{"reference":"Patient/A"}}]},"link":[{"other":{"reference":"#x"}}]`),
		`{"fullUrl":"`+base+`/Practitioner/there","resource":{"resourceType":"Practitioner","id":"there",`+stamp+`,"identifier":[{"value":"p"}]},"response":{"status":"200 OK",`+locationOf(w, got, 3)+`"etag":"W/\"1\"","lastModified":"2026-03-01T12:00:00.000Z"}}`,
		shown("Organization", "o", 2, `"identifier":[{"value":"o"}],"partOf":{"reference":"Organization/new-2"}`, "200 OK", `"location":"`+base+`/Organization/o/_history/2",`),
		made("Organization", "new-2", `"identifier":[{"value":"n"}]`),
		made("Encounter", "new-3", `"subject":{"reference":"Patient/new-4"},"partOf":{"reference":"Encounter/new-3"},"serviceProvider":{"reference":"Organization/o"}`),
		made("Patient", "new-4", `"identifier":[{"value":"http://x.org/fhir/Patient/2"}]`),
		made("Encounter", "new-5", `"subject":{"reference":"Patient/2"},"partOf":{"reference":"Encounter/new-3"}`),
	))
}

// A Bundle that is an entry has links of its own: a document, and a transaction that is
// stored and not done. A canonical is never a link (http.html#trules).
func TestTransactionOfADocument(t *testing.T) {
	w := newWorld(t)
	document := func(patient, organization string) string {
		return `"type":"document","identifier":{"value":"d"},"timestamp":"2026-01-01T00:00:00Z","entry":[` +
			`{"fullUrl":"urn:uuid:a","resource":{"resourceType":"Composition","meta":{"profile":["urn:uuid:p"]},"status":"final","type":{"text":"t"},"date":"2026","title":"t","subject":{"reference":"urn:uuid:b"},"author":[{"reference":"urn:uuid:b"}],"custodian":{"reference":"` + organization + `"}}},` +
			`{"fullUrl":"urn:uuid:b","resource":{"resourceType":"Patient","generalPractitioner":[{"reference":"` + patient + `"}]}}]`
	}
	const waiting = `"type":"transaction","entry":[{"resource":{"resourceType":"Basic","code":{"text":"b"},"subject":{"reference":"Patient?identifier=1"}},"request":{"method":"POST","url":"Basic"}}]`
	got := w.post(w.all(), sent("transaction",
		brings("urn:uuid:b", "PUT", "Organization/o", `{"resourceType":"Organization","id":"o"}`),
		brings("urn:uuid:p", "PUT", "Organization/p", `{"resourceType":"Organization","id":"p"}`),
		brings("", "PUT", "Bundle/d", `{"resourceType":"Bundle","id":"d",`+document("urn:uuid:p", "urn:uuid:p")+`}`),
		brings("", "PUT", "Bundle/t", `{"resourceType":"Bundle","id":"t",`+waiting+`}`),
	))
	w.is("a document", got, 200, answered("transaction",
		made("Organization", "o", ""), made("Organization", "p", ""),
		made("Bundle", "d", document("Organization/p", "Organization/p")), made("Bundle", "t", waiting)))
}

// locationOf is the location of an entry's answer as it stands.
func locationOf(w *world, got reply, i int) string {
	_, rest, ok := strings.Cut(w.entries(got)[i], `"location":`)
	if !ok {
		return ""
	}
	location, _, _ := strings.Cut(rest, ",")
	return `"location":` + location + `,`
}

// A body is shown if the caller may read the resource as the whole transaction
// leaves it: a Medication that only a later entry refers to.
func TestTransactionShowsWhatItLeaves(t *testing.T) {
	w := newWorld(t)
	w.add(eve, `{"resourceType":"Observation","id":"1","status":"final","subject":{"reference":"Patient/eve"}}`)
	token := w.token("patient/Observation.crus?status=final patient/Observation.u", "Patient/eve")
	amended := `{"resourceType":"Observation","id":"1","status":"amended","subject":{"reference":"Patient/eve"}}`
	w.is("amended", w.post(token, sent("transaction", brings("", "PUT", "Observation/1", amended))), 200,
		answered("transaction", `{"response":{"status":"200 OK","etag":"W/\"2\"","lastModified":"2026-03-01T12:00:00.000Z"}}`))

	all := w.token("system/Observation.cruds?subject:Patient.active=true system/Observation.c system/Patient.cruds")
	inactive := `{"resourceType":"Patient","id":"eve","active":false}`
	observation := `{"resourceType":"Observation","subject":{"reference":"Patient/eve"}}`
	answer := `{"response":{"status":"201 Created","location":"` + base + `/Observation/new-0/_history/1","etag":"W/\"1\"","lastModified":"2026-03-01T12:00:00.000Z"}}`
	w.is("hidden by a later entry", w.post(all, sent("transaction", brings("", "POST", "Observation", observation), brings("", "PUT", "Patient/eve", inactive))), 200,
		answered("transaction", answer, kept("Patient", "eve", 2, `"active":false`)))
	w.is("shown by a later entry", w.post(all, sent("transaction", brings("", "POST", "Observation", observation), brings("", "PUT", "Patient/eve", strings.Replace(inactive, "false", "true", 1)))), 200,
		answered("transaction", made("Observation", "new-0", `"subject":{"reference":"Patient/eve"}`), kept("Patient", "eve", 3, `"active":true`)))
}

// Reads alone write nothing and wait for no writer.
func TestTransactionOfReads(t *testing.T) {
	w := newWorld(t)
	w.add(eve)
	w.is("reads", w.post(w.token("patient/Patient.r", "Patient/eve"), sent("transaction", asks("GET", "Patient/eve"))), 200,
		answered("transaction", `{"fullUrl":"`+base+`/Patient/eve","resource":`+eve+`,"response":{"status":"200 OK","etag":"W/\"1\"","lastModified":"2026-03-01T12:00:00.000Z"}}`))
}
