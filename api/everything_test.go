package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// everythingData has something of every verdict for Patient a, and as much for b.
func everythingData() []string {
	all := []string{
		`{"resourceType":"Organization","id":"org"}`, `{"resourceType":"Practitioner","id":"unseen"}`,
		`{"resourceType":"Location","id":"ward"}`, `{"resourceType":"Substance","id":"salt"}`,
		`{"resourceType":"Device","id":"scale"}`,
		`{"resourceType":"Questionnaire","id":"form","status":"active"}`,
		`{"resourceType":"Group","id":"both","member":[{"entity":{"reference":"Patient/a"}},{"entity":{"reference":"Patient/b"}}]}`,
		`{"resourceType":"Person","id":"person","link":[{"target":{"reference":"Patient/a"}}]}`,
		`{"resourceType":"AuditEvent","id":"audit","entity":[{"what":{"reference":"Patient/a"}}]}`,
		`{"resourceType":"Observation","id":"nobodys","status":"final","performer":[{"reference":"Practitioner/unseen"}]}`,
	}
	for _, p := range []string{"a", "b"} {
		other := map[string]string{"a": "b", "b": "a"}[p]
		for _, text := range []string{
			`{"resourceType":"Practitioner","id":"dr-P"}`,
			`{"resourceType":"Medication","id":"med-P"}`,
			`{"resourceType":"Binary","id":"scan-P","contentType":"text/plain"}`,
			`{"resourceType":"Patient","id":"P","birthDate":"1960","managingOrganization":{"reference":"Organization/org"},"link":[{"other":{"reference":"Patient/OTHER"},"type":"seealso"}]}`,
			`{"resourceType":"Encounter","id":"visit-P","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/P"},"period":{"start":"2020-03-01","end":"2020-03-02"},"location":[{"location":{"reference":"Location/ward"}}]}`,
			`{"resourceType":"Observation","id":"old-P","status":"final","category":[{"coding":[{"code":"vital-signs"}]}],"subject":{"reference":"Patient/P"},"effectiveDateTime":"2010-01-01","performer":[{"reference":"Practitioner/dr-P"}]}`,
			`{"resourceType":"Observation","id":"new-P","status":"final","category":[{"coding":[{"code":"laboratory"}]}],"subject":{"reference":"Patient/P"},"encounter":{"reference":"Encounter/visit-P"},"effectiveDateTime":"2020-03-01","device":{"reference":"Device/scale"},"derivedFrom":[{"reference":"Observation/old-P"},{"reference":"Observation/old-OTHER"}]}`,
			`{"resourceType":"Observation","id":"about-P","status":"final","subject":{"reference":"Patient/OTHER"},"focus":[{"reference":"Patient/P"}],"device":{"reference":"Device/pump-P"}}`,
			`{"resourceType":"MedicationRequest","id":"rx-P","status":"active","intent":"order","subject":{"reference":"Patient/P"},"authoredOn":"2020-03-02","encounter":{"reference":"Encounter/visit-P"},"medicationReference":{"reference":"Medication/med-P"}}`,
			`{"resourceType":"DocumentReference","id":"doc-P","status":"current","subject":{"reference":"Patient/P"},"content":[{"attachment":{"url":"Binary/scan-P"}}]}`,
			`{"resourceType":"List","id":"list-P","status":"current","mode":"working","subject":{"reference":"Patient/P"},"entry":[{"item":{"reference":"Practitioner/unseen"}},{"item":{"reference":"Observation/old-OTHER"}}]}`,
			`{"resourceType":"Device","id":"pump-P","patient":{"reference":"Patient/P"}}`,
			`{"resourceType":"Task","id":"task-P","status":"requested","intent":"order","for":{"reference":"Patient/P"}}`,
			`{"resourceType":"Coverage","id":"cover-P","status":"active","beneficiary":{"reference":"Patient/P"},"payor":[{"reference":"Organization/org"}]}`,
			`{"resourceType":"Provenance","id":"prov-P","target":[{"reference":"Observation/old-P"}],"recorded":"2020-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/dr-P"}}]}`,
		} {
			all = append(all, strings.NewReplacer(`/OTHER"`, "/"+other+`"`, `-OTHER"`, "-"+other+`"`, `/P"`, "/"+p+`"`, `"P"`, `"`+p+`"`, `-P"`, "-"+p+`"`).Replace(text))
		}
	}
	return append(all, `{"resourceType":"Provenance","id":"prov-both","target":[{"reference":"Observation/old-a"},{"reference":"Observation/old-b"}],"recorded":"2020-01-01T00:00:00Z"}`)
}

