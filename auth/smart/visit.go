package smart

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/auth/user"
)

// pageHandler answers a browser.
type pageHandler func(*visit) error

// visit is a browser's request for a page.
type visit struct {
	*http.Request
	w      http.ResponseWriter
	params gin.Params
	form   url.Values // of a POST
	// session and account are those of who is logged in; zero for nobody.
	session user.Session
	account user.Account
	// client is whose authorization request it is about, once that is known.
	client string
}

// The names of cookies and of the field that is in every form.
const (
	sessionCookie = "granary_session"
	formCookie    = "granary_form"
	csrfField     = "csrf"
)

// show serves a page, and is the one place where an error becomes one, and is recorded.
func (s *Server) show(c *gin.Context, handle pageHandler) {
	v := &visit{Request: c.Request, w: c.Writer, params: c.Params}
	if err := s.visit(v, handle); err != nil {
		s.showError(v, s.noted(v.Context(), s.ofUser(v, audit.Refusal, v.account, v.client), err))
	}
}

func (s *Server) visit(v *visit, handle pageHandler) error {
	if v.Method == http.MethodPost {
		if err := s.readPost(v); err != nil {
			return err
		}
	}
	if err := s.identify(v); err != nil {
		return err
	}
	return handle(v)
}

// readPost reads a form. Only the authorization endpoint takes one that another site
// has made.
func (s *Server) readPost(v *visit) error {
	var err error
	if v.form, err = readForm(v.Request); err != nil || v.URL.Path == "/auth/authorize" {
		return err
	}
	if s.origins.Check(v.Request) != nil && !isNoReferrer(v.Header) {
		return errCSRF
	}
	return nil
}

// isNoReferrer tells whether a browser says nothing of where a form came from. Our pages
// have it say `Origin: null`, as their Referrer-Policy does (Fetch, 3.2), and over http
// there is no Sec-Fetch-Site beside it. Then the form's token counts alone.
func isNoReferrer(h http.Header) bool {
	return h.Get("Sec-Fetch-Site") == "" && h.Get("Origin") == "null"
}

// errCSRF is for a form that is none of ours, or no longer.
var errCSRF = pageError("That form is not good any more", oauth.Refuse(oauth.InvalidRequest,
	"It did not come from a page of this server, or the page is too old.")).right("Go back, reload the page, and try again.")

// identify finds out who is logged in.
func (s *Server) identify(v *visit) error {
	cookie, err := v.Cookie(sessionCookie)
	if err != nil {
		return nil //nolint:nilerr // no cookie: nobody
	}
	session, err := s.Sessions.Get(v.Context(), cookie.Value)
	if isAbsent(err) {
		return nil
	}
	v.session, v.account = session, session.Account
	return err
}

func (v *visit) loggedIn() bool { return v.session.ID != "" }

// field is a parameter of the form, or of the URL where there is no form.
func (v *visit) field(name string) string {
	if v.Method == http.MethodPost {
		return v.form.Get(name)
	}
	return v.URL.Query().Get(name)
}

// goTo sends the browser on, by GET whatever it came with.
func (v *visit) goTo(target string) error {
	h := v.w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Location", target)
	v.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// setCookie gives the browser a cookie that scripts do not see and that no other site's
// page sends along, but for links.
func (s *Server) setCookie(v *visit, name, value string, expires time.Time) {
	cookie := &http.Cookie{
		Name: name, Value: value, Path: s.URLs.Path() + "/", MaxAge: int(expires.Sub(s.Clock()).Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.URLs.Secure(),
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(v.w, cookie)
}

// ours refuses a form of a logged-in user that none of their pages had.
func (v *visit) ours() error {
	if !v.loggedIn() || !same(v.field(csrfField), v.session.CSRF) {
		return errCSRF
	}
	return nil
}

// csrf is the field of the forms of a logged-in user.
func (v *visit) csrf() []page.Field { return []page.Field{{Name: csrfField, Value: v.session.CSRF}} }

// path is that of a page as browsers know it.
func (s *Server) path(of string) string { return s.URLs.Path() + of }
