package proxy

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// came is a request behind Around.
type came struct {
	status  int
	body    string
	address string
	header  http.Header
}

func through(t *testing.T, trust Trust, peer string, headers ...string) came {
	t.Helper()
	var got came
	h, err := Around(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got.address, got.header = ClientAddress(r), r.Header
	}), trust, "https://fhir.example.org/x")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/fhir/metadata", nil)
	r.RemoteAddr = peer
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	got.status, got.body = w.Code, w.Body.String()
	return got
}

// What nobody asked to believe changes nothing and reaches nothing.
func TestUntrusted(t *testing.T) {
	lies := []string{
		"Forwarded: for=198.51.100.7;host=evil.example.org;proto=http", "X-Forwarded-For: 198.51.100.7", "X-Forwarded-Host: evil.example.org",
		"X-Forwarded-Proto: http", "X-Forwarded-Prefix: /evil", "X-Forwarded-Port: 1", "X-Real-IP: 198.51.100.7", "Accept: text/html",
	}
	for name, c := range map[string]struct {
		trust Trust
		peer  string
	}{
		"by default":                     {None, "127.0.0.1:1000"},
		"from an address of the world":   {XForwarded, "203.0.113.9:1000"},
		"from an address of the world 7": {Forwarded, "203.0.113.9:1000"},
		"from no address":                {XForwarded, "@"},
	} {
		got := through(t, c.trust, c.peer, lies...)
		if want := strings.TrimSuffix(c.peer, ":1000"); got.status != 200 || got.address != want {
			t.Errorf("%s: %+v", name, got)
		}
		if len(got.header) != 1 || got.header.Get("Accept") != "text/html" {
			t.Errorf("%s: headers %v", name, got.header)
		}
	}
}

