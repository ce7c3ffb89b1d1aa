package evaluator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/testrun"
)

// TestLongTexts: what costs by the length of a text, the size of a collection that is
// known already, or the size of a regular expression, is counted.
func TestLongTexts(t *testing.T) {
	var extensions strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&extensions, `{"url":"u%d","valueString":"x"},`, i)
	}
	in, context := environment(t, `{"resourceType":"Patient","extension":[`+extensions.String()+`{"url":"u"}],
		"contained":[`+strings.Repeat(`{"resourceType":"Patient"},`, 2000)+`{"resourceType":"Patient","id":"p"}],
		"managingOrganization":{"reference":"#p"},"name":[{"text":"`+strings.Repeat("a", 1<<19)+`"},{"text":"`+strings.Repeat("a", 1<<19)+`"}]}`)
	const tooMany = "! the evaluation needs more than 250000 steps"
	const each, long, other = "%resource.extension.select(", "%resource.name[0].text", "%resource.name[1].text"
	for expression, want := range map[string]string{
		each + "%resource.extension)":                                  tooMany,
		each + "%resource.extension('u'))":                             tooMany,
		each + "%resource.managingOrganization.where(true).resolve())": tooMany,
		each + long + ".substring(0, 1))":                              tooMany,
		each + long + " + 'x')":                                        tooMany,
		each + long + " = " + other + ")":                              tooMany,
		each + long + " ~ " + other + ")":                              tooMany,
		each + long + " >= " + other + ")":                             tooMany,
		each + "(" + long + " & 'x').toBoolean())":                     tooMany,
		each + long + ".join('x'))":                                    tooMany,
		"extension.exists(" + long + ".substring(0, 1) = 'b')":         tooMany,
		long + ".matches('.{900}b')":                                   tooMany,
		long + ".substring(0, 20000).replaceMatches('a.*b|a', '')":     tooMany,
		"extension.exists('x'.matches($this.url & '.{1000}'))":         tooMany,
		"'x'.matches('" + strings.Repeat(".{1000}", 5) + "')":          `! "'x'.matches('` + strings.Repeat(".{1000}", 5) + `')": a regular expression repeats too much: it has more than 4000 instructions`,
		long + ".matches('^a+$')":                                      "true",
		long + ".substring(0, 64).matches('^[A-Za-z0-9-.]{1,64}$')":    "true",
		"'a-b-c'.replaceMatches('(a)|-', '$1+')":                       "a++b+c",
	} {
		began := testrun.CPUTime()
		if got := evaluate(t, in, context, expression); got != want {
			t.Errorf("%s: %.200s, want %s", expression, got, want)
		}
		if took := testrun.CPUTime() - began; took > 10*time.Second {
			t.Errorf("%s took %s", expression, took)
		}
	}
}
