package search

import (
	"strings"

	"github.com/granary-fhir/granary/internal/fhirpath"
)

// referenceAlternative is how the values of a reference are parsed
// (search.html#reference).
func referenceAlternative(modifier string) alternative {
	switch {
	case modifier == "":
		return parseReference
	case modifier == "identifier":
		return parseReferenceIdentifier
	case modifier[0] >= 'A' && modifier[0] <= 'Z':
		return parseTypedReference(modifier)
	}
	return nil
}

// parseReference parses `id`, `Type/id`, an absolute URL, a urn, and the URL of a
// canonical with or without `|version`.
func parseReference(p *parser, param *Param, raw string) (Expr, error) {
	text, err := unescapeValue(raw)
	if err != nil {
		return nil, err
	}
	if strings.Contains(text, ":") {
		return p.absolute(param, text), nil
	}
	if typ, id, ok := p.literal(text); ok {
		return localTerm(param, typ, id), nil
	}
	if !fhirpath.IsID(text) {
		return nil, p.noReference(text)
	}
	var literals Or
	for _, typ := range p.targets(param) {
		literals = append(literals, localTerm(param, typ, text))
	}
	return joinOr(literals), nil
}

// localTerm is a literal reference to a resource of this server.
func localTerm(param *Param, typ, id string) Term {
	return Term{Param: param, System: Is(""), Code: Is(typ + "/" + id)}
}

// absolute compares a URL. One below the server's own base is local; since a
// canonical may be written like that too, it is compared as written as well.
func (p *parser) absolute(param *Param, text string) Expr {
	if typ, id, ok := p.literal(p.relative(text)); ok {
		local := localTerm(param, typ, id)
		return Or{local, Term{Param: param, Code: Is(text)}}
	}
	url, version, versioned := strings.Cut(text, "|")
	if versioned && url != "" && version != "" {
		return Term{Param: param, Code: Is(url), System: Is(version)}
	}
	written := Term{Param: param, Code: Is(text)}
	if url := withoutVersion(text); url != text {
		return Or{written, Term{Param: param, Code: Is(url)}}
	}
	return written
}

// withoutVersion takes `/_history/version` off a URL.
func withoutVersion(url string) string {
	const mark = "/_history/"
	at := strings.LastIndex(url, mark)
	if at <= 0 || !fhirpath.IsID(url[at+len(mark):]) {
		return url
	}
	return url[:at]
}

// parseTypedReference parses `subject:Patient=23`.
func parseTypedReference(typ string) alternative {
	return func(p *parser, param *Param, raw string) (Expr, error) {
		if err := p.checkTarget(param, typ); err != nil {
			return nil, err
		}
		text, err := unescapeValue(raw)
		if err != nil {
			return nil, err
		}
		id := text
		if literalType, literalID, ok := p.literal(p.relative(text)); ok && literalType == typ {
			id = literalID
		}
		if !fhirpath.IsID(id) {
			return nil, fault(raw, "is no id of a %s; right is like :%s=23", typ, typ)
		}
		return localTerm(param, typ, id), nil
	}
}

// parseReferenceIdentifier parses `:identifier`, a token that the identifier in
// the reference must have.
func parseReferenceIdentifier(p *parser, param *Param, raw string) (Expr, error) {
	identifiers, ok := p.registry.Derived(param.Type, param.Code+":identifier")
	if !ok {
		return nil, fault("", "has the modifier :identifier, but the values of %s have no identifier", param.Name())
	}
	return parseToken(p, identifiers, raw)
}

// relative is the reference without the server's own base, if it is below it.
func (p *parser) relative(reference string) string {
	if p.base == "" {
		return reference
	}
	if rest, ok := strings.CutPrefix(reference, p.base+"/"); ok {
		return rest
	}
	return reference
}

// literal takes `Type/id` or `Type/id/_history/version` apart.
func (p *parser) literal(text string) (typ, id string, ok bool) {
	typ, id, ok = strings.Cut(withoutVersion(text), "/")
	return typ, id, ok && p.registry.HasType(typ) && fhirpath.IsID(id)
}

func (p *parser) noReference(text string) error {
	typ, _, ok := strings.Cut(text, "/")
	if ok && !p.registry.HasType(typ) {
		return fault(text, "is no reference: %q is no resource type%s", typ, didYouMean(typ, p.registry.Types()))
	}
	return fault(text, "is no reference; right are id, Type/id and an absolute URL")
}
