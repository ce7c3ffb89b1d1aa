package oracle

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// operationPath is where an operation is asked for.
func (r Request) operationPath() string {
	address := "/" + r.Type
	if r.ID != "" {
		address = "/" + r.key()
	}
	if r.Version > 0 {
		address += "/_history/" + itoa(r.Version)
	}
	return address + "/" + string(r.Kind)
}

// parameters is the body of an operation that has parameters there.
func parameters(params url.Values) Object {
	var all []any
	for _, name := range slices.Sorted(maps.Keys(params)) {
		for _, value := range params[name] {
			all = append(all, parameter(name, value))
		}
	}
	return envelope(all)
}

func envelope(parameters []any) Object {
	body := Object{"resourceType": "Parameters"}
	if len(parameters) > 0 {
		body["parameter"] = parameters
	}
	return body
}

// parameter is one, as the type that it has.
func parameter(name, text string) Object {
	p := Object{"name": name}
	switch {
	case name == "max":
		p["valuePositiveInt"] = number(text)
	case name == "mode":
		p["valueCode"] = text
	case name == "type":
		p["valueCoding"] = codingOf(text)
	case name == "start" || name == "end":
		p["valueDateTime"] = text
	case name == "profile":
		p["valueCanonical"] = text
	case text == "true" || text == "false":
		p["valueBoolean"] = text == "true"
	default:
		p["valueString"] = text
	}
	return p
}

// codingOf is the Coding of a token of search.
func codingOf(token string) Object {
	for i := 0; i < len(token); i++ {
		switch token[i] {
		case '\\':
			i++
		case '|':
			return Object{"system": unescape(token[:i]), "code": unescape(token[i+1:])}
		}
	}
	return Object{"code": unescape(token)}
}

// validation is the body of a $validate: the resource, or Parameters with it; nil for
// none.
func (r Request) validation() Object {
	if r.Post < 2 {
		return r.Body
	}
	var all []any
	if r.Body != nil {
		all = append(all, Object{"name": "resource", "resource": json.RawMessage(Encode(r.Body))})
	}
	for _, mode := range r.posted()["mode"] {
		all = append(all, parameter("mode", mode))
	}
	return envelope(all)
}

// escape and unescape are those of values of search parameters (search.html#escaping).
func escape(text string) string   { return escaper.Replace(text) }
func unescape(text string) string { return unescaper.Replace(text) }

var (
	escaper   = strings.NewReplacer(`\`, `\\`, ",", `\,`, "|", `\|`, "$", `\$`)
	unescaper = strings.NewReplacer(`\\`, `\`, `\,`, ",", `\|`, "|", `\$`, "$")
)
