package smart

// smartConfiguration is the document by which SMART apps discover the server
// (conformance.html#using-well-known).
type smartConfiguration struct {
	metadata
	ManagementEndpoint string   `json:"management_endpoint"`
	Capabilities       []string `json:"capabilities"`
}

// capabilities are those of SMART App Launch 2.2 (conformance.html#capabilities) but
// for smart-app-state.
var capabilities = []string{
	"launch-ehr", "launch-standalone",
	"authorize-post",
	"client-public", "client-confidential-symmetric", "client-confidential-asymmetric",
	"sso-openid-connect",
	"context-banner", "context-style",
	"context-ehr-patient", "context-ehr-encounter",
	"context-standalone-patient", "context-standalone-encounter",
	"permission-offline", "permission-online", "permission-patient", "permission-user",
	"permission-v1", "permission-v2",
}

// newSMARTConfiguration is the document of a server. Of grant types and of methods of
// authentication it has those that SMART has words for (conformance.html#metadata): for
// refresh tokens and public clients there are capabilities.
func newSMARTConfiguration(u URLs, f Features) smartConfiguration {
	m := newMetadata(u, f)
	m.GrantTypes = []string{"authorization_code", "client_credentials"}
	m.TokenAuthMethods = confidential
	return smartConfiguration{metadata: m, ManagementEndpoint: u.Management, Capabilities: capabilities}
}
