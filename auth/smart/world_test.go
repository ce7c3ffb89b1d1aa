package smart

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/keys"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/testclock"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/testbackend"
)

// world is an authorization server on a store of its own, behind a real HTTP server,
// with a clock that is set by hand.
type world struct {
	testing.TB
	T *testing.T // nil in a benchmark
	Config
	clock  *testclock.Clock
	server *httptest.Server
	closed bool // by the test
}

// resources are what every world has: Amara, Ben and Cleo, whose parent Pat is, and
// Helen, who practises.
var resources = []string{
	`{"resourceType":"Patient","id":"amara","name":[{"family":"Okafor","given":["Amara"]}],"birthDate":"1980-02-03"}`,
	`{"resourceType":"Patient","id":"ben","name":[{"family":"Reyes","given":["Ben"]}]}`,
	`{"resourceType":"Patient","id":"cleo","name":[{"family":"Reyes","given":["Cleo"]}]}`,
	`{"resourceType":"RelatedPerson","id":"pat-ben","patient":{"reference":"Patient/ben"}}`,
	`{"resourceType":"RelatedPerson","id":"pat-cleo","patient":{"reference":"Patient/cleo"}}`,
	`{"resourceType":"Practitioner","id":"helen","name":[{"family":"Park","given":["Helen"]}]}`,
	`{"resourceType":"Encounter","id":"visit","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/amara"},"period":{"start":"2026-05-03"}}`,
	`{"resourceType":"Encounter","id":"of-ben","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/ben"},"period":{"start":"2026-05-03"}}`,
	`{"resourceType":"Location","id":"ward","name":"Ward 3"}`,
}

// accounts are those of every world. Their password is "correct horse".
var accounts = []user.Account{
	{Name: "amara", DisplayName: "Amara Okafor", Role: user.Patient, FHIRUser: "Patient/amara"},
	{Name: "pat", DisplayName: "Pat Reyes", Role: user.RelatedPerson, FHIRUser: "RelatedPerson/pat-ben", Links: []string{"RelatedPerson/pat-cleo"}},
	{Name: "helen", DisplayName: "Helen Park", Role: user.Practitioner, FHIRUser: "Practitioner/helen"},
	{Name: "root", DisplayName: "Ada Root", Role: user.Administrator, FHIRUser: "Practitioner/helen"},
}

const password = "correct horse battery"

// Run runs a part of a test.
func (w *world) Run(name string, part func(*testing.T)) bool { return w.T.Run(name, part) }

// inParallel are the tests that have a world.
var inParallel sync.Map

func newWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	w := emptyWorld(t, change...)
	w.fill()
	return w
}

