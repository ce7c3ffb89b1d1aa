package oracle_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// The model shares no code with what it judges: it and internal/naive import the
// standard library and each other.
func TestTheModelIsIndependent(t *testing.T) {
	files := 0
	for _, folder := range []string{".", "../naive"} {
		names, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			files++
			for _, spec := range file.Imports {
				path := strings.Trim(spec.Path.Value, `"`)
				if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") && path != "github.com/granary-fhir/granary/internal/naive" {
					t.Errorf("%s imports %s", name, path)
				}
			}
		}
	}
	if files < 20 {
		t.Errorf("only %d files were looked at", files)
	}
}
