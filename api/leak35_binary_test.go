package api

import (
	"net/http"
	"strings"
	"testing"
)

// leaks row 35: a Binary is in no chart. It is read by whoever reads what it is attached
// to, or what its securityContext says, and never searched.

func attached(typ, id, patient, url, more string) string {
	attachment := `{"url":"` + url + `"}`
	element := map[string]string{
		"DocumentReference": `"content":[{"attachment":` + attachment + `}]`, "DiagnosticReport": `"presentedForm":[` + attachment + `]`,
		"Media": `"content":` + attachment, "Communication": `"payload":[{"contentAttachment":` + attachment + `}]`,
	}[typ]
	return about(typ, id, patient, element+more)
}

func secured(id, context string) string {
	return `{"resourceType":"Binary","id":"` + id + `","contentType":"text/plain","securityContext":{"reference":"` + context + `"},"data":"c2VjcmV0"}`
}

func plainBinary(id string) string {
	return `{"resourceType":"Binary","id":"` + id + `","contentType":"text/plain","data":"c2VjcmV0"}`
}

func binaries() []string {
	all := []string{
		strings.TrimSuffix(eve, "}") + `,"photo":[{"url":"Binary/photo"}]}`, strings.TrimSuffix(adam, "}") + `,"photo":[{"url":"Binary/adams-photo"}]}`,
		attached("DocumentReference", "d", "eve", "Binary/doc", `,"status":"current","category":[{"coding":[{"code":"open"}]}]`),
		attached("DocumentReference", "absolute", "eve", base+"/Binary/absolute", ""), attached("DocumentReference", "version", "eve", "Binary/version/_history/1", ""),
		attached("DocumentReference", "foreign", "eve", "https://evil.test/fhir/Binary/foreign", ""), attached("DocumentReference", "sideways", "eve", base+"/x/../Binary/sideways", ""),
		attached("DiagnosticReport", "d", "eve", "Binary/report", ""), attached("Media", "d", "eve", "Binary/media", ""), attached("Communication", "d", "eve", "Binary/message", ""),
		attached("DocumentReference", "adams", "adam", "Binary/adams-doc", ""),
		attached("DocumentReference", "steals", "eve", "Binary/adams-secured", ""), // Adam's by its securityContext, Eve's document attaches it
		about("Observation", "e", "eve", categorized("vital-signs")), about("Observation", "a", "adam", ""), `{"resourceType":"Practitioner","id":"1"}`,
		secured("by-patient", "Patient/eve"), secured("by-observation", "Observation/e"), secured("adams-secured", "Patient/adam"), secured("adams-observed", "Observation/a"),
		secured("by-doctor", "Practitioner/1"), secured("by-nothing", "Observation/never-was"), secured("by-stranger", "https://evil.test/fhir/Patient/eve"),
	}
	for id := range strings.FieldsSeq("doc absolute version foreign sideways report media message photo adams-photo adams-doc unattached") {
		all = append(all, plainBinary(id))
	}
	return all
}

// everyBinary are all of them.
const everyBinary = "absolute adams-doc adams-observed adams-photo adams-secured by-doctor by-nothing by-observation by-patient by-stranger doc foreign media message photo report sideways unattached version"

func (w *world) readsBinaries(token, want string) {
	w.Helper()
	var hidden []string
	for id := range strings.FieldsSeq(everyBinary) {
		if !strings.Contains(" "+want+" ", " "+id+" ") {
			hidden = append(hidden, "Binary/"+id)
		} else if got := w.get(token, "/Binary/"+id); got.status != http.StatusOK {
			w.Errorf("Binary/%s: %d", id, got.status)
		}
	}
	for _, key := range hidden {
		if got := w.get(token, "/"+key); got.status < 400 || strings.Contains(got.body, "c2VjcmV0") {
			w.Errorf("%s: %d %s", key, got.status, got.body)
		}
	}
	if len(hidden) > 0 {
		w.lacks(token, hidden[0], hidden[len(hidden)-1])
	}
}