// chartOfA is the chart of Patient a in the order of a $everything.
var chartOfA = []string{"Patient/a", "Coverage/cover-a", "Device/pump-a", "DocumentReference/doc-a", "Encounter/visit-a", "List/list-a",
	"MedicationRequest/rx-a", "Observation/new-a", "Observation/old-a", "Observation/about-b", "Task/task-a"}

func words(text string) []string { return strings.Fields(text) }

func including(matches []string, ids ...string) []string {
	all := slices.Clone(matches)
	for _, id := range ids {
		all = append(all, "include "+id)
	}
	return all
}

// inOrder are the matches of a Bundle as they stand, and then what is included, sorted.
func inOrder(b found) []string {
	var matches, included []string
	for _, e := range b.Entry {
		id := strings.TrimPrefix(e.FullURL, base+"/")
		if e.Search.Mode == "match" {
			matches = append(matches, id)
		} else {
			included = append(included, e.Search.Mode+" "+id)
		}
	}
	slices.Sort(included)
	return append(matches, included...)
}

func (w *world) fetches(token, path string, want ...string) {
	w.Helper()
	if got := inOrder(w.bundle(w.get(token, path))); !slices.Equal(got, want) {
		w.Errorf("GET %s:\n got %v\nwant %v", path, got, want)
	}
}

func TestEverything(t *testing.T) {
	w := newWorld(t)
	w.add(everythingData()...)
	all, own := w.all(), w.token("patient/*.rs", "Patient/a")
	beside := words("Binary/scan-a Device/scale Location/ward Medication/med-a Organization/org Practitioner/dr-a Provenance/prov-a")
	const everything = "/Patient/a/$everything"
	// A patient's own token sees no device that is nobody's, and no mixed Provenance.
	w.fetches(own, everything, including(chartOfA, slices.DeleteFunc(slices.Clone(beside), func(id string) bool { return id == "Device/scale" })...)...)
	w.fetches(all, everything, including(chartOfA, slices.Sorted(slices.Values(append(beside, "Provenance/prov-both")))...)...)
	for path, want := range map[string][]string{
		"?_type=Observation":                                   words("Observation/new-a Observation/old-a Observation/about-b"),
		"?_type=Patient,Observation&_type=Practitioner":        including(words("Patient/a Observation/new-a Observation/old-a Observation/about-b"), "Practitioner/dr-a"),
		"?_type=Observation,Provenance&start=2020":             words("Observation/new-a Observation/about-b"),
		"?_type=Observation,Encounter&start=2020-03-02":        words("Encounter/visit-a Observation/about-b"),
		"?_type=Observation,Provenance&end=2010":               including(words("Observation/old-a Observation/about-b"), "Provenance/prov-a"),
		"?start=2011&end=2019":                                 including(words("Patient/a Coverage/cover-a Device/pump-a DocumentReference/doc-a List/list-a Observation/about-b Task/task-a"), "Binary/scan-a", "Organization/org"),
		"?_since=2026-03-01T12:00:00Z&_type=Coverage":          words("Coverage/cover-a"),
		"?_since=2026-03-01T12:00:00.001Z":                     nil,
		"?_type=Task&_summary=true&_format=json":               words("Task/task-a"),
		"?_type=Medication,MedicationRequest&_elements=status": including(words("MedicationRequest/rx-a"), "Medication/med-a"),
	} {
		w.fetches(own, everything+path, want...)
	}
	task := `{"resourceType":"Task","id":"task-a",` + stamp + `,"status":"requested","intent":"order","for":{"reference":"Patient/a"}}`
	w.is("whole", w.get(own, everything+"?_type=Task"), 200, searchset("1", everything+"?_type=Task", entry("match", task)))
	w.is("HEAD", w.send(own, http.MethodHead, everything+"?_type=Task", ""), 200, "")
	w.is("count", w.get(own, everything+"?_summary=count"), 200, searchset("11", everything+"?_summary=count"))
	w.is("none", w.get(own, everything+"?_count=0"), 200, searchset("11", everything+"?_count=0"))
	if got := w.get(own, everything+"?_type=Task&_pretty=true"); got.body != string(indented([]byte(searchset("1", everything+"?_type=Task&_pretty=true", entry("match", task))))) {
		t.Error(got.body)
	}
	lenient := w.bundle(w.get(own, everything+"?_type=Task&code=x", "Prefer: handling=lenient"))
	if got := inOrder(lenient); !slices.Equal(got, []string{"Task/task-a", "outcome "}) || lenient.link("self") != everything+"?_type=Task" {
		t.Errorf("lenient: %v", lenient)
	}
}

