package mongo

import (
	"context"
	"errors"
	"testing"
)

func TestLanesOfThoseWhoRunAtOnceDiffer(t *testing.T) {
	l := newLanes()
	taken := map[int]bool{}
	for range stripeCount {
		taken[l.take()] = true
	}
	if len(taken) != stripeCount {
		t.Errorf("%d lanes are in use by %d", len(taken), stripeCount)
	}
	beside := l.take() // there is none left
	if !taken[beside] {
		t.Errorf("lane %d is none", beside)
	}
	l.give(beside, false)
	l.give(beside, false)
	if len(l.free) != 1 {
		t.Errorf("a lane was given back twice: %v", l.free)
	}
}

func TestALaneOnWhichAnotherWasMetIsLeft(t *testing.T) {
	l := newLanes()
	first := l.take()
	l.give(first, false)
	if again := l.take(); again != first {
		t.Errorf("lane %d after %d, where nobody was met", again, first)
	}
	l.give(first, true)
	for range stripeCount - 1 {
		if l.take() == first {
			t.Fatal("a lane on which another was met is used again before the others")
		}
	}
}

func TestGates(t *testing.T) {
	var g gates
	leave, err := g.enter(t.Context(), []string{"Observation", "Patient"})
	if err != nil {
		t.Fatal(err)
	}
	others, err := g.enter(t.Context(), []string{"Encounter"})
	if err != nil {
		t.Fatal(err)
	}
	others()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.enter(gone, []string{"Encounter", "Patient"}); !errors.Is(err, context.Canceled) {
		t.Errorf("while another is inside: %v", err)
	}
	leave()
	for range 2 { // also those that who gave up had passed
		leave, err := g.enter(t.Context(), []string{"Encounter", "Observation", "Patient"})
		if err != nil {
			t.Fatal(err)
		}
		leave()
	}
}
