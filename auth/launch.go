package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/store"
)

// EHRLaunch is what a launch handle stands for: the context in which a user of the
// EHR has launched an app (app-launch.html#launch-app-ehr-launch).
type EHRLaunch struct {
	Client  string `json:"client"`  // to whom the handle is good
	Session string `json:"session"` // of the user who launched
	Patient string `json:"patient,omitempty"`
	Launch
	// Embedded says that the app runs in a frame of the EHR.
	Embedded bool `json:"embedded,omitempty"`
}

const launchKind = "launch"

// NewLaunch makes the handle of a launch.
func (t *Tokens) NewLaunch(ctx context.Context, launch EHRLaunch) (string, error) {
	value, err := json.Marshal(launch)
	if err != nil {
		return "", err
	}
	given := handle.Launch.New()
	key, _ := handle.Launch.Digest(given)
	_, err = t.records.Put(ctx, launchKind, key, value, t.clock().Add(t.lifetimes.Launch))
	return given, err
}

// TakeLaunch redeems the handle of a launch, once; ErrLaunch if it is unknown,
// expired, used, or another client's, whose it then remains.
func (t *Tokens) TakeLaunch(ctx context.Context, given, client string) (EHRLaunch, error) {
	key, ok := handle.Launch.Digest(given)
	if !ok {
		return EHRLaunch{}, ErrLaunch
	}
	found, err := t.records.Get(ctx, launchKind, key)
	if errors.Is(err, store.ErrNotFound) {
		return EHRLaunch{}, ErrLaunch
	}
	if err != nil {
		return EHRLaunch{}, err
	}
	var launch EHRLaunch
	if err := json.Unmarshal(found.Value, &launch); err != nil {
		return EHRLaunch{}, fmt.Errorf("launch record: %w", err)
	}
	if launch.Client != client {
		return EHRLaunch{}, ErrLaunch
	}
	switch _, err := t.records.Take(ctx, launchKind, key); {
	case errors.Is(err, store.ErrNotFound):
		return EHRLaunch{}, ErrLaunch
	case err != nil:
		return EHRLaunch{}, err
	}
	return launch, nil
}
