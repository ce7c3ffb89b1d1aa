package scope

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/granary-fhir/granary/search"
	"github.com/granary-fhir/granary/store"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Scope{
		"patient/Observation.rs":    {Level: Patient, Type: "Observation", Letters: "rs"},
		"user/*.cruds":              {Level: User, Type: "*", Letters: "cruds"},
		"system/Patient.d":          {Level: System, Type: "Patient", Letters: "d"},
		"patient/Observation.read":  {Level: Patient, Type: "Observation", Letters: "rs"},
		"patient/Observation.write": {Level: Patient, Type: "Observation", Letters: "cud"},
		"patient/*.*":               {Level: Patient, Type: "*", Letters: "cruds"},
		"patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory": {
			Level: Patient, Type: "Observation", Letters: "rs",
			Params: []search.Pair{{Name: "category", Value: "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"}}},
		"patient/Observation.rs?code:in=http://valueset.example.org/ValueSet/diabetes-codes": {
			Level: Patient, Type: "Observation", Letters: "rs",
			Params: []search.Pair{{Name: "code:in", Value: "http://valueset.example.org/ValueSet/diabetes-codes"}}},
		"user/Observation.r?b=2&a=x,y&b=1&b=2": {Level: User, Type: "Observation", Letters: "r",
			Params: []search.Pair{{Name: "a", Value: "x,y"}, {Name: "b", Value: "1"}, {Name: "b", Value: "2"}}},
		"user/Patient.r?_has:Observation:subject:code=a=b?c": {Level: User, Type: "Patient", Letters: "r",
			Params: []search.Pair{{Name: "_has:Observation:subject:code", Value: "a=b?c"}}},
		"openid": {name: "openid"}, "fhirUser": {name: "fhirUser"}, "profile": {name: "profile"},
		"launch": {name: "launch"}, "launch/patient": {name: "launch/patient"}, "launch/encounter": {name: "launch/encounter"},
		"launch/location": {name: "launch/location"},
		"offline_access":  {name: "offline_access"}, "online_access": {name: "online_access"},
	} {
		want.text = text
		got, err := Parse(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Parse(%q) = %+v, %v\nwant %+v", text, got, err, want)
		}
		if got.GrantsData() != (want.Level != "") {
			t.Errorf("%q: GrantsData = %v", text, got.GrantsData())
		}
	}
}

func TestLeak43ParseRefuses(t *testing.T) {
	for text, reason := range map[string]string{
		"patient/Observation.dus":             `"dus" is not an interaction`,
		"patient/Observation.rr":              `"rr" is not an interaction`,
		"patient/Observation.sr":              `"sr" is not an interaction`,
		"patient/Observation.read-only":       `"read-only" is not an interaction`,
		"patient/Observation.Read":            `"Read" is not an interaction`,
		"patient/Observation.rs.":             `"rs." is not an interaction`,
		"patient/Observation.rs,c":            `"rs,c" is not an interaction`,
		"patient/Observation.":                "no interaction",
		"patient/Observation":                 "is written like patient/Observation.rs",
		"patient":                             "is written like patient/Observation.rs",
		"patient.Observation/rs":              "should begin with patient/, user/ or system/",
		"patient/observation.rs":              `"observation" is not a resource type`,
		"patient/Nonsense.rs":                 `"Nonsense" is not a resource type`,
		"patient/DomainResource.rs":           `"DomainResource" is not a resource type`,
		"patient/.rs":                         `"" is not a resource type`,
		"patient/**.rs":                       `"**" is not a resource type`,
		"patient//Observation.rs":             `"/Observation" is not a resource type`,
		"Patient/Observation.rs":              "should begin with",
		"practitioner/Observation.rs":         "should begin with",
		"launch/practitioner":                 "should begin with",
		"launch/patient?role=":                "should begin with",
		"openid?role=x":                       "should begin with",
		"launch?role=x":                       "should begin with",
		"smart/orchestrate_launch":            "should begin with",
		"":                                    "should begin with",
		"*":                                   "should begin with",
		"patient/Observation.rs?":             "a search parameter with a value",
		"patient/Observation.rs?category":     "a search parameter with a value",
		"patient/Observation.rs?category=":    "a search parameter with a value",
		"patient/Observation.rs?=x":           "a search parameter with a value",
		"patient/Observation.rs?a=b&":         "a search parameter with a value",
		"patient/Observation.rs?&a=b":         "a search parameter with a value",
		"patient/Observation.rs?a=%2":         "percent-encoded",
		"patient/Observation.rs?a=%zz":        "percent-encoded",
		"patient/Observation.rs?a=%ff":        "does not stand for a text",
		"patient/Observation.rs?a=%20":        "does not stand for a text",
		"patient/Observation.rs?%20=a":        "does not stand for a text",
		"patient/Observation.rs?a=\"b\"":      "position 26 cannot stand in a scope",
		"patient/Observation.rs?a=b\\,c":      "position 27 cannot stand in a scope",
		"patient/Observation.rs\tpatient/*.*": "position 23 cannot stand in a scope",
		"patient/Observation.rs?a=é":          "position 26 cannot stand in a scope",
		"patient/Observation.rs?code=a b":     "position 30 cannot stand in a scope",
	} {
		got, err := Parse(text)
		if err == nil {
			t.Errorf("Parse(%q) = %+v, want refused", text, got)
		} else if !strings.Contains(err.Error(), reason) {
			t.Errorf("Parse(%q): %v\nwant %s", text, err, reason)
		}
		if got.GrantsData() {
			t.Errorf("Parse(%q) grants though refused", text)
		}
	}
}

