package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// granary runs a command to its end.
func granary(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	return granaryIn(t.Context(), args...)
}

func granaryIn(ctx context.Context, args ...string) (code int, out, err string) {
	var stdout, stderr bytes.Buffer
	code = run(ctx, args, console{program: "granary", out: &stdout, err: &stderr})
	return code, stdout.String(), stderr.String()
}

// must runs a command that must succeed, and returns its output.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := granary(t, args...)
	if code != exitOK {
		t.Fatalf("granary %q: exit code %d\n%s%s", args, code, out, errs)
	}
	return out
}

var (
	regexpBase     = regexp.MustCompile(`FHIR R4 at (\S+)`)
	regexpStopping = regexp.MustCompile(`(stopping)`)
)

// served is a server that runs until stop is called.
type served struct {
	base string // FHIR base URL
	out  *output
	stop func() (code int, stderr string)
}

// serveTest starts a server on a port of its own.
func serveTest(t *testing.T, args ...string) *served {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, errs := newOutput(), newOutput()
	exited := make(chan int, 1)
	go func() {
		exited <- run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), console{program: "granary", out: out, err: errs})
		out.Close()
	}()
	s := &served{out: out, stop: sync.OnceValues(func() (int, string) {
		cancel()
		return <-exited, errs.String()
	})}
	t.Cleanup(func() { s.stop() })
	s.base = out.find(t, regexpBase)
	if s.base == "" {
		code, text := s.stop()
		t.Fatalf("the server ended with exit code %d\n%s%s", code, out.String(), text)
	}
	return s
}

// get asks the server, and returns status and body.
func (s *served) get(t *testing.T, token, path string) (int, string) {
	t.Helper()
	return s.send(t, http.MethodGet, token, path, "")
}

// put writes without a token.
func (s *served) put(t *testing.T, path, body string) (int, string) {
	t.Helper()
	return s.send(t, http.MethodPut, "", path, body)
}

