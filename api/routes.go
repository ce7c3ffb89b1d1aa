package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/store"
)

// route is one line of the table of everything that this server does over REST.
type route struct {
	// interaction is its name in http.html; where CapabilityStatement has a
	// code for it, that code. An operation's has its "$".
	interaction string
	// codes are those of CapabilityStatement, where the line has several.
	codes   []string
	level   level
	method  string // GET also serves HEAD
	pattern string // below BasePath, as gin writes patterns
	// letter is what the caller needs for the type in the path, decided before
	// the request is read; 0 where several types are meant and the View decides
	// for each.
	letter store.Letter
	// conditional says that criteria name the resource, for which the caller
	// needs the letter s too.
	conditional bool
	// anyOf are the letters of an operation, one of which the caller needs for
	// the type in the path before the request is read; an operation without any
	// is nobody's. What it needs beyond depends on what it is asked for.
	anyOf []store.Letter
	// operation is the one that an operation's line is about.
	operation scope.Operation
	// form says that parameters also come in an urlencoded body.
	form bool

	// One of these three.
	handle  handler       // what a caller may do under a policy
	public  publicHandler // what needs no token
	refusal string        // why it is not there: neither served nor advertised
}

// handler prepares an interaction: it reads the request, refuses what is wrong
// with it, and says what remains to be done on data. It cannot reach any itself.
type handler func(*request) (action, error)

// publicHandler serves what everyone may see. It cannot reach data.
type publicHandler func(*request) (*response, error)

// level is where in the CapabilityStatement an interaction is advertised.
type level int

const (
	unlisted    level = iota // it has no code there
	typeLevel                // for each resource type
	systemLevel              // for the server
	operation                // among the operations of each resource type
)

// The names in patterns. The parameters of all patterns have these names.
const (
	system    = ""
	ofType    = "/:type"
	instance  = "/:type/:id"
	versions  = "/:type/:id/_history"
	version   = "/:type/:id/_history/:version"
	inChart   = "/:type/:id/:member"
	searchURL = "/_search"
	history   = "/_history"
)

