package client

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

// One pinned method for each client: the right secret by another method is refused,
// as is no secret and a secret too many.
func TestAuth22OneMethod(t *testing.T) {
	w := newWorld(t)
	w.add(t, app("open", None))
	_, basic := w.add(t, app("basic", SecretBasic))
	_, post := w.add(t, app("post", SecretPost))
	w.add(t, service("signing", public("ec", ecKey())))
	twice := "invalid_request: the client authenticates in more than one way: there should be one of the Authorization header, client_secret and client_assertion"
	for _, c := range []struct {
		name   string
		header http.Header
		form   url.Values
		want   string // the client, or the refusal
	}{
		{"open", nil, url.Values{"client_id": {"open"}}, "open"},
		{"open, empty secret", nil, url.Values{"client_id": {"open"}, "client_secret": {""}}, "open"},
		{"open, with a secret", nil, url.Values{"client_id": {"open"}, "client_secret": {post}}, unprovedText},
		{"open, by Basic", basicHeader("open", basic), nil, unprovedText},
		{"open, by Basic without a secret", basicHeader("open", ""), nil, unprovedText},
		{"basic", basicHeader("basic", basic), nil, "basic"},
		{"basic, named twice", basicHeader("basic", basic), url.Values{"client_id": {"basic"}}, "basic"},
		{"basic, named otherwise", basicHeader("basic", basic), url.Values{"client_id": {"post"}}, "invalid_request: client_id: it is not the client of the Authorization header"},
		{"basic, nothing", nil, url.Values{"client_id": {"basic"}}, unprovedText},
		{"basic, empty", basicHeader("basic", ""), nil, unprovedText},
		{"basic, wrong", basicHeader("basic", basic[:len(basic)-1]), nil, unprovedText},
		{"basic, another's", basicHeader("basic", post), nil, unprovedText},
		{"basic, its digest", basicHeader("basic", handle.Digest(basic)), nil, unprovedText},
		{"basic, by post", nil, url.Values{"client_id": {"basic"}, "client_secret": {basic}}, unprovedText},
		{"basic, by both", basicHeader("basic", basic), url.Values{"client_id": {"basic"}, "client_secret": {basic}}, twice},
		{"post", nil, url.Values{"client_id": {"post"}, "client_secret": {post}}, "post"},
		{"post, by basic", basicHeader("post", post), nil, unprovedText},
		{"post, nothing", nil, url.Values{"client_id": {"post"}}, unprovedText},
		{"post, and an assertion", nil, url.Values{"client_id": {"post"}, "client_secret": {post}, "client_assertion": {"x"}}, twice},
		{"post, and a type of assertion", nil, url.Values{"client_id": {"post"}, "client_secret": {post}, "client_assertion_type": {assertionType}}, twice},
		{"signing", nil, asserting(w.assertion("signing").text(t)), "signing"},
		{"signing, and a header", basicHeader("basic", basic), asserting(w.assertion("signing").text(t)), twice},
		{"signing, nothing", nil, url.Values{"client_id": {"signing"}}, unprovedText},
		{"signing, a secret", basicHeader("signing", basic), nil, unprovedText},
		{"signing for one who has a secret", nil, asserting(w.assertion("basic").text(t)), unprovedText},
		{"signing for one who is open", nil, asserting(w.assertion("open").text(t)), unprovedText},
		{"a type alone", nil, url.Values{"client_id": {"signing"}, "client_assertion_type": {assertionType}}, "invalid_request: client_assertion: it is missing"},
		{"an assertion alone", nil, url.Values{"client_assertion": {"x"}}, "invalid_request: client_assertion_type: it should be " + assertionType},
		{"SAML", nil, url.Values{"client_assertion": {"x"}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}}, "invalid_request: client_assertion_type: it should be " + assertionType},
		{"nobody", nil, nil, "invalid_client: the request does not say which client it comes from: client_id is missing"},
		{"a secret alone", nil, url.Values{"client_secret": {post}}, "invalid_client: the request does not say which client it comes from: client_id is missing"},
		{"named twice", nil, url.Values{"client_id": {"open", "open"}}, "invalid_request: client_id: it is there more than once (RFC 6749, 3.2)"},
		{"two secrets", nil, url.Values{"client_id": {"post"}, "client_secret": {post, "x"}}, "invalid_request: client_secret: it is there more than once (RFC 6749, 3.2)"},
		{"two headers", http.Header{"Authorization": {"Basic YTpi", "Basic YTpi"}}, nil, "invalid_request: Authorization: it is there more than once"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := w.auth.Authenticate(t.Context(), c.header, c.form)
			if err == nil && got.ID != c.want {
				t.Errorf("the client is %q, want %s", got.ID, c.want)
			}
			if err != nil && (refused(t, err) != c.want || got.ID != "") {
				t.Errorf("%q, %v\nwant %s", got.ID, err, c.want)
			}
		})
	}
}

