package user

import (
	"strconv"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/testclock"
)

// BenchmarkLogIn is a login at the default costs, with all that is counted.
func BenchmarkLogIn(b *testing.B) {
	c := testclock.At(time.Now())
	a := NewAccounts(newMemory(c.Now), Options{Clock: c.Now})
	password, err := a.Hash(b.Context(), anna, annas)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := a.Add(b.Context(), anna, password); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := a.LogIn(b.Context(), "anna", annas, strconv.Itoa(i)); err != nil {
			b.Fatal(err)
		}
	}
}
