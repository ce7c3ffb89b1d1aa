package sqlite

import "github.com/granary-fhir/granary/store"

// afterDeletion is added to the verb of a live version that follows a deletion.
const afterDeletion = 8

// encodeVerb is what the column verb keeps: how a version came about.
func encodeVerb(v store.Resource) int64 {
	verb := int64(v.Verb)
	if v.Created {
		verb |= afterDeletion
	}
	return verb
}

// versionWidth is how many versionColumns there are.
const versionWidth = 5

// versionColumns are those that make a store.Resource, of res or version.
func versionColumns(alias string) string {
	return alias + ".ver, " + alias + ".updated, " + alias + ".deleted, " + alias + ".verb, " + alias + ".body"
}

// version reads versionColumns, which begin at a column of the row. The body is put
// into the arena.
func (r row) version(first int, key store.Key, into *arena) store.Resource {
	v := r.head(first, key)
	if !v.Deleted {
		v.Body = r.blobIn(first+4, into)
	}
	return v
}

// head is a version without its body.
func (r row) head(first int, key store.Key) store.Resource {
	verb := r.int(first + 3)
	v := store.Resource{
		Key: key, Version: r.int(first), Updated: instant(r.int(first + 1)), Deleted: r.bool(first + 2),
		Verb: store.Verb(verb &^ afterDeletion),
	}
	v.Created = !v.Deleted && (v.Version == 1 || verb&afterDeletion != 0)
	return v
}
