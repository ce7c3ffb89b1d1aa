package sqlite

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/compartments"
	"github.com/granary-fhir/granary/store"
)

// judge compares rows with what they are derived from.
type judge struct {
	*tx     // on a frozen dictionary: it allocates nothing
	indexer store.Indexer
}

// newJudge judges on a connection. The dictionary is read from the database, past
// what the process remembers of it.
func (b *Backend) newJudge(c *conn, indexer store.Indexer) *judge {
	s := b.snapshot(c, ids{})
	s.shared, s.frozen = new(cache), true
	return &judge{&tx{snapshot: s}, indexer}
}

// judgement is what is to be said of a row.
type judgement struct {
	findings []store.Finding
	rows     []indexRow // by which the current version should be found, as its entries are
}

func (j *judgement) find(s *stored, superseded bool, kind store.FindingKind, text string) {
	f := store.Finding{Kind: kind, Key: s.version.Key, Text: text}
	if superseded {
		f.Version = s.version.Version
	}
	j.findings = append(j.findings, f)
}

// isOutdated tells whether entries agree with the indexes and not with the body.
func (j *judgement) isOutdated() bool {
	return slices.ContainsFunc(j.findings, func(f store.Finding) bool { return f.Kind == store.Outdated })
}

// of judges a row that is derived.
func (x *judge) of(s *stored, superseded bool) (judgement, error) {
	var j judgement
	switch {
	case s.isLive():
		return x.ofLive(s, superseded)
	case s.hasBody || s.entries != nil:
		j.find(s, superseded, store.Lost, "it has a content, and is deleted or known by name only")
	}
	if superseded || !s.version.Deleted {
		return j, nil
	}
	rows, err := x.grave(s.rid, s.version.Type, s.version.Version)
	if errors.Is(err, errDamaged) { // which is found where the entries are
		err = nil
	}
	j.rows = rows
	return j, err
}

func (x *judge) ofLive(s *stored, superseded bool) (j judgement, err error) {
	for _, flaw := range s.flaws {
		j.find(s, superseded, store.Lost, flaw)
	}
	var should resolved
	switch {
	case !s.hasBody:
		j.find(s, superseded, store.Lost, "it has no body")
	case s.err != nil:
		j.find(s, superseded, store.Lost, fmt.Sprintf("its body is no %s: %v", s.version.Type, s.err))
	default:
		if should, err = x.resolve(s.indexed.Entries, s.indexed.Charts); err != nil {
			return j, err
		}
	}
	is, differs := should, false
	if underivable := !s.hasBody || s.err != nil; underivable || !bytes.Equal(should.pack(), s.entries) {
		is, err = s.entries.unpack()
		switch {
		case len(s.entries) == 0 || errors.Is(err, errDamaged):
			j.find(s, superseded, store.Damaged, "its index entries cannot be read")
			is, err = should, nil
		case err != nil:
			return j, err
		default:
			differs = !underivable && !is.agreesWith(&should)
			if err := x.findTargets(is); err != nil {
				return j, err
			}
		}
	}
	if differs || s.err == nil && s.hasBody && !superseded && s.sort != s.indexed.Entries.Sort {
		j.find(s, superseded, store.Outdated, "its index entries are not what this granary extracts from its body")
	}
	if !superseded {
		j.rows, err = x.indexRows(s.version.Type, is, s.sort)
	}
	return j, err
}

// agreesWith tells whether these are the same entries, in whatever order.
func (r *resolved) agreesWith(other *resolved) bool {
	a, b := r.inOrder(), other.inOrder()
	return slices.Equal(a.terms, b.terms) && slices.Equal(a.strings, b.strings) && slices.Equal(a.dates, b.dates) &&
		slices.Equal(a.numbers, b.numbers) && slices.Equal(a.charts, b.charts)
}

// inOrder are the entries in an order that depends on nothing else, without what
// is not in them.
func (r *resolved) inOrder() resolved {
	out := resolved{slices.Clone(r.terms), slices.Clone(r.strings), slices.Clone(r.dates), slices.Clone(r.numbers), slices.Clone(r.charts)}
	for i := range out.terms {
		out.terms[i].target = 0
	}
	out.sort()
	slices.SortFunc(out.strings, func(a, b stringRow) int {
		return cmp.Or(cmp.Compare(a.param, b.param), cmp.Compare(a.group, b.group), strings.Compare(a.exact, b.exact), strings.Compare(a.folded, b.folded))
	})
	slices.SortFunc(out.dates, func(a, b dateRow) int {
		return cmp.Or(cmp.Compare(a.param, b.param), cmp.Compare(a.group, b.group), cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi))
	})
	slices.SortFunc(out.numbers, func(a, b quantityRow) int {
		return cmp.Or(cmp.Compare(a.param, b.param), cmp.Compare(a.group, b.group), cmp.Compare(a.unit, b.unit), cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi))
	})
	return out
}

// The indexes of relationships: care, with patient, start and stop, and the party;
// member, with start and stop, and who is a member of what. They are none of those
// that settle, and their rows are those of their source.
const (
	care   = words + 1
	member = words + 2
)

// memberText is the text of a row of member.
func memberText(party, organization string) string { return party + " of " + organization }

// careRows are the rows of care relationships that a current version should be the
// source of; those that there are where its body tells nothing.
func (x *judge) careRows(s *stored) ([]indexRow, error) {
	if s.isLive() && (s.err != nil || !s.hasBody) {
		return x.heldCare(s.rid)
	}
	return x.relationshipRows(s.indexed.Relationships)
}

// heldCare are the rows of care relationships of a source.
func (d *dictionary) heldCare(source int64) (rows []indexRow, err error) {
	for _, of := range []index{care, member} {
		err := d.conn.query(holders[of].query+" WHERE source = ?", []value{num(source)}, func(r row) error {
			rows = append(rows, holders[of].read(r).indexRow)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (x *judge) relationshipRows(relationships []compartments.Relationship) (rows []indexRow, err error) {
	for _, to := range relationships {
		id, isPatient := strings.CutPrefix(to.With, "Patient/")
		if !isPatient {
			rows = append(rows, indexRow{index: member, key: [4]int64{to.From, to.To}, text: memberText(to.Party, to.With)})
			continue
		}
		patient, err := x.makeResource(keyOf("Patient", id))
		if err != nil {
			return nil, err
		}
		rows = append(rows, indexRow{index: care, key: [4]int64{patient, to.From, to.To}, text: to.Party})
	}
	return rows, nil
}
