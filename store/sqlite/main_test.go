package sqlite_test

import (
	"os"
	"testing"

	"github.com/granary-fhir/granary/internal/testrun"
)

// The storage suite runs four times here, on different ways to find the same rows.
func TestMain(m *testing.M) {
	testrun.GrowHeap()
	testrun.FewerCases()
	os.Exit(m.Run())
}
