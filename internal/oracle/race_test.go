//go:build race

package oracle_test

// The race detector makes everything some ten times slower.
const raceDetector = true
