package page

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// fields are the names of what a page's forms may send, each once, in order; a
// button is its name and value.
func fields(doc *html.Node) string {
	var names []string
	for _, n := range all(all(doc, "main")[0], "input", "select", "textarea", "button") {
		name := attribute(n, "name")
		if n.Data == "button" && name != "" {
			name += "=" + attribute(n, "value")
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

func TestFields(t *testing.T) {
	want := map[string]string{
		"login":              "csrf request name password",
		"login-refused":      "csrf request name password",
		"welcome":            "csrf request name password",
		"patientpicker":      "request q csrf patient=amara-okafor patient=chidi-okafor patient=walter-brandt decision=deny",
		"patientpicker-none": "q csrf request decision=deny",
		"contextpicker":      "csrf request encounter=e1 encounter=e2 encounter= decision=deny",
		"consent-unverified": "csrf request scope remember decision=allow decision=deny",
		"apps":               "csrf request grant=g1 grant=g2 forget=growth-chart forget=x-17",
		"launch": "csrf request client_id user q patient encounter location intent tenant fhir_context need_patient_banner smart_style " +
			"mode=tab mode=frame",
		"playground":  "scope user patient client_id q",
		"registryapp": "csrf request do=rotate do=remove",
		"registration": "csrf request client_name client_uri logo_uri policy_uri tos_uri contacts redirect_uris launch_uri origins " +
			"token_endpoint_auth_method jwks_uri jwks grant_types scope introspection",
		"users": "csrf request name link do=link password do=password do=unlink do=disable do=remove do=enable role display_name fhir_user do=invite do=add",
		"form":  "csrf request",
	}
	for _, s := range samples() {
		if names, ok := want[s.name]; ok {
			if got := fields(parse(t, render(t, s.show))); got != names {
				t.Errorf("%s: %s\nwant %s", s.name, got, names)
			}
		}
	}
}

// Each demonstration account is a form of its own, with its name and password.
func TestDemoAccounts(t *testing.T) {
	m := sampleLogin()
	forms := all(parse(t, render(t, named("login").show)), "form")
	if len(forms) != 1+len(m.Demo) {
		t.Fatalf("%d forms", len(forms))
	}
	for i, d := range m.Demo {
		form := forms[i+1]
		got := map[string]string{}
		for _, n := range all(form, "input") {
			got[attribute(n, "name")] = attribute(n, "value")
		}
		if got[FieldName] != d.Name || got[FieldPassword] != d.Password || got["request"] != "r1" || attribute(form, "action") != "/login" ||
			!strings.HasPrefix(text(form), d.Label+" "+d.Role) && !strings.HasPrefix(text(form), d.Label+d.Role) {
			t.Errorf("%s: %v %q", d.Name, got, text(form))
		}
	}
}

func TestProblemIsSaidOnTheField(t *testing.T) {
	doc := parse(t, render(t, named("registration").show))
	for _, n := range all(doc, "input", "textarea") {
		if invalid := has(n, "aria-invalid"); invalid != (attribute(n, "name") == FieldRedirectURIs) {
			t.Errorf("%s: invalid is %v", attribute(n, "name"), invalid)
		}
	}
	alerts := 0
	for n := range doc.Descendants() {
		if attribute(n, "role") == "alert" {
			alerts++
		}
	}
	if alerts != 1 {
		t.Errorf("%d alerts", alerts)
	}
}

func named(name string) sample {
	list := samples()
	return list[slices.IndexFunc(list, func(s sample) bool { return s.name == name })]
}

func TestTabsAreLaunchedApart(t *testing.T) {
	doc := parse(t, render(t, named("launch").show))
	form := all(all(doc, "main")[0], "form")[0]
	if attribute(form, "rel") != "noopener" {
		t.Error("the app's tab could reach the simulator's")
	}
	for _, b := range all(form, "button") {
		switch attribute(b, "value") {
		case ModeTab:
			if attribute(b, "formtarget") != "_blank" {
				t.Error("it opens no tab")
			}
		case ModeFrame:
			if has(b, "formtarget") {
				t.Error("the frame opens a tab")
			}
		default:
			if attribute(b, "formmethod") != "get" || attribute(b, "formaction") != "/launch" {
				t.Errorf("%v", b.Attr)
			}
		}
	}
}

// The simulator shows whose record it is unless the app was told to.
func TestPatientBanner(t *testing.T) {
	for needed, want := range map[bool]bool{true: false, false: true} {
		m := LaunchFrame{App: vitals, URL: "https://growth.example.org/launch", Patient: &people[0], Banner: needed}
		doc := parse(t, render(t, func(p *Pages, w http.ResponseWriter) { p.LaunchFrame(w, 200, m) }))
		if got := strings.Contains(text(all(doc, "main")[0]), "Amara Okafor"); got != want {
			t.Errorf("need_patient_banner %v: it is shown: %v", needed, got)
		}
		if frames := all(doc, "iframe"); len(frames) != 1 || attribute(frames[0], "src") != m.URL || strings.Contains(attribute(frames[0], "sandbox"), "top-navigation") {
			t.Error("the frame is not the app's")
		}
	}
}

func TestRetryAfter(t *testing.T) {
	if w := render(t, named("login-refused").show); w.Header().Get("Retry-After") != "61" || !strings.Contains(w.Body.String(), "Try again in 2 minutes.") {
		t.Errorf("%v", w.Header())
	}
	if w := render(t, named("login").show); w.Header().Get("Retry-After") != "" || strings.Contains(w.Body.String(), "Try again") {
		t.Errorf("%v", w.Header())
	}
}

func TestWait(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 seconds", 400 * time.Millisecond: "1 second", 59 * time.Second: "59 seconds", time.Minute: "1 minute", 61 * time.Second: "2 minutes"} {
		if got := wait(d); got != want {
			t.Errorf("%s: %s", d, got)
		}
	}
}