func TestEverythingRefuses(t *testing.T) {
	w := newWorld(t)
	w.add(everythingData()...)
	w.add(`{"resourceType":"Patient","id":"gone"}`)
	all, own := w.all(), w.token("patient/*.rs", "Patient/a")
	w.send(all, http.MethodDelete, "/Patient/gone", "")
	noParam := func(name, others string) string {
		return oops("invalid", "http."+name, "search parameter "+name+" is no parameter of this operation; it has "+others)
	}
	for path, want := range map[string]string{
		"/Patient/a/$everything?code=x":                      noParam("code", "_type, _since, start, end and _count"),
		"/Encounter/visit-a/$everything?start=2020":          noParam("start", "_type, _since and _count"),
		"/Patient/a/$everything?_type=Patience":              oops("invalid", "http._type", "search parameter _type=Patience: is no resource type of R4; types are written as in Patient, with commas between them"),
		"/Patient/a/$everything?_type=Patient,Group":         oops("invalid", "http._type", "search parameter _type=Group: is never part of this record"),
		"/Patient/a/$everything?_type=Practitioner":          oops("invalid", "http._type", "search parameter _type=Practitioner: comes only with what refers to it; name the types of the record that do, too"),
		"/Patient/a/$everything?start=soon":                  oops("invalid", "http.start", "search parameter start=soon: is no date: the year must be 0001 to 9999"),
		"/Patient/a/$everything?start=2020&start=2021":       oops("invalid", "http.start", "search parameter start "+standsTwice),
		"/Patient/a/$everything?start=2020&end=2019":         oops("invalid", "http.end", "end is before start"),
		"/Patient/a/$everything?_count=x":                    oops("invalid", "http._count", "search parameter _count=x: is no number of resources; give 0 or more"),
		"/Patient/a/$everything?_cursor=x":                   oops("invalid", "", "the page link is not valid for this search and access token; begin again with the first page"),
		"/Patient/a/$everything?_type=Task&_elements=gender": oops("invalid", "http._elements", "search parameter _elements=gender: is no element of Task; give top-level elements by name, separated by commas"),
	} {
		w.is(path, w.get(all, path), 400, want)
	}
	w.is("absent", w.get(own, "/Patient/nobody/$everything"), 404, oops("not-found", "", noSee))
	w.is("hidden", w.get(own, "/Patient/b/$everything"), 404, oops("not-found", "", noSee))
	w.is("hidden encounter", w.get(own, "/Encounter/visit-b/$everything"), 404, oops("not-found", "", noSee))
	w.is("gone", w.get(all, "/Patient/gone/$everything"), 410, oops("deleted", "", "the resource has been deleted"))
	w.is("no r", w.get(w.token("patient/Observation.rs", "Patient/a"), "/Patient/a/$everything"), 403, oops("forbidden", "", "no granted scope allows read on Patient, nor $everything; the scope of the operation is patient/Patient.$everything"),
		`WWW-Authenticate: Bearer realm="granary", error="insufficient_scope", scope="patient/Patient.$everything"`)
	w.is("no s", w.get(w.token("patient/Patient.r", "Patient/a"), "/Patient/$everything"), 403, oops("forbidden", "", "no granted scope allows search on Patient, nor $everything; the scope of the operation is patient/Patient.$everything"))
	// Whether there is a patient is not looked up for who may search nothing of theirs.
	nothing := w.token("user/Patient.r", "Practitioner/dr-a")
	w.same("no s at all", w.get(nothing, "/Patient/a/$everything"), w.get(nothing, "/Patient/nobody/$everything"))
	w.is("no s at all", w.get(nothing, "/Patient/a/$everything"), 403, oops("forbidden", "", "no granted scope allows search on any of these types"))
}

