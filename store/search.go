package store

import (
	"context"
	"strings"

	"github.com/granary-fhir/granary/search"
)

// CheapCount is how many index entries a count may touch where the client did
// not ask for an exact total.
const CheapCount = 10_000

// SearchResult is one page of a search.
type SearchResult struct {
	Matches  []Resource
	Included []Resource // none of them is a match of this page
	Total    *int       // number of matches over all pages, nil if not counted
	Next     string     // cursor of the next page, "" at the end
}

// Search is Reader.Search on a snapshot of its own: page, total and includes are
// of one state of the data.
func (v *View) Search(ctx context.Context, q *search.Query) (SearchResult, error) {
	return ask(ctx, v, func(r *Reader) (SearchResult, error) { return r.Search(ctx, q) })
}

// Search answers a query (http.html#search). Matches need the letter s; what is
// included needs r where a match refers to it, and s where it refers to a match;
// hops of the query see only what s shows of their type. Types of a query over
// several types that the policy does not mention are left out; *Forbidden if
// none remains.
func (r *Reader) Search(ctx context.Context, q *search.Query) (SearchResult, error) {
	selects, err := r.selects(ctx, q)
	if err != nil {
		return SearchResult{}, err
	}
	var result SearchResult
	if q.Count > 0 && q.Summary != "count" {
		if err := r.page(ctx, q, selects, &result); err != nil {
			return SearchResult{}, err
		}
		if result.Included, err = r.includes(ctx, q.Includes, result.Matches); err != nil {
			return SearchResult{}, err
		}
	}
	result.Total, err = r.total(ctx, q, selects, result)
	return result, err
}

// selects are the query's, each narrowed to what the policy shows.
func (r *Reader) selects(ctx context.Context, q *search.Query) ([]search.Select, error) {
	var selects []search.Select
	for _, sel := range q.Selects {
		if !r.view.policy.Allows(Search, sel.Type) {
			continue
		}
		asked, err := r.bind(ctx, sel.Where)
		if err != nil {
			return nil, err
		}
		granted, err := r.predicate(ctx, Search, sel.Type)
		if err != nil {
			return nil, err
		}
		sel.Where = r.view.store.inChart(sel.Type, search.Simplify(search.And{asked, granted}))
		selects = append(selects, sel)
	}
	if len(selects) == 0 {
		return nil, &Forbidden{Search, typesOf(q)}
	}
	return selects, nil
}

// inChart adds the chart that a predicate implies: a chart's postings are few, and
// in the order of the page.
func (s *Store) inChart(typ string, where search.Expr) search.Expr {
	chart, ok := s.compartments.Implied(typ, where)
	if !ok {
		return where
	}
	return search.Simplify(search.And{where, chart}) // behind: ids are looked up before charts
}

func typesOf(q *search.Query) string {
	if len(q.Selects) == 1 {
		return q.Selects[0].Type
	}
	return "any of these types"
}

func (r *Reader) page(ctx context.Context, q *search.Query, selects []search.Select, result *SearchResult) error {
	sealer, bound := r.view.store.sealer, r.cursorBound(q)
	var after Position
	if q.Cursor != "" {
		text, err := sealer.open(q.Cursor, bound)
		if err != nil {
			return err
		}
		after = text
	}
	found, err := r.snapshot.Search(ctx, selects, after, q.Count+1)
	if err != nil {
		return err
	}
	if len(found) > q.Count {
		found = found[:q.Count]
		result.Next = sealer.seal(found[q.Count-1].Position, bound)
	}
	result.Matches = make([]Resource, len(found))
	for i, match := range found {
		result.Matches[i] = match.Resource
	}
	return nil
}

// cursorBound is what a page link is bound to: the permissions and the query.
func (r *Reader) cursorBound(q *search.Query) string {
	var b strings.Builder
	b.WriteString(r.view.policy.fingerprint)
	b.WriteString("\nsearch")
	for _, sel := range q.Selects {
		b.WriteString(" " + sel.Type)
	}
	for _, p := range q.Applied {
		b.WriteString("\n" + p.Name + "=" + p.Value)
	}
	return b.String()
}

func (r *Reader) total(ctx context.Context, q *search.Query, selects []search.Select, page SearchResult) (*int, error) {
	limit := CheapCount
	switch {
	case q.Summary == "count", q.Count == 0, q.Total == search.TotalAccurate:
		limit = 0
	case q.Total == search.TotalNone:
		return nil, nil
	}
	if q.Count > 0 && q.Summary != "count" && q.Cursor == "" && page.Next == "" {
		n := len(page.Matches)
		return &n, nil
	}
	n, complete, err := r.snapshot.Count(ctx, selects, limit)
	if err != nil || !complete {
		return nil, err
	}
	return &n, nil
}
