package naive

import (
	"encoding/json"
	"strconv"
	"strings"
)

// value is one value that a parameter finds in a resource. Which members count
// depends on the kind of the parameter.
type value struct {
	text         string // string; uri; canonical with its version
	system, code string // token
	texts        []string
	date         span
	low, high    *decimal // number, quantity; nil where open
	unit         string
	ref          reference
	typeCodes    []token
}

type token struct{ system, code string }

// find are the values of a parameter in a resource.
func (w *World) find(r *Resource, p *param) []value {
	if p.code == "_lastUpdated" {
		if low, high, ok := parseDate(r.Updated); ok {
			return []value{{date: span{&low, &high}}}
		}
		return nil
	}
	if found, ok := r.found[p]; ok {
		return found
	}
	var found []value
	for _, s := range p.sources {
		found = append(found, w.from(r.JSON, s)...)
	}
	if r.found == nil {
		r.found = map[*param][]value{}
	}
	r.found[p] = found
	return found
}

func (w *World) from(element any, s source) []value {
	var found []value
	for _, v := range at(element, s.path) {
		found = append(found, w.read(v, s)...)
	}
	return found
}

// read are the search values of one element.
func (w *World) read(v any, s source) []value {
	switch s.datatype {
	case "string", "uri":
		text, ok := v.(string)
		return one(ok && text != "", value{text: text})
	case "canonical":
		text, _ := v.(string)
		return one(text != "", value{ref: w.canonical(text)})
	case "id", "code":
		text, ok := v.(string)
		return one(ok, value{system: s.only, code: text})
	case "boolean":
		b, ok := v.(bool)
		return one(ok, value{code: strconv.FormatBool(b)})
	case "deceased": // exists and is not false
		b, isBool := v.(Object)["deceasedBoolean"].(bool)
		_, isDate := v.(Object)["deceasedDateTime"]
		return []value{{code: strconv.FormatBool(isDate || isBool && b)}}
	case "HumanName":
		return strs(v, "family", "given", "prefix", "suffix", "text")
	case "Address":
		return strs(v, "line", "city", "district", "state", "postalCode", "country", "text")
	case "ContactPoint":
		return one(str(v, "value") != "", value{code: str(v, "value")})
	case "Coding":
		return []value{coding(v)}
	case "CodeableConcept":
		return concept(v)
	case "Identifier":
		return []value{identifier(v)}
	case "Reference":
		return w.reference(v, s.only)
	case "date":
		text, _ := v.(string)
		low, high, ok := parseDate(text)
		return one(ok, value{date: span{&low, &high}})
	case "Period":
		return period(v)
	case "decimal":
		number, ok := v.(json.Number)
		return one(ok, exact(string(number)))
	case "Quantity":
		return quantity(v)
	}
	panic("the oracle's table names a datatype that it does not know: " + s.datatype)
}

func one(ok bool, v value) []value {
	if !ok {
		return nil
	}
	return []value{v}
}

func strs(v any, names ...string) []value {
	var found []value
	for _, name := range names {
		for _, part := range at(v, name) {
			if text, ok := part.(string); ok {
				found = append(found, value{text: text})
			}
		}
	}
	return found
}

func coding(v any) value {
	c := value{system: str(v, "system"), code: str(v, "code")}
	if display := str(v, "display"); display != "" {
		c.texts = []string{display}
	}
	return c
}

// concept has a value for each coding; its text is a value without a code.
func concept(v any) []value {
	var found []value
	for _, c := range at(v, "coding") {
		found = append(found, coding(c))
	}
	if text := str(v, "text"); text != "" {
		found = append(found, value{texts: []string{text}})
	}
	return found
}

func identifier(v any) value {
	i := value{system: str(v, "system"), code: str(v, "value")}
	for _, text := range at(v, "type.text") {
		i.texts = append(i.texts, text.(string))
	}
	for _, c := range at(v, "type.coding") {
		i.typeCodes = append(i.typeCodes, token{str(c, "system"), str(c, "code")})
	}
	return i
}

// reference is where a Reference points: to a resource of this world (typ, id),
// to somewhere else (url), or to whoever has an identifier.
type reference struct {
	typ, id, url string
	version      string // of a canonical
	identifier   *value
}

// reference reads a Reference. One that only has a display is a value too: the
// parameter is not missing.
func (w *World) reference(v any, only string) []value {
	var ref reference
	if literal := str(v, "reference"); literal != "" && !strings.HasPrefix(literal, "#") { // # is contained
		ref = w.literal(literal)
	}
	for _, id := range at(v, "identifier") {
		i := identifier(id)
		ref.identifier = &i
	}
	if only != "" && ref.target(v) != only {
		return nil
	}
	found := value{ref: ref}
	if display := str(v, "display"); display != "" {
		found.texts = []string{display}
	}
	return one(ref != reference{} || len(found.texts) > 0, found)
}

// target is the type to which a reference leads, as far as it says: in the
// literal, or else in its type.
func (r reference) target(v any) string {
	switch segments := strings.Split(r.url, "/"); {
	case r.typ != "":
		return r.typ
	case len(segments) > 1:
		return segments[len(segments)-2]
	}
	return str(v, "type")
}

// literal reads `Type/id`, `Type/id/_history/1` and both below the own base.
func (w *World) literal(text string) reference {
	local := text
	if w.Base != "" {
		local = strings.TrimPrefix(text, strings.TrimSuffix(w.Base, "/")+"/")
	}
	parts := strings.Split(local, "/")
	if len(parts) == 4 && parts[2] == "_history" {
		parts = parts[:2]
	}
	if len(parts) == 2 && isType(parts[0]) {
		return reference{typ: parts[0], id: parts[1]}
	}
	return reference{url: text}
}

// canonical reads `url|version`.
func (w *World) canonical(text string) reference {
	url, version, _ := strings.Cut(text, "|")
	ref := w.literal(url)
	ref.version = version
	return ref
}

func isType(text string) bool {
	return text != "" && text[0] >= 'A' && text[0] <= 'Z' && !strings.ContainsAny(text, ":.?")
}
