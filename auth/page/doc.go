// Package page has the pages of the authorization server: a model for each, which
// says what is on it, and a template, which says how. Everything is rendered on
// the server and works without scripts. Which headers a page carries, its
// Content-Security-Policy above all, follows from its model and is set in one
// place; a text in a model is never markup, and a URI in it that a browser might
// run is not shown.
package page
