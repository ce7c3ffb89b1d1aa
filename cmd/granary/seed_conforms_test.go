package main

import (
	"strings"
	"testing"
)

// Every generated resource conforms to the profiles that it claims, their invariants
// among them.
func TestSeededConforms(t *testing.T) {
	folder := t.TempDir()
	must(t, "seed", "--patients", "40", "--as-of", "2026-01-01", "--out", folder)
	out := must(t, "validate", folder)
	if !strings.Contains(out, "us-core-patient|7.0.0") || strings.Contains(out, ": error: ") {
		t.Error(out)
	}
}

// So does what an empty server shows first.
func TestBuiltInConforms(t *testing.T) {
	if out := must(t, "validate", "../../seed/data"); strings.Contains(out, ": error: ") {
		t.Error(out)
	}
}
