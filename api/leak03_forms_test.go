package api

import (
	"net/http"
	"strings"
	"testing"
)

// A search by _id is a search: it needs s and not r, and is narrowed like any
// other, however it is sent.
func TestLeak03SearchByID(t *testing.T) {
	t.Parallel()
	w := newWorld(t).fullOf()
	vital := "Observation.rs?category=" + category + "|vital-signs"
	for _, c := range []struct {
		scopes, patient, path string
		want                  []string
	}{
		{"patient/*.rs", "a", "/Observation?_id=a-vital,b-vital,nobodys", []string{"Observation/a-vital"}},
		{"patient/*.rs", "b", "/Observation?_id=a-vital,b-vital,nobodys", []string{"Observation/b-vital"}},
		{"system/Observation.rs", "", "/Observation?_id=a-vital,b-vital,nobodys", []string{"Observation/a-vital", "Observation/b-vital", "Observation/nobodys"}},
		{"patient/Observation.s", "a", "/Observation?_id=a-vital", []string{"Observation/a-vital"}},
		{"patient/Observation.s", "a", "/Observation?_id=b-vital", nil},
		{"patient/" + vital, "a", "/Observation?_id=a-lab", nil},
		{"patient/" + vital, "a", "/Observation?_id=a-vital&status=final", []string{"Observation/a-vital"}},
		{"patient/" + vital, "a", "/Observation?category=laboratory&_id=a-lab", nil}, // it adds to the scope's own
		{"patient/" + vital, "a", "/Observation?category=laboratory,vital-signs&subject=Patient/a,Patient/b", []string{"Observation/a-vital"}},
		{"patient/Observation.rs", "a", "/Observation?category=laboratory,vital-signs&subject=Patient/a,Patient/b", []string{"Observation/a-lab", "Observation/a-vital"}},
		{"patient/Patient.rs", "a", "/Patient?_id=b&gender=female", nil},
		{"patient/Patient.rs", "a", "/Patient?gender=female", []string{"Patient/a"}},
		{"patient/*.rs", "a", "/Medication?_id=a-drug,b-drug,stock", []string{"Medication/a-drug"}},
		{"patient/*.rs", "a", "/Substance?_id=a-agent,b-agent,stock", []string{"Substance/a-agent"}},
		{"patient/*.rs", "a", "/Provenance?_id=a-own,a-mixed,b-own,b-mixed", []string{"Provenance/a-own"}},
		{"system/*.rs", "", "/Provenance?_id=a-own,a-mixed", []string{"Provenance/a-mixed", "Provenance/a-own"}},
		{"patient/*.rs", "a", "/Device?_id=a-device,b-device,spare", []string{"Device/a-device"}},
		{"patient/*.rs", "a", "/Task?_id=a-task,b-task,open", []string{"Task/a-task"}},
		{"patient/*.rs", "a", "/List?_id=a-list,b-list", []string{"List/a-list"}},
		{"patient/*.rs", "a", "/CareTeam?_id=a-team,b-team", []string{"CareTeam/a-team"}},
		{"patient/*.rs", "a", "/RelatedPerson?_id=a-mother,b-mother", []string{"RelatedPerson/a-mother"}},
	} {
		var context []string
		if c.patient != "" {
			context = []string{"Patient/" + c.patient}
		}
		w.findsEverywhere(w.token(c.scopes, context...), c.path, c.want...)
	}
	for scopes, path := range map[string]string{
		"patient/Observation.r":               "/Observation?_id=a-vital",
		"patient/Observation.crud":            "/Observation?_id=a-vital&status=final",
		"patient/Patient.cruds":               "/Observation?_id=a-vital",
		"patient/*.rs":                        "/Group?_id=a-group",
		"patient/Group.rs patient/Patient.rs": "/Group?_id=a-group",
		"patient/*.cruds":                     "/Binary?_id=a-attached",
		"patient/*.rs launch":                 "/AuditEvent?_id=a-record",
		"patient/*.rs openid":                 "/Person?_id=a-person",
		"patient/*.rs offline_access":         "/Subscription?_id=a-feed",
	} {
		w.refusedEverywhere(w.token(scopes, "Patient/a"), path, http.StatusForbidden)
	}
	w.findsEverywhere(w.all(), "/Group?_id=a-group,b-group", "Group/a-group", "Group/b-group")
	w.findsEverywhere(w.all(), "/Binary?_id=a-attached", "Binary/a-attached")
	w.findsEverywhere(w.all(), "/AuditEvent?_id=a-record", "AuditEvent/a-record")
}

// Parameters in URL and body are put together: neither displaces the other, and a
// token in them is refused.
func TestLeak03BothSourcesCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t).fullOf()
	own := w.token("patient/Observation.rs", "Patient/a")
	post := func(token, query, body string) reply {
		return w.send(token, http.MethodPost, "/Observation/_search"+query, body, urlencoded)
	}
	for _, c := range []struct {
		query, body string
		want        []string
	}{
		{"?_id=a-vital", "_id=b-vital", nil},
		{"?_id=b-vital", "_id=a-vital", nil},
		{"?_id=a-vital,b-vital", "_id=b-vital,a-vital", []string{"Observation/a-vital"}},
		{"?patient=b", "", nil},
		{"", "patient=b", nil},
		{"", "patient=a", []string{"Observation/a-lab", "Observation/a-vital"}},
	} {
		got := w.bundle(post(own, c.query, c.body))
		if strings.Join(got.ids(), " ") != strings.Join(c.want, " ") || *got.Total != len(c.want) {
			t.Errorf("%s and %s: %v, total %d, want %v", c.query, c.body, got.ids(), *got.Total, c.want)
		}
	}
	if got := w.bundle(post(w.all(), "?patient=b", "_id=b-vital")).ids(); len(got) != 1 {
		t.Errorf("who sees all finds %v", got)
	}
	for _, got := range []reply{post(own, "", "access_token="+w.all()), post(own, "?access_token="+w.all(), "")} {
		if got.status != http.StatusBadRequest {
			t.Errorf("a token among the parameters: %d %s", got.status, got.body)
		}
	}
}