func (s *served) send(t *testing.T, method, token, path, content string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.base+path, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if content != "" {
		request.Header.Set("Content-Type", "application/fhir+json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return s.do(t, request)
}

// do sends a request, and returns status and body.
func (s *served) do(t *testing.T, request *http.Request) (int, string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// output is a console that can be waited on.
type output struct {
	mu     sync.Mutex
	text   strings.Builder
	closed bool
	more   *sync.Cond
}

func newOutput() *output {
	o := new(output)
	o.more = sync.NewCond(&o.mu)
	return o
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.more.Broadcast()
	return o.text.Write(p)
}

func (o *output) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.more.Broadcast()
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// find waits for text that matches, and returns its first group; "" if the
// output ends before.
func (o *output) find(t *testing.T, pattern *regexp.Regexp) string {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		if match := pattern.FindStringSubmatch(o.text.String()); match != nil {
			return match[1]
		}
		if o.closed {
			return ""
		}
		o.more.Wait()
	}
}

func TestUsage(t *testing.T) {
	nowhere := t.TempDir() + "/store"
	over, cancel := context.WithCancel(t.Context())
	cancel() // a server that is started by mistake stops at once
	t.Setenv("GRANARY_DATA", nowhere)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--bogus"}, "unknown flag --bogus"},
		{[]string{"sevre"}, "there is no command sevre\nSee "},
		{[]string{"serve", "extra"}, "unexpected argument extra"},
		{[]string{"serve", "--store", "postgres"}, "--store: wants sqlite, or the URI of a MongoDB database"},
		{[]string{"serve", "--data", "", "--store", "mongodb://u:pass/word@h/d"}, "--store: this is no MongoDB URI"},
		{[]string{"serve", "--store", "mongodb://h/d"}, "--data is the directory of an SQLite store, and --store names a MongoDB database"},
		{[]string{"serve", "--mongo-standalone"}, "the flags --mongo-… are for a --store that is a MongoDB database"},
		{[]string{"serve", "--data=", "--store", "mongodb://h/d", "--mongo-min-pool=101"}, "--mongo-min-pool: 101 are more than --mongo-max-pool, which is 100"},
		{[]string{"backup", "--data=", "--store", "mongodb://u:secret@h/d", "f"}, "granary backup is about the files of an SQLite store, and mongodb://h/d has none: make copies of it with mongodump"},
		{[]string{"restore", "--data=", "--store", "mongodb://u:secret@h/d", "f"}, "mongodb://h/d has none: bring back what mongodump has written with mongorestore"},
		{[]string{"serve", "--auth", "none"}, `--auth must be one of "smart","off" but got "none"`},
		{[]string{"serve", "--panel", "some"}, `--panel must be one of "all","care","organization" but got "some"`},
		{[]string{"serve", "--log-format", "xml"}, `--log-format must be one of "text","json" but got "xml"`},
		{[]string{"serve", "--addr", "localhost"}, `--addr: "localhost" is not HOST:PORT`},
		{[]string{"serve", "--addr", "127.0.0.1:99999"}, `--addr: "127.0.0.1:99999" has no port from 0 to 65535, where 0 is any that is free`},
		{[]string{"serve", "--addr", "127.0.0.1:-1"}, `--addr: "127.0.0.1:-1" has no port from 0 to 65535`},
		{[]string{"--metrics-addr", "127.0.0.1:99999"}, `--metrics-addr: "127.0.0.1:99999" has no port from 0 to 65535`},
		{[]string{"serve", "--conditional-delete", "all"}, `--conditional-delete must be one of "single","multiple" but got "all"`},
		{[]string{"--addr", ":8080"}, `--addr ":8080" is beyond loopback`},
		{[]string{"--addr", "0.0.0.0:8080"}, `--addr "0.0.0.0:8080" is beyond loopback`},
		{[]string{"--addr", "[::]:8080"}, `--addr "[::]:8080" is beyond loopback`},
		{[]string{"--addr", "example.org:8080"}, `--addr "example.org:8080" is beyond loopback`},
		{[]string{"--addr", ":8080", "--auth=off", "--behind-proxy", "--base-url", "https://x"}, `with it --addr must be loopback, not ":8080"`},
		{[]string{"--auth=off", "--behind-proxy", "--base-url", "https://x"}, "--auth=off does not go with --behind-proxy"},
		{[]string{"--auth=off", "--tls-cert", "c", "--tls-key", "k", "--trust-forwarded=forwarded", "--base-url", "https://x"}, "--auth=off does not go with --behind-proxy or --trust-forwarded"},
		{[]string{"--trust-forwarded=x-forwarded", "--base-url", "https://x"}, "--trust-forwarded is about a proxy in front: add --behind-proxy"},
		{[]string{"--trust-forwarded=x-forwarded", "--behind-proxy"}, "--trust-forwarded needs --base-url"},
		{[]string{"--trust-forwarded=all"}, `--trust-forwarded must be one of "none","forwarded","x-forwarded"`},
		{[]string{"--tls-cert", "cert.pem"}, "--tls-cert and --tls-key go together"},
		{[]string{"--tls-key", "key.pem"}, "--tls-cert and --tls-key go together"},
		{[]string{"--tls-cert", "absent.pem", "--tls-key", "absent.pem"}, "--tls-cert, --tls-key: open absent.pem"},
		{[]string{"--tls-cert", "c", "--tls-key", "k", "--behind-proxy", "--base-url", "https://x"}, "leave out --tls-cert"},
		{[]string{"--base-url", "example.org"}, `--base-url: "example.org" is not an absolute http or https URL`},
		{[]string{"--base-url", "http://x/?a=b"}, `--base-url: "http://x/?a=b" has more than scheme, host and path`},
		{[]string{"--max-requests=-1"}, "--max-requests: wants a number above 0, or 0 for the default, not -1"},
		{[]string{"--request-timeout", "0s"}, "--request-timeout: wants a duration above 0"},
		{[]string{"--metrics-addr", ":9464"}, `--metrics-addr ":9464" is beyond loopback`},
		{[]string{"token"}, "--scope: wants at least one scope"},
		{[]string{"token", "--scpoe", "x"}, "granary token --help."},
		{[]string{"user", "add", "--bogus"}, "granary user add --help."},
		{[]string{"--bogus"}, "granary --help."},
		{[]string{"token", "--scope", " "}, "--scope: wants at least one scope"},
		{[]string{"token", "--scope", "patient/*.rs", "--patient", "a/b"}, `--patient: "a/b" is not a logical id`},
		{[]string{"token", "--scope", "user/*.rs", "--user", "helen"}, `--user: "helen" is not a reference such as Practitioner/123`},
		{[]string{"token", "--scope", "user/*.rs", "--user", "Medication/1"}, `--user: "Medication/1" is not a reference such as Practitioner/123`},
		{[]string{"token", "--scope", "system/*.rs", "--ttl", "0s"}, "--ttl: wants a duration above 0"},
		{[]string{"token", "--scope", "system/*.rs", "--ttl", "soon"}, "--ttl: expected duration"},
		{[]string{"import"}, `expected "<path> ..."`},
		{[]string{"import", "absent.json"}, "absent.json: no such file or directory"},
		{[]string{"import", t.TempDir()}, "no .json, .ndjson or .jsonl file in it"},
		{[]string{"import", "--data", "d", "--url", "http://x", "main.go"}, "--data and --url: one place to write to"},
		{[]string{"import", "--token", "t", "main.go"}, "--token is for --url"},
		{[]string{"import", "--url", "ftp://x", "main.go"}, `--url: "ftp://x" is not an http or https URL`},
		{[]string{"backup"}, `expected "<file>"`},
		{[]string{"restore", "--to", "x"}, "unknown flag --to"},
		{[]string{"version", "--data", "d"}, "unknown flag --data"},
		{[]string{"user"}, `expected one of "add", "list", "passwd", "invite", "link",`},
		{[]string{"user", "list", "--data", nowhere}, "there is no store"},
		{[]string{"user", "remove", "anna", "--data", nowhere}, "there is no store"},
		{[]string{"user", "invite", "anna", "--ttl", "0s"}, "--ttl: wants a duration above 0"},
		{[]string{"check", "--data", nowhere}, "there is no store"},
		{[]string{"check", "--restart"}, "unknown flag --restart"},
		{[]string{"reindex", "--data", nowhere}, "there is no store"},
	} {
		code, out, errs := granaryIn(over, c.args...)
		if code != exitUsage || out != "" || !strings.Contains(errs, c.want) || !strings.HasPrefix(errs, "granary: ") {
			t.Errorf("granary %q: exit code %d, output %q, errors %q, want %q", c.args, code, out, errs, c.want)
		}
	}
	if found, err := exists(nowhere); found || err != nil {
		t.Errorf("a store was opened: %v", err)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("GRANARY_ADDR", ":65535")
	code, _, errs := granary(t)
	if code != exitUsage || !strings.Contains(errs, `":65535" is beyond loopback`) {
		t.Errorf("GRANARY_ADDR: exit code %d, %q", code, errs)
	}
	t.Setenv("GRANARY_ADDR", "127.0.0.1:0")
	t.Setenv("GRANARY_TLS_CERT", "cert.pem")
	code, _, errs = granary(t)
	if code != exitUsage || !strings.Contains(errs, "--tls-cert and --tls-key go together") {
		t.Errorf("GRANARY_TLS_CERT: exit code %d, %q", code, errs)
	}
	t.Setenv("GRANARY_AUTH", "none")
	code, _, errs = granary(t)
	if code != exitUsage || !strings.Contains(errs, `--auth must be one of "smart","off" but got "none"`) {
		t.Errorf("GRANARY_AUTH: exit code %d, %q", code, errs)
	}
}

// What a command is about stands before what all have.
func TestHelpBeginsWithTheFlagsOfTheCommand(t *testing.T) {
	for command, flag := range map[string]string{"serve": "--addr=", "token": "--scope=", "import": "--url="} {
		out := must(t, command, "--help")
		at := []int{strings.Index(out, flag), strings.Index(out, "\nWhere the data are:\n"), strings.Index(out, "--data="), strings.Index(out, "\nIf that is MongoDB:\n"), strings.Index(out, "--mongo-max-pool=")}
		if at[0] < 0 || !slices.IsSorted(at) {
			t.Errorf("granary %s --help: %v\n%s", command, at, out)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"--help"}, []string{"serve", "import", "check", "reindex", "backup", "restore", "token", "version", "GRANARY_BASE_URL"}},
		{[]string{"serve", "--help"}, []string{"--addr", "127.0.0.1:8080", "$GRANARY_ADDR", "--data", "--base-url", "--store", "--auth", "--panel", "--tls-cert", "--tls-key", "--behind-proxy", "--trust-forwarded", "--[no-]sandbox", "--metrics-addr", "--metrics-beyond-loopback", "--log-format", "--max-requests", "--request-timeout", "60s", "--conditional-delete", "Examples:"}},
		{[]string{"import", "--help"}, []string{"--data", "--url", "--token", "$GRANARY_URL", "Examples:"}},
		{[]string{"token", "--help"}, []string{"--data", "--scope", "--patient", "--user", "--ttl", "Examples:"}},
		{[]string{"backup", "--help"}, []string{"--data", "--force", "Examples:"}},
		{[]string{"restore", "--help"}, []string{"--data", "--force", "Examples:"}},
		{[]string{"check", "--help"}, []string{"--data", "--repair", "exit code is 1"}},
		{[]string{"reindex", "--help"}, []string{"--data", "--restart", "goes on where it was"}},
		{[]string{"user", "--help"}, []string{"user add", "user list", "user passwd", "user invite", "user link", "user unlink", "user disable", "user enable", "user remove"}},
		{[]string{"user", "add", "--help"}, []string{"--role", "--fhir-user", "--link", "--display-name", "--password-file", "--password-stdin", "--invite", "--ttl", "--force", "Examples:"}},
		{[]string{"version", "--help"}, []string{"Print the version."}},
	} {
		code, out, errs := granary(t, c.args...)
		if code != exitOK || errs != "" {
			t.Errorf("granary %q: exit code %d, errors %q", c.args, code, errs)
		}
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("granary %q says nothing of %q:\n%s", c.args, want, out)
			}
		}
	}
}

func TestVersion(t *testing.T) {
	if out := must(t, "version"); !regexp.MustCompile(`^granary 0\.1\.0 \(.*go1\.\S+, \w+/\w+\)\n$`).MatchString(out) {
		t.Errorf("granary version: %q", out)
	}
}
