package r4

import "testing"

func TestDecimal(t *testing.T) {
	for want, d := range map[string]Decimal{
		"0": {}, "7": {7, 0}, "-7": {-7, 0}, "0.0": {0, 1}, "7.20": {720, 2}, "-0.05": {-5, 2}, "12.345": {12345, 3}, "0.007": {7, 3},
	} {
		if got := d.String(); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}

// Elements come in the order of the specification, zeros that mean something stay, and
// what has no value is left out.
func TestMarshal(t *testing.T) {
	no, none := false, 0
	got, err := Marshal(&Patient{
		Resource: Resource{ID: "p", Meta: WithProfiles(&Meta{Tag: []Coding{{Code: "t"}}}, []string{"x"}), Contained: []Any{&Device{Resource: Resource{ID: "d"}}}},
		Active:   &no, Name: []HumanName{{Family: "Weiß <&>"}}, MultipleBirthInteger: &none,
	})
	const want = `{"resourceType":"Patient","id":"p","meta":{"profile":["x"],"tag":[{"code":"t"}]},"contained":[{"resourceType":"Device","id":"d"}],"active":false,"name":[{"family":"Weiß <&>"}],"multipleBirthInteger":0}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s\n%s", err, got, want)
	}
	got, err = Marshal(&Observation{ValueQuantity: &Quantity{Value: Decimal{0, 1}, Unit: "%"}})
	if want := `{"resourceType":"Observation","valueQuantity":{"value":0.0,"unit":"%"}}`; err != nil || string(got) != want {
		t.Errorf("%v\n%s\n%s", err, got, want)
	}
}
