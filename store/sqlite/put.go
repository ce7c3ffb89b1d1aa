package sqlite

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// tx implements store.Writer.
type tx struct {
	*snapshot
	relations []relation
	unsettled []change
}

// Put implements store.Writer.
func (t *tx) Put(ctx context.Context, version store.NewVersion) error {
	if err := t.mayWrite(ctx); err != nil {
		return err
	}
	old, before, err := t.supersede(version.Key, version.Version, version.Updated)
	if err != nil {
		return err
	}
	version.Created = old.version.Deleted
	entries, err := t.resolve(version.Entries, version.Charts)
	if err != nil {
		return err
	}
	rid, err := t.putRow(old.rid, version, entries.pack())
	if err != nil {
		return err
	}
	after, err := t.indexRows(version.Type, entries, version.Entries.Sort)
	if err != nil {
		return err
	}
	return t.reindex(rid, before, after)
}

// putRow writes the row of a resource, whose rid is 0 if it has none.
func (t *tx) putRow(rid int64, v store.NewVersion, entries packed) (int64, error) {
	if rid == 0 { // a reference in the resource itself may have named it just now
		known, _, err := t.resource(v.Key)
		if err != nil {
			return 0, err
		}
		rid = known
	}
	columns := []value{num(v.Version), num(v.Updated.UnixMilli()), num(v.Entries.Sort), num(encodeVerb(v.Resource)), blob(entries), blob(v.Body)}
	if rid > 0 {
		return rid, t.conn.exec("UPDATE res SET ver = ?, updated = ?, deleted = 0, sort = ?, verb = ?, e = ?, body = ? WHERE rid = ?", append(columns, num(rid))...)
	}
	rid, err := t.conn.insert("INSERT INTO res(ver, updated, deleted, sort, verb, e, body, type, id) VALUES(?, ?, 0, ?, ?, ?, ?, ?, ?)",
		append(columns, text(v.Type), text(v.ID))...)
	t.allocated.resources[v.Key] = rid
	return rid, err
}

// Delete implements store.Writer.
func (t *tx) Delete(ctx context.Context, key store.Key, version int64, updated time.Time) error {
	if err := t.mayWrite(ctx); err != nil {
		return err
	}
	if version == 1 {
		return fmt.Errorf("%s: there is nothing to delete", key)
	}
	old, before, err := t.supersede(key, version, updated)
	if err != nil {
		return err
	}
	err = t.conn.exec("UPDATE res SET ver = ?, updated = ?, deleted = 1, sort = ?, verb = ?, e = NULL, body = NULL WHERE rid = ?",
		num(version), num(updated.UnixMilli()), num(search.NoSort), num(int64(store.DELETE)), num(old.rid))
	if err != nil {
		return err
	}
	after, err := t.grave(old.rid, key.Type, version)
	if err != nil {
		return err
	}
	return t.reindex(old.rid, before, after)
}

// mayWrite refuses to go on for a caller who is gone, and makes the statements
// that write run to their end.
func (t *tx) mayWrite(ctx context.Context) error {
	t.conn.interruptible(context.Background())
	return ctx.Err()
}

// supersede moves the current version, if there is one, to the history. It
// returns the row as it was, with rid 0 if there was none, and the rows by which
// it was found.
func (t *tx) supersede(key store.Key, next int64, ended time.Time) (old current, before []indexRow, err error) {
	old, err = t.header(key)
	if err != nil {
		return old, before, err
	}
	if old.version.Version != next-1 {
		return old, before, errVersion(key, next, old.version.Version)
	}
	if old.version.Version == 0 {
		return old, before, nil
	}
	if old.version.Deleted {
		before, err = t.grave(old.rid, key.Type, old.version.Version)
	} else {
		before, err = t.currentRows(old)
	}
	if err != nil {
		return old, before, err
	}
	return old, before, t.conn.exec(`INSERT INTO version(rid, ver, updated, ended, deleted, e, body, verb, type)
		SELECT rid, ver, updated, ?, deleted, e, body, verb, type FROM res WHERE rid = ?`, num(ended.UnixMilli()), num(old.rid))
}

// header reads the row of a resource without its body; rid and version are 0 if
// there is none.
func (t *tx) header(key store.Key) (current, error) {
	found := current{version: store.Resource{Key: key}}
	_, err := t.conn.first("SELECT rid, ver, deleted, sort, e FROM res WHERE type = ? AND id = ?",
		[]value{text(key.Type), text(key.ID)}, func(r row) {
			found.rid, found.version.Version, found.version.Deleted, found.sort = r.int(0), r.int(1), r.bool(2), r.int(3)
			found.entries = r.blob(4)
		})
	return found, err
}

// relation is a call of Relate that waits for the end of the transaction.
type relation struct {
	source        store.Key
	relationships []compartments.Relationship
}

// Relate implements store.Writer. It takes effect in finish, so that no
// predicate of this transaction sees it.
func (t *tx) Relate(ctx context.Context, source store.Key, relationships []compartments.Relationship) error {
	t.relations = append(t.relations, relation{source, relationships})
	return ctx.Err()
}

// finish writes what was kept back.
func (t *tx) finish() error {
	if err := t.settleIndex(); err != nil {
		return err
	}
	t.conn.interruptible(context.Background())
	for _, r := range t.relations {
		if err := t.relate(r); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) relate(r relation) error {
	source, err := t.makeResource(r.source)
	if err != nil {
		return err
	}
	if err := t.unrelate(source); err != nil {
		return err
	}
	for _, to := range r.relationships {
		if err := t.insertRelationship(source, to); err != nil {
			return err
		}
	}
	return nil
}

// unrelate removes the relationships of a source.
func (t *tx) unrelate(source int64) error {
	if err := t.conn.exec("DELETE FROM care WHERE source = ?", num(source)); err != nil {
		return err
	}
	return t.conn.exec("DELETE FROM member WHERE source = ?", num(source))
}

func (t *tx) insertRelationship(source int64, to compartments.Relationship) error {
	id, isPatient := strings.CutPrefix(to.With, "Patient/")
	if !isPatient {
		return t.conn.exec("INSERT OR IGNORE INTO member(party, organization, start, stop, source) VALUES(?, ?, ?, ?, ?)",
			text(to.Party), text(to.With), num(to.From), num(to.To), num(source))
	}
	patient, err := t.makeResource(keyOf("Patient", id))
	if err != nil {
		return err
	}
	return t.conn.exec("INSERT OR IGNORE INTO care(party, patient, start, stop, source) VALUES(?, ?, ?, ?, ?)",
		text(to.Party), num(patient), num(to.From), num(to.To), num(source))
}
