package smart

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/page"
)

// shown is an error as a page shows it.
type shown struct {
	page  page.Error
	cause error
}

func (e *shown) Error() string { return e.cause.Error() }
func (e *shown) Unwrap() error { return e.cause }

// appError tells the developer of an app what was wrong with its request: which
// parameter, and its value.
func appError(cause error, parameter, given string) *shown {
	e := pageError("This app cannot be connected", cause)
	e.page.ForApp, e.page.Parameter, e.page.Given = true, parameter, given
	return e
}

// pageError tells a user what was wrong.
func pageError(title string, cause error) *shown {
	e := &shown{page.Error{Status: http.StatusBadRequest, Title: title}, cause}
	var refused *oauth.Error
	if errors.As(cause, &refused) {
		e.page.Code, e.page.Description = string(refused.Code), refused.Description
	}
	return e
}

// right says what would be right, or to a user what to do, which is a sentence.
func (e *shown) right(text string) *shown {
	e.page.Right = text
	return e
}

// status is another than 400.
func (e *shown) status(status int) *shown {
	e.page.Status = status
	return e
}

// showError shows an error. What is the server's own fault is logged, and said to be
// that.
func (s *Server) showError(v *visit, err error) {
	var known *shown
	if errors.As(err, &known) {
		s.pages.Error(v.w, known.page)
		return
	}
	refused := s.meaning(err)
	if refused.Code == oauth.ServerError {
		s.Logger.Error("page", "path", v.URL.Path, "error", err)
	}
	s.pages.Error(v.w, page.Error{
		Status: refused.Status(), Title: "That did not work", Code: string(refused.Code), Description: refused.Description,
	})
}

var errNotFound = pageError("There is no such page", oauth.Refuse(oauth.InvalidRequest, "There is nothing at this address.")).
	right("The start page of this server is at /, and its FHIR API at /fhir.").status(http.StatusNotFound)

func (s *Server) notFound(c *gin.Context) { s.misplaced(c, errNotFound) }

func (s *Server) wrongMethod(c *gin.Context) {
	s.misplaced(c, pageError("That is not possible here", oauth.Refuse(oauth.InvalidRequest, c.Request.Method+" is not possible here; these are: "+c.Writer.Header().Get("Allow"))).
		status(http.StatusMethodNotAllowed))
}

// misplaced answers what is not in the table: with a page to browsers, with JSON to the
// rest.
func (s *Server) misplaced(c *gin.Context, e *shown) {
	if wantsJSON(c.Request) {
		c.Header("Cache-Control", "no-store")
		s.writeJSON(c, e.page.Status, oauth.Refuse(oauth.Code(e.page.Code), e.page.Description))
		return
	}
	s.pages.Error(c.Writer, e.page)
}
