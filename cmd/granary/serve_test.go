package main

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func TestServeGreetsWithCommandsThatWork(t *testing.T) {
	data := t.TempDir() + "/new store"
	start := time.Now()
	s := serveTest(t, "--data", data)
	if status, body := s.get(t, "", "/metadata"); status != http.StatusOK || !strings.Contains(body, "CapabilityStatement") {
		t.Fatalf("metadata: %d %s", status, body)
	}
	t.Logf("ready after %v", time.Since(start))
	greeting := s.out.String()
	command := regexp.MustCompile(`TOKEN=\$\(granary token --data '(.*)' --scope '(.*)' --patient (\S+)\)`).FindStringSubmatch(greeting)
	query := regexp.MustCompile(`curl -H "Authorization: Bearer \$TOKEN" '(\S+)'`).FindStringSubmatch(greeting)
	if command == nil || query == nil || command[1] != data || !strings.Contains(greeting, "156 resources") {
		t.Fatalf("greeting:\n%s", greeting)
	}
	token := lastLine(must(t, "token", "--data", command[1], "--scope", command[2], "--patient", command[3]))
	status, body := s.get(t, token, strings.TrimPrefix(query[1], s.base))
	if status != http.StatusOK || !strings.Contains(body, "amara-bp-2024-08") || strings.Contains(body, "walter") {
		t.Errorf("%s: %d %s", query[1], status, body)
	}
	code, errs := s.stop()
	if code != exitOK || !strings.Contains(errs, "msg=stopped") {
		t.Errorf("stopped with exit code %d: %s", code, errs)
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return lines[len(lines)-1]
}

// serverCount is how many patients a server shows.
func serverCount(t *testing.T, s *served, data string) string {
	t.Helper()
	token := lastLine(must(t, "token", "--data", data, "--scope", "system/*.rs"))
	status, body := s.get(t, token, "/Patient?_summary=count")
	total := regexp.MustCompile(`"total":(\d+)`).FindStringSubmatch(body)
	if status != http.StatusOK || total == nil {
		t.Fatalf("count: %d %s", status, body)
	}
	return total[1]
}

func TestSandbox(t *testing.T) {
	one := t.TempDir() + "/one.json"
	if err := os.WriteFile(one, []byte(`{"resourceType":"Patient","id":"one"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		args     []string
		imported bool
		want     string
	}{
		{"by default", nil, false, "7"},
		{"not wanted", []string{"--no-sandbox"}, false, "0"},
		{"behind a proxy", []string{"--behind-proxy"}, false, "0"},
		{"behind a proxy, asked for", []string{"--behind-proxy", "--sandbox"}, false, "7"},
		{"beyond loopback", []string{"--behind-proxy", "--addr", ":0"}, false, "0"},
		{"not empty", nil, true, "1"},
		{"not empty, asked for", []string{"--sandbox"}, true, "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := t.TempDir()
			if c.imported {
				must(t, "import", "--data", data, one)
			}
			s := serveTest(t, append(c.args, "--data", data)...)
			if got := serverCount(t, s, data); got != c.want {
				t.Errorf("%s patients, want %s", got, c.want)
			}
		})
	}
}

func TestSandboxIsFilledOnce(t *testing.T) {
	data := t.TempDir()
	s := serveTest(t, "--data", data, "--auth=off")
	if !strings.Contains(s.out.String(), "WARNING: --auth=off") {
		t.Errorf("no warning:\n%s", s.out.String())
	}
	if status, body := s.get(t, "", "/Patient/amara-okafor"); status != http.StatusOK {
		t.Fatalf("--auth=off: %d %s", status, body)
	}
	s.stop()
	s = serveTest(t, "--data", data)
	if strings.Contains(s.out.String(), "The store was empty") {
		t.Errorf("filled again:\n%s", s.out.String())
	}
	if status, _ := s.get(t, "", "/Patient/amara-okafor"); status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", status)
	}
}

func TestConditionalDeleteIsSet(t *testing.T) {
	for mode, args := range map[string][]string{"single": nil, "multiple": {"--conditional-delete=multiple"}} {
		s := serveTest(t, append(args, "--data", t.TempDir(), "--no-sandbox")...)
		if status, body := s.get(t, "", "/metadata"); status != http.StatusOK || !strings.Contains(body, `"conditionalDelete":"`+mode+`"`) {
			t.Errorf("%q: %d %.200s", args, status, body)
		}
	}
}

func TestTheBaseURLIsRemembered(t *testing.T) {
	data := t.TempDir()
	base := func() string {
		opened, err := dataFlags{Data: data, Store: "sqlite"}.open(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = opened.Close() }()
		return opened.Base()
	}
	if got := base(); got != "" {
		t.Errorf("a new store has the base %q", got)
	}
	for _, url := range []string{"https://one.example", "https://two.example/x/fhir"} {
		s := serveTest(t, "--data", data, "--base-url", url)
		s.stop()
		if got := base(); got != s.base || !strings.HasPrefix(got, url) {
			t.Errorf("served at %q, kept %q", s.base, got)
		}
	}
}

func TestSandboxFromTheEnvironment(t *testing.T) {
	t.Setenv("GRANARY_SANDBOX", "false")
	data := t.TempDir()
	t.Setenv("GRANARY_DATA", data)
	if got := serverCount(t, serveTest(t), data); got != "0" {
		t.Errorf("%s patients", got)
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.8.9.1": true, "::1": true, "localhost": true,
		"": false, "0.0.0.0": false, "::": false, "10.0.0.1": false, "example.org": false, "localhost.example.org": false,
	} {
		if got := isLoopback(host); got != want {
			t.Errorf("isLoopback(%q) = %t", host, got)
		}
	}
}

func TestFHIRBase(t *testing.T) {
	for in, want := range map[string]string{
		"http://localhost:8080":       "http://localhost:8080/fhir",
		"http://localhost:8080/":      "http://localhost:8080/fhir",
		"https://x.example/fhir":      "https://x.example/fhir",
		"https://x.example/fhir/":     "https://x.example/fhir",
		"https://x.example/granary/":  "https://x.example/granary/fhir",
		"https://x.example/notfhir":   "https://x.example/notfhir/fhir",
		"https://fhir.x.example:8443": "https://fhir.x.example:8443/fhir",
	} {
		if got, err := fhirBase(in); err != nil || got != want {
			t.Errorf("fhirBase(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestShellQuote(t *testing.T) {
	for in, want := range map[string]string{
		"granary-data": "granary-data", "/var/lib/x.y": "/var/lib/x.y", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$HOME": "'$HOME'",
	} {
		if got := shellQuote(in); got != want {
			t.Errorf("shellQuote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestCalledAs(t *testing.T) {
	for in, want := range map[string]string{
		"/tmp/go-build123/b001/exe/granary": "go run ./cmd/granary", "./granary": "./granary", "/opt/my apps/granary": "'/opt/my apps/granary'",
	} {
		if got := calledAs(in); got != want {
			t.Errorf("calledAs(%q) = %s, want %s", in, got, want)
		}
	}
}