func TestEverythingOfAllPatients(t *testing.T) {
	w := newWorld(t)
	w.add(everythingData()...)
	own := w.token("patient/*.rs", "Patient/a")
	one, same := w.bundle(w.get(own, "/Patient/a/$everything")), w.bundle(w.get(own, "/Patient/$everything"))
	if !slices.Equal(inOrder(one), inOrder(same)) {
		t.Errorf("of a patient's own token:\n%v\n%v", inOrder(one), inOrder(same))
	}
	both := inOrder(w.bundle(w.get(w.all(), "/Patient/$everything")))
	if len(both) != 2*len(chartOfA)+12 || both[0] != "Patient/b" || both[1] != "Patient/a" || slices.Contains(both, "Observation/nobodys") || slices.Contains(both, "include Practitioner/unseen") {
		t.Errorf("%d: %v", len(both), both)
	}
	// Charts are those of patients that are shown.
	w.fetches(w.token("system/Patient.s?_id=a system/Task.rs system/Device.s"), "/Patient/$everything", "Patient/a", "Device/pump-a", "Task/task-a")
	w.fetches(w.token("system/*.rs"), "/Patient/$everything?_type=Task", "Task/task-b", "Task/task-a")
}

func TestEverythingOfAnEncounter(t *testing.T) {
	w := newWorld(t)
	w.add(everythingData()...)
	matches := words("Encounter/visit-a MedicationRequest/rx-a Observation/new-a")
	const path = "/Encounter/visit-a/$everything"
	w.fetches(w.token("patient/*.rs", "Patient/a"), path, including(matches, words("Location/ward Medication/med-a Observation/old-a Patient/a")...)...)
	w.fetches(w.all(), path, including(matches, words("Device/scale Location/ward Medication/med-a Observation/old-a Patient/a")...)...)
	w.fetches(w.all(), path+"?_type=Observation,Patient", including(words("Observation/new-a"), "Observation/old-a", "Patient/a")...)
	w.fetches(w.token("patient/Encounter.rs patient/Observation.rs?category=laboratory", "Patient/a"), path, "Encounter/visit-a", "Observation/new-a")
	w.is("no r", w.get(w.token("patient/Observation.rs", "Patient/a"), path), 403, oops("forbidden", "", "no granted scope allows read on Encounter, nor $everything; the scope of the operation is patient/Encounter.$everything"))
}

