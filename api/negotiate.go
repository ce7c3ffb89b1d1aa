package api

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/search"
)

// format is how a response is written.
type format struct {
	mime   string
	pretty bool
	// explicit is `_format` as the client sent it, "" without: links repeat it.
	explicit string
}

const fhirJSON = "application/fhir+json"

// The names of JSON, in `_format` (http.html#mime-type) and as media types.
var (
	formatNames = []string{"json", fhirJSON, "application/json", "text/json"}
	mediaTypes  = formatNames[1:]
)

// negotiate decides the format of the response: `_format` wins over Accept
// (http.html#parameters).
func (r *request) negotiate() error {
	if pretty, ok := r.take("_pretty"); ok {
		switch pretty {
		case "true":
			r.format.pretty = true
		case "false", "":
		default:
			return refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "_pretty is true or false").at("http._pretty")
		}
	}
	name, _ := r.take("_format")
	for _, p := range r.params {
		if p.Name == "_format" || p.Name == "_pretty" {
			return &search.ParamError{Param: p.Name, Reason: standsTwice}
		}
	}
	if name != "" {
		return r.byFormat(name)
	}
	return r.byAccept(r.header.Values("Accept"))
}

func (r *request) byFormat(name string) error {
	// A plus that the client did not escape arrives as a space.
	mediaType, params, err := mime.ParseMediaType(strings.ReplaceAll(name, "fhir json", "fhir+json"))
	if err != nil || !slices.Contains(formatNames, mediaType) || !ofR4(params) {
		return notAcceptable().at("http._format")
	}
	r.format.explicit = name
	if mediaType != "json" {
		r.format.mime = mediaType
	}
	return nil
}

// byAccept chooses what the client likes best of the names of JSON; what it likes
// equally by the order in which it says so. No Accept header admits everything.
func (r *request) byAccept(headers []string) error {
	ranges := mediaRanges(headers)
	if ranges == nil {
		return nil
	}
	var best mediaRange
	for _, mediaType := range mediaTypes {
		covering := coveredBy(ranges, mediaType)
		if covering.q > best.q || covering.q == best.q && covering.at < best.at {
			best, r.format.mime = covering, mediaType
		}
	}
	if best.q == 0 {
		return notAcceptable().at("http.Accept")
	}
	return nil
}

// ofR4 tells whether a media type is of this FHIR version
// (http.html#version-parameter) and in UTF-8.
func ofR4(params map[string]string) bool {
	version, ok := params["fhirversion"]
	charset, given := params["charset"]
	return (!ok || version == "4.0") && (!given || strings.EqualFold(charset, "utf-8"))
}

func notAcceptable() *refused {
	return refuse(http.StatusNotAcceptable, fhir.IssueTypeNotSupported, "this server writes FHIR R4 as JSON only: ask for %s, or with _format=json", fhirJSON)
}

// bodyType refuses a body that is not of one of the media types.
func (r *request) bodyType(types []string) error {
	mediaType, params, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	if err != nil || !slices.Contains(types, mediaType) || !ofR4(params) {
		refused := unsupportedMedia("the Content-Type must be " + types[0] + ", in UTF-8").at("http.Content-Type")
		refused.header = http.Header{"Accept": {strings.Join(types, ", ")}} // RFC 9110, section 12.5.1
		return refused
	}
	return nil
}

func unsupportedMedia(text string) *refused {
	return refuse(http.StatusUnsupportedMediaType, fhir.IssueTypeNotSupported, "%s", text)
}
