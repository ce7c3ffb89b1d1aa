package search

import (
	"strings"

	"github.com/granary-fhir/granary/internal/definitions"
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// words makes the entries of `_text`, the words of the narrative, and of
// `_content`, the words of all strings.
func (x *extraction) words(t *typeParams) {
	var found []string
	if p := t.byCode["_text"]; p != nil {
		found = appendWords(found, plainText(text(x.resource.Node.At("text", "div"))))
		found = x.wordEntries(p, found)
	}
	if p := t.byCode["_content"]; p != nil {
		c := content{registry: x.registry, words: found[:0]}
		c.object(x.resource.Node, t.content)
		x.wordEntries(p, c.words)
	}
}

func (x *extraction) wordEntries(p *Param, words []string) []string {
	words = uniqueWords(words)
	for _, word := range words {
		x.out.Terms = append(x.out.Terms, TermEntry{Param: p, Code: word})
	}
	return words
}

// contentPlan says which members of an object hold text.
type contentPlan struct {
	members map[string]contentMember
}

// contentMember is one property of a structure that has text in it.
type contentMember struct {
	use  contentUse
	plan *contentPlan // of an object
}

type contentUse byte

const (
	useWords     contentUse = iota // a string or markdown
	useNarrative                   // XHTML
	useObject                      // an element with members
	useResource                    // a resource within the resource
)

// notContent are the strings that are identifiers or data rather than words.
var notContent = map[string]bool{
	"Reference.reference": true,
	"Identifier.value":    true,
	"SampledData.data":    true,
	// Times and ids of requests, of which each would be a word that is nowhere else.
	"AuditEvent.entity.detail.value": true,
}

// contentPlanner makes the plan of each structure once.
type contentPlanner map[string]*contentPlan

func (c contentPlanner) plan(name string) *contentPlan {
	if p := c[name]; p != nil {
		return p
	}
	p := &contentPlan{members: map[string]contentMember{}}
	c[name] = p // before its elements, for structures that contain themselves
	s, ok := definitions.LookupStructure(name)
	if !ok {
		return p
	}
	for i := range s.Elements {
		e := &s.Elements[i]
		if e.Name == "id" || notContent[name+"."+e.Name] {
			continue
		}
		for _, typ := range e.Types {
			if m, ok := c.member(typ.Code); ok {
				p.members[propertyName(e, typ.Code)] = m
			}
		}
	}
	return p
}

func (c contentPlanner) member(typ string) (contentMember, bool) {
	switch typ {
	case "string", "markdown":
		return contentMember{use: useWords}, true
	case "xhtml":
		return contentMember{use: useNarrative}, true
	case "Resource":
		return contentMember{use: useResource}, true
	}
	if s, ok := definitions.LookupStructure(typ); !ok || s.Kind == "primitive" {
		return contentMember{}, false
	}
	return contentMember{use: useObject, plan: c.plan(typ)}, true
}

func propertyName(e *definitions.Element, typ string) string {
	if !e.Choice {
		return e.Name
	}
	return e.Name + strings.ToUpper(typ[:1]) + typ[1:]
}

// content collects the words of a resource.
type content struct {
	registry *Registry
	words    []string
}

func (c *content) object(n *fhirjson.Node, plan *contentPlan) {
	members := n.Members()
	for i := range members {
		m, ok := plan.members[members[i].Name]
		if !ok {
			continue
		}
		if value := members[i].Value; value.Kind() == fhirjson.Array {
			for _, item := range value.Items() {
				c.value(item, m)
			}
		} else {
			c.value(value, m)
		}
	}
}

func (c *content) value(n *fhirjson.Node, m contentMember) {
	switch m.use {
	case useWords:
		c.words = appendWords(c.words, text(n))
	case useNarrative:
		c.words = appendWords(c.words, plainText(text(n)))
	case useObject:
		c.object(n, m.plan)
	case useResource:
		if t := c.registry.byType[text(n.Get("resourceType"))]; t != nil {
			c.object(n, t.content)
		}
	}
}
