package api

import (
	"net/http"
	"strings"
	"testing"
)

// deep is an extension within extensions.
func deep(levels int) string {
	inner := `{"url":"http://x.test/deep","valueDecimal":1.50}`
	for range levels {
		inner = `{"url":"http://x.test/deep","extension":[` + inner + `]}`
	}
	return inner
}

var handMade = map[string]string{
	"primitive extensions": `{"resourceType":"Patient","id":"p1","birthDate":"1970-01-01","_birthDate":{"id":"b","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthTime","valueDateTime":"1970-01-01T13:28:17-05:00"}]},"_gender":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}}`,
	"arrays with nulls":    `{"resourceType":"Patient","id":"p2","name":[{"given":["A",null,"C"],"_given":[null,{"extension":[{"url":"http://x.test/g","valueString":"B"}]},null]}]}`,
	"companion before":     `{"_birthDate":{"extension":[{"url":"http://x.test/e","valueBoolean":true}]},"resourceType":"Patient","birthDate":"1970","id":"p3"}`,
	"decimals": `{"resourceType":"Observation","id":"d1","status":"final","code":{"text":"x"},"component":[` +
		quantities("1.0", "1.00", "1e3", "1E3", "1e+3", "1.0E-5", "0.1000000000000000055", "0", "-0", "-0.0", "0.0", "100", "1000000000000000000000000000000.000000000000000000000000000001", "9007199254740993", "3.141592653589793238462643383279", "1e-30", "-1.50e2") + `]}`,
	"decimal of a search": `{"resourceType":"Observation","id":"d2","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.0E-5,"unit":"mol"}}`,
	"contained":           `{"resourceType":"MedicationRequest","id":"m1","contained":[{"resourceType":"Medication","id":"med","meta":{"versionId":"7"},"code":{"text":"inside"}},{"id":"p","resourceType":"Patient","_active":{"id":"z"}}],"status":"active","intent":"order","medicationReference":{"reference":"#med"},"subject":{"reference":"#p"}}`,
	"unicode":             `{"resourceType":"Patient","id":"u1","name":[{"text":"😀 𝒳 日本語 é e` + "\u0301 \u202e \u2028" + `","family":"\ud83d\ude00 \u00e9 \u0000 \u2028 \uFFFD","given":["\"\\\/\b\f\n\r\t","a\/b","<b>&\u003c"]}]}`,
	"resourceType last":   `{"name":[{"use":"official","family":"Z","given":["Y"]}],"meta":{"tag":[{"code":"a","system":"http://x.test"}],"versionId":"8","profile":["http://x.test/p"],"lastUpdated":"2001-01-01T00:00:00Z"},"id":"k1","active":true,"resourceType":"Patient"}`,
	"id after":            `{"resourceType":"Patient","active":true,"name":[{"family":"Z"}],"id":"k2"}`,
	"meta before":         `{"meta":{"security":[{"code":"R","system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality"}]},"active":false,"id":"k3","resourceType":"Patient"}`,
	"very long":           `{"resourceType":"Patient","id":"l1","name":[{"text":"` + strings.Repeat(`long \u00e9 😀 \" `, 5_000) + `"}],"photo":[{"data":"` + strings.Repeat("QUJD", 50_000) + `"}]}`,
	"deep":                `{"resourceType":"Patient","id":"e1","extension":[` + deep(60) + `]}`,
	"white space":         " {\r\n\t\"resourceType\" : \"Patient\" ,\n \"id\":\"w1\", \"text\": {\"status\":\"generated\", \"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">  two  spaces\\n\\t</div>\"} , \"active\" : true }\n",
	"empty text":          `{"resourceType":"Basic","id":"b1","code":{"coding":[{"system":"","code":" a  b "}]},"created":"2012-01-04"}`,
}

func quantities(values ...string) string {
	for i, v := range values {
		values[i] = `{"code":{"text":"` + v + `"},"valueQuantity":{"value":` + v + `}}`
	}
	return strings.Join(values, ",")
}

func TestRoundTripOfHandMade(t *testing.T) {
	w := newWorld(t)
	token := w.all()
	for name, sent := range handMade {
		w.roundTrip(token, name, sent)
	}
}

// The places of what the server sets, to the byte; and that a name at the top
// level, unlike a value, is written plain.
func TestPlacesOfIdAndMeta(t *testing.T) {
	for sent, want := range map[string]string{
		`{"resourceType":"Patient","id":"x","active":true}`:                                        `{"resourceType":"Patient","id":"x",` + stamp + `,"active":true}`,
		`{"active":true,"id":"x","resourceType":"Patient"}`:                                        `{"active":true,"id":"x",` + stamp + `,"resourceType":"Patient"}`,
		`{"active":true,"meta":{"source":"s","versionId":"9"},"id":"x","resourceType":"Patient"}`:  `{"active":true,"meta":{"versionId":"1","lastUpdated":"2026-03-01T12:00:00.000Z","source":"s"},"id":"x","resourceType":"Patient"}`,
		`{"resourceType":"Patient","id":"x","\u0061ctive":true,"name":[{"\u0066amily":"\u0041"}]}`: `{"resourceType":"Patient","id":"x",` + stamp + `,"active":true,"name":[{"\u0066amily":"\u0041"}]}`,
	} {
		w := newWorld(t)
		token := w.all()
		w.is(sent, w.send(token, http.MethodPut, "/Patient/x", sent), 201, want)
		w.is("read", w.get(token, "/Patient/x"), 200, want)
	}
}

// What a subset shows it shows as it was written.
func TestRoundTripOfElements(t *testing.T) {
	w := newWorld(t)
	token := w.all()
	for name, path := range map[string]string{"primitive extensions": "/Patient/p1", "decimals": "/Observation/d1", "unicode": "/Patient/u1"} {
		if got := w.send(token, http.MethodPut, path, handMade[name]); got.status != 201 {
			t.Fatal(got)
		}
	}
	for path, elements := range map[string][]string{
		"/Patient/p1?_elements=birthDate":                  {"birthDate", "_birthDate"},
		"/Patient/p1?_elements=gender":                     {"_gender"},
		"/Patient/u1?_elements=name":                       {"name"},
		"/Observation/d1?_elements=component":              {"component", "status", "code"},
		"/Observation/d1?_elements=component&_pretty=true": {"component", "status", "code"},
		"/Observation/d1/_history/1?_elements=component":   {"component", "status", "code"},
		"/Observation/d1?_summary=data":                    {"component", "status", "code"},
		"/Patient/u1?_summary=true":                        {"name"},
	} {
		resource, _, _ := strings.Cut(path, "?")
		whole, err := members([]byte(w.get(token, resource).body))
		w.must(err)
		got := w.get(token, path)
		part, err := members([]byte(compact(t, got.body)))
		w.must(err)
		for _, name := range elements {
			if value(part, name) == "" || value(part, name) != value(whole, name) {
				t.Errorf("%s: %s is %s, want %s", path, name, value(part, name), value(whole, name))
			}
		}
		if shown := leaving(part, append(elements, "resourceType", "id", "meta")...); len(shown) > 0 {
			t.Errorf("%s: shows %v", path, shown)
		}
		if !strings.Contains(value(part, "meta"), "SUBSETTED") {
			t.Errorf("%s: meta %s", path, value(part, "meta"))
		}
	}
}
