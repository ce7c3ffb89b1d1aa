package smart

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/store"
)

// request is an authorization request that is being answered by its user, one page
// after the other. It belongs to the browser in which it began.
type request struct {
	ID          string   `json:"id"`
	Client      string   `json:"client"`
	RedirectURI string   `json:"redirectURI"`
	State       string   `json:"state"`
	Scopes      string   `json:"scopes"`
	Challenge   string   `json:"challenge"`
	Nonce       string   `json:"nonce,omitempty"`
	LoginHint   string   `json:"loginHint,omitempty"`
	Prompt      []string `json:"prompt,omitempty"`
	MaxAge      int      `json:"maxAge"` // in seconds; -1 for any

	// Hint is the `sub` of an id_token_hint, if there is one.
	Hint *string `json:"hint,omitempty"`

	EHR *auth.EHRLaunch `json:"ehr,omitempty"`

	Browser string    `json:"browser"` // digest of the cookie that the browser shows
	CSRF    string    `json:"csrf"`    // what the forms of its pages have in them
	Created time.Time `json:"created"`

	Session string `json:"session,omitempty"` // that began for this request

	// What the user has said so far, in a session: it is nothing that another user has
	// said.
	Chooser   string `json:"chooser,omitempty"` // ID of that session
	Patient   choice `json:"patient,omitzero"`
	Encounter choice `json:"encounter,omitzero"`
	Location  choice `json:"location,omitzero"`
}

// choice is what a picker was answered.
type choice struct {
	Made bool   `json:"made,omitempty"`
	ID   string `json:"id,omitempty"` // "" for none
}

const (
	requestKind = "authorization-request"
	// requestTime is how long a user may take.
	requestTime = 30 * time.Minute
)

// keepRequest stores a new request, and gives its browser the cookie by which it is
// known. Each request has a cookie of its own, so that several can be answered side by
// side.
func (s *Server) keepRequest(v *visit, r *request) error {
	secret := handle.Text(32)
	r.ID, r.CSRF = handle.Text(32), handle.Text(32)
	r.Browser = handle.Digest(secret)
	r.Created = s.Clock().UTC()
	s.setCookie(v, requestCookie(r.ID), secret, r.Created.Add(requestTime))
	return s.saveRequest(v, *r)
}

func (s *Server) saveRequest(v *visit, r request) error {
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = s.Store.Records().Put(v.Context(), requestKind, r.ID, value, r.Created.Add(requestTime))
	return err
}

func requestCookie(id string) string { return "granary_request_" + id[:8] }

// pending is the request that a page is about, for the browser to which it belongs. A
// POST must have come from one of its own pages, made for the session that shows it, or
// for none (auth-checklist.md, 19).
func (s *Server) pending(v *visit, of user.Session) (request, client.Client, error) {
	gone := pageError("There is nothing to answer", oauth.Refuse(oauth.InvalidRequest,
		"The app's request has been answered already, is too old, or began in another browser.")).
		right("Go back to the app and begin again.")
	id := v.field("request")
	if len(id) != len(handle.Text(32)) {
		return request{}, client.Client{}, gone
	}
	found, err := s.Store.Records().Get(v.Context(), requestKind, id)
	if errors.Is(err, store.ErrNotFound) {
		return request{}, client.Client{}, gone
	}
	if err != nil {
		return request{}, client.Client{}, err
	}
	var r request
	if err := json.Unmarshal(found.Value, &r); err != nil {
		return request{}, client.Client{}, fmt.Errorf("authorization request: %w", err)
	}
	v.client = r.Client
	cookie, err := v.Cookie(requestCookie(r.ID))
	if err != nil || !same(handle.Digest(cookie.Value), r.Browser) {
		return request{}, client.Client{}, gone
	}
	if v.Method == http.MethodPost && !same(v.field(csrfField), r.csrf(of)) {
		return request{}, client.Client{}, errCSRF
	}
	app, err := s.Clients.Get(v.Context(), r.Client)
	if errors.Is(err, store.ErrNotFound) || err == nil && !app.Redirects(r.RedirectURI) {
		return request{}, client.Client{}, gone
	}
	return r, app, err
}

// csrf is what the forms of a session's pages about the request have in them: who logs
// in as somebody else does not answer what was asked of the one before.
func (r request) csrf(of user.Session) string { return handle.Digest(r.CSRF + of.CSRF) }

// chosenBy forgets what another session has chosen.
func (r *request) chosenBy(session string) {
	if r.Chooser != session {
		r.Chooser, r.Patient, r.Encounter, r.Location = session, choice{}, choice{}, choice{}
	}
}

// same compares secrets, in the same time whatever they are.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
