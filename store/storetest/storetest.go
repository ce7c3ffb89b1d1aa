// Package storetest is the suite that every store.Backend must pass. Each test
// states a promise of the interfaces in store; none knows how a backend keeps
// its data. The naive evaluator of predicates in it exists to be compared with.
package storetest

import (
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/storetest/packages"
	"github.com/granary-fhir/granary/store/storetest/views"
)

// Open makes an empty database and opens a backend on it, which runs by the
// clock. The backend need not be closed by the suite.
type Open func(t *testing.T, clock func() time.Time) store.Backend

// Database makes an empty database and returns a function that opens it, as
// often as it is called. Several backends open at once act like processes.
type Database func(t *testing.T) func(clock func() time.Time) store.Backend

// test is one promise.
type test struct {
	name string
	run  func(*testing.T, *suite)
}

// suite opens databases for the tests.
type suite struct{ open Open }

// Run runs the tests that one backend on one database must pass.
func Run(t *testing.T, open Open) {
	for _, group := range [][]test{
		resourceTests, historyTests, timelineTests, predicateTests, rangeTests, hopTests, chartTests, careTests,
		sortTests, pagingTests, countTests, includeTests, rereadTests, transactionTests, recordTests, walkTests, lifeTests, randomTests,
	} {
		for _, test := range group {
			t.Run(test.name, func(t *testing.T) { test.run(t, &suite{open}) })
		}
	}
	t.Run("views", func(t *testing.T) { views.Run(t, open) })
}

// RunDatabase runs all of Run again on a backend that is closed and opened after
// each write, and what several backends on one database must pass together.
func RunDatabase(t *testing.T, database Database) {
	t.Run("reopened", func(t *testing.T) {
		Run(t, func(t *testing.T, clock func() time.Time) store.Backend {
			return newReopening(t, database(t), clock)
		})
	})
	for _, test := range processTests {
		t.Run(test.name, func(t *testing.T) { test.run(t, database) })
	}
	t.Run("IG packages", func(t *testing.T) { packages.Run(t, packages.Database(database)) })
}
