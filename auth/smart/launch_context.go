package smart

import (
	"context"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/granary-fhir/granary/auth"
	"github.com/granary-fhir/granary/auth/client"
	"github.com/granary-fhir/granary/auth/oauth"
	"github.com/granary-fhir/granary/auth/page"
	"github.com/granary-fhir/granary/store"
)

// launchOf is the launch that the form describes, of what the user may see.
func (s *Server) launchOf(v *visit, app client.Client) (auth.EHRLaunch, error) {
	text := func(name string) string { return strings.TrimSpace(v.form.Get(name)) }
	launch := auth.EHRLaunch{Client: app.ID, Session: v.session.ID, Patient: text(page.FieldPatient), Embedded: text(page.FieldMode) == page.ModeFrame}
	launch.Encounter = text(page.FieldEncounter)
	launch.Intent, launch.Tenant = text(page.FieldIntent), text(page.FieldTenant)
	launch.Banner, launch.Style = v.form.Has(page.FieldBanner), v.form.Has(page.FieldStyle)
	for field, value := range map[string]string{page.FieldIntent: launch.Intent, page.FieldTenant: launch.Tenant} {
		if len(value) > maxHint || !utf8.ValidString(value) {
			return launch, wrongLaunch(field, "it is too long for one word or identifier")
		}
	}
	if location := text(page.FieldLocation); location != "" {
		launch.FHIRContext = append(launch.FHIRContext, auth.Context{Reference: "Location/" + location})
	}
	further, err := furtherContext(v.form.Get(page.FieldContext))
	if err != nil {
		return launch, err
	}
	launch.FHIRContext = append(launch.FHIRContext, further...)
	return launch, s.checkLaunch(v.Context(), &flow{account: v.account}, launch)
}

// maxHint is how long an intent or a tenant may be, and how many resources a launch may
// name.
const (
	maxHint    = 200
	maxFurther = 20
)

func wrongLaunch(field, reason string) error {
	return oauth.Refuse(oauth.InvalidRequest, field+": "+reason)
}

// furtherContext reads what else a launch is about: on each line a reference, and
// perhaps a role (scopes-and-launch-context.html#fhircontext-exp).
func furtherContext(text string) ([]auth.Context, error) {
	var items []auth.Context
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		item := auth.Context{Reference: words[0]}
		if len(words) > 1 {
			item.Role = words[1]
		}
		if err := checkContext(item); err != nil || len(words) > 2 {
			return nil, wrongLaunch(page.FieldContext, "each line is a reference like ImagingStudy/1, and perhaps a role that is an absolute URI; "+
				"Patient and Encounter are chosen above, and stand here with a role of their own only")
		}
		items = append(items, item)
	}
	if len(items) > maxFurther {
		return nil, wrongLaunch(page.FieldContext, "that are too many resources")
	}
	return items, nil
}

// checkContext holds an item to what may be in fhirContext. The one role that SMART
// defines itself is `launch`, which is what Patient and Encounter have as parameters.
func checkContext(item auth.Context) error {
	typ, id, _ := strings.Cut(item.Reference, "/")
	role, err := url.Parse(item.Role)
	switch {
	case !store.ValidID(id), err != nil, item.Role != "" && item.Role != "launch" && !role.IsAbs():
	case (typ == "Patient" || typ == "Encounter") && (item.Role == "" || item.Role == "launch"):
	default:
		return nil
	}
	return wrongLaunch(page.FieldContext, item.Reference)
}

// checkLaunch refuses a launch with something that its user may not see, or with an
// encounter of somebody else.
func (s *Server) checkLaunch(ctx context.Context, f *flow, launch auth.EHRLaunch) error {
	if launch.Encounter != "" && launch.Patient == "" {
		return wrongLaunch(page.FieldEncounter, "it needs the patient whose encounter it is")
	}
	if err := s.mayPick(ctx, f, "Patient", launch.Patient); err != nil {
		return err
	}
	f.request.Patient = choice{true, launch.Patient}
	if err := s.mayPick(ctx, f, "Encounter", launch.Encounter); err != nil {
		return err
	}
	return s.mayUse(ctx, f, launch.FHIRContext)
}

// mayUse refuses further context that the user may not see. Whose an encounter is that
// has a role of its own is not asked.
func (s *Server) mayUse(ctx context.Context, f *flow, items []auth.Context) error {
	anyPatient := &flow{account: f.account}
	for _, item := range items {
		typ, id, _ := strings.Cut(item.Reference, "/")
		if err := s.mayPick(ctx, anyPatient, typ, id); err != nil {
			return err
		}
	}
	return nil
}
