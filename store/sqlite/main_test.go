package sqlite_test

import (
	"cmp"
	"flag"
	"os"
	"testing"
)

// The storage suite runs four times here, on different ways to find the same rows.
// So that `go test ./...` stays short its random tests draw fewer cases, unless
// RAPID_CHECKS or the flag says how many; .ci/run draws as many as rapid does.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", cmp.Or(os.Getenv("RAPID_CHECKS"), "25")); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
