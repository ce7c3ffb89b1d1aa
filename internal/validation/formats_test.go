package validation

import (
	"fmt"
	"strings"
	"testing"
)

// TestPrimitives has literals in JSON of every primitive type but xhtml
// (datatypes.html#primitive).
func TestPrimitives(t *testing.T) {
	for _, c := range []struct {
		typ          string
		valid, wrong []string
	}{
		{"boolean", []string{`true`, `false`}, []string{`"true"`, `0`, `1`}},
		{"integer",
			[]string{`0`, `1`, `-1`, `2147483647`, `-2147483648`},
			[]string{`-0`, `2147483648`, `-2147483649`, `1.0`, `1e3`, `"1"`, `99999999999999999999999`}},
		{"unsignedInt", []string{`0`, `7`, `2147483647`}, []string{`-1`, `-0`, `2147483648`, `0.0`, `"0"`}},
		{"positiveInt", []string{`1`, `2147483647`}, []string{`0`, `-1`, `2147483648`, `1.5`, `1E0`, `true`}},
		{"decimal", []string{`0`, `-0`, `1.00`, `-3.14e-10`, `1E+400`, `0.0000000000000000001`}, []string{`"1.0"`, `true`}},
		{"string",
			[]string{`"a"`, `" a "`, `" "`, `"a\tb\nc\r"`, `"日本 😀"`, `"\u0085\u00a0"`, `"</script>"`},
			[]string{`""`, `"\u0000"`, `"a\u0008"`, `"\u001f"`, `1`, `true`}},
		{"markdown", []string{`"# A\n\n* b"`, `" x"`}, []string{`""`, `"\u0001"`, `5`}},
		{"code",
			[]string{`"a"`, `"a b"`, `"text/plain; charset=utf-8"`, `"<="`, `"é"`},
			[]string{`""`, `" a"`, `"a "`, `"a  b"`, `"a\tb"`, `"a\nb"`, `" "`, `1`}},
		{"uri",
			[]string{`"http://hl7.org/fhir"`, `"urn:oid:1.2.3"`, `"a"`, `"mailto:x@y"`, `"#x"`, `"Patient?a=b"`},
			[]string{`""`, `" http://a"`, `"http://a b"`, `"http://a\n"`, `"\u0000"`, `3`}},
		{"url", []string{`"https://a/b?c"`, `"Binary/1"`}, []string{`""`, `"http://a b"`, `"a\t"`}},
		{"canonical", []string{`"http://a/b|1.0"`, `"http://a/b#c"`, `"#q"`}, []string{`""`, `"http://a |1"`}},
		{"oid",
			[]string{`"urn:oid:1.2.3.4.5"`, `"urn:oid:2.16.840"`, `"urn:oid:0.0"`},
			[]string{`"1.2.3"`, `"urn:oid:3.1"`, `"urn:oid:1"`, `"urn:oid:1."`, `"urn:oid:1.02"`, `"urn:oid:1..2"`, `"urn:oid:1.x"`, `"urn:oid:"`, `""`, `"urn:OID:1.2"`}},
		{"uuid",
			[]string{`"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"`},
			[]string{`"urn:uuid:C757873D-EC9A-4326-A141-556F43239520"`, `"c757873d-ec9a-4326-a141-556f43239520"`, `"urn:uuid:c757873dec9a-4326-a141-556f43239520"`, `"urn:uuid:c757873d-ec9a-4326-a141-556f4323952g"`, `"urn:uuid:c757873d-ec9a-4326-a141-556f432395200"`, `""`}},
		{"id",
			[]string{`"a"`, `"A-1.b"`, `"` + strings.Repeat("x", 64) + `"`},
			[]string{`""`, `"a_b"`, `"a b"`, `"a/b"`, `"é"`, `"` + strings.Repeat("x", 65) + `"`, `1`}},
		{"base64Binary",
			[]string{`"AAAA"`, `"AAA="`, `"AA=="`, `"+/+/"`, `"AAAA\r\nAAAA"`, `"AA AA"`},
			[]string{`""`, `"AAA"`, `"A==="`, `"===="`, `"AA=A"`, `"AAAA-_"`, `"AAAA="`, `" "`, `"AÄ=="`}},
		{"date",
			[]string{`"2018"`, `"1973-06"`, `"1905-08-23"`, `"2024-02-29"`, `"2000-02-29"`, `"0001-01-01"`, `"9999-12-31"`},
			[]string{`"0000"`, `"18"`, `"2018-"`, `"2018-13"`, `"2018-00"`, `"2018-1"`, `"2023-02-29"`, `"1900-02-29"`, `"2018-04-31"`, `"2018-01-32"`,
				`"2018-01-00"`, `"2018-01-1"`, `"2018-01-01T"`, `"2018-01-01T00:00:00Z"`, `"2018/01/01"`, `" 2018"`, `"2018-01-01 "`, `"20180101"`, `"-2018"`, `"12018"`, `""`, `2018`, `"２０１８"`}},
		{"dateTime",
			[]string{`"2018"`, `"1973-06"`, `"1905-08-23"`, `"2015-02-07T13:28:17-05:00"`, `"2017-01-01T00:00:00.000Z"`, `"2016-12-31T23:59:60Z"`, `"2017-01-01T00:00:00.1234567890+14:00"`, `"2017-01-01T00:00:00-00:00"`},
			[]string{`"2015-02-07T13:28"`, `"2015-02-07T13:28Z"`, `"2015-02-07T13:28:17"`, `"2015-02-07T24:00:00Z"`, `"2015-02-07T13:60:00Z"`, `"2015-02-07T13:28:61Z"`,
				`"2015-02-07T13:28:17.Z"`, `"2015-02-07T13:28:17z"`, `"2015-02-07t13:28:17Z"`, `"2015-02-07 13:28:17Z"`, `"2015-02-07T13:28:17+15:00"`, `"2015-02-07T13:28:17+14:01"`,
				`"2015-02-07T13:28:17+1400"`, `"2015-02-07T13:28:17+01"`, `"2015-02-30T13:28:17Z"`, `"2015T13:28:17Z"`, `"2015-02T13:28:17Z"`, `"2015-02-07T13:28:17ZZ"`, `"2015-02-07T"`, `""`}},
		{"instant",
			[]string{`"2015-02-07T13:28:17.239+02:00"`, `"2017-01-01T00:00:00Z"`},
			[]string{`"2015"`, `"2015-02-07"`, `"2015-02-07T13:28:17"`, `"2015-02-07T13:28:17.239+02"`, `""`, `1423308497`}},
		{"time",
			[]string{`"00:00:00"`, `"23:59:59.999"`, `"12:00:60"`},
			[]string{`"24:00:00"`, `"12:00"`, `"1:00:00"`, `"12:00:00Z"`, `"12:00:00+01:00"`, `"12:00:00."`, `"12-00-00"`, `"T12:00:00"`, `""`}},
	} {
		for _, literal := range c.valid {
			if issues := primitive(t, c.typ, literal); issues != nil {
				t.Errorf("%s %s: %v", c.typ, literal, issues)
			}
		}
		for _, literal := range c.wrong {
			issues := primitive(t, c.typ, literal)
			if len(issues) != 1 || issues[0].Expression != "Parameters.parameter[0].value" || issues[0].Code != codeValue && issues[0].Code != codeStructure {
				t.Errorf("%s %s: %v, want one issue", c.typ, literal, issues)
			}
		}
	}
}

