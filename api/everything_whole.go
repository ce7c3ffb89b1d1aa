package api

import (
	"context"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// findWhole answers a query with all that it finds, however much that is: page by
// page in one Bundle, each found on a state of its own. The total is there where one
// page is all; to count more would keep the first byte back.
func (s *server) findWhole(ctx context.Context, reader *store.Reader, r *request, query *search.Query) (*response, error) {
	l := &longSearch{server: s, query: query, whole: true, sent: newSentSet()}
	if err := l.find(ctx, reader); err != nil {
		return nil, err
	}
	l.bundle = s.newBundle("searchset", l.total(), 0)
	l.bundle.links(s.pageLinks(r, query.Applied, ""))
	return l.answer(ctx, reader, r.streams)
}

// goesOn tells whether another page follows in the same answer.
func (l *longSearch) goesOn() bool { return l.whole && l.page.Next != "" }

// turn goes on to the next page.
func (l *longSearch) turn(ctx context.Context, reader *store.Reader) error {
	l.query.Cursor = l.page.Next
	return l.find(ctx, reader)
}

// find finds a page, of which what was sent already is left out: what changes while
// the answer is sent may be found again at another place.
func (l *longSearch) find(ctx context.Context, reader *store.Reader) (err error) {
	if l.page, err = reader.Find(ctx, l.query, l.chunkBytes); err == nil {
		l.left = l.sent.addAll(l.page.Found)
	}
	return err
}

// total is the number of matches where it is known, nil elsewhere.
func (l *longSearch) total() *int {
	if l.page.Next != "" || l.page.Total != nil {
		return l.page.Total
	}
	n := 0
	for _, resource := range l.page.Found {
		if !l.page.Includes(resource.Key) {
			n++
		}
	}
	return &n
}

// sentSet are resources: by their rows (store.Resource.Row) where the store has any,
// else by their keys. The rows of one chart mostly stand beside each other, so that they
// are kept as bits.
type sentSet struct {
	rows map[int64]uint64
	keys map[store.Key]bool
}

func newSentSet() sentSet { return sentSet{map[int64]uint64{}, map[store.Key]bool{}} }

// addAll adds resources, and returns those that it did not have.
func (s sentSet) addAll(found []store.Resource) []store.Resource {
	var news []store.Resource
	for _, resource := range found {
		if s.add(resource) {
			news = append(news, resource)
		}
	}
	return news
}

func (s sentSet) add(resource store.Resource) bool {
	if resource.Row == 0 {
		is := s.keys[resource.Key]
		s.keys[resource.Key] = true
		return !is
	}
	word, bit := resource.Row>>6, uint64(1)<<(resource.Row&63)
	is := s.rows[word]&bit != 0
	s.rows[word] |= bit
	return !is
}
