package seed

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
)

// links are the fullUrls of a Bundle and the resources that have them. Rewriting
// replaces links between entries by literal references, as a server does with a
// transaction (http.html#trules): in Reference.reference for every fullUrl; in
// elements of type uri, url, canonical, oid and uuid, and in the hrefs and srcs of
// a narrative, for a URN only, since there an http URL may be a name and not an
// address (ValueSet.url). Everything else stays as it is written.
type links map[string]store.Key

func (l links) add(fullURL string, key store.Key) { l[fullURL] = key }

func isURN(url string) bool { return strings.HasPrefix(url, "urn:") }

// rewrite returns the resource with its links rewritten and with the id of key.
func (l links) rewrite(resource *fhirjson.Node, key store.Key) (*fhirjson.Node, error) {
	raw := l.resource(resource)
	rewritten, err := fhirjson.Parse(raw)
	if err != nil {
		return nil, err
	}
	return withID(rewritten, key.ID)
}

// withID sets the id, right behind resourceType if there was none.
func withID(resource *fhirjson.Node, id string) (*fhirjson.Node, error) {
	if own := resource.Get("id"); own.Text() == id {
		return resource, nil
	}
	var b fhirjson.Builder
	for _, m := range resource.Members() {
		if m.Name == "id" {
			b.AddString("id", id)
			continue
		}
		b.Add(m.Name, m.Value.Raw())
		if m.Name == "resourceType" && resource.Get("id") == nil {
			b.AddString("id", id)
		}
	}
	return fhirjson.Parse(b.Bytes())
}

// mayLink tells whether a value could hold one of the links at all, so that what
// holds none is copied without a look inside.
func (l links) mayLink(raw []byte) bool {
	return len(l) > 0 && (bytes.Contains(raw, []byte("urn:")) || bytes.Contains(raw, []byte(`"reference"`)))
}

func (l links) resource(resource *fhirjson.Node) []byte {
	return l.value(resource, resource.Get("resourceType").Text())
}

// value is the literal JSON of a value of a type, or an array of such values,
// with its links rewritten.
func (l links) value(n *fhirjson.Node, typ string) []byte {
	if !l.mayLink(n.Raw()) {
		return n.Raw()
	}
	switch n.Kind() {
	case fhirjson.Array:
		return l.array(n, typ)
	case fhirjson.Object:
		return l.object(n, typ)
	case fhirjson.String:
		return l.text(n, typ)
	}
	return n.Raw()
}

func (l links) array(n *fhirjson.Node, typ string) []byte {
	out := []byte{'['}
	for i, item := range n.Items() {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, l.value(item, typ)...)
	}
	return append(out, ']')
}

func (l links) object(n *fhirjson.Node, typ string) []byte {
	if typ == "Resource" { // contained: it names its own type
		typ = n.Get("resourceType").Text()
	}
	structure, ok := definitions.LookupStructure(typ)
	if !ok {
		return n.Raw()
	}
	var b fhirjson.Builder
	for _, m := range n.Members() {
		if typ == "Reference" && m.Name == "reference" {
			b.Add(m.Name, l.reference(m.Value))
			continue
		}
		_, member, ok := structure.Property(m.Name)
		if !ok {
			b.Add(m.Name, l.companion(m))
			continue
		}
		b.Add(m.Name, l.value(m.Value, member.Code))
	}
	return b.Bytes()
}

// companion rewrites what stands beside a primitive (`_birthDate`): an Element
// with extensions. Other unknown members stay as they are.
func (l links) companion(m fhirjson.Member) []byte {
	if strings.HasPrefix(m.Name, "_") {
		return l.value(m.Value, "Element")
	}
	return m.Value.Raw()
}

func (l links) reference(n *fhirjson.Node) []byte {
	if key, ok := l[n.Text()]; ok && n.Kind() == fhirjson.String {
		return fhirjson.Quote(key.String())
	}
	return n.Raw()
}

func (l links) text(n *fhirjson.Node, typ string) []byte {
	switch typ {
	case "uri", "url", "canonical", "oid", "uuid":
		if isURN(n.Text()) {
			return l.reference(n)
		}
	case "xhtml":
		return l.narrative(n)
	}
	return n.Raw()
}

var narrativeLink = regexp.MustCompile(`\b(?:href|src)\s*=\s*(?:"urn:[^"]*"|'urn:[^']*')`)

func (l links) narrative(n *fhirjson.Node) []byte {
	changed := false
	text := narrativeLink.ReplaceAllStringFunc(n.Text(), func(attribute string) string {
		at := strings.Index(attribute, "urn:")
		key, ok := l[attribute[at:len(attribute)-1]]
		if !ok {
			return attribute
		}
		changed = true
		return attribute[:at] + key.String() + attribute[len(attribute)-1:]
	})
	if !changed {
		return n.Raw()
	}
	return fhirjson.Quote(text)
}
