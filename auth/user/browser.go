package user

import (
	"crypto/subtle"

	"github.com/granary-fhir/granary/auth/handle"
)

// Browser is somebody before a login, known by a cookie of its own. It is never the
// cookie of a session: a login starts another. Nothing is kept of it, so that visitors
// cost no record: all that there is follows from the cookie, which other sites do not
// know.
type Browser struct {
	ID   string // digest of the cookie: what an authorization request is bound to
	CSRF string // for forms before a login
}

// NewBrowser is a cookie for a browser that has none.
func NewBrowser() (cookie string, browser Browser) {
	cookie = handle.Browser.New()
	browser, _ = BrowserOf(cookie)
	return cookie, browser
}

// BrowserOf is the browser of a cookie; ok is false for what NewBrowser cannot have
// returned.
func BrowserOf(cookie string) (browser Browser, ok bool) {
	id, ok := handle.Browser.Digest(cookie)
	if !ok {
		return Browser{}, false
	}
	return Browser{ID: id, CSRF: handle.Digest("csrf " + cookie)}, true
}

// Authentic tells whether a form was made for this browser.
func (b Browser) Authentic(csrf string) bool {
	return b.CSRF != "" && subtle.ConstantTimeCompare([]byte(b.CSRF), []byte(csrf)) == 1
}