func TestParseList(t *testing.T) {
	scopes, refused := ParseList(" openid patient/Observation.read  patient/Observation.rs user/Nope.r patient/*.cu launch/x ")
	var written, reasons []string
	for _, s := range scopes {
		written = append(written, s.Written())
	}
	for _, r := range refused {
		reasons = append(reasons, r.Scope)
	}
	if want := []string{"openid", "patient/Observation.read", "patient/*.cu"}; !reflect.DeepEqual(written, want) {
		t.Errorf("scopes %q, want %q", written, want)
	}
	if want := []string{"user/Nope.r", "launch/x"}; !reflect.DeepEqual(reasons, want) {
		t.Errorf("refused %q, want %q", reasons, want)
	}
	if scopes, refused := ParseList(""); scopes != nil || refused != nil {
		t.Errorf("ParseList of nothing = %v, %v", scopes, refused)
	}
}

func TestString(t *testing.T) {
	for text, want := range map[string]string{
		"openid":                               "openid",
		"patient/Observation.read":             "patient/Observation.rs",
		"patient/Observation.write":            "patient/Observation.cud",
		"patient/*.*":                          "patient/*.cruds",
		"patient/Observation.rs?b=1&a=2&b=1":   "patient/Observation.rs?a=2&b=1",
		"patient/Observation.rs?c%6Fde=a%7Cb":  "patient/Observation.rs?code=a|b",
		"patient/Observation.rs?code=a+b%2Bc":  "patient/Observation.rs?code=a%20b%2Bc",
		"patient/Observation.rs?code=a%2Cb":    "patient/Observation.rs?code=a,b",
		"patient/Observation.rs?code=a%5C%2Cb": "patient/Observation.rs?code=a%5C,b",
		"patient/Observation.rs?code=a%26b=c":  "patient/Observation.rs?code=a%26b=c",
		"patient/Observation.rs?code=%2520":    "patient/Observation.rs?code=%2520",
		"patient/Observation.rs?name=%C3%A9":   "patient/Observation.rs?name=%C3%A9",
		"patient/Observation.rs?a%3Db=c":       "patient/Observation.rs?a%3Db=c",
	} {
		s, err := Parse(text)
		if err != nil || s.String() != want {
			t.Errorf("%q: String = %q, %v, want %q", text, s, err, want)
		}
		if s.Written() != text {
			t.Errorf("Written = %q, want %q", s.Written(), text)
		}
	}
}

// The canonical form means what was parsed, and is its own canonical form.
func TestStringParsesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScope(t)
		back, err := Parse(s.String())
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		back.text = s.text
		if !reflect.DeepEqual(back, s) {
			t.Fatalf("%q parses to %+v, want %+v", s, back, s)
		}
	})
}

// However a value is encoded, it is decoded once.
func TestLeak42Encoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := drawText(t, "value")
		want := search.Pair{Name: "code", Value: value}
		var every strings.Builder
		for i := range len(value) {
			every.WriteString("%" + strings.ToUpper(string("0123456789abcdef"[value[i]>>4])) + string("0123456789abcdef"[value[i]&15]))
		}
		form := url.QueryEscape(value)
		for _, encoded := range []string{form, strings.ReplaceAll(form, "+", "%20"), every.String(), encode(value, false)} {
			s, err := Parse("patient/Observation.rs?code=" + encoded)
			if err != nil {
				t.Fatalf("%q as %q: %v", value, encoded, err)
			}
			if len(s.Params) != 1 || s.Params[0] != want {
				t.Fatalf("%q as %q: %q", value, encoded, s.Params)
			}
		}
	})
}

func drawText(t *rapid.T, label string) string {
	text := rapid.StringOfN(rapid.RuneFrom([]rune(`aZ09 %&+=?#,|\$:/."é世`)), 1, 8, -1).Draw(t, label)
	if strings.TrimSpace(text) == "" {
		return "x"
	}
	return text
}

// drawScope draws a well-formed scope on resources, its parameters any texts.
func drawScope(t *rapid.T) Scope {
	text := rapid.SampledFrom([]string{"patient", "user", "system"}).Draw(t, "level") + "/" +
		rapid.SampledFrom([]string{"*", "Observation", "Patient", "Provenance"}).Draw(t, "type") + "." +
		drawLetters(t, "letters")
	separator := "?"
	for range rapid.IntRange(0, 3).Draw(t, "params") {
		text += separator + url.QueryEscape(drawText(t, "name")) + "=" + url.QueryEscape(drawText(t, "value"))
		separator = "&"
	}
	s, err := Parse(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return s
}

func drawLetters(t *rapid.T, label string) string {
	bits := rapid.IntRange(1, 31).Draw(t, label)
	letters := ""
	for i := range len(store.Letters) {
		if bits>>i&1 == 1 {
			letters += store.Letters[i : i+1]
		}
	}
	return letters
}

func FuzzParseScope(f *testing.F) {
	for _, seed := range []string{
		"patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory",
		"user/*.cruds", "system/Patient.read", "patient/*.*", "openid", "launch/patient", "patient/Observation.dus",
		"patient/Observation.rs?code:in=a%2Cb&_has:Provenance:target:agent=x+y", "patient/Observation.rs?%=%25%",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			if s.GrantsData() || s.String() != "" {
				t.Fatalf("%q is refused and yet %+v", text, s)
			}
			return
		}
		again, err := Parse(s.String())
		if err != nil || again.String() != s.String() {
			t.Fatalf("%q is %q, which is %q, %v", text, s, again, err)
		}
		if !reflect.DeepEqual(again.Params, s.Params) || again.Letters != s.Letters || again.Level != s.Level || again.Type != s.Type {
			t.Fatalf("%q: %+v, %+v", text, s, again)
		}
	})
}
