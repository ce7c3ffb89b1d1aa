package smart

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/internal/cors"
	"github.com/granary-fhir/granary/store"
)

// endpoint answers what software asks, with a JSON document.
type endpoint func(*call) (answer, error)

// call is a request to an endpoint.
type call struct {
	*http.Request
	form url.Values // of a POST
	// client is who calls, once that is known: whose origins may read the answer.
	client string
}

// answer is what an endpoint says.
type answer struct {
	status int // 0 for 200
	header http.Header
	body   any  // as JSON; nil for none
	public bool // it may be stored; else `no-store` (auth-checklist.md, 48)
}

// answer serves an endpoint: it reads the form, and is the one place where an error
// of an endpoint becomes JSON.
func (s *Server) answer(c *gin.Context, rt route) {
	in := &call{Request: c.Request}
	if c.Request.Method == http.MethodOptions {
		s.answerOptions(c, rt)
		return
	}
	out, err := s.ask(in, rt)
	if err != nil {
		out = s.explain(c, s.refusal(in.Context(), in, err))
	}
	s.cors.Answer(c.Request.Context(), c.Request.Header, c.Writer.Header(), rt.cors, in.client)
	h := c.Writer.Header()
	for name, values := range out.header {
		h[name] = values
	}
	if !out.public {
		h.Set("Cache-Control", "no-store")
		h.Set("Pragma", "no-cache") // app-launch.html#response-5
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if out.status == 0 {
		out.status = http.StatusOK
	}
	if out.body == nil {
		c.Status(out.status)
		c.Writer.WriteHeaderNow()
		return
	}
	s.writeJSON(c, out.status, out.body)
}

func (s *Server) writeJSON(c *gin.Context, status int, document any) {
	body, err := json.Marshal(document)
	if err != nil {
		s.Logger.Error("answer", "path", c.FullPath(), "error", err)
		c.Status(http.StatusInternalServerError)
		return
	}
	c.Data(status, "application/json", body)
}

// answerOptions answers what may be asked at all, to a browser on behalf of a page or to
// whoever wants to know.
func (s *Server) answerOptions(c *gin.Context, rt route) {
	methods := s.methods(rt.path)
	if cors.IsPreflight(c.Request.Method, c.Request.Header) {
		s.cors.Preflight(c.Request.Context(), c.Request.Header, c.Writer.Header(), rt.cors, methods)
	} else {
		c.Header("Allow", strings.Join(append(methods, http.MethodOptions), ", "))
	}
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
}

func (s *Server) ask(in *call, rt route) (answer, error) {
	if in.Method == http.MethodPost && !rt.document {
		form, err := readForm(in.Request)
		if err != nil {
			return answer{}, err
		}
		if err := once(form); err != nil {
			return answer{}, err
		}
		if in.URL.RawQuery != "" { // RFC 6749, 3.2 and 2.3.1
			return answer{}, oauth.Refuse(oauth.InvalidRequest, "parameters belong in the body of the request, never in its URL")
		}
		in.form = form
	}
	return rt.endpoint(in)
}

func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// readForm reads an urlencoded body. Fields of pages, such as checkboxes, may be there
// several times; parameters of OAuth may not, see once.
func readForm(r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded") {
		return nil, oauth.Refuse(oauth.InvalidRequest, "Content-Type: it should be application/x-www-form-urlencoded")
	}
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, oauth.Refuse(oauth.InvalidRequest, "the request is larger than "+strconv.FormatInt(large.Limit, 10)+" bytes")
		}
		return nil, oauth.Refuse(oauth.InvalidRequest, "the form cannot be read: it should be name=value pairs, percent-encoded")
	}
	if r.URL.RawQuery != "" {
		for _, secret := range []string{"access_token", "client_secret", "code", "refresh_token", "token"} {
			if r.URL.Query().Has(secret) { // RFC 6749, 3.2: parameters of the token endpoint are in the body
				return nil, oauth.Refuse(oauth.InvalidRequest, secret+": it belongs in the body of the request, never in its URL")
			}
		}
	}
	return r.PostForm, isEncoded(r.PostForm)
}

// isEncoded refuses what is not text (RFC 6749, appendix B).
func isEncoded(form url.Values) error {
	for name, values := range form {
		for _, value := range values {
			if !utf8.ValidString(name) || !utf8.ValidString(value) {
				return oauth.Refuse(oauth.InvalidRequest, name+": it is not encoded in UTF-8")
			}
		}
	}
	return nil
}

// once refuses parameters that are there twice (RFC 6749, 3.1 and 3.2).
func once(form url.Values) error {
	for name, values := range form {
		if len(values) > 1 {
			return oauth.Refuse(oauth.InvalidRequest, name+": it is there more than once")
		}
	}
	return nil
}

// explain makes an error the answer. What is the server's own fault is logged, and
// said to be that.
func (s *Server) explain(c *gin.Context, err error) answer {
	refused := s.meaning(err)
	if refused.Code == oauth.ServerError {
		s.Logger.Error("authorization server", "path", c.FullPath(), "error", err)
	}
	out := answer{status: refused.Status(), body: refused, header: http.Header{}}
	switch refused.Code {
	case oauth.InvalidClient:
		if c.Request.Header.Get("Authorization") != "" { // RFC 6749, 5.2
			out.header.Set("WWW-Authenticate", `Basic realm="granary"`)
		}
	case oauth.InvalidToken, oauth.InsufficientScope:
		challenge := `Bearer realm="granary"`
		if refused != errNoToken { // who sent none is told of no error: RFC 6750, 3.1
			challenge += `, error="` + string(refused.Code) + `"`
		}
		out.header.Set("WWW-Authenticate", challenge)
	case oauth.TemporarilyUnavailable:
		out.header.Set("Retry-After", "2")
	}
	return out
}

// meaning is what an error means to a client.
func (s *Server) meaning(err error) *oauth.Error {
	var refused *oauth.Error
	var scopes *auth.InvalidScope
	var grant *auth.InvalidGrant
	var invalid *user.Invalid
	var login *user.Refused
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &login):
		return oauth.Refuse(oauth.AccessDenied, login.Error())
	case errors.As(err, &scopes):
		return oauth.Refuse(oauth.InvalidScope, scopes.Error())
	case errors.As(err, &grant):
		return oauth.Refuse(oauth.InvalidRequest, grant.Error())
	case errors.As(err, &invalid):
		return oauth.Refuse(oauth.InvalidRequest, invalid.Error())
	case errors.Is(err, auth.ErrInvalidToken):
		return oauth.Refuse(oauth.InvalidToken, auth.ErrInvalidToken.Error())
	case errors.Is(err, audit.ErrNotRecorded), errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrFull), errors.Is(err, store.ErrReadOnly):
		return oauth.Refuse(oauth.TemporarilyUnavailable, "the server cannot do this now; nothing was changed, try again later")
	}
	return oauth.Refuse(oauth.ServerError, "this is the server's own fault; its log says more")
}

// cacheable says for how long an answer may be kept.
func cacheable(life time.Duration) http.Header {
	return http.Header{"Cache-Control": {"public, max-age=" + strconv.Itoa(int(life.Seconds()))}}
}
