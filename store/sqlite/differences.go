package sqlite

import (
	"slices"
)

// maxHeld is about how many rows of indexes are in memory at a time.
const maxHeld = 200_000

// suspects are the buckets of each index whose rows are not those that there
// should be.
type suspects [len(holders)][buckets]bool

// suspects compares the sums.
func (x *check) suspects() *suspects {
	var s suspects
	for of := range s {
		for at := range s[of] {
			s[of][at] = !x.unreadable[of] && x.should.of[of][at] != x.are.of[of][at]
		}
	}
	return &s
}

// rounds are the suspected buckets, in parts of which the rows fit into memory.
func (x *check) rounds(s *suspects) [][]int64 {
	var rounds [][]int64
	var round []int64
	size := 0
	for at := range buckets {
		if !s.hasAny(at) {
			continue
		}
		if n := int(x.are.count[at]); size+n > maxHeld && size > 0 {
			rounds, round, size = append(rounds, round), nil, 0
		}
		round, size = append(round, int64(at)), size+int(x.are.count[at])
	}
	if len(round) > 0 {
		rounds = append(rounds, round)
	}
	return rounds
}

func (s *suspects) hasAny(at int) bool {
	for of := range s {
		if s[of][at] {
			return true
		}
	}
	return false
}

// has tells whether rows that lead to a resource are suspected.
func (s *suspects) has(of index, rid int64) bool { return s[of][bucket(rid)] }

// wrong is a resource and what is wrong with the rows that lead to it.
type wrong struct {
	rid         int64
	stored      *stored // nil if there is no such row
	outdated    bool    // its entries are not those of its body
	held        []indexRow
	differences []difference
}

// differences looks for the rows of some buckets that are not as they should be.
func (x *judge) differences(s *suspects, round []int64, yield func(wrong) error) error {
	are, err := x.heldIn(s, round)
	if err != nil {
		return err
	}
	suspected := concat(sql("(r.rid & ?) IN (SELECT value FROM json_each(?))", num(buckets-1), numsJSON(round)))
	err = x.eachCurrent(suspected, func(row *stored) error {
		should, outdated, err := x.rowsOf(row)
		if err != nil {
			return err
		}
		should = slices.DeleteFunc(should, func(r indexRow) bool { return !s.has(r.index, row.rid) })
		held := are[row.rid]
		delete(are, row.rid)
		slices.SortFunc(held, indexRow.compareAll)
		if found := compareRows(should, held); len(found) > 0 {
			return yield(wrong{row.rid, row, outdated, held, found})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for rid, held := range are {
		slices.SortFunc(held, indexRow.compareAll)
		if err := yield(wrong{rid: rid, held: held, differences: compareRows(nil, held)}); err != nil {
			return err
		}
	}
	return nil
}

// rowsOf are all rows by which a resource should be found, as its entries are.
func (x *judge) rowsOf(s *stored) (rows []indexRow, outdated bool, err error) {
	j, err := x.of(s, false)
	if err != nil {
		return nil, false, err
	}
	caring, err := x.careRows(s)
	return single(append(j.rows, caring...)), j.isOutdated(), err
}

// heldIn reads the rows of the suspected indexes, by the resource that they lead to.
func (x *judge) heldIn(s *suspects, round []int64) (map[int64][]indexRow, error) {
	in := make([]bool, buckets)
	for _, at := range round {
		in[at] = true
	}
	are := make(map[int64][]indexRow)
	for of := range holders {
		if !slices.ContainsFunc(round, func(at int64) bool { return s[of][at] }) {
			continue
		}
		err := x.eachHeld(index(of), func(row held) error {
			if in[bucket(row.rid)] && s.has(row.index, row.rid) {
				are[row.rid] = append(are[row.rid], row.indexRow)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return are, nil
}
