package store

import (
	"bytes"
	"strconv"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// InstantLayout is how meta.lastUpdated is written: UTC, milliseconds.
const InstantLayout = "2006-01-02T15:04:05.000Z07:00"

// stamp is the JSON of a version: the resource as the client wrote it, with id,
// meta.versionId and meta.lastUpdated set (resource.html#Meta). Everything else
// keeps its bytes and its place; a missing id follows resourceType, and a missing
// meta follows the id.
func stamp(resource *fhirjson.Node, version Resource) ([]byte, error) {
	if resource.Kind() != fhirjson.Object {
		return nil, &Invalid{version.Type, "a resource is a JSON object, not " + resource.Kind().String()}
	}
	if typ := resource.Get("resourceType").Text(); typ != version.Type {
		return nil, &Invalid{version.Type + ".resourceType", "must be " + strconv.Quote(version.Type) + ", not " + strconv.Quote(typ)}
	}
	meta := resource.Get("meta")
	if meta != nil && meta.Kind() != fhirjson.Object {
		return nil, &Invalid{version.Type + ".meta", "must be an object, not " + meta.Kind().String()}
	}
	return stampMembers(resource, version, stampMeta(meta, version)), nil
}

func stampMembers(resource *fhirjson.Node, version Resource, meta []byte) []byte {
	var b fhirjson.Builder
	for _, m := range resource.Members() {
		switch m.Name {
		case "id":
			b.AddString("id", version.ID)
		case "meta":
			b.Add("meta", meta)
		default:
			b.Add(m.Name, m.Value.Raw())
		}
		if m.Name == "resourceType" && resource.Get("id") == nil {
			b.AddString("id", version.ID)
		}
		if m.Name == metaFollows(resource) && resource.Get("meta") == nil {
			b.Add("meta", meta)
		}
	}
	return b.Bytes()
}

// metaFollows is the member behind which a missing meta is put.
func metaFollows(resource *fhirjson.Node) string {
	if resource.Get("id") == nil {
		return "resourceType"
	}
	return "id"
}

func stampMeta(meta *fhirjson.Node, version Resource) []byte {
	var b fhirjson.Builder
	b.AddString("versionId", strconv.FormatInt(version.Version, 10))
	b.AddString("lastUpdated", version.Updated.Format(InstantLayout))
	for _, m := range meta.Members() {
		if m.Name != "versionId" && m.Name != "lastUpdated" {
			b.Add(m.Name, m.Value.Raw())
		}
	}
	return b.Bytes()
}

// unchanged tells whether a resource has the content of the current version.
func unchanged(current Resource, resource *fhirjson.Node) (bool, error) {
	stamped, err := stamp(resource, current)
	return err == nil && bytes.Equal(stamped, current.Body), err
}
