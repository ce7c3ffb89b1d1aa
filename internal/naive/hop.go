package naive

import (
	"fmt"
	"regexp"
	"strings"
)

// chain is the test that a reference leads to a resource, which the query may
// see, that satisfies a criterion.
func (a *asking) chain(typ, head, rest, text string) (Test, error) {
	code, target, _ := strings.Cut(head, ":")
	p, err := lookup(typ, code)
	if err != nil {
		return nil, err
	}
	if p.kind != "reference" {
		return nil, fmt.Errorf("%s.%s is no reference", typ, code)
	}
	tests, known := map[string]Test{}, error(nil)
	types := AllTypes()
	if target != "" {
		types = []string{target}
	}
	for _, t := range types {
		test, err := a.criterion(t, rest, text)
		if err != nil {
			known = err
			continue // a target of this type has nothing of that name
		}
		tests[t] = test
	}
	if len(tests) == 0 {
		return nil, fmt.Errorf("%s.%s: %w", code, rest, known)
	}
	return func(r *Resource) bool {
		for _, v := range a.w.find(r, p) {
			to := a.w.Get(v.ref.typ + "/" + v.ref.id)
			if to != nil && tests[to.Type] != nil && a.mayHop(to) && tests[to.Type](to) {
				return true
			}
		}
		return false
	}, nil
}

// has is the test that a resource, which the query may see and which satisfies
// a criterion, refers to this one: `Type:reference:name`.
func (a *asking) has(_, path, text string) (Test, error) {
	parts := strings.SplitN(path, ":", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("_has:%s", path)
	}
	p, err := lookup(parts[0], parts[1])
	if err != nil {
		return nil, err
	}
	test, err := a.criterion(parts[0], parts[2], text)
	if err != nil {
		return nil, err
	}
	referred := map[string]bool{}
	for _, source := range a.w.Of(parts[0]) {
		if a.mayHop(source) && test(source) {
			for _, v := range a.w.find(source, p) {
				referred[v.ref.typ+"/"+v.ref.id] = true
			}
		}
	}
	return func(r *Resource) bool { return referred[r.Key()] }, nil
}

// list is the test that a List, which the query may see, names the resource.
func (a *asking) list(id string) (Test, error) {
	named := map[string]bool{}
	if list := a.w.Get("List/" + id); list != nil && a.mayHop(list) {
		for _, item := range at(list.JSON, "entry.item") {
			ref := a.w.literal(str(item, "reference"))
			named[ref.typ+"/"+ref.id] = true
		}
	}
	return func(r *Resource) bool { return named[r.Key()] }, nil
}

func (a *asking) mayHop(r *Resource) bool { return a.bug == HopsUnseen || a.sees(r) }

var tags = regexp.MustCompile(`<[^>]*>`)

// word is the test that one word is in the narrative, or anywhere in the text.
func (a *asking) word(code, text string) (Test, error) {
	asked := words(text)
	if len(asked) != 1 {
		return nil, fmt.Errorf("%s=%s: the oracle knows single words", code, text)
	}
	return func(r *Resource) bool {
		all := words(tags.ReplaceAllString(str(r.JSON["text"], "div"), " "))
		if code == "_content" {
			all = append(all, allWords(r.JSON)...)
		}
		return contains(all, asked[0])
	}, nil
}

// prose are the members that hold words: of type string, markdown or xhtml in
// every type of the test data.
var prose = []string{"display", "text", "family", "given", "prefix", "suffix", "line", "city", "district", "state", "postalCode",
	"country", "unit", "title", "description", "disposition", "valueString", "onsetString", "abatementString", "lotNumber", "series",
	"name", "alias", "version", "publisher", "purpose", "copyright", "conclusion", "comment", "patientInstruction", "rationale", "mitigation", "site", "manufacturer"}

// allWords are the words of the prose in a value.
func allWords(v any) []string {
	var all []string
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			all = append(all, allWords(item)...)
		}
	case Object:
		for name, member := range v {
			if contains(prose, name) {
				all = append(all, proseWords(member)...)
			}
			all = append(all, allWords(member)...)
		}
	}
	return all
}

func proseWords(v any) []string {
	var all []string
	for _, item := range at(v, "") {
		if text, ok := item.(string); ok {
			all = append(all, words(text)...)
		}
	}
	return all
}
