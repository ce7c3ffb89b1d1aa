package sqlite

import (
	"strings"
	"sync"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// maxCached is how many dictionary rows of a kind a process remembers: so many that
// were asked for lately, and as many of those before.
const maxCached = 25_000

// paramKey, termKey and store.Key are the identities of the dictionaries' rows.
type paramKey struct{ typ, code string }

type termKey struct {
	param        int64
	code, system string
}

// ids are dictionary rows by their identity.
type ids struct {
	params    map[paramKey]int64
	terms     map[termKey]int64
	resources map[store.Key]int64
}

func newIDs() ids {
	return ids{map[paramKey]int64{}, map[termKey]int64{}, map[store.Key]int64{}}
}

// cache remembers dictionary rows that are committed. They are never changed or
// removed, by this process or another, so that what is in it stays true; that
// something is not in it says nothing.
type cache struct {
	params    memory[paramKey]
	terms     memory[termKey]
	resources memory[store.Key]
	used      usage
	counts    counts
	ranges    ranges
}

// memory is what is remembered of one dictionary. It is safe for concurrent use.
type memory[K comparable] struct {
	mu     sync.RWMutex
	recent map[K]int64
	older  map[K]int64 // what was recent until that was full
}

// get finds an id that is remembered. What is asked for is recent again.
func (m *memory[K]) get(key K) (int64, bool) {
	m.mu.RLock()
	id, recent := m.recent[key]
	older := false
	if !recent {
		id, older = m.older[key]
	}
	m.mu.RUnlock()
	if older {
		m.put(key, id)
	}
	return id, recent || older
}

func (m *memory[K]) put(key K, id int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.recent == nil || len(m.recent) >= maxCached {
		m.older, m.recent = m.recent, map[K]int64{}
	}
	m.recent[key] = id
}

// dictionary finds ids in one transaction: in what it allocated itself, in the
// cache, in the database.
type dictionary struct {
	conn      *conn
	shared    *cache
	allocated ids  // by this transaction, not committed; without maps on a snapshot
	frozen    bool // nothing is allocated: what is not there has the id unknown
}

// unknown is no id of anything.
const unknown = -1

// find looks a key up in what the transaction allocated and in what is remembered,
// and in the database at last.
func find[K comparable](d *dictionary, allocated map[K]int64, shared *memory[K], key K, sql string, args ...value) (int64, bool, error) {
	if id, ok := allocated[key]; ok {
		return id, true, nil
	}
	id, ok := shared.get(key)
	d.shared.used.count(ok)
	if ok {
		return id, true, nil
	}
	found, err := d.conn.first(sql, args, func(r row) { id = r.int(0) })
	if err != nil || !found {
		return 0, false, err
	}
	if allocated != nil {
		// Perhaps written by an earlier part of this transaction: it is shared
		// once that is committed.
		allocated[key] = id
	} else {
		shared.put(key, id)
	}
	return id, true, nil
}

// commit shares what a committed transaction allocated.
func (c *cache) commit(allocated *ids) {
	for key, id := range allocated.params {
		c.params.put(key, id)
	}
	for key, id := range allocated.terms {
		c.terms.put(key, id)
	}
	for key, id := range allocated.resources {
		c.resources.put(key, id)
	}
}

// param finds the id of a parameter.
func (d *dictionary) param(p *search.Param) (int64, bool, error) {
	return d.paramNamed(paramKey{p.Type, p.Code})
}

func (d *dictionary) paramNamed(key paramKey) (int64, bool, error) {
	return find(d, d.allocated.params, &d.shared.params, key, "SELECT id FROM param WHERE type = ? AND code = ?", text(key.typ), text(key.code))
}

// term finds the id of a term.
func (d *dictionary) term(key termKey) (int64, bool, error) {
	return find(d, d.allocated.terms, &d.shared.terms, key, "SELECT id FROM term WHERE param = ? AND code = ? AND system = ?",
		num(key.param), text(key.code), text(key.system))
}

// resource finds the rid of a resource, which may be known by name only.
func (d *dictionary) resource(key store.Key) (int64, bool, error) {
	return find(d, d.allocated.resources, &d.shared.resources, key, "SELECT rid FROM res WHERE type = ? AND id = ?", text(key.Type), text(key.ID))
}

// typeTerm finds the term under which every live resource of a type is posted.
func (d *dictionary) typeTerm(typ string) (int64, bool, error) {
	param, ok, err := d.paramNamed(paramKey{typ: typ})
	if err != nil || !ok {
		return 0, false, err
	}
	return d.term(termKey{param: param})
}

// makeParam, makeTerm and makeResource find an id or allocate it.
func (d *dictionary) makeParam(key paramKey) (int64, error) {
	id, ok, err := d.paramNamed(key)
	if err != nil || ok {
		return id, err
	}
	if d.frozen {
		return unknown, nil
	}
	id, err = d.conn.insert("INSERT INTO param(type, code) VALUES(?, ?)", text(key.typ), text(key.code))
	d.allocated.params[key] = id
	return id, err
}

// makeTerm also tells which resource a literal reference names, 0 for none.
func (d *dictionary) makeTerm(key termKey, reference bool) (id, target int64, err error) {
	name, isLiteral := literal(key.code)
	if reference && isLiteral {
		if target, err = d.makeResource(name); err != nil {
			return 0, 0, err
		}
	}
	id, ok, err := d.term(key)
	if err != nil || ok {
		return id, target, err
	}
	if d.frozen {
		return unknown, target, nil
	}
	to := null
	if target != 0 {
		to = num(target)
	}
	id, err = d.conn.insert("INSERT INTO term(param, code, system, target) VALUES(?, ?, ?, ?)",
		num(key.param), text(key.code), text(key.system), to)
	d.allocated.terms[key] = id
	return id, target, err
}

func (d *dictionary) makeResource(key store.Key) (int64, error) {
	id, ok, err := d.resource(key)
	if err != nil || ok {
		return id, err
	}
	if d.frozen {
		return unknown, nil
	}
	id, err = d.conn.insert("INSERT INTO res(type, id, ver, updated, deleted, sort) VALUES(?, ?, 0, 0, 0, ?)",
		text(key.Type), text(key.ID), num(search.NoSort))
	d.allocated.resources[key] = id
	return id, err
}

func (d *dictionary) makeTypeTerm(typ string) (int64, error) {
	param, err := d.makeParam(paramKey{typ: typ})
	if err != nil {
		return 0, err
	}
	id, _, err := d.makeTerm(termKey{param: param}, false)
	return id, err
}

// literal parses a local reference: `Type/id`.
func literal(reference string) (store.Key, bool) {
	typ, id, ok := strings.Cut(reference, "/")
	if !ok || typ == "" || typ[0] < 'A' || typ[0] > 'Z' || !store.ValidID(id) {
		return store.Key{}, false
	}
	for _, r := range typ {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return store.Key{}, false
		}
	}
	return store.Key{Type: typ, ID: id}, true
}
