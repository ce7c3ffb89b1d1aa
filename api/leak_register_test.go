package api

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The register of the leak channels: docs/enforcement.md has a row for each, which names
// the tests that prove it, and they are all that there are.
//
// go test ./api -run TestLeakRegister -update writes the tests into the table.

var updateRegister = flag.Bool("update", false, "write the tests of each leak channel into docs/enforcement.md")

const (
	enforcementDoc = "../docs/enforcement.md"
	leakChannels   = 58
)

var leakTest = regexp.MustCompile(`^Test((?:Leak|And)\d\d)+`)
var leakRow = regexp.MustCompile(`(?:Leak|And)(\d\d)`)

// registered are the tests of each row as the document names them: those of package api
// by their name, others with their folder before it.
func registered(t *testing.T) map[int][]string {
	t.Helper()
	byRow := map[int][]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
		for _, declared := range file.Decls {
			f, ok := declared.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !isTest(f) {
				continue
			}
			name := f.Name.Name
			if folder != "api" {
				name = folder + " " + name
			}
			for _, row := range leakRow.FindAllStringSubmatch(leakTest.FindString(f.Name.Name), -1) {
				n, _ := strconv.Atoi(row[1]) // two digits
				byRow[n] = append(byRow[n], name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, names := range byRow {
		slices.Sort(names)
	}
	return byRow
}

// isTest tells whether a function is a test of testing, and not a helper of that name.
func isTest(f *ast.FuncDecl) bool {
	params := f.Type.Params.List
	if len(params) != 1 {
		return false
	}
	pointer, ok := params[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	of, ok := pointer.X.(*ast.SelectorExpr)
	return ok && of.Sel.Name == "T"
}

// overHTTP are those of the tests that send requests: to the built router, or to the
// authorization server.
func overHTTP(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		folder, _, elsewhere := strings.Cut(name, " ")
		return elsewhere && folder != "auth/smart"
	})
}

// cell is how the table names the tests of a row. Where the feature is absent, or no test
// sends requests, it says so first.
func cell(names []string) string {
	var listed []string
	absences := 0
	for _, name := range names {
		listed = append(listed, "`"+name+"`")
		if strings.HasPrefix(name[len("TestLeak00"):], "Absent") {
			absences++
		}
	}
	absent := ""
	switch {
	case absences > 0 && absences == len(names):
		absent = "absent: "
	case absences > 0:
		absent = "in part absent: "
	}
	if absent == "" && len(names) > 0 && len(overHTTP(names)) == 0 {
		absent = "not over HTTP: "
	}
	return absent + strings.Join(listed, ", ")
}

var registerRow = regexp.MustCompile(`^\| (\d\d) \| ([^|]+) \| ([^|]*) \|$`)

func TestLeakRegister(t *testing.T) {
	byRow := registered(t)
	text, err := os.ReadFile(enforcementDoc)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	seen := map[int]bool{}
	for i, line := range lines {
		found := registerRow.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		n, _ := strconv.Atoi(found[1]) // two digits
		if seen[n] {
			t.Errorf("row %02d is there twice", n)
		}
		seen[n] = true
		want := cell(byRow[n])
		if strings.TrimSpace(found[3]) != want && !*updateRegister {
			t.Errorf("row %02d names\n %s\nand there are\n %s\n(go test ./api -run TestLeakRegister -update)", n, found[3], want)
		}
		lines[i] = fmt.Sprintf("| %02d | %s | %s |", n, found[2], want)
	}
	for n := 1; n <= leakChannels; n++ {
		if !seen[n] {
			t.Errorf("%s has no row %02d", enforcementDoc, n)
		}
	}
	for n := range byRow {
		if n < 1 || n > leakChannels {
			t.Errorf("there is no leak channel %02d, and tests of it: %v", n, byRow[n])
		}
	}
	if *updateRegister {
		if err := os.WriteFile(enforcementDoc, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
