package main

import (
	"slices"
	"sync"
)

// ledger is what clients have asked a server to write, and what of it the server
// has acknowledged.
type ledger struct {
	mu      sync.Mutex
	items   []*item
	changes []*change // since the last verification
}

// item is a resource that one client writes. Its name is the value of its
// identifier, its content says which version it is.
type item struct {
	typ, name string
	id        string // "" until the server has said it
	subject   string // reference of an Observation to its Patient
	then      state  // as it was when it was last verified
	now       state  // as the last acknowledged change left it
}

// state is a version of an item; version 0: there is none.
type state struct {
	version int64
	deleted bool
}

// change is a request that writes: all of it happens, or nothing.
type change struct {
	items []*item
	want  []state
	acked bool // it was answered that it has happened
	must  bool // and that was before what is verified was done
}

// add takes a new resource into the ledger.
func (l *ledger) add(typ, name string) *item {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := &item{typ: typ, name: name}
	l.items = append(l.items, i)
	return i
}

// begin notes that items may get their next versions from now on.
func (l *ledger) begin(deleted bool, items ...*item) *change {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := &change{items: items}
	for _, i := range items {
		c.want = append(c.want, state{i.now.version + 1, deleted})
	}
	l.changes = append(l.changes, c)
	return c
}

// ack notes that a change has happened.
func (l *ledger) ack(c *change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.acked = true
	for n, i := range c.items {
		i.now = c.want[n]
	}
}

// promise notes that whatever is acknowledged by now must be found.
func (l *ledger) promise() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.changes {
		c.must = c.acked
	}
}

// adopt makes what was found the state from which clients go on.
func (l *ledger) adopt(found map[*item]state) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, s := range found {
		i.then, i.now = s, s
	}
	l.items = slices.DeleteFunc(l.items, func(i *item) bool { return i.now.version == 0 })
	l.changes = nil
}
