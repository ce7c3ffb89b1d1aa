package smart

import (
	"net/http"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/page"
)

// An app that a health record has embedded sends its frame to the authorization
// endpoint. The answer is sent back into the frame where nobody has to be asked; pages
// that ask are never framed (auth-checklist.md, 19), and are opened in a tab instead. An
// app of another site has to be launched in a tab: from its frame browsers send no
// cookies and keep none, and what the app stores there its tab does not find.

// framed tells whether the answer goes into a frame, as far as the browser says so
// (Fetch Metadata, `Sec-Fetch-Dest`).
func (v *visit) framed() bool {
	switch v.Header.Get("Sec-Fetch-Dest") {
	case "iframe", "frame", "embed", "object":
		return true
	}
	return false
}

// crossSite tells whether the frame was sent here by a page of another site.
func (v *visit) crossSite() bool { return v.Header.Get("Sec-Fetch-Site") == "cross-site" }

// askInNewTab leads from a frame to a page that is not shown in it; with none, "", it
// says that the app has to be launched in a tab.
func (s *Server) askInNewTab(v *visit, app client.Client, target string) error {
	s.pages.NewTab(v.w, http.StatusOK, page.NewTab{App: appOf(app), URL: target})
	return nil
}
