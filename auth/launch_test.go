package auth

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store"
)

func (b *bench) launch(t *testing.T, launch EHRLaunch) string {
	t.Helper()
	given, err := b.NewLaunch(context.Background(), launch)
	if err != nil {
		t.Fatal(err)
	}
	return given
}

func TestAuth13LaunchHandle(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	launch := EHRLaunch{Client: "app", Session: "s", Patient: "a", Launch: Launch{Encounter: "e", Intent: "i", Banner: true}, Embedded: true}
	given := b.launch(t, launch)
	if another := b.launch(t, launch); another == given {
		t.Error("two launches have one given")
	}
	for _, wrong := range [][2]string{{given, "other"}, {given, ""}, {given[4:], "app"}, {given + "A", "app"}, {"", "app"}} {
		if got, err := b.TakeLaunch(ctx, wrong[0], wrong[1]); !errors.Is(err, ErrLaunch) || !reflect.DeepEqual(got, EHRLaunch{}) {
			t.Errorf("%v: %+v, %v", wrong, got, err)
		}
	}
	// And it is still the app's, once.
	if got, err := b.TakeLaunch(ctx, given, "app"); err != nil || !reflect.DeepEqual(got, launch) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := b.TakeLaunch(ctx, given, "app"); !errors.Is(err, ErrLaunch) {
		t.Errorf("again: %v", err)
	}
}

func TestAuth13LaunchExpires(t *testing.T) {
	b := newBench(t)
	one, two := b.launch(t, EHRLaunch{Client: "app"}), b.launch(t, EHRLaunch{Client: "app"})
	b.now = b.now.Add(5*time.Minute - time.Millisecond)
	if _, err := b.TakeLaunch(context.Background(), one, "app"); err != nil {
		t.Error(err)
	}
	b.now = b.now.Add(time.Millisecond)
	if _, err := b.TakeLaunch(context.Background(), two, "app"); !errors.Is(err, ErrLaunch) {
		t.Errorf("after five minutes: %v", err)
	}
	b.records.broken = store.ErrUnavailable
	if _, err := b.TakeLaunch(context.Background(), two, "app"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a broken store: %v", err)
	}
}
