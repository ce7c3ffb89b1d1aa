package store

import (
	"context"
	"strings"

	"github.com/granary-fhir/granary/search"
)

// CheapCount is how far a count goes where the client did not ask for an exact
// total.
const CheapCount = 10_000

// cheap is the limit of a count that need not be exact. Where the policy hides
// some of what is looked at, it depends on what it shows alone (leaks.md row 9).
func cheap(narrowed bool) CountLimit {
	if narrowed {
		return CountLimit{Found: CheapCount}
	}
	return CountLimit{Touched: CheapCount}
}

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
	of, err := r.selects(ctx, q)
	if err != nil {
		return SearchResult{}, err
	}
	return r.search(ctx, q, of, func(Key, Letter) {})
}

// search tells by which letter it shows what it includes.
func (r *Reader) search(ctx context.Context, q *search.Query, of selection, shown func(Key, Letter)) (result SearchResult, err error) {
	if q.Count > 0 && q.Summary != "count" {
		if err := r.page(ctx, q, of.selects, &result); err != nil {
			return SearchResult{}, err
		}
	}
	if len(result.Matches) > 0 && len(q.Includes) > 0 {
		err := r.includes(ctx, q.Includes, keysOf(result.Matches), func(found Resource, letter Letter) {
			result.Included = append(result.Included, found)
			shown(found.Key, letter)
		})
		if err != nil {
			return SearchResult{}, err
		}
	}
	result.Total, err = r.total(ctx, q, of, result)
	return result, err
}

// selection is what a query selects under a policy.
type selection struct {
	selects  []search.Select
	narrowed bool // the policy hides some of what the query is about
}

// selects are the query's, each narrowed to what the policy shows.
func (r *Reader) selects(ctx context.Context, q *search.Query) (selection, error) {
	var of selection
	b := binder{Reader: r}
	for _, sel := range q.Selects {
		if !r.Allows(Search, sel.Type) {
			continue
		}
		where, err := b.narrow(ctx, sel.Type, sel.Where)
		if err != nil {
			return selection{}, err
		}
		sel.Where = r.view.store.inChart(sel.Type, where)
		of.selects = append(of.selects, sel)
	}
	if len(of.selects) == 0 {
		return selection{}, &Forbidden{Search, typesOf(q)}
	}
	of.narrowed = b.narrowed
	return of, nil
}

// inChart adds the chart that a predicate implies: a chart's postings are few, and
// in the order of the page.
func (s *Store) inChart(typ string, where search.Expr) search.Expr {
	chart, ok := s.compartments.Implied(typ, where)
	if !ok {
		return where
	}
	parts, ok := where.(search.And)
	if !ok {
		parts = search.And{where}
	}
	for _, part := range parts {
		if part == search.Expr(chart) {
			return where
		}
	}
	return append(parts[:len(parts):len(parts)], chart) // behind: ids are looked up before charts
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
	find := r.snapshot.Search
	if q.InTurn {
		find = r.inTurn
	}
	found, err := find(ctx, selects, after, q.Count+1)
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

// inTurn are the matches of one Select behind those of the one before. A position
// says in which of them it is.
func (r *Reader) inTurn(ctx context.Context, selects []search.Select, after Position, limit int) ([]Match, error) {
	var all []Match
	within, behind, begun := strings.Cut(string(after), " ")
	for _, sel := range selects {
		if begun && sel.Type != within {
			continue
		}
		var from Position
		if begun {
			from, begun = Position(behind), false
		}
		found, err := r.snapshot.Search(ctx, []search.Select{sel}, from, limit-len(all))
		if err != nil {
			return nil, err
		}
		for _, match := range found {
			match.Position = append(Position(sel.Type+" "), match.Position...)
			all = append(all, match)
		}
		if len(all) == limit {
			break
		}
	}
	return all, nil
}

// cursorBound is what a page link is bound to: the permissions and the query.
func (r *Reader) cursorBound(q *search.Query) string {
	var b strings.Builder
	b.WriteString(r.view.policy.fingerprint)
	b.WriteString("\nsearch")
	if q.InTurn {
		b.WriteString(" in turn")
	}
	b.WriteString(" " + q.About + "\n")
	for _, sel := range q.Selects {
		b.WriteString(" " + sel.Type)
	}
	for _, p := range q.Applied {
		b.WriteString("\n" + p.Name + "=" + p.Value)
	}
	return b.String()
}

func (r *Reader) total(ctx context.Context, q *search.Query, of selection, page SearchResult) (*int, error) {
	limit := cheap(of.narrowed)
	switch {
	case q.Summary == "count", q.Count == 0, q.Total == search.TotalAccurate:
		limit = CountLimit{}
	case q.Total == search.TotalNone:
		return nil, nil
	}
	if q.Count > 0 && q.Summary != "count" && q.Cursor == "" && page.Next == "" {
		n := len(page.Matches)
		return &n, nil
	}
	n, complete, err := r.snapshot.Count(ctx, of.selects, limit)
	if err != nil || !complete {
		return nil, err
	}
	return &n, nil
}
