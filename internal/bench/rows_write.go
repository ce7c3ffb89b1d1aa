package bench

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// TransactionSize is how many resources a transaction of the row writes.
const TransactionSize = 300

// writing are the rows that change the store; they come last. Each write is
// durable when it is answered.
func (r *rows) writing() {
	bodies := r.observations(1024)
	create := func(name string, clients int) Row {
		return Row{
			Name: name, Group: "create", Scope: Everything, Clients: clients, Resources: 1,
			About:    "POST Observation",
			Requests: creates(bodies),
		}
	}
	r.add(create("create, one writer", 1))
	r.add(create("create, 32 writers", 32))
	targets := r.draw(reads, func(o observation) bool { return !o.noted })
	updates := &updates{data: r.data, targets: targets}
	r.add(Row{
		Name: "update", Group: "update", Scope: Everything, Resources: 1,
		About:  "PUT Observation/id, changed, of any patient",
		source: func(int) Source { return updates },
	})
	r.add(Row{
		Name: "transaction of 300", Group: "transaction", Scope: Everything, Clients: 1, Resources: TransactionSize,
		About:    "POST a transaction Bundle: whole patients, linked by urn:uuid, one writer",
		Requests: r.transactions(16), want: wantWritten,
	})
	reading := drawn(paths(targets, observationPath))
	r.add(Row{
		Name: "CRUD 10/60/25/5", Group: "crud", Scope: Everything,
		About: "create 10 %, read 60 %, update 25 %, delete 5 % of Observations",
		source: func(int) Source {
			return &crud{creates: creates(bodies), reads: reading, updates: updates}
		},
	})
}

func creates(bodies [][]byte) []Request {
	requests := make([]Request, len(bodies))
	for i, body := range bodies {
		requests[i] = Request{Method: http.MethodPost, Path: "/Observation", Body: body, Status: http.StatusCreated}
	}
	return requests
}

// observations are Observations of patients that are there, with dates of their
// own.
func (r *rows) observations(n int) [][]byte {
	var bodies [][]byte
	for _, p := range r.draw(n, func(observation) bool { return true }) {
		bodies = append(bodies, r.data.render(p))
	}
	return bodies
}

// render writes an Observation at its place.
func (d *Data) render(p place) []byte { return d.byKey[p.key].render(p.naming) }

// updates gives one of the Observations with a note that it never had.
type updates struct {
	data    *Data
	targets []place
	count   atomic.Int64
}

func (u *updates) Next(random *rand.Rand) *Request {
	p := u.targets[random.IntN(len(u.targets))]
	body := bytes.TrimSuffix(u.data.render(p), []byte("}"))
	body = append(body, `,"note":[{"text":"changed `+strconv.FormatInt(u.count.Add(1), 10)+`"}]}`...)
	return &Request{Method: http.MethodPut, Path: observationPath(p), Body: body, Status: http.StatusOK}
}

func (u *updates) Done(Answer) {}

// crud is a client's mix of interactions. It deletes what it created.
type crud struct {
	creates []Request
	reads   drawn
	updates *updates
	own     []string // paths of what it created
	last    string   // the method of the last request
}

func (c *crud) Next(random *rand.Rand) *Request {
	dice := random.IntN(100)
	var next *Request
	switch {
	case dice < 60:
		next = c.reads.Next(random)
	case dice < 85:
		next = c.updates.Next(random)
	case dice < 90 && len(c.own) > 0:
		next = &Request{Method: http.MethodDelete, Path: c.own[len(c.own)-1], Status: http.StatusNoContent}
		c.own = c.own[:len(c.own)-1]
	default:
		next = drawn(c.creates).Next(random)
	}
	c.last = next.Method
	return next
}

// Done remembers what was created, from its Location:
// `[base]/Observation/id/_history/1`.
func (c *crud) Done(answer Answer) {
	if c.last != http.MethodPost {
		return
	}
	path, _, _ := strings.Cut(answer.Location, "/_history/")
	if at := strings.LastIndex(path, "/Observation/"); at >= 0 {
		c.own = append(c.own, path[at:])
	}
}

// transactions are Bundles of whole patients, the last of them in part.
func (r *rows) transactions(n int) []Request {
	var requests []Request
	for i := range n {
		var b bytes.Buffer
		b.WriteString(`{"resourceType":"Bundle","type":"transaction","entry":[`)
		r.entries(&b, i)
		b.WriteString(`]}`)
		requests = append(requests, Request{Method: http.MethodPost, Body: b.Bytes(), Status: http.StatusOK})
	}
	return requests
}

// entries writes the entries of the i-th transaction. A resource comes in only
// if all of its family that it refers to is in already or is no part of the
// family, so that a patient who is cut short has no links to nowhere.
func (r *rows) entries(b *bytes.Buffer, i int) {
	count := 0
	for k := 0; count < TransactionSize && k < TransactionSize*len(r.data.families); k++ {
		u := r.data.unit(i*len(r.data.families)/7 + k)
		// Beyond the replicas of the data set; servers give ids of their own.
		n := naming{replica: u.naming.replica + 1_000_000, urn: true}
		in := make(map[string]bool)
		for _, t := range u.family.templates {
			if count == TransactionSize || !t.refersOnlyTo(in) {
				continue
			}
			if count > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`{"fullUrl":"urn:uuid:` + n.id(t.key()) + `","resource":`)
			b.Write(t.render(n))
			b.WriteString(`,"request":{"method":"POST","url":"` + t.typ + `"}}`)
			in[t.key()] = true
			count++
		}
	}
}

// refersOnlyTo tells whether all links of the template lead to one of the keys or
// to itself.
func (t *template) refersOnlyTo(keys map[string]bool) bool {
	for _, p := range t.pieces {
		if p.kind == isLink && p.key != t.key() && !keys[p.key] {
			return false
		}
	}
	return true
}