func primitive(t *testing.T, typ, literal string) []Issue {
	t.Helper()
	return Resource("Parameters", parse(t, fmt.Sprintf(`{"resourceType":"Parameters","parameter":[{"name":"x","value%s":%s}]}`, capitalise(typ), literal)))
}

func TestPrimitiveMessages(t *testing.T) {
	run(t, []check{
		{"kind", `{"resourceType":"Patient","active":"true","birthDate":{"a":1},"deceasedBoolean":1,"multipleBirthInteger":"2"}`, []string{
			"structure Patient.active: must be a boolean, not string",
			"structure Patient.birthDate: must be a string, not object",
			"structure Patient.deceased: must be a boolean, not number",
			"structure Patient.multipleBirth: must be a number, not string",
		}},
		{"format", `{"resourceType":"Patient","id":"a_b","birthDate":"1970-02-30"}`, []string{
			`value Patient.id: "a_b" is not an id: 1 to 64 letters, digits, '-' and '.'`,
			`value Patient.birthDate: "1970-02-30" is not a date: YYYY, YYYY-MM or YYYY-MM-DD, of a day that exists`,
		}},
		{"long", `{"resourceType":"Patient","birthDate":"` + strings.Repeat("é", 1000) + `"}`, []string{
			`value Patient.birthDate: "` + strings.Repeat("é", 32) + `"… is not a date: YYYY, YYYY-MM or YYYY-MM-DD, of a day that exists`,
		}},
		{"element id", `{"name":[{"id":"any thing"},{"id":"a/b_c"}],"resourceType":"Patient","_gender":{"id":" "}}`, []string{
			`value Patient.name[0].id: "any thing" is not an id without spaces`,
			`value Patient.gender.id: " " is not an id without spaces`,
		}},
		{"megabyte", `{"resourceType":"Patient","name":[{"text":"` + strings.Repeat("é", 1<<20) + `"},{"text":"` + strings.Repeat("a", 1<<20+1) + `"}],` +
			`"photo":[{"data":"` + strings.Repeat("AAAA", 1<<19) + `"}]}`, []string{
			`value Patient.name[1].text: "` + strings.Repeat("a", 64) + `"… is not ` + wantString,
		}},
	})
}
