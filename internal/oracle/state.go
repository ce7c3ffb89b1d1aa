package oracle

import (
	"maps"
	"slices"
	"time"

	"github.com/granary-fhir/granary/internal/naive"
)

// Object is decoded JSON.
type Object = naive.Object

// Version is one version of a resource, a deletion among them.
type Version struct {
	Type, ID string
	N        int
	At       time.Time
	Verb     string          // POST, PUT, PATCH, DELETE
	Live     *naive.Resource // nil of a deletion
	// Disordered: an edit has moved members, so that equal content may have other
	// bytes, and may count as a change or not.
	Disordered bool
}

// Key is "Type/id".
func (v *Version) Key() string { return v.Type + "/" + v.ID }

// State is all that a server keeps, at one moment.
type State struct {
	World    *naive.World
	Versions map[string][]*Version // key -> oldest first
	Now      time.Time
	Multiple bool // a delete by criteria deletes all matches
}

// NewState is an empty one.
func NewState(base string, now time.Time) *State {
	s := &State{World: naive.NewWorld(), Versions: map[string][]*Version{}, Now: now}
	s.World.Base = base
	return s
}

func (s *State) clone() *State {
	c := *s
	c.World, c.Versions = s.World.Clone(), maps.Clone(s.Versions)
	return &c
}

// Current is the last version, nil if there never was one.
func (s *State) Current(key string) *Version {
	all := s.Versions[key]
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

// judged is the content by which the n-th version is judged (from 0): its own, of a
// deletion that of the last live one before.
func judged(all []*Version, n int) *naive.Resource {
	for ; n >= 0; n-- {
		if all[n].Live != nil {
			return all[n].Live
		}
	}
	return nil
}

func (s *State) put(v *Version) {
	key := v.Key()
	s.Versions[key] = append(slices.Clone(s.Versions[key]), v)
	if v.Live == nil {
		s.World.Remove(key)
	} else {
		s.World.Set(v.Live)
	}
}

// Layout is how instants are written.
const Layout = "2006-01-02T15:04:05.000Z07:00"

// stamped is the content of a version: what the client wrote, with id and meta.
func stamped(body Object, v *Version) *naive.Resource {
	content := maps.Clone(body)
	meta, _ := body["meta"].(Object)
	if meta = maps.Clone(meta); meta == nil {
		meta = Object{}
	}
	updated := v.At.UTC().Format(Layout)
	meta["versionId"], meta["lastUpdated"] = itoa(v.N), updated
	content["id"], content["meta"] = v.ID, meta
	return &naive.Resource{Type: v.Type, ID: v.ID, JSON: content, Updated: updated}
}
