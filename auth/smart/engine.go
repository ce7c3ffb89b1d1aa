package smart

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// maxForm is the largest form or document that is taken: enough for a request of a
// thousand long scopes.
const maxForm = 1 << 20

// route is one line of the table of everything that the authorization server serves.
type route struct {
	method, path string
	cors         corsMode
	document     bool // it takes JSON, and not a form
	// One of these.
	endpoint endpoint // what software calls
	page     pageHandler
	plain    http.Handler
}

// routes is the table.
func (s *Server) routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	table := []route{
		{method: get, path: "/auth/jwks", cors: anyone, endpoint: s.jwks},

		{method: get, path: "/auth/authorize", page: s.authorize},
		{method: post, path: "/auth/authorize", page: s.authorize},
		{method: post, path: "/auth/token", cors: registered, endpoint: s.token},
		{method: post, path: "/auth/introspect", cors: registered, endpoint: s.introspect},
		{method: post, path: "/auth/revoke", cors: registered, endpoint: s.revoke},
		{method: post, path: "/auth/register", cors: s.registrationCORS(), document: true, endpoint: s.register},
		{method: get, path: "/auth/userinfo", cors: registered, endpoint: s.userInfo},
		{method: post, path: "/auth/userinfo", cors: registered, endpoint: s.userInfo},

		{method: get, path: continuePath, page: s.showStep},
		{method: post, path: "/auth/login", page: s.logInForRequest},
		{method: post, path: "/auth/patient", page: s.choosePatient},
		{method: post, path: "/auth/context", page: s.chooseContext},
		{method: post, path: "/auth/consent", page: s.decide},

		{method: get, path: "/", page: s.home},
		{method: get, path: "/login", page: s.showLogin},
		{method: post, path: "/login", page: s.logIn},
		{method: post, path: "/logout", page: s.logOut},
		{method: get, path: "/welcome", page: s.showWelcome},
		{method: post, path: "/welcome", page: s.welcome},
		{method: get, path: "/apps", page: s.apps},
		{method: post, path: "/apps", page: s.revokeApp},
		{method: post, path: "/apps/forget", page: s.forgetApp},
		{method: get, path: "/launch", page: s.showLaunch},
		{method: post, path: "/launch", page: s.launch},
		{method: get, path: playgroundPath, page: s.playground},
		{method: get, path: "/registry", page: s.registry},
		{method: get, path: "/registry/new", page: s.newApp},
		{method: post, path: "/registry/new", page: s.addApp},
		{method: get, path: "/registry/app/:client", page: s.showApp},
		{method: post, path: "/registry/app/:client", page: s.changeApp},
		{method: get, path: "/registry/app/:client/edit", page: s.editApp},
		{method: post, path: "/registry/app/:client/edit", page: s.saveApp},
		{method: get, path: "/users", page: s.users},
		{method: post, path: "/users", page: s.changeUsers},

		{method: get, path: "/static/*file", plain: s.pages.Static()},
	}
	for _, path := range s.URLs.smartConfigurationPaths() {
		table = append(table, route{method: get, path: path, cors: anyone, endpoint: s.smartConfiguration})
	}
	for _, path := range s.URLs.openIDConfigurationPaths() {
		table = append(table, route{method: get, path: path, cors: anyone, endpoint: s.openIDConfiguration})
	}
	if s.Demo != nil {
		table = append(table,
			route{method: get, path: "/demo", plain: s.Demo},
			route{method: get, path: "/demo/*file", plain: s.Demo})
	}
	return table
}

// engine is the router made of the table. A path of the table that is asked by
// another method is a 405 with Allow.
func (s *Server) engine() (http.Handler, error) {
	gin.SetMode(gin.ReleaseMode) // or gin writes about itself to standard output
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	preflighted := map[string]bool{}
	for _, rt := range s.routes() {
		engine.Handle(rt.method, rt.path, s.serve(rt))
		if rt.method == http.MethodGet {
			engine.Handle(http.MethodHead, rt.path, s.serve(rt))
		}
		if rt.cors != never && !preflighted[rt.path] {
			preflighted[rt.path] = true
			engine.Handle(http.MethodOptions, rt.path, s.serve(rt))
		}
	}
	engine.NoRoute(s.notFound)
	engine.NoMethod(s.wrongMethod)
	return engine, nil
}

// serve answers the requests of a route.
func (s *Server) serve(rt route) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
		switch {
		case rt.endpoint != nil:
			s.answer(c, rt)
		case rt.page != nil:
			s.show(c, rt.page)
		default:
			rt.plain.ServeHTTP(c.Writer, c.Request)
		}
	}
}

// methods are those of a path in the table.
func (s *Server) methods(path string) []string {
	var methods []string
	for _, rt := range s.routes() {
		if rt.path == path {
			methods = append(methods, rt.method)
		}
	}
	return methods
}

// wantsJSON tells whether software asks, and not a browser.
func wantsJSON(r *http.Request) bool {
	return !strings.Contains(r.Header.Get("Accept"), "text/html")
}
