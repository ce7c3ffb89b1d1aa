package search

import (
	"strings"
	"unicode"
)

// isText tells whether a parameter searches words: `_text` those of the
// narrative, `_content` those of the whole resource.
func isText(param *Param) bool { return param.Code == "_text" || param.Code == "_content" }

// parseText parses the words of `_text` and `_content` (search.html#content): all
// of them must occur; `or` and `and` between them, in any case, and parentheses
// say otherwise.
func parseText(_ *parser, param *Param, raw string) (Expr, error) {
	text, err := unescapeValue(raw)
	if err != nil {
		return nil, err
	}
	t := textParser{param: param, value: raw, tokens: textTokens(text)}
	expr, err := t.or(0)
	if err == nil && len(t.tokens) > 0 {
		err = fault(raw, "has a parenthesis too many")
	}
	return expr, err
}

// maxNesting bounds how deep parentheses may stand in each other.
const maxNesting = 32

type textParser struct {
	param  *Param
	value  string
	tokens []string
}

func textTokens(text string) []string {
	spaced := strings.NewReplacer("(", " ( ", ")", " ) ").Replace(text)
	return strings.FieldsFunc(spaced, unicode.IsSpace)
}

// next takes the token if it is the given word, in any case.
func (t *textParser) next(word string) bool {
	if len(t.tokens) == 0 || !strings.EqualFold(t.tokens[0], word) {
		return false
	}
	t.tokens = t.tokens[1:]
	return true
}

func (t *textParser) or(depth int) (Expr, error) {
	var branches Or
	for {
		all, err := t.and(depth)
		if err != nil {
			return nil, err
		}
		if branches = append(branches, all); !t.next("or") {
			return joinOr(branches), nil
		}
	}
}

func (t *textParser) and(depth int) (Expr, error) {
	var all And
	for {
		part, err := t.word(depth)
		if err != nil {
			return nil, err
		}
		all = append(all, part)
		if t.next("and") {
			continue
		}
		if len(t.tokens) == 0 || t.tokens[0] == ")" || strings.EqualFold(t.tokens[0], "or") {
			return joinAnd(all), nil
		}
	}
}

func (t *textParser) word(depth int) (Expr, error) {
	switch {
	case depth > maxNesting:
		return nil, fault(t.value, "has parentheses more than %d deep", maxNesting)
	case t.next("("):
		inner, err := t.or(depth + 1)
		if err == nil && !t.next(")") {
			err = fault(t.value, "has a parenthesis that does not end")
		}
		return inner, err
	case len(t.tokens) == 0 || t.tokens[0] == ")" || strings.EqualFold(t.tokens[0], "and") || strings.EqualFold(t.tokens[0], "or"):
		return nil, fault(t.value, "has a word missing; right are words with blanks, and, or and parentheses between them")
	case strings.Contains(t.tokens[0], `"`):
		return nil, refused(t.value, "has quotation marks: phrases are not supported, give words")
	}
	var all And
	for _, word := range Words(t.tokens[0]) {
		all = append(all, Term{Param: t.param, System: Is(""), Code: Is(word)})
	}
	if len(all) == 0 {
		return nil, fault(t.tokens[0], "has no letter or digit, and so is no word")
	}
	t.tokens = t.tokens[1:]
	return joinAnd(all), nil
}
