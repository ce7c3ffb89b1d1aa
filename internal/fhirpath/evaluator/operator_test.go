package evaluator

import "testing"

const observation = `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"BP"}]},
"effectiveDateTime":"2015-02-04T14:34:28Z","issued":"2015-02-04T15:34:28+01:00",
"valueQuantity":{"value":185.0,"unit":"lbs","system":"http://unitsofmeasure.org","code":"[lb_av]"},
"component":[{"code":{"coding":[{"code":"85354-9","system":"http://loinc.org","display":"BP"}]},"valueQuantity":{"value":5,"comparator":"<"}},
 {"code":{"text":"t"},"valueInteger":3}]}`

// Three-valued logic, as the truth tables of the specification have it
// (http://hl7.org/fhirpath/N1/#boolean-logic).
func TestLogic(t *testing.T) {
	cases{
		{"true and true", "true"}, {"true and false", "false"}, {"true and {}", ""},
		{"false and {}", "false"}, {"{} and false", "false"}, {"{} and {}", ""}, {"{} and true", ""},
		{"true or false", "true"}, {"false or false", "false"}, {"{} or true", "true"}, {"true or {}", "true"}, {"false or {}", ""}, {"{} or {}", ""},
		{"true xor false", "true"}, {"true xor true", "false"}, {"true xor {}", ""}, {"{} xor false", ""},
		{"true implies true", "true"}, {"true implies false", "false"}, {"true implies {}", ""},
		{"false implies {}", "true"}, {"{} implies true", "true"}, {"{} implies false", ""}, {"{} implies {}", ""},
		{"true.not()", "false"}, {"{}.not()", ""}, {"status.not()", "false"},
		{"status and code", "true"},
		{"component or status", "true"}, {"component or false", "! a collection of several items stands where a Boolean is expected"},
		{"true or component", "true"},
	}.run(t, observation)
}

func TestEquality(t *testing.T) {
	cases{
		{"1 = 1.0", "true"}, {"1 = 2", "false"}, {"1 = {}", ""}, {"{} != {}", ""}, {"1 = '1'", "false"},
		{"(1 | 2) = (1 | 2)", "true"}, {"(1 | 2) = (2 | 1)", "false"}, {"(1 | 2) = 1", "false"}, {"(1 | 2) ~ (2 | 1)", "true"},
		{"{} ~ {}", "true"}, {"1 ~ {}", "false"}, {"1 !~ 2", "true"}, {"0.33 ~ 0.333", "true"}, {"0.33 = 0.333", "false"},
		{"'A b' ~ 'a  B'", "true"}, {"'A' = 'a'", "false"}, {"true = true", "true"}, {"true ~ false", "false"},
		{"@2012 = @2012", "true"}, {"@2012 = @2013", "false"}, {"@2012-01 = @2012", ""}, {"@2012-01 ~ @2012", "false"},
		{"@2012-01-01T10:30 = @2012-01-01T10:30", "true"}, {"@2012-01-01T10:30:31.0 = @2012-01-01T10:30:31", "true"},
		{"@2012-01-01T10:30:31.1 = @2012-01-01T10:30:31", "false"},
		{"@2012-01-01T10:30 = @2012-01-01T11:30", "false"}, {"@2012-01-01T10:30Z = @2012-01-01T10:30", ""},
		{"@T10:30 = @T10:30", "true"}, {"@T10 = @2012-01-01", "false"},
		{"effective = issued", "true"}, {"effective = @2015-02-04T14:34:28Z", "true"}, {"effective > @2015-02-04", ""}, {"effective > @2015-02-03", "true"},
		{"value = 185 '[lb_av]'", "true"}, {"value = 184 '[lb_av]'", "false"},
		{"value > 1 'kg'", `! quantities in "[lb_av]" and "kg" are not compared: units are not converted`},
		{"1 'h' = 60 'min'", "true"}, {"1 hour = 60 minutes", "true"}, {"1 week = 7 'd'", "true"}, {"1 year ~ 1 'a'", "true"},
		{"1 month = 30 days", `! quantities in "month" and "day" are not compared: units are not converted`},
		{"component[0].value > 3", "! a Quantity with a comparator has no single value"},
		{"code.coding = component.code.coding", "true"}, {"code = component[1].code", "false"}, {"code ~ component[0].code", "true"},
		{"code = 'x'", "false"}, {"status = 'final'", "true"},
	}.run(t, observation)
}

