package smart

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/store"
)

func (w *world) claimed(service client.Client, change func(jwt.MapClaims)) response {
	w.Helper()
	return w.post("/auth/token", asserting("system/Patient.rs", w.signed(jwt.SigningMethodES384, service.ID, change)))
}

// Each client has one method. What would do for another one does not for it.
func TestAuth22OneMethodForEachClient(t *testing.T) {
	w := newWorld(t)
	public, _ := w.app()
	post, postSecret := w.app(func(c *client.Client) { c.Method = client.SecretPost })
	byBasic, basicSecret := w.app(func(c *client.Client) { c.Method = client.SecretBasic })
	key, _ := w.app(func(c *client.Client) { c.Method, c.JWKS = client.PrivateKeyJWT, keySet() })
	withKey := func(id string) url.Values { return asserting("", w.signed(jwt.SigningMethodES384, id)) }
	for _, c := range []struct {
		name    string
		app     client.Client
		form    url.Values
		headers []string
		good    bool
	}{
		{"none", public, url.Values{"client_id": {public.ID}}, nil, true},
		{"none by post", public, url.Values{"client_id": {public.ID}, "client_secret": {"x"}}, nil, false},
		{"none by basic", public, nil, []string{basic(public.ID, "")}, false},
		{"none by key", public, withKey(public.ID), nil, false},
		{"post", post, url.Values{"client_id": {post.ID}, "client_secret": {postSecret}}, nil, true},
		{"post by none", post, url.Values{"client_id": {post.ID}}, nil, false},
		{"post by basic", post, nil, []string{basic(post.ID, postSecret)}, false},
		{"post by key", post, withKey(post.ID), nil, false},
		{"basic", byBasic, nil, []string{basic(byBasic.ID, basicSecret)}, true},
		{"basic by none", byBasic, url.Values{"client_id": {byBasic.ID}}, nil, false},
		{"basic by post", byBasic, url.Values{"client_id": {byBasic.ID}, "client_secret": {basicSecret}}, nil, false},
		{"key", key, withKey(key.ID), nil, true},
		{"key by none", key, url.Values{"client_id": {key.ID}}, nil, false},
		{"key by basic", key, nil, []string{basic(key.ID, "x")}, false},
	} {
		form := url.Values{"grant_type": {"authorization_code"}, "code": {w.approved(c.app, "patient/Patient.rs")}, "redirect_uri": {redirectURI}, "code_verifier": {verifier}}
		for name, values := range c.form {
			if name != "grant_type" && name != "scope" {
				form[name] = values
			}
		}
		answer := w.post("/auth/token", form, c.headers...)
		if c.good {
			w.tokens(answer)
			continue
		}
		if w.mustRefuse(answer, http.StatusUnauthorized, oauth.InvalidClient); t.Failed() {
			t.Fatal(c.name)
		}
	}
}

func TestAuth26AssertionIsForThisServer(t *testing.T) {
	w := newWorld(t)
	service := w.service()
	for _, aud := range []any{w.URLs.Issuer, w.URLs.Token + "/", w.URLs.FHIR, "https://evil.example/auth/token", []string{w.URLs.Token, "https://evil.example"}, "", nil} {
		w.mustRefuse(w.claimed(service, func(c jwt.MapClaims) { c["aud"] = aud }), http.StatusUnauthorized, oauth.InvalidClient)
	}
	w.tokens(w.claimed(service, func(jwt.MapClaims) {}))
	w.tokens(w.claimed(service, func(c jwt.MapClaims) { c["aud"] = []string{w.URLs.Token} }))
}

