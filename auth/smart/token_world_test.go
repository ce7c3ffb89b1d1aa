package smart

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
)

// raw sends a body as it is.
func (w *world) raw(method, path, body string, headers ...string) response {
	w.Helper()
	request, err := http.NewRequestWithContext(w.Context(), method, w.URLs.Base+path, strings.NewReader(body))
	w.must(err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Add(name, value)
	}
	answer, err := http.DefaultClient.Do(request)
	w.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.must(err)
	return response{answer.StatusCode, answer.Header, string(text)}
}

const urlencoded = "Content-Type: application/x-www-form-urlencoded"

// wellDescribed are the characters of an error_description (RFC 6749, 5.2).
var wellDescribed = regexp.MustCompile(`^[\x20-\x21\x23-\x5B\x5D-\x7E]+$`)

// problem is what is wrong with an answer as a refusal: its shape (RFC 6749, 5.2), its
// status, its code. It is "" for nothing.
func problem(r response, status int, code oauth.Code) string {
	var refused map[string]string
	err := json.Unmarshal([]byte(r.body), &refused)
	switch {
	case r.status != status:
		return "the status"
	case r.header.Get("Content-Type") != "application/json":
		return "the content type"
	case err != nil:
		return "no JSON of strings"
	case refused["error"] != string(code):
		return "the code"
	case !wellDescribed.MatchString(refused["error_description"]):
		return "the description"
	case len(refused) != 2:
		return "more than was to be said"
	case r.header.Get("Cache-Control") != "no-store":
		return "it may be stored"
	}
	return ""
}

func (w *world) mustRefuse(r response, status int, code oauth.Code) {
	w.Helper()
	if wrong := problem(r, status, code); wrong != "" {
		w.Errorf("%s: %d %s\nwant %d %s", wrong, r.status, r.body, status, code)
	}
}

// refresh sends a refresh token of a public app.
func (w *world) refresh(app client.Client, token string, more ...string) response {
	w.Helper()
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {app.ID}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return w.post("/auth/token", form)
}

// good tells whether an access token is.
func (w *world) good(token string) bool {
	w.Helper()
	_, err := w.Tokens.Authenticate(w.Context(), token)
	return err == nil
}

// another makes an account like one that there is.
func (w *world) another(like string) string {
	w.Helper()
	account, err := w.Accounts.Get(w.Context(), like)
	w.must(err)
	account.Name = like + "-" + strings.ToLower(rand.Text()[:8])
	hashed, err := w.Accounts.Hash(w.Context(), account, password)
	w.must(err)
	_, err = w.Accounts.Add(w.Context(), account, hashed)
	w.must(err)
	return account.Name
}

var (
	rsaKey = sync.OnceValue(func() *rsa.PrivateKey { return made(rsa.GenerateKey(rand.Reader, 2048)) })
	ecKey  = sync.OnceValue(func() *ecdsa.PrivateKey { return made(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
)

func made[K any](k K, err error) K {
	if err != nil {
		panic(err)
	}
	return k
}

// keySet is the JWKS of the two keys.
func keySet() []byte {
	return made(json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{KeyID: "rsa", Key: rsaKey().Public()}, {KeyID: "ec", Key: ecKey().Public()},
	}}))
}

// service registers a backend service.
func (w *world) service(change ...func(*client.Client)) client.Client {
	w.Helper()
	added, _ := w.app(append([]func(*client.Client){func(c *client.Client) {
		*c = client.Client{Name: "Backup", Method: client.PrivateKeyJWT, GrantTypes: []string{client.ClientCredentials}, Scopes: "system/*.rs", JWKS: keySet()}
	}}, change...)...)
	return added
}

// signed is an assertion of a client, right but for what is changed. By RS384 its key is
// "rsa", by ES384 "ec".
func (w *world) signed(method jwt.SigningMethod, id string, change ...func(jwt.MapClaims)) string {
	w.Helper()
	claims := jwt.MapClaims{"iss": id, "sub": id, "aud": w.URLs.Token, "exp": w.clock.Now().Add(4 * time.Minute).Unix(), "jti": rand.Text()}
	for _, c := range change {
		c(claims)
	}
	token := jwt.NewWithClaims(method, claims)
	var key any = rsaKey()
	if token.Header["kid"] = "rsa"; method == jwt.SigningMethodES384 {
		token.Header["kid"], key = "ec", ecKey()
	}
	text, err := token.SignedString(key)
	w.must(err)
	return text
}

// asserting is a request for a token by an assertion.
func asserting(scopes, assertion string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "scope": {scopes},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion},
	}
}
