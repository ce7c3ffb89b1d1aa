package smart

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth/oauth"
)

// fuzzed is a world whose handler is asked without a network.
type fuzzed struct {
	*world
	handler http.Handler
}

func newFuzzed(f *testing.F) *fuzzed {
	w := newWorld(f)
	handler, err := New(w.Config)
	w.must(err)
	return &fuzzed{w, handler}
}

func (f *fuzzed) send(method, target, body, contentType string) response {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	answer := httptest.NewRecorder()
	f.handler.ServeHTTP(answer, r)
	return response{answer.Code, answer.Header(), answer.Body.String()}
}

// FuzzTokenRequest: whatever is sent to the endpoints that take forms, the answer is one
// that their specifications know, and never the server's own fault.
func FuzzTokenRequest(f *testing.F) {
	w := newFuzzed(f)
	app, _ := w.app()
	for _, seed := range []string{
		"", "grant_type=authorization_code&code=grc_x&redirect_uri=" + url.QueryEscape(redirectURI) + "&code_verifier=" + verifier,
		"grant_type=refresh_token&refresh_token=grr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&scope=patient/*.rs",
		"grant_type=client_credentials&scope=system/*.rs&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=e30.e30.e30",
		"token=gr_x&token_type_hint=access_token", "a=1;b=2", "%", "=&=&=", "client_id=%ff&token=%00", "client_secret=x&client_secret=y",
	} {
		f.Add(seed, "application/x-www-form-urlencoded")
		f.Add(seed+"&client_id="+app.ID, "application/x-www-form-urlencoded; charset=utf-8")
	}
	f.Add(`{"grant_type":"x"}`, "application/json")
	f.Fuzz(func(t *testing.T, body, contentType string) {
		for _, path := range []string{"/auth/token", "/auth/introspect", "/auth/revoke"} {
			answer := w.send(http.MethodPost, path, body, contentType)
			if path == "/auth/revoke" && answer.status == http.StatusOK && answer.body == "" {
				continue // a token that is none is revoked already
			}
			code := oauth.InvalidRequest
			for _, possible := range []oauth.Code{oauth.InvalidClient, oauth.InvalidGrant, oauth.InvalidScope, oauth.UnauthorizedClient, oauth.UnsupportedGrantType} {
				if strings.Contains(answer.body, `{"error":"`+string(possible)+`"`) {
					code = possible
				}
			}
			if wrong := problem(answer, oauth.Refuse(code, "").Status(), code); wrong != "" {
				t.Errorf("%s: %s: %d %s", path, wrong, answer.status, answer.body)
			}
		}
	})
}

// FuzzAuthorizeRequest: whatever is asked, the browser gets a page, goes on to one, or
// back to the redirect URI that is registered, and nowhere else.
func FuzzAuthorizeRequest(f *testing.F) {
	w := newFuzzed(f)
	app, _ := w.app()
	good := w.asking(app, "launch/patient patient/*.rs openid")
	f.Add(good.Encode())
	for name, value := range map[string]string{
		"redirect_uri": "https://evil.example/", "client_id": "x", "scope": "\x00", "state": "", "prompt": "none login", "max_age": "-1", "code_challenge": "x",
		"code_challenge_method": "plain", "aud": "x", "response_type": "token", "launch": "grl_x", "request": "x", "response_mode": "form_post", "nonce": "é",
	} {
		form := w.asking(app, "launch patient/*.rs", name, value)
		f.Add(form.Encode())
		f.Add(form.Encode() + "&" + name + "=twice")
	}
	f.Add("%zz&a;b")
	f.Fuzz(func(t *testing.T, form string) {
		for _, answer := range []response{
			w.send(http.MethodPost, "/auth/authorize", form, "application/x-www-form-urlencoded"),
			w.send(http.MethodGet, "/auth/authorize?"+(&url.URL{RawQuery: form}).Query().Encode(), "", ""),
		} {
			target := answer.header.Get("Location")
			switch {
			case answer.status == http.StatusSeeOther && strings.HasPrefix(target, "/auth/continue?request="):
			case answer.status == http.StatusSeeOther && strings.HasPrefix(target, redirectURI+"?") && strings.Contains(target, "error=") && strings.Contains(target, "iss="):
			case answer.status >= 400 && answer.status < 500 && target == "":
			default:
				t.Errorf("%d to %q: %s", answer.status, target, answer.body)
			}
		}
	})
}
