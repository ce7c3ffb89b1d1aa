package oracle

import (
	"maps"
	"net/http"
	"reflect"
	"strings"

	"github.com/granary-fhir/granary/internal/naive"
)

// matches are what criteria mean: what s shows of it.
func (t *tx) matches(typ string, criteria []naive.Pair) []*Version {
	answer, err := t.ask().Ask(naive.Query{Types: []string{typ}, Criteria: criteria})
	if err != nil {
		panic(err)
	}
	var found []*Version
	for key := range answer.Matches {
		found = append(found, t.state.Current(key))
	}
	return found
}

// leave makes a version, which the letter must admit in the end.
func (t *tx) leave(v *Version, body Object, letter byte) {
	if body != nil {
		v.Live = stamped(body, v)
		t.written = append(t.written, written{v.Key(), letter})
	}
	t.state.put(v)
	t.oracle = nil
}

// new is a resource of an id that the server chooses.
func (t *tx) new(r Request, entry int, verb string, letter byte) Answer {
	id := "none-" + itoa(entry)
	if entry < len(t.chosen.IDs) && t.chosen.IDs[entry] != "" {
		id = t.chosen.IDs[entry]
	}
	v := &Version{Type: r.Type, ID: id, N: 1, At: t.state.Now, Verb: verb}
	t.leave(v, r.Body, letter)
	return t.wrote(r, v, http.StatusCreated)
}

// wrote is the answer to a write: the body only where r admits it.
func (t *tx) wrote(r Request, v *Version, status int) Answer {
	a := Answer{Status: status, Version: v}
	if status == http.StatusCreated || r.Conditional() {
		a.Location = v.Key() + "/_history/" + itoa(v.N)
	}
	switch {
	case r.Prefer == "OperationOutcome":
		a.Outcome = true
	case r.Prefer != "minimal" && t.ask().AllowsSome('r', v.Type) && t.ask().Allows('r', v.Live):
		a.Body = v.Live.JSON
	}
	return a
}

func (t *tx) create(r Request, entry int) Answer {
	if r.Conditional() {
		switch found := t.matches(r.Type, r.Criteria); len(found) {
		case 0:
		case 1:
			return t.wrote(r, found[0], http.StatusOK)
		default:
			return failed(http.StatusPreconditionFailed)
		}
	}
	return t.new(r, entry, http.MethodPost, 'c')
}

// update is by id, or by criteria.
func (t *tx) update(r Request, entry int) Answer {
	if !r.Conditional() {
		return t.updateByID(r, entry)
	}
	found := t.matches(r.Type, r.Criteria)
	id, named := r.Body["id"].(string)
	switch {
	case len(found) > 1:
		return failed(http.StatusPreconditionFailed)
	case len(found) == 1 && named && id != found[0].ID:
		return failed(http.StatusBadRequest)
	case len(found) == 1:
		r.ID = found[0].ID
		return t.updateByID(r, entry)
	}
	return t.updateNone(r, entry, id, named)
}

// updateNone is an update by criteria that match nothing: it creates.
func (t *tx) updateNone(r Request, entry int, id string, named bool) Answer {
	if named {
		r.ID = id
		if current := t.state.Current(r.key()); current != nil && current.Live != nil && t.ask().Allows('u', current.Live) {
			return failed(http.StatusConflict)
		}
		return t.updateByID(r, entry)
	}
	letter := byte('u')
	if !t.ask().AllowsAll('u', r.Type) {
		letter = 'c'
	}
	switch {
	case !t.ask().AllowsSome(letter, r.Type):
		return failed(http.StatusMethodNotAllowed)
	case !expected(r, nil):
		return failed(http.StatusPreconditionFailed)
	}
	return t.new(r, entry, http.MethodPut, letter)
}

func (t *tx) updateByID(r Request, entry int) Answer {
	current := t.state.Current(r.key())
	live := current != nil && current.Live != nil
	switch {
	case live && t.ask().Allows('u', current.Live):
	case t.ask().AllowsAll('u', r.Type): // there is none
		return t.updateAsCreate(r, current)
	default:
		return failed(http.StatusMethodNotAllowed)
	}
	if !expected(r, current) {
		return failed(http.StatusPreconditionFailed)
	}
	return t.replace(r, entry, current, r.Body, http.MethodPut, false)
}

func (t *tx) updateAsCreate(r Request, deleted *Version) Answer {
	if !expected(r, deleted) {
		return failed(http.StatusPreconditionFailed)
	}
	v := &Version{Type: r.Type, ID: r.ID, N: 1, At: t.state.Now, Verb: http.MethodPut}
	if deleted != nil {
		v.N = deleted.N + 1
	}
	t.leave(v, r.Body, 'u')
	return t.wrote(r, v, http.StatusCreated)
}

// replace makes the next version, unless the content is the current one, which is told
// to who may read it alone.
func (t *tx) replace(r Request, entry int, current *Version, body Object, verb string, moved bool) Answer {
	if same := reflect.DeepEqual(stamped(body, current).JSON, current.Live.JSON); same && t.ask().Allows('r', current.Live) {
		disordered := moved || current.Disordered
		if !disordered || entry < len(t.chosen.Unchanged) && t.chosen.Unchanged[entry] {
			return t.wrote(r, current, http.StatusOK)
		}
	}
	v := &Version{Type: current.Type, ID: current.ID, N: current.N + 1, At: t.state.Now, Verb: verb, Disordered: moved || verb == http.MethodPatch && current.Disordered}
	t.leave(v, body, 'u')
	return t.wrote(r, v, http.StatusOK)
}

