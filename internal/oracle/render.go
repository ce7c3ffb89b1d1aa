package oracle

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/internal/naive"
)

// Sent is a request as HTTP has it; the URL is below the base.
type Sent struct {
	Method, URL string
	Header      http.Header
	Body        string
}

const (
	fhirJSON  = "application/fhir+json"
	jsonPatch = "application/json-patch+json"
)

// Send is the request as it is sent.
func (r Request) Send() Sent {
	s := Sent{Method: r.method(), URL: r.url(), Header: http.Header{}}
	set := func(name, value string) {
		if value != "" {
			s.Header.Set(name, value)
		}
	}
	if r.Prefer != "" {
		set("Prefer", "return="+r.Prefer)
	}
	set("If-Match", etag(r.IfMatch))
	set("If-None-Match", etag(r.IfNoneMatch))
	if r.Kind == Create && r.Conditional() {
		set("If-None-Exist", encoded(r.Criteria).Encode())
	}
	switch {
	case r.Kind == Validate:
		if body := r.validation(); body != nil {
			s.Body = string(Encode(body))
		}
	case r.operation() && r.Post > 0:
		s.Body = string(Encode(parameters(r.posted())))
	case r.Kind == Search && r.Post > 0:
		s.post(r)
	case r.Kind == Batch || r.Kind == Transaction:
		s.Body = string(Encode(r.sentBundle()))
	case r.Kind == Patch && r.Format == "json":
		s.Body = string(encode(jsonEdits(r.Edits)))
	case r.Kind == Patch:
		s.Body = string(Encode(pathEdits(r.Type, r.Edits)))
	case r.Body != nil:
		s.Body = string(Encode(r.Body))
	}
	if s.Body != "" && s.Header.Get("Content-Type") == "" {
		s.Header.Set("Content-Type", fhirJSON)
		if r.Kind == Patch && r.Format == "json" {
			s.Header.Set("Content-Type", jsonPatch)
		}
	}
	return s
}

// post makes a search one by POST.
func (s *Sent) post(r Request) {
	address, _, _ := strings.Cut(s.URL, "?")
	s.Method, s.URL, s.Body = http.MethodPost, address+"/_search", r.posted().Encode()
	if query := r.query(); len(query) > 0 {
		s.URL += "?" + query.Encode()
	}
	s.Header.Set("Content-Type", "application/x-www-form-urlencoded")
}

func (r Request) method() string {
	switch {
	case r.Head:
		return http.MethodHead
	case r.Kind == Create || r.Kind == Batch || r.Kind == Transaction || r.operation() && r.Post > 0:
		return http.MethodPost
	case r.Kind == Update:
		return http.MethodPut
	case r.Kind == Patch:
		return http.MethodPatch
	case r.Kind == Delete:
		return http.MethodDelete
	}
	return http.MethodGet
}

// url is the path with its parameters.
func (r Request) url() string {
	address := path(r)
	if r.Kind == Create {
		return address
	}
	if params := r.query(); len(params) > 0 {
		address += "?" + params.Encode()
	}
	return address
}

// query are the parameters in the URL, posted those in the body.
func (r Request) query() url.Values  { return r.part(false) }
func (r Request) posted() url.Values { return r.part(true) }

func (r Request) part(posted bool) url.Values {
	params := r.params()
	for i, name := range slices.Sorted(maps.Keys(params)) {
		if r.posts(i) != posted {
			delete(params, name)
		}
	}
	return params
}

// posts tells whether the i-th parameter is in the body. That of a $validate may be the
// resource, and else has all of them.
func (r Request) posts(i int) bool {
	switch {
	case r.Post == 2 && r.Kind != Validate:
		return i%2 == 1
	case r.Post == 1 && r.Kind != Validate:
		return true
	}
	return r.Post == 2
}

func path(r Request) string {
	switch r.Kind {
	case Search:
		return searchPath(r.Query)
	case VersionRead:
		return "/" + r.key() + "/_history/" + itoa(r.Version)
	case InstanceStory:
		return "/" + r.key() + "/_history"
	case TypeStory:
		return "/" + r.Type + "/_history"
	case SystemStory:
		return "/_history"
	case Batch, Transaction:
		return ""
	case Meta, Everything, Lastn, Docref, Validate:
		return r.operationPath()
	}
	if r.Conditional() || r.Kind == Create {
		return "/" + r.Type
	}
	return "/" + r.key()
}

func searchPath(q naive.Query) string {
	switch {
	case q.Compartment != "" && len(q.Types) == 1:
		return "/" + q.Compartment + "/" + q.Types[0]
	case q.Compartment != "":
		return "/" + q.Compartment + "/*"
	case len(q.Types) == 1:
		return "/" + q.Types[0]
	}
	return ""
}

