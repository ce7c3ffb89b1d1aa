package audit

import (
	"slices"
	"time"
)

// maxEntities is how many things one record tells of. What is more becomes another
// record: one that is too large is slow to read, and to write.
const maxEntities = 250

// manyEntities is how many things a group tells of when it is made room for as many as
// there can be.
const manyEntities = 32

// queue has the events that are to be written, those of one caller and one kind
// together.
type queue struct {
	open   map[caller]*group
	order  []*group // in which they began
	events int
}

func newQueue() queue { return queue{open: make(map[caller]*group)} }

// caller is what events have in common that are told in one record.
type caller struct {
	Kind                                      Kind
	Interaction                               string
	Action                                    Action
	Outcome                                   Outcome
	Description                               string
	Account, FHIRUser, Client, Grant, Address string
}

func (e Event) caller() caller {
	return caller{e.Kind, e.Interaction, e.Action, e.Outcome, e.Description, e.Account, e.FHIRUser, e.Client, e.Grant, e.Address}
}

// anonymous tells whether nothing is known of who did it.
func (e Event) anonymous() bool {
	return e.Account == "" && e.FHIRUser == "" && e.Client == "" && e.Grant == ""
}

// group is events that become one record.
type group struct {
	of        caller
	from, to  time.Time
	events    int
	entities  []Entity
	mentioned map[string]bool // the patients of whom the group says already that it is about them
}

func (q *queue) add(e Event) {
	key := e.caller()
	g := q.open[key]
	if g == nil || len(g.entities)+len(e.Entities) > maxEntities {
		g = &group{of: key, from: e.Time, to: e.Time, mentioned: make(map[string]bool)}
		q.open[key] = g
		q.order = append(q.order, g)
	}
	g.add(e)
	q.events++
}

func (g *group) add(e Event) {
	g.events++
	if len(g.entities) >= manyEntities && cap(g.entities) < maxEntities { // it will be full: this spares copying it again and again
		g.entities = slices.Grow(g.entities, maxEntities-len(g.entities))
	}
	if e.Time.Before(g.from) {
		g.from = e.Time
	}
	if e.Time.After(g.to) {
		g.to = e.Time
	}
	for _, entity := range e.entities() {
		if entity.mentions() {
			if !g.mentioned[entity.What] {
				g.mentioned[entity.What] = true
				g.entities = append(g.entities, entity)
			}
			continue
		}
		entity.at = e.Time
		if len(e.Entities) > 0 { // else its only detail is the request
			entity.request = e.Request
		}
		g.entities = append(g.entities, entity)
	}
}

// event is the group as one event.
func (g *group) event() Event {
	c := g.of
	return Event{
		Kind: c.Kind, Interaction: c.Interaction, Action: c.Action, Outcome: c.Outcome, Description: c.Description,
		Account: c.Account, FHIRUser: c.FHIRUser, Client: c.Client, Grant: c.Grant, Address: c.Address,
		Time: g.from, until: g.to, Entities: g.entities,
	}
}

// split makes of an event with too many entities several.
func (e Event) split() []Event {
	if len(e.Entities) <= maxEntities {
		return []Event{e}
	}
	var parts []Event
	for rest := e.Entities; len(rest) > 0; {
		part := e
		n := min(maxEntities, len(rest))
		part.Entities, rest = rest[:n], rest[n:]
		parts = append(parts, part)
	}
	return parts
}