// The headers of the other kind are the client's, since the proxy does not set them.
func TestOneKindOfHeaders(t *testing.T) {
	x := []string{"X-Forwarded-For: 198.51.100.7", "X-Forwarded-Host: fhir.example.org", "X-Forwarded-Proto: https"}
	seven := "Forwarded: for=198.51.100.8;host=fhir.example.org;proto=https"
	lie := "Forwarded: for=192.0.2.66;host=evil.example.org"
	if got := through(t, XForwarded, "10.0.0.1:1", append(x, lie)...); got.status != 200 || got.address != "198.51.100.7" || len(got.header) != 0 {
		t.Errorf("%+v", got)
	}
	if got := through(t, Forwarded, "10.0.0.1:1", seven, "X-Forwarded-For: 192.0.2.66", "X-Forwarded-Host: evil.example.org"); got.status != 200 || got.address != "198.51.100.8" || len(got.header) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestClientAddress(t *testing.T) {
	for header, want := range map[string]string{
		"X-Forwarded-For: 198.51.100.7":                                "198.51.100.7",
		"X-Forwarded-For: 192.0.2.66, 198.51.100.7":                    "198.51.100.7", // the first is the client's own
		"X-Forwarded-For: 198.51.100.7:4711":                           "198.51.100.7",
		"X-Forwarded-For: 2001:db8::1":                                 "2001:db8::1",
		"X-Forwarded-For: [2001:db8::1]:4711":                          "2001:db8::1",
		"X-Forwarded-For: ::ffff:198.51.100.7":                         "198.51.100.7",
		"X-Forwarded-For: fe80::1%eth0":                                "fe80::1",
		"X-Forwarded-For: unknown":                                     "127.0.0.1",
		"X-Forwarded-For: ":                                            "127.0.0.1",
		"X-Forwarded-Proto: https":                                     "127.0.0.1",
		"Forwarded: for=198.51.100.7":                                  "198.51.100.7",
		"Forwarded: for=192.0.2.66, for=198.51.100.7":                  "198.51.100.7",
		"Forwarded: For=\"[2001:db8::1]:4711\"":                        "2001:db8::1",
		"Forwarded: for=198.51.100.7:4711 ; proto=https":               "198.51.100.7",
		"Forwarded: for=\"_x,for=192.0.2.66\", for=198.51.100.7;by=_a": "198.51.100.7",
		"Forwarded: for=unknown":                                       "127.0.0.1",
		"Forwarded: for=_hidden":                                       "127.0.0.1",
		"Forwarded: proto=https;by=203.0.113.43":                       "127.0.0.1",
		"Forwarded: ":                                                  "127.0.0.1",
		"Forwarded: for=192.0.2.66,":                                   "127.0.0.1",
	} {
		trust := XForwarded
		if strings.HasPrefix(header, "Forwarded") {
			trust = Forwarded
		}
		if got := through(t, trust, "127.0.0.1:1", header); got.status != 200 || got.address != want {
			t.Errorf("%s: %+v, want %s", header, got, want)
		}
	}
	// The proxy's own lines come last.
	if got := through(t, XForwarded, "127.0.0.1:1", "X-Forwarded-For: 192.0.2.66", "X-Forwarded-For: 198.51.100.7"); got.address != "198.51.100.7" {
		t.Errorf("%+v", got)
	}
	if got := through(t, Forwarded, "[::1]:1", "Forwarded: for=192.0.2.66", "Forwarded: for=198.51.100.7"); got.address != "198.51.100.7" {
		t.Errorf("%+v", got)
	}
}

// A Forwarded header that cannot be read is refused: who knows whose words are whose.
func TestForwardedMalformed(t *testing.T) {
	for _, text := range []string{
		`for="`, `for="a\`, `for="x, for=198.51.100.7`, `for`, `for=`, `=a`, `for=a b`, `for=a for=b`, `f r=a`, `for="a"b`, `for=a;for=b`, `for=a;FOR=b`, `for=ä`, `for=(x)`, `host="a`,
	} {
		if got := through(t, Forwarded, "127.0.0.1:1", "Forwarded: "+text); got.status != 400 || got.body != "the Forwarded header is not as RFC 7239, section 4, writes it\n" {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

// A request that was sent elsewhere is refused; what the proxy does not say is no
// contradiction.
func TestMisdirected(t *testing.T) {
	refusal := func(what string) string {
		return "the proxy says that this request was sent to another " + what + " than that of https://fhir.example.org/x, where this server is; its --base-url and what the proxy forwards have to agree\n"
	}
	for _, c := range []struct{ headers, what string }{
		{"X-Forwarded-Host: fhir.example.org", ""},
		{"X-Forwarded-Host: FHIR.example.org:443", ""},
		{"X-Forwarded-Host: fhir.example.org|X-Forwarded-Proto: https|X-Forwarded-Prefix: /x/", ""},
		{"X-Forwarded-Host: evil.example.org", "host"},
		{"X-Forwarded-Host: fhir.example.org:8443", "host"},
		{"X-Forwarded-Host: fhir.example.org, evil.example.org", "host"},
		{"X-Forwarded-Host: fhir.example.org.", "host"},
		{"X-Forwarded-Host: [", "host"},
		{"X-Forwarded-Proto: http", "scheme"},
		{"X-Forwarded-Prefix: /y", "path prefix"},
		{"Forwarded: host=fhir.example.org;proto=HTTPS", ""},
		{"Forwarded: host=\"fhir.example.org:443\"", ""},
		{"Forwarded: host=evil.example.org", "host"},
		{"Forwarded: proto=http", "scheme"},
		{"Accept: text/html", ""},
	} {
		trust := XForwarded
		if strings.HasPrefix(c.headers, "Forwarded") {
			trust = Forwarded
		}
		got := through(t, trust, "192.168.1.1:1", strings.Split(c.headers, "|")...)
		if c.what == "" && got.status != 200 || c.what != "" && (got.status != 421 || got.body != refusal(c.what)) {
			t.Errorf("%s: %+v", c.headers, got)
		}
	}
	own, _ := url.Parse("http://localhost:8080")
	for host, want := range map[string]bool{"localhost:8080": true, "localhost": true, "localhost:80": false} {
		if got := sameHost(host, own); got != want {
			t.Errorf("%s: %v", host, got)
		}
	}
}

func TestAroundRefuses(t *testing.T) {
	if _, err := Around(http.NotFoundHandler(), "all", "https://h"); err == nil || err.Error() != `headers of a proxy are "none", "forwarded" or "x-forwarded", not "all"` {
		t.Error(err)
	}
}
