package store

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

// InstantLayout is how meta.lastUpdated is written: UTC, milliseconds.
const InstantLayout = "2006-01-02T15:04:05.000Z07:00"

// stamp is the JSON of a version: the resource as the client wrote it, with id,
// meta.versionId and meta.lastUpdated set (resource.html#Meta). Everything else
// keeps its bytes and its place; a missing id follows resourceType, and a missing
// meta follows the id.
func (d Draft) stamp(version Resource) ([]byte, error) {
	if d.typ != version.Type {
		return nil, fmt.Errorf("a draft of a %q is no %s", d.typ, version.Type)
	}
	return stampMembers(d.resource, version, stampMeta(d.resource.Get("meta"), version)), nil
}

func stampMembers(resource *fhirjson.Node, version Resource, meta []byte) []byte {
	var b fhirjson.Builder
	b.Grow(len(resource.Raw()) + len(meta) + len(version.ID) + 32)
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

// is tells whether a draft has the content of the current version.
func (d Draft) is(current Resource) (bool, error) {
	stamped, err := d.stamp(current)
	return err == nil && bytes.Equal(stamped, current.Body), err
}
