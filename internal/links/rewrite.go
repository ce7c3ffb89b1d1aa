package links

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// Lookup says by which literal reference, "Patient/1", a link is to be replaced;
// ok is false for one that stays as it is written.
type Lookup func(url string) (reference string, ok bool)

// Rewrite is the literal JSON of a resource with its links replaced, as a server
// does with a transaction (http.html#trules). Lookup is asked for every
// Reference.reference; for elements of type uri, url, oid and uuid, and the hrefs
// and srcs of a narrative, for a URN only, since there an http URL may be a name and
// not an address (ValueSet.url). A canonical is always a name. Everything else stays
// as it is written, and so do the links that a Bundle holds for itself.
func Rewrite(resource *fhirjson.Node, lookup Lookup) []byte {
	return rewriter{lookup: lookup}.value(resource, "Resource")
}

type rewriter struct {
	lookup Lookup
	own    scope
}

// IsURN tells whether a URL is a URN, such as urn:uuid:….
func IsURN(url string) bool { return strings.HasPrefix(url, "urn:") }

// mayLink tells whether a value could hold a link at all, so that what holds none
// is copied without a look inside.
func mayLink(raw []byte) bool {
	return bytes.Contains(raw, []byte("urn:")) || mayRefer(raw)
}

// mayRefer tells whether a value could hold a Reference.
func mayRefer(raw []byte) bool { return bytes.Contains(raw, []byte(`"reference"`)) }

// value is the literal JSON of a value of a type, or an array of such values,
// with its links rewritten.
func (w rewriter) value(n *fhirjson.Node, typ string) []byte {
	if !mayLink(n.Raw()) {
		return n.Raw()
	}
	switch n.Kind() {
	case fhirjson.Array:
		return w.array(n, typ)
	case fhirjson.Object:
		return w.object(n, typ)
	case fhirjson.String:
		return w.text(n, typ)
	}
	return n.Raw()
}

func (w rewriter) array(n *fhirjson.Node, typ string) []byte {
	items := make([][]byte, len(n.Items()))
	for i, item := range n.Items() {
		items[i] = w.value(item, typ)
	}
	return fhirjson.List(items...)
}

func (w rewriter) object(n *fhirjson.Node, typ string) []byte {
	structure, ok := structureOf(n, typ)
	if !ok {
		return n.Raw()
	}
	if isBundle(structure) {
		w.own = w.own.within(n)
	}
	var b fhirjson.Builder
	for _, m := range n.Members() {
		if isReference(structure, m) {
			b.Add(m.Name, w.reference(m.Value))
			continue
		}
		if member := memberType(structure, m.Name); member != "" {
			b.Add(m.Name, w.value(m.Value, member))
			continue
		}
		b.Add(m.Name, m.Value.Raw())
	}
	return b.Bytes()
}

// structureOf is the structure of an object of a type; a resource inside another
// names its own type.
func structureOf(n *fhirjson.Node, typ string) (*definitions.Structure, bool) {
	if typ == "Resource" {
		typ = n.Get("resourceType").Text()
	}
	return definitions.LookupStructure(typ)
}

// memberType is the type of a member, "" for one that is not known. What stands
// beside a primitive (`_birthDate`) is an Element with extensions.
func memberType(structure *definitions.Structure, name string) string {
	if _, member, ok := structure.Property(name); ok {
		return member.Code
	}
	if strings.HasPrefix(name, "_") {
		return "Element"
	}
	return ""
}

// isReference tells whether a member is Reference.reference.
func isReference(structure *definitions.Structure, m fhirjson.Member) bool {
	return structure.Name == "Reference" && m.Name == "reference" && m.Value.Kind() == fhirjson.String
}

func isBundle(structure *definitions.Structure) bool { return structure.Name == "Bundle" }

func (w rewriter) reference(n *fhirjson.Node) []byte {
	if reference, ok := w.means(n.Text()); ok {
		return fhirjson.Quote(reference)
	}
	return n.Raw()
}

func (w rewriter) means(url string) (reference string, ok bool) {
	if w.own.holds(url) {
		return "", false
	}
	return w.lookup(url)
}

func (w rewriter) text(n *fhirjson.Node, typ string) []byte {
	switch typ {
	case "uri", "url", "oid", "uuid":
		if IsURN(n.Text()) {
			return w.reference(n)
		}
	case "xhtml":
		return w.narrative(n)
	}
	return n.Raw()
}

var narrativeLink = regexp.MustCompile(`\b(?:href|src)\s*=\s*(?:"urn:[^"]*"|'urn:[^']*')`)

func (w rewriter) narrative(n *fhirjson.Node) []byte {
	changed := false
	text := narrativeLink.ReplaceAllStringFunc(n.Text(), func(attribute string) string {
		at := strings.Index(attribute, "urn:")
		reference, ok := w.means(attribute[at : len(attribute)-1])
		if !ok {
			return attribute
		}
		changed = true
		return attribute[:at] + reference + attribute[len(attribute)-1:]
	})
	if !changed {
		return n.Raw()
	}
	return fhirjson.Quote(text)
}
