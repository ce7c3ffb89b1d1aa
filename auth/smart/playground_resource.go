package smart

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// resource shows the resource that is asked for, read by the token or, where there is
// no r, found by it.
func (l *look) resource(ctx context.Context, r *store.Reader) error {
	if l.play.resource == "" {
		return nil
	}
	l.shown = &page.ShownResource{Reference: l.play.resource}
	typ, id, _ := strings.Cut(l.play.resource, "/")
	key := store.Key{Type: typ, ID: id}
	found, err := l.read(ctx, r, key)
	var forbidden *store.Forbidden
	switch {
	case errors.As(err, &forbidden):
		l.shown.Problem = "No granted scope allows to read or search " + typ + "."
		return nil
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrGone):
		l.shown.Problem = "There is no such resource, or the access token does not reach it."
		return nil
	case err != nil:
		return err
	}
	l.see(found)
	var text bytes.Buffer
	if err := json.Indent(&text, found.Body, "", "  "); err != nil {
		return err
	}
	l.shown.JSON = cut(text.String())
	return nil
}

func (l *look) read(ctx context.Context, r *store.Reader, key store.Key) (store.Resource, error) {
	if !store.ValidID(key.ID) || !slices.Contains(l.server.Store.Registry().Types(), key.Type) {
		return store.Resource{}, store.ErrNotFound
	}
	if r.Allows(store.Read, key.Type) {
		return r.Read(ctx, key)
	}
	q, err := l.server.Store.Registry().ParseSearch([]string{key.Type}, []search.Pair{{Name: "_id", Value: key.ID}}, search.Options{
		Base: l.server.URLs.FHIR, Now: l.server.Clock(), MaxCount: 1, DefaultCount: 1,
	})
	if err != nil {
		return store.Resource{}, err
	}
	found, err := r.Search(ctx, q)
	if err == nil && len(found.Matches) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.Resource{}, err
	}
	return found.Matches[0], nil
}

// event is the record of the look: who looked, at what, and whose data was seen.
func (l *look) event(v *visit, of auth.Rehearsal) audit.Event {
	e := l.server.ofUser(v, audit.Access, v.account, "")
	e.Interaction = "search-system"
	e.Entities = []audit.Entity{{Query: strings.TrimPrefix(playgroundPath, "/") + "?" + v.URL.RawQuery}}
	if l.shown != nil && l.shown.JSON != "" {
		e.Interaction, e.Entities[0].What = "read", l.shown.Reference
	}
	if of.Issued.Grant.Patient != "" {
		l.patients = append(l.patients, of.Issued.Grant.Patient)
	}
	slices.Sort(l.patients)
	for _, id := range slices.Compact(l.patients) {
		if about := audit.OfPatient(id); about.What != e.Entities[0].What {
			e.Entities = append(e.Entities, about)
		}
	}
	return e
}
