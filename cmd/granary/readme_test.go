package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The README's tour, run as it stands, prints what the README says that it prints.
func TestTheTourOfTheREADME(t *testing.T) {
	wholeSandbox(t) // which its readers have, today
	runsAsWritten(t, "../../README.md", "## A tour", 1, "bash", "curl")
}

// The way of docs/smart.md to the token of a backend service leads to one.
func TestTheWayToATokenOfABackendService(t *testing.T) {
	runsAsWritten(t, "../../docs/smart.md", "**Backend services.**", 0, "bash", "curl", "openssl")
}

// runsAsWritten runs the code blocks of a section of a page, but for the last few, with
// these tools and a server of its own, and compares what is printed with what the page
// says.
func runsAsWritten(t *testing.T, file, section string, last int, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the commands need %s: %v", tool, err)
		}
	}
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script, expected := tour(t, string(page), section, last)

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "granary")); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	_, out, _ := process(t, "--addr", "127.0.0.1:0", "--data", data)
	root := strings.TrimSuffix(out.find(t, regexpBase), "/fhir")

	const documented = "http://127.0.0.1:8080"
	script = strings.ReplaceAll(script, documented, root)
	script = strings.ReplaceAll(script, "go run ./cmd/granary", "granary")
	command := exec.Command("bash", "-c", script)
	command.Dir = t.TempDir()
	command.Env = append(os.Environ(), "GRANARY_DATA="+data, "TEST_RUN_MAIN=1", "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	printed, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("the commands end with %v:\n%s", err, printed)
	}
	rest := anonymous(strings.ReplaceAll(string(printed), root, documented))
	for _, fragment := range expected {
		_, after, found := strings.Cut(rest, anonymous(fragment))
		if !found {
			t.Fatalf("%s says %q, which does not come in what is left of the output:\n%s", file, fragment, rest)
		}
		rest = after
	}
}

// tour takes the commands of a section's code blocks, but for the last few (the README's
// last needs Synthea's output), and what their comments say is printed: the pieces
// between the ellipses.
func tour(t *testing.T, page, section string, last int) (script string, expected []string) {
	_, text, ok := strings.Cut(page, section)
	text, _, _ = strings.Cut(text, "\n## ")
	found := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(text, -1)
	if !ok || len(found) <= last {
		t.Fatalf("%s has %d code blocks", section, len(found))
	}
	for _, block := range found[:len(found)-last] {
		script += block[1]
		for _, line := range strings.Split(block[1], "\n") {
			if _, comment, ok := strings.Cut(line, "# "); ok {
				for _, piece := range strings.Split(comment, "…") {
					if piece != "" {
						expected = append(expected, piece)
					}
				}
			}
		}
	}
	return script, expected
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// anonymous puts one id in place of those that the server makes.
func anonymous(text string) string { return uuid.ReplaceAllString(text, "<id>") }
