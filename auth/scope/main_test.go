package scope

import (
	"os"
	"testing"

	"github.com/granary-fhir/granary/internal/testrun"
)

func TestMain(m *testing.M) {
	testrun.GrowHeap()
	testrun.FewerCases() // for which the laws are tried
	os.Exit(m.Run())
}
