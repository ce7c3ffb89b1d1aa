package sqlite

import (
	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// schema4 keeps who is a member of which organization.
const schema4 = `
CREATE TABLE member(
  party TEXT NOT NULL, organization TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, source INTEGER NOT NULL,
  PRIMARY KEY(party, organization, start, stop, source)) WITHOUT ROWID;
CREATE INDEX member_source ON member(source);
`

// relateOrganizations is the step to version 4: it makes the relationships of roles,
// and anew those of patients, who now have one with the organization that manages
// them.
func relateOrganizations(m migration) error {
	if err := m.conn.script(schema4); err != nil {
		return err
	}
	const sources = "SELECT rid, type, id, e, body FROM res WHERE type IN ('Patient', 'PractitionerRole') AND ver > 0 AND deleted = 0"
	some, err := m.conn.first(sources, nil, noColumns)
	if err != nil || !some {
		return err
	}
	if m.registry == nil { // rare enough to make one
		if m.registry, err = search.NewRegistry(); err != nil {
			return err
		}
	}
	charts, err := compartments.New(m.registry)
	if err != nil {
		return err
	}
	t := &tx{snapshot: &snapshot{dictionary: &dictionary{conn: m.conn, shared: new(cache), allocated: newIDs()}}}
	return m.conn.query(sources, nil, func(r row) error {
		key := store.Key{Type: r.text(1), ID: r.text(2)}
		entries, err := m.referencesIn(key.Type, r.blob(3))
		if err != nil {
			return err
		}
		body, err := fhirjson.Parse(r.blob(4))
		if err != nil { // which granary check tells
			return nil
		}
		return t.relate(relation{key, charts.Relationships(key.Type, key.ID, body, entries)})
	})
}

// referencesIn are the references among the entries of a version: which of them are
// to this server was known when it was written.
func (m migration) referencesIn(typ string, e packed) (search.Entries, error) {
	var found search.Entries
	all, err := e.unpack()
	if err != nil { // which granary check tells
		return found, nil
	}
	for _, term := range all.terms {
		_, err := m.conn.first("SELECT p.code, t.code, t.system FROM term t JOIN param p ON p.id = t.param WHERE t.id = ?", []value{num(term.term)}, func(r row) {
			if p, ok := m.registry.Param(typ, r.text(0)); ok && p.Kind == search.KindReference {
				found.Terms = append(found.Terms, search.TermEntry{Param: p, Code: r.text(1), System: r.text(2)})
			}
		})
		if err != nil {
			return found, err
		}
	}
	return found, nil
}
