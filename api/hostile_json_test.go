package api

import (
	"encoding/binary"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"
)

// patientWith is a Patient with something more in it.
func patientWith(more string) string { return `{"resourceType":"Patient",` + more + `}` }

// nestedJSON is depth levels of something around nothing.
func nestedJSON(left, right string, depth int) string {
	return strings.Repeat(left, depth) + "0" + strings.Repeat(right, depth)
}

// utf16Of is text as UTF-16.
func utf16Of(order binary.AppendByteOrder, text string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// Bodies that are not JSON, or not JSON as FHIR writes it (json.html).
func TestHostileJSON(t *testing.T) {
	structure := func(name, body, at string) hostile {
		return hostile{name: name, path: "/Patient", body: body, status: http.StatusBadRequest, code: "structure", at: at, anyAt: at == anywhere}
	}
	cases := []hostile{
		structure("not JSON", `hello`, "Patient"),
		structure("XML", `<Patient xmlns="http://hl7.org/fhir"/>`, "Patient"),
		structure("only a brace", `{`, "Patient"),
		structure("no end", `{"resourceType":"Patient"`, "Patient"),
		structure("no end of a string", `{"resourceType":"Pat`, "Patient.resourceType"),
		structure("no end of an array", `{"resourceType":"Patient","name":[{}`, "Patient.name"),
		structure("no value", `{"resourceType":}`, "Patient.resourceType"),
		structure("no colon", `{"resourceType" "Patient"}`, "Patient.resourceType"),
		structure("comma at the end", `{"resourceType":"Patient",}`, "Patient"),
		structure("comma at the start", `{,"resourceType":"Patient"}`, "Patient"),
		structure("comma at the end of an array", `{"resourceType":"Patient","name":[{},]}`, "Patient.name[1]"),
		structure("two commas", `{"resourceType":"Patient","name":[{},,{}]}`, "Patient.name[1]"),
		structure("wrong bracket", `{"resourceType":"Patient","name":[{}}}`, "Patient.name"),
		structure("too many braces", `{"resourceType":"Patient"}}`, "Patient"),
		structure("two values", `{"resourceType":"Patient"}{"resourceType":"Patient"}`, "Patient"),
		structure("ndjson", "{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\"}\n", "Patient"),
		structure("text after it", `{"resourceType":"Patient"} x`, "Patient"),
		structure("NUL after it", "{\"resourceType\":\"Patient\"}\x00", "Patient"),
		structure("single quotes", `{'resourceType':'Patient'}`, "Patient"),
		structure("names without quotes", `{resourceType:"Patient"}`, "Patient"),
		structure("a comment", `{"resourceType":"Patient"/* x */}`, "Patient"),
		structure("a number as name", `{1:"Patient"}`, "Patient"),
		structure("NaN", patientWith(`"x":NaN`), "Patient.x"),
		structure("Infinity", patientWith(`"x":-Infinity`), "Patient.x"),
		structure("True", patientWith(`"x":True`), "Patient.x"),
		structure("plus", patientWith(`"x":+1`), "Patient.x"),
		structure("leading zero", patientWith(`"x":01`), "Patient"),
		structure("hexadecimal", patientWith(`"x":0x1F`), "Patient"),
		structure("no digit after the point", patientWith(`"x":1.`), "Patient.x"),
		structure("no digit before the point", patientWith(`"x":.1`), "Patient.x"),
		structure("no exponent", patientWith(`"x":1e`), "Patient.x"),
		structure("a line break in a string", patientWith("\"x\":\"a\nb\""), "Patient.x"),
		structure("NUL in a string", patientWith("\"x\":\"a\x00b\""), "Patient.x"),
		structure("NUL alone", "\x00", "Patient"),
		structure("wrong escape", patientWith(`"x":"\x41"`), "Patient.x"),
		structure("half an escape", patientWith(`"x":"\u00"`), "Patient.x"),
		structure("lone high surrogate", patientWith(`"x":"\ud83d"`), "Patient.x"),
		structure("lone low surrogate", patientWith(`"x":"\ude00"`), "Patient.x"),
		structure("surrogates in the wrong order", patientWith(`"x":"\ude00\ud83d"`), "Patient.x"),
		structure("lone surrogate in a name", patientWith(`"\ud83d":1`), "Patient"),
		structure("invalid UTF-8", patientWith("\"x\":\"\xff\""), "Patient.x"),
		structure("overlong UTF-8", patientWith("\"x\":\"\xc0\xaf\""), "Patient.x"),
		structure("surrogate in UTF-8", patientWith("\"x\":\"\xed\xa0\x80\""), "Patient.x"),
		structure("UTF-8 cut off", patientWith("\"x\":\"\xf0\x9f\x98\""), "Patient.x"),
		structure("invalid UTF-8 in a name", patientWith("\"\xff\":1"), "Patient"),
		structure("invalid UTF-8 between tokens", "{\"resourceType\":\"Patient\"\xff}", "Patient"),
		structure("Latin-1", patientWith("\"x\":\"M\xfcller\""), "Patient.x"),
		structure("byte order mark", "\ufeff"+`{"resourceType":"Patient"}`, "Patient"),
		structure("UTF-16, big endian", utf16Of(binary.BigEndian, `{"resourceType":"Patient"}`), "Patient"),
		structure("UTF-16, little endian", utf16Of(binary.LittleEndian, `{"resourceType":"Patient"}`), "Patient"),

		structure("the same name twice", `{"resourceType":"Patient","id":"a","id":"b"}`, "Patient.id"),
		structure("resourceType twice", `{"resourceType":"Patient","resourceType":"Observation"}`, "Patient.resourceType"),
		structure("the same name twice within", patientWith(`"name":[{"family":"a","family":"b"}]`), "Patient.name[0].family"),
		structure("the same name twice, once as an escape", patientWith(`"a":1,"\u0061":2`), "Patient.a"),
		structure("the same name twice, with surrogates", patientWith(`"😀":1,"\ud83d\ude00":2`), "Patient.😀"),
		structure("the empty name twice", patientWith(`"":1,"":2`), "Patient."),

		structure("arrays, 201 deep", patientWith(`"x":`+nestedJSON("[", "]", 201)), anywhere),
		structure("objects, 201 deep", patientWith(`"x":`+nestedJSON(`{"a":`, "}", 201)), anywhere),
		structure("arrays, 100,000 deep", patientWith(`"x":`+nestedJSON("[", "]", 100_000)), anywhere),
		structure("objects, 100,000 deep", patientWith(`"x":`+nestedJSON(`{"a":`, "}", 100_000)), anywhere),
		structure("arrays, 100,000 deep, without end", strings.Repeat("[", 100_000), anywhere),
		structure("objects, 100,000 deep, without end", strings.Repeat(`{"a":`, 100_000), anywhere),
		structure("contained resources, 1,000 deep", nestedJSON(`{"resourceType":"Patient","contained":[`, `]}`, 1000), anywhere),
		structure("a long name twice", patientWith(`"`+strings.Repeat("x", 1<<20)+`":1,"`+strings.Repeat("x", 1<<20)+`":2`), "Patient"),
		structure("long names, 150 deep, and a fault", patientWith(`"x":`+strings.Repeat(`{"`+strings.Repeat("y", 10_000)+`":`, 150)+"?"), "Patient.x"),

		structure("null", `null`, ""), structure("true", `true`, ""), structure("number", `1e400`, ""),
		structure("string", `"Patient"`, ""), structure("array", `[{"resourceType":"Patient"}]`, ""), structure("no array item", `[]`, ""),

		{name: "empty object", path: "/Patient", body: `{}`, status: 400, code: "required", at: "resourceType"},
		{name: "only white space", path: "/Patient", body: " \n\t ", status: 400, code: "required"},
		{name: "no body", method: "POST", path: "/Patient", headers: []string{"Content-Type: " + fhirJSON}, status: 400, code: "required"},
		{name: "resourceType null", path: "/Patient", body: `{"resourceType":null}`, status: 400, code: "required", at: "resourceType"},
		{name: "resourceType number", path: "/Patient", body: `{"resourceType":1}`, status: 400, code: "required", at: "resourceType"},
		{name: "resourceType array", path: "/Patient", body: `{"resourceType":["Patient"]}`, status: 400, code: "required", at: "resourceType"},
		{name: "resourceType object", path: "/Patient", body: `{"resourceType":{"a":"Patient"}}`, status: 400, code: "required", at: "resourceType"},
		{name: "resourceType empty", path: "/Patient", body: `{"resourceType":""}`, status: 400, code: "required", at: "resourceType"},
		{name: "resourceType in lower case", path: "/Patient", body: `{"resourceType":"patient"}`, status: 400, code: "invalid", at: "resourceType"},
		{name: "resourceType with NUL", path: "/Patient", body: `{"resourceType":"Patient\u0000"}`, status: 400, code: "invalid", at: "resourceType"},
		{name: "resourceType unknown", path: "/Patient", body: `{"resourceType":"Alien"}`, status: 400, code: "invalid", at: "resourceType"},
		{name: "resourceType of another path", path: "/Patient", body: `{"resourceType":"Observation"}`, status: 400, code: "invalid", at: "resourceType"},
		{name: "resourceType very long", path: "/Patient", body: `{"resourceType":"` + strings.Repeat("P", 2<<20) + `"}`, status: 400, code: "invalid", at: "resourceType"},
		{name: "resourceType abstract", path: "/Patient", body: `{"resourceType":"DomainResource"}`, status: 400, code: "invalid", at: "resourceType"},
	}
	for _, meta := range []string{`null`, `1`, `"x"`, `[]`, `[{}]`, `true`} {
		cases = append(cases, hostile{name: "meta is " + meta, path: "/Patient", body: patientWith(`"meta":` + meta), status: 400, code: "structure", at: "Patient.meta"})
	}
	for name, id := range map[string]string{"null": `null`, "number": `1`, "array": `["eve"]`, "other": `"adam"`, "NUL": `"eve\u0000"`, "path": `"../eve"`, "empty": `""`} {
		cases = append(cases, hostile{name: "update, id is " + name, method: "PUT", path: "/Patient/eve", body: patientWith(`"id":` + id), status: 400, code: "invalid", at: "Patient.id"})
	}
	cases = append(cases, hostile{name: "update, no id", method: "PUT", path: "/Patient/eve", body: `{"resourceType":"Patient"}`, status: 400, code: "required", at: "Patient.id"})
	w := hostileWorld(t)
	w.refuses(t, w.all(), cases)
}
