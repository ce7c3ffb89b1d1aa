package api

import (
	"slices"
	"strconv"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// bundle writes a Bundle around stored bytes. The model types are not used here:
// encoding/json would rewrite the resources inside. It keeps what it writes in
// pieces, so that a resource is not copied before it is sent.
type bundle struct {
	base    []byte // of full URLs, as it stands between quotes in JSON
	pieces  pieces
	text    []byte // what stands around the resources
	open    int    // where in text begins what is not among the pieces yet
	size    int    // of the pieces, in bytes
	entries int
}

// What a Bundle needs around its resources, about.
const (
	entrySize    = 160  // of an entry, beside the base of its full URL
	envelopeSize = 1024 // what stands before the entries
)

// newBundle begins a Bundle of about so many entries.
func (s *server) newBundle(typ string, total *int, entries int) *bundle {
	base := fhirjson.Quote(s.base)
	b := &bundle{base: base[1 : len(base)-1]}
	b.room(entries, envelopeSize)
	b.write(`{"resourceType":"Bundle","type":"`, typ, `"`)
	if total != nil {
		b.write(`,"total":`, strconv.Itoa(*total))
	}
	return b
}

// grow makes room for so many entries, if they are not those that it began with.
func (b *bundle) grow(entries int) { b.room(entries, 0) }

func (b *bundle) room(entries, around int) {
	b.pieces = slices.Grow(b.pieces, 2*entries+1)
	b.text = slices.Grow(b.text, entries*(entrySize+len(b.base))+around)
}

func (b *bundle) write(texts ...string) {
	for _, text := range texts {
		b.text = append(b.text, text...)
	}
}

func (b *bundle) writeBytes(text []byte) { b.text = append(b.text, text...) }

// resource writes bytes that must stay as they are.
func (b *bundle) resource(body []byte) {
	b.cut()
	b.pieces = append(b.pieces, body)
	b.size += len(body)
}

// cut makes what was written a piece.
func (b *bundle) cut() {
	if len(b.text) > b.open {
		b.pieces = append(b.pieces, b.text[b.open:])
		b.size += len(b.text) - b.open
		b.open = len(b.text)
	}
}

// links writes where the page and the next one are.
func (b *bundle) links(self, next string) {
	b.write(`,"link":[{"relation":"self","url":`)
	b.writeBytes(fhirjson.Quote(self))
	if next != "" {
		b.write(`},{"relation":"next","url":`)
		b.writeBytes(fhirjson.Quote(next))
	}
	b.write(`}]`)
}

// entry begins an entry.
func (b *bundle) entry() {
	if b.entries == 0 {
		b.write(`,"entry":[{`)
	} else {
		b.write(`,{`)
	}
	b.entries++
}

// fullURL writes the URL of a resource. Types and ids have no character that JSON
// would escape (store.ValidID).
func (b *bundle) fullURL(key store.Key) {
	b.write(`"fullUrl":"`)
	b.writeBytes(b.base)
	b.write(`/`, key.Type, `/`, key.ID, `"`)
}

// found adds an entry of a searchset. Mode is match or include.
func (b *bundle) found(key store.Key, resource []byte, mode string) {
	b.entry()
	b.fullURL(key)
	b.write(`,"resource":`)
	b.resource(resource)
	b.write(`,"search":{"mode":"`, mode, `"}}`)
}

// outcome adds what there is to be said about a search.
func (b *bundle) outcome(resource []byte) {
	b.entry()
	b.write(`"resource":`)
	b.resource(resource)
	b.write(`,"search":{"mode":"outcome"}}`)
}

// version adds an entry of a history: the request that made the version, and the
// answer that it got (bundle.html#history). Of a version from before verbs were
// kept it is the PUT that would bring it about.
func (b *bundle) version(v store.Resource) {
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
	b.fullURL(v.Key)
	if !v.Deleted {
		b.write(`,"resource":`)
		b.resource(v.Body)
	}
	b.write(`,"request":{"method":"`, method, `","url":"`, target, `"},"response":{"status":"`, status, `","etag":`)
	b.writeBytes(fhirjson.Quote(etag(v.Version)))
	b.write(`,"lastModified":"`, v.Updated.UTC().Format(store.InstantLayout), `"}}`)
}

// endEntries ends the list of entries, if there is one.
func (b *bundle) endEntries() {
	if b.entries > 0 {
		b.write(`]`)
	}
}

// take returns what was written since the last time, and keeps nothing of it.
func (b *bundle) take() pieces {
	b.cut()
	taken := b.pieces
	b.pieces, b.text, b.open, b.size = nil, nil, 0, 0
	return taken
}

// end ends a Bundle, and returns what is not taken yet.
func (b *bundle) end() pieces {
	b.write(`}`)
	return b.take()
}

// pieces are a text in parts that follow each other.
type pieces [][]byte

// size is the length of the text.
func (p pieces) size() int {
	size := 0
	for _, piece := range p {
		size += len(piece)
	}
	return size
}

// join is the text in one.
func (p pieces) join() []byte {
	if len(p) == 1 {
		return p[0]
	}
	return slices.Concat(p...)
}
