package api

import (
	"encoding/json"
	"testing"
)

// What is said of security is what is configured.
func TestMetadataSecurity(t *testing.T) {
	service := `"service":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/restful-security-service","code":"SMART-on-FHIR","display":"SMART-on-FHIR"}]}],"description":"Every request but this one needs an access token with SMART scopes."}`
	uri := func(name string) string {
		return `{"url":"` + name + `","valueUri":"https://h/x/auth/` + name + `"}`
	}
	all := &OAuthURIs{
		Authorize: "https://h/x/auth/authorize", Token: "https://h/x/auth/token", Introspect: "https://h/x/auth/introspect",
		Revoke: "https://h/x/auth/revoke", Register: "https://h/x/auth/register", Manage: "https://h/x/auth/manage",
	}
	extension := func(uris string) string {
		return `{"extension":[{"extension":[` + uris + `],"url":"http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"}],"cors":true,` + service
	}
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"everything": {func(c *Config) { c.OAuth, c.Origins = all, twoApps },
			extension(uri("authorize") + `,` + uri("token") + `,` + uri("introspect") + `,` + uri("revoke") + `,` + uri("register") + `,` + uri("manage"))},
		"no registration": {func(c *Config) {
			c.OAuth, c.Origins = &OAuthURIs{Authorize: all.Authorize, Token: all.Token}, twoApps
		}, extension(uri("authorize") + `,` + uri("token"))},
		"tokens alone": {func(*Config) {}, `{"cors":false,` + service},
		"off":          {func(c *Config) { c.AuthOff, c.OAuth, c.Origins = true, all, twoApps }, ``},
	} {
		w := newWorld(t, c.change)
		var statement struct {
			Rest []struct{ Security json.RawMessage }
		}
		w.must(json.Unmarshal([]byte(w.get("", "/metadata").body), &statement))
		if got := string(statement.Rest[0].Security); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}