// emptyWorld is one without resources and accounts.
func emptyWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	of, _ := t.(*testing.T)
	if _, again := inParallel.LoadOrStore(of, true); of != nil && !again {
		of.Parallel() // worlds have nothing in common, and wait for their disks
	}
	w := &world{TB: t, T: of, clock: testclock.At(time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC))}
	w.server = httptest.NewServer(http.NotFoundHandler())
	opened := testbackend.OpenStore(t, w.clock.Now, testbackend.StoreOptions{Base: w.server.URL + "/fhir", Validation: store.ValidateStructure})
	w.Config = newConfig(w, opened)
	for _, c := range change {
		c(&w.Config)
	}
	handler, err := New(w.Config)
	w.must(err)
	w.server.Config.Handler = handler
	t.Cleanup(func() {
		w.server.Close()
		if w.closed {
			return
		}
		if err := w.Audit.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return w
}

func newConfig(w *world, opened *store.Store) Config {
	records, urls := opened.Records(), NewURLs(w.server.URL)
	clients := client.NewRegistry(records, w.clock.Now)
	authenticator, err := client.NewAuthenticator(clients, client.Options{TokenURL: urls.Token, Records: records, Clock: w.clock.Now, AllowLoopback: true})
	w.must(err)
	signing := w.signing(records)
	accounts := user.NewAccounts(records, user.Options{Clock: w.clock.Now, AllowDemo: true, Argon2: user.Argon2{Memory: 8, Time: 1, Threads: 1}})
	return Config{
		Store: opened, Tokens: auth.NewTokens(opened, auth.PanelAll, w.clock.Now), Clients: clients, Authenticator: authenticator,
		Initial: client.NewInitialTokens(records, w.clock.Now), Accounts: accounts, Sessions: user.NewSessions(accounts, 0),
		Invitations: user.NewInvitations(accounts), Keys: signing, Audit: audit.New(opened, audit.Options{Clock: w.clock.Now}),
		URLs: urls, Clock: w.clock.Now, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Sandbox: true,
		Address: func(*http.Request) string { return "192.0.2.1" },
	}
}

// signingKey is the one key of all worlds: to make one takes longer than all the rest.
var signingKey struct {
	sync.Mutex
	record []byte
}

func (w *world) signing(records store.Records) *keys.Keys {
	w.Helper()
	const kind, name = "signing-key", "id-token" // as auth/keys has them
	signingKey.Lock()
	defer signingKey.Unlock()
	if signingKey.record != nil {
		_, err := records.Put(w.Context(), kind, name, signingKey.record, time.Time{})
		w.must(err)
	}
	opened, err := keys.Open(w.Context(), records, w.clock.Now)
	w.must(err)
	found, err := records.Get(w.Context(), kind, name)
	w.must(err)
	signingKey.record = found.Value
	return opened
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) fill() {
	w.Helper()
	w.put(resources...)
	for _, account := range accounts {
		hashed, err := w.Accounts.Hash(w.Context(), account, password)
		w.must(err)
		_, err = w.Accounts.Add(w.Context(), account, hashed)
		w.must(err)
	}
}

// redirectURI is that of the apps of these tests.
const redirectURI = "https://app.example/callback"

// app registers a public app that may ask for everything.
func (w *world) app(change ...func(*client.Client)) (client.Client, string) {
	w.Helper()
	c := client.Client{
		Name: "Test app", Method: client.None, GrantTypes: []string{client.AuthorizationCode, client.RefreshToken},
		RedirectURIs: []string{redirectURI}, Scopes: client.AnyScope, LaunchURI: "https://app.example/launch",
	}
	for _, f := range change {
		f(&c)
	}
	added, secret, err := w.Clients.Add(w.Context(), c)
	w.must(err)
	return added, secret
}

// browser is a user's browser: it keeps cookies, and does not follow redirects.
type browser struct {
	*world
	client *http.Client
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &browser{w, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// response is what came back.
type response struct {
	status int
	header http.Header
	body   string
}

func (r response) location(t testing.TB) *url.URL {
	t.Helper()
	u, err := url.Parse(r.header.Get("Location"))
	if err != nil || r.header.Get("Location") == "" {
		t.Fatalf("no redirect: %d %s", r.status, r.body)
	}
	return u
}

func (b *browser) do(method, target string, form url.Values, headers ...string) response {
	b.Helper()
	if strings.HasPrefix(target, "/") {
		target = b.URLs.Base + target
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(b.Context(), method, target, body)
	b.must(err)
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Header.Set("Accept", "text/html")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	answer, err := b.client.Do(request)
	b.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	b.must(err)
	return response{answer.StatusCode, answer.Header, string(text)}
}

func (b *browser) get(target string) response { b.Helper(); return b.do(http.MethodGet, target, nil) }

// follow follows redirects within the server, up to the first page, or to the redirect
// that leaves it.
func (b *browser) follow(r response) response {
	b.Helper()
	for range 5 {
		target := r.header.Get("Location")
		if r.status != http.StatusSeeOther || !strings.HasPrefix(target, "/") {
			return r
		}
		r = b.get(target)
	}
	b.Fatal("too many redirects")
	return r
}

// form is a form of a page, as it would be sent untouched.
type form struct {
	action string
	fields url.Values
}

// form is the first form of a page whose action is at a path.
func (b *browser) form(r response, path string) form {
	b.Helper()
	found := b.forms(r, path)
	if len(found) == 0 {
		b.Fatalf("there is no form to %s: %d\n%s", path, r.status, r.body)
	}
	return found[0]
}

// forms are the forms of a page that are posted to a path, with the fields that a
// browser would send, but for the button.
func (b *browser) forms(r response, path string) []form {
	b.Helper()
	root, err := html.Parse(strings.NewReader(r.body))
	b.must(err)
	var forms []form
	for n := range root.Descendants() {
		if n.Data == "form" && attribute(n, "action") == path && strings.EqualFold(attribute(n, "method"), "post") {
			forms = append(forms, form{path, fieldsOf(n)})
		}
	}
	return forms
}

// fieldsOf are the fields of a form, as they are.
func fieldsOf(n *html.Node) url.Values {
	fields := url.Values{}
	for n := range n.Descendants() {
		name := attribute(n, "name")
		switch {
		case n.Type != html.ElementNode || name == "":
		case n.Data == "input":
			kind := attribute(n, "type")
			if kind != "checkbox" && kind != "radio" || has(n, "checked") {
				fields.Add(name, attribute(n, "value"))
			}
		case n.Data == "textarea":
			fields.Add(name, textOf(n))
		case n.Data == "select":
			fields.Add(name, chosenOf(n))
		}
	}
	return fields
}

// chosenOf is the value of a select: of the option that is selected, or of the first.
func chosenOf(n *html.Node) string {
	first, found := "", false
	for option := range n.Descendants() {
		switch {
		case option.Data != "option":
		case has(option, "selected"):
			return attribute(option, "value")
		case !found:
			first, found = attribute(option, "value"), true
		}
	}
	return first
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

// texts are the texts of the elements of a page that a test is about, by their name and
// class: "li", "code.copy".
func (b *browser) texts(r response, element string) []string {
	b.Helper()
	root, err := html.Parse(strings.NewReader(r.body))
	b.must(err)
	name, class, _ := strings.Cut(element, ".")
	var texts []string
	for n := range root.Descendants() {
		if n.Data == name && (class == "" || slices.Contains(strings.Fields(attribute(n, "class")), class)) {
			texts = append(texts, textOf(n))
		}
	}
	return texts
}

// send sends a form with some fields set.
func (b *browser) send(f form, fields ...string) response {
	b.Helper()
	for i := 0; i+1 < len(fields); i += 2 {
		f.fields.Set(fields[i], fields[i+1])
	}
	return b.do(http.MethodPost, f.action, f.fields)
}

const verifier = "a-verifier-of-enough-characters-0123456789-abcdefg"

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// asking are the parameters of a good authorization request.
func (w *world) asking(app client.Client, scopes string, more ...string) url.Values {
	form := url.Values{
		"response_type": {"code"}, "client_id": {app.ID}, "redirect_uri": {redirectURI}, "scope": {scopes}, "state": {"xyz"},
		"aud": {w.URLs.FHIR}, "code_challenge": {challengeOf(verifier)}, "code_challenge_method": {"S256"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// authorize sends an authorization request, and is the first page, or the answer to
// the app.
func (b *browser) authorize(asked url.Values) response {
	b.Helper()
	return b.follow(b.get("/auth/authorize?" + asked.Encode()))
}

// logIn logs in on the login page of a request.
func (b *browser) logIn(r response, name string) response {
	b.Helper()
	return b.follow(b.send(b.form(r, "/auth/login"), "name", name, "password", password))
}

// allow agrees to all that is asked.
func (b *browser) allow(r response) response {
	b.Helper()
	return b.follow(b.send(b.form(r, "/auth/consent"), "decision", "allow"))
}

// code is the code of an answer to the app.
func (b *browser) code(r response) string {
	b.Helper()
	answer := r.location(b)
	if got := answer.Scheme + "://" + answer.Host + answer.Path; got != redirectURI || answer.Query().Get("code") == "" {
		b.Fatalf("answer: %s", answer)
	}
	return answer.Query().Get("code")
}

// post sends a form to an endpoint, as a client does.
func (w *world) post(path string, form url.Values, headers ...string) response {
	w.Helper()
	return w.browser().do(http.MethodPost, path, form, append([]string{"Accept: application/json"}, headers...)...)
}

// redeem redeems a code of a public client.
func (w *world) redeem(app client.Client, code string, change ...string) response {
	w.Helper()
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}, "client_id": {app.ID}, "code_verifier": {verifier},
	}
	for i := 0; i+1 < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	return w.post("/auth/token", form)
}

// tokens are an answer of the token endpoint.
type tokens struct {
	tokenResponse
	Error, Description string
}

func (w *world) tokens(r response) tokens {
	w.Helper()
	var t tokens
	if r.status != http.StatusOK {
		w.Fatalf("token endpoint: %d %s", r.status, r.body)
	}
	w.must(json.Unmarshal([]byte(r.body), &t.tokenResponse))
	return t
}

// granted takes an app through the whole flow of a user who agrees to everything.
func (w *world) granted(app client.Client, name, scopes string, more ...string) tokens {
	w.Helper()
	b := w.browser()
	return w.tokens(w.redeem(app, b.code(b.allow(b.logIn(b.authorize(w.asking(app, scopes, more...)), name)))))
}

// answered is what the app is answered by a redirect: the parameters of its URI.
func (b *browser) answered(r response) url.Values {
	b.Helper()
	answer := r.location(b.T)
	if got := answer.Scheme + "://" + answer.Host + answer.Path; got != redirectURI || r.status != http.StatusSeeOther {
		b.Fatalf("answer: %d %s", r.status, answer)
	}
	return answer.Query()
}

// refused is the error that the app is answered with, where state and issuer have to
// be (auth-checklist.md, 12).
func (b *browser) refused(r response) (code, description string) {
	b.Helper()
	q := b.answered(r)
	if q.Get("state") != "xyz" || q.Get("iss") != b.URLs.Issuer || q.Has("code") || q.Get("error") == "" {
		b.Fatalf("%v", q)
	}
	return q.Get("error"), q.Get("error_description")
}

// user is a browser in which somebody has logged in, for themself.
func (w *world) user(name string) *browser {
	w.Helper()
	b := w.browser()
	if r := b.send(b.form(b.get("/login"), "/login"), "name", name, "password", password); r.status != http.StatusSeeOther {
		w.Fatalf("login of %s: %d %s", name, r.status, r.body)
	}
	return b
}

// pick picks what a picker offers.
func (b *browser) pick(r response, path string, fields ...string) response {
	b.Helper()
	return b.follow(b.send(b.form(r, path), fields...))
}

// shows wants a page with a text, or a piece of HTML.
func (r response) shows(t *testing.T, status int, text string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	words := textOf(root)
	if r.status != status || !strings.Contains(words, text) && !strings.Contains(html.UnescapeString(r.body), text) {
		t.Fatalf("no page %d with %q: %d %v\n%.1500s", status, text, r.status, r.header, words)
	}
}

// sessionID is the ID of the browser's session, "" for none.
func (b *browser) sessionID() string {
	b.Helper()
	session, err := b.Sessions.Get(b.Context(), b.cookie(sessionCookie))
	if err != nil {
		return ""
	}
	return session.ID
}

// cookie is the value of a cookie that the browser has.
func (b *browser) cookie(name string) string {
	b.Helper()
	base, err := url.Parse(b.URLs.Base + "/")
	b.must(err)
	for _, cookie := range b.client.Jar.Cookies(base) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// put writes further resources.
func (w *world) put(texts ...string) {
	w.Helper()
	view := w.Store.View(store.Unrestricted("tests"))
	w.must(view.Transact(w.Context(), func(tx *store.Tx) error {
		for _, text := range texts {
			node, err := fhirjson.Parse([]byte(text))
			if err != nil {
				return err
			}
			typ, id := node.Get("resourceType").Text(), node.Get("id").Text()
			draft, err := view.Draft(typ, node)
			if err != nil {
				return err
			}
			if _, err := tx.Update(w.Context(), store.Key{Type: typ, ID: id}, draft, store.Precondition{}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func withName(name string) func(*client.Client) { return func(c *client.Client) { c.Name = name } }

// readAll is the body of a response.
func readAll(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// introspects makes a client one that may look into tokens.
func introspects(c *client.Client) { c.Method, c.Introspection = client.SecretBasic, true }

// basic is the header by which a client shows its secret (RFC 6749, 2.3.1).
func basic(id, secret string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}
