package smart

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/keys"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

// authorize is the authorization endpoint (RFC 6749, 3.1; app-launch.html#request-4).
// It takes a request by GET, or by POST for as many scopes as one likes, keeps it, and
// sends the browser on to what the user has to say to it. Until the client and its
// redirect URI are known nobody is sent anywhere (auth-checklist.md, 2).
func (s *Server) authorize(v *visit) error {
	form, app, err := s.recipient(v)
	if err != nil {
		return err
	}
	if v.framed() && v.crossSite() {
		return s.askInNewTab(v, app, "")
	}
	asked, err := s.readRequest(v, form, app)
	if refused := s.meaning(err); err != nil && refused.Code != oauth.ServerError {
		return s.sendBack(v, redirection{uri: form.Get("redirect_uri"), state: form.Get("state"), client: app.ID}, refused)
	}
	if err != nil {
		return err
	}
	if err := s.keepRequest(v, &asked); err != nil {
		return err
	}
	return v.goTo(s.path(continuePath) + "?request=" + asked.ID)
}

// recipient is the client of a request whose redirect URI is registered. All that is
// wrong until there is told to whoever looks at the page, and not sent anywhere.
func (s *Server) recipient(v *visit) (url.Values, client.Client, error) {
	form := v.URL.Query()
	if v.Method == http.MethodPost {
		form = v.form
	}
	if err := once(form); err != nil {
		return nil, client.Client{}, appError(err, "", "")
	}
	id, uri := form.Get("client_id"), form.Get("redirect_uri")
	if id == "" {
		return nil, client.Client{}, appError(oauth.Refuse(oauth.InvalidRequest, "It is missing."), "client_id", "").
			right("the id under which the app is registered here; see " + s.URLs.Base + "/registry")
	}
	app, err := s.Clients.Get(v.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, client.Client{}, appError(oauth.Refuse(oauth.InvalidClient, "No app is registered under this id."), "client_id", id).
			right("the id under which the app is registered here; see " + s.URLs.Base + "/registry")
	}
	if err != nil {
		return nil, client.Client{}, err
	}
	v.client = app.ID
	if uri == "" {
		return nil, client.Client{}, appError(oauth.Refuse(oauth.InvalidRequest, "It is missing."), "redirect_uri", "").
			right("one of the redirect URIs that the app has registered, exactly as it is written there")
	}
	if !app.Redirects(uri) {
		return nil, client.Client{}, appError(oauth.Refuse(oauth.InvalidRequest, "It is none of those that the app has registered."), "redirect_uri", uri).
			right("one of the registered ones, exactly as it is written there, or register this one")
	}
	return form, app, nil
}

// Limits of what is taken over from a request.
const (
	maxState  = 2000
	maxNonce  = 1000
	maxScopes = 2000 // of a request
)

var wellFormedChallenge = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// unsupported are the parameters of OpenID Connect that change what a request means,
// and are refused rather than ignored (OpenID Connect Core, 6; RFC 9101).
var unsupported = map[string]*oauth.Error{
	"request":     oauth.Refuse(oauth.RequestNotSupported, "request: request objects are not supported; send the parameters as they are"),
	"request_uri": oauth.Refuse(oauth.RequestURINotSupported, "request_uri: request objects are not supported; send the parameters as they are"),
	"claims":      oauth.Refuse(oauth.InvalidRequest, "claims: it is not supported; ask by the scopes openid, fhirUser and profile"),
}

// readRequest reads an authorization request of a known client. What is wrong is an
// *oauth.Error for the client.
func (s *Server) readRequest(v *visit, form url.Values, app client.Client) (request, error) {
	for name, refusal := range unsupported {
		if form.Has(name) {
			return request{}, refusal
		}
	}
	r, err := parseRequest(form)
	if err != nil {
		return request{}, err
	}
	r.Client = app.ID
	if !s.isBase(form.Get("aud")) { // auth-checklist.md, 11
		return request{}, oauth.Refuse(oauth.InvalidRequest, "aud: it should be the FHIR base URL of this server, "+s.URLs.FHIR)
	}
	if !app.Allows(client.AuthorizationCode) {
		return request{}, oauth.Refuse(oauth.UnauthorizedClient, "this client is not registered for authorization_code")
	}
	if asked, refused := s.Language.ParseList(r.Scopes); len(asked) == 0 {
		return request{}, &auth.InvalidScope{Refused: refused}
	} else if len(asked) > maxScopes {
		return request{}, oauth.Refuse(oauth.InvalidScope, "scope: more than "+strconv.Itoa(maxScopes)+" scopes")
	}
	if form.Has("id_token_hint") {
		if r.Hint, err = s.hinted(v.Context(), form.Get("id_token_hint")); err != nil {
			return request{}, err
		}
	}
	return r, s.takeLaunch(v, form, &r)
}

