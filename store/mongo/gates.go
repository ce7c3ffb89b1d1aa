package mongo

import (
	"context"
	"sync"
)

// gates are passed by one Write of this process at a time for each type: by those that
// have met another once. Else many that want the same would go on meeting. Writes of
// other processes are met with a pause.
type gates struct {
	mu sync.Mutex
	of map[string]chan struct{}
}

// enter passes the gates of types, which must be sorted. Leave opens them again.
func (g *gates) enter(ctx context.Context, types []string) (leave func(), err error) {
	passed := make([]chan struct{}, 0, len(types))
	leave = func() {
		for _, gate := range passed {
			<-gate
		}
	}
	for _, typ := range types {
		gate := g.gate(typ)
		select {
		case gate <- struct{}{}:
			passed = append(passed, gate)
		case <-ctx.Done():
			leave()
			return nil, ctx.Err()
		}
	}
	return leave, nil
}

func (g *gates) gate(typ string) chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.of == nil {
		g.of = map[string]chan struct{}{}
	}
	if g.of[typ] == nil {
		g.of[typ] = make(chan struct{}, 1)
	}
	return g.of[typ]
}
