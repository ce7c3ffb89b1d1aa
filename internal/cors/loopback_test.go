package cors

import "testing"

func TestIsLoopback(t *testing.T) {
	for origin, want := range map[string]bool{
		"http://localhost": true, "http://localhost:3000": true, "https://localhost:8443": true,
		"http://127.0.0.1:9000": true, "http://127.8.8.8": true, "http://[::1]:80": true,
		"http://localhost.evil.example.org": false, "http://evil.example.org": false, "http://localhost@evil.example.org": false,
		"http://localhost/": false, "http://localhost:3000/path": false, "http://user@localhost": false, "HTTP://localhost": false,
		"localhost": false, "file://localhost": false, "null": false, "": false, "*": false, "http://": false, "http://10.0.0.1": false, "http://%zz": false,
	} {
		if got := IsLoopback(origin); got != want {
			t.Errorf("%q: %v", origin, got)
		}
	}
}
