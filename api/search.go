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
	return s.parsePairs(r, types, r.params)
}

// parsePairs reads some parameters of a request. The links between its pages are for
// its path alone.
func (s *server) parsePairs(r *request, types []string, pairs []search.Pair) (*search.Query, error) {
	query, err := s.registry.ParseSearch(types, pairs, search.Options{
		Lenient:      r.lenient(),
		Base:         s.base,
		Now:          s.clock(),
		MaxCount:     maxCount,
		DefaultCount: defaultCount,
	})
	if err != nil {
		return nil, err
	}
	query.About = r.path()
	return query, nil
}

// find answers a query with a searchset.
func (s *server) find(r *request, query *search.Query) (action, error) {
	return reading(func(ctx context.Context, reader *store.Reader) (*response, error) {
		return s.page(ctx, reader, r, query)
	})
}

// page is what a query finds on a state of the data.
func (s *server) page(ctx context.Context, reader *store.Reader, r *request, query *search.Query) (*response, error) {
	if r.streams {
		return s.findLong(ctx, reader, r, query)
	}
	result, err := reader.Search(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.searchset(r, query, result)
}

func subsetOf(query *search.Query) subset {
	return subset{summary: query.Summary, elements: query.Elements}
}

// searchset is a page in one.
func (s *server) searchset(r *request, query *search.Query, result store.SearchResult) (*response, error) {
	b := s.newBundle("searchset", result.Total, len(result.Matches)+len(result.Included)+1)
	b.links(s.pageLinks(r, query.Applied, result.Next))
	if err := b.addAll(result.Matches, subsetOf(query), "match"); err != nil {
		return nil, err
	}
	if err := b.addAll(result.Included, subsetOf(query), "include"); err != nil {
		return nil, err
	}
	b.addIgnored(query)
	b.endEntries()
	return &response{status: http.StatusOK, parts: b.end()}, nil
}

// pageLinks are the URLs of a page, which is asked for by the parameters that have
// an effect, and of the one behind it.
func (s *server) pageLinks(r *request, applied []search.Pair, cursor string) (self, next string) {
	if cursor != "" {
		next = s.link(r, append(slices.Clip(applied), search.Pair{Name: cursorParam, Value: cursor}))
	}
	return s.link(r, applied), next
}

func (b *bundle) addAll(resources []store.Resource, shown subset, mode string) error {
	for _, resource := range resources {
		body, err := shown.apply(resource.Type, resource.Body)
		if err != nil {
			return err
		}
		b.found(resource.Key, body, mode)
	}
	return nil
}

// addIgnored says what of the query was left out, if anything was.
func (b *bundle) addIgnored(query *search.Query) {
	if len(query.Ignored) > 0 {
		b.outcome(ignored(query.Ignored))
	}
}

// ignored says what lenient handling left out (search.html#errors).
func ignored(params []search.Ignored) []byte {
	var issues []issue
	for _, p := range params {
		issues = append(issues, issue{fhir.IssueTypeNotSupported, "http." + p.Name, "ignored: " + p.Reason})
	}
	return operationOutcome(fhir.IssueSeverityWarning, issues)
}
