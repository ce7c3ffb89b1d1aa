package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// lastn returns the newest Observations of each code among those that the caller's own
// search finds (observation-operation-lastn.html). What the caller may not see does
// not exist when the rest is ranked (leaks row 24).
func (s *server) lastn(r *request) (action, error) {
	if err := r.readParameters(lastnParam); err != nil {
		return action{}, err
	}
	query, most, err := s.readLastn(r)
	if err != nil {
		return action{}, err
	}
	return reading(func(ctx context.Context, reader *store.Reader) (*response, error) {
		ranked, err := s.rank(ctx, reader, query, most)
		if err != nil {
			return nil, err
		}
		return s.inOrder(ctx, reader, r, query, ranked)
	})
}

// lastnParam: beside max, the parameters are those of a search.
func lastnParam(name string) []string {
	if name == "max" {
		return []string{"valuePositiveInt", "valueInteger"}
	}
	return anyPrimitive
}

// readLastn reads the search whose matches are ranked, and how many of each code are
// wanted.
func (s *server) readLastn(r *request) (query *search.Query, most int, err error) {
	if most, err = r.readMax(); err != nil {
		return nil, 0, err
	}
	if err := r.checkLastn(); err != nil {
		return nil, 0, err
	}
	filter := *r
	filter.params = slices.DeleteFunc(slices.Clone(r.params), func(p search.Pair) bool { return p.Name == "max" })
	if query, err = s.parse(&filter, []string{r.typ}); err != nil {
		return nil, 0, err
	}
	query.Total = search.TotalNone
	if most > 1 {
		query.Applied = append(query.Applied, search.Pair{Name: "max", Value: strconv.Itoa(most)})
	}
	return query, most, nil
}

// readMax reads max, a positiveInt; 1 where it is not there.
func (r *request) readMax() (int, error) {
	given := 0
	for _, p := range r.params {
		if p.Name == "max" {
			given++
		}
	}
	switch value := r.value("max"); given {
	case 0:
		return 1, nil
	case 1:
		most, err := strconv.ParseInt(value, 10, 32)
		if err != nil || most < 1 {
			return 0, &search.ParamError{Param: "max", Value: value, Reason: "is not how many of each code; give a whole number, 1 or more"}
		}
		return int(most), nil
	}
	return 0, &search.ParamError{Param: "max", Reason: standsTwice}
}

// checkLastn wants what the definition wants of a request: one subject, and a category
// or code. What orders or pages a search has no meaning here.
func (r *request) checkLastn() error {
	subjects, codes := 0, 0
	for _, p := range r.params {
		name, modifier, _ := strings.Cut(p.Name, ":")
		switch {
		case name == "patient", name == "subject":
			if subjects++; modifier != "" && strings.ToUpper(modifier[:1]) != modifier[:1] || strings.Contains(p.Value, ",") {
				return &search.ParamError{Param: p.Name, Value: p.Value, Reason: "should be one subject, such as Patient/1"}
			}
		case name == "category", slices.Contains(strings.Split(name, "-"), "code"):
			codes++
		case slices.Contains(notForLastn, name), name == "_summary" && p.Value == "count":
			return &search.ParamError{Param: p.Name, Reason: "has no meaning for $lastn, which returns all of its result, newest first in each code"}
		}
	}
	switch {
	case subjects != 1:
		return refuse(http.StatusBadRequest, fhir.IssueTypeRequired, "$lastn is about one subject: give patient or subject once").at("http.patient")
	case codes == 0:
		return refuse(http.StatusBadRequest, fhir.IssueTypeRequired, "$lastn needs a category, or a code, or another parameter of those with code in their name").at("http.category")
	}
	return nil
}

var notForLastn = []string{"_sort", "_count", "_total", "_include", "_revinclude", "_cursor", "_type"}

// rank goes once through the matches, newest first, and keeps the keys of those that
// are wanted. All must be looked at, since an old one with two codes makes one group
// of both; but only a chunk of them is in memory at a time.
func (s *server) rank(ctx context.Context, reader *store.Reader, query *search.Query, most int) ([]store.Key, error) {
	ranking := newRanking(most)
	walk := *query
	walk.Count = maxCount
	for {
		page, err := reader.Find(ctx, &walk, s.chunkBytes)
		if err != nil {
			return nil, err
		}
		for left := page.Found; len(left) > 0; {
			n := fitting(left, s.chunkBytes)
			some, err := reader.Reread(ctx, page, left[:n])
			if err != nil {
				return nil, err
			}
			for _, resource := range some {
				observation, err := fhirjson.Parse(resource.Body)
				if err != nil {
					return nil, err
				}
				ranking.add(resource.Key, s.registry.MainDate(resource.Type, observation), observation.Get("code"))
			}
			clear(left[:n])
			left = left[n:]
		}
		if walk.Cursor = page.Next; page.Next == "" {
			return ranking.keys(), nil
		}
	}
}

// inOrder is a searchset of some of the matches of a query, in an order of their own.
func (s *server) inOrder(ctx context.Context, reader *store.Reader, r *request, query *search.Query, keys []store.Key) (*response, error) {
	total := len(keys)
	l := &longSearch{server: s, query: query, bundle: s.newBundle("searchset", &total, 0)}
	l.bundle.links(s.link(r, query.Applied), "")
	if total > 0 {
		ids := make(search.ID, total)
		place := make(map[string]int, total)
		for i, key := range keys {
			ids[i], place[key.ID] = key.ID, i
		}
		only := *query
		only.Count = total
		only.Selects = slices.Clone(query.Selects)
		only.Selects[0].Where = search.Simplify(search.And{only.Selects[0].Where, ids})
		var err error
		if l.page, err = reader.Find(ctx, &only, 0); err != nil {
			return nil, err
		}
		l.left = l.page.Found
		slices.SortFunc(l.left, func(a, b store.Resource) int { return place[a.ID] - place[b.ID] })
	}
	return l.answer(ctx, reader, r.streams)
}
