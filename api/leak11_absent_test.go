package api

import (
	"net/http"
	"strings"
	"testing"
)

// For every line of the table that names a resource by an id, and for every kind of
// resource that a token does not reach: the answer is byte for byte that for an id
// which nobody has. What is refused of a type as a whole is refused before any look-up.
func TestLeak11HiddenEqualsAbsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t).fullOf()
	tokens := map[string]string{
		"patient/*.cruds":     w.token("patient/*.cruds", "Patient/a"),
		"patient/*.rs":        w.token("patient/*.rs", "Patient/a"),
		"patient/*.u":         w.token("patient/*.u", "Patient/a"),
		"patient/*.rud":       w.token("patient/*.rud", "Patient/a"),
		"patient/*.cs":        w.token("patient/*.cs", "Patient/a"),
		"user RelatedPerson":  w.token("user/*.cruds", "RelatedPerson/a-mother"),
		"parameters":          w.token("patient/*.cruds?_id=a", "Patient/a"),
		"types with no scope": w.token("patient/Flag.cruds", "Patient/a"),
	}
	w.add(`{"resourceType":"Patient","id":"third"}`)
	hidden := []string{"Patient/third", "Observation/b-vital", "Encounter/b-visit", "MedicationRequest/b-order", "Medication/b-drug", "Medication/stock", "Substance/b-agent",
		"DocumentReference/b-document", "Binary/b-attached", "Binary/b-photo", "Binary/b-secured", "Binary/loose", "CareTeam/b-team", "Device/b-device", "Device/spare", "Task/b-task",
		"List/b-list", "RelatedPerson/b-mother", "Provenance/b-own", "Provenance/a-mixed", "Group/a-group", "Person/a-person", "AuditEvent/a-record", "Subscription/a-feed", "Bundle/a-bundle"}
	compared, whole := 0, 0
	for _, key := range hidden {
		typ, id, _ := strings.Cut(key, "/")
		absent := strings.Repeat("x", len(id))
		for _, c := range classified {
			if !strings.Contains(c.route, "/:id") && !strings.Contains(c.path+c.body, "ID") {
				continue
			}
			c.path = strings.ReplaceAll(c.path, "/Observation/doomed", "/Observation/ID")
			c.path = strings.Replace(c.path, "/Patient/a/", "/"+typ+"/ID/", 1)
			c.path = strings.Replace(c.path, "/Observation", "/"+typ, 1)
			c.body = strings.ReplaceAll(c.body, `"resourceType":"Observation"`, `"resourceType":"`+typ+`"`)
			for name, token := range tokens {
				if name != "patient/*.cruds" && key != "Observation/b-vital" && key != "Medication/stock" {
					continue
				}
				for _, more := range [][]string{nil, {`If-Match: W/"1"`}} {
					got, other := c.about(id).send(w, token, more...), c.about(absent).send(w, token, more...)
					w.same(strings.Join(append(more, name, c.method, c.about(id).path), " "), unnumbered(got), unnumbered(renamedIn(other, absent, id)))
					if compared++; got.status == http.StatusForbidden {
						whole++
					}
				}
			}
		}
	}
	if compared < 1200 || compared-whole < 600 {
		t.Errorf("%d were compared, of which %d are refused as a whole", compared, whole)
	}
}
