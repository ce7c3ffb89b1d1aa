package api

import (
	"context"
	"net/http"
	"slices"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// The sizes of a page.
const (
	defaultCount = 50
	maxCount     = 1000
)

// cursorParam holds the position of a page link.
const cursorParam = "_cursor"

// searchType finds resources of one type (http.html#search).
func (s *server) searchType(r *request) (action, error) {
	query, err := s.parse(r, []string{r.typ})
	if err != nil {
		return action{}, err
	}
	return s.find(r, query)
}

// searchSystem finds resources of all types, or of those that `_type` names.
func (s *server) searchSystem(r *request) (action, error) {
	query, err := s.parse(r, nil)
	if err != nil {
		return action{}, err
	}
	return s.find(r, query)
}

// parse reads the parameters of a request.
func (s *server) parse(r *request, types []string) (*search.Query, error) {
	return s.registry.ParseSearch(types, r.params, search.Options{
		Lenient:      r.lenient(),
		Base:         s.base,
		Now:          s.clock(),
		MaxCount:     maxCount,
		DefaultCount: defaultCount,
	})
}

// find answers a query with a searchset.
func (s *server) find(r *request, query *search.Query) (action, error) {
	return reading(func(ctx context.Context, reader *store.Reader) (*response, error) {
		result, err := reader.Search(ctx, query)
		if err != nil {
			return nil, err
		}
		body, err := s.searchset(r, query, result)
		return &response{status: http.StatusOK, body: body}, err
	})
}

func (s *server) searchset(r *request, query *search.Query, result store.SearchResult) ([]byte, error) {
	next := ""
	if result.Next != "" {
		next = s.link(r, append(slices.Clip(query.Applied), search.Pair{Name: cursorParam, Value: result.Next}))
	}
	size := sizeOf(result.Matches) + sizeOf(result.Included)
	b := newBundle("searchset", result.Total, s.link(r, query.Applied), next, size)
	shown := subset{summary: query.Summary, elements: query.Elements}
	if err := s.addEntries(b, result.Matches, shown, "match"); err != nil {
		return nil, err
	}
	if err := s.addEntries(b, result.Included, shown, "include"); err != nil {
		return nil, err
	}
	if len(query.Ignored) > 0 {
		b.found("", ignored(query.Ignored), "outcome")
	}
	return b.bytes(), nil
}

func (s *server) addEntries(b *bundle, resources []store.Resource, shown subset, mode string) error {
	for _, resource := range resources {
		body, err := shown.apply(resource.Type, resource.Body)
		if err != nil {
			return err
		}
		b.found(s.resourceURL(resource.Key), body, mode)
	}
	return nil
}

// entrySize is about what an entry needs around its resource.
const entrySize = 160

func sizeOf(resources []store.Resource) int {
	size := 0
	for _, resource := range resources {
		size += len(resource.Body) + entrySize
	}
	return size
}

// ignored says what lenient handling left out (search.html#errors).
func ignored(params []search.Ignored) []byte {
	var issues []issue
	for _, p := range params {
		issues = append(issues, issue{fhir.IssueTypeNotSupported, "http." + p.Name, "ignored: " + p.Reason})
	}
	return operationOutcome(fhir.IssueSeverityWarning, issues)
}
