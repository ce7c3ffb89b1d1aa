package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	fhir "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/search"
)

// operationParam tells, of a parameter's name, as which value[x] it may come in a
// Parameters; none for what is no parameter of the operation.
type operationParam func(name string) (values []string)

// params are parameters by name.
type params map[string][]string

func (p params) of(name string) []string { return p[name] }

// anyPrimitive are the values that a search parameter may have.
var anyPrimitive = []string{
	"valueString", "valueCode", "valueId", "valueUri", "valueUrl", "valueCanonical", "valueDate", "valueDateTime",
	"valueInstant", "valueInteger", "valuePositiveInt", "valueUnsignedInt", "valueDecimal", "valueBoolean",
}

// readParameters adds the parameters in the body of a POST, a Parameters, to those in
// the URL (operations.html#request). Both are one list: what may stand once may stand
// in one of the two.
func (r *request) readParameters(of operationParam) error {
	if r.method != http.MethodPost || !r.hasBody() {
		return nil
	}
	body, err := r.readObject()
	if err != nil {
		return err
	}
	if typ := body.Get("resourceType").Text(); typ != "Parameters" {
		return refuse(http.StatusBadRequest, fhir.IssueTypeInvalid, "the body is a %q; the parameters of an operation come in a Parameters", typ).at("resourceType")
	}
	for i, part := range body.Get("parameter").Items() {
		pair, err := r.parameter(part, of)
		if err != nil {
			return err.at("Parameters.parameter[" + strconv.Itoa(i) + "]")
		}
		if len(r.params) == search.MaxParams {
			return refuse(http.StatusBadRequest, fhir.IssueTypeTooCostly, "there are more than %d parameters", search.MaxParams)
		}
		r.params = append(r.params, pair)
	}
	r.query = joined(r.params) // what the record says was asked
	return nil
}

// parameter reads one of the parameters of a body.
func (r *request) parameter(part *fhirjson.Node, of operationParam) (search.Pair, *refused) {
	name := part.Get("name").Text()
	values := of(name)
	if len(values) == 0 {
		return search.Pair{}, refuse(http.StatusBadRequest, fhir.IssueTypeNotSupported, "%s has no parameter of this name", r.route.operation.Name)
	}
	for _, m := range part.Members() {
		if !slices.Contains(values, m.Name) {
			continue
		}
		value := m.Value.Text()
		if m.Name == "valueCoding" {
			value = asToken(m.Value)
		}
		if value != "" {
			return search.Pair{Name: name, Value: value}, nil
		}
	}
	return search.Pair{}, refuse(http.StatusBadRequest, fhir.IssueTypeStructure, "the parameter %s has a %s", name, values[0])
}

// escapes are those of values of search parameters (search.html#escaping).
var escapes = strings.NewReplacer(`\`, `\\`, `,`, `\,`, `|`, `\|`, `$`, `\$`)

// asToken is a Coding as search and the URLs of operations write it; "" without a
// code.
func asToken(coding *fhirjson.Node) string {
	system, code := coding.Get("system").Text(), escapes.Replace(coding.Get("code").Text())
	if system == "" || code == "" {
		return code
	}
	return escapes.Replace(system) + "|" + code
}

// only refuses parameters of other names, and those that stand more than once where
// they may stand once, unless the client asked for lenient handling: then the others
// are left alone.
func (r *request) only(once, repeated []string) error {
	var wrong errorList
	seen := make(map[string]bool)
	for _, p := range r.params {
		single := slices.Contains(once, p.Name)
		switch known := single || slices.Contains(repeated, p.Name); {
		case !known && !r.lenient():
			wrong = append(wrong, &search.ParamError{Param: p.Name, Reason: "is no parameter of " + r.route.operation.Name})
		case known && p.Value == "":
			wrong = append(wrong, &search.ParamError{Param: p.Name, Reason: "has no value"})
		case single && seen[p.Name]:
			wrong = append(wrong, &search.ParamError{Param: p.Name, Reason: standsTwice})
		}
		seen[p.Name] = true
	}
	return wrong.join()
}

// value is that of a parameter, "" if it is not there.
func (r *request) value(name string) string {
	i := slices.IndexFunc(r.params, func(p search.Pair) bool { return p.Name == name })
	if i < 0 {
		return ""
	}
	return r.params[i].Value
}
