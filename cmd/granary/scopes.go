package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// languageOf is the language with custom scopes, in the order of their names.
func languageOf(descriptions map[string]string) (scope.Language, error) {
	var custom []scope.Custom
	for _, name := range slices.Sorted(maps.Keys(descriptions)) {
		custom = append(custom, scope.Custom{Name: name, Description: descriptions[name]})
	}
	return scope.NewLanguage(custom)
}

// The record of the scopes that the server was started with.
const scopesKind, scopesKey = "server", "custom-scopes"

// declareScopes lets commands know which scopes the server has beside SMART's.
func declareScopes(ctx context.Context, records store.Records, descriptions map[string]string) error {
	value, err := json.Marshal(descriptions)
	if err != nil {
		return err
	}
	_, err = records.Put(ctx, scopesKind, scopesKey, value, time.Time{})
	return err
}

// declaredScopes is the language of the server that was started on the store last.
func declaredScopes(ctx context.Context, records store.Records) (scope.Language, error) {
	found, err := records.Get(ctx, scopesKind, scopesKey)
	if errors.Is(err, store.ErrNotFound) {
		return scope.Language{}, nil
	}
	if err != nil {
		return scope.Language{}, err
	}
	var descriptions map[string]string
	if err := json.Unmarshal(found.Value, &descriptions); err != nil {
		return scope.Language{}, fmt.Errorf("the record of custom scopes: %w", err)
	}
	return languageOf(descriptions)
}
