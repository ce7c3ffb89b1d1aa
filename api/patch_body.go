package api

import (
	"bytes"
	"encoding/base64"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/patch"
)

// patchTypes are the media types of patches, as they are advertised
// (http.html#patch).
var patchTypes = []string{patch.JSONType, fhirJSON}

// patchParser reads a patch of a type of resource.
type patchParser func(body *fhirjson.Node, typ string) (*patch.Patch, error)

// parsePatch reads the patch of a request.
func (r *request) parsePatch() (*patch.Patch, error) {
	switch {
	case r.content == nil:
		parse, err := patchParserOf(r.header.Get("Content-Type"), "http.Content-Type")
		if err != nil {
			return nil, err
		}
		body, err := r.wholeBody()
		if err != nil {
			return nil, err
		}
		return r.parsePatchBody(parse, body)
	case r.content.Get("resourceType").Text() == "Binary":
		return r.parsePatchBinary()
	}
	return patch.ParseFHIRPath(r.content, r.typ)
}

// parsePatchBinary reads the patch that an entry of a Bundle wraps in a Binary,
// for want of a resource that is one.
func (r *request) parsePatchBinary() (*patch.Patch, error) {
	parse, err := patchParserOf(r.content.Get("contentType").Text(), "Binary.contentType")
	if err != nil {
		return nil, err
	}
	body, err := base64.StdEncoding.DecodeString(r.content.Get("data").Text())
	if err != nil {
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeValue, "the data of the Binary is not in base64").at("Binary.data")
	}
	return r.parsePatchBody(parse, body)
}

func (r *request) parsePatchBody(parse patchParser, body []byte) (*patch.Patch, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeRequired, "the patch is empty; a JSON Patch that changes nothing is []")
	}
	parsed, err := fhirjson.Parse(body)
	var syntax *fhirjson.SyntaxError
	if errors.As(err, &syntax) {
		return nil, refuse(http.StatusBadRequest, fhir.IssueTypeStructure, "the patch is not JSON as FHIR writes it: %s", syntax).at(dotted("$this", syntax.Pointer))
	}
	if err != nil {
		return nil, err
	}
	return parse(parsed, r.typ)
}

// patchParserOf is the parser for a media type. FHIR's JSON goes by its other names
// too. Without one the refusal names the patches that there are (RFC 5789, section
// 2.2).
func patchParserOf(contentType, where string) (patchParser, error) {
	mediaType, params, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil || !ofR4(params):
	case mediaType == patch.JSONType:
		return patch.ParseJSON, nil
	case slices.Contains(mediaTypes, mediaType):
		return patch.ParseFHIRPath, nil
	}
	refused := unsupportedMedia("a patch is a JSON Patch (" + patch.JSONType + ") or a FHIRPath Patch (a Parameters resource as " + fhirJSON + "), in UTF-8").at(where)
	refused.header = http.Header{"Accept-Patch": {strings.Join(patchTypes, ", ")}}
	return nil, refused
}
