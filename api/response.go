package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// response is what an interaction answers with.
type response struct {
	status   int
	key      store.Key // of the resource that it is about; zero where it is about none
	version  int64     // for the ETag; 0 for none
	modified time.Time // for Last-Modified; zero for none
	location string    // absolute, "" for none
	header   http.Header
	body     []byte // a resource in JSON, nil for none
}

// resourceResponse shows one version of a resource.
func resourceResponse(status int, found store.Resource, body []byte) *response {
	return &response{status: status, key: found.Key, version: found.Version, modified: found.Updated, body: body}
}

// write sends the response; to HEAD the headers only, which are those of GET.
func (a *response) write(w http.ResponseWriter, r *request) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	h.Set("X-Request-Id", r.id)
	h.Set("X-Content-Type-Options", "nosniff")
	// Health data, and different for each token: no cache may keep it.
	h.Set("Cache-Control", "private, no-store")
	h.Add("Vary", "Accept, Authorization, Prefer") // beside Accept-Encoding, see gzip.go
	if a.version > 0 {
		h.Set("ETag", etag(a.version))
	}
	if !a.modified.IsZero() {
		h.Set("Last-Modified", a.modified.UTC().Format(http.TimeFormat))
	}
	if a.location != "" {
		h.Set("Location", a.location)
	}
	body := a.body
	if r.format.pretty {
		body = indented(body)
	}
	if len(body) > 0 {
		h.Set("Content-Type", r.format.mime+"; charset=utf-8")
		if r.method != http.MethodHead || !r.compressible(body) {
			h.Set("Content-Length", strconv.Itoa(len(body)))
		}
	}
	if r.method == http.MethodHead {
		body = nil
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // the client is gone if this fails
}

// indented is the same JSON with line breaks. Numbers and strings stay as they
// stand.
func indented(body []byte) []byte {
	value := jsontext.Value(append([]byte(nil), body...))
	if len(value) == 0 || value.Indent(jsontext.WithIndent("  ")) != nil {
		return body
	}
	return append(value, '\n')
}

// tidied puts "resourceType" in front, where everybody expects it; the model
// types write it last, and `<` as an escape.
func tidied(body []byte) []byte {
	value := jsontext.Value(body)
	if value.Format() != nil {
		return body
	}
	node, err := fhirjson.Parse(value)
	if err != nil {
		return body
	}
	var b fhirjson.Builder
	b.Add("resourceType", node.Get("resourceType").Raw())
	for _, m := range node.Members() {
		if m.Name != "resourceType" {
			b.Add(m.Name, m.Value.Raw())
		}
	}
	return b.Bytes()
}