func TestAuth27AssertionsAreShort(t *testing.T) {
	w := newWorld(t)
	service := w.service()
	at := func(d time.Duration) func(jwt.MapClaims) {
		return func(c jwt.MapClaims) { c["exp"] = w.clock.Now().Add(d).Unix() }
	}
	w.tokens(w.claimed(service, at(5*time.Minute)))
	w.tokens(w.claimed(service, at(time.Second)))
	w.tokens(w.claimed(service, func(c jwt.MapClaims) { c["iat"] = w.clock.Now().Unix() }))
	w.tokens(w.claimed(service, at(-20*time.Second))) // clocks differ
	for _, change := range []func(jwt.MapClaims){
		at(6 * time.Minute), at(-time.Minute), func(c jwt.MapClaims) { delete(c, "exp") }, func(c jwt.MapClaims) { c["exp"] = "soon" },
		func(c jwt.MapClaims) { c["nbf"] = w.clock.Now().Add(time.Minute).Unix() },
		func(c jwt.MapClaims) { c["iat"] = w.clock.Now().Add(time.Minute).Unix() },
	} {
		w.mustRefuse(w.claimed(service, change), http.StatusUnauthorized, oauth.InvalidClient)
	}
}

func TestAuth28AssertionsAreGoodOnce(t *testing.T) {
	w := newWorld(t)
	service, other := w.service(), w.service()
	jti := func(c jwt.MapClaims) { c["jti"] = "the-same" }
	// What is refused uses nothing up.
	w.mustRefuse(w.claimed(service, func(c jwt.MapClaims) { jti(c); c["aud"] = "https://evil.example" }), http.StatusUnauthorized, oauth.InvalidClient)
	form := asserting("system/Patient.rs", w.signed(jwt.SigningMethodES384, service.ID, jti))
	answers := make([]response, 20)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = w.post("/auth/token", form) })
	}
	all.Wait()
	winners := 0
	for _, answer := range answers {
		if answer.status == http.StatusOK {
			winners++
			continue
		}
		w.mustRefuse(answer, http.StatusUnauthorized, oauth.InvalidClient)
	}
	if winners != 1 {
		t.Errorf("%d winners", winners)
	}
	w.mustRefuse(w.claimed(service, jti), http.StatusUnauthorized, oauth.InvalidClient)
	w.tokens(w.claimed(other, jti)) // it is another's
	w.mustRefuse(w.claimed(service, func(c jwt.MapClaims) { delete(c, "jti") }), http.StatusUnauthorized, oauth.InvalidClient)
}

func TestAuth37BackendServices(t *testing.T) {
	w := newWorld(t)
	service := w.service(func(c *client.Client) { c.Scopes = "system/Patient.rs system/Observation.rs?category=vital-signs" })
	for asked, want := range map[string]string{
		"system/Patient.rs":                         "system/Patient.rs",
		"system/Patient.read":                       "system/Patient.read",
		"system/Patient.cruds":                      "system/Patient.rs",
		"system/*.rs":                               "system/Observation.rs?category=vital-signs system/Patient.rs",
		"system/Observation.rs system/Condition.rs": "system/Observation.rs?category=vital-signs",
		"system/Patient.r offline_access openid launch/patient": "system/Patient.r",
		"system/Patient.r patient/Patient.rs user/Patient.rs":   "system/Patient.r",
		"":                             "",
		"system/Condition.rs":          "",
		"patient/Patient.rs":           "",
		"offline_access":               "",
		"nonsense":                     "",
		"system/Patient.rs?nonsense=1": "",
	} {
		answer := w.post("/auth/token", asserting(asked, w.signed(jwt.SigningMethodRS384, service.ID)))
		if want == "" {
			w.mustRefuse(answer, http.StatusBadRequest, oauth.InvalidScope)
			continue
		}
		got := w.tokens(answer)
		if sorted(got.Scope) != want || got.ExpiresIn != 300 || got.RefreshToken != "" || got.IDToken != "" || got.Patient != "" || got.TokenType != "Bearer" {
			t.Errorf("%s: %+v", asked, got)
		}
		caller, err := w.Tokens.Authenticate(t.Context(), got.AccessToken)
		w.must(err)
		if caller.Grant.Scopes != got.Scope || caller.Grant.Client != service.ID || caller.Grant.Account != "" {
			t.Errorf("%+v", caller.Grant)
		}
	}
	token := w.tokens(w.claimed(service, func(jwt.MapClaims) {})).AccessToken
	w.clock.Advance(299 * time.Second)
	if !w.good(token) {
		t.Error("a token ended too soon")
	}
	w.clock.Advance(time.Second)
	if w.good(token) {
		t.Error("a token is good after 300 seconds")
	}
}

