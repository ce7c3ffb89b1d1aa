package smart

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth/scope"
)

const scopesListed = `["openid","fhirUser","profile","launch","launch/patient","launch/encounter","launch/location","offline_access","online_access","__introspect",` +
	`"patient/*.cruds","patient/*.rs","patient/*.*","patient/*.read","patient/*.write",` +
	`"user/*.cruds","user/*.rs","user/*.*","user/*.read","user/*.write",` +
	`"system/*.cruds","system/*.rs","system/*.*","system/*.read","system/*.write",` +
	`"http://hl7.org/fhir/OperationDefinition/Patient-everything","http://hl7.org/fhir/OperationDefinition/Encounter-everything","http://hl7.org/fhir/us/core/OperationDefinition/docref",` +
	`"http://hl7.org/fhir/OperationDefinition/Observation-lastn","http://hl7.org/fhir/OperationDefinition/Resource-meta","http://hl7.org/fhir/OperationDefinition/Resource-validate",` +
	`"patient/Patient.$everything","patient/Encounter.$everything","patient/DocumentReference.$docref","patient/Observation.$lastn","patient/*.$meta","patient/*.$validate",` +
	`"user/Patient.$everything","user/Encounter.$everything","user/DocumentReference.$docref","user/Observation.$lastn","user/*.$meta","user/*.$validate",` +
	`"system/Patient.$everything","system/Encounter.$everything","system/DocumentReference.$docref","system/Observation.$lastn","system/*.$meta","system/*.$validate"]`

const endpointsListed = `"introspection_endpoint":"https://h/x/auth/introspect","introspection_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","private_key_jwt","Bearer"],"introspection_endpoint_auth_signing_alg_values_supported":["RS384","ES384"],` +
	`"revocation_endpoint":"https://h/x/auth/revoke","revocation_endpoint_auth_methods_supported":["none","client_secret_basic","client_secret_post","private_key_jwt"],"revocation_endpoint_auth_signing_alg_values_supported":["RS384","ES384"],` +
	`"authorization_response_iss_parameter_supported":true,`

