package api

import (
	"net/http"
	"slices"
	"strings"
)

// options says what may be sent to a path (RFC 9110, section 9.3.7): the same
// for every id, and without a token, as the CapabilityStatement says it too.
func (d *dispatcher) options(r *request) (*response, error) {
	if err := d.knownType(r); err != nil {
		return nil, err
	}
	allowed := methods(d.routes, r.route.pattern)
	header := http.Header{"Allow": {strings.Join(allowed, ", ")}}
	if slices.Contains(allowed, http.MethodPatch) {
		header.Set("Accept-Patch", strings.Join(patchTypes, ", ")) // RFC 5789, section 3.1
	}
	return &response{status: http.StatusNoContent, header: header}, nil
}
