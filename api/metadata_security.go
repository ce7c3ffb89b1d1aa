package api

import (
	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// OAuthURIs are the absolute URLs of the authorization server's endpoints. What it has
// not is "".
type OAuthURIs struct {
	Authorize, Token, Introspect, Revoke, Register, Manage string
}

// The extension by which SMART told of them before there was smart-configuration, and
// older apps read still (conformance.html#using-well-known).
const oauthURIs = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"

// security says how requests are let in; nil if all are.
func security(config Config) *fhir.CapabilityStatementRestSecurity {
	if config.AuthOff {
		return nil
	}
	system, code, display := "http://terminology.hl7.org/CodeSystem/restful-security-service", "SMART-on-FHIR", "SMART-on-FHIR"
	text := "Every request but this one needs an access token with SMART scopes."
	shared := config.Origins != nil
	secured := &fhir.CapabilityStatementRestSecurity{
		Cors:        &shared,
		Service:     []fhir.CodeableConcept{{Coding: []fhir.Coding{{System: &system, Code: &code, Display: &display}}}},
		Description: &text,
	}
	if config.OAuth != nil {
		secured.Extension = []fhir.Extension{config.OAuth.extension()}
	}
	return secured
}

// extension holds what there is.
func (u OAuthURIs) extension() fhir.Extension {
	whole := fhir.Extension{Url: oauthURIs}
	for _, one := range []struct{ name, uri string }{
		{"authorize", u.Authorize}, {"token", u.Token}, {"introspect", u.Introspect},
		{"revoke", u.Revoke}, {"register", u.Register}, {"manage", u.Manage},
	} {
		if one.uri != "" {
			whole.Extension = append(whole.Extension, fhir.Extension{Url: one.name, ValueUri: &one.uri})
		}
	}
	return whole
}
