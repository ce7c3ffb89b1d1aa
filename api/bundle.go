package api

import (
	"bytes"
	"strconv"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// bundle writes a Bundle around stored bytes. The model types are not used
// here: encoding/json would rewrite the resources inside.
type bundle struct {
	buf     bytes.Buffer
	entries int
}

// newBundle begins a Bundle: its size is what the resources will need.
func newBundle(typ string, total *int, self, next string, size int) *bundle {
	b := new(bundle)
	b.buf.Grow(size + 1024)
	b.buf.WriteString(`{"resourceType":"Bundle","type":"` + typ + `"`)
	if total != nil {
		b.buf.WriteString(`,"total":` + strconv.Itoa(*total))
	}
	b.buf.WriteString(`,"link":[{"relation":"self","url":`)
	b.buf.Write(fhirjson.Quote(self))
	if next != "" {
		b.buf.WriteString(`},{"relation":"next","url":`)
		b.buf.Write(fhirjson.Quote(next))
	}
	b.buf.WriteString(`}]`)
	return b
}

// entry begins an entry.
func (b *bundle) entry() {
	if b.entries == 0 {
		b.buf.WriteString(`,"entry":[{`)
	} else {
		b.buf.WriteString(`,{`)
	}
	b.entries++
}

// found adds an entry of a searchset. Mode is match, include or outcome; an
// outcome has no URL.
func (b *bundle) found(fullURL string, resource []byte, mode string) {
	b.entry()
	if fullURL != "" {
		b.buf.WriteString(`"fullUrl":`)
		b.buf.Write(fhirjson.Quote(fullURL))
		b.buf.WriteByte(',')
	}
	b.buf.WriteString(`"resource":`)
	b.buf.Write(resource)
	b.buf.WriteString(`,"search":{"mode":"` + mode + `"}}`)
}

// version adds an entry of a history: the request that made the version, and the
// answer that it got (bundle.html#history). Of a version from before verbs were
// kept it is the PUT that would bring it about.
func (b *bundle) version(fullURL string, v store.Resource) {
	method, target, status := "PUT", v.Key.String(), "200"
	switch {
	case v.Deleted:
		method, status = "DELETE", "204"
	case v.Created:
		status = "201"
	}
	if v.Verb != store.NoVerb {
		method = v.Verb.String()
	}
	if v.Verb == store.POST {
		target = v.Type
	}
	b.entry()
	b.buf.WriteString(`"fullUrl":`)
	b.buf.Write(fhirjson.Quote(fullURL))
	if !v.Deleted {
		b.buf.WriteString(`,"resource":`)
		b.buf.Write(v.Body)
	}
	b.buf.WriteString(`,"request":{"method":"` + method + `","url":"` + target + `"}`)
	b.buf.WriteString(`,"response":{"status":"` + status + `","etag":`)
	b.buf.Write(fhirjson.Quote(etag(v.Version)))
	b.buf.WriteString(`,"lastModified":"` + v.Updated.UTC().Format(store.InstantLayout) + `"}}`)
}

// bytes ends the Bundle.
func (b *bundle) bytes() []byte {
	if b.entries > 0 {
		b.buf.WriteByte(']')
	}
	b.buf.WriteByte('}')
	return b.buf.Bytes()
}
