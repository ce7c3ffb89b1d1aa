package smart

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

// found is a page of what may be picked.
type found struct {
	resources []store.Resource
	more      string // cursor of the next page
}

// orders is how each type is listed.
var orders = map[string]string{"Patient": "family,given", "Encounter": "-date", "Location": "name"}

// sought are the parameters by which a picker looks for what was typed into its search
// box: a date of birth or an identifier, of a patient, or a part of a name.
func sought(typ, query string) search.Pair {
	by := "name"
	switch {
	case typ != "Patient":
	case birthDate.MatchString(query):
		return search.Pair{Name: "birthdate", Value: query}
	case strings.ContainsFunc(query, unicode.IsDigit):
		by = "identifier"
	}
	return search.Pair{Name: by, Value: escaped.Replace(query)}
}

var birthDate = regexp.MustCompile(`^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$`)

// candidates are the resources of a type that a user may pick, as a search finds them
// under the user's own policy, and no other. Query is what was typed into the
// search box; further parameters narrow.
func (s *Server) candidates(ctx context.Context, account user.Account, typ, query, cursor string, count int, narrow ...search.Pair) (found, error) {
	pairs := append(slices.Clone(narrow), search.Pair{Name: "_total", Value: "none"})
	if order := orders[typ]; order != "" {
		pairs = append(pairs, search.Pair{Name: "_sort", Value: order})
	}
	if query = strings.TrimSpace(query); query != "" {
		pairs = append(pairs, sought(typ, query))
	}
	if cursor != "" {
		pairs = append(pairs, search.Pair{Name: "_cursor", Value: cursor})
	}
	parsed, err := s.Store.Registry().ParseSearch([]string{typ}, pairs, search.Options{
		Base: s.URLs.FHIR, Now: s.Clock(), MaxCount: count, DefaultCount: count,
	})
	if err != nil {
		return found{}, oauth.Refuse(oauth.InvalidRequest, err.Error())
	}
	result, err := s.seenBy(account, typ, "Patient").Search(ctx, parsed)
	var forbidden *store.Forbidden
	switch {
	case errors.As(err, &forbidden):
		return found{}, nil
	case errors.Is(err, store.ErrCursor):
		return found{}, oauth.Refuse(oauth.InvalidRequest, err.Error())
	case err != nil:
		return found{}, err
	}
	return found{result.Matches, result.Next}, nil
}

// escaped is a text that stands for itself in a search (search.html#escaping).
var escaped = strings.NewReplacer(`\`, `\\`, ",", `\,`, "$", `\$`, "|", `\|`)

// searchBox is the search box of a picker.
func (s *Server) searchBox(f *flow, query, more, cursor string) *page.Search {
	link := func(params url.Values) string {
		params.Set("request", f.request.ID)
		if query != "" {
			params.Set(page.FieldSearch, query)
		}
		return s.path(continuePath) + "?" + params.Encode()
	}
	box := &page.Search{Action: s.path(continuePath), Hidden: []page.Field{{Name: "request", Value: f.request.ID}}, Query: query}
	if more != "" {
		box.More = link(url.Values{"page": {more}})
	}
	if cursor != "" {
		box.Back = link(url.Values{})
	}
	return box
}

// hidden are the fields by which a form names its request.
func (f *flow) hidden() []page.Field {
	return []page.Field{{Name: "request", Value: f.request.ID}, {Name: csrfField, Value: f.request.csrf(f.session)}}
}

// choose takes the answer of a picker, once it is found to be one that the user may
// give.
func (s *Server) choose(v *visit, of func(*flow) *choice, typ, field string, again func(*visit, *flow, string) error) error {
	f, err := s.loggedInFlow(v)
	if err != nil {
		return err
	}
	if v.form.Get(page.FieldDecision) == page.Deny {
		return s.refuseRequest(v, f, errDenied)
	}
	id := v.form.Get(field)
	if id == "" && typ == "Patient" || id != "" && !store.ValidID(id) {
		return again(v, f, "Choose one of these.")
	}
	var refused *oauth.Error
	if err := s.mayPick(v.Context(), f, typ, id); errors.As(err, &refused) {
		return again(v, f, "Choose one of these.")
	} else if err != nil {
		return err
	}
	*of(f) = choice{true, id}
	if err := s.saveRequest(v, f.request); err != nil {
		return err
	}
	return v.goTo(s.path(continuePath) + "?request=" + f.request.ID)
}

// loggedInFlow is the flow that a form of a logged-in user is about, after the steps of
// logging in.
func (s *Server) loggedInFlow(v *visit) (*flow, error) {
	r, app, err := s.pending(v, v.session)
	if err != nil {
		return nil, err
	}
	f := &flow{request: r, app: app}
	if needed, err := s.needsLogin(v, f); err != nil || needed {
		return nil, errors.Join(err, errCSRF)
	}
	_, err = s.needsOffer(v, f)
	return f, err
}

var errDenied = oauth.Refuse(oauth.AccessDenied, "the user has not agreed")
