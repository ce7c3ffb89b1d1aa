package api

import (
	"net/http"
	"slices"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
)

// wholeCount is how many matches of a record that is sent whole are found at once.
const wholeCount = 500

// everythingParams are the parameters of a $everything as they are read.
type everythingParams struct {
	*server
	*record
	owner   string // the type in the path
	general []search.Pair
	applied []search.Pair
	ignored []search.Ignored
	seen    map[string]bool
}

// readEverything reads the parameters into the record, and makes the query for its
// members: those of the type in the path first, then type by type.
func (s *server) readEverything(r *request, rec *record) (*search.Query, error) {
	e := &everythingParams{server: s, record: rec, owner: r.typ, seen: make(map[string]bool)}
	var wrong errorList
	for _, p := range r.params {
		if err := e.take(p, r.lenient()); err != nil {
			wrong = append(wrong, err)
		}
	}
	wrong = append(wrong, e.check())
	query, err := s.parsePairs(r, rec.types, e.general)
	if err := append(wrong, err).join(); err != nil {
		return nil, err
	}
	for i, sel := range query.Selects {
		query.Selects[i].Where = s.members(rec, sel.Type)
	}
	query.InTurn = true
	if !rec.paged {
		query.Count, query.Total = wholeCount, search.TotalNone
	}
	query.Ignored = append(query.Ignored, e.ignored...)
	query.Applied = append(query.Applied, e.applied...)
	slices.SortStableFunc(query.Applied, func(a, b search.Pair) int { return strings.Compare(a.Name, b.Name) })
	return query, nil
}

// take takes one parameter.
func (e *everythingParams) take(p search.Pair, lenient bool) error {
	var err error
	switch {
	case p.Name == "_type":
		e.only = append(e.only, strings.Split(p.Value, ",")...)
	case p.Name == "_summary", p.Name == "_elements":
		e.general = append(e.general, p)
		return nil
	case p.Name == "_count", p.Name == cursorParam:
		e.paged = true
		e.general = append(e.general, p)
		return nil
	case p.Name == "_since":
		err = e.bound(&e.since, p, search.Ge)
	case p.Name == "start" && e.dated:
		err = e.bound(&e.care, p, search.Gt)
	case p.Name == "end" && e.dated:
		err = e.bound(&e.care, p, search.Lt)
	default:
		return e.unknown(p, lenient)
	}
	e.applied = append(e.applied, p)
	return err
}

// bound takes a date: the end of what it names where what is found is to begin before
// it, else its beginning.
func (e *everythingParams) bound(to *[]bound, p search.Pair, op search.Prefix) error {
	if e.seen[p.Name] {
		return &search.ParamError{Param: p.Name, Reason: standsTwice}
	}
	e.seen[p.Name] = true
	low, high, err := search.ParseDateParam(p.Name, p.Value)
	if err != nil {
		return err
	}
	at := low
	if op == search.Lt {
		at = high
	}
	*to = append(*to, bound{op, at})
	return nil
}

func (e *everythingParams) unknown(p search.Pair, lenient bool) error {
	reason := "is no parameter of this operation; it has _type, _since and _count"
	if e.dated {
		reason = "is no parameter of this operation; it has _type, _since, start, end and _count"
	}
	if !lenient {
		return &search.ParamError{Param: p.Name, Reason: reason}
	}
	e.ignored = append(e.ignored, search.Ignored{Name: p.Name, Reason: reason})
	return nil
}

// check refuses what leaves nothing to be found, and puts the types in order.
func (e *everythingParams) check() error {
	if from, to := e.period(); from >= to {
		return refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "end is before start").at("http.end")
	}
	members := e.types
	for _, typ := range e.only {
		_, beside := e.beside[typ]
		switch {
		case !e.registry.HasType(typ):
			return &search.ParamError{Param: "_type", Value: typ, Reason: "is no resource type of R4; types are written as in Patient, with commas between them"}
		case !beside && typ != provenance && !slices.Contains(members, typ):
			return &search.ParamError{Param: "_type", Value: typ, Reason: "is never part of this record"}
		}
	}
	e.types = slices.DeleteFunc(slices.Clone(members), func(typ string) bool { return typ == e.owner || !e.wants(typ) })
	if e.wants(e.owner) {
		e.types = slices.Insert(e.types, 0, e.owner)
	}
	if len(e.types) == 0 {
		return &search.ParamError{Param: "_type", Value: strings.Join(e.only, ","), Reason: "comes only with what refers to it; name the types of the record that do, too"}
	}
	return nil
}

// period is from start to end, as far as they are given.
func (e *everythingParams) period() (from, to int64) {
	from, to = search.TimeBegin, search.TimeEnd
	for _, b := range e.care {
		if b.op == search.Gt {
			from = b.at
		} else {
			to = b.at
		}
	}
	return from, to
}

// everythingParam are the values of the parameters of a $everything. Others are
// refused with those in the URL.
func everythingParam(string) []string { return anyPrimitive }
