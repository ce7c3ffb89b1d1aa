package api

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// restTable is docs/rest.md: the cells of every row of its tables, without their
// heads.
func restTable(t *testing.T) [][]string {
	t.Helper()
	text, err := os.ReadFile("../docs/rest.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|--") || i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|--") {
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		rows = append(rows, cells)
	}
	if len(rows) < 80 {
		t.Fatalf("docs/rest.md has %d rows", len(rows))
	}
	return rows
}

// testNames are the tests of this repository as "folder name".
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	names := make(map[string]bool)
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		folder := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
		for _, found := range declared.FindAllStringSubmatch(string(text), -1) {
			names[folder+" "+found[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

var namedTest = regexp.MustCompile("^`(?:([a-z/0-9]+) )?(Test\\w+)`$")

// Every row of docs/rest.md names the tests that prove it, and they exist.
func TestRestDocNamesItsTests(t *testing.T) {
	names := testNames(t)
	for _, row := range restTable(t) {
		for proof := range strings.SplitSeq(row[len(row)-1], ",") {
			proof = strings.TrimSpace(proof)
			named := namedTest.FindStringSubmatch(proof)
			if named == nil {
				t.Errorf("%s: %q is no test", row[0], proof)
				continue
			}
			folder := named[1]
			if folder == "" {
				folder = "api"
			}
			if !names[folder+" "+named[2]] {
				t.Errorf("%s: there is no %s in %s", row[0], named[2], folder)
			}
		}
	}
}

// Every route stands in docs/rest.md.
func TestRestDocHasEveryRoute(t *testing.T) {
	rows := restTable(t)
	for _, rt := range new(server).routes() {
		asked := "`" + rt.method + " [base]" + shownPattern(rt.pattern)
		shows := func(row []string) bool {
			rest, ok := strings.CutPrefix(row[1], asked)
			return ok && row[0] == rt.interaction && (strings.HasPrefix(rest, "`") || strings.HasPrefix(rest, "?criteria`"))
		}
		if !slices.ContainsFunc(rows, shows) {
			t.Errorf("docs/rest.md lacks | %s | %s` |", rt.interaction, asked)
		}
	}
}

// shownPattern writes a pattern as http.html does.
func shownPattern(pattern string) string {
	if pattern == explanationURL {
		return strings.Replace(pattern, ":member", "[id]", 1)
	}
	if strings.HasPrefix(pattern, inChart) || pattern == instance+searchURL {
		pattern = strings.Replace(pattern, ":type", "[compartment]", 1)
	}
	return strings.NewReplacer(":type", "[type]", ":id", "[id]", ":version", "[vid]", ":member", "[type]").Replace(pattern)
}
