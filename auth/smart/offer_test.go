package smart

import (
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/scope"
	"github.com/granary-fhir/granary/auth/user"
)

// leftOut are the scopes that a consent page says are left out, with the reasons.
func (b *browser) leftOut(r response) map[string]string {
	b.Helper()
	out := map[string]string{}
	names, reasons := b.texts(r, "dt"), b.texts(r, "dd")
	for i, name := range names {
		out[name] = reasons[i]
	}
	return out
}

// Of what is asked for an app gets what it is registered for, what the role may grant,
// and what there is to be had; consent says what is left out, and why.
func TestAuth16GrantedWithinAskedRegisteredAndRole(t *testing.T) {
	roles := func(c *Config) {
		patients, _ := c.Language.ParseBounds("openid fhirUser offline_access launch launch/patient patient/*.rs patient/Observation.cruds user/*.rs")
		c.Roles = map[user.Role]scope.Bounds{user.Patient: patients}
	}
	const registered, role = "the app is not registered for it", "a user of the role patient may not grant it"
	for name, c := range map[string]struct {
		app     func(*client.Client)
		asked   string
		granted string
		left    map[string]string
		roles   func(*Config)
		asWhom  string
		nothing bool
	}{
		"registered scopes": {
			app:     withScopesOf("openid patient/Patient.rs patient/Observation.rs?category=vital-signs"),
			asked:   "openid fhirUser patient/Patient.cruds patient/Observation.rs patient/Condition.rs user/Patient.rs",
			granted: "openid patient/Patient.rs patient/Observation.rs?category=vital-signs",
			left:    map[string]string{"fhirUser": registered, "patient/Condition.rs": registered, "user/Patient.rs": registered},
		},
		"a parameter is not dropped": {
			app:     withScopesOf("patient/Observation.rs?category=vital-signs"),
			asked:   "patient/Observation.rs?category=laboratory",
			granted: "patient/Observation.rs?category=laboratory&category=vital-signs",
		},
		"role": {
			roles: roles, asked: "openid patient/*.cruds patient/Condition.c user/Patient.u",
			granted: "openid patient/*.rs patient/Observation.cruds",
			left:    map[string]string{"patient/Condition.c": role, "user/Patient.u": role},
		},
		"role of another user": {
			roles: roles, asWhom: "root", asked: "openid user/Patient.u", granted: "openid user/Patient.u",
		},
		"system scopes": {
			asked: "openid system/Patient.rs", granted: "openid",
			left: map[string]string{"system/Patient.rs": "system/ scopes are for backend services, which have no user: ask for user/ or patient/"},
		},
		"launch without one": {
			asked: "openid launch", granted: "openid", left: map[string]string{"launch": "the app was not launched from a health record"},
		},
		"lasting access of an app without refresh_token": {
			app:   func(c *client.Client) { c.GrantTypes = []string{client.AuthorizationCode} },
			asked: "openid offline_access online_access", granted: "openid",
			left: map[string]string{"offline_access": "the app is not registered for refresh_token", "online_access": "the app is not registered for refresh_token"},
		},
		"introspection": {
			asked: "openid __introspect", granted: "openid", left: map[string]string{"__introspect": "the app is not registered for introspection"},
		},
		"identity without openid": {
			asked: "fhirUser profile user/Patient.rs", granted: "user/Patient.rs",
			left: map[string]string{"fhirUser": "it says nothing without openid", "profile": "it says nothing without openid"},
		},
		"what is no scope": {
			asked:   "openid patient/Nothing.rs patient/Patient.sr email",
			granted: "openid",
			left:    map[string]string{"patient/Nothing.rs": `"Nothing" is not a resource type of FHIR R4, nor *`, "patient/Patient.sr": "", "email": ""},
		},
		"operations within what is registered": {
			app:     withScopesOf("patient/*.rs user/Observation.$lastn"),
			asked:   everythingURL + " patient/Observation.$meta user/*.$lastn user/Observation.rs patient/Patient.$match patient/Patient.$everything?start=2020",
			granted: everythingURL + " patient/Observation.$meta user/*.$lastn",
			left:    map[string]string{"user/Observation.rs": registered, "patient/Patient.$match": "", "patient/Patient.$everything?start=2020": ""},
		},
		"operations beyond what is registered": {
			app:     withScopesOf("patient/*.rs?_tag=x patient/Patient.$everything"),
			asked:   "patient/*.$everything patient/DocumentReference.$docref patient/Patient.rs",
			granted: "patient/Patient.$everything patient/Patient.rs?_tag=x",
			left:    map[string]string{"patient/DocumentReference.$docref": registered},
		},
		"operations within the role": {
			roles: roles, asked: "patient/Patient.$everything user/*.$meta patient/Condition.$validate patient/Observation.$validate",
			granted: "patient/Patient.$everything user/*.$meta patient/Condition.$validate patient/Observation.$validate",
		},
		"operations beyond the role": {
			roles: func(c *Config) {
				patients, _ := c.Language.ParseBounds("openid patient/Observation.rs")
				c.Roles = map[user.Role]scope.Bounds{user.Patient: patients}
			},
			asked: "openid patient/Patient.$everything patient/*.$meta", granted: "openid patient/Observation.$meta",
			left: map[string]string{"patient/Patient.$everything": role},
		},
		"nothing that may be had": {asked: "system/*.rs launch", nothing: true},
		"nothing registered":      {app: withScopesOf("openid"), asked: "patient/*.rs", nothing: true},
	} {
		t.Run(name, func(t *testing.T) {
			var change []func(*Config)
			if c.roles != nil {
				change = append(change, c.roles)
			}
			w := newWorld(t, change...)
			if c.app == nil {
				c.app = func(*client.Client) {}
			}
			app, _ := w.app(c.app)
			if c.asWhom == "" {
				c.asWhom = "amara"
			}
			b := w.user(c.asWhom)
			page := b.authorize(w.asking(app, c.asked))
			if c.nothing {
				if code, description := b.refused(page); code != "invalid_scope" || !strings.Contains(description, "scope '") {
					t.Errorf("%s %s", code, description)
				}
				return
			}
			left := b.leftOut(page)
			for one, reason := range c.left {
				if got, ok := left[one]; !ok || reason != "" && got != reason || got == "" {
					t.Errorf("%s is left out since %q, not since %q", one, got, reason)
				}
			}
			if len(left) != len(c.left) {
				t.Errorf("left out: %v", left)
			}
			got := w.tokens(w.redeem(app, b.code(b.allow(page))))
			if !sameScopes(got.Scope, c.granted) {
				t.Errorf("granted %s", got.Scope)
			}
		})
	}
}

