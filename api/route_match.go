package api

import "strings"

// match finds the line of the table for a method and a path below the base, and
// the parameters of its pattern: for an entry of a Bundle what the router is for
// an HTTP request. Nil where no pattern fits.
func (d *dispatcher) match(method, path string) (*route, map[string]string) {
	segments := strings.Split(strings.TrimSuffix(path, "/"), "/")
	best, found := "", false
	for _, rt := range d.routes {
		if fits(rt.pattern, segments) && (!found || literalFirst(rt.pattern, best)) {
			best, found = rt.pattern, true
		}
	}
	if !found {
		return nil, nil
	}
	params := make(map[string]string)
	for i, part := range strings.Split(best, "/") {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			params[name] = segments[i]
		}
	}
	return d.line(best, method), params
}

// fits tells whether a path has the form of a pattern. A parameter stands for one
// segment that is not empty.
func fits(pattern string, segments []string) bool {
	parts := strings.Split(pattern, "/")
	if len(parts) != len(segments) {
		return false
	}
	for i, part := range parts {
		if part != segments[i] && (!strings.HasPrefix(part, ":") || segments[i] == "") {
			return false
		}
	}
	return true
}

// literalFirst tells whether a pattern goes before another that fits the same
// path: the one that has a literal where the other has a parameter.
func literalFirst(pattern, other string) bool {
	for i := range min(len(pattern), len(other)) {
		if pattern[i] != other[i] {
			return other[i] == ':'
		}
	}
	return false
}
