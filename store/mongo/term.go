package mongo

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/granary-fhir/granary/search"
)

// term compiles a test of term entries.
func (c *compiler) term(typ string, e search.Term) (bson.D, error) {
	if e.Param.Code == "_id" {
		return c.idTerm(typ, e), nil
	}
	if isWord(e.Param) {
		return word(e), nil
	}
	if isGrouped(e.Param) {
		return inGroup(e.Param, termTest(e)), nil
	}
	code, exact := e.Code.Exact()
	switch {
	case !c.keyed:
		return termTest(e), nil
	case exact && e.System.Any():
		return is("k", termKey(e.Param.Code, code)), nil // which says the same
	case exact:
		return allOf(is("k", termKey(e.Param.Code, code)), termTest(e)), nil
	}
	prefix, _ := e.Code.Prefix()
	return allOf(leading("k", termKey(e.Param.Code, prefix)), termTest(e)), nil
}

// termTest is true where a term entry matches.
func termTest(e search.Term) bson.D {
	test := is("p", e.Param.Code)
	test = append(test, matching("c", e.Code)...)
	test = append(test, matching("y", e.System)...)
	return element("t", test)
}

// word tests the words of a text, and its terms that are none since they have a system.
func word(e search.Term) bson.D {
	if !admits(e.System, "") {
		return termTest(e)
	}
	prefix, _ := e.Code.Prefix()
	words := beginning("w", termKey(e.Param.Code, prefix))
	if code, ok := e.Code.Exact(); ok {
		words = is("w", termKey(e.Param.Code, code))
	}
	if system, ok := e.System.Exact(); ok && system == "" {
		return words
	}
	return anyOf(words, termTest(e))
}

func admits(m search.Match, text string) bool {
	if exact, ok := m.Exact(); ok {
		return text == exact
	}
	prefix, _ := m.Prefix()
	return strings.HasPrefix(text, prefix)
}

// idTerm answers for `_id`, which has no entries: the key is it.
func (c *compiler) idTerm(typ string, e search.Term) bson.D {
	if !admits(e.System, "") {
		return never
	}
	if id, ok := e.Code.Exact(); ok {
		return c.ids(typ, search.ID{id})
	}
	prefix, _ := e.Code.Prefix()
	return hasPrefix(c.resource(), typ+"/"+prefix)
}

// termList is several exact terms of one parameter: with any system, and by system.
type termList struct {
	param    *search.Param
	codes    []string
	bySystem map[string][]string
	systems  []string // in the order in which they came
}

type termLists []*termList

// add takes a term that is exact.
func (l *termLists) add(e search.Term) bool {
	code, exact := e.Code.Exact()
	system, exactSystem := e.System.Exact()
	if !exact || !exactSystem && !e.System.Any() || e.Param.Code == "_id" || isWord(e.Param) || isGrouped(e.Param) {
		return false
	}
	list := l.of(e.Param)
	if !exactSystem {
		list.codes = append(list.codes, code)
		return true
	}
	if list.bySystem[system] == nil {
		list.systems = append(list.systems, system)
	}
	list.bySystem[system] = append(list.bySystem[system], code)
	return true
}

func (l *termLists) of(p *search.Param) *termList {
	for _, list := range *l {
		if sameParam(list.param, p) {
			return list
		}
	}
	list := &termList{param: p, bySystem: map[string][]string{}}
	*l = append(*l, list)
	return list
}

// keysIn is true where there is a term of a parameter with one of some codes.
func keysIn(p *search.Param, codes []string) bson.D {
	keys := make([]string, len(codes))
	for i, code := range codes {
		keys[i] = termKey(p.Code, code)
	}
	return oneOf("k", keys)
}

// termList compiles to one test by keys, and one of the entries for each system.
func (c *compiler) termList(l *termList) bson.D {
	var tests []bson.D
	if len(l.codes) > 0 {
		if c.keyed {
			tests = append(tests, keysIn(l.param, l.codes))
		} else {
			tests = append(tests, element("t", append(is("p", l.param.Code), oneOf("c", l.codes)...)))
		}
	}
	for _, system := range l.systems {
		codes := l.bySystem[system]
		entry := element("t", append(append(is("p", l.param.Code), oneOf("c", codes)...), is("y", system)...))
		if c.keyed {
			entry = allOf(keysIn(l.param, codes), entry)
		}
		tests = append(tests, entry)
	}
	return anyOf(tests...)
}
