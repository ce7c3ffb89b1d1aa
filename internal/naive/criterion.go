package naive

import (
	"fmt"
	"strings"
	"time"
)

// Pair is one parameter of a query, decoded.
type Pair struct{ Name, Value string }

// Test tells whether a resource satisfies something.
type Test func(*Resource) bool

// asking is what a criterion is evaluated with: on its way to other resources a
// query uses only those that may be seen.
type asking struct {
	w    *World
	now  time.Time
	sees Test
	bug  Bug
}

// all is the test of all criteria together: repeated ones are ANDed.
func (a *asking) all(typ string, criteria []Pair) (Test, error) {
	if a.bug == DropConjunct && len(criteria) > 1 {
		criteria = criteria[:len(criteria)-1]
	}
	var tests []Test
	for _, c := range criteria {
		test, err := a.criterion(typ, c.Name, c.Value)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	if a.bug == OrForAnd && len(tests) > 1 {
		return anyOf(tests), nil
	}
	return allOf(tests), nil
}

func allOf(tests []Test) Test {
	return func(r *Resource) bool {
		for _, test := range tests {
			if !test(r) {
				return false
			}
		}
		return true
	}
}

func anyOf(tests []Test) Test {
	return func(r *Resource) bool {
		for _, test := range tests {
			if test(r) {
				return true
			}
		}
		return false
	}
}

func not(test Test) Test { return func(r *Resource) bool { return !test(r) } }

// criterion is the test of one parameter: `name[:modifier]=a,b`, a chain
// `reference[:Type].name=…` or `_has:Type:reference:name=…`.
func (a *asking) criterion(typ, name, text string) (Test, error) {
	if has, ok := strings.CutPrefix(name, "_has:"); ok {
		return a.has(typ, has, text)
	}
	if head, rest, ok := strings.Cut(name, "."); ok {
		return a.chain(typ, head, rest, text)
	}
	code, modifier, _ := strings.Cut(name, ":")
	switch code {
	case "_list":
		return a.list(text)
	case "_text", "_content":
		return a.word(code, text)
	}
	p, err := lookup(typ, code)
	if err != nil {
		return nil, err
	}
	if modifier == "missing" {
		return a.missing(p, text)
	}
	var alternatives []Test
	for _, alternative := range split(text, ',') {
		test, err := a.alternative(p, modifier, alternative)
		if err != nil {
			return nil, err
		}
		alternatives = append(alternatives, test)
	}
	test := anyOf(alternatives)
	if a.bug == AndForOr {
		test = allOf(alternatives)
	}
	if modifier == "not" {
		test = not(test)
	}
	return test, nil
}

func (a *asking) missing(p *param, text string) (Test, error) {
	present := func(r *Resource) bool { return len(a.w.find(r, p)) > 0 }
	if p.kind == "composite" {
		return nil, fmt.Errorf(":missing of a composite")
	}
	switch text {
	case "true":
		return not(present), nil
	case "false":
		return present, nil
	}
	return nil, fmt.Errorf(":missing=%s", text)
}

// alternative is the test of one of the values between commas.
func (a *asking) alternative(p *param, modifier, text string) (Test, error) {
	if p.kind == "composite" {
		return a.composite(p, text)
	}
	compare, err := a.comparison(p.kind, modifier, text)
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", p.typ, p.code, err)
	}
	return func(r *Resource) bool {
		for _, v := range a.w.find(r, p) {
			if compare(v) {
				return true
			}
		}
		return false
	}, nil
}

// composite is the test of `a$b`: both hold for one and the same element.
func (a *asking) composite(p *param, text string) (Test, error) {
	texts := split(text, '$')
	return func(r *Resource) bool {
		for _, g := range p.groups {
			for _, element := range at(r.JSON, g.path) {
				if len(texts) == len(g.parts) && a.element(element, g, texts) {
					return true
				}
			}
		}
		return false
	}, nil
}

func (a *asking) element(element any, g group, texts []string) bool {
	for i, part := range g.parts {
		holds := false
		for _, s := range part {
			compare, err := a.comparison(kindOf[s.datatype], "", texts[i])
			for _, v := range a.w.from(element, s) {
				holds = holds || err == nil && compare(v)
			}
		}
		if !holds {
			return false
		}
	}
	return true
}

var kindOf = map[string]string{"CodeableConcept": "token", "Quantity": "quantity", "string": "string", "date": "date", "Period": "date"}

// split splits at a separator that has no backslash before it.
func split(text string, separator byte) []string {
	var parts []string
	from := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case separator:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

var unescaper = strings.NewReplacer(`\\`, `\`, `\,`, `,`, `\|`, `|`, `\$`, `$`)

func unescape(text string) string { return unescaper.Replace(text) }
