package api

import "strings"

// The values of `Prefer: return` (http.html#return).
const (
	returnMinimal        = "minimal"
	returnRepresentation = "representation"
	returnOutcome        = "OperationOutcome"
)

// returns is what a write shall answer with: the resource, unless the client
// prefers otherwise. What is not known is ignored (RFC 7240).
func (r *request) returns() string {
	switch value := r.preference("return"); value {
	case returnMinimal, returnOutcome:
		return value
	}
	return returnRepresentation
}

// lenient tells whether the client prefers that unknown parameters be ignored
// (search.html#errors).
func (r *request) lenient() bool { return r.preference("handling") == "lenient" }

// preference is the first value given for a preference, "" if there is none.
func (r *request) preference(name string) string {
	for _, part := range listed(r.header.Values("Prefer")) {
		part, _, _ = strings.Cut(part, ";")
		key, value, _ := strings.Cut(part, "=")
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}
