package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// tx implements store.Writer.
type tx struct {
	*snapshot
	relations []relation
	unsettled []reposting
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
	rid, err := t.putRow(old.rid, version)
	if err != nil {
		return err
	}
	entries, err := t.resolve(version.Entries, version.Charts)
	if err != nil {
		return err
	}
	if err := t.writeEntries(rid, entries); err != nil {
		return err
	}
	after, err := t.postingsOf(version.Type, entries, version.Entries.Sort)
	if err != nil {
		return err
	}
	return t.repost(rid, before, after)
}

// putRow writes the row of a resource, whose rid is 0 if it has none.
func (t *tx) putRow(rid int64, v store.NewVersion) (int64, error) {
	columns := []value{num(v.Version), num(v.Updated.UnixMilli()), num(v.Entries.Sort), num(encodeVerb(v.Resource)), blob(v.Body)}
	if rid > 0 {
		return rid, t.conn.exec("UPDATE res SET ver = ?, updated = ?, deleted = 0, sort = ?, verb = ?, body = ? WHERE rid = ?", append(columns, num(rid))...)
	}
	rid, err := t.conn.insert("INSERT INTO res(ver, updated, deleted, sort, verb, body, type, id) VALUES(?, ?, 0, ?, ?, ?, ?, ?)",
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
	err = t.conn.exec("UPDATE res SET ver = ?, updated = ?, deleted = 1, sort = ?, verb = ?, body = NULL WHERE rid = ?",
		num(version), num(updated.UnixMilli()), num(search.NoSort), num(int64(store.DELETE)), num(old.rid))
	if err != nil {
		return err
	}
	after, err := t.grave(old.rid, key.Type, version)
	if err != nil {
		return err
	}
	return t.repost(old.rid, before, after)
}

// mayWrite refuses to go on for a caller who is gone, and makes the statements
// that write run to their end.
func (t *tx) mayWrite(ctx context.Context) error {
	t.conn.interruptible(context.Background())
	return ctx.Err()
}

// supersede moves the current version, if there is one, to the history. It
// returns the row as it was, with rid 0 if there was none, and the postings under
// which it stood.
func (t *tx) supersede(key store.Key, next int64, ended time.Time) (old current, before postings, err error) {
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
		before, err = t.postings(old)
	}
	if err != nil {
		return old, before, err
	}
	vrid, err := t.conn.insert(`INSERT INTO version(rid, ver, updated, ended, deleted, body, verb, type)
		SELECT rid, ver, updated, ?, deleted, body, verb, type FROM res WHERE rid = ?`, num(ended.UnixMilli()), num(old.rid))
	if err != nil || old.version.Deleted {
		return old, before, err
	}
	return old, before, t.moveEntries(old.rid, vrid)
}

// header reads the row of a resource without its body; rid and version are 0 if
// there is none.
func (t *tx) header(key store.Key) (current, error) {
	found := current{version: store.Resource{Key: key}}
	_, err := t.conn.first("SELECT rid, ver, deleted, sort FROM res WHERE type = ? AND id = ?",
		[]value{text(key.Type), text(key.ID)}, func(r row) {
			found.rid, found.version.Version, found.version.Deleted, found.sort = r.int(0), r.int(1), r.bool(2), r.int(3)
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
	if err := t.settlePostings(); err != nil {
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
	if err := t.conn.exec("DELETE FROM care WHERE source = ?", num(source)); err != nil {
		return err
	}
	for _, to := range r.relationships {
		patient, err := t.makeResource(keyOf("Patient", to.Patient))
		if err != nil {
			return err
		}
		err = t.conn.exec("INSERT OR IGNORE INTO care(party, patient, start, stop, source) VALUES(?, ?, ?, ?, ?)",
			text(to.Party), num(patient), num(to.From), num(to.To), num(source))
		if err != nil {
			return err
		}
	}
	return nil
}
