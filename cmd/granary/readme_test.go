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
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the tour needs %s: %v", tool, err)
		}
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	script, expected := tour(t, string(readme))

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "granary")
	if err := os.Symlink(self, binary); err != nil {
		t.Fatal(err)
	}
	wholeSandbox(t) // which its readers have, today
	data := t.TempDir()
	_, out, _ := process(t, "--addr", "127.0.0.1:0", "--data", data)
	root := strings.TrimSuffix(out.find(t, regexpBase), "/fhir")

	const documented = "http://127.0.0.1:8080"
	script = strings.ReplaceAll(script, documented, root)
	script = strings.ReplaceAll(script, "go run ./cmd/granary", binary)
	command := exec.Command("bash", "-c", script)
	command.Env = append(os.Environ(), "GRANARY_DATA="+data, "TEST_RUN_MAIN=1")
	printed, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("the tour ends with %v:\n%s", err, printed)
	}
	rest := anonymous(strings.ReplaceAll(string(printed), root, documented))
	for _, fragment := range expected {
		_, after, found := strings.Cut(rest, anonymous(fragment))
		if !found {
			t.Fatalf("the README says %q, which does not come in what is left of the output:\n%s", fragment, rest)
		}
		rest = after
	}
}

// tour takes the commands of the section's code blocks, but for the last, which
// needs Synthea's output, and what their comments say is printed: the pieces
// between the ellipses.
func tour(t *testing.T, readme string) (script string, expected []string) {
	_, section, ok := strings.Cut(readme, "## A tour")
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(section, -1)
	if !ok || len(blocks) < 5 {
		t.Fatalf("the README's tour has %d code blocks", len(blocks))
	}
	for _, block := range blocks[:len(blocks)-1] {
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
