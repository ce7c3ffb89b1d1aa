package api

import (
	"context"
	"net/http"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// longSearch is a page of a search that is found on one state of the data, and then
// read and sent in chunks: the matches, then what they bring along, then what was
// ignored. Of one that is whole the pages follow each other in one answer. See
// docs/decisions/013-streaming.md.
type longSearch struct {
	*server
	query  *search.Query
	page   *store.Page
	left   []store.Resource // what is still to be sent of it
	whole  bool
	sent   sentSet // what was found before, of one that is whole
	bundle *bundle
}

// findLong answers a query whose page may be long. Whatever can be refused is
// refused here, before the first byte. What fits into one chunk is sent as one.
func (s *server) findLong(ctx context.Context, reader *store.Reader, r *request, query *search.Query) (*response, error) {
	page, err := reader.Find(ctx, query, s.chunkBytes)
	if err != nil {
		return nil, err
	}
	l := &longSearch{server: s, query: query, page: page, left: page.Found}
	l.bundle = s.newBundle("searchset", page.Total, fitting(l.left, s.chunkBytes)+1)
	l.bundle.links(s.pageLinks(r, query.Applied, page.Next))
	return l.answer(ctx, reader, true)
}

// answer is the response with the first chunk, or where it may not be streamed with
// all of them.
func (l *longSearch) answer(ctx context.Context, reader *store.Reader, streams bool) (*response, error) {
	answer := &response{status: http.StatusOK}
	for {
		part, last, err := l.more(ctx, reader)
		if err != nil {
			return nil, err
		}
		if answer.parts == nil {
			answer.parts = part
		} else {
			answer.parts = append(answer.parts, part...)
		}
		if last {
			return answer, nil
		}
		if streams {
			break
		}
		if answer.parts.size() > maxAnswers {
			return nil, refuse(http.StatusRequestEntityTooLarge, fhir.IssueTypeTooCostly,
				"the answer has more than %d MB, which is all that the entry of a Bundle may bring; ask for it alone, or by pages with _count", maxAnswers>>20)
		}
	}
	answer.more = l.more
	return answer, nil
}

// fitting is how many resources are in the next chunk: what fits into it, and one at
// least.
func fitting(left []store.Resource, most int) int {
	bytes := 0
	for i, resource := range left {
		if bytes += resource.Size; bytes > most && i > 0 {
			return i
		}
	}
	return len(left)
}

// more writes the next chunk.
func (l *longSearch) more(ctx context.Context, reader *store.Reader) (pieces, bool, error) {
	if len(l.left) == 0 && l.goesOn() {
		if err := l.turn(ctx, reader); err != nil {
			return nil, false, err
		}
	}
	n := fitting(l.left, l.chunkBytes)
	l.bundle.grow(n + 1)
	var found []store.Resource
	if n > 0 {
		var err error
		if found, err = reader.Reread(ctx, l.page, l.left[:n]); err != nil {
			return nil, false, err
		}
	}
	for _, resource := range found {
		if err := l.add(resource); err != nil {
			return nil, false, err
		}
	}
	l.left = l.left[n:]
	for i := range l.left { // will be read again
		l.left[i].Body = nil
	}
	if len(l.left) > 0 || l.goesOn() {
		return l.bundle.take(), false, nil
	}
	l.bundle.addIgnored(l.query)
	l.bundle.endEntries()
	return l.bundle.end(), true, nil
}

func (l *longSearch) add(resource store.Resource) error {
	mode := "match"
	if l.page.Includes(resource.Key) {
		mode = "include"
	}
	body, err := subsetOf(l.query).apply(resource.Type, resource.Body)
	if err == nil {
		l.bundle.found(resource.Key, body, mode)
	}
	return err
}
