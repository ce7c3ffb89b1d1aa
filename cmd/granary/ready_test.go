package main

import (
	"net/url"
	"strings"
	"testing"
)

// granary ready asks the server that the same environment describes, with TLS or without.
func TestReady(t *testing.T) {
	cert, key, _ := certificate(t)
	for name, flags := range map[string][]string{"plain": nil, "TLS": {"--tls-cert", cert, "--tls-key", key}} {
		t.Run(name, func(t *testing.T) {
			s := serveTest(t, append(flags, "--data", t.TempDir(), "--no-sandbox")...)
			base, err := url.Parse(s.base)
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv("GRANARY_ADDR", ":"+base.Port())
			if len(flags) > 0 {
				t.Setenv("GRANARY_TLS_CERT", cert)
			}
			if out := must(t, "ready"); out != "ok\n" {
				t.Errorf("of a server: %q", out)
			}
			s.stop()
			if code, _, errs := granary(t, "ready"); code != exitFailure || !strings.Contains(errs, "refused") {
				t.Errorf("of none: exit code %d, %s", code, errs)
			}
		})
	}
	for args, want := range map[string]string{
		"--addr localhost":      `"localhost" is not HOST:PORT`,
		"--tls-cert absent.pem": "--tls-cert: open absent.pem",
		"--tls-cert " + key:     "there is no certificate in it",
	} {
		if code, _, errs := granary(t, append([]string{"ready"}, strings.Fields(args)...)...); code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("ready %s: exit code %d, %s", args, code, errs)
		}
	}
}
