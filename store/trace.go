package store

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/granary-fhir/granary/search"
)

// Trace collects how a request was decided and answered, for whoever may have that
// explained: what the policy was asked for, and the native queries that ran. Where
// there is none nothing is collected. A nil *Trace collects nothing; others are safe
// for concurrent use.
//
// It holds what the policy, the query and the caller's own content contain, and
// numbers by which the store knows them. Values of other data are not in it, but which
// queries a store runs may depend on all data.
type Trace struct {
	mu    sync.Mutex
	at    int
	aside int
	room  int // bytes that may still be kept
	parts map[int]*TracePart
}

// Whole is the part of a Trace that belongs to no entry of a Bundle.
const Whole = -1

// The size of a Trace in bytes. What is beyond is counted.
const (
	maxTrace      = 2 << 20
	maxTracedText = 8 << 10 // a query, or its values
	tracedSize    = 128     // of what is kept, beside its texts
)

// NewTrace collects into Whole.
func NewTrace() *Trace { return &Trace{at: Whole, room: maxTrace, parts: map[int]*TracePart{}} }

// TracePart is what belongs to one entry of a Bundle, or to Whole.
type TracePart struct {
	Needs   []Need
	Queries []Query
	More    int // needs and runs of queries that are not among these
}

// Need is a letter that was needed for a type, and the predicate by which the policy
// narrows it.
type Need struct {
	Rule
	Where  search.Expr
	Scopes []string // that grant it, canonical, sorted; none of a policy that is not made of scopes
}

// Query is a native query that ran, once or more.
type Query struct {
	Text   string
	Values string // of its parameters, when it ran for the first time
	Runs   int
	Took   time.Duration // all runs together
}

type traceKey struct{}

// WithTrace is a context for whose questions a View and its backend collect.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	if t == nil {
		return ctx
	}
	return context.WithValue(ctx, traceKey{}, t)
}

// TraceOf is the Trace of a context, nil if it has none.
func TraceOf(ctx context.Context) *Trace {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	return t
}

// At makes what follows belong to an entry of a Bundle, or to Whole.
func (t *Trace) At(part int) {
	if t != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.at = part
	}
}

// Aside runs fn, of which nothing is collected: it is not the caller's business.
func (t *Trace) Aside(fn func() error) error {
	if t == nil {
		return fn()
	}
	t.pause(+1)
	defer t.pause(-1)
	return fn()
}

func (t *Trace) pause(by int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.aside += by
}

// Part is what was collected of an entry of a Bundle, or of Whole.
func (t *Trace) Part(part int) TracePart {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.parts[part]; p != nil {
		return *p
	}
	return TracePart{}
}

// part is the one that collects now, nil if none does.
func (t *Trace) part() *TracePart {
	if t.aside > 0 {
		return nil
	}
	p := t.parts[t.at]
	if p == nil {
		p = &TracePart{}
		t.parts[t.at] = p
	}
	return p
}

// need is told of each question to a policy.
func (t *Trace) need(p Policy, letter Letter, typ string) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	part, rule := t.part(), Rule{letter, typ}
	if part == nil {
		return
	}
	for _, known := range part.Needs {
		if known.Rule == rule && search.Equal(known.Where, p.Expr(letter, typ)) {
			return
		}
	}
	if !t.keep(part, 0) {
		return
	}
	part.Needs = append(part.Needs, Need{rule, p.Expr(letter, typ), p.Scopes(rule)})
}

// Ran is told by a backend of each native query. Values are asked for only if they
// are wanted; they must hold nothing but what the predicate or the written content
// holds, and numbers.
func (t *Trace) Ran(text string, values func() string, took time.Duration) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	part := t.part()
	if part == nil {
		return
	}
	text = cutText(text)
	for i := range part.Queries {
		if q := &part.Queries[i]; q.Text == text {
			q.Runs++
			q.Took += took
			return
		}
	}
	shown := cutText(values())
	if t.keep(part, len(text)+len(shown)) {
		part.Queries = append(part.Queries, Query{text, shown, 1, took})
	}
}

// keep makes room for one more, or counts it as one that is not kept.
func (t *Trace) keep(part *TracePart, texts int) bool {
	if t.room < texts+tracedSize {
		part.More++
		return false
	}
	t.room -= texts + tracedSize
	return true
}

// cutText is a text without what makes it too long.
func cutText(text string) string {
	if len(text) <= maxTracedText {
		return text
	}
	return strings.ToValidUTF8(text[:maxTracedText], "") + " …"
}
