package mongo

import (
	"maps"
	"slices"
)

// This file is what a Write has read and written, as far as it matters to others: from
// it locks.go makes conflicts.
//
// What is read and written is of a type: that of a resource, careType, or a kind of
// records.

// careType stands for all care relationships, and recordType for a kind of records. No
// resource type begins like these.
const careType = "care"

func recordType(kind string) string { return "record/" + kind }

// reads are what a Write has asked for.
type reads struct {
	types map[string]bool              // of which a predicate was asked
	ones  map[string]map[string]string // documents that were asked for by _id, and their types; by collection
}

// all notes that a predicate was asked of whole types.
func (r *reads) all(types ...string) {
	if r.types == nil {
		r.types = map[string]bool{}
	}
	for _, typ := range types {
		r.types[typ] = true
	}
}

// one notes that a document was asked for by its _id. One that was not found cannot be
// touched: that is a question about its type.
func (r *reads) one(collection, typ, id string, found bool) {
	if !found {
		collection, id = "", typ+"\x00"+id
	}
	if r.ones == nil {
		r.ones = map[string]map[string]string{}
	}
	if r.ones[collection] == nil {
		r.ones[collection] = map[string]string{}
	}
	r.ones[collection][id] = typ
}

// writes are the documents that a Write has changed or made, by the type.
type writes map[string]map[string]bool

func (w *writes) add(typ, id string) {
	if *w == nil {
		*w = writes{}
	}
	if (*w)[typ] == nil {
		(*w)[typ] = map[string]bool{}
	}
	(*w)[typ][id] = true
}

func (w writes) has(typ, id string) bool { return w[typ][id] }

// footprint is what the failed attempts of a Write have read and written.
type footprint struct {
	reads, writes map[string]bool
	duplicate     bool // a document was there already
}

func newFootprint() *footprint {
	return &footprint{reads: map[string]bool{}, writes: map[string]bool{}}
}

func (f *footprint) add(t *tx) {
	f.duplicate = f.duplicate || hasCode(t.broken, codeDuplicateKey)
	maps.Copy(f.reads, t.reads.types)
	for typ := range t.writes {
		f.writes[typ] = true
	}
}

// types are all of them, sorted.
func (f *footprint) types() []string {
	all := maps.Clone(f.reads)
	maps.Copy(all, f.writes)
	return slices.Sorted(maps.Keys(all))
}