// hinted is whom an id_token_hint is about; "", who is nobody, if it is none of our ID
// tokens. It may have expired (OpenID Connect Core, 3.1.2.1).
func (s *Server) hinted(ctx context.Context, token string) (*string, error) {
	claims, err := s.Keys.Recognize(ctx, token)
	if err != nil && !errors.Is(err, keys.ErrInvalid) {
		return nil, err
	}
	sub, _ := claims["sub"].(string)
	return &sub, nil
}

// parseRequest reads what can be told from the parameters alone.
func parseRequest(form url.Values) (request, error) {
	r := request{
		RedirectURI: form.Get("redirect_uri"),
		State:       form.Get("state"),
		Scopes:      form.Get("scope"),
		Challenge:   form.Get("code_challenge"),
		Nonce:       form.Get("nonce"),
		LoginHint:   form.Get("login_hint"),
		Prompt:      strings.Fields(form.Get("prompt")),
		MaxAge:      -1,
	}
	switch form.Get("response_type") {
	case "code":
	case "":
		return request{}, oauth.Refuse(oauth.InvalidRequest, "response_type: it is missing; it should be code")
	default: // auth-checklist.md, 49
		return request{}, oauth.Refuse(oauth.UnsupportedResponseType, "response_type: it should be code")
	}
	if mode := form.Get("response_mode"); mode != "" && mode != "query" {
		return request{}, oauth.Refuse(oauth.InvalidRequest, "response_mode: it should be query, or left out")
	}
	switch {
	case r.State == "" || len(r.State) > maxState: // required by app-launch.html#request-4
		return request{}, oauth.Refuse(oauth.InvalidRequest, "state: it should be there, random, and no longer than "+strconv.Itoa(maxState)+" characters")
	case !isText(r.State): // RFC 6749, A.5; it could not be given back as it was
		return request{}, oauth.Refuse(oauth.InvalidRequest, "state: it should be of printable characters")
	case len(r.Nonce) > maxNonce || !isText(r.Nonce):
		return request{}, oauth.Refuse(oauth.InvalidRequest, "nonce: it should be of printable characters, and no longer than "+strconv.Itoa(maxNonce))
	case len(r.LoginHint) > maxNonce || !isText(r.LoginHint):
		return request{}, oauth.Refuse(oauth.InvalidRequest, "login_hint: it should be the name of a user")
	case r.Challenge == "":
		return request{}, oauth.Refuse(oauth.InvalidRequest, "code_challenge: it is missing; this server wants PKCE with S256 of every client")
	case form.Get("code_challenge_method") != "S256": // absent means plain: RFC 7636, 4.3
		return request{}, oauth.Refuse(oauth.InvalidRequest, "code_challenge_method: it should be S256")
	case !wellFormedChallenge.MatchString(r.Challenge):
		return request{}, oauth.Refuse(oauth.InvalidRequest, "code_challenge: it should be the 43 characters of a SHA-256 digest in base64url")
	}
	if text := form.Get("max_age"); text != "" {
		age, err := strconv.Atoi(text)
		if err != nil || age < 0 {
			return request{}, oauth.Refuse(oauth.InvalidRequest, "max_age: it should be a number of seconds")
		}
		r.MaxAge = age
	}
	return r, checkPrompt(r.Prompt)
}

// isText tells whether something is UTF-8 without control characters.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// checkPrompt holds prompt to OpenID Connect Core, 3.1.2.1.
func checkPrompt(prompt []string) error {
	for _, p := range prompt {
		switch p {
		case "login", "consent", "select_account":
		case "none":
			if len(prompt) > 1 {
				return oauth.Refuse(oauth.InvalidRequest, "prompt: none stands alone")
			}
		default:
			return oauth.Refuse(oauth.InvalidRequest, "prompt: it should be none, login, consent or select_account")
		}
	}
	return nil
}

// isBase tells whether `aud` is this server's FHIR base URL; a slash at its end makes
// no difference.
func (s *Server) isBase(aud string) bool {
	return strings.TrimSuffix(aud, "/") == s.URLs.FHIR
}

// takeLaunch redeems the handle of an EHR launch. Whether it belongs to whoever logs in
// is asked when that is known.
func (s *Server) takeLaunch(v *visit, form url.Values, r *request) error {
	handle := form.Get("launch")
	asked := asks(r.Scopes, "launch")
	switch {
	case handle == "":
		return nil // and the scope launch is refused later, with its reason
	case !asked:
		return oauth.Refuse(oauth.InvalidRequest, "launch: the context of a launch is given to apps that ask for the scope launch")
	}
	launch, err := s.Tokens.TakeLaunch(v.Context(), handle, r.Client)
	if errors.Is(err, auth.ErrLaunch) {
		return oauth.Refuse(oauth.InvalidRequest, "launch: "+err.Error()+"; launch the app again")
	}
	if err != nil {
		return err
	}
	r.EHR = &launch
	return nil
}

// has tells whether a prompt is asked for.
func (r request) has(prompt string) bool { return slices.Contains(r.Prompt, prompt) }
