package api

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// audited makes a world record what is done. Where every is long the test has to
// flush what is read.
func audited(t testing.TB, every time.Duration) func(*Config) {
	return func(c *Config) {
		c.Audit = audit.New(c.Store, audit.Options{Clock: c.Clock, Every: every, Logger: slog.New(slog.DiscardHandler)})
		t.Cleanup(func() {
			if err := c.Audit.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
}

// auditor is a world that records what is done, and tells it.
type auditor struct {
	*world
	log  *audit.Log
	last string // the id of the last record that was told
}

func newAuditor(t *testing.T, change ...func(*Config)) *auditor {
	t.Helper()
	a := &auditor{}
	change = append(change, audited(t, time.Hour), func(c *Config) { a.log = c.Audit })
	a.world = newWorld(t, change...)
	return a
}

// records are the AuditEvents of the server in the order in which they were made.
func (a *auditor) records() []*fhirjson.Node {
	a.Helper()
	a.must(a.log.Flush(context.Background()))
	query, err := a.store.Registry().ParseSearch([]string{"AuditEvent"}, []search.Pair{{Name: "_sort", Value: "_id"}}, search.Options{MaxCount: 1000, DefaultCount: 1000})
	a.must(err)
	found, err := a.store.View(store.Unrestricted("test")).Search(context.Background(), query)
	a.must(err)
	var all []*fhirjson.Node
	for _, m := range found.Matches {
		resource, err := fhirjson.Parse(m.Body)
		a.must(err)
		all = append(all, resource)
	}
	return all
}

// news are the records since the last time, each in a line: action and interaction,
// the outcome if it is none of success, who, and about what. A patient has an asterisk.
func (a *auditor) news() []string {
	a.Helper()
	var lines []string
	for _, r := range a.records() {
		if id := r.Get("id").Text(); id > a.last {
			a.last = id
			lines = append(lines, told(r))
		}
	}
	return lines
}

func told(r *fhirjson.Node) string {
	words := []string{r.Get("action").Text()}
	for _, c := range r.Get("subtype").Items() {
		words = append(words, c.Get("code").Text())
	}
	if text := r.Get("outcomeDesc").Text(); text != "" {
		words = append(words, r.Get("outcome").Text(), text)
	}
	words = append(words, "by")
	for _, agent := range r.Get("agent").Items() {
		words = append(words, agent.At("who", "reference").Text()+agent.At("who", "display").Text()+agent.Get("altId").Text())
	}
	for _, e := range r.Get("entity").Items() {
		query, _ := base64.StdEncoding.DecodeString(e.Get("query").Text())
		word := e.At("what", "reference").Text() + "[" + string(query) + "]"
		word = strings.TrimSuffix(word, "[]")
		if e.At("role", "code").Text() == "1" {
			word += "*"
		}
		for _, d := range e.Get("detail").Items() {
			if name := d.Get("type").Text(); name == "version" || name == "method" || name == "count" {
				word += " " + d.Get("valueString").Text()
			}
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// tells wants the news to be these.
func (a *auditor) tells(name string, want ...string) {
	a.Helper()
	if got := a.news(); !slices.Equal(got, want) {
		a.Errorf("%s:\n got %q\nwant %q", name, got, want)
	}
}

var auditedData = []string{
	`{"resourceType":"Patient","id":"p","birthDate":"1970"}`, `{"resourceType":"Patient","id":"q"}`,
	`{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"}}`,
	`{"resourceType":"Observation","id":"x","status":"final","code":{"text":"x"},"subject":{"reference":"http://granary.test/fhir/Patient/q"},"performer":[{"reference":"http://elsewhere.test/fhir/Patient/z"}]}`,
}

// Each reading leaves a record: who, by which client, what, and of which patients.
func TestAuditOfReads(t *testing.T) {
	a := newAuditor(t)
	a.add(auditedData...)
	doctor, all := a.token("user/*.rs", "Practitioner/d"), a.all()
	form := func(path, body string) {
		a.send(doctor, http.MethodPost, path, body, "Content-Type: application/x-www-form-urlencoded")
	}
	get := func(path string) func() { return func() { a.get(doctor, path) } }
	const by = " by Practitioner/d test "
	for _, c := range []struct {
		name string
		do   func()
		want string
	}{
		{"read", get("/Observation/o?_elements=code"), "R read" + by + "Observation/o 1"}, // what is not shown is not told of
		{"read of what is of a patient", get("/Observation/o"), "R read" + by + "Observation/o 1 Patient/p*"},
		{"read of a patient", get("/Patient/p"), "R read" + by + "Patient/p* 1"},
		{"not modified", func() { a.get(doctor, "/Patient/p", `If-None-Match: W/"1"`) }, "R read" + by + "Patient/p* 1"},
		{"HEAD", func() { a.send(doctor, http.MethodHead, "/Patient/q", "") }, "R read" + by + "Patient/q* 1"},
		{"vread", get("/Patient/p/_history/1"), "R vread" + by + "Patient/p* 1"},
		{"history", get("/Observation/o/_history"), "R history-instance" + by + "Observation/o Patient/p*"},
		{"history of a type", get("/Patient/_history?_count=2"), "R history-type" + by + "[Patient/_history?_count=2] Patient/q* Patient/p*"},
		{"history of all", get("/_history?_count=1"), "R history-system" + by + "[_history?_count=1] Patient/q*"},
		{"search", get("/Observation?code:text=x"), "E search-type" + by + "[Observation?code:text=x] Patient/q* Patient/p*"},
		{"search by POST", func() { form("/Observation/_search?_sort=_id", "code:text=x&_count=1") }, "E search-type" + by + "[Observation?_sort=_id&code:text=x&_count=1] Patient/p*"},
		{"search that finds nothing", get("/Patient?birthdate=1900"), "E search-type" + by + "[Patient?birthdate=1900]"},
		{"count of a patient's", get("/Observation?patient=p&_summary=count"), "E search-type" + by + "[Observation?patient=p&_summary=count] Patient/p*"},
		{"about patients who may not be there", get("/Observation?subject=Patient/a,Device/b," + base + "/Patient/c&_summary=count"), "E search-type" + by + "[Observation?subject=Patient/a,Device/b," + base + "/Patient/c&_summary=count] Patient/a* Patient/c*"},
		{"search of all", get("/?_type=Patient"), "E search-system" + by + "[?_type=Patient] Patient/q* Patient/p*"},
		{"compartment", get("/Patient/q/Observation"), "E search" + by + "Patient/q[Patient/q/Observation]*"},
		{"$validate of what is stored", get("/Patient/p/$validate"), "E operation" + by + "Patient/p[Patient/p/$validate]*"},
		{"$validate of a write", func() {
			a.send(all, http.MethodPost, "/Observation/$validate?mode=create", `{"resourceType":"Observation","status":"final","code":{"text":"x"}}`)
		}, "E operation by test [Observation/$validate?mode=create]"},
		{"$meta", get("/Observation/o/$meta"), "E operation" + by + "Observation/o[Observation/o/$meta] Patient/p*"},
		{"$meta of a version", get("/Observation/o/_history/1/$meta"), "E operation" + by + "Observation/o[Observation/o/$meta] 1 Patient/p*"},
		{"$docref", get("/DocumentReference/$docref?patient=p"), "E operation" + by + "[DocumentReference/$docref?patient=p] Patient/p*"},
		{"$lastn", get("/Observation/$lastn?code:text=x&subject=Patient/p"), "E operation" + by + "[Observation/$lastn?code:text=x&subject=Patient/p] Patient/p*"},
		{"$lastn by POST", func() {
			a.send(doctor, http.MethodPost, "/Observation/$lastn?max=2", `{"resourceType":"Parameters","parameter":[{"name":"code","valueString":"x"},{"name":"patient","valueId":"q"}]}`)
		}, "E operation" + by + "[Observation/$lastn?max=2&code=x&patient=q] Patient/q*"},
		{"in a patient's context", func() { a.get(a.token("patient/*.rs", "Patient/p"), "/Observation?code=none") }, "E search-type by test [Observation?code=none] Patient/p*"},
	} {
		c.do()
		a.tells(c.name, c.want)
	}
	a.get("", "/metadata")
	a.send("", http.MethodOptions, "/Patient", "")
	a.get("", "/nowhere/at/all/of/it")
	a.tells("what everyone may see")
}

// What is refused leaves a record too, of a caller that is known by name; of others
// one in a minute.
func TestAuditOfRefusals(t *testing.T) {
	a := newAuditor(t)
	a.add(auditedData...)
	own, all := a.token("patient/Observation.rs", "Patient/p"), a.all()
	for _, c := range []struct {
		name string
		do   func()
		want string
	}{
		{"403", func() { a.get(own, "/Condition/c") }, "R read 4 403 Forbidden by test Condition/c Patient/p*"},
		{"hidden", func() { a.get(own, "/Observation/x") }, "R read 4 404 Not Found by test Observation/x Patient/p*"},
		{"absent", func() { a.get(own, "/Observation/y") }, "R read 4 404 Not Found by test Observation/y Patient/p*"},
		{"no id", func() { a.get(own, "/Observation/a_b") }, "R read 4 404 Not Found by test [Observation/a_b] Patient/p*"},
		{"bad query", func() { a.get(own, "/Observation?nonsense=1") }, "E search-type 4 400 Bad Request by test [Observation?nonsense=1] Patient/p*"},
		{"write", func() { a.send(own, http.MethodPut, "/Patient/p", `{"resourceType":"Patient","id":"p"}`) }, "U update 4 403 Forbidden by test Patient/p*"},
		{"a write of bad content", func() { a.send(all, http.MethodPost, "/Patient", `{"resourceType":"Observation"}`) }, "C create 4 400 Bad Request by test [Patient]"},
		{"a write that is not admitted", func() {
			a.send(a.token("patient/Observation.c", "Patient/p"), http.MethodPost, "/Observation", `{"resourceType":"Observation","subject":{"reference":"Patient/q"}}`)
		}, "C create 4 403 Forbidden by test [Observation] Patient/p*"},
		{"no token", func() { a.get("", "/Patient/p") }, "E refusal read 4 401 Unauthorized by anonymous Patient/p*"},
	} {
		c.do()
		a.tells(c.name, c.want)
	}
	for range 20 {
		a.get("gr_nonsense", "/Patient/p")
	}
	a.tells("within the minute")
	a.Advance(time.Minute)
	a.tells("a minute later", "E refusal 4 401 Unauthorized by anonymous Patient/p* 20")
}

// A write has its record in its own transaction: nothing needs to be flushed.
func TestAuditOfWrites(t *testing.T) {
	a := newAuditor(t)
	a.add(auditedData...)
	token := a.token("user/*.cruds", "Practitioner/d")
	const observation, by = `{"resourceType":"Observation","id":"o","status":"amended","code":{"text":"x"},"subject":{"reference":"Patient/q"}}`, " by Practitioner/d test "
	send := func(method, path, body string, headers ...string) func() {
		return func() { a.send(token, method, path, body, headers...) }
	}
	for _, c := range []struct {
		name string
		do   func()
		want string
	}{
		{"update", send(http.MethodPut, "/Observation/o", observation), "U update" + by + "Observation/o 2 PUT Patient/q*"},
		{"update of a patient", send(http.MethodPut, "/Patient/p", `{"resourceType":"Patient","id":"p"}`), "U update" + by + "Patient/p* 2 PUT"},
		{"patch", send(http.MethodPatch, "/Observation/o", `[{"op":"replace","path":"/status","value":"final"}]`, "Content-Type: application/json-patch+json"), "U patch" + by + "Observation/o 3 PATCH Patient/q*"},
		{"delete", send(http.MethodDelete, "/Observation/o", ""), "D delete" + by + "Observation/o 4 DELETE Patient/q*"},
		{"conditional update", send(http.MethodPut, "/Observation?_id=x", `{"resourceType":"Observation","id":"x","status":"final","code":{"text":"y"}}`), "U update" + by + "Observation/x 2 PUT"},
		{"conditional delete", send(http.MethodDelete, "/Observation?_id=x", ""), "D delete" + by + "Observation/x 3 DELETE"},
	} {
		c.do()
		if a.log.Waiting() != 0 {
			t.Errorf("%s: the record waits", c.name)
		}
		a.tells(c.name, c.want)
	}
	a.send(token, http.MethodPost, "/Observation", observation)
	if news := a.news(); len(news) != 1 || !strings.HasPrefix(news[0], "C create"+by+"Observation/") || !strings.HasSuffix(news[0], " 1 POST Patient/q*") {
		t.Errorf("create: %q", news)
	}
	for _, c := range []struct {
		name string
		do   func()
		want string
	}{
		{"no change", send(http.MethodPut, "/Patient/p", `{"resourceType":"Patient","id":"p"}`), "U update" + by + "Patient/p* 2"},
		{"nothing to delete", send(http.MethodDelete, "/Patient/nobody", ""), "D delete" + by + "Patient/nobody*"},
		{"conditional create of what is there", send(http.MethodPost, "/Patient", `{"resourceType":"Patient"}`, "If-None-Exist: _id=q"), "C create" + by + "Patient/q[Patient]* 1"},
	} {
		c.do()
		if a.log.Waiting() != 1 {
			t.Errorf("%s wrote a record with a write that was none", c.name)
		}
		a.tells(c.name, c.want)
	}
}

// A write whose record cannot be written does not happen, and neither is there a
// record of what fails.
func TestAuditCommitsWithTheWrite(t *testing.T) {
	a := newAuditor(t)
	a.add(auditedData...)
	view := a.store.View(store.Unrestricted("test"))
	failing := errors.New("no room")
	var told []store.Change
	err := view.Witnessed(func(_ context.Context, _ *store.Tx, changes []store.Change) error {
		told = changes
		return failing
	}).Transact(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Delete(t.Context(), store.Key{Type: "Patient", ID: "p"}, store.Precondition{})
		return err
	})
	want := []store.Change{{Key: store.Key{Type: "Patient", ID: "p"}, Version: 2, Verb: store.DELETE, Patients: []string{"p"}}}
	if !errors.Is(err, failing) || !reflect.DeepEqual(told, want) {
		t.Errorf("%v, told of %+v, want %+v", err, told, want)
	}
	if _, err := view.Read(t.Context(), store.Key{Type: "Patient", ID: "p"}); err != nil {
		t.Errorf("what was not recorded has happened: %v", err)
	}
}

func TestAuditOfBundles(t *testing.T) {
	a := newAuditor(t)
	a.add(auditedData...)
	token := a.token("user/*.cruds", "Practitioner/d")
	const entries = `"entry":[
		{"request":{"method":"GET","url":"Patient/p"}},
		{"request":{"method":"PUT","url":"Patient/q"},"resource":{"resourceType":"Patient","id":"q","active":%v}},
		{"request":{"method":"GET","url":"Observation?_id=o"}},
		{"request":{"method":"DELETE","url":"Observation/x"}}]`
	const by = " by Practitioner/d test "
	a.post(token, `{"resourceType":"Bundle","type":"transaction",`+fmt.Sprintf(entries, true)+`}`)
	if a.log.Waiting() != 0 {
		t.Error("a part of the transaction waits to be recorded")
	}
	a.tells("transaction", "E transaction"+by+"Observation/x 2 DELETE Patient/q* 2 PUT Patient/p* 1 [Observation?_id=o] Patient/p*")
	a.post(token, `{"resourceType":"Bundle","type":"batch",`+fmt.Sprintf(entries, false)+`}`)
	a.tells("batch", "U update"+by+"Patient/q* 3 PUT", "R read"+by+"Patient/p* 1", "E search-type"+by+"[Observation?_id=o] Patient/p*", "D delete"+by+"Observation/x")
	a.post(token, `{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Patient/p"}}]}`)
	a.tells("a transaction that reads", "E transaction"+by+"Patient/p* 1")
	a.post(token, `{"resourceType":"Bundle","type":"transaction","entry":[
		{"request":{"method":"PUT","url":"Patient/q"},"resource":{"resourceType":"Patient","id":"q"}},{"request":{"method":"GET","url":"Patient/nobody"}}]}`)
	a.tells("a transaction that fails", "E transaction 4 404 Not Found"+by)
	a.post(token, `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/nobody"}}]}`)
	a.tells("an entry that is refused", "R read 4 404 Not Found"+by+"Patient/nobody*")
	a.post(token, `{"resourceType":"Bundle","type":"nonsense"}`)
	a.tells("a Bundle that is none", "E 4 400 Bad Request"+by)
}

// A long answer is recorded part by part, before each is sent.
func TestAuditOfLongAnswers(t *testing.T) {
	a := newAuditor(t, func(c *Config) { c.chunkBytes = 10 })
	a.add(auditedData...)
	a.get(a.all(), "/Patient?_sort=_id")
	a.tells("two parts", "E search-type by test [Patient?_sort=_id] Patient/p* [Patient?_sort=_id] Patient/q*")
}

// What a practitioner read an administrator finds, and nobody else: not the
// practitioner, whatever their panel, nor the patient.
func TestAuditIsForAdministrators(t *testing.T) {
	a := newAuditor(t)
	a.add(auditedData...)
	doctor := a.token("user/*.cruds", "Practitioner/d")
	a.get(doctor, "/Observation/o")
	a.must(a.log.Flush(t.Context()))
	id := a.records()[0].Get("id").Text()
	administrator, err := a.tokens.Issue(t.Context(), auth.Grant{Scopes: "user/*.cruds", User: "Practitioner/admin", Client: "test", Administrator: true}, time.Hour)
	a.must(err)
	for name, token := range map[string]string{"administrator": administrator, "system": a.token("system/AuditEvent.rs")} {
		a.finds(token, "/AuditEvent?patient=Patient/p&agent=Practitioner/d", "AuditEvent/"+id)
		a.finds(token, "/AuditEvent?patient=Patient/q")
		if got := a.get(token, "/AuditEvent/"+id); got.status != http.StatusOK {
			t.Errorf("%s: %v", name, got)
		}
	}
	const forbidden = "no granted scope allows %s on AuditEvent"
	for name, token := range map[string]string{"practitioner": doctor, "patient": a.token("patient/*.cruds", "Patient/p"), "relative": a.token("user/*.cruds", "RelatedPerson/r")} {
		a.is(name+" reads", a.get(token, "/AuditEvent/"+id), 403, oops("forbidden", "", fmt.Sprintf(forbidden, "read")))
		a.is(name+" searches", a.get(token, "/AuditEvent?patient=Patient/p"), 403, oops("forbidden", "", fmt.Sprintf(forbidden, "search")))
		a.is(name+" creates", a.send(token, http.MethodPost, "/AuditEvent", `{"resourceType":"AuditEvent"}`), 403, oops("forbidden", "", fmt.Sprintf(forbidden, "create")))
		for _, path := range []string{"/?_type=Patient,AuditEvent", "/_history?_count=1000", "/?_count=1000", "/Patient?_has:AuditEvent:patient:action=R", "/Patient?_revinclude=AuditEvent:patient"} {
			if got := a.get(token, path); got.status != http.StatusOK || strings.Contains(got.body, id) || strings.Contains(path, "_has") && !strings.Contains(got.body, `"total":0`) {
				t.Errorf("%s: %s: %d %s", name, path, got.status, got.body)
			}
		}
	}
}

// Nobody changes a record, or removes one, whatever they may do else.
func TestAuditIsAppendOnly(t *testing.T) {
	for _, off := range []bool{false, true} {
		a := newAuditor(t, func(c *Config) { c.AuthOff = off })
		a.add(auditedData...)
		all := a.all()
		a.get(all, "/Patient/p")
		record := string(a.records()[0].Raw())
		id := a.records()[0].Get("id").Text()
		refused := func(verb string) string {
			return oops("forbidden", "", "no granted scope allows "+verb+" on AuditEvent")
		}
		a.is("update", a.send(all, http.MethodPut, "/AuditEvent/"+id, record), 403, refused("update"))
		a.is("update as create", a.send(all, http.MethodPut, "/AuditEvent/granary-1", strings.Replace(record, id, "granary-1", 1)), 403, refused("update"))
		a.is("patch", a.send(all, http.MethodPatch, "/AuditEvent/"+id, `[]`, "Content-Type: application/json-patch+json"), 403, refused("update"))
		a.is("delete", a.send(all, http.MethodDelete, "/AuditEvent/"+id, ""), 403, refused("delete"))
		a.is("conditional update", a.send(all, http.MethodPut, "/AuditEvent?action=R", record), 403, refused("update"))
		a.is("conditional delete", a.send(all, http.MethodDelete, "/AuditEvent?action=R", ""), 403, refused("delete"))
		if got := a.post(all, `{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"AuditEvent/`+id+`"}}]}`); got.status != 403 {
			t.Errorf("in a transaction: %v", got)
		}
		if got := a.send(all, http.MethodPost, "/AuditEvent", record); got.status != http.StatusCreated || strings.Contains(got.body, audit.IDPrefix) {
			t.Errorf("a client's own record: %v", got)
		}
		if got := a.get(all, "/AuditEvent/"+id); got.status != 200 || got.body != record {
			t.Errorf("the record has become %v", got)
		}
	}
}

// Without authentication things are recorded as well.
func TestAuditWithoutAuthentication(t *testing.T) {
	a := newAuditor(t, func(c *Config) { c.AuthOff = true })
	a.add(auditedData...)
	a.get("", "/Patient/p")
	a.send("", http.MethodPut, "/Patient/p", `{"resourceType":"Patient","id":"p"}`)
	a.tells("by nobody", "U update by anonymous Patient/p* 2 PUT", "R read by anonymous Patient/p* 1")
}

// Who, from where, by which grant and request, as it is written.
func TestAuditRecord(t *testing.T) {
	a := newAuditor(t)
	a.add(auditedData...)
	token, err := a.tokens.Issue(t.Context(), auth.Grant{ID: "g1", Scopes: "user/*.rs", User: "Practitioner/d", Client: "app"}, time.Hour)
	a.must(err)
	a.get(token, "/Observation/o", "X-Request-Id: r1")
	r := a.records()[0]
	id := r.Get("id").Text()
	const patient = `{"what":{"reference":"Patient/p"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"1"}}`
	want := `{"resourceType":"AuditEvent","id":"` + id + `",` + stamp + `,"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest","display":"RESTful Operation"},` +
		`"subtype":[{"system":"http://hl7.org/fhir/restful-interaction","code":"read","display":"read"}],"action":"R","period":{"start":"2026-03-01T12:00:00.000Z","end":"2026-03-01T12:00:00.000Z"},"recorded":"2026-03-01T12:00:00.000Z","outcome":"0",` +
		`"agent":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/extra-security-role-type","code":"humanuser","display":"human user"}]},"who":{"reference":"Practitioner/d"},"requestor":true,"policy":["urn:granary:grant:g1"]},` +
		`{"type":{"coding":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110150","display":"Application"}]},"altId":"app","requestor":false,"policy":["urn:granary:grant:g1"],"network":{"address":"192.0.2.1","type":"2"}}],` +
		`"source":{"observer":{"identifier":{"system":"urn:ietf:rfc:3986","value":"http://granary.test/fhir"},"display":"Granary"},"type":[{"system":"http://terminology.hl7.org/CodeSystem/security-source-type","code":"4","display":"Application Server"}]},` +
		`"entity":[{"what":{"reference":"Observation/o"},"detail":[{"type":"time","valueString":"2026-03-01T12:00:00.000Z"},{"type":"request","valueString":"r1"},{"type":"version","valueString":"1"}]},` + patient + `]}`
	if got := string(r.Raw()); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// While records cannot be written nothing is shown.
func TestUnrecordedIsNotShown(t *testing.T) {
	const sorry = "the server cannot record at the moment what it shows, and so shows nothing; try again later"
	elsewhere := newWorld(t)
	log := audit.New(elsewhere.store, audit.Options{Every: time.Hour, Logger: slog.New(slog.DiscardHandler)})
	w := newWorld(t, func(c *Config) { c.Audit = log })
	w.add(eve, adam)
	all := w.all()
	w.is("recorded", w.get(all, "/Patient/eve"), 200, eve)
	w.must(elsewhere.store.Close())
	if err := log.Flush(t.Context()); err == nil {
		t.Fatal("the record was written to a store that is closed")
	}
	w.is("not recorded", w.get(all, "/Patient/eve"), 503, oops("transient", "", sorry), "Retry-After: 2")
	w.is("in a batch", w.post(all, `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/eve"}}]}`), 200,
		`{"resourceType":"Bundle","type":"batch-response","entry":[{"response":{"status":"503 Service Unavailable","outcome":`+oops("transient", "", sorry)+`}}]}`)
	w.is("a write has its record with it", w.send(all, http.MethodDelete, "/Patient/adam", ""), 204, "")
	w.is("without a token", w.get("", "/Patient/eve"), 401, oops("login", "", "this server wants an access token: Authorization: Bearer <token>"))
}
