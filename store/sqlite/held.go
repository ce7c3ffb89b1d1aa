package sqlite

import (
	"hash/maphash"
	"slices"
	"strings"
)

// held is a row of an index and the resource that it leads to. Of the words of a
// resource each is a row, and the empty one says that there are some.
type held struct {
	indexRow
	rid int64
}

// holders read the rows that an index holds.
var holders = [...]struct {
	query string
	read  func(row) held
}{
	ix: {"SELECT chart, term, sort, rid FROM ix", func(r row) held {
		return held{indexRow{index: ix, key: [4]int64{r.int(0), r.int(1), r.int(2)}}, r.int(3)}
	}},
	rx: {"SELECT term, sort, rid FROM rx", func(r row) held {
		return held{indexRow{index: rx, key: [4]int64{r.int(0)}, sort: r.int(1)}, r.int(2)}
	}},
	str: {"SELECT param, folded, rid FROM str", func(r row) held {
		return held{indexRow{index: str, key: [4]int64{r.int(0)}, text: r.text(1)}, r.int(2)}
	}},
	date: {"SELECT param, class, lo, hi, rid FROM date", func(r row) held {
		return held{indexRow{index: date, key: [4]int64{r.int(0), r.int(1), r.int(2), r.int(3)}}, r.int(4)}
	}},
	qty: {"SELECT param, unit, lo, hi, rid FROM qty", func(r row) held {
		key := [4]int64{r.int(0), r.int(1), orderedBits(r.float(2)), orderedBits(r.float(3))}
		return held{indexRow{index: qty, key: key}, r.int(4)}
	}},
	words: {"SELECT term, doc FROM temp.words_held UNION ALL SELECT '', id FROM words_docsize", func(r row) held {
		return held{indexRow{index: words, text: r.text(0)}, r.int(1)}
	}},
	care: {"SELECT patient, start, stop, party, source FROM care", func(r row) held {
		return held{indexRow{index: care, key: [4]int64{r.int(0), r.int(1), r.int(2)}, text: r.text(3)}, r.int(4)}
	}},
	member: {"SELECT start, stop, party, organization, source FROM member", func(r row) held {
		return held{indexRow{index: member, key: [4]int64{r.int(0), r.int(1)}, text: memberText(r.text(2), r.text(3))}, r.int(4)}
	}},
}

// showWords makes the rows of the full-text index readable on a connection.
func showWords(c *conn) error {
	return c.exec("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words_held USING fts5vocab(main, words, instance)")
}

// single are rows as an index holds them: sorted, each word for itself.
func single(rows []indexRow) []indexRow {
	out := make([]indexRow, 0, len(rows))
	for _, row := range rows {
		if row.index != words {
			out = append(out, row)
			continue
		}
		out = append(out, indexRow{index: words})
		for word := range strings.FieldsSeq(row.words) {
			out = append(out, indexRow{index: words, text: word})
		}
	}
	slices.SortFunc(out, indexRow.compareAll)
	return slices.Compact(out)
}

// buckets is how many sums there are of each index, into which rows go by the
// resource that they lead to.
const buckets = 1 << 14

func bucket(rid int64) int { return int(rid & (buckets - 1)) }

// sums are the sums of the hashes of rows. Those of the same rows are equal,
// whatever their order, and those of others are not, but for one case in 2^64.
type sums struct {
	seed  maphash.Seed
	of    [len(holders)][buckets]uint64
	count [buckets]int32
}

func (s *sums) add(row held) {
	at := bucket(row.rid)
	s.of[row.index][at] += maphash.Comparable(s.seed, row)
	s.count[at]++
}

// difference is what is wrong with the rows of one index that lead to a resource.
type difference struct {
	index            index
	missing, surplus []indexRow
}

// compareRows compares rows, sorted, with those that there should be.
func compareRows(should, are []indexRow) []difference {
	var found []difference
	last := func(of index) *difference {
		if len(found) == 0 || found[len(found)-1].index != of {
			found = append(found, difference{index: of})
		}
		return &found[len(found)-1]
	}
	for len(should)+len(are) > 0 {
		order := -1
		switch {
		case len(should) == 0:
			order = 1
		case len(are) > 0:
			order = should[0].compareAll(are[0])
		}
		switch {
		case order == 0:
			should, are = should[1:], are[1:]
		case order < 0:
			d := last(should[0].index)
			d.missing, should = append(d.missing, should[0]), should[1:]
		default:
			d := last(are[0].index)
			d.surplus, are = append(d.surplus, are[0]), are[1:]
		}
	}
	return found
}
