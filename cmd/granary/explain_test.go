package main

import (
	"net/http"
	"testing"
)

// Answers are explained to everyone in a sandbox, and not elsewhere.
func TestSandboxExplains(t *testing.T) {
	t.Parallel()
	for flag, explained := range map[string]bool{"--sandbox": true, "--no-sandbox": false} {
		data := t.TempDir()
		s := serveTest(t, "--data", data, flag)
		token := lastLine(must(t, "token", "--data", data, "--scope", "system/*.rs"))
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+"/Patient?_count=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("X-Granary-Explain", "true")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("Link") != ""; response.StatusCode != http.StatusOK || got != explained {
			t.Errorf("%s: %d, explained %v", flag, response.StatusCode, got)
		}
	}
}
