package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/smart"
	"github.com/granary-fhir/granary/internal/demo"
	"github.com/granary-fhir/granary/store"
)

// newDemo is the demonstration app, in the style of the server's pages.
func newDemo(urls smart.URLs) (http.Handler, error) {
	pages, err := page.New(page.Options{Root: urls.Path()})
	if err != nil {
		return nil, err
	}
	return demo.New(demo.Options{Root: urls.Path(), Stylesheet: pages.StylesheetPath()})
}

// registerDemo registers the demonstration app of a sandbox, or changes what is
// registered of it: the server may have moved to another address. Elsewhere it does
// nothing.
func (a *authority) registerDemo(ctx context.Context) error {
	if a.config.Demo == nil {
		return nil
	}
	err := a.keepDemo(ctx, demo.At(a.config.URLs.Base))
	for errors.Is(err, store.ErrRecordChanged) { // by another process that starts on the same store
		err = a.keepDemo(ctx, demo.At(a.config.URLs.Base))
	}
	if err != nil {
		return fmt.Errorf("the demonstration app: %w", err)
	}
	return nil
}

// keepDemo is store.ErrRecordChanged where somebody else was first.
func (a *authority) keepDemo(ctx context.Context, r demo.Registration) error {
	clients := a.config.Clients
	kept, err := clients.Get(ctx, r.ID)
	absent := errors.Is(err, store.ErrNotFound)
	if err != nil && !absent {
		return err
	}
	wanted := kept
	wanted.ID, wanted.Name, wanted.ClientURI, wanted.LogoURI = r.ID, r.Name, r.ClientURI, r.LogoURI
	wanted.RedirectURIs, wanted.LaunchURI, wanted.Scopes = r.RedirectURIs, r.LaunchURI, r.Scopes
	wanted.Method, wanted.GrantTypes = client.None, []string{client.AuthorizationCode, client.RefreshToken}
	if absent {
		_, _, err := clients.Add(ctx, wanted)
		if _, taken := clients.Get(ctx, r.ID); err != nil && taken == nil {
			return store.ErrRecordChanged
		}
		return err
	}
	if same, err := sameMetadata(kept, wanted); same || err != nil {
		return err
	}
	return clients.Update(ctx, wanted)
}

// sameMetadata tells whether two clients have the same registered metadata.
func sameMetadata(a, b client.Client) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := json.Marshal(b)
	return bytes.Equal(x, y), err
}
