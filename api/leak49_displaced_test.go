package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// leaks row 49: whatever a client asks for is asked for beside what the scope says, and
// never instead of it.
func TestLeak49ClientParameterBeside(t *testing.T) {
	w := crossWorld(t, newWorld(t))
	token := w.token("patient/Observation.rs?category=laboratory&status=final patient/Patient.rs", "Patient/eve")
	own := []string{"Observation/eve.laboratory.a.final", "Observation/eve.laboratory.b.final"}
	for query, want := range map[string][]string{
		"": own, "category=vital-signs": nil, "category=" + category + "|vital-signs": nil, "category=vital-signs,laboratory": own, "category=laboratory": own, "category:not=laboratory": nil,
		"category:not=vital-signs": own, "category:missing=true": nil, "category:missing=false": own, "category=laboratory&category=vital-signs": nil, "status=amended": nil, "status:not=final": nil,
		"status=amended,final": own, "code=a": own[:1], "code=a&status=amended": nil,
		"patient=adam": nil, "patient=Patient/adam": nil, "subject=Patient/adam": nil, "subject:Patient=adam": nil, "subject=adam,eve": own, "patient:Patient=eve": own, "patient=" + base + "/Patient/adam": nil,
		"subject:Patient.family=Everyman": nil, "patient.family=Everyman,Everywoman": own, "subject:Patient._id=adam": nil, "patient:missing=true": nil,
		"_id=adam.laboratory.a.final": nil, "_id=eve.laboratory.a.final,eve.vital-signs.a.final": own[:1], "_id:not=eve.laboratory.a.final": own[1:],
		"_filter=category eq vital-signs": nil, "_filter=status eq amended or status eq final": own, "_filter=patient re Patient/adam": nil,
		"combo-code=a": own[:1], "_has:Observation:has-member:status=final": nil,
	} {
		path := "/Observation"
		if query != "" {
			path += "?" + encoded(query)
		}
		w.everyWay(token, path, want...)
	}
	for _, path := range []string{"/Patient/adam/Observation", "/Patient/adam/*?_type=Observation", "/Practitioner/1/Observation"} {
		w.finds(token, path)
	}
	w.finds(token, "/Patient/eve/Observation?category=vital-signs")
	w.finds(token, "/Patient/eve/Observation", own...)
	// Parameters in the URL and in the body do not displace each other either.
	for _, both := range [][2]string{{"?category=laboratory", "category=vital-signs"}, {"?category=vital-signs", "category=laboratory"}, {"?subject=Patient/adam", "subject=Patient/eve"}, {"?status=amended", ""}} {
		got := w.send(token, http.MethodPost, "/Observation/_search"+both[0], both[1], formType)
		if ids := w.bundle(got).ids(); len(ids) > 0 {
			t.Errorf("%v finds %v", both, ids)
		}
	}
	// Nor do names that mean something to other servers: refused, or without effect.
	for _, name := range []string{"_query=everyone", "_security-context=none", "patient:eq=adam", "Category=vital-signs", "_compartment=Patient/adam", "access_token=x", "scope=system/*.rs", "_tenant=x", "_policy=none"} {
		for _, prefer := range []string{"", "Prefer: handling=lenient"} {
			got := w.get(token, "/Observation?"+name, prefer)
			if got.status == http.StatusOK {
				ids := slices.DeleteFunc(w.bundle(got).ids(), func(id string) bool { return strings.HasPrefix(id, "outcome") })
				if !slices.Equal(ids, own) {
					t.Errorf("%s: %v", name, ids)
				}
			} else if strings.Contains(got.body, "Observation/") {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
		}
	}
	w.everyWay(w.all(), "/Observation?category=vital-signs&status=amended&code=a", "Observation/adam.vital-signs.a.amended", "Observation/eve.vital-signs.a.amended")
}
