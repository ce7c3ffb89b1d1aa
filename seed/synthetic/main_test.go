package synthetic

import (
	"os"
	"testing"

	"github.com/granary-fhir/granary/internal/testrun"
)

func TestMain(m *testing.M) {
	testrun.GrowHeap()
	os.Exit(m.Run())
}
