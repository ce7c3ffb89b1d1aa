package api

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// A search over several types shows of each what the scopes give of it, and of
// types without a scope nothing, whatever types it lists.
func TestLeak04RandomTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t).fullOf()
	types := []string{}
	for _, h := range slices.Concat(around, ofNobody) {
		if !slices.Contains(types, h.typ()) {
			types = append(types, h.typ())
		}
	}
	random := rand.New(rand.NewPCG(4, 6))
	some := func(most int) []string {
		order := random.Perm(len(types))[:1+random.IntN(most)]
		var chosen []string
		for _, i := range order {
			chosen = append(chosen, types[i])
		}
		return chosen
	}
	found, refused := 0, 0
	for range 25 {
		granted, asked := some(len(types)), some(6)
		var scopes []string
		for _, typ := range granted {
			scopes = append(scopes, "patient/"+typ+".rs")
		}
		token := w.token(strings.Join(append(scopes, "patient/Slot.r", "patient/Flag.r"), " "), "Patient/a")
		grants := func(typ string) bool { return slices.Contains(granted, typ) }
		want := slices.DeleteFunc(reached("a", "s", grants), func(key string) bool {
			typ, _, _ := strings.Cut(key, "/")
			return !slices.Contains(asked, typ)
		})
		path := "/?_type=" + strings.Join(asked, ",")
		if searchable := slices.ContainsFunc(asked, func(typ string) bool { return grants(typ) && couldSearch(typ, grants) }); !searchable {
			w.refusedEverywhere(token, path, http.StatusForbidden)
			refused++
			continue
		}
		w.findsEverywhere(token, path, want...)
		found += len(want)
	}
	if found < 30 || refused < 3 {
		t.Errorf("only %d found and %d refused", found, refused)
	}
}

// couldSearch tells whether a grant for some types leaves anything to search of a
// type at all, whatever data there are.
func couldSearch(typ string, grants func(string) bool) bool {
	for _, h := range slices.Concat(around, ofNobody) {
		if h.typ() == typ && h.gives("s", grants) {
			return true
		}
	}
	// What may have other ways to be visible than these data have.
	return false
}

// The system as a whole, and a patient's compartment, are no ways around.
func TestLeak04WholeSystemAndCompartments(t *testing.T) {
	t.Parallel()
	w := newWorld(t).fullOf()
	own := w.token("patient/*.rs", "Patient/a")
	w.findsEverywhere(own, "/?_lastUpdated=gt2020", reached("a", "s", anyType)...)
	w.findsEverywhere(w.token("patient/Observation.rs patient/Patient.r", "Patient/a"), "/?_lastUpdated=gt2020", "Observation/a-lab", "Observation/a-vital")
	w.findsEverywhere(own, "/?_type=Patient,Observation,Group,Person,AuditEvent,Binary&_id=a,b,a-vital,b-vital,a-group,a-person,a-record,a-attached", "Observation/a-vital", "Patient/a")
	w.refusedEverywhere(own, "/?_type=Group,Person,AuditEvent,Binary,Subscription", http.StatusForbidden)
	all := w.all()
	w.findsEverywhere(all, "/?_type=Group,Person", "Group/a-group", "Group/b-group", "Person/a-person", "Person/b-person")
	inChart := []string{"CareTeam/b-team", "DocumentReference/b-document", "Encounter/b-visit", "List/b-list", "MedicationRequest/b-order",
		"Observation/b-lab", "Observation/b-vital", "RelatedPerson/b-mother"} // by R4's definition
	bs := w.token("patient/*.rs", "Patient/b")
	for path, want := range map[string][]string{
		"/Patient/b/Observation":          {"Observation/b-lab", "Observation/b-vital"},
		"/Patient/b/MedicationRequest":    {"MedicationRequest/b-order"},
		"/Patient/b/CareTeam":             {"CareTeam/b-team"},
		"/RelatedPerson/b-mother/Patient": nil,
		"/Encounter/b-visit/Observation":  {"Observation/b-vital"},
		"/Device/b-device/Observation":    {"Observation/b-vital"},
	} {
		w.findsEverywhere(own, path+"?_lastUpdated=gt2020")
		w.findsEverywhere(bs, path+"?_lastUpdated=gt2020", want...)
	}
	w.findsEverywhere(own, "/Patient/b/*?_lastUpdated=gt2020")
	w.findsEverywhere(bs, "/Patient/b/*?_lastUpdated=gt2020", inChart...)
	w.findsEverywhere(own, "/Practitioner/doc/Observation?_lastUpdated=gt2020", "Observation/a-vital")
	w.findsEverywhere(all, "/Practitioner/doc/Observation?_lastUpdated=gt2020", "Observation/a-vital", "Observation/b-vital")
	// A compartment that is hidden is as one that is not there.
	w.same("a hidden compartment", w.get(own, "/Patient/b/Observation?code:text=x&_total=none"), renamedIn(w.get(own, "/Patient/n/Observation?code:text=x&_total=none"), "/Patient/n/", "/Patient/b/"))
}

// renamedIn is a reply in which a text stands for another.
func renamedIn(got reply, old, text string) reply {
	got.body = strings.ReplaceAll(got.body, old, text)
	return got
}
