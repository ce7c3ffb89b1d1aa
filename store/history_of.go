package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/search"
)

// HistoryOf is Reader.HistoryOf on a snapshot of its own.
func (v *View) HistoryOf(ctx context.Context, types []string, request HistoryRequest) (History, error) {
	return ask(ctx, v, func(r *Reader) (History, error) { return r.HistoryOf(ctx, types, request) })
}

// HistoryOf returns the versions of all resources of some types that are visible:
// the version itself and the current one of its resource (for a deletion: the
// last live version before it). It needs the letter s, since a history of many
// resources is a search (SMART, scopes-and-launch-context.html). Of several types
// those that the policy does not mention are left out; *Forbidden if none
// remains.
func (r *Reader) HistoryOf(ctx context.Context, types []string, request HistoryRequest) (History, error) {
	portions, err := r.portions(ctx, types)
	if err != nil {
		return History{}, err
	}
	bound := r.historyBound(types, request)
	page := HistoryPage{Since: request.Since, At: request.At, Limit: request.Count + 1}
	if request.Cursor != "" {
		if page.After, err = r.view.store.sealer.open(request.Cursor, bound); err != nil {
			return History{}, err
		}
	}
	var h History
	if request.Count > 0 {
		found, err := r.snapshot.History(ctx, portions, page)
		if err != nil {
			return History{}, err
		}
		if len(found) > request.Count {
			found = found[:request.Count]
			h.Next = r.view.store.sealer.seal(found[request.Count-1].Position, bound)
		}
		for _, match := range found {
			h.Versions = append(h.Versions, match.Resource)
		}
	}
	for _, portion := range portions {
		if err := r.hideCreations(ctx, portion, h.Versions); err != nil {
			return History{}, err
		}
	}
	h.Total, err = r.historyTotal(ctx, portions, page, request, h)
	return h, err
}

// portions are what the policy shows of the types.
func (r *Reader) portions(ctx context.Context, types []string) ([]Portion, error) {
	var portions []Portion
	for _, typ := range types {
		if !r.Allows(Search, typ) {
			continue
		}
		where, err := r.predicate(ctx, Search, typ)
		if err != nil {
			return nil, err
		}
		portions = append(portions, Portion{typ, where})
	}
	if len(portions) > 0 {
		return portions, nil
	}
	if len(types) == 1 {
		return nil, &Forbidden{Search, types[0]}
	}
	return nil, &Forbidden{Search, "any of these types"}
}

// hideCreations keeps to itself that versions of a type follow a deletion, unless
// that deletion is visible: of what is hidden nothing is told.
func (r *Reader) hideCreations(ctx context.Context, of Portion, versions []Resource) error {
	if search.IsConst(of.Where, search.True) {
		return nil
	}
	for i := range versions {
		v := &versions[i]
		if v.Type != of.Type || !v.Created || v.Version == 1 {
			continue
		}
		_, err := r.snapshot.Version(ctx, v.Key, v.Version-1, of.Where)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		v.Created = err == nil
	}
	return nil
}

// historyBound is what a page link is bound to: the permissions and the request.
func (r *Reader) historyBound(types []string, request HistoryRequest) string {
	return fmt.Sprintf("%s\nhistory of %s\n%d\n%d %d", r.view.policy.fingerprint, strings.Join(types, " "),
		request.Since.UnixMicro(), request.At.From.UnixMicro(), request.At.To.UnixMicro())
}

// historyTotal is exact, or nil where counting would be dear: unless the client
// asks for nothing else.
func (r *Reader) historyTotal(ctx context.Context, portions []Portion, page HistoryPage, request HistoryRequest, h History) (*int, error) {
	if request.NoTotal {
		return nil, nil
	}
	if request.Count > 0 && request.Cursor == "" && h.Next == "" {
		n := len(h.Versions)
		return &n, nil
	}
	limit := cheap(slices.ContainsFunc(portions, func(p Portion) bool { return !search.IsConst(p.Where, search.True) }))
	if request.Count == 0 {
		limit = CountLimit{}
	}
	n, complete, err := r.snapshot.CountHistory(ctx, portions, page, limit)
	if err != nil || !complete {
		return nil, err
	}
	return &n, nil
}
