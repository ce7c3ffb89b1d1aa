package bench

import (
	"math/rand/v2"
	"net/http"
)

// Row is one line of the table: requests of one kind, under one scope.
type Row struct {
	Name  string
	Group string // rows of a group are measured in turns, so that they may be compared
	About string
	Scope string // SMART scopes of its token

	// Clients is how many there are; 0 for as many as were asked for.
	Clients int
	// Requests are what is asked, drawn at random. Where there are none, source
	// makes them.
	Requests []Request
	source   func(client int) Source

	// Open says that it is asked of the server that wants no token.
	Open bool

	// SameAs names the row that must have found the same.
	SameAs string
	// Floor says that bodies of the same size are sent from memory beside it.
	Floor bool
	// Small says that it is also measured on the small data set.
	Small bool
	// Resources is how many each operation writes.
	Resources int

	want want
}

// want is what an answer must hold, so that no row measures how fast nothing is
// found.
type want int

const (
	wantStatus   want = iota
	wantResource      // a resource
	wantMatches       // a Bundle with matches
	wantIncludes      // and, in some answer of the row, resources that are included
	wantTotal         // a total above 0
	wantWritten       // a Bundle of responses, all of them 2xx
)

// drawn is the Source that draws from given requests.
type drawn []Request

func (d drawn) Next(random *rand.Rand) *Request { return &d[random.IntN(len(d))] }
func (d drawn) Done(Answer)                     {}

// sources is the Source of each client.
func (r *Row) sources() func(int) Source {
	if r.source != nil {
		return r.source
	}
	return func(int) Source { return drawn(r.Requests) }
}

// Everything is the scope of the rows that are not about scopes.
const Everything = "system/*.cruds"

// get is a request that reads.
func get(path string) Request {
	return Request{Method: http.MethodGet, Path: path, Status: http.StatusOK}
}

// paths are the reading requests that make finds for each place.
func paths(places []place, make func(place) string) []Request {
	requests := []Request{}
	for _, p := range places {
		requests = append(requests, get(make(p)))
	}
	return requests
}