// expected tells whether the preconditions hold for the current version; nil and a
// deletion are none.
func expected(r Request, current *Version) bool {
	live := current != nil && current.Live != nil
	switch {
	case r.IfMatch == "*":
		return live
	case r.IfMatch != "":
		return live && itoa(current.N) == r.IfMatch
	case r.IfNoneMatch == "*":
		return !live
	case r.IfNoneMatch != "":
		return !live || itoa(current.N) != r.IfNoneMatch
	}
	return true
}

func (t *tx) patch(r Request, entry int) Answer {
	if r.Conditional() {
		switch found := t.matches(r.Type, r.Criteria); len(found) {
		case 0:
			return failed(http.StatusNotFound)
		case 1:
			r.ID = found[0].ID
		default:
			return failed(http.StatusPreconditionFailed)
		}
	}
	all := t.state.Versions[r.key()]
	content := judged(all, len(all)-1)
	if content == nil || !t.ask().Allows('u', content) || !t.ask().Allows('r', content) {
		return failed(http.StatusNotFound)
	}
	current := all[len(all)-1]
	switch {
	case current.Live == nil:
		return failed(http.StatusGone)
	case !expected(r, current):
		return failed(http.StatusPreconditionFailed)
	}
	body, moved, ok := apply(r.Edits, current.Live.JSON)
	if !ok {
		return failed(http.StatusUnprocessableEntity)
	}
	return t.replace(r, entry, current, body, http.MethodPatch, moved)
}

// apply makes the edits, in their order; false where one cannot be made.
func apply(edits []Edit, from Object) (body Object, moved, ok bool) {
	body = maps.Clone(from)
	for _, e := range edits {
		into, name := body, e.Path
		if head, rest, deep := strings.Cut(e.Path, "."); deep {
			inner, is := body[head].(Object)
			if !is {
				return nil, false, false
			}
			inner = maps.Clone(inner)
			body[head], into, name = inner, inner, rest
		}
		old, there := into[name]
		switch e.Op {
		case "add":
			if there && e.Datatype != "" { // a FHIRPath Patch adds what is not there (fhirpatch.html#concept)
				return nil, false, false
			}
			moved = moved || !there
			into[name] = e.Value
		case "replace":
			if !there {
				return nil, false, false
			}
			into[name] = e.Value
		case "remove":
			if !there {
				return nil, false, false
			}
			delete(into, name)
		case "test":
			if !there || !reflect.DeepEqual(old, e.Value) {
				return nil, false, false
			}
		}
	}
	return body, moved, true
}

func (t *tx) delete(r Request) Answer {
	if !r.Conditional() {
		return t.deleteByID(r)
	}
	found := t.matches(r.Type, r.Criteria)
	if len(found) > 1 && !t.state.Multiple {
		return failed(http.StatusPreconditionFailed)
	}
	answer := t.deleted(r, nil)
	if status := t.undeletable(r, found); status.Status != 0 {
		return status
	}
	for _, v := range found {
		r.ID = v.ID
		answer = t.deleteByID(r)
	}
	if len(found) == 0 && !expected(r, nil) {
		return failed(http.StatusPreconditionFailed)
	}
	if len(found) > 1 {
		answer.Version = nil
	}
	return answer
}

// undeletable is why not all of the matches can be deleted: one that d does not cover
// is a 403, which can be of another version than expected too.
func (t *tx) undeletable(r Request, found []*Version) Answer {
	forbidden, unexpected := Answer{}, Answer{}
	for _, v := range found {
		switch deletable := t.ask().Allows('d', v.Live); {
		case !deletable && !expected(r, nil), deletable && !expected(r, v):
			unexpected = failed(http.StatusPreconditionFailed)
		case !deletable:
			forbidden = failed(http.StatusForbidden)
		}
	}
	if forbidden.Status == 0 {
		return unexpected
	}
	forbidden.Or = unexpected.Status
	return forbidden
}

func (t *tx) deleteByID(r Request) Answer {
	current := t.state.Current(r.key())
	if current == nil || current.Live == nil || !t.ask().Allows('d', current.Live) {
		all := t.state.Versions[r.key()]
		if content := judged(all, len(all)-1); content == nil || !t.ask().Allows('d', content) {
			current = nil
		}
		if !expected(r, current) {
			return failed(http.StatusPreconditionFailed)
		}
		return t.deleted(r, nil)
	}
	if !expected(r, current) {
		return failed(http.StatusPreconditionFailed)
	}
	v := &Version{Type: current.Type, ID: current.ID, N: current.N + 1, At: t.state.Now, Verb: http.MethodDelete}
	t.leave(v, nil, 'd')
	return t.deleted(r, v)
}

func (t *tx) deleted(r Request, v *Version) Answer {
	if r.Prefer == "OperationOutcome" {
		return Answer{Status: http.StatusOK, Version: v, Outcome: true}
	}
	return Answer{Status: http.StatusNoContent, Version: v}
}
