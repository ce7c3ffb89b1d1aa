package validation

import (
	"testing"

	"github.com/granary-fhir/granary/internal/definitions"
)

func TestEveryPropertyHasItsType(t *testing.T) {
	for name, s := range structures() {
		bits := uint64(0)
		for _, e := range s.elements {
			if counted := e.min > 0 || len(e.types) > 0; counted != (e.bit != 0) || e.bit&bits != 0 {
				t.Errorf("%s.%s: bit %x", name, e.name, e.bit)
			}
			bits |= e.bit
			if e.array != (e.max != 1) {
				t.Errorf("%s.%s: an array of at most %d", name, e.name, e.max)
			}
		}
		for json, p := range s.properties {
			if p.typ != anyResource && p.structure == nil {
				t.Errorf("%s.%s: no structure %s", name, json, p.typ)
			}
			definition, _ := definitions.LookupStructure(p.typ)
			if primitive := definition.Kind == "primitive"; primitive != p.primitive() {
				t.Errorf("%s.%s: format %v", name, json, p.format)
			}
			if p.array && len(p.types) > 0 {
				t.Errorf("%s.%s: a choice that repeats", name, json)
			}
			if p.typ != "Reference" {
				continue
			}
			for _, target := range p.targets {
				if !definitions.IsResourceType(target) {
					t.Errorf("%s.%s: may refer to %s", name, json, target)
				}
			}
		}
	}
	if s := structures()["Extension"]; s.properties["valueString"].bit == 0 {
		t.Error("ext-1 needs the bit of Extension.value")
	}
}

func TestNearest(t *testing.T) {
	names := []string{"birthDate", "name", "gender", "deceasedBoolean", "generalPractitioner"}
	for word, want := range map[string]string{
		"birthdate": "birthDate", "brithDate": "birthDate", "birth": "", "nam": "name", "nmae": "name", "NAME": "name",
		"gnder": "gender", "gendre": "gender", "genderr": "gender", "sex": "", "": "", "na": "", "generalPractitoner": "generalPractitioner",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
