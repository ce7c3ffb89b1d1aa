package search

import "testing"

func TestExtractString(t *testing.T) {
	runExtract(t, []extractCase{
		{"HumanName", `{"resourceType":"Patient","name":[{"use":"official","text":"Dr. Ann  LEE","family":"Lée","given":["Ann","M."],
			"prefix":["Dr."],"suffix":["PhD"],"period":{"start":"2020"}}]}`, "name family given",
			[]string{`family "lee" "Lée"`, `given "ann" "Ann"`, `given "m." "M."`,
				`name "dr. ann lee" "Dr. Ann  LEE"`, `name "lee" "Lée"`, `name "ann" "Ann"`, `name "m." "M."`,
				`name "dr." "Dr."`, `name "phd" "PhD"`}},
		{"Address", `{"resourceType":"Patient","address":[{"use":"home","text":"all","line":["1 Main St","Apt 2"],"city":"Boston",
			"district":"Suffolk","state":"MA","postalCode":"02101","country":"US"}]}`,
			"address address-city address-state address-postalcode address-country address-use",
			[]string{"address-use http://hl7.org/fhir/address-use|home",
				`address "all" "all"`, `address "1 main st" "1 Main St"`, `address "apt 2" "Apt 2"`, `address "boston" "Boston"`,
				`address "suffolk" "Suffolk"`, `address "ma" "MA"`, `address "02101" "02101"`, `address "us" "US"`,
				`address-city "boston" "Boston"`, `address-country "us" "US"`, `address-postalcode "02101" "02101"`, `address-state "ma" "MA"`}},
		{"string", `{"resourceType":"Organization","name":"Ärzte","alias":["A","A"]}`, "name",
			[]string{`name "arzte" "Ärzte"`, `name "a" "A"`}},
		{"markdown", `{"resourceType":"ActivityDefinition","description":"*Do*  it"}`, "description",
			[]string{`description "*do* it" "*Do*  it"`}},
		{"text of a concept", `{"resourceType":"Observation","valueCodeableConcept":{"coding":[{"code":"x","display":"y"}],"text":"Zed"}}`,
			"value-string value-concept value-concept:text",
			[]string{"value-concept |x", `value-concept:text "y" "y"`, `value-concept:text "zed" "Zed"`, `value-string "zed" "Zed"`}},
		{"case differs in exact alone", `{"resourceType":"Patient","name":[{"family":"Lee"},{"family":"LEE"}]}`, "family",
			[]string{`family "lee" "Lee"`, `family "lee" "LEE"`}},
	})
}
