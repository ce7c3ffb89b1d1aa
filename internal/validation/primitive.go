package validation

import (
	"github.com/granary-fhir/granary/internal/fhirjson"
)

// format is what a primitive type looks like in JSON (datatypes.html#primitive).
type format struct {
	kind  fhirjson.Kind
	valid func(text string) bool // nil: whatever is of the kind
	want  string                 // what a valid text is
	check func(text string) (code, wrong string)
}

// formats are R4's primitive types.
var formats = map[string]*format{
	"base64Binary": {kind: fhirjson.String, valid: isBase64, want: "base64, in fours, with padding"},
	"boolean":      {kind: fhirjson.Bool},
	"canonical":    {kind: fhirjson.String, valid: isURI, want: "a canonical URL without spaces"},
	"code":         {kind: fhirjson.String, valid: isCode, want: "a code: no space at its ends, and single spaces within"},
	"date":         {kind: fhirjson.String, valid: isDate, want: "a date: YYYY, YYYY-MM or YYYY-MM-DD, of a day that exists"},
	"dateTime":     {kind: fhirjson.String, valid: isDateTime, want: "a dateTime: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a time zone"},
	"decimal":      {kind: fhirjson.Number},
	"id":           {kind: fhirjson.String, valid: isID, want: "an id: 1 to 64 letters, digits, '-' and '.'"},
	"instant":      {kind: fhirjson.String, valid: isInstant, want: "an instant: YYYY-MM-DDThh:mm:ss with a time zone"},
	"integer":      {kind: fhirjson.Number, valid: isInteger, want: "an integer: -2147483648 to 2147483647, without fraction or exponent"},
	"markdown":     {kind: fhirjson.String, valid: isString, want: wantString},
	"oid":          {kind: fhirjson.String, valid: isOID, want: "an OID as urn:oid:1.2.3"},
	"positiveInt":  {kind: fhirjson.Number, valid: isPositiveInt, want: "a positiveInt: 1 to 2147483647, without fraction or exponent"},
	"string":       {kind: fhirjson.String, valid: isString, want: wantString},
	"time":         {kind: fhirjson.String, valid: isTime, want: "a time: hh:mm:ss"},
	"unsignedInt":  {kind: fhirjson.Number, valid: isUnsignedInt, want: "an unsignedInt: 0 to 2147483647, without fraction or exponent"},
	"uri":          {kind: fhirjson.String, valid: isURI, want: "a URI without spaces"},
	"url":          {kind: fhirjson.String, valid: isURI, want: "a URL without spaces"},
	"uuid":         {kind: fhirjson.String, valid: isUUID, want: "a UUID as urn:uuid:c757873d-ec9a-4326-a141-556f43239520, in lower case"},
	"xhtml":        {kind: fhirjson.String, check: narrative},
}

const wantString = "a string of at most 1048576 characters, without control characters but tab, CR and LF"

// elementID is the id of an element, which is a string of its own kind
// (element.html#id).
var elementID = &format{kind: fhirjson.String, valid: isElementID, want: "an id without spaces"}

// primitive checks a value of a primitive type.
func (c *checker) primitive(p *property, n *fhirjson.Node) {
	f, text := p.format, n.Text()
	switch {
	case n.Kind() != f.kind:
		c.wrongKind(f.kind, n.Kind())
	case text == "":
		c.empty("string")
	case f.check != nil:
		if code, wrong := f.check(text); wrong != "" {
			c.fault(code, wrong)
		}
	case f.valid != nil && !f.valid(text):
		c.fault(codeValue, quote(text)+" is not "+f.want)
	case p.codes != nil:
		c.code(p.codes, text)
	}
}