func text(t *testing.T, document any) string {
	t.Helper()
	body, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func is(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestAuth47SMARTConfiguration(t *testing.T) {
	is(t, text(t, newSMARTConfiguration(NewURLs("https://h/x"), Features{Registration: true})),
		`{"issuer":"https://h/x","authorization_endpoint":"https://h/x/auth/authorize","token_endpoint":"https://h/x/auth/token","jwks_uri":"https://h/x/auth/jwks","registration_endpoint":"https://h/x/auth/register",`+
			`"scopes_supported":`+scopesListed+`,"response_types_supported":["code"],"response_modes_supported":["query"],"grant_types_supported":["authorization_code","client_credentials"],"code_challenge_methods_supported":["S256"],`+
			`"token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","private_key_jwt"],"token_endpoint_auth_signing_alg_values_supported":["RS384","ES384"],`+
			endpointsListed+`"management_endpoint":"https://h/x/apps",`+
			`"capabilities":["launch-ehr","launch-standalone","authorize-post","client-public","client-confidential-symmetric","client-confidential-asymmetric","sso-openid-connect","context-banner","context-style","context-ehr-patient","context-ehr-encounter","context-standalone-patient","context-standalone-encounter","permission-offline","permission-online","permission-patient","permission-user","permission-v1","permission-v2"]}`)
}

func TestAuth47OpenIDConfiguration(t *testing.T) {
	is(t, text(t, newOpenIDConfiguration(NewURLs("https://h/x"), Features{Registration: true})),
		`{"issuer":"https://h/x","authorization_endpoint":"https://h/x/auth/authorize","token_endpoint":"https://h/x/auth/token","jwks_uri":"https://h/x/auth/jwks","registration_endpoint":"https://h/x/auth/register",`+
			`"scopes_supported":`+scopesListed+`,"response_types_supported":["code"],"response_modes_supported":["query"],"grant_types_supported":["authorization_code","refresh_token","client_credentials"],"code_challenge_methods_supported":["S256"],`+
			`"token_endpoint_auth_methods_supported":["none","client_secret_basic","client_secret_post","private_key_jwt"],"token_endpoint_auth_signing_alg_values_supported":["RS384","ES384"],`+
			endpointsListed+`"userinfo_endpoint":"https://h/x/auth/userinfo","subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"],`+
			`"claims_supported":["iss","sub","aud","exp","iat","auth_time","nonce","fhirUser","profile","name"],"request_uri_parameter_supported":false}`)
}

// What a server does not do is not advertised, and what it does beyond SMART is.
func TestAuth47Features(t *testing.T) {
	language, err := scope.NewLanguage([]scope.Custom{{Name: "billing.submit", Description: "Send bills"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, registration := range []bool{false, true} {
		f := Features{Language: language, Registration: registration}
		for _, document := range []string{text(t, newSMARTConfiguration(NewURLs("https://h"), f)), text(t, newOpenIDConfiguration(NewURLs("https://h"), f))} {
			if strings.Contains(document, "registration_endpoint") != registration || !strings.Contains(document, `"billing.submit"`) {
				t.Errorf("%v: %s", registration, document)
			}
		}
	}
}

// Every scope that is listed can be asked for.
func TestAuth47ListedScopesAreKnown(t *testing.T) {
	var listed []string
	if err := json.Unmarshal([]byte(scopesListed), &listed); err != nil {
		t.Fatal(err)
	}
	parsed, refused := scope.ParseList(strings.Join(listed, " "))
	// `*.*` and `*.cruds` are two ways to write one scope, as are `*.read` and `*.rs`, and
	// the URL of an operation and its scope for the patient.
	if len(refused) > 0 || len(parsed) != len(listed)-6-len(scope.Operations()) {
		t.Errorf("%d of %d scopes, refused %v", len(parsed), len(listed), refused)
	}
}

// Every value that is a URL is absolute and below the base, and PKCE is never plain.
func TestAuth47URLsAreAbsolute(t *testing.T) {
	for _, base := range []string{"https://h", "https://h/", "http://127.0.0.1:8080", "https://h:8443/a/b"} {
		u, f := NewURLs(base), Features{Registration: true}
		for _, document := range []any{newSMARTConfiguration(u, f), newOpenIDConfiguration(u, f)} {
			var members map[string]any
			if err := json.Unmarshal([]byte(text(t, document)), &members); err != nil {
				t.Fatal(err)
			}
			urls := 0
			for name, value := range members {
				if !strings.HasSuffix(name, "_endpoint") && !strings.HasSuffix(name, "_uri") && name != "issuer" {
					continue
				}
				urls++
				parsed, err := url.Parse(value.(string))
				if err != nil || !parsed.IsAbs() || !strings.HasPrefix(value.(string), strings.TrimSuffix(base, "/")) || strings.Contains(parsed.Path, "//") {
					t.Errorf("%s: %s is %v", base, name, value)
				}
			}
			if methods := members["code_challenge_methods_supported"].([]any); urls != 8 || len(methods) != 1 || methods[0] != "S256" {
				t.Errorf("%s: %d URLs, %v", base, urls, methods)
			}
		}
	}
}

func TestURLs(t *testing.T) {
	u := NewURLs("https://h/x/")
	want := URLs{"https://h/x", "https://h/x/fhir", "https://h/x", "https://h/x/auth/authorize", "https://h/x/auth/token", "https://h/x/auth/introspect", "https://h/x/auth/revoke",
		"https://h/x/auth/register", "https://h/x/auth/userinfo", "https://h/x/auth/jwks", "https://h/x/apps", "https://h/x/launch"}
	if u != want || u.Path() != "/x" || NewURLs("https://h").Path() != "" {
		t.Errorf("%+v", u)
	}
	if got := u.smartConfigurationPaths(); !slices.Equal(got, []string{"/fhir/.well-known/smart-configuration", "/.well-known/smart-configuration"}) {
		t.Errorf("%v", got)
	}
	for base, paths := range map[string][]string{
		"https://h":   {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"},
		"https://h/x": {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration/x", "/.well-known/oauth-authorization-server/x"},
	} {
		if got := NewURLs(base).openIDConfigurationPaths(); !slices.Equal(got, paths) {
			t.Errorf("%s: %v", base, got)
		}
	}
}
