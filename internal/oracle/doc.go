// Package oracle predicts what a server answers to any request, and what it leaves
// behind: a model of the whole API, scopes and writes included, over raw JSON. It
// is the first strategy of the list of leak channels; its tests send random
// requests of random callers over random data to a server and to the model, and
// want the same of both.
//
// The model is written from the specification and from docs/scopes.md, docs/rest.md
// and docs/search.md alone. It imports the standard library and internal/naive, and
// nothing of the server; a test of it sees to that.
package oracle