func sorted(scopes string) string {
	list := strings.Fields(scopes)
	if len(list) == 2 && list[0] > list[1] {
		list[0], list[1] = list[1], list[0]
	}
	return strings.Join(list, " ")
}

// However many scopes are asked for, the tokens are as long as for one, and good.
func TestAuth41FiveHundredScopes(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	one := w.granted(app, "amara", "offline_access patient/Patient.rs")
	scopes := []string{"offline_access", "patient/Patient.rs"}
	for i := range 498 {
		scopes = append(scopes, fmt.Sprintf("patient/Observation.rs?code=http://loinc.org|%d-%d", 10000+i, i%10))
	}
	begun := time.Now()
	b := w.browser()
	page := b.follow(b.do(http.MethodPost, "/auth/authorize", w.asking(app, strings.Join(scopes, " "))))
	many := w.tokens(w.redeem(app, b.code(b.allow(b.logIn(page, "amara")))))
	t.Logf("authorization, login, consent and redemption of 500 scopes: %v", time.Since(begun))
	if len(many.AccessToken) != len(one.AccessToken) || len(many.RefreshToken) != len(one.RefreshToken) || len(many.AccessToken) > 64 {
		t.Errorf("%d and %d characters, of one scope %d and %d", len(many.AccessToken), len(many.RefreshToken), len(one.AccessToken), len(one.RefreshToken))
	}
	if got := strings.Fields(many.Scope); len(got) != 500 {
		t.Errorf("%d scopes are granted", len(got))
	}
	again := w.tokens(w.refresh(app, many.RefreshToken))
	if len(again.AccessToken) != len(one.AccessToken) || again.Scope != many.Scope {
		t.Errorf("%d characters after the refresh", len(again.AccessToken))
	}
	for _, token := range []string{many.AccessToken, again.AccessToken} {
		caller, err := w.Tokens.Authenticate(t.Context(), token)
		w.must(err)
		if !caller.Policy.Allows(store.Read, "Patient") || !caller.Policy.Allows(store.Search, "Observation") || caller.Policy.Allows(store.Read, "Condition") {
			t.Error("the policy is not that of the scopes")
		}
	}
	narrow := w.tokens(w.refresh(app, again.RefreshToken, "scope", strings.Join(scopes[1:400], " ")))
	if len(strings.Fields(narrow.Scope)) != 399 || len(narrow.AccessToken) != len(one.AccessToken) {
		t.Errorf("%d scopes after narrowing", len(strings.Fields(narrow.Scope)))
	}
}

// BenchmarkClientCredentials is what the token endpoint does for backend services that
// ask at the same time: an assertion verified, and used up, a grant and its token
// stored, and its record in the audit log. Assertions are signed before.
func BenchmarkClientCredentials(b *testing.B) {
	for _, method := range []jwt.SigningMethod{jwt.SigningMethodRS384, jwt.SigningMethodES384} {
		b.Run(method.Alg(), func(b *testing.B) {
			w := newWorld(b)
			services := make([]client.Client, 8)
			for i := range services {
				services[i] = w.service()
			}
			forms := make([]string, b.N)
			for i := range forms {
				forms[i] = asserting("system/Patient.rs", w.signed(method, services[i%len(services)].ID)).Encode()
			}
			handler, err := New(w.Config)
			w.must(err)
			var next atomic.Int64
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r := httptest.NewRequest(http.MethodPost, "/auth/token", strings.NewReader(forms[next.Add(1)-1]))
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					answer := httptest.NewRecorder()
					if handler.ServeHTTP(answer, r); answer.Code != http.StatusOK {
						b.Errorf("%d %s", answer.Code, answer.Body)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}
