package smart

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth/oauth"
)

// FuzzAuthorizationRequest: whatever is asked, a request that is taken can be kept and
// answered as it was, and one that is not has an error for the app.
func FuzzAuthorizationRequest(f *testing.F) {
	good := url.Values{
		"response_type": {"code"}, "state": {"xyz"}, "scope": {"openid"}, "code_challenge": {challengeOf(verifier)}, "code_challenge_method": {"S256"},
		"prompt": {"login consent"}, "max_age": {"10"}, "nonce": {"n"}, "login_hint": {"amara"}, "response_mode": {"query"},
	}
	f.Add(good.Encode())
	for _, change := range []string{"&state=%00", "&state=%ff", "&prompt=none+login", "&max_age=-1", "&code_challenge_method=plain", "&nonce=%0a", "&response_type=token", ";", "%", "&scope=" + strings.Repeat("x+", 100)} {
		f.Add(strings.TrimPrefix(change, "&") + "&" + good.Encode())
	}
	f.Fuzz(func(t *testing.T, query string) {
		form, _ := url.ParseQuery(query)
		r, err := parseRequest(form)
		var refused *oauth.Error
		if err != nil {
			if !errors.As(err, &refused) || refused.Description == "" || strings.ContainsFunc(refused.Description, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Fatalf("%v", err)
			}
			return
		}
		if r.State == "" || len(r.Challenge) != 43 || r.MaxAge < -1 || slices.Contains(r.Prompt, "none") && len(r.Prompt) > 1 || r.oldest() < 0 {
			t.Fatalf("%+v", r)
		}
		r.Scopes = "" // which ParseList reads, before anything is kept
		kept, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var again request
		if err := json.Unmarshal(kept, &again); err != nil {
			t.Fatal(err)
		}
		if len(r.Prompt) == 0 {
			r.Prompt = nil
		}
		if !reflect.DeepEqual(again, r) {
			t.Fatalf("%+v is kept as %+v", r, again)
		}
	})
}

// FuzzForm: a form that is taken has each parameter once, as it was sent.
func FuzzForm(f *testing.F) {
	for _, body := range []string{"grant_type=refresh_token&refresh_token=x", "a=1&a=2", "a=%zz", "a;b", "=", "&&", "a=%00", strings.Repeat("a", 1000)} {
		f.Add(body, "application/x-www-form-urlencoded")
		f.Add(body, "application/json")
		f.Add(body, "multipart/form-data; boundary=x")
	}
	f.Fuzz(func(t *testing.T, body, kind string) {
		r := httptest.NewRequest(http.MethodPost, "/auth/token", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		form, err := readForm(r)
		if err == nil {
			err = once(form) // as endpoints do
		}
		var refused *oauth.Error
		if err != nil {
			if !errors.As(err, &refused) || refused.Code != oauth.InvalidRequest {
				t.Fatalf("%v", err)
			}
			return
		}
		want, err := url.ParseQuery(body)
		if err != nil || len(want) != len(form) {
			t.Fatalf("%q is read as %v: %v", body, form, err)
		}
		for name, values := range form {
			if len(values) != 1 || values[0] != want.Get(name) {
				t.Fatalf("%q: %q", name, values)
			}
		}
	})
}