// An unknown client is told what a known one is told, however it comes.
func TestAuth22UnknownClient(t *testing.T) {
	w := newWorld(t)
	w.add(t, service("known", public("ec", ecKey())))
	signed := w.assertion("nobody")
	signed.key = otherKey()
	byRSA := w.assertion("nobody")
	byRSA.method, byRSA.key = rs384Method, rsaKey()
	for name, c := range map[string]struct {
		header http.Header
		form   url.Values
	}{
		"no secret":      {nil, url.Values{"client_id": {"nobody"}}},
		"basic":          {basicHeader("nobody", "x"), nil},
		"basic, no id":   {basicHeader("Practitioner/1", "x"), nil},
		"post":           {nil, url.Values{"client_id": {"nobody"}, "client_secret": {"x"}}},
		"assertion":      {nil, asserting(signed.text(t))},
		"RSA assertion":  {nil, asserting(byRSA.text(t))},
		"known, not its": {nil, asserting(assertion{signed.method, otherKey(), signed.header, w.assertion("known").claims}.text(t))},
	} {
		if got, err := w.auth.Authenticate(t.Context(), c.header, c.form); err == nil || refused(t, err) != unprovedText || got.ID != "" {
			t.Errorf("%s: %q, %v", name, got.ID, err)
		}
	}
}

// Id and secret are form-encoded in Basic (RFC 6749, 2.3.1).
func TestBasicIsFormEncoded(t *testing.T) {
	for _, c := range []struct{ sent, id, secret string }{
		{"a:b", "a", "b"},
		{"a%2Fb:c%3Ad+e", "a/b", "c:d e"},
		{"a:b:c", "a", "b:c"},
		{"a:%C3%A9", "a", "é"},
	} {
		got, err := read(http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(c.sent))}}, nil)
		if err != nil || got.id != c.id || got.secret != c.secret || got.method != SecretBasic {
			t.Errorf("%s: %+v, %v", c.sent, got, err)
		}
	}
	for _, sent := range []string{"", "Basic", "Basic ", "Basic !", "Bearer abc", "Basic " + base64.StdEncoding.EncodeToString([]byte("nocolon")),
		"Basic " + base64.StdEncoding.EncodeToString([]byte("a:%zz")), "Basic " + base64.StdEncoding.EncodeToString([]byte("%:b")), "Basic " + base64.StdEncoding.EncodeToString([]byte(":b"))} {
		_, err := read(http.Header{"Authorization": {sent}}, nil)
		if !strings.HasPrefix(refused(t, err), "invalid_client: Authorization: it should be Basic, ") {
			t.Errorf("%q: %v", sent, err)
		}
	}
}

// Both secrets are good while one replaces the other, and never more than two.
func TestRotate(t *testing.T) {
	w := newWorld(t)
	_, first := w.add(t, app("app", SecretBasic))
	good := func(want ...bool) func(secrets ...string) {
		return func(secrets ...string) {
			t.Helper()
			var got []bool
			for _, s := range secrets {
				_, err := w.auth.Authenticate(t.Context(), basicHeader("app", s), nil)
				got = append(got, err == nil)
			}
			if !slices.Equal(got, want) {
				t.Errorf("good are %v, want %v", got, want)
			}
		}
	}
	rotate := func(by func(context.Context, string) (string, error)) string {
		t.Helper()
		secret, err := by(t.Context(), "app")
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	second := rotate(w.Rotate)
	good(true, true)(first, second)
	w.Advance(Overlap - time.Second)
	good(true, true)(first, second)
	w.Advance(time.Second)
	good(false, true)(first, second)
	third := rotate(w.Rotate)
	fourth := rotate(w.Rotate)
	good(false, false, true, true)(first, second, third, fourth)
	fifth := rotate(w.RotateAtOnce)
	good(false, false, true)(third, fourth, fifth)
	kept, err := w.Get(t.Context(), "app")
	if err != nil || len(kept.Secrets) != 1 || kept.Secrets[0].Digest != handle.Digest(fifth) || strings.Contains(kept.Secrets[0].Digest, fifth) {
		t.Errorf("kept %+v, %v", kept.Secrets, err)
	}
	if len(fifth) != len(string(handle.ClientSecret))+43 {
		t.Errorf("the secret %s has not 256 bits", fifth)
	}

	w.add(t, app("open", None))
	if _, err := w.Rotate(t.Context(), "open"); refused(t, err) != "invalid_client_metadata: the client authenticates by none and has no secret" {
		t.Error(err)
	}
	if _, err := w.Rotate(t.Context(), "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

// What the store fails with is no refusal.
func TestStoreFailure(t *testing.T) {
	w := newWorld(t)
	w.add(t, service("service", public("ec", ecKey())))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, form := range map[string]url.Values{
		"named": {"client_id": {"service"}}, "signed": asserting(w.assertion("service").text(t)),
	} {
		_, err := w.auth.Authenticate(ctx, nil, form)
		var told *oauth.Error
		if !errors.Is(err, context.Canceled) || errors.As(err, &told) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
