package api

import (
	"net/http"
	"testing"
)

// `_list` asks a List, which must be visible by s; what it lists is still narrowed. A
// Group, whose members are other people, is nobody's under a patient.
func TestLeak26ListsAndGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t).fullOf()
	w.add(`{"resourceType":"List","id":"retired","status":"retired","mode":"working","subject":{"reference":"Patient/a"},"entry":[{"item":{"reference":"Observation/a-lab"}}]}`)
	for _, c := range []struct {
		scopes, patient, path string
		want                  []string
	}{
		{"patient/*.rs", "a", "/Observation?_list=a-list", []string{"Observation/a-vital"}}, // of b's too
		{"patient/*.rs", "b", "/Observation?_list=a-list", nil},
		{"patient/*.rs", "a", "/Observation?_list=b-list", nil}, // which lists a's
		{"patient/*.rs", "a", "/Observation?_list=a-list,b-list,none", []string{"Observation/a-vital"}},
		{"patient/*.rs", "a", "/Observation?_list=retired", []string{"Observation/a-lab"}},
		{"patient/Observation.rs patient/List.rs?status=current", "a", "/Observation?_list=retired", nil},
		{"patient/Observation.rs patient/List.r", "a", "/Observation?_list=a-list", nil},
		{"patient/Observation.rs", "a", "/Observation?_list=a-list", nil},
		{"patient/Observation.rs patient/List.s", "a", "/Observation?_list=a-list", []string{"Observation/a-vital"}},
		{"patient/Observation.rs?category=laboratory patient/List.s", "a", "/Observation?_list=a-list", nil},
		{"patient/*.rs", "a", "/Observation?_has:List:item:_id=b-list", nil},
		{"patient/*.rs", "a", "/List?item=Observation/b-vital", []string{"List/a-list"}}, // what one's own List says
		{"patient/*.rs", "a", "/Patient?_has:Group:member:_id=a-group", nil},
		{"patient/*.rs", "a", "/Patient?_has:Group:member:actual=true", nil},
		{"patient/*.rs", "a", "/Patient?_id=a&_revinclude=Group:member", []string{"Patient/a"}},
		{"patient/*.rs", "a", "/Observation?subject:Group.actual=true", nil},
	} {
		w.findsEverywhere(w.token(c.scopes, "Patient/"+c.patient), c.path, c.want...)
	}
	all := w.all()
	w.findsEverywhere(all, "/Observation?_list=a-list", "Observation/a-vital", "Observation/b-vital")
	w.findsEverywhere(all, "/Observation?_list=b-list", "Observation/a-vital", "Observation/b-vital")
	w.findsEverywhere(all, "/Patient?_has:Group:member:_id=a-group", "Patient/a", "Patient/b")
	w.findsEverywhere(all, "/Patient?_id=a&_revinclude=Group:member", "Patient/a", "include Group/a-group", "include Group/b-group")
	w.findsEverywhere(all, "/Patient/a/Group?_lastUpdated=gt2020", "Group/a-group", "Group/b-group")
	for scopes, token := range map[string]string{
		"patient/*.cruds": w.token("patient/*.cruds", "Patient/a"),
		"patient/Group":   w.token("patient/Group.cruds patient/Patient.cruds", "Patient/a"),
		"RelatedPerson":   w.token("user/*.cruds", "RelatedPerson/a-mother"),
		"Patient":         w.asUser("user/*.cruds", "Patient/a"),
	} {
		w.refusedEverywhere(token, "/Group?_id=a-group&member=Patient/a", http.StatusForbidden)
		for _, c := range [][3]string{{"GET", "/Group/a-group"}, {"GET", "/Group/a-group/_history"}, {"GET", "/Group/a-group/_history/1"}, {"DELETE", "/Group/a-group"},
			{"PUT", "/Group/a-group", `{"resourceType":"Group","id":"a-group"}`}, {"POST", "/Group", `{"resourceType":"Group","member":[{"entity":{"reference":"Patient/a"}}]}`}} {
			if got := w.send(token, c[0], c[1], c[2]); got.status != http.StatusForbidden {
				t.Errorf("%s %s with %s: %d", c[0], c[1], scopes, got.status)
			}
		}
	}
	// A hidden List is as none.
	own := w.token("patient/*.rs", "Patient/a")
	w.same("a hidden list", w.get(own, "/Observation?_list=b-list"), renamedIn(w.get(own, "/Observation?_list=n-list"), "n-list", "b-list"))
	w.same("a hidden list in a compartment", w.get(own, "/Patient/a/Observation?_list=b-list"), renamedIn(w.get(own, "/Patient/a/Observation?_list=n-list"), "n-list", "b-list"))
}
