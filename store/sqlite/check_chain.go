package sqlite

import (
	"fmt"

	"github.com/granary-fhir/granary/store"
)

// closing is what a superseded version's row should say of itself: both follow
// from other rows.
type closing struct {
	vrid, ended int64
	typ         string
}

// chains checks that the versions of each resource are 1, 2 and so on up to the
// current one, and that each ends when the next one comes.
func (x *check) chains() error {
	if err := x.firsts(); err != nil {
		return err
	}
	const ordered = `SELECT v.vrid, v.rid, v.ver, v.updated, v.ended, v.type, r.type, r.id, r.ver, r.updated
		FROM version v LEFT JOIN res r ON r.rid = v.rid ORDER BY v.rid, v.ver`
	var c chain
	err := x.conn.query(ordered, nil, func(r row) error {
		l := link{vrid: r.int(0), rid: r.int(1), version: r.int(2), updated: r.int(3), ended: r.int(4), typ: r.text(5)}
		if r.isNull(6) {
			x.lost(fmt.Sprintf("version %d of row %d is of no resource", l.version, l.rid))
			return nil
		}
		if l.rid != c.last.rid {
			x.endChain(&c)
			c = chain{key: keyOf(r.text(6), r.text(7)), current: r.int(8), currentUpdated: r.int(9)}
		}
		x.follow(&c, l)
		return nil
	})
	x.endChain(&c)
	return err
}

// firsts finds resources that lack all of their earlier versions.
func (x *check) firsts() error {
	const lonely = `SELECT type, id, ver FROM res r WHERE ver <> 1 AND ver <> 0
		AND NOT EXISTS(SELECT 1 FROM version v WHERE v.rid = r.rid)`
	return x.conn.query(lonely, nil, func(r row) error {
		x.found(store.Finding{Kind: store.Lost, Key: keyOf(r.text(0), r.text(1)),
			Text: missingVersions(1, r.int(2)-1)})
		return nil
	})
}

type link struct {
	vrid, rid, version, updated, ended int64
	typ                                string
}

// chain are the versions of a resource, as far as they are read.
type chain struct {
	key                     store.Key
	current, currentUpdated int64
	last                    link
}

func (x *check) follow(c *chain, l link) {
	if l.version != c.last.version+1 {
		x.found(store.Finding{Kind: store.Lost, Key: c.key, Text: missingVersions(c.last.version+1, l.version-1)})
	} else if c.last.rid != 0 {
		x.closes(c, c.last, l.updated)
	}
	c.last = l
}

func (x *check) endChain(c *chain) {
	switch {
	case c.last.rid == 0:
	case c.last.version >= c.current:
		x.found(store.Finding{Kind: store.Lost, Key: c.key, Text: fmt.Sprintf("version %d is superseded, and the current one is %d", c.last.version, c.current)})
	case c.last.version < c.current-1:
		x.found(store.Finding{Kind: store.Lost, Key: c.key, Text: missingVersions(c.last.version+1, c.current-1)})
	default:
		x.closes(c, c.last, c.currentUpdated)
	}
}

// closes checks what a version's row says of its end and type.
func (x *check) closes(c *chain, l link, ended int64) {
	find := func(kind store.FindingKind, text string) {
		x.found(store.Finding{Kind: kind, Key: c.key, Version: l.version, Text: text})
	}
	if l.ended != ended {
		find(store.Damaged, "it does not end when the next version comes")
	}
	if l.typ != c.key.Type {
		find(store.Damaged, fmt.Sprintf("it is listed as a %s", l.typ))
	}
	if l.ended != ended || l.typ != c.key.Type {
		x.ended = append(x.ended, closing{l.vrid, ended, c.key.Type})
	}
	if ended < l.updated {
		find(store.Lost, "the next version is older")
	}
}

func missingVersions(from, to int64) string {
	if from == to {
		return fmt.Sprintf("version %d is missing", from)
	}
	return fmt.Sprintf("versions %d to %d are missing", from, to)
}
