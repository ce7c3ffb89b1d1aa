// Package links finds and rewrites what links the resources of a Bundle
// (http.html#trules, bundle.html#references): literal references to other
// entries, and conditional references.
package links
