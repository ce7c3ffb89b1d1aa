package seed

import (
	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/links"
	"github.com/granary-fhir/granary/store"
)

// linked are the fullUrls of a Bundle, or conditional references, and the
// resources that they mean.
type linked map[string]store.Key

func (l linked) add(url string, key store.Key) { l[url] = key }

func (l linked) lookup(url string) (string, bool) {
	key, ok := l[url]
	return key.String(), ok
}

// rewrite returns the resource with its links made literal references and with
// the id of key.
func (l linked) rewrite(resource *fhirjson.Node, key store.Key) (*fhirjson.Node, error) {
	if len(l) == 0 {
		return withID(resource, key.ID)
	}
	rewritten, err := fhirjson.Parse(links.Rewrite(resource, l.lookup))
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