func TestEverythingByPost(t *testing.T) {
	w := newWorld(t)
	w.add(everythingData()...)
	own := w.token("patient/*.rs", "Patient/a")
	parameters := func(parts ...string) string {
		return `{"resourceType":"Parameters","parameter":[` + strings.Join(parts, ",") + `]}`
	}
	for _, path := range []string{"/Patient/a/$everything", "/Patient/$everything", "/Encounter/visit-a/$everything"} {
		w.same(path, w.get(own, path), w.send(own, http.MethodPost, path, ""))
		w.same(path, w.get(own, path), w.send(own, http.MethodPost, path, `{"resourceType":"Parameters"}`))
		w.same(path+" with parameters", w.get(own, path+"?_type=Observation,Encounter&_since=2026-01-01&_count=50"), w.send(own, http.MethodPost, path+"?_since=2026-01-01",
			parameters(`{"name":"_type","valueCode":"Observation,Encounter"}`, `{"name":"_count","valueInteger":50}`)))
	}
	first := w.bundle(w.send(own, http.MethodPost, "/Patient/a/$everything", parameters(`{"name":"_count","valueInteger":10}`)))
	if got := inOrder(w.bundle(w.get(own, first.link("next")))); got[0] != "Task/task-a" {
		t.Errorf("the next page: %v", got)
	}
	w.is("another resource", w.send(own, http.MethodPost, "/Patient/a/$everything", `{"resourceType":"Patient"}`), 400,
		oops("invalid", "resourceType", `the body is a "Patient"; the parameters of an operation come in a Parameters`))
	w.is("no parameter", w.send(own, http.MethodPost, "/Patient/a/$everything", parameters(`{"name":"code","valueString":"x"}`)), 400,
		oops("invalid", "http.code", "search parameter code is no parameter of this operation; it has _type, _since, start, end and _count"))
}

// As an entry of a Bundle it is what it is alone, in one piece.
func TestEverythingInBundles(t *testing.T) {
	w := newWorld(t, chunksOf(1))
	w.add(everythingData()...)
	own := w.token("patient/*.rs", "Patient/a")
	alone := inOrder(w.bundle(w.get(own, "/Patient/a/$everything")))
	for _, typ := range []string{"batch", "transaction"} {
		got := w.send(own, http.MethodPost, "", `{"resourceType":"Bundle","type":"`+typ+`","entry":[{"request":{"method":"GET","url":"Patient/a/$everything"}},{"request":{"method":"GET","url":"Patient/a"}}]}`)
		var b struct{ Entry []struct{ Resource found } }
		w.decode(got, &b)
		if ids := inOrder(b.Entry[0].Resource); !slices.Equal(ids, alone) || len(alone) != 17 {
			t.Errorf("%s: %v, want %v", typ, ids, alone)
		}
	}
}

// What is asked for is on the record, with the patients of whom the answer tells.
func TestEverythingIsRecorded(t *testing.T) {
	a := newAuditor(t)
	a.add(auditedData...)
	own := a.token("patient/*.rs", "Patient/p")
	a.get(own, "/Patient/p/$everything?_type=Observation")
	a.tells("GET", "E operation by test Patient/p[Patient/p/$everything?_type=Observation]*")
	a.send(own, http.MethodPost, "/Patient/$everything", `{"resourceType":"Parameters","parameter":[{"name":"_type","valueCode":"Observation"}]}`)
	a.tells("POST", "E operation by test [Patient/$everything?_type=Observation] Patient/p*")
	a.get(own, "/Patient/q/$everything")
	a.tells("refused", "E operation 4 404 Not Found by test Patient/q[Patient/q/$everything]* Patient/p*")
}

func (w *world) decode(got reply, into any) {
	w.Helper()
	if got.status != http.StatusOK {
		w.Fatalf("%d %s", got.status, got.body)
	}
	w.must(json.Unmarshal([]byte(got.body), into))
}

// A device is nobody's if it names no patient in any way.
func TestEverythingBringsNobodysDevices(t *testing.T) {
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"a"}`)
	for id, patient := range map[string]string{
		"nobodys": "", "literal": `,"patient":{"reference":"Patient/b"}`, "foreign": `,"patient":{"reference":"https://elsewhere.example/Patient/b"}`,
		"logical": `,"patient":{"type":"Patient","identifier":{"value":"1"}}`, "named": `,"patient":{"display":"Ann"}`,
	} {
		w.add(`{"resourceType":"Device","id":"`+id+`"`+patient+`}`,
			`{"resourceType":"Observation","id":"by-`+id+`","status":"final","subject":{"reference":"Patient/a"},"device":{"reference":"Device/`+id+`"}}`)
	}
	all := inOrder(w.bundle(w.get(w.all(), "/Patient/a/$everything")))
	if along := all[6:]; !slices.Equal(along, including(nil, "Device/nobodys")) {
		t.Errorf("brought along: %v", along)
	}
}
