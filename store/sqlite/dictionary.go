package sqlite

import (
	"strings"
	"sync"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// maxCached is how many dictionary rows of a kind a process remembers.
const maxCached = 200_000

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
	mu sync.RWMutex
	ids
	counts counts
	ranges ranges
}

// dictionary finds ids in one transaction: in what it allocated itself, in the
// cache, in the database.
type dictionary struct {
	conn      *conn
	shared    *cache
	allocated *ids // by this transaction, not committed; nil on a snapshot
}

// find looks a key up in one of the maps, and in the database at last.
func find[K comparable](d *dictionary, of func(*ids) map[K]int64, key K, sql string, args ...value) (int64, bool, error) {
	if d.allocated != nil {
		if id, ok := of(d.allocated)[key]; ok {
			return id, true, nil
		}
	}
	d.shared.mu.RLock()
	id, ok := of(&d.shared.ids)[key]
	d.shared.mu.RUnlock()
	if ok {
		return id, true, nil
	}
	found, err := d.conn.first(sql, args, func(r row) { id = r.int(0) })
	if err != nil || !found {
		return 0, false, err
	}
	if d.allocated != nil {
		// Perhaps written by an earlier part of this transaction: it is shared
		// once that is committed.
		of(d.allocated)[key] = id
	} else {
		d.shared.mu.Lock()
		remember(of(&d.shared.ids), key, id)
		d.shared.mu.Unlock()
	}
	return id, true, nil
}

func remember[K comparable](m map[K]int64, key K, id int64) {
	if len(m) >= maxCached {
		clear(m)
	}
	m[key] = id
}

// commit shares what a committed transaction allocated.
func (c *cache) commit(allocated *ids) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, id := range allocated.params {
		remember(c.params, key, id)
	}
	for key, id := range allocated.terms {
		remember(c.terms, key, id)
	}
	for key, id := range allocated.resources {
		remember(c.resources, key, id)
	}
}

func params(i *ids) map[paramKey]int64     { return i.params }
func terms(i *ids) map[termKey]int64       { return i.terms }
func resources(i *ids) map[store.Key]int64 { return i.resources }

// param finds the id of a parameter.
func (d *dictionary) param(p *search.Param) (int64, bool, error) {
	return d.paramNamed(paramKey{p.Type, p.Code})
}

func (d *dictionary) paramNamed(key paramKey) (int64, bool, error) {
	return find(d, params, key, "SELECT id FROM param WHERE type = ? AND code = ?", text(key.typ), text(key.code))
}

// term finds the id of a term.
func (d *dictionary) term(key termKey) (int64, bool, error) {
	return find(d, terms, key, "SELECT id FROM term WHERE param = ? AND code = ? AND system = ?",
		num(key.param), text(key.code), text(key.system))
}

// resource finds the rid of a resource, which may be known by name only.
func (d *dictionary) resource(key store.Key) (int64, bool, error) {
	return find(d, resources, key, "SELECT rid FROM res WHERE type = ? AND id = ?", text(key.Type), text(key.ID))
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
	id, err = d.conn.insert("INSERT INTO param(type, code) VALUES(?, ?)", text(key.typ), text(key.code))
	d.allocated.params[key] = id
	return id, err
}

func (d *dictionary) makeTerm(key termKey, reference bool) (int64, error) {
	id, ok, err := d.term(key)
	if err != nil || ok {
		return id, err
	}
	target := null
	if name, ok := literal(key.code); ok && reference {
		rid, err := d.makeResource(name)
		if err != nil {
			return 0, err
		}
		target = num(rid)
	}
	id, err = d.conn.insert("INSERT INTO term(param, code, system, target) VALUES(?, ?, ?, ?)",
		num(key.param), text(key.code), text(key.system), target)
	d.allocated.terms[key] = id
	return id, err
}

func (d *dictionary) makeResource(key store.Key) (int64, error) {
	id, ok, err := d.resource(key)
	if err != nil || ok {
		return id, err
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
	return d.makeTerm(termKey{param: param}, false)
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