func TestOrder(t *testing.T) {
	cases{
		{"10 > 5", "true"}, {"10 > 5.0", "true"}, {"'abc' > 'ABC'", "true"}, {"4 >= 4", "true"}, {"3 < 3", "false"}, {"3 <= 3", "true"}, {"1 > {}", ""},
		{"@2018-03-01 > @2018-01-01", "true"}, {"@2018-03 > @2018-03-01", ""}, {"@2018-03 > @2018-02-28", "true"},
		{"@2018-03-01T10:30 > @2018-03-01T10:30:00", ""}, {"@2018-03-01T10:30:00 >= @2018-03-01T10:30:00.0", "true"},
		{"@2018-03-01T10:30:00+01:00 < @2018-03-01T10:30:00Z", "true"}, {"@T10:30 > @T10:00", "true"}, {"@T10 > @T10:30", ""},
		{"4 days > 3 days", "true"}, {"1 > 'x'", "! Integer and String have no order"}, {"@T10 > @2018", "! Time and Date have no order"},
		{"(1 | 2) > 1", "! a collection of several items stands where one is expected"}, {"code > 1", "! the CodeableConcept has no single value"},
	}.run(t, observation)
}

func TestCollections(t *testing.T) {
	cases{
		{"1 in (1 | 2)", "true"}, {"3 in (1 | 2)", "false"}, {"{} in (1 | 2)", ""}, {"1 in {}", "false"}, {"(1 | 2) contains 2", "true"}, {"'a' in 'a' | 'b'", "true"},
		{"(1 | 2) in 1", "! a collection of several items stands where one is expected"},
		{"1 | 2 | 1", "1, 2"}, {"(1).combine(1)", "1, 1"}, {"(1 | 2).union(2 | 3)", "1, 2, 3"},
		{"(1 | 2 | 3).intersect(2 | 3 | 4)", "2, 3"}, {"(1 | 2 | 3).exclude(2)", "1, 3"}, {"(1).combine(1).distinct()", "1"},
		{"(1).combine(1).isDistinct()", "false"}, {"{}.isDistinct()", "true"},
		{"(1 | 2).subsetOf(1 | 2 | 3)", "true"}, {"(1 | 4).subsetOf(1 | 2 | 3)", "false"}, {"{}.subsetOf(1)", "true"}, {"(1 | 2).supersetOf(1)", "true"},
		{"(1 | 2 | 3).first()", "1"}, {"(1 | 2 | 3).last()", "3"}, {"(1 | 2 | 3).tail()", "2, 3"}, {"(1 | 2 | 3).skip(2)", "3"}, {"(1 | 2 | 3).take(2)", "1, 2"},
		{"(1 | 2).skip(-1)", "1, 2"}, {"(1 | 2).take(0)", ""}, {"{}.first()", ""}, {"{}.last() | {}.tail()", ""}, {"(1).single()", "1"}, {"{}.single()", ""},
		{"(1 | 2).single()", "! a collection of several items stands where one is expected"}, {"(1 | 2)[1]", "2"}, {"(1 | 2)[{}]", ""},
		{"(true | false).allTrue()", "false"}, {"{}.allTrue()", "true"}, {"(true | false).anyTrue()", "true"}, {"{}.anyTrue()", "false"},
		{"(true | false).allFalse()", "false"}, {"(true | false).anyFalse()", "true"}, {"(1 | true).allTrue()", "! something stands where a Boolean is expected that is none"},
		{"(1 | 2 | 3).all($this > 0)", "true"}, {"(1 | 2).all($this > 1)", "false"}, {"{}.all(false)", "true"}, {"(1 | 2).exists($this > 1)", "true"},
		{"(1 | 2 | 3).where($this > 1)", "2, 3"}, {"(1 | 2).select($this * 2)", "2, 4"}, {"(1).repeat(iif($this < 4, $this + 1, {}))", "2, 3, 4"},
		{"(1 | 2 | 3).aggregate($this + $total, 0)", "6"}, {"(1 | 2).aggregate(iif($total.empty(), $this, $total * $this))", "2"},
		{"(1 | 2).count()", "2"}, {"{}.empty()", "true"},
	}.run(t, observation)
}

