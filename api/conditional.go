package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// ifNoneExist makes a create conditional (http.html#ccreate).
const ifNoneExist = "If-None-Exist"

// letters are what the caller needs for the type in the path, decided before
// anything else of the request is looked at: that of the route, s to match criteria,
// and r for a patch, which tells of what it changes (docs/decisions/009).
func (r *request) letters() []store.Letter {
	var letters []store.Letter
	if r.route.letter != 0 {
		letters = append(letters, r.route.letter)
	}
	if r.route.conditional || r.route.interaction == "create" && r.conditionalCreate() {
		letters = append(letters, store.Search)
	}
	if r.route.method == http.MethodPatch {
		letters = append(letters, store.Read)
	}
	return letters
}

// conditionalCreate tells whether there is an If-None-Exist header. An empty one
// counts: it must not pass for none.
func (r *request) conditionalCreate() bool { return len(r.header.Values(ifNoneExist)) > 0 }

// criteria are those in the URL.
func (s *server) criteria(r *request) (search.Expr, error) {
	return s.where(r.typ, r.params, "the URL")
}

// conditions are what a write by criteria depends on: the criteria in the URL, and
// what its headers expect of the resource that these match.
func (s *server) conditions(r *request) (where search.Expr, expected store.Precondition, err error) {
	if where, err = s.criteria(r); err == nil {
		expected, err = r.precondition()
	}
	return where, expected, err
}

// ifNoneExist are the criteria in the header: "the search parameters", as they
// stand behind the question mark of a search. Clients are many that send the URL
// of that search instead; if it is one of the same type, it says the same.
func (s *server) ifNoneExist(r *request) (search.Expr, error) {
	values := r.header.Values(ifNoneExist)
	if len(values) > 1 {
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "If-None-Exist stands more than once; join the parameters with &").at("http." + ifNoneExist)
	}
	path, query, isURL := strings.Cut(values[0], "?")
	if !isURL || strings.Contains(path, "=") { // or the question mark is part of a value
		query, isURL = values[0], false
	}
	if isURL && path != "" && strings.TrimSuffix(s.relative(path), "/") != "/"+r.typ {
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "If-None-Exist takes search parameters, or the URL of a search for %s on this server: identifier=http://example.org/mrn|123", r.typ).at("http." + ifNoneExist)
	}
	pairs, err := parsePairs(query)
	if err != nil {
		return nil, err
	}
	if isURL { // what is about the answer to it stands in every URL of some clients
		pairs = slices.DeleteFunc(pairs, func(p search.Pair) bool { return p.Name == "_format" || p.Name == "_pretty" })
	}
	return s.where(r.typ, pairs, ifNoneExist)
}

// where parses the criteria that a source has for a type. They are never lenient,
// and never such as hold for anything: a misspelt criterion, left out, would match
// what was not meant.
func (s *server) where(typ string, pairs []search.Pair, source string) (search.Expr, error) {
	const advice = "name the resource by search parameters such as identifier=http://example.org/mrn|123"
	expr, err := s.registry.ParseWhere(typ, pairs, search.Options{Base: s.base, Now: s.clock()})
	switch {
	case err != nil:
		return nil, err
	case len(pairs) == 0:
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeRequired, "%s has no criteria, so that any %s would match; %s", source, typ, advice)
	case expr == search.True:
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "the criteria in %s hold for any %s; %s", source, typ, advice)
	}
	return expr, nil
}

// onlyCreates refuses If-None-Exist where it means nothing.
func (r *request) onlyCreates() error {
	if r.route.interaction == "create" || !r.conditionalCreate() {
		return nil
	}
	return refuse(http.StatusBadRequest, fhir.IssueTypeInvalid,
		"If-None-Exist is for a create, POST [type]; the criteria of an update, patch or delete stand in the URL").at("http." + ifNoneExist)
}

// target is the resource that an interaction without an id in its path turns out
// to mean: one that is there, or where a new one goes.
type target struct {
	key   store.Key
	found bool
}

// target is what the request means in the state of the transaction: what a
// transaction Bundle has decided already, the one match of its criteria, or a new
// key. More than one match is a 412 (http.html#cond-update).
func (s *server) target(ctx context.Context, reader *store.Reader, r *request, where search.Expr) (target, error) {
	if r.target != nil {
		return *r.target, nil
	}
	matches, err := reader.Match(ctx, r.typ, where, 2)
	switch {
	case err != nil:
		return target{}, err
	case len(matches) > 1:
		return target{}, errManyMatches
	case len(matches) == 1:
		return target{matches[0].Key, true}, nil
	}
	return r.place()
}
