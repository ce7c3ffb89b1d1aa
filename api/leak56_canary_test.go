package api

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// leaks row 56: texts, links and the log say what the client has sent, and nothing of
// what is hidden or of what the token's scopes ask for. Tests of the sweep look at every
// route; these send what makes a server talk.
func TestLeak56Diagnostics(t *testing.T) {
	w := newWorld(t)
	const secret = "zqx4711x"
	hidden := with(about("Observation", "hid", "adam", `"status":"final","identifier":[{"system":"http://`+secret+`.test","value":"known"}]`), `"code":{"text":"`+secret+`"},"note":[{"text":"`+secret+`"}]`)
	w.add(eve, with(adam, `"address":[{"city":"`+secret+`"}]`), hidden, strings.Replace(hidden, `"hid"`, `"hid2"`, 1), about("Observation", "own", "eve", ""), about("Encounter", secret+"-e", "adam", `"reasonReference":[{"reference":"Observation/hid"}]`))
	w.Advance(time.Minute)
	w.add(strings.Replace(hidden, "final", "amended", 1))
	scopes := "patient/Observation.cruds?code:not=zqx4712x&identifier:not=http://zqx4713x.test|1 patient/Patient.ru?_id:not=zqx4714x patient/Encounter.cruds"
	token := w.token(scopes, "Patient/eve")
	body := with(about("Observation", "hid", "eve", `"status":"final","identifier":[{"value":"known"}]`), `"code":{"text":"x"}`)
	anonymous := strings.Replace(body, `"id":"hid",`, "", 1)
	patch := `[{"op":"test","path":"/code/text","value":"x"}]`
	jsonType := "Content-Type: application/json-patch+json"
	for i, c := range [][4]string{
		{"GET", "/Observation/hid"}, {"GET", "/Observation/hid/_history"}, {"GET", "/Observation/hid/_history/1"}, {"GET", "/Observation/hid/_history/2"}, {"GET", "/Observation/hid/_history/3"}, {"GET", "/Observation/hid/$validate"},
		{"GET", "/Observation"}, {"GET", "/Observation?_count=1"}, {"GET", "/Observation?identifier=known"}, {"GET", "/Observation?identifier:missing=false"}, {"GET", "/Observation?_sort=identifier,code&_include=*&_revinclude=*"},
		{"GET", "/Observation?code:text=x&_summary=true"}, {"GET", "/Observation?nonsense=1"}, {"GET", "/Observation?nonsense=1", "", "Prefer: handling=lenient"}, {"GET", "/Observation?code:nonsense=1"}, {"GET", "/Observation?date=x"},
		{"GET", "/Observation?subject:Patient.address-city:missing=false"}, {"GET", "/Encounter?reason-reference:Observation.identifier=known"}, {"GET", "/Patient/eve/Observation"}, {"GET", "/Patient/adam/Observation"}, {"GET", "/Patient/adam"},
		{"GET", ""}, {"GET", "/_history"}, {"GET", "/Observation/_history"}, {"GET", "/Condition"}, {"GET", "/Observation?_cursor=zzz"},
		{"PUT", "/Observation/hid", body}, {"PUT", "/Observation/hid", body, `If-Match: W/"1"`}, {"PUT", "/Observation/hid", body, `If-None-Match: *`}, {"PUT", "/Observation?identifier=known", anonymous},
		{"POST", "/Observation", anonymous, "If-None-Exist: identifier=known"}, {"POST", "/Observation", strings.Replace(anonymous, "Patient/eve", "Patient/adam", 1)}, {"POST", "/Observation", `{"resourceType":"Observation","id":1,`},
		{"PATCH", "/Observation/hid", patch, jsonType}, {"PATCH", "/Observation?identifier=known", patch, jsonType}, {"PATCH", "/Observation/own", patch, jsonType}, {"DELETE", "/Observation/hid"}, {"DELETE", "/Observation?identifier=known"},
		{"DELETE", "/Patient/adam"}, {"POST", "/Observation/hid/$validate?mode=update", body}, {"POST", "/Observation/hid/$validate?mode=delete", ""}, {"POST", "/Observation/$validate?mode=create", body},
		{"POST", "", sent("transaction", asks("GET", "Observation/hid"))}, {"POST", "", sent("batch", asks("GET", "Observation/hid"), asks("DELETE", "Observation/hid"), brings("", "PUT", "Observation/hid", body))},
		{"POST", "", sent("transaction", brings("", "POST", "Encounter", about("Encounter", "n", "eve", `"reasonReference":[{"reference":"Observation?identifier=known"}]`)))},
		{"POST", "/Observation/_search", "identifier=known", formType}, {"OPTIONS", "/Observation/hid"}, {"GET", "/metadata"},
	} {
		w.logs.Reset()
		got := w.send(token, c[0], c[1], c[2], c[3])
		name := strings.TrimSpace(c[0] + " " + c[1])
		if got.status >= 500 {
			t.Errorf("%s: %d", name, got.status)
		}
		said := got.body
		for key, values := range got.header {
			said += "\n" + key + ": " + strings.Join(values, ", ")
		}
		if found := birds(said, ""); len(found) > 0 {
			t.Errorf("%d, %s: the answer has %v: %d %s", i, name, found, got.status, said)
		}
		for _, word := range []string{"known", "Patient/", "Observation/", "hid", token, "code:not"} {
			if strings.Contains(w.logs.String(), word) {
				t.Errorf("%s: the log has %s: %s", name, word, w.logs.String())
			}
		}
		w.quietLog(name)
	}
	// The self link is what was asked, and not what the scope adds.
	if self := w.bundle(w.get(token, "/Observation?status=final")).link("self"); self != "/Observation?status=final" {
		t.Errorf("the self link is %s", self)
	}
	for name, value := range map[string]string{"in a parameter": "/Observation?zqx1x=1", "in an id": "/Observation/zqx1x", "in a value": "/Observation?code=zqx1x"} {
		if got := w.send(token, http.MethodGet, value, ""); len(birds(got.body, value)) > 0 {
			t.Errorf("%s: %s", name, got.body)
		}
		w.quietLog(name) // not even what the client has sent
	}
	w.reads(w.all(), "Observation/hid", "Observation/hid2")
}
