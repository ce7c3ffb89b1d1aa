package api

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/granary-fhir/granary/compartments"
)

// leaks row 36: nothing is delivered. A Subscription is a resource like another, for
// those who may write what is of no patient, and stays as it was written.
func TestLeak36AbsentSubscriptionDelivery(t *testing.T) {
	var delivered atomic.Int32
	listener := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { delivered.Add(1) }))
	w := newWorld(t)
	w.add(eve)
	subscription := `{"resourceType":"Subscription","id":"s","status":"requested","reason":"x","criteria":"Observation?subject=Patient/eve","channel":{"type":"rest-hook","endpoint":"` + listener.URL + `","payload":"application/fhir+json"}}`
	all := w.all()
	if got := w.send(all, http.MethodPut, "/Subscription/s", subscription); got.status != 201 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	for _, send := range [][3]string{
		{http.MethodPut, "/Observation/e", tagged("e", "eve", "x")},
		{http.MethodPost, "", sent("transaction", brings("", "POST", "Observation", untagged("eve")))},
		{http.MethodDelete, "/Observation/e", ""},
	} {
		if got := w.send(all, send[0], send[1], send[2]); got.status >= 300 {
			t.Fatalf("%v: %d %s", send, got.status, got.body)
		}
	}
	w.is("nobody has activated it", w.get(all, "/Subscription/s?_elements=status"), 200,
		strings.Replace(w.get(all, "/Subscription/s?_elements=status").body, `"status":"active"`, `"status":"requested"`, 1))
	listener.Close() // waits for requests that are under way
	if n := delivered.Load(); n != 0 {
		t.Errorf("%d were delivered", n)
	}
	for _, rt := range new(server).routes() {
		if strings.Contains(rt.interaction, "subscri") || slices.Contains([]string{"$status", "$events", "$get-ws-binding-token"}, rt.interaction) {
			t.Errorf("%s %s is in the table of routes", rt.method, rt.pattern)
		}
	}
	if statement := w.get("", "/metadata").body; strings.Contains(statement, "capabilitystatement-websocket") || strings.Contains(statement, "rest-hook") {
		t.Error("the CapabilityStatement has a channel of subscriptions")
	}
	for _, name := range []string{"$status", "$events", "$get-ws-binding-token"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if got := w.send(all, method, "/Subscription/s/"+name, ""); got.status != 404 && got.status != 405 {
				t.Errorf("%s %s: %d", method, name, got.status)
			}
		}
	}
}

// And nobody who is bounded can write one that would deliver when it is added.
func TestLeak36AbsentForTheBounded(t *testing.T) {
	w := caring(t)
	w.add(eve, `{"resourceType":"Subscription","id":"s","criteria":"Observation?"}`)
	if v := w.store.Compartments().Verdict("Subscription"); v != compartments.Never {
		t.Errorf("the verdict is %v", v)
	}
	for name, token := range map[string]string{"patient/": w.token("patient/*.cruds", "Patient/eve"), "user/": w.token("user/*.cruds", "Practitioner/1")} {
		w.forbids(token, "Subscription")
		w.lacks(token, "Subscription/s")
		for _, send := range [][2]string{{http.MethodPost, "/Subscription"}, {http.MethodPut, "/Subscription/s"}, {http.MethodDelete, "/Subscription/s"}, {http.MethodPost, "/Subscription/$validate?mode=create"}} {
			if got := w.send(token, send[0], send[1], `{"resourceType":"Subscription","id":"s","criteria":"Observation?"}`); got.status != 403 {
				t.Errorf("%s, %v: %d %s", name, send, got.status, got.body)
			}
		}
	}
	w.everyWay(w.all(), "/Subscription", "Subscription/s")
}