func TestLeak35GuessedID(t *testing.T) {
	w := newWorld(t)
	w.add(binaries()...)
	for _, c := range []struct{ scopes, patient, want string }{
		{"patient/*.rs", "eve", "absolute by-observation by-patient doc media photo report version"},
		{"patient/*.cruds", "adam", "adams-doc adams-observed adams-photo adams-secured"},
		{"patient/*.rs", "nobody", ""},
		{"patient/Binary.rs", "eve", ""},
		{"patient/Binary.r patient/DocumentReference.s", "eve", ""}, // found, but not read
		{"patient/Binary.r patient/DocumentReference.r", "eve", "absolute doc version"},
		{"patient/Binary.r patient/DocumentReference.rs?category=open", "eve", "doc"},
		{"patient/Binary.r patient/DocumentReference.rs?category=closed", "eve", ""},
		{"patient/Binary.r patient/Observation.r?category=vital-signs", "eve", "by-observation"},
		{"patient/Binary.r patient/Observation.r?category=laboratory", "eve", ""},
		{"patient/Binary.r patient/Patient.r", "eve", "by-patient photo"},
		{"patient/Binary.r?_id=doc,adams-doc patient/DocumentReference.r", "eve", "doc"},
		{"patient/DocumentReference.rs patient/Patient.rs", "eve", ""}, // no scope names Binary
		{"system/Binary.rs", "eve", everyBinary},
	} {
		t.Run(c.scopes+" of "+c.patient, func(t *testing.T) { w.readsBinaries(w.token(c.scopes, "Patient/"+c.patient), c.want) })
	}
}

// The document is moved away from what the caller sees in each of the ways in which
// that can be, and the Binary goes with it.
func TestLeak35DocumentMovesOut(t *testing.T) {
	const open = `,"category":[{"coding":[{"code":"open"}]}]`
	for name, change := range map[string]func(*world){
		"to another patient":  func(w *world) { w.add(attached("DocumentReference", "d", "adam", "Binary/doc", open)) },
		"to another category": func(w *world) { w.add(attached("DocumentReference", "d", "eve", "Binary/doc", "")) },
		"attaches another":    func(w *world) { w.add(attached("DocumentReference", "d", "eve", "Binary/other", open)) },
		"is deleted": func(w *world) {
			if got := w.send(w.all(), http.MethodDelete, "/DocumentReference/d", ""); got.status != 204 {
				w.Fatal(got)
			}
		},
		"has a securityContext now": func(w *world) { w.add(secured("doc", "Patient/adam")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.add(eve, adam, attached("DocumentReference", "d", "eve", "Binary/doc", open), plainBinary("doc"))
			token := w.token("patient/Binary.r patient/DocumentReference.rs?category=open", "Patient/eve")
			w.reads(token, "Binary/doc")
			etag := w.get(token, "/Binary/doc").header.Get("ETag")
			change(w)
			w.lacks(token, "Binary/doc")
			if got := w.get(token, "/Binary/doc", "If-None-Match: "+etag); got.status != 404 {
				t.Errorf("with the ETag: %d", got.status)
			}
			w.reads(w.all(), "Binary/doc")
		})
	}
}

// It is not searched, nor brought along by a search, nor written.
func TestLeak35NotSearched(t *testing.T) {
	w := newWorld(t)
	w.add(binaries()...)
	token := w.token("patient/*.cruds", "Patient/eve")
	w.forbids(token, "Binary")
	w.forbids(w.token("patient/Binary.cruds patient/*.rs", "Patient/eve"), "Binary")
	for _, path := range []string{"?_id=doc", "?_type=Binary,DocumentReference", "/DocumentReference?_include=*", "/DocumentReference?_revinclude=*&_include=*&_include:iterate=*", "/_history?_count=100"} {
		if got := w.get(token, path); strings.Contains(got.body, `"resourceType":"Binary"`) || strings.Contains(got.body, "c2VjcmV0") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	w.everyWay(w.all(), "/Binary?_id=doc,unattached", "Binary/doc", "Binary/unattached")
	for _, send := range [][2]string{{"PUT", "/Binary/doc"}, {"POST", "/Binary"}, {"DELETE", "/Binary/doc"}, {"PATCH", "/Binary/doc"}} {
		if got := w.send(token, send[0], send[1], plainBinary("doc")); got.status != 403 {
			t.Errorf("%s: %d %s", send, got.status, got.body)
		}
	}
}

// A securityContext is more than an attachment: whoever may write a document reads
// nothing more by attaching to it what is secured to somebody else.
func TestLeak35AttachesSecured(t *testing.T) {
	w := newWorld(t)
	w.add(binaries()...)
	token := w.token("patient/*.cruds", "Patient/eve")
	for _, url := range []string{"Binary/adams-secured", base + "/Binary/adams-observed", "Binary/by-nothing"} {
		created := w.send(token, http.MethodPost, "/DocumentReference", attached("DocumentReference", "x", "eve", url, ""))
		if created.status != 201 {
			t.Fatalf("%d %s", created.status, created.body)
		}
	}
	w.lacks(token, "Binary/adams-secured", "Binary/adams-observed", "Binary/by-nothing")
	w.reads(w.token("patient/*.rs", "Patient/adam"), "Binary/adams-secured", "Binary/adams-observed")
}
