package naive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
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

// Clone is a world with the same resources, to be changed on its own.
func (w *World) Clone() *World {
	c := &World{Base: w.Base, byType: maps.Clone(w.byType), byKey: maps.Clone(w.byKey)}
	for typ, list := range c.byType {
		c.byType[typ] = slices.Clone(list)
	}
	return c
}

// Set puts a resource in the place of the one with its key, which stays as it is
// for whoever has it.
func (w *World) Set(r *Resource) {
	w.Remove(r.Key())
	w.byType[r.Type] = append(w.byType[r.Type], r)
	w.byKey[r.Key()] = r
}

// Remove takes a resource out of the world.
func (w *World) Remove(key string) {
	old := w.byKey[key]
	if old == nil {
		return
	}
	delete(w.byKey, key)
	w.byType[old.Type] = slices.DeleteFunc(w.byType[old.Type], func(r *Resource) bool { return r == old })
}

// AllTypes are the types that the oracle knows, sorted.
func AllTypes() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(params)), func(typ string) bool { return typ == "*" })
}

// Knows tells whether the oracle has parameters for a type.
func Knows(typ string) bool { return params[typ] != nil && typ != "*" }

// Get is the resource of a literal reference, nil if there is none.
func (w *World) Get(key string) *Resource { return w.byKey[key] }

// Of are the resources of a type.
func (w *World) Of(typ string) []*Resource { return w.byType[typ] }

// Types are the types of which there are resources, sorted.
func (w *World) Types() []string {
	var types []string
	for _, typ := range slices.Sorted(maps.Keys(w.byType)) {
		if len(w.byType[typ]) > 0 {
			types = append(types, typ)
		}
	}
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