func (r Request) params() url.Values {
	params := encoded(r.Criteria)
	set := func(name, value string) {
		if value != "" {
			params.Set(name, value)
		}
	}
	set("_since", r.Since)
	if r.Kind == Everything {
		set("_type", strings.Join(r.Only, ","))
		set("start", r.Care[0])
		set("end", r.Care[1])
	}
	set("_at", r.At)
	set("_total", r.Total)
	if r.Count > 0 {
		params.Set("_count", itoa(r.Count))
	}
	if r.Counted {
		params.Set("_summary", "count")
	}
	for _, p := range r.Asks {
		params.Add(p.Name, p.Value)
	}
	set("mode", r.Mode)
	if r.Kind == Lastn {
		for _, c := range r.Query.Criteria {
			params.Add(c.Name, c.Value)
		}
		if r.Most > 0 {
			params.Set("max", itoa(r.Most))
		}
	}
	if r.Kind != Search {
		return params
	}
	q := r.Query
	compartment, _, within := strings.Cut(q.Compartment, "/")
	switch {
	case within && len(q.Types) == 0:
		params.Set("_type", strings.Join(naive.Members(compartment), ","))
	case len(q.Types) > 1:
		params.Set("_type", strings.Join(q.Types, ","))
	}
	for _, c := range q.Criteria {
		params.Add(c.Name, c.Value)
	}
	for _, i := range q.Includes {
		p := i.Pair()
		params.Add(p.Name, p.Value)
	}
	set("_sort", strings.Join(q.Sort, ","))
	return params
}

func encoded(criteria []naive.Pair) url.Values {
	values := url.Values{}
	for _, c := range criteria {
		values.Add(c.Name, c.Value)
	}
	return values
}

func etag(version string) string {
	if version == "" || version == "*" {
		return version
	}
	return `W/"` + version + `"`
}

// sentBundle is a batch or transaction.
func (r Request) sentBundle() Object {
	var entries []any
	for _, e := range r.Entries {
		request := Object{"method": e.method(), "url": strings.TrimPrefix(e.url(), "/")}
		for name, value := range map[string]string{"ifMatch": etag(e.IfMatch), "ifNoneMatch": etag(e.IfNoneMatch)} {
			if value != "" {
				request[name] = value
			}
		}
		if e.Kind == Create && e.Conditional() {
			request["ifNoneExist"] = encoded(e.Criteria).Encode()
		}
		entry := Object{"request": request}
		switch {
		case e.Kind == Patch && e.Format == "json":
			entry["resource"] = Object{"resourceType": "Binary", "contentType": jsonPatch, "data": base64.StdEncoding.EncodeToString(encode(jsonEdits(e.Edits)))}
		case e.Kind == Patch:
			entry["resource"] = pathEdits(e.Type, e.Edits)
		case e.Body != nil:
			entry["resource"] = json.RawMessage(Encode(e.Body))
		}
		if e.FullURL != "" {
			entry["fullUrl"] = e.FullURL
		}
		entries = append(entries, entry)
	}
	return Object{"resourceType": "Bundle", "type": string(r.Kind), "entry": entries}
}

func jsonEdits(edits []Edit) []any {
	var all []any
	for _, e := range edits {
		o := Object{"op": e.Op, "path": "/" + strings.ReplaceAll(e.Path, ".", "/")}
		if e.Op != "remove" {
			o["value"] = e.Value
		}
		all = append(all, o)
	}
	return all
}

// pathEdits are FHIRPath Patches (fhirpatch.html).
func pathEdits(typ string, edits []Edit) Object {
	var all []any
	for _, e := range edits {
		part := func(name, datatype string, value any) any { return Object{"name": name, "value" + datatype: value} }
		parts := []any{part("type", "Code", e.Op), part("path", "String", typ+"."+e.Path)}
		switch e.Op {
		case "remove":
			parts[0] = part("type", "Code", "delete")
		case "add":
			parts = []any{part("type", "Code", "add"), part("path", "String", typ), part("name", "String", e.Path), part("value", e.Datatype, e.Value)}
		default:
			parts = append(parts, part("value", e.Datatype, e.Value))
		}
		all = append(all, Object{"name": "operation", "part": parts})
	}
	return Object{"resourceType": "Parameters", "parameter": all}
}

// Encode writes a resource with resourceType, id and meta first, as a server keeps
// them, so that equal content has equal bytes.
func Encode(body Object) []byte {
	text := []byte("{")
	write := func(name string) {
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(append(text, encode(name)...), ':'), encode(body[name])...)
	}
	first := []string{"resourceType", "id", "meta"}
	for _, name := range first {
		if _, ok := body[name]; ok {
			write(name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if !slices.Contains(first, name) {
			write(name)
		}
	}
	return append(text, '}')
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
