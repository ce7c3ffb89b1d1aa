package search

import "strings"

// tokenAlternative is how the values of a token are parsed (search.html#token).
func tokenAlternative(param *Param, modifier string) (parse alternative, negated bool) {
	switch modifier {
	case "below":
		if isMIME(param) {
			return parseMIMEBelow, false
		}
		return parseSubsumed(false), false
	case "above":
		if !isMIME(param) {
			return parseSubsumed(true), false
		}
	case "":
		return parseToken, false
	case "not":
		return parseToken, true
	case "text":
		return parseTokenText, false
	case "in":
		return parseInValueSet, false
	case "not-in":
		return parseInValueSet, true
	case "of-type":
		return parseOfType, false
	}
	return nil, false
}

// parseToken parses `code`, `system|code`, `|code` for a code without a system,
// and `system|` for any code of a system. Letters match in their case only.
func parseToken(_ *parser, param *Param, raw string) (Expr, error) {
	texts, err := parts(raw)
	if err != nil {
		return nil, err
	}
	term := Term{Param: param}
	switch {
	case len(texts) == 1:
		term.Code = Is(texts[0])
	case len(texts) > 2:
		return nil, fault(raw, `has more than one bar; right are code, system|code, |code and system|, and a bar that belongs to the code is written \|`)
	case texts[0] == "" && texts[1] == "":
		return nil, fault(raw, "has neither a system nor a code beside its bar")
	case texts[1] == "":
		term.System = Is(texts[0])
	default:
		term.System, term.Code = Is(texts[0]), Is(texts[1])
	}
	return term, nil
}

// parseTokenText parses `:text`: the texts and displays of a concept begin with
// the value.
func parseTokenText(p *parser, param *Param, raw string) (Expr, error) {
	texts, ok := p.registry.Derived(param.Type, param.Code+":text")
	if !ok {
		return nil, fault("", "has the modifier :text, but the values of %s have no text", param.Name())
	}
	return foldedString(texts, StartsWith, raw)
}

// parseOfType parses `:of-type`: system and code of an identifier's type, and its
// value, all three given.
func parseOfType(p *parser, param *Param, raw string) (Expr, error) {
	typed, ok := p.registry.Derived(param.Type, param.Code+":of-type")
	if !ok {
		return nil, fault("", "has the modifier :of-type, but the values of %s are no identifiers", param.Name())
	}
	texts, err := parts(raw)
	if err != nil {
		return nil, err
	}
	if len(texts) != 3 || texts[0] == "" || texts[1] == "" || texts[2] == "" {
		return nil, fault(raw, "is not an identifier of a type; write system|code|value, the system and code of the type first")
	}
	return Term{Param: typed, System: Is(texts[0]), Code: Is(texts[1] + "|" + texts[2])}, nil
}

// parseInValueSet parses `:in`: the canonical URL of a value set, perhaps with
// `|version`, or a literal reference to one.
func parseInValueSet(p *parser, param *Param, raw string) (Expr, error) {
	text, err := unescapeValue(raw)
	if err != nil {
		return nil, err
	}
	if typ, id, ok := p.literal(p.relative(text)); ok && typ == "ValueSet" {
		return InValueSet{Param: param, ValueSet: "ValueSet/" + id}, nil
	}
	if !strings.Contains(text, ":") {
		return nil, fault(raw, "names no value set; right are its canonical URL and ValueSet/id")
	}
	return InValueSet{Param: param, ValueSet: text}, nil
}

// isMIME tells whether the values of a token are MIME types.
func isMIME(param *Param) bool {
	return param.Kind == KindToken && strings.HasSuffix(param.Expression, ".contentType")
}

// parseMIMEBelow parses `:below` on a MIME type (search.html#mimetype): the type
// with or without parameters, and all subtypes where none is given.
func parseMIMEBelow(_ *parser, param *Param, raw string) (Expr, error) {
	text, err := unescapeValue(raw)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(text, "/") {
		return Term{Param: param, Code: HasPrefix(text + "/")}, nil
	}
	return Or{Term{Param: param, Code: Is(text)}, Term{Param: param, Code: HasPrefix(text + ";")}}, nil
}
