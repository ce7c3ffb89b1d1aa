//go:build !race

package api_test

// raceDetector says that everything is some ten times slower.
const raceDetector = false
