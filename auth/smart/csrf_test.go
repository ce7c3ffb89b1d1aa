package smart

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/user"
)

// posted is a form of a page of ours, as it would be sent.
type posted struct {
	b    *browser
	form form
	done int // the status of the answer to it
}

// everyForm are the forms of all pages that take one, by their path in the table.
func everyForm(w *world) map[string]func(name string) posted {
	app, _ := w.app(func(c *client.Client) { c.Method = client.SecretBasic })
	public, _ := w.app()
	remembered, _ := w.app() // an app of its own: the others are to be asked about each time
	flow := func(path string, done int) func(string) posted {
		return func(string) posted {
			b := w.browser()
			page := b.authorize(w.asking(app, patientScopes+" launch/encounter"))
			steps := [][]string{
				{"/auth/login", "name", "helen", "password", password},
				{"/auth/patient", "patient", "ben"},
				{"/auth/context", "encounter", "of-ben"},
				{"/auth/consent", "decision", "allow"},
			}
			for _, step := range steps {
				if step[0] == path {
					f := b.form(page, path)
					for i := 1; i < len(step); i += 2 {
						f.fields.Set(step[i], step[i+1])
					}
					return posted{b, f, done}
				}
				page = b.pick(page, step[0], step[1:]...)
			}
			w.Fatalf("no step %s", path)
			return posted{}
		}
	}
	own := func(at, path string, done int, fields ...string) func(string) posted {
		return func(name string) posted {
			b := w.user(name)
			f := b.form(b.get(at), path)
			for i := 0; i < len(fields); i += 2 {
				f.fields.Set(fields[i], fields[i+1])
			}
			return posted{b, f, done}
		}
	}
	at := "/registry/app/" + app.ID
	names := 0
	return map[string]func(string) posted{
		"/auth/login":   flow("/auth/login", http.StatusSeeOther),
		"/auth/patient": flow("/auth/patient", http.StatusSeeOther),
		"/auth/context": flow("/auth/context", http.StatusSeeOther),
		"/auth/consent": flow("/auth/consent", http.StatusSeeOther),
		"/login": func(string) posted {
			b := w.browser()
			f := b.form(b.get("/login"), "/login")
			f.fields.Set("name", "helen")
			f.fields.Set("password", password)
			return posted{b, f, http.StatusSeeOther}
		},
		"/welcome": func(string) posted {
			names++
			name := fmt.Sprintf("new-%d", names)
			token, err := w.Invitations.Invite(w.Context(), user.Account{Name: name, Role: user.Practitioner}, time.Hour)
			w.must(err)
			b := w.browser()
			f := b.form(b.get("/welcome?"+values("token", token)), "/welcome")
			f.fields.Set("password", "a new password")
			return posted{b, f, http.StatusOK}
		},
		"/apps": func(name string) posted {
			w.granted(public, name, "openid")
			b := w.user(name)
			page := b.get("/apps")
			f := b.form(page, "/apps")
			f.fields.Set("grant", b.offeredBy(page, "grant")[0])
			return posted{b, f, http.StatusOK}
		},
		"/apps/forget": func(name string) posted {
			b := w.user(name)
			b.code(b.send(b.form(b.authorize(w.asking(remembered, "openid", "prompt", "consent")), "/auth/consent"), "decision", "allow", "remember", "yes"))
			page := b.get("/apps")
			f := b.form(page, "/apps/forget")
			f.fields.Set("forget", b.offeredBy(page, "forget")[0])
			return posted{b, f, http.StatusOK}
		},
		"/logout":                    own("/apps", "/logout", http.StatusOK),
		"/launch":                    own("/launch", "/launch", http.StatusOK, "client_id", app.ID),
		"/registry/new":              own("/registry/new", "/registry/new", http.StatusOK, "client_name", "x", "redirect_uris", redirectURI),
		"/registry/app/:client":      own(at, at, http.StatusOK, "do", "rotate"),
		"/registry/app/:client/edit": own(at+"/edit", at+"/edit", http.StatusOK),
		"/users":                     own("/users", "/users", http.StatusOK, "do", "disable", "name", "amara"),
	}
}

// madeUp are cookies such as the browser of a form has, and not those.
func madeUp(p posted) string {
	cookies := sessionCookie + "=grs_" + strings.Repeat("A", 43) + "; " + formCookie + "=grb_" + strings.Repeat("A", 43)
	if id := p.form.fields.Get("request"); id != "" {
		cookies += "; " + requestCookie(id) + "=" + strings.Repeat("A", 43)
	}
	return cookies
}

