package api

import (
	"io"
	"log/slog"
	"strings"
	"testing"
)

func quiet(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// The log tells what was done, and nothing about whom (leaks row 56).
func TestAccessLog(t *testing.T) {
	w := newWorld(t)
	w.add(`{"resourceType":"Patient","id":"secret-1"}`)
	token := w.all()
	w.logs.Reset()
	w.get(token, "/Patient/secret-1?_elements=name", "X-Request-Id: q-1")
	w.get(token, "/Patient?family=Everywoman", "X-Request-Id: bad id")
	w.get(token, "/elsewhere/with/too/many/parts/Everywoman")
	w.send(token, "PUT", "/Patient/secret-1", `{"resourceType":"Patient","id":"secret-1","name":[{"family":"Everywoman"}]`)
	log := w.logs.String()
	for _, want := range []string{
		"msg=request request=q-1 method=GET route=/fhir/:type/:id interaction=read status=200 took=",
		"method=GET route=/fhir/:type interaction=search-type status=200 took=",
		"method=GET route=none interaction=none status=404 took=",
		"method=PUT route=/fhir/:type/:id interaction=update status=400 took=",
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	for _, secret := range []string{"secret-1", "Everywoman", token, "bad id"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log tells %q:\n%s", secret, log)
		}
	}
}

func TestRequestID(t *testing.T) {
	w := newWorld(t)
	if got := w.get("", "/metadata", "X-Request-Id: abc.1").header.Get("X-Request-Id"); got != "abc.1" {
		t.Errorf("the client's id became %q", got)
	}
	a, b := w.get("", "/metadata", "X-Request-Id: a b").header.Get("X-Request-Id"), w.get("", "/metadata").header.Get("X-Request-Id")
	if len(a) != 16 || len(b) != 16 || a == b {
		t.Errorf("new ids %q and %q", a, b)
	}
}
