package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/oauth2"
)

// These tests are of the whole server: what an app gets from the authorization server
// is what the FHIR API lets it do.

const appRedirect = "https://app.example/callback"

// visitor is a user with a browser, who goes where it is sent but to the app.
type visitor struct {
	*testing.T
	root   string
	client http.Client
}

func newVisitor(t *testing.T, s *served) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{T: t, root: strings.TrimSuffix(s.base, "/fhir")}
	v.client = http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "app.example" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return v
}

// place is where a visitor is: a page of the server, or back at the app.
type place struct {
	body string
	back *url.URL
}

func (v *visitor) request(method, target string, form url.Values) place {
	v.Helper()
	request, err := http.NewRequestWithContext(v.Context(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		v.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := v.client.Do(request)
	if err != nil {
		v.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 400 {
		v.Fatalf("%s %s: %d %s, %v", method, target, response.StatusCode, body, err)
	}
	back, _ := response.Location() // none, for a page
	return place{string(body), back}
}

// send sends the first form of a page that goes to a path, with some fields set.
func (v *visitor) send(p place, path string, fields ...string) place {
	v.Helper()
	root, err := html.Parse(strings.NewReader(p.body))
	if err != nil {
		v.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Data != "form" || attribute(n, "action") != path {
			continue
		}
		form := url.Values{}
		for n := range n.Descendants() {
			checked := slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" })
			if n.Data == "input" && (attribute(n, "type") != "checkbox" || checked) {
				form.Add(attribute(n, "name"), attribute(n, "value"))
			}
		}
		for i := 0; i+1 < len(fields); i += 2 {
			form.Set(fields[i], fields[i+1])
		}
		return v.request(http.MethodPost, v.root+path, form)
	}
	v.Fatalf("there is no form to %s: %s", path, p.body)
	return place{}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// smartApp is a public app that has registered itself.
func smartApp(t *testing.T, s *served, scopes ...string) *oauth2.Config {
	t.Helper()
	root := strings.TrimSuffix(s.base, "/fhir")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, root+"/auth/register",
		strings.NewReader(`{"client_name":"Test app","token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"],"scope":"*","redirect_uris":["`+appRedirect+`"]}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	status, body := s.do(t, request)
	var registered struct {
		ID string `json:"client_id"`
	}
	if err := json.Unmarshal([]byte(body), &registered); err != nil || status != http.StatusCreated {
		t.Fatalf("registration: %d %s", status, body)
	}
	return &oauth2.Config{ClientID: registered.ID, RedirectURL: appRedirect, Scopes: scopes,
		Endpoint: oauth2.Endpoint{AuthURL: root + "/auth/authorize", TokenURL: root + "/auth/token", AuthStyle: oauth2.AuthStyleInParams}}
}

// connect takes a demonstration account through login and consent, and returns the
// app's tokens. The request is a POST: it may be long.
func (v *visitor) connect(app *oauth2.Config, fhir, name string) *oauth2.Token {
	v.Helper()
	verifier := oauth2.GenerateVerifier()
	asked, err := url.Parse(app.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("aud", fhir)))
	if err != nil {
		v.Fatal(err)
	}
	p := v.request(http.MethodPost, v.root+"/auth/authorize", asked.Query())
	if strings.Contains(p.body, `action="/auth/login"`) {
		p = v.send(p, "/auth/login", "name", name, "password", "granary")
	}
	p = v.send(p, "/auth/consent", "decision", "allow")
	if p.back == nil {
		v.Fatalf("the browser is not back at the app: %s", p.body)
	}
	token, err := app.Exchange(v.Context(), p.back.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		v.Fatal(err)
	}
	return token
}

// found are the ids that a search finds.
func (s *served) found(t *testing.T, token, search string) []string {
	t.Helper()
	status, body := s.get(t, token, search)
	var bundle struct {
		Entry []struct {
			Resource struct{ ID string }
		}
	}
	if err := json.Unmarshal([]byte(body), &bundle); err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %s", search, status, body)
	}
	var ids []string
	for _, e := range bundle.Entry {
		ids = append(ids, e.Resource.ID)
	}
	slices.Sort(ids)
	return ids
}

func (s *served) mustAnswer(t *testing.T, token, path string, want int) {
	t.Helper()
	if status, body := s.get(t, token, path); status != want {
		t.Errorf("%s: %d %.200s, want %d", path, status, body, want)
	}
}

// post sends a form to the authorization server.
func (s *served) post(t *testing.T, path string, form url.Values, header ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, strings.TrimSuffix(s.base, "/fhir")+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if len(header) == 2 {
		request.SetBasicAuth(url.QueryEscape(header[0]), url.QueryEscape(header[1]))
	}
	return s.do(t, request)
}

// What was granted, narrowed and revoked is what the FHIR API shows, from the next
// request on.
func TestSMARTTokensAreEnforced(t *testing.T) {
	data := t.TempDir()
	s := serveTest(t, "--data", data)
	everything := s.token(t, data, "system/*.rs")
	vital := s.found(t, everything, "/Observation?_count=500&patient=amara-okafor&category="+url.QueryEscape(vitalSigns))
	all := s.found(t, everything, "/Observation?_count=500&patient=amara-okafor")
	if len(vital) == 0 || len(vital) >= len(all) {
		t.Fatalf("the data show nothing: %d of %d", len(vital), len(all))
	}
	app := smartApp(t, s, "launch/patient", "offline_access", "openid", "patient/Patient.rs", "patient/Observation.rs?category="+vitalSigns)
	token := newVisitor(t, s).connect(app, s.base, "amara")
	if token.Extra("patient") != "amara-okafor" {
		t.Errorf("%+v", token)
	}
	if got := s.found(t, token.AccessToken, "/Observation?_count=500"); !slices.Equal(got, vital) {
		t.Errorf("%v, want %v", got, vital)
	}
	s.mustAnswer(t, token.AccessToken, "/Patient/amara-okafor", http.StatusOK)
	s.mustAnswer(t, token.AccessToken, "/Patient/jun-tanaka", http.StatusNotFound)
	s.mustAnswer(t, token.AccessToken, "/Condition", http.StatusForbidden)

	// A refresh for less: the new token has less, the old one what it had.
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token.RefreshToken}, "client_id": {app.ClientID}, "scope": {"patient/Patient.r"}}
	status, body := s.post(t, "/auth/token", form)
	var narrow struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &narrow); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	s.mustAnswer(t, narrow.AccessToken, "/Patient/amara-okafor", http.StatusOK)
	s.mustAnswer(t, narrow.AccessToken, "/Observation", http.StatusForbidden)
	s.mustAnswer(t, token.AccessToken, "/Observation", http.StatusOK)

	// A token that is no access token, or comes otherwise, is none.
	id, _ := token.Extra("id_token").(string)
	s.mustAnswer(t, id, "/Patient/amara-okafor", http.StatusUnauthorized)
	s.mustAnswer(t, token.RefreshToken, "/Patient/amara-okafor", http.StatusUnauthorized)
	s.mustAnswer(t, "", "/Patient/amara-okafor?access_token="+token.AccessToken, http.StatusBadRequest)

	if status, body := s.post(t, "/auth/revoke", url.Values{"token": {token.RefreshToken}, "client_id": {app.ClientID}}); status != http.StatusOK {
		t.Errorf("revocation: %d %s", status, body)
	}
	for _, revoked := range []string{token.AccessToken, narrow.AccessToken} {
		s.mustAnswer(t, revoked, "/Patient/amara-okafor", http.StatusUnauthorized)
	}
}

// A mother of two acts for both.
func TestSMARTRelatedPersonOfTwo(t *testing.T) {
	s := serveTest(t, "--data", t.TempDir())
	token := newVisitor(t, s).connect(smartApp(t, s, "user/Patient.rs"), s.base, "elena")
	children := s.found(t, token.AccessToken, "/Patient")
	if want := []string{"mateo-rivera", "valentina-rivera"}; !slices.Equal(children, want) {
		t.Errorf("%v, want %v", children, want)
	}
	s.mustAnswer(t, token.AccessToken, "/Patient/amara-okafor", http.StatusNotFound)
}

func TestAuth35OnlineAccessAtTheAPI(t *testing.T) {
	s := serveTest(t, "--data", t.TempDir())
	v := newVisitor(t, s)
	online := v.connect(smartApp(t, s, "online_access", "patient/Patient.rs"), s.base, "amara")
	offline := v.connect(smartApp(t, s, "offline_access", "patient/Patient.rs"), s.base, "amara")
	s.mustAnswer(t, online.AccessToken, "/Patient/amara-okafor", http.StatusOK)
	v.send(v.request(http.MethodGet, v.root+"/", nil), "/logout")
	s.mustAnswer(t, online.AccessToken, "/Patient/amara-okafor", http.StatusUnauthorized)
	s.mustAnswer(t, offline.AccessToken, "/Patient/amara-okafor", http.StatusOK)
}

// A token for five hundred scopes fits in the header, and does what they say.
func TestAuth41FiveHundredScopesAtTheAPI(t *testing.T) {
	data := t.TempDir()
	s := serveTest(t, "--data", data)
	scopes := []string{"patient/Patient.rs", "patient/Observation.rs?category=" + vitalSigns}
	for i := range 498 {
		scopes = append(scopes, fmt.Sprintf("patient/Condition.rs?code=http://snomed.info/sct|%d", i))
	}
	token := newVisitor(t, s).connect(smartApp(t, s, scopes...), s.base, "amara")
	if len(token.AccessToken) > 64 || len(strings.Fields(token.Extra("scope").(string))) != 500 {
		t.Errorf("%+v", token)
	}
	want := s.found(t, s.token(t, data, "system/*.rs"), "/Observation?_count=500&patient=amara-okafor&category="+url.QueryEscape(vitalSigns))
	if got := s.found(t, token.AccessToken, "/Observation?_count=500"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	s.mustAnswer(t, token.AccessToken, "/Condition", http.StatusOK)
	s.mustAnswer(t, token.AccessToken, "/Procedure", http.StatusForbidden)
}

// Introspection tells of the tokens of granary token, too.
func TestAuth44TokensOfTheCommand(t *testing.T) {
	data := t.TempDir()
	s := serveTest(t, "--data", data)
	out := must(t, "client", "add", "--data", data, "--name", "Gateway", "--redirect-uri", appRedirect, "--method", "client_secret_basic", "--introspection")
	id, secret := field(t, out, "client id"), field(t, out, "client secret")
	token := s.token(t, data, "patient/Patient.rs", "--patient", "amara-okafor")
	status, body := s.post(t, "/auth/introspect", url.Values{"token": {token}}, id, secret)
	var told struct {
		Active         bool
		Scope, Patient string
	}
	if err := json.Unmarshal([]byte(body), &told); err != nil || status != http.StatusOK || !told.Active || told.Scope != "patient/Patient.rs" || told.Patient != "amara-okafor" {
		t.Errorf("%d %s", status, body)
	}
	if status, body := s.post(t, "/auth/introspect", url.Values{"token": {token + "A"}}, id, secret); status != http.StatusOK || body != `{"active":false}` {
		t.Errorf("%d %s", status, body)
	}
}
