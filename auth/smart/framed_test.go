package smart

import (
	"net/http"
	"strings"
	"testing"
)

// TestAuth19FrameLeadsToATab asks from a frame: no page that asks is shown in it, and an
// answer that nobody has to be asked for is.
func TestAuth19FrameLeadsToATab(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	const scopes = "launch/patient patient/Patient.rs"
	asked := "/auth/authorize?" + w.asking(app, scopes).Encode()
	b := w.browser()
	inFrame := func(r response) bool {
		return r.status == http.StatusOK && !strings.Contains(r.body, "<form") && strings.Contains(r.header.Get("Content-Security-Policy"), "frame-ancestors 'self'")
	}
	frame := func(target, site string) response {
		return b.do(http.MethodGet, target, nil, "Sec-Fetch-Dest: iframe", "Sec-Fetch-Site: "+site)
	}

	r := frame(asked, "cross-site")
	if !inFrame(r) || len(r.header.Values("Set-Cookie")) > 0 || strings.Contains(r.body, "_blank") {
		t.Errorf("from another site: %d %v\n%s", r.status, r.header, r.body)
	}
	next := frame(asked, "same-site").location(t).RequestURI()
	if r := frame(next, "same-site"); !inFrame(r) || !strings.Contains(r.body, `href="`+next+`" target="_blank" rel="opener"`) {
		t.Errorf("login in a frame: %d %v\n%s", r.status, r.header, r.body)
	}
	consent := b.logIn(b.get(next), "amara")
	if r := frame(next, "same-site"); !inFrame(r) {
		t.Errorf("consent in a frame: %d\n%s", r.status, r.body)
	}
	b.code(b.follow(b.send(b.form(consent, "/auth/consent"), "decision", "allow", "remember", "yes")))

	next = frame(asked, "same-site").location(t).RequestURI()
	b.code(frame(next, "same-site")) // nothing is asked any more
}
