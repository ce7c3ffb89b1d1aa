package audit

import (
	"strconv"
	"time"
)

// floods count requests that nobody in particular made, and that were refused: who
// has no token can send many, and must not fill the disk. Of those of an address one
// record is written soon, and after it no more than one in each floodEvery, which
// tells how many there were.
type floods map[string]*flood

const (
	floodEvery   = time.Minute
	maxAddresses = 1000 // that are counted apart; the rest is counted together
)

// flood is the requests of an address.
type flood struct {
	count   int // that no record tells of
	event   Event
	last    time.Time
	silence time.Time // until when no record is written
}

func (f floods) add(e Event) {
	one := f[e.Address]
	if one == nil && len(f) >= maxAddresses {
		e.Address = ""
		one = f[""]
	}
	if one == nil {
		one = &flood{}
		f[e.Address] = one
	}
	if one.count == 0 {
		one.event = e
	}
	one.count++
	one.last = e.Time
}

// take returns what is to be written, and forgets the addresses that have been quiet.
func (f floods) take(now time.Time) []Event {
	var due []Event
	for address, one := range f {
		if now.Before(one.silence) {
			continue
		}
		if one.count == 0 {
			delete(f, address)
			continue
		}
		due = append(due, one.told())
		one.count, one.silence = 0, now.Add(floodEvery)
	}
	return due
}

// all is take for all of them, when nothing will be counted any more.
func (f floods) all() []Event {
	var due []Event
	for address, one := range f {
		if one.count > 0 {
			due = append(due, one.told())
		}
		delete(f, address)
	}
	return due
}

// told is the first of the requests with their count.
func (one *flood) told() Event {
	e := one.event
	if one.count == 1 {
		return e
	}
	e.until = one.last
	e.Interaction = "" // of the others it may be another
	count := Detail{DetailCount, strconv.Itoa(one.count)}
	if len(e.Entities) == 0 {
		e.Entities = []Entity{{}}
	}
	first := e.Entities[0]
	first.Detail = append(first.Detail[:len(first.Detail):len(first.Detail)], count)
	e.Entities = []Entity{first}
	return e
}
