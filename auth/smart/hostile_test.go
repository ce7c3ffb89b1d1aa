package smart

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/client"
)

// nasty are values that no honest form has.
var nasty = []string{
	"a\x00b", "\xff\xfe\xfa", "\r\nSet-Cookie: x=y", strings.Repeat("x", 100_000), "'; DROP TABLE records; -- {{.}} %00", "../../etc/passwd",
	"<script>alert(1)</script>", "9223372036854775808", "gri_" + strings.Repeat("A", 43),
}

// Nothing that is sent makes an answer of 500, is shown as HTML, or gets into a header.
func TestHostileValues(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app(func(c *client.Client) { c.Method = client.SecretBasic })
	check := func(what, value string, r response) {
		t.Helper()
		if r.status >= 500 || strings.Contains(r.body, "<script>alert") || r.header.Get("Set-Cookie") == "x=y" || len(r.header.Values("X")) > 0 {
			t.Errorf("%s = %.40q: %d %v", what, value, r.status, r.header)
		}
	}
	forms := everyForm(w)
	for path, fresh := range forms {
		p := fresh("root")
		for name := range p.form.fields {
			for _, value := range nasty {
				if name == csrfField || name == "do" && value == "null" {
					continue
				}
				fields := url.Values{}
				for k, v := range p.form.fields {
					fields[k] = v
				}
				fields.Set(name, value)
				r := p.b.do(http.MethodPost, p.form.action, fields)
				check(path+" "+name, value, r)
				if strings.HasSuffix(path, "login") {
					w.clock.Advance(2 * time.Hour) // or all that follow are told to wait
				}
				if r.status == http.StatusSeeOther || strings.HasPrefix(path, "/log") || path == "/auth/login" {
					p = fresh("root")
				}
			}
		}
	}
	b := w.user("root")
	asked := w.asking(app, "openid", "nonce", "n", "login_hint", "h", "prompt", "login", "max_age", "1", "launch", "l", "response_mode", "query")
	for name := range asked {
		for _, value := range nasty {
			changed := w.asking(app, "openid launch", name, value)
			check("authorize "+name, value, b.do(http.MethodPost, "/auth/authorize", changed))
			if len(value) < 1000 {
				check("authorize "+name, value, b.get("/auth/authorize?"+changed.Encode()))
			}
		}
	}
	for _, target := range []string{"/login?next=", "/welcome?token=", "/auth/continue?request=", "/launch?patient=", "/launch?client_id=", "/launch?user=", "/launch?q=", "/registry/app/"} {
		for _, value := range nasty {
			if len(value) < 1000 {
				check(target, value, b.get(target+url.QueryEscape(value)))
			}
		}
	}
	for _, value := range nasty {
		for _, name := range []string{sessionCookie, formCookie} {
			for _, path := range []string{"/", "/login", "/apps"} {
				check(name, value, w.browser().do(http.MethodGet, path, nil, "Cookie: "+name+"="+url.QueryEscape(value)))
			}
		}
	}
}

// A request that is too large is refused, and one at the limit is read.
func TestOversizeRequests(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	login := b.form(b.get("/login"), "/login")
	for path, form := range map[string]url.Values{
		"/auth/authorize": w.asking(app, "openid"), "/login": login.fields, "/auth/token": {"grant_type": {"refresh_token"}, "client_id": {app.ID}, "refresh_token": {"x"}},
		"/auth/introspect": {"token": {"x"}}, "/auth/revoke": {"token": {"x"}, "client_id": {app.ID}},
	} {
		before := b.do(http.MethodPost, path, form)
		form.Set("padding", "")
		form.Set("padding", strings.Repeat("x", maxForm-len(form.Encode())))
		if r := b.do(http.MethodPost, path, form); r.status != before.status {
			t.Errorf("%s at the limit: %d, not %d", path, r.status, before.status)
		}
		form.Set("padding", form.Get("padding")+"x")
		r := b.do(http.MethodPost, path, form)
		if r.status != http.StatusBadRequest || !strings.Contains(r.body, "the request is larger than 1048576 bytes") || r.header.Get("Location") != "" {
			t.Errorf("%s beyond it: %d %.300s", path, r.status, r.body)
		}
	}
}

// A parameter that is there twice means nothing (RFC 6749, 3.1 and 3.2).
func TestDuplicateParameters(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.browser()
	for name := range w.asking(app, "openid") {
		asked := w.asking(app, "openid")
		asked.Add(name, asked.Get(name))
		get, post := b.get("/auth/authorize?"+asked.Encode()), b.do(http.MethodPost, "/auth/authorize", asked)
		for _, r := range []response{get, post} {
			if r.status != http.StatusBadRequest || r.header.Get("Location") != "" || !strings.Contains(r.body, name+": it is there more than once") {
				t.Errorf("%s: %d %v", name, r.status, r.header)
			}
		}
	}
	for _, path := range []string{"/auth/token", "/auth/revoke", "/auth/introspect"} {
		r := w.post(path, url.Values{"client_id": {app.ID}, "token": {"a", "b"}, "grant_type": {"refresh_token"}})
		if r.status != http.StatusBadRequest || !strings.Contains(r.body, "token: it is there more than once") {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	// A form whose body is not one is told so, and a secret in a URL is not taken.
	for _, body := range []string{"%zz=1", "a=%", "a;b=c"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URLs.Token, strings.NewReader(body))
		w.must(err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultClient.Do(r)
		w.must(err)
		if text := readAll(t, answer); answer.StatusCode != http.StatusBadRequest || !strings.Contains(text, `"invalid_request"`) {
			t.Errorf("%s: %d %s", body, answer.StatusCode, text)
		}
		w.must(answer.Body.Close())
	}
	if r := w.post("/auth/token?code=x", url.Values{"grant_type": {"authorization_code"}, "client_id": {app.ID}}); r.status != http.StatusBadRequest || !strings.Contains(r.body, "code: it belongs in the body") {
		t.Errorf("%d %s", r.status, r.body)
	}
}
