package main

import (
	"net/http"
	"testing"
)

// Tokens of granary token have no client: pages of this machine may use them, and no
// other.
func TestAuth46TokensWithoutAClient(t *testing.T) {
	data := t.TempDir()
	s := serveTest(t, "--data", data)
	token := lastLine(must(t, "token", "--data", data, "--scope", "system/*.rs"))
	for origin, want := range map[string]string{"http://localhost:3000": "http://localhost:3000", "https://evil.example.org": "", "http://localhost.evil.example.org": ""} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+"/Patient/amara-okafor", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", origin)
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("Access-Control-Allow-Origin"); response.StatusCode != http.StatusOK || got != want {
			t.Errorf("%s: %d %q", origin, response.StatusCode, got)
		}
	}
}
