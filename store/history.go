package store

import (
	"context"
	"strconv"
	"time"
)

// HistoryRequest is what to show of a history (http.html#history). Since and At
// together ask for the versions that satisfy both.
type HistoryRequest struct {
	Count  int       // versions a page; 0 asks for the total alone
	Since  time.Time // `_since`; zero for all
	At     Interval  // `_at`; zero for all
	Cursor string    // the Next of the page before

	NoTotal bool // do not count over all pages
}

// History is one page of versions, newest first.
type History struct {
	Versions []Resource
	Total    *int   // number of versions over all pages, nil if not counted
	Next     string // cursor of the next page, "" at the end
}

// History returns the versions of a resource that are visible, if the current
// one is (for a deleted resource: the last one before). ErrNotFound elsewhere.
func (r *Reader) History(ctx context.Context, key Key, request HistoryRequest) (History, error) {
	where, err := r.require(ctx, Read, key.Type)
	if err != nil {
		return History{}, err
	}
	if _, err := r.snapshot.Current(ctx, key, where); err != nil {
		return History{}, err
	}
	page := VersionPage{Since: request.Since, At: request.At, Limit: request.Count + 1}
	bound := r.view.policy.fingerprint + "\nhistory " + key.String()
	if request.Cursor != "" {
		if page.Before, err = r.openVersion(request.Cursor, bound); err != nil {
			return History{}, err
		}
	}
	var h History
	if !request.NoTotal {
		total, err := r.snapshot.CountVersions(ctx, key, where, page)
		if err != nil {
			return History{}, err
		}
		h.Total = &total
	}
	if request.Count == 0 {
		return h, nil
	}
	if h.Versions, err = r.snapshot.Versions(ctx, key, where, page); err != nil {
		return History{}, err
	}
	if len(h.Versions) > request.Count {
		h.Versions = h.Versions[:request.Count]
		last := h.Versions[request.Count-1].Version
		h.Next = r.view.store.sealer.seal(strconv.AppendInt(nil, last, 10), bound)
	}
	return h, r.hideCreations(ctx, Portion{key.Type, where}, h.Versions)
}

func (r *Reader) openVersion(cursor, bound string) (int64, error) {
	text, err := r.view.store.sealer.open(cursor, bound)
	if err != nil {
		return 0, err
	}
	version, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return 0, ErrCursor
	}
	return version, nil
}
