package links

import (
	"testing"

	"github.com/granary-fhir/granary/internal/fhirjson"
)

func TestRewrite(t *testing.T) {
	l := map[string]string{
		"urn:uuid:p":             "Patient/p",
		"urn:oid:1.2.3":          "Library/lib",
		"http://x/fhir/Device/d": "Device/d",
		"http://x/ValueSet/v":    "ValueSet/v",
	}
	for _, c := range []struct{ name, in, want string }{
		{"reference", `{"subject":{"reference":"urn:uuid:p","display":"urn:uuid:p"}}`,
			`{"subject":{"reference":"Patient/p","display":"urn:uuid:p"}}`},
		{"reference to an http fullUrl", `{"device":{"reference":"http://x/fhir/Device/d"}}`, `{"device":{"reference":"Device/d"}}`},
		{"unknown references", `{"focus":[{"reference":"urn:uuid:none"},{"reference":"http://y/Device/d"},{"reference":"#p"},{"reference":"Patient/p"}]}`,
			`{"focus":[{"reference":"urn:uuid:none"},{"reference":"http://y/Device/d"},{"reference":"#p"},{"reference":"Patient/p"}]}`},
		{"a string is not a link", `{"valueString":"urn:uuid:p","identifier":[{"system":"urn:ietf:rfc:3986","value":"urn:uuid:p"}]}`,
			`{"valueString":"urn:uuid:p","identifier":[{"system":"urn:ietf:rfc:3986","value":"urn:uuid:p"}]}`},
		{"uri, url, oid in extensions", `{"implicitRules":"urn:oid:1.2.3","extension":[{"url":"http://e","valueOid":"urn:oid:1.2.3"},{"url":"urn:uuid:q","valueUri":"urn:uuid:p"},{"url":"http://e","valueUrl":"urn:uuid:p"},{"url":"http://e","valueReference":{"reference":"urn:uuid:p"}}]}`,
			`{"implicitRules":"Library/lib","extension":[{"url":"http://e","valueOid":"Library/lib"},{"url":"urn:uuid:q","valueUri":"Patient/p"},{"url":"http://e","valueUrl":"Patient/p"},{"url":"http://e","valueReference":{"reference":"Patient/p"}}]}`},
		{"a canonical is a name", `{"meta":{"profile":["urn:uuid:p"]},"extension":[{"url":"http://e","valueCanonical":"urn:oid:1.2.3"}]}`,
			`{"meta":{"profile":["urn:uuid:p"]},"extension":[{"url":"http://e","valueCanonical":"urn:oid:1.2.3"}]}`},
		{"the entries of a Bundle refer to each other", `{"contained":[{"resourceType":"Bundle","entry":[
				{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:p"}}],"photo":[{"url":"urn:uuid:p"}],"implicitRules":"urn:oid:1.2.3"}},
				{"resource":{"resourceType":"Basic","subject":{"reference":"urn:uuid:p"},"author":{"reference":"http://x/fhir/Device/d"}}}]}],"subject":{"reference":"urn:uuid:p"}}`,
			`{"contained":[{"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:p"}}],"photo":[{"url":"urn:uuid:p"}],"implicitRules":"Library/lib"}},{"resource":{"resourceType":"Basic","subject":{"reference":"urn:uuid:p"},"author":{"reference":"Device/d"}}}]}],"subject":{"reference":"Patient/p"}}`},
		{"an http URL of type uri may be a name", `{"extension":[{"url":"http://e","valueUri":"http://x/ValueSet/v"}]}`, `{"extension":[{"url":"http://e","valueUri":"http://x/ValueSet/v"}]}`},
		{"beside a primitive", `{"_status":{"extension":[{"url":"http://e","valueReference":{"reference":"urn:uuid:p"}}]}}`,
			`{"_status":{"extension":[{"url":"http://e","valueReference":{"reference":"Patient/p"}}]}}`},
		{"contained", `{"contained":[{"resourceType":"Specimen","id":"s","subject":{"reference":"urn:uuid:p"}}]}`,
			`{"contained":[{"resourceType":"Specimen","id":"s","subject":{"reference":"Patient/p"}}]}`},
		{"in a backbone element", `{"component":[{"code":{"text":"c"},"valueQuantity":{"value":1.00}},{"extension":[{"url":"u","valueReference":{"reference":"urn:uuid:p"}}]}]}`,
			`{"component":[{"code":{"text":"c"},"valueQuantity":{"value":1.00}},{"extension":[{"url":"u","valueReference":{"reference":"Patient/p"}}]}]}`},
		{"narrative", `{"text":{"status":"generated","div":"<div><a href=\"urn:uuid:p\">urn:uuid:p</a><img src='urn:uuid:p'/><a href=\"urn:uuid:q\"/></div>"}}`,
			`{"text":{"status":"generated","div":"<div><a href=\"Patient/p\">urn:uuid:p</a><img src='Patient/p'/><a href=\"urn:uuid:q\"/></div>"}}`},
		{"unknown members stay", `{"foo":{"reference":"urn:uuid:p"},"valueDecimal":1e2}`, `{"foo":{"reference":"urn:uuid:p"},"valueDecimal":1e2}`},
		{"literals stay", `{"note":[{"text":"\u00e9 \/ urn:"}],"valueQuantity":{"value":1.50},"subject":{"reference":"urn:uuid:p"}}`,
			`{"note":[{"text":"\u00e9 \/ urn:"}],"valueQuantity":{"value":1.50},"subject":{"reference":"Patient/p"}}`},
		{"wrong shapes stay", `{"subject":"urn:uuid:p","focus":{"reference":["urn:uuid:p"]},"component":[[1]]}`,
			`{"subject":"urn:uuid:p","focus":{"reference":["urn:uuid:p"]},"component":[[1]]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			const head = `{"resourceType":"Observation","id":"o",`
			resource, err := fhirjson.Parse([]byte(head + c.in[1:]))
			if err != nil {
				t.Fatal(err)
			}
			got := Rewrite(resource, func(url string) (string, bool) {
				reference, ok := l[url]
				return reference, ok
			})
			if want := head + c.want[1:]; string(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}
