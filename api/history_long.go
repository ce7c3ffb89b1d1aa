package api

import (
	"context"
	"net/http"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// longHistory is a page of a history, which is sent in chunks if it is long.
type longHistory struct {
	*server
	request *request
	ask     askHistory
	wanted  store.HistoryRequest // of the chunk
	left    int                  // how many versions the page may still have
	applied []search.Pair
	shown   subset
	bundle  *bundle
}

// begin answers with the page, or with its first chunk.
func (l *longHistory) begin(ctx context.Context, reader *store.Reader) (*response, error) {
	page, err := l.ask(ctx, reader, l.wanted)
	if err != nil {
		return nil, err
	}
	l.bundle = l.newBundle("history", page.Total, len(page.Versions))
	if l.advance(page) {
		err := l.versions(page)
		return &response{status: http.StatusOK, parts: l.bundle.take(), more: l.more}, err
	}
	l.bundle.links(l.pageLinks(l.request, l.applied, page.Next))
	if err := l.versions(page); err != nil {
		return nil, err
	}
	l.bundle.endEntries()
	return &response{status: http.StatusOK, parts: l.bundle.end()}, nil
}

// advance goes on behind a chunk, and tells whether there may be another one.
func (l *longHistory) advance(page store.History) bool {
	l.left -= len(page.Versions)
	l.wanted.Cursor, l.wanted.NoTotal = page.Next, true
	l.wanted.Count = min(l.wanted.Count, l.left)
	return page.Next != "" && l.left > 0
}

// more writes the next chunk, and at the end the links.
func (l *longHistory) more(ctx context.Context, reader *store.Reader) (pieces, bool, error) {
	page, err := l.ask(ctx, reader, l.wanted)
	if err != nil {
		return nil, false, err
	}
	l.bundle.grow(len(page.Versions))
	if err := l.versions(page); err != nil {
		return nil, false, err
	}
	if l.advance(page) {
		return l.bundle.take(), false, nil
	}
	l.bundle.endEntries()
	l.bundle.links(l.pageLinks(l.request, l.applied, page.Next))
	return l.bundle.end(), true, nil
}

func (l *longHistory) versions(page store.History) error {
	for _, version := range page.Versions {
		if !version.Deleted {
			var err error
			if version.Body, err = l.shown.apply(version.Type, version.Body); err != nil {
				return err
			}
		}
		l.bundle.version(version)
	}
	return nil
}
