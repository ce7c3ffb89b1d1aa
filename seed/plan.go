package seed

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/store"
)

// plan is what the first reading of a document found out.
type plan struct {
	resourceType string
	bundleType   string
	entries      []planned
	links        linked
	conditional  bool // some reference may be conditional
}

// planned is what becomes of one entry.
type planned struct {
	key    store.Key
	reason string // why it is refused, "" if it is not
	skip   bool   // it holds nothing to import, and nothing is wrong with that
}

// head is the part of an entry that decides under which id it is written
// (bundle.html#references, http.html#trules).
type head struct {
	FullURL  string `json:"fullUrl"`
	Resource *struct {
		ResourceType string `json:"resourceType"`
		ID           string `json:"id"`
	} `json:"resource"`
	Request struct {
		Method string `json:"method"`
		URL    string `json:"url"`
	} `json:"request"`
	Search struct {
		Mode string `json:"mode"`
	} `json:"search"`
}

// plan reads the document for the first time.
func (d document) plan() (plan, error) {
	p := plan{links: make(linked)}
	err := d.walk(p.member, p.entry)
	if err != nil {
		return plan{}, err
	}
	if p.resourceType == "Bundle" && p.bundleType == "history" {
		return plan{}, errors.New("a Bundle of type history holds versions of resources, not resources to import")
	}
	p.refuseDuplicates()
	return p, nil
}

func (p *plan) member(name string, raw []byte) error {
	p.conditional = p.conditional || hasConditional(raw)
	switch name {
	case "resourceType":
		return json.Unmarshal(raw, &p.resourceType)
	case "type":
		// In other resources than a Bundle, type may be anything.
		_ = json.Unmarshal(raw, &p.bundleType)
	}
	return nil
}

func (p *plan) entry(_ int, raw []byte) error {
	p.conditional = p.conditional || hasConditional(raw)
	var h head
	lenient := json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if err := json.Unmarshal(raw, &h, lenient); err != nil {
		p.entries = append(p.entries, planned{reason: "not an entry of a Bundle: " + misfit(err)})
		return nil
	}
	entry := h.plan()
	p.entries = append(p.entries, entry)
	if entry.reason == "" && h.FullURL != "" {
		p.links.add(h.FullURL, entry.key)
	}
	return nil
}

// plan decides what becomes of the entry.
func (h *head) plan() planned {
	switch {
	case h.Search.Mode == "outcome":
		return planned{skip: true} // remarks on the search, no data
	case h.Resource == nil && h.Request.Method != "":
		return planned{reason: h.Request.Method + " without a resource; only resources are imported"}
	case h.Resource == nil:
		return planned{reason: "the entry has no resource"}
	}
	key := store.Key{Type: h.Resource.ResourceType, ID: h.id()}
	reason := checkKey(key)
	if key.Type != "" && key.ID == "" {
		reason += ": neither a fullUrl that gives one nor an id of its own"
	}
	return planned{key: key, reason: reason}
}

// id is the id under which the entry's resource is written: the one that the
// transaction asks for by PUT; else the fullUrl's, be it the uuid of a URN or the
// end of a URL; else the resource's own.
func (h *head) id() string {
	typ := h.Resource.ResourceType
	if h.Request.Method == http.MethodPut {
		if id, ok := endsIn(h.Request.URL, typ); ok {
			return id
		}
	}
	if uuid, ok := strings.CutPrefix(h.FullURL, "urn:uuid:"); ok {
		return uuid
	}
	if id, ok := endsIn(h.FullURL, typ); ok {
		return id
	}
	return h.Resource.ID
}

var literal = regexp.MustCompile(`(?:^|/)([A-Za-z]+)/([A-Za-z0-9\-.]{1,64})$`)

// endsIn takes the id from a URL that ends in `Type/id`.
func endsIn(url, typ string) (id string, ok bool) {
	match := literal.FindStringSubmatch(url)
	if match == nil || match[1] != typ {
		return "", false
	}
	return match[2], true
}

// refuseDuplicates refuses every entry whose resource an earlier one has: which
// of them is meant is unknown.
func (p *plan) refuseDuplicates() {
	first := make(map[store.Key]int, len(p.entries))
	for i := range p.entries {
		entry := &p.entries[i]
		if entry.reason != "" || entry.skip {
			continue
		}
		if earlier, ok := first[entry.key]; ok {
			entry.reason = fmt.Sprintf("the same resource as Bundle.entry[%d]", earlier)
			continue
		}
		first[entry.key] = i
	}
}

// checkKey says what is wrong with the type or id of a resource, "" if nothing
// is.
func checkKey(key store.Key) string {
	switch {
	case key.Type == "":
		return "it has no resourceType"
	case !definitions.IsResourceType(key.Type):
		return fmt.Sprintf("%q is not a resource type of FHIR R4", key.Type)
	case key.ID == "":
		return "it has no id"
	case !store.ValidID(key.ID):
		return fmt.Sprintf("%q is not an id: 1 to 64 letters, digits, '-' and '.'", key.ID)
	}
	return ""
}

// misfit says which value has the wrong JSON type.
func misfit(err error) string {
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return err.Error()
	}
	return fmt.Sprintf("%s must not be a JSON %s", semantic.JSONPointer, semantic.JSONKind)
}
