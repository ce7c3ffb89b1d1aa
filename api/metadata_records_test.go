package api

import (
	"encoding/json"
	"slices"
	"testing"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// isRecord tells whether TestMetadataOfRecords is about the resource, and not the
// tests of what every other type has.
func isRecord(resource fhir.CapabilityStatementRestResource) bool {
	return resource.Type == fhir.ResourceTypeAuditEvent
}

// What nobody may do to a type is not advertised for it: records of what was done are
// neither changed nor deleted.
func TestMetadataOfRecords(t *testing.T) {
	w := newWorld(t)
	var statement fhir.CapabilityStatement
	w.must(json.Unmarshal([]byte(w.get("", "/metadata").body), &statement))
	want := map[string][]string{
		"AuditEvent": {"read", "vread", "create", "history-instance", "search-type", "history-type"},
		"Patient":    {"read", "vread", "create", "update", "delete", "history-instance", "search-type", "history-type", "patch"},
	}
	for _, described := range statement.Rest[0].Resource {
		codes, asked := want[described.Type.Code()]
		if !asked {
			continue
		}
		delete(want, described.Type.Code())
		var got []string
		for _, interaction := range described.Interaction {
			got = append(got, interaction.Code.Code())
		}
		changes := slices.Contains(codes, "update")
		deletes := fhir.ConditionalDeleteStatusNotSupported
		if changes {
			deletes = fhir.ConditionalDeleteStatusSingle
		}
		if !slices.Equal(got, codes) || *described.UpdateCreate != changes || *described.ConditionalUpdate != changes ||
			*described.ConditionalDelete != deletes || !*described.ConditionalCreate {
			t.Errorf("%s: %v, %+v", described.Type.Code(), got, described)
		}
	}
	if len(want) > 0 {
		t.Errorf("not described: %v", want)
	}
}