func TestArithmetic(t *testing.T) {
	cases{
		{"1 + 2 * 3", "7"}, {"1 - 2 - 3", "-4"}, {"-1 + 2", "1"}, {"-(1 + 2)", "-3"}, {"0.1 + 0.2", "0.3"}, {"1.50 + 1", "2.50"}, {"1.2 * 1.8", "2.16"},
		{"5 / 2", "2.5"}, {"4 / 2", "2.0"}, {"1 / 3", "0.33333333"}, {"1 / 0", ""}, {"5 div 2", "2"}, {"-5 div 2", "-2"}, {"5.5 div 0.7", "7"}, {"5 div 0", ""},
		{"5 mod 2", "1"}, {"5.5 mod 0.7", "0.6"}, {"-5 mod 2", "-1"}, {"5 mod 0", ""}, {"1 + {}", ""},
		{"'a' + 'b'", "ab"}, {"'a' + {}", ""}, {"'a' & {} & 'b'", "ab"}, {"'a' + 1", "! there is no arithmetic of String and Integer"},
		{"3 'mg' + 4 'mg'", "7 'mg'"}, {"3 'mg' * 2", "6 'mg'"}, {"3 'mg' + 1 'g'", `! quantities in "mg" and "g" are not added: units are not converted`},
		{"-3 days", "-3 day"}, {"@2014-01-31 + 1 month", "2014-02-28"}, {"@2016-02-29 + 1 year", "2017-02-28"}, {"@2014 + 24 months", "2016"}, {"@2014 + 365 days", "2015"},
		{"@2014-01-01 - 1 day", "2013-12-31"}, {"@2014-01-01 + 36 hours", "2014-01-02"}, {"@2014-01-01 + 7.7 days", "2014-01-08"},
		{"@2014-01-01T12:00:00Z + 90 minutes", "2014-01-01T13:30:00Z"}, {"@2014-01-01T12:00:00 + 10 milliseconds", "2014-01-01T12:00:00.010"},
		{"@T23:30 + 1 hour", "00:30"}, {"@2014-01 + 60 days", "2014-03"}, {"@9999-12-31 + 1 day", ""}, {"@0001 - 2 years", ""},
		{"@2014 + 1 'mg'", "! a date is moved by a duration: years, months, weeks, days, hours, minutes, seconds or milliseconds"},
		{"@T10 + 1 year", "! a date is moved by a duration: years, months, weeks, days, hours, minutes, seconds or milliseconds"},
	}.run(t, observation)
}

func TestTypes(t *testing.T) {
	cases{
		{"1 is Integer", "true"}, {"1 is System.Integer", "true"}, {"1.0 is Decimal", "true"}, {"'a' is String", "true"}, {"true is Boolean", "true"},
		{"@2014 is Date", "true"}, {"@2014T is DateTime", "true"}, {"@T14 is Time", "true"}, {"1 'mg' is Quantity", "true"}, {"1 is FHIR.integer", "false"},
		{"status is code", "true"}, {"status is string", "true"}, {"status is FHIR.code", "true"}, {"status is String", "false"}, {"effective is DateTime", "false"},
		{"effective is dateTime", "true"}, {"value is Quantity", "true"}, {"value is Element", "true"}, {"value is CodeableConcept", "false"}, {"{} is Quantity", ""},
		{"component is BackboneElement", "! a collection of several items stands where one is expected"}, {"component[0] is BackboneElement", "true"},
		{"(value as Quantity).unit", "lbs"}, {"value.as(Period)", ""}, {"component.value.ofType(integer)", "3"}, {"descendants().as(uri).count()", "3"},
		{"is(Observation)", "true"}, {"is(DomainResource)", "true"}, {"is(Patient)", "false"}, {"status.is('x')", `! "status.is('x')": the argument of is() is a type`},
		{"status.is(code, code)", `! "status.is(code, code)": the function is() has 2 arguments, and takes 1`},
	}.run(t, observation)
}
