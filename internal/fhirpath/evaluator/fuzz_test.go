package evaluator

import (
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/testrun"
)

// FuzzEvaluate: no expression panics or runs for long, whatever it is evaluated on.
func FuzzEvaluate(f *testing.F) {
	for _, source := range []string{
		"name.where(use = 'usual' or given.exists()).select(family & ' ').aggregate($total + $this, '')",
		"contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(uri)))).not()).trace('x', id).empty()",
		"birthDate + 1.5 months > @2014-01-01T10:00:00.000+14:00 xor $this is Patient",
		"iif($this<5, $this*2, (($this*2)-9)) mod 10 = 0 implies 1 'mg' ~ 2 week",
		"generalPractitioner.resolve().ofType(Practitioner).repeat(children())[$index - 1]",
		"'a'.matches('^[0-9]{2}D') contains 1.5.round(2).toString().toQuantity()",
		"-{} | today() - 9999999999 years | now().toTime() | %'vs-x'.substring(1, 2)",
	} {
		f.Add(source)
	}
	in, context := environment(f, patient)
	f.Fuzz(func(t *testing.T, source string) {
		x, err := Compile(source)
		if err != nil {
			return
		}
		start := testrun.CPUTime()
		items, err := x.Evaluate(in, context)
		if err == nil {
			_ = show(items)
		}
		if took := testrun.CPUTime() - start; took > 30*time.Second {
			t.Errorf("%q took %s", source, took)
		}
	})
}
