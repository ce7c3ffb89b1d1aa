package uscore

import (
	"strings"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/internal/profile"
)

// A Coverage is what some resources hold of the profiles of a set.
type Coverage struct {
	set   *profile.Set
	about map[string]claims // by "Type/id"
	all   []*Held
	byURL map[string][]*Held
}

// claims are the type of a resource and the profiles that it claims.
type claims struct {
	typ      string
	profiles []string // URLs, without version
}

// Held is what is held of one profile.
type Held struct {
	Profile *profile.Profile
	// Instances are how many resources claim it in meta.profile, or how many
	// extensions have its URL.
	Instances int
	// Wanted are what the instances are to hold, in the order of the profile.
	Wanted []*Want
}

// Missing are those that no instance holds.
func (h *Held) Missing() []*Want {
	var missing []*Want
	for _, w := range h.Wanted {
		if !w.Held {
			missing = append(missing, w)
		}
	}
	return missing
}

// A Want is an element that must be supported, a slice, or of such an element one of
// the types or targets of which the same is said.
type Want struct {
	element *profile.Element
	typ     string // of a choice
	target  string // of a reference: the URL of a profile or type, without version
	// Held tells whether an instance has it.
	Held bool
}

// Name is the id of the element, with the type or target that is meant:
// "Goal.target.due[x] as date", "CarePlan.subject to us-core-patient".
func (w *Want) Name() string {
	switch {
	case w.target != "":
		return w.element.ID + " to " + last(w.target)
	case w.typ != "":
		return w.element.ID + " as " + w.typ
	}
	return w.element.ID
}

func last(url string) string { return url[strings.LastIndexByte(url, '/')+1:] }

// NewCoverage begins with nothing held.
func NewCoverage(set *profile.Set) *Coverage {
	c := &Coverage{set: set, about: map[string]claims{}, byURL: map[string][]*Held{}}
	for _, p := range set.Profiles() {
		if p.Kind == profile.Datatype { // which nothing claims
			continue
		}
		h := &Held{Profile: p, Wanted: wanted(p)}
		c.all = append(c.all, h)
		c.byURL[p.URL] = append(c.byURL[p.URL], h)
	}
	return c
}

// wanted are what must be supported of a profile, for USCDI too, and its slices. When a resource was
// last updated is not among them: the server writes that.
func wanted(p *profile.Profile) []*Want {
	var all []*Want
	for _, e := range p.Elements {
		if e.Max == 0 || !e.MustSupport && !e.USCDI && e.Slice == "" || e.Name() == "lastUpdated" {
			continue
		}
		all = append(all, &Want{element: e})
		for _, t := range e.Types {
			if t.MustSupport && len(e.Types) > 1 {
				all = append(all, &Want{element: e, typ: t.Code})
			}
			for _, target := range t.Targets {
				if target.MustSupport {
					all = append(all, &Want{element: e, target: withoutVersion(target.Profile)})
				}
			}
		}
	}
	return all
}

func withoutVersion(canonical string) string {
	url, _, _ := strings.Cut(canonical, "|")
	return url
}

// Profiles are what is held of each profile, by URL, of each the newest version first.
func (c *Coverage) Profiles() []*Held { return c.all }

// Know tells of a resource that it is there, so that references lead to it. All
// resources are told of before any is added.
func (c *Coverage) Know(resource *fhirjson.Node) {
	about := claims{typ: resource.Get("resourceType").Text()}
	for _, canonical := range resource.At("meta", "profile").Items() {
		about.profiles = append(about.profiles, withoutVersion(canonical.Text()))
	}
	c.about[about.typ+"/"+resource.Get("id").Text()] = about
}

// Add takes what a resource holds: of the profiles that it claims, and of the
// extensions in it.
func (c *Coverage) Add(resource *fhirjson.Node) {
	for _, canonical := range resource.At("meta", "profile").Items() {
		url, version, versioned := strings.Cut(canonical.Text(), "|")
		for _, h := range c.byURL[url] {
			if !versioned || h.Profile.Version == version {
				c.hold(h, resource)
			}
		}
	}
	c.addExtensions(resource)
}

func (c *Coverage) addExtensions(n *fhirjson.Node) {
	for _, m := range n.Members() {
		if m.Name == "extension" || m.Name == "modifierExtension" {
			for _, extension := range m.Value.Items() {
				for _, h := range c.byURL[extension.Get("url").Text()] {
					c.hold(h, extension)
				}
			}
		}
		for _, item := range m.Value.Items() {
			c.addExtensions(item)
		}
	}
}

// hold takes what an instance of a profile holds.
func (c *Coverage) hold(h *Held, instance *fhirjson.Node) {
	h.Instances++
	at := finder{set: c.set, profile: h.Profile}
	for _, w := range h.Wanted {
		if !w.Held {
			w.Held = c.satisfies(w, at.find(w.element, instance))
		}
	}
}

// satisfies tells whether one of the values of the element is what is wanted.
func (c *Coverage) satisfies(w *Want, values []value) bool {
	for _, v := range values {
		switch {
		case w.target != "":
			if c.leads(v.node.Get("reference").Text(), w.target) {
				return true
			}
		case w.typ == "" || strings.EqualFold(v.typ, w.typ):
			return true
		}
	}
	return false
}

// leads tells whether a reference leads to a resource that claims a profile, or of a
// type.
func (c *Coverage) leads(reference, target string) bool {
	about, ok := c.about[reference]
	if !ok {
		return false
	}
	if target == "http://hl7.org/fhir/StructureDefinition/"+about.typ {
		return true
	}
	for _, url := range about.profiles {
		if url == target {
			return true
		}
	}
	return false
}
