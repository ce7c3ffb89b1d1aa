package api

import (
	"net/http"
	"sync"
	"time"

	"github.com/granary-fhir/granary/store"
)

// The path of explanations below the base.
const (
	explanationPath = "$explanation"
	explanationURL  = "/" + explanationPath + "/:member"
)

// The explanations that are kept.
const (
	maxExplanations     = 1000
	maxExplanationBytes = 32 << 20
	explanationAge      = 10 * time.Minute
)

// explanations are those of the latest answers, in memory alone. It is safe for
// concurrent use.
type explanations struct {
	toEveryone bool // Config.ExplainToEveryone
	clock      func() time.Time
	// how many there may be, and of how many bytes together
	limit, limitBytes int

	mu    sync.Mutex
	byID  map[string]*keptExplanation
	order []*keptExplanation // oldest first
	bytes int
}

type keptExplanation struct {
	id, owner string
	body      []byte
	until     time.Time
}

func newExplanations(config Config) *explanations {
	return &explanations{toEveryone: config.ExplainToEveryone, clock: config.Clock, limit: maxExplanations, limitBytes: maxExplanationBytes, byID: map[string]*keptExplanation{}}
}

// put keeps an explanation as it is now, in place of what was kept of it before.
func (x *explanations) put(e *explanation) {
	body := e.outcome()
	x.mu.Lock()
	defer x.mu.Unlock()
	kept := x.byID[e.id]
	if kept == nil {
		kept = &keptExplanation{id: e.id, owner: e.owner, until: x.clock().Add(explanationAge)}
		x.byID[e.id] = kept
		x.order = append(x.order, kept)
	}
	x.bytes += len(body) - len(kept.body)
	kept.body = body
	x.shed()
}

// shed forgets the oldest, until what is left is not too old and not too much.
func (x *explanations) shed() {
	now := x.clock()
	for len(x.order) > 0 {
		oldest := x.order[0]
		if now.Before(oldest.until) && len(x.order) <= x.limit && x.bytes <= x.limitBytes {
			return
		}
		x.order[0] = nil
		x.order = x.order[1:]
		x.bytes -= len(oldest.body)
		delete(x.byID, oldest.id)
	}
}

// get returns an explanation to whose it is, and to an administrator. To all others it
// is not there.
func (x *explanations) get(id, asking string, administrator bool) ([]byte, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.shed()
	kept := x.byID[id]
	if kept == nil || kept.owner != asking && !administrator {
		return nil, store.ErrNotFound
	}
	return kept.body, nil
}

// explained shows an explanation.
func (s *server) explained(r *request) (action, error) {
	if err := r.done(); err != nil {
		return action{}, err
	}
	body, err := s.dispatcher.explanations.get(r.member, r.caller.Token, r.caller.Grant.Administrator)
	if err != nil {
		return action{}, err
	}
	return action{known: &response{status: http.StatusOK, body: body}}, nil
}
