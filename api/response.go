package api

import (
	"bytes"
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
	about    []byte // a resource that it tells of and does not show, for the record of the request
	cause    error  // for the log: what the store was too busy with; nil for none
	parts    pieces // the same in pieces, if it is a Bundle

	// more reads what comes behind the parts, where they are the beginning of a
	// long answer; view is what it is read from.
	more more
	view *store.View
}

// text is the body in one.
func (a *response) text() []byte {
	if a.parts != nil {
		return a.parts.join()
	}
	return a.body
}

// size is the length of the body, as far as it is there.
func (a *response) size() int { return len(a.body) + a.parts.size() }

// resourceResponse shows one version of a resource.
func resourceResponse(status int, found store.Resource, body []byte) *response {
	return &response{status: status, key: found.Key, version: found.Version, modified: found.Updated, body: body}
}

// write sends the response, or of a long one what there is; to HEAD the headers
// only, which are those of GET.
func (a *response) write(w http.ResponseWriter, r *request) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	h["X-Request-Id"] = []string{r.id}
	h["X-Content-Type-Options"] = noSniff
	// Health data, and different for each token: no cache may keep it.
	h["Cache-Control"] = noStore
	h["Vary"] = append(h["Vary"], varying...) // beside Accept-Encoding, see gzip.go
	if a.version > 0 {
		h["Etag"] = []string{etag(a.version)}
	}
	if !a.modified.IsZero() {
		h["Last-Modified"] = []string{a.modified.UTC().Format(http.TimeFormat)}
	}
	if a.location != "" {
		h["Location"] = []string{a.location}
	}
	body := a.laidOut(r)
	if size := body.size(); size > 0 {
		h["Content-Type"] = contentType(r.format.mime)
		if a.more == nil && (r.method != http.MethodHead || !r.compressible(size)) {
			h["Content-Length"] = []string{strconv.Itoa(size)}
		}
	}
	w.WriteHeader(a.status)
	if r.method == http.MethodHead {
		body = pieces{nil} // and not nothing, where gin would write a body of its own
	}
	_ = send(w, body) // the client is gone if this fails
}

// The values of headers that are always the same. Nobody changes them.
var (
	noSniff  = []string{"nosniff"}
	noStore  = []string{"private, no-store"}
	varying  = []string{"Accept, Authorization, Prefer"}
	ofFormat = map[string][]string{fhirJSON: {fhirJSON + "; charset=utf-8"}}
)

func contentType(mime string) []string {
	if usual, ok := ofFormat[mime]; ok {
		return usual
	}
	return []string{mime + "; charset=utf-8"}
}

// laidOut is the body as the client wants it to look.
func (a *response) laidOut(r *request) pieces {
	switch {
	case r.format.pretty && a.more == nil:
		return pieces{indented(a.text())}
	case r.format.pretty:
		return pieces{indentedPart(a.parts.join(), true, false)}
	case a.parts != nil:
		return a.parts
	}
	return pieces{a.body}
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

// The list of entries of a Bundle, as the beginning of a text and indented.
const (
	openEntries     = `{"entry":[`
	indentedEntries = "{\n  \"entry\": ["
	indentedEnd     = "\n  ]\n}\n"
)

// indentedPart is indented for a part of a Bundle that is cut between two of its
// entries, so that the parts together are the whole indented.
func indentedPart(part []byte, first, last bool) []byte {
	part = bytes.TrimPrefix(part, []byte(","))
	comma := ""
	if !first {
		comma = ","
		if part[0] == ']' {
			comma = "\n  "
		}
		part = append([]byte(openEntries), part...)
	}
	if !last {
		part = append(part, "]}"...)
	}
	text := indented(part)
	if !first {
		text = bytes.TrimPrefix(text, []byte(indentedEntries))
	}
	if !last {
		text = bytes.TrimSuffix(text, []byte(indentedEnd))
	}
	return append([]byte(comma), text...)
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
