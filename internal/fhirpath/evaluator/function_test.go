package evaluator

import "testing"

// The examples of the specification's functions, and their edges.
func TestStrings(t *testing.T) {
	cases{
		{"'abcdefg'.indexOf('bc')", "1"}, {"'abcdefg'.indexOf('x')", "-1"}, {"'abc'.indexOf('')", "0"}, {"'äöü'.indexOf('ü')", "2"}, {"{}.indexOf('x')", ""},
		{"'abcdefg'.substring(3)", "defg"}, {"'abcdefg'.substring(1, 2)", "bc"}, {"'abcdefg'.substring(6, 2)", "g"}, {"'abcdefg'.substring(7, 1)", ""}, {"'abc'.substring(-1)", ""}, {"'äöü'.substring(1, 1)", "ö"},
		{"'abc'.startsWith('ab')", "true"}, {"'abc'.startsWith('')", "true"}, {"'abc'.endsWith('bc')", "true"}, {"'abc'.contains('b')", "true"}, {"'abc'.contains('d')", "false"}, {"'abc'.contains({})", ""},
		{"'aBc'.upper() & 'aBc'.lower()", "ABCabc"}, {"'abc'.length()", "3"}, {"'äöü'.length()", "3"}, {"''.length()", "0"}, {"'abc'.toChars()", "a, b, c"},
		{"'abcdefg'.replace('cde', '123')", "ab123fg"}, {"'abc'.replace('', 'x')", "xaxbxcx"}, {"'11/30/1972'.replaceMatches('(\\\\d+)/(\\\\d+)/(\\\\d+)', '$2-$1-$3')", "30-11-1972"},
		{"'1234567890'.matches('^[0-9]{10}$')", "true"}, {"'123'.matches('^[0-9]{10}$')", "false"}, {"'x123y'.matches('[0-9]')", "true"}, {"'x123y'.matchesFull('[0-9]+')", "false"}, {"'a\\nb'.matches('a.b')", "true"},
		{"'a'.matches('(?=a)')", "! \"'a'.matches('(?=a)')\": a regular expression is not supported: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
		{"'a'.matches('(' + '?=a)')", "! a regular expression is not supported: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
		{"' a '.trim()", "a"}, {"'a,b'.split(',')", "a, b"}, {"('a' | 'b').join('-')", "a-b"}, {"('a' | 'b').join()", "ab"},
		{"1.length()", "! Integer stands where a String is expected"}, {"('a' | 'b').length()", "! a collection of several items stands where one is expected"},
		{"'abc'.substring('x')", "! x stands where an Integer is expected"}, {"name.first().startsWith('x')", "! the HumanName has no single value"},
	}.run(t, patient)
}

func TestConversion(t *testing.T) {
	cases{
		{"iif(true, 1, 2)", "1"}, {"iif(false, 1, 2)", "2"}, {"iif({}, 1, 2)", "2"}, {"iif(false, 1)", ""}, {"name.iif(count() > 2, 'many', 'few')", "many"}, {"iif(true, 1, 1.length())", "1"},
		{"'true'.toBoolean()", "true"}, {"'N'.toBoolean()", "false"}, {"'x'.toBoolean()", ""}, {"1.toBoolean()", "true"}, {"2.toBoolean()", ""}, {"active.toBoolean()", "true"},
		{"'12'.toInteger()", "12"}, {"'-12'.toInteger()", "-12"}, {"'1.2'.toInteger()", ""}, {"'x'.toInteger()", ""}, {"1.5.toInteger()", ""}, {"true.toInteger()", "1"}, {"''.toInteger()", ""},
		{"'1.20'.toDecimal()", "1.20"}, {"1.toDecimal() is Decimal", "true"}, {"'1e9'.toDecimal()", ""}, {"1.50.toString()", "1.50"}, {"true.toString()", "true"}, {"@2014-01.toString()", "2014-01"}, {"1 'mg'.toString()", "1 'mg'"},
		{"birthDate.toString().length()", "10"}, {"name.first().toString()", ""}, {"name.toString()", "! a collection of several items stands where one is expected"},
		{"'2014-02'.toDate()", "2014-02"}, {"'2014-02-30'.toDate()", ""}, {"'2014-13'.toDate()", ""}, {"@2014-01-01T10:00:00Z.toDate()", "2014-01-01"}, {"'2014-01-01T10:30Z'.toDateTime()", "2014-01-01T10:30Z"}, {"birthDate.toDateTime() is DateTime", "true"},
		{"'10:30'.toTime()", "10:30"}, {"'25:30'.toTime()", ""}, {"'4 days'.toQuantity()", "4 day"}, {"'4 \\'mg\\''.toQuantity()", "4 'mg'"}, {"'4'.toQuantity()", "4 '1'"}, {"'4 moons'.toQuantity()", ""}, {"1.toQuantity()", "1 '1'"},
		{"'1'.convertsToInteger()", "true"}, {"'x'.convertsToInteger()", "false"}, {"{}.convertsToInteger()", ""}, {"'x'.convertsToBoolean()", "false"}, {"1.convertsToDecimal()", "true"}, {"name.first().convertsToString()", "false"},
		{"'2014'.convertsToDate()", "true"}, {"'x'.convertsToDateTime()", "false"}, {"'10'.convertsToTime()", "true"}, {"'x'.convertsToQuantity()", "false"},
		{"birthDate.getValue() is Date", "true"}, {"name.getValue()", ""}, {"name.hasValue()", "false"}, {"active.hasValue()", "true"}, {"name.given.hasValue()", "false"},
	}.run(t, patient)
}

func TestMathematics(t *testing.T) {
	cases{
		{"(-5).abs()", "5"}, {"(-5.5 'mg').abs()", "5.5 'mg'"}, {"1.1.ceiling()", "2"}, {"(-1.1).ceiling()", "-1"}, {"1.ceiling()", "1"}, {"2.1.floor()", "2"}, {"(-2.1).floor()", "-3"}, {"101.9.truncate()", "101"}, {"(-1.56).truncate()", "-1"},
		{"1.5.round()", "2"}, {"3.14159.round(3)", "3.142"}, {"3.1.round(-1)", "! a number has too many digits"}, {"81.sqrt()", "9"}, {"(-1).sqrt()", ""}, {"0.exp()", "1"}, {"1.ln()", "0"}, {"16.log(2)", "4"}, {"0.ln()", ""},
		{"2.power(3)", "8"}, {"2.5.power(2)", "6.25"}, {"(-1).power(0.5)", ""}, {"{}.power(2)", ""}, {"'x'.abs()", "! a number is expected"}, {"10.power(400)", ""},
	}.run(t, patient)
}
