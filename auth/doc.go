// Package auth is who calls and what they were granted: access tokens and the
// grants behind them. What a grant means for resources is a [store.Policy],
// compiled by package scope.
package auth
