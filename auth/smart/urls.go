package smart

import (
	"net/url"
	"strings"
)

// The paths of the documents by which the server is discovered.
const (
	smartConfigurationPath  = "/.well-known/smart-configuration"
	openIDConfigurationPath = "/.well-known/openid-configuration"
	oauthServerPath         = "/.well-known/oauth-authorization-server"
)

// URLs are the absolute URLs of everything that clients and users are sent to. All are
// made from one base, and from nothing that a request says (auth-checklist.md, 47).
type URLs struct {
	Base       string // without a slash at the end: "https://ehr.example.org"
	FHIR       string // the FHIR base URL, and the audience of an authorization request
	Issuer     string
	Authorize  string
	Token      string
	Introspect string
	Revoke     string
	Register   string
	UserInfo   string
	JWKS       string
	Management string // where users see and revoke what they granted
	Launch     string // the EHR launch simulator
}

// NewURLs are the URLs below a base: an absolute http or https URL without query and
// fragment.
func NewURLs(base string) URLs {
	base = strings.TrimRight(base, "/")
	return URLs{
		Base:       base,
		FHIR:       base + "/fhir",
		Issuer:     base,
		Authorize:  base + "/auth/authorize",
		Token:      base + "/auth/token",
		Introspect: base + "/auth/introspect",
		Revoke:     base + "/auth/revoke",
		Register:   base + "/auth/register",
		UserInfo:   base + "/auth/userinfo",
		JWKS:       base + "/auth/jwks",
		Management: base + "/apps",
		Launch:     base + "/launch",
	}
}

// Path is the path of the base as clients write it: "" or as in "/granary". It stands
// in front of every path in a page and of a cookie; a proxy takes it away.
func (u URLs) Path() string {
	parsed, err := url.Parse(u.Base)
	if err != nil {
		return ""
	}
	return parsed.EscapedPath()
}

// smartConfigurationPaths are where a SMART client looks: below the FHIR base, and, of
// a client that was given the host alone, below that.
func (u URLs) smartConfigurationPaths() []string {
	return []string{"/fhir" + smartConfigurationPath, smartConfigurationPath}
}

// openIDConfigurationPaths are where a client looks that knows the issuer: below it
// (OpenID Connect Discovery, 4), and for an issuer with a path also in front of that
// (RFC 8414, 3.1).
func (u URLs) openIDConfigurationPaths() []string {
	paths := []string{openIDConfigurationPath, oauthServerPath}
	if path := u.Path(); path != "" {
		paths = append(paths, openIDConfigurationPath+path, oauthServerPath+path)
	}
	return paths
}