// Every page that takes a form takes none that it has not made for this browser and this
// user, whatever the cookies are that come along; and takes the one that it has made.
func TestAuth19CSRF(t *testing.T) {
	w := newWorld(t)
	forms := everyForm(w)
	var listed []string
	for _, rt := range (&Server{Config: w.Config}).routes() {
		if rt.page != nil && rt.method == http.MethodPost && rt.path != "/auth/authorize" {
			listed = append(listed, rt.path)
		}
	}
	slices.Sort(listed)
	if want := slices.Sorted(maps.Keys(forms)); !slices.Equal(listed, want) {
		t.Fatalf("pages that take forms: %v\nand here: %v", listed, want)
	}
	for path, fresh := range forms {
		p := fresh("root")
		of := fresh("root").form.fields.Get(csrfField)
		if of == "" || of == p.form.fields.Get(csrfField) {
			t.Fatalf("%s: tokens %q", path, of)
		}
		with := func(token string) url.Values {
			fields := maps.Clone(p.form.fields)
			fields[csrfField] = []string{token}
			return fields
		}
		without := maps.Clone(p.form.fields)
		without.Del(csrfField)
		good := p.form.fields
		for name, r := range map[string]response{
			"no token":             p.b.do(http.MethodPost, p.form.action, without),
			"an empty token":       p.b.do(http.MethodPost, p.form.action, with("")),
			"a wrong token":        p.b.do(http.MethodPost, p.form.action, with("x")),
			"another login's":      p.b.do(http.MethodPost, p.form.action, with(of)),
			"from another site":    p.b.do(http.MethodPost, p.form.action, good, "Sec-Fetch-Site: cross-site"),
			"from a sibling":       p.b.do(http.MethodPost, p.form.action, good, "Sec-Fetch-Site: same-site", "Origin: null"),
			"from another origin":  p.b.do(http.MethodPost, p.form.action, good, "Origin: https://evil.example"),
			"from another port":    p.b.do(http.MethodPost, p.form.action, good, "Origin: http://127.0.0.1:1"),
			"with made-up cookies": w.browser().do(http.MethodPost, p.form.action, good, "Cookie: "+madeUp(p)),
			"in another browser":   w.browser().do(http.MethodPost, p.form.action, good),
			"as JSON":              p.b.do(http.MethodPost, p.form.action, good, "Content-Type: application/json"),
			"as what is sent so":   p.b.do(http.MethodPost, p.form.action, good, "Content-Type: text/plain"),
		} {
			if path == "/logout" && (name == "in another browser" || name == "with made-up cookies") { // which is logged out
				continue
			}
			if r.status != http.StatusBadRequest || r.header.Get("Location") != "" || r.header.Get("Set-Cookie") != "" && path != "/welcome" {
				t.Errorf("%s, %s: %d %v", path, name, r.status, r.header)
			}
		}
		if r := p.b.do(http.MethodPost, p.form.action, good, "Sec-Fetch-Site: same-origin", "Origin: null"); r.status != p.done {
			t.Errorf("%s, as it should be: %d %v", path, r.status, p.b.texts(r, "p"))
		}
		p = fresh("root") // over http no browser says Sec-Fetch-Site
		if r := p.b.do(http.MethodPost, p.form.action, p.form.fields, "Origin: null"); r.status != p.done {
			t.Errorf("%s, without saying where it is from: %d", path, r.status)
		}
	}
}

// No page can be framed, stored, or tell of itself to where its links lead
// (auth-checklist.md, 48).
func TestAuth19Auth48HeadersOfPages(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	root, nobody := w.user("root"), w.browser()
	var pages []response
	for _, b := range []*browser{root, nobody} {
		for _, rt := range (&Server{Config: w.Config}).routes() {
			if rt.page == nil {
				continue
			}
			path := strings.ReplaceAll(rt.path, ":client", app.ID)
			pages = append(pages, b.do(rt.method, path, url.Values{}), b.get(path))
		}
		pages = append(pages, b.get("/nothing"), b.do(http.MethodDelete, "/login", nil), b.authorize(w.asking(app, "openid")), b.get("/welcome?token=x"),
			b.authorize(w.asking(app, "openid", "redirect_uri", "https://evil.example/")), b.do(http.MethodPost, "/login", url.Values{"x": {strings.Repeat("x", maxForm)}}))
	}
	for path, fresh := range everyForm(w) {
		p := fresh("root")
		r := p.b.send(p.form)
		if r.status != p.done {
			t.Errorf("%s: %d", path, r.status)
		}
		pages = append(pages, r)
	}
	html := 0
	for _, r := range pages {
		h := r.header
		if h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%d %v", r.status, h)
		}
		if !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
			continue
		}
		html++
		policy := h.Get("Content-Security-Policy")
		if !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") ||
			h.Get("X-Frame-Options") != "DENY" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%d %v", r.status, h)
		}
		if strings.Contains(r.body, "<script>") || strings.Contains(r.body, " style=") || strings.Contains(r.body, " onclick=") {
			t.Errorf("inline script or style:\n%s", r.body)
		}
	}
	if html < 50 {
		t.Errorf("only %d pages", html)
	}
}
