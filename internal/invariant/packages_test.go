package invariant

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/internal/fhirpath/evaluator"
	"github.com/granary-fhir/granary/internal/ig"
	"github.com/granary-fhir/granary/internal/profile"
)

// packages are the files of US Core's packages. Tests are skipped without them.
func packages(t *testing.T) []string {
	t.Helper()
	files := []string{"../../../shared/fhir/us_core_610.tgz", "../../../shared/fhir/us_core_700.tgz"}
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			t.Skipf("%v", err)
		}
	}
	return files
}

// All invariants of the packages' snapshots are understood, those of R4 among them.
func TestPackagesCompile(t *testing.T) {
	expressions := make(map[string]bool)
	for _, file := range packages(t) {
		p, err := ig.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, definition := range p.OfType("StructureDefinition") {
			for _, element := range definition.Node.At("snapshot", "element").Items() {
				for _, c := range element.Get("constraint").Items() {
					expressions[c.Get("expression").Text()] = true
				}
			}
		}
	}
	for expression := range expressions {
		if _, err := (Evaluator{}).Compile(expression, "Element"); err != nil {
			t.Error(err)
		}
	}
	if len(expressions) < 60 {
		t.Errorf("only %d expressions", len(expressions))
	}
}

// The packages' examples satisfy the invariants of the profiles that they claim,
// of all elements that are in no slice. Those of slices are for package profile.
func TestExamples(t *testing.T) {
	evaluated := 0
	for _, file := range packages(t) {
		examples, err := ig.OpenExamples(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, example := range examples {
			for _, claim := range example.Node.At("meta", "profile").Items() {
				if p, ok := profile.USCore().Find(claim.Text()); ok {
					evaluated += checkExample(t, filepath.Base(file)+" "+filepath.Base(example.File), example, p)
				}
			}
		}
	}
	if evaluated < 1000 {
		t.Errorf("only %d invariants were evaluated", evaluated)
	}
}

func checkExample(t *testing.T, name string, example ig.Resource, p *profile.Profile) (evaluated int) {
	root, ok := evaluator.Resource(example.Node)
	if !ok {
		t.Fatal(name)
	}
	for _, e := range p.Elements {
		if strings.Contains(e.ID, ":") || len(e.Constraints) == 0 {
			continue
		}
		path, err := evaluator.Compile(strings.ReplaceAll(e.Path, "[x]", ""))
		if err != nil {
			t.Fatal(err)
		}
		items, err := path.Evaluate(evaluator.Environment{Resource: root, Root: root}, root)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			for _, c := range e.Constraints {
				x, err := Evaluator{}.Compile(c.Expression, item.Type())
				if err != nil {
					t.Fatal(err)
				}
				got, err := x.Holds(profile.Focus{Node: item.Node(), Type: item.Type(), Resource: example.Node})
				if (!got || err != nil) && c.Severity == "error" {
					t.Errorf("%s %s at %s: %v, %v", name, c.Key, e.ID, got, err)
				}
				evaluated++
			}
		}
	}
	return evaluated
}
