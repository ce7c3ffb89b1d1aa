package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
)

// parsePairs decodes a query string once, keeping the order of its parameters,
// which means something to `_sort` and `_include`.
func parsePairs(query string) ([]search.Pair, error) {
	var pairs []search.Pair
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(part, "=")
		name, err := unescape(rawName)
		if err != nil {
			return nil, err
		}
		value, err := unescape(rawValue)
		if err != nil {
			return nil, err
		}
		if len(pairs) == search.MaxParams {
			return nil, refuse(http.StatusBadRequest, fhir.IssueTypeTooCostly, "there are more than %d parameters", search.MaxParams)
		}
		pairs = append(pairs, search.Pair{Name: name, Value: value})
	}
	return pairs, nil
}

func unescape(text string) (string, error) {
	plain, err := url.QueryUnescape(text)
	switch {
	case err != nil:
		return "", refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "the query string has a %% that is not followed by two hexadecimal digits; write %%25 for a percent sign")
	case !utf8.ValidString(plain):
		return "", refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "the query string is not in UTF-8")
	}
	return plain, nil
}

// readQuery takes the parameters from the URL.
func (r *request) readQuery() error {
	pairs, err := parsePairs(r.query)
	if err != nil {
		return err
	}
	r.params = pairs
	return refuseToken(pairs)
}

// readForm adds the parameters in the body of a POST to `_search`
// (http.html#search). They may all stand in the URL; no body has no type.
func (r *request) readForm() error {
	if !r.route.form || r.header.Get("Content-Type") == "" && !r.hasBody() {
		return nil
	}
	body, err := r.readBody("application/x-www-form-urlencoded")
	if err != nil {
		return err
	}
	pairs, err := parsePairs(string(body))
	if err != nil {
		return err
	}
	r.params = append(r.params, pairs...)
	return refuseToken(pairs)
}

// refuseToken refuses an access token among the parameters, where logs and
// histories would keep it (RFC 6750, section 2.3).
func refuseToken(pairs []search.Pair) error {
	for _, p := range pairs {
		if p.Name == "access_token" {
			refused := refuse(http.StatusBadRequest, fhir.IssueTypeSecurity, "an access token is taken from the Authorization header only")
			refused.header = challenge("invalid_request", "")
			return refused
		}
	}
	return nil
}

const standsTwice = "stands more than once; give it once"

// take removes a parameter and returns its value. If it stands more than once,
// the others remain, for done or the parser of searches to refuse: they may
// contradict each other.
func (r *request) take(name string) (value string, found bool) {
	i := slices.IndexFunc(r.params, func(p search.Pair) bool { return p.Name == name })
	if i < 0 {
		return "", false
	}
	value = r.params[i].Value
	r.params = slices.Concat(r.params[:i], r.params[i+1:])
	r.taken = append(r.taken, name)
	return value, true
}

// done refuses the parameters that nobody took, unless the client asked for
// lenient handling: a misspelt `_elements` must not pass for the whole resource.
func (r *request) done() error {
	if r.lenient() {
		return nil
	}
	var unknown errorList
	for _, p := range r.params {
		reason := "is no parameter of this interaction"
		if slices.Contains(r.taken, p.Name) {
			reason = standsTwice
		}
		unknown = append(unknown, &search.ParamError{Param: p.Name, Reason: reason})
	}
	return unknown.join()
}
