package api

import (
	"context"
	"strconv"
	"time"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// historyInstance returns the versions of a resource, newest first
// (http.html#history).
func (s *server) historyInstance(r *request) (action, error) {
	return s.history(r, func(ctx context.Context, reader *store.Reader, wanted store.HistoryRequest) (store.History, error) {
		return reader.History(ctx, r.resource(), wanted)
	})
}

// askHistory asks for a page of one of the histories.
type askHistory func(context.Context, *store.Reader, store.HistoryRequest) (store.History, error)

// history answers the three interactions that show versions. They take the same
// parameters: `_since` and `_at` together ask for versions that satisfy both, and
// `_list`, which is R4's too, is not supported.
func (s *server) history(r *request, ask askHistory) (action, error) {
	shown, err := r.takeSubset()
	if err != nil {
		return action{}, err
	}
	wanted, applied, err := r.historyRequest()
	if err != nil {
		return action{}, err
	}
	applied = append(applied, shown.pairs()...)
	if err := r.done(); err != nil {
		return action{}, err
	}
	if shown.countOnly() {
		wanted.Count = 0
	}
	return reading(func(ctx context.Context, reader *store.Reader) (*response, error) {
		l := &longHistory{server: s, request: r, ask: ask, wanted: wanted, applied: applied, shown: shown, left: wanted.Count}
		if r.streams {
			l.wanted.Count = min(s.chunk, wanted.Count)
		}
		return l.begin(ctx, reader)
	})
}

// historyRequest takes the parameters of a history, and returns those that have
// an effect, for the self link.
func (r *request) historyRequest() (wanted store.HistoryRequest, applied []search.Pair, err error) {
	wanted.Count = defaultCount
	if text, ok := r.take("_count"); ok {
		if wanted.Count, err = search.ParseCount(text, maxCount); err != nil {
			return wanted, nil, err
		}
		applied = append(applied, search.Pair{Name: "_count", Value: strconv.Itoa(wanted.Count)})
	}
	if text, ok := r.take("_since"); ok {
		low, _, err := search.ParseDateParam("_since", text)
		if err != nil {
			return wanted, nil, err
		}
		wanted.Since = time.UnixMicro(low).UTC()
		applied = append(applied, search.Pair{Name: "_since", Value: text})
	}
	if text, ok := r.take("_at"); ok {
		low, high, err := search.ParseDateParam("_at", text)
		if err != nil {
			return wanted, nil, err
		}
		wanted.At = store.Interval{From: time.UnixMicro(low).UTC(), To: time.UnixMicro(high).UTC()}
		applied = append(applied, search.Pair{Name: "_at", Value: text})
	}
	wanted.Cursor, _ = r.take(cursorParam)
	return wanted, applied, nil
}
