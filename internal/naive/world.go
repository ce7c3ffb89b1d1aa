package naive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
)

// Object is a decoded JSON object; numbers are json.Number.
type Object = map[string]any

// Resource is one resource. Updated is its meta.lastUpdated as a server says it.
type Resource struct {
	Type, ID string
	JSON     Object
	Updated  string

	found map[*param][]value // what a parameter finds in it
}

// Key is the literal reference to the resource: "Patient/1".
func (r *Resource) Key() string { return r.Type + "/" + r.ID }

// World is all resources that there are.
type World struct {
	Base   string // the server's own FHIR base URL, by which references may name its resources
	byType map[string][]*Resource
	byKey  map[string]*Resource
}

// NewWorld makes an empty world.
func NewWorld() *World {
	return &World{byType: map[string][]*Resource{}, byKey: map[string]*Resource{}}
}

// Put adds a resource, or replaces the one with its type and id.
func (w *World) Put(body Object) error {
	typ, _ := body["resourceType"].(string)
	id, _ := body["id"].(string)
	if typ == "" || id == "" {
		return fmt.Errorf("a resource without a type or an id: %.80v", body)
	}
	if old := w.byKey[typ+"/"+id]; old != nil {
		old.JSON, old.found = body, nil
		return nil
	}
	r := &Resource{Type: typ, ID: id, JSON: body}
	w.byType[typ] = append(w.byType[typ], r)
	w.byKey[r.Key()] = r
	return nil
}

// Knows tells whether the oracle has parameters for a type.
func Knows(typ string) bool { return params[typ] != nil && typ != "*" }

// Get is the resource of a literal reference, nil if there is none.
func (w *World) Get(key string) *Resource { return w.byKey[key] }

// Of are the resources of a type.
func (w *World) Of(typ string) []*Resource { return w.byType[typ] }

// Types are the types of which there are resources, sorted.
func (w *World) Types() []string {
	types := make([]string, 0, len(w.byType))
	for typ := range w.byType {
		types = append(types, typ)
	}
	sort.Strings(types)
	return types
}

// Size is the number of resources.
func (w *World) Size() int { return len(w.byKey) }

// Decode reads one JSON object with its numbers as they are written.
func Decode(text []byte) (Object, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var body Object
	err := decoder.Decode(&body)
	return body, err
}
