package main

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

// freeAddress is an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// A proxy that is believed has to agree with --base-url; one that is not changes
// nothing. The links are those of --base-url whatever it says.
func TestForwarded(t *testing.T) {
	for name, c := range map[string]struct {
		args    []string
		headers string
		status  int
	}{
		"not asked for": {nil, "X-Forwarded-Host: evil.example.org|X-Forwarded-Proto: http|Forwarded: host=evil.example.org", 200},
		"agrees":        {[]string{"--trust-forwarded=x-forwarded"}, "X-Forwarded-Host: fhir.example.org|X-Forwarded-Proto: https|X-Forwarded-Prefix: /x|Forwarded: host=evil.example.org", 200},
		"disagrees":     {[]string{"--trust-forwarded=x-forwarded"}, "X-Forwarded-Host: evil.example.org", 421},
		"7239 agrees":   {[]string{"--trust-forwarded=forwarded"}, "Forwarded: host=fhir.example.org;proto=https;for=192.0.2.1|X-Forwarded-Host: evil.example.org", 200},
		"7239 does not": {[]string{"--trust-forwarded=forwarded"}, "Forwarded: host=evil.example.org", 421},
		"says nothing":  {[]string{"--trust-forwarded=forwarded"}, "Accept: */*", 200},
	} {
		t.Run(name, func(t *testing.T) {
			address := freeAddress(t)
			s := serveTest(t, append(c.args, "--addr", address, "--data", t.TempDir(), "--behind-proxy", "--base-url", "https://fhir.example.org/x")...)
			if s.base != "https://fhir.example.org/x/fhir" {
				t.Errorf("at %s", s.base)
			}
			s.base = "http://" + address + "/fhir"
			status, body := s.ask(t, "/metadata", strings.Split(c.headers, "|")...)
			if status != c.status || strings.Contains(body, "evil") || status == http.StatusOK && !strings.Contains(body, `"url":"https://fhir.example.org/x/fhir"`) {
				t.Errorf("%d %.300s", status, body)
			}
		})
	}
}

// ask asks with headers as "Name: value".
func (s *served) ask(t *testing.T, path string, headers ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Add(name, value)
	}
	return s.do(t, request)
}
