// Package scope is SMART's scope language and its compilation into a policy: a
// granted scope is a search expression, and becomes part of every query.
//
// See scopes-and-launch-context.html of SMART App Launch 2.2, and rules R1 to R5
// in the list of leaks that the tests are named after.
package scope