// routes is the table.
func (s *server) routes() []route {
	return []route{
		{interaction: "capabilities", method: http.MethodGet, pattern: "/metadata", public: s.metadata},

		{interaction: "read", level: typeLevel, method: http.MethodGet, pattern: instance, letter: store.Read, handle: s.read},
		{interaction: "vread", level: typeLevel, method: http.MethodGet, pattern: version, letter: store.Read, handle: s.versionRead},
		{interaction: "create", level: typeLevel, method: http.MethodPost, pattern: ofType, letter: store.Create, handle: s.create},
		{interaction: "update", level: typeLevel, method: http.MethodPut, pattern: instance, letter: store.Update, handle: s.update},
		{interaction: "delete", level: typeLevel, method: http.MethodDelete, pattern: instance, letter: store.Delete, handle: s.delete},
		{interaction: "history-instance", level: typeLevel, method: http.MethodGet, pattern: versions, letter: store.Read, handle: s.historyInstance},

		{interaction: "search-type", level: typeLevel, method: http.MethodGet, pattern: ofType, letter: store.Search, handle: s.searchType},
		{interaction: "search-type", level: typeLevel, method: http.MethodPost, pattern: ofType + searchURL, letter: store.Search, form: true, handle: s.searchType},
		{interaction: "search-system", level: systemLevel, method: http.MethodGet, pattern: system, handle: s.searchSystem},
		{interaction: "search-system", level: systemLevel, method: http.MethodPost, pattern: searchURL, form: true, handle: s.searchSystem},
		{interaction: "search-compartment", method: http.MethodGet, pattern: inChart, handle: s.searchCompartment},
		{interaction: "search-compartment", method: http.MethodPost, pattern: inChart + searchURL, form: true, handle: s.searchCompartment},
		{interaction: "search-compartment", method: http.MethodPost, pattern: instance + searchURL, form: true, handle: s.searchCompartment},

		{interaction: "history-type", level: typeLevel, method: http.MethodGet, pattern: ofType + history, letter: store.Search, handle: s.historyType},
		{interaction: "history-system", level: systemLevel, method: http.MethodGet, pattern: history, handle: s.historySystem},

		{interaction: "patch", level: typeLevel, method: http.MethodPatch, pattern: instance, letter: store.Update, handle: s.patch},
		{interaction: "conditional update", method: http.MethodPut, pattern: ofType, letter: store.Update, conditional: true, handle: s.conditionalUpdate},
		{interaction: "conditional patch", method: http.MethodPatch, pattern: ofType, letter: store.Update, conditional: true, handle: s.conditionalPatch},
		{interaction: "conditional delete", method: http.MethodDelete, pattern: ofType, letter: store.Delete, conditional: true, handle: s.conditionalDelete},

		{interaction: "batch/transaction", codes: []string{"transaction", "batch"}, level: systemLevel, method: http.MethodPost, pattern: system, handle: s.bundle},

		{interaction: explanationPath, method: http.MethodGet, pattern: explanationURL, handle: s.explained},

		operationRoute(scope.PatientEverything, http.MethodGet, "/Patient/:id/$everything", []store.Letter{store.Read}, s.patientEverything),
		operationRoute(scope.PatientEverything, http.MethodPost, "/Patient/:id/$everything", []store.Letter{store.Read}, s.patientEverything),
		operationRoute(scope.PatientEverything, http.MethodGet, "/Patient/$everything", []store.Letter{store.Search}, s.patientEverything),
		operationRoute(scope.PatientEverything, http.MethodPost, "/Patient/$everything", []store.Letter{store.Search}, s.patientEverything),
		operationRoute(scope.EncounterEverything, http.MethodGet, "/Encounter/:id/$everything", []store.Letter{store.Read}, s.encounterEverything),
		operationRoute(scope.EncounterEverything, http.MethodPost, "/Encounter/:id/$everything", []store.Letter{store.Read}, s.encounterEverything),

		operationRoute(scope.Validate, http.MethodPost, ofType+"/$validate", lettersOf(typeModes), s.validate),
		operationRoute(scope.Validate, http.MethodPost, instance+"/$validate", lettersOf(instanceModes), s.validate),
		operationRoute(scope.Validate, http.MethodGet, instance+"/$validate", []store.Letter{store.Read}, s.validate),

		operationRoute(scope.Docref, http.MethodGet, "/DocumentReference/$docref", []store.Letter{store.Search}, s.docref),
		operationRoute(scope.Docref, http.MethodPost, "/DocumentReference/$docref", []store.Letter{store.Search}, s.docref),
		operationRoute(scope.Lastn, http.MethodGet, "/Observation/$lastn", []store.Letter{store.Search}, s.lastn),
		operationRoute(scope.Lastn, http.MethodPost, "/Observation/$lastn", []store.Letter{store.Search}, s.lastn),

		operationRoute(scope.Meta, http.MethodGet, instance+"/$meta", []store.Letter{store.Read}, s.meta),
		operationRoute(scope.Meta, http.MethodPost, instance+"/$meta", []store.Letter{store.Read}, s.meta),
		operationRoute(scope.Meta, http.MethodGet, version+"/$meta", []store.Letter{store.Read}, s.meta),
		operationRoute(scope.Meta, http.MethodPost, version+"/$meta", []store.Letter{store.Read}, s.meta),
	}
}

// operationRoute is the line of an operation: the caller needs a scope on it, or one of
// the letters for the type in the path. With either, it shows what its handler asks the
// View for, and that is no more than the caller may see inside the operation.
func operationRoute(of scope.Operation, method, pattern string, anyOf []store.Letter, handle handler) route {
	return route{interaction: of.Name, level: operation, method: method, pattern: pattern, operation: of, anyOf: anyOf, handle: handle}
}

// on is the type in a path of the route: the parameter's, or the operation's own where
// its pattern names it.
func (rt *route) on(param string) string {
	if rt == nil || param != "" {
		return param
	}
	return rt.operation.Type
}

// ofOneType tells whether the pattern names a type.
func (rt route) ofOneType() bool {
	return rt.operation.Type != "" && strings.HasPrefix(rt.pattern, "/"+rt.operation.Type+"/")
}

// advertised are the codes of CapabilityStatement that the route stands for.
func (rt route) advertised() []string {
	if len(rt.codes) > 0 {
		return rt.codes
	}
	return []string{rt.interaction}
}

// reads tells whether what the route does changes nothing. An operation that a scope
// can be about only shows.
func (rt route) reads() bool {
	return rt.method == http.MethodGet || rt.form || rt.operation.Grants != ""
}

// served tells whether the route does anything.
func (rt route) served() bool { return rt.refusal == "" }

// methods are the methods that a pattern serves, as the Allow header lists them.
func methods(routes []route, pattern string) []string {
	var allowed []string
	for _, rt := range routes {
		if rt.pattern != pattern || !rt.served() {
			continue
		}
		allowed = append(allowed, rt.method)
		if rt.method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	if len(allowed) > 0 {
		allowed = append(allowed, http.MethodOptions)
	}
	slices.Sort(allowed)
	return allowed
}