func withScopesOf(scopes string) func(*client.Client) {
	return func(c *client.Client) { c.Scopes = scopes }
}

// sameScopes compares lists in any order.
func sameScopes(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// What cannot be compiled is left out before the code is made, and the answer says what
// was granted; where nothing remains there is no code.
func TestAuth17CompiledBeforeIssued(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app()
	b := w.user("amara")
	const bad = "patient/Observation.rs?no-such-parameter=1"
	page := b.authorize(w.asking(app, "patient/Patient.rs "+bad))
	if left := b.leftOut(page); len(left) != 1 || left[bad] == "" {
		t.Errorf("%v", left)
	}
	if offered := b.form(page, "/auth/consent").fields["scope"]; !slices.Equal(offered, []string{"patient/Patient.rs"}) {
		t.Errorf("%v", offered)
	}
	got := w.tokens(w.redeem(app, b.code(b.allow(page))))
	if got.Scope != "patient/Patient.rs" {
		t.Errorf("%s", got.Scope)
	}
	caller, err := w.Tokens.Authenticate(t.Context(), got.AccessToken)
	w.must(err)
	if caller.Grant.Scopes != got.Scope || caller.Policy.Allows('r', "Observation") || !caller.Policy.Allows('r', "Patient") {
		t.Errorf("%+v", caller.Grant)
	}
	if code, description := b.refused(b.authorize(w.asking(app, bad))); code != "invalid_scope" || !strings.Contains(description, "no-such-parameter") {
		t.Errorf("%s %s", code, description)
	}
	// Scopes of SMART v1 are answered in v1 (scopes-and-launch-context.html#scopes-for-requesting-fhir-resources).
	if got := w.granted(app, "amara", "patient/Observation.read patient/*.read"); got.Scope != "patient/Observation.read patient/*.read" {
		t.Errorf("%s", got.Scope)
	}
}
