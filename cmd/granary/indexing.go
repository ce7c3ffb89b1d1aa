package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/granary-fhir/granary/store"
)

// sayAgain is how often the log tells how far the index is.
const sayAgain = 10 * time.Second

// keepIndexed makes the store's index anew beside requests where the IG packages are not
// those that it was made with, and tells of it in the log, until stop is called.
func keepIndexed(ctx context.Context, opened *store.Store, logger *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { opened.KeepIndexed(ctx, newIndexingLog(opened, logger).tell()) })
	return func() {
		cancel()
		done.Wait()
	}
}

// indexingLog tells the log of the reindex.
type indexingLog struct {
	opened *store.Store
	logger *slog.Logger
	said   time.Time // when its progress was told last
	failed string    // why it failed last
}

func newIndexingLog(opened *store.Store, logger *slog.Logger) *indexingLog {
	return &indexingLog{opened: opened, logger: logger}
}

func (l *indexingLog) tell() store.Serving {
	return store.Serving{Begun: l.begun, Progress: l.progress, Settled: l.settled, Failed: l.fail}
}

func (l *indexingLog) begun() {
	pending, _ := l.opened.Indexing()
	l.said = time.Now()
	l.logger.Info("the IG packages have changed: making the index anew, beside all else", "new", strings.Join(pending, " "))
}

func (l *indexingLog) progress(at store.Reindexed) {
	if l.failed = ""; time.Since(l.said) < sayAgain {
		return
	}
	l.said = time.Now()
	l.logger.Info("making the index anew", "done", at.Done, "of", at.Total)
}

func (l *indexingLog) settled() {
	l.logger.Info("the index is made with the IG packages: all search parameters can be used")
}

// fail tells of an error once, as long as it stays the same.
func (l *indexingLog) fail(err error) {
	if l.failed == err.Error() {
		return
	}
	l.failed = err.Error()
	l.logger.Warn("the index could not be made anew; it is tried again", "error", err)
}

// indexingNote is what is said of a server that is well: how far its index is.
func indexingNote(opened *store.Store) string {
	pending, at := opened.Indexing()
	if len(pending) == 0 {
		return ""
	}
	return fmt.Sprintf(", but for the search parameters of IG packages that are being indexed: about %d%% of the data are done", 100*at.Done/max(at.Total, 1))
}

// watchIndexing adds the numbers of the reindex.
func (m *metrics) watchIndexing(opened *store.Store) {
	m.gauge("granary_index_pending_parameters", "Search parameters of IG packages that cannot be used until the index is made with them.", nil, func() float64 { pending, _ := opened.Indexing(); return float64(len(pending)) })
	m.gauge("granary_index_versions_done", "Versions that the reindex beside requests has gone through; 0 if none is under way.", nil, func() float64 { _, at := opened.Indexing(); return float64(at.Done) })
	m.gauge("granary_index_versions", "Versions that it goes through, about.", nil, func() float64 { _, at := opened.Indexing(); return float64(at.Total) })
}
