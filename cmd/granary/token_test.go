package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestToken(t *testing.T) {
	data := t.TempDir()
	s := serveTest(t, "--data", data) // the server runs while tokens are issued
	for _, c := range []struct {
		name          string
		args          []string
		seen, unseen  string
		status        int
		unseenMissing int
	}{
		{"system", []string{"--scope", "system/*.rs"}, "/Patient/amara-okafor", "/Patient/nobody", http.StatusOK, http.StatusNotFound},
		{"patient", []string{"--scope", "patient/*.rs", "--patient", "amara-okafor"}, "/Observation/amara-ldl", "/Observation/jun-bp", http.StatusOK, http.StatusNotFound},
		{"patient as a reference", []string{"--scope", "patient/Patient.r", "--patient", "Patient/amara-okafor"}, "/Patient/amara-okafor", "/Observation/amara-ldl", http.StatusOK, http.StatusForbidden},
		{"granular", []string{"--scope", "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory", "--patient", "jun-tanaka"}, "/Observation/jun-potassium", "/Observation/jun-bp", http.StatusOK, http.StatusNotFound},
		{"user", []string{"--scope", "user/Condition.rs", "--user", "Practitioner/helen-park"}, "/Condition/walter-diabetes", "/Condition/none", http.StatusOK, http.StatusNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := granary(t, append([]string{"token", "--data", data}, c.args...)...)
			if code != exitOK || errs != "" || strings.Count(out, "\n") != 1 {
				t.Fatalf("exit code %d, output %q, errors %q", code, out, errs)
			}
			token := lastLine(out)
			if status, body := s.get(t, token, c.seen); status != c.status {
				t.Errorf("%s: %d %s", c.seen, status, body)
			}
			if status, body := s.get(t, token, c.unseen); status != c.unseenMissing {
				t.Errorf("%s: %d %s", c.unseen, status, body)
			}
		})
	}
}

func TestTokenTellsThatTheStoreIsNew(t *testing.T) {
	data := t.TempDir() + "/typo"
	for _, want := range []string{"note: there was no store in " + data + "; it is new and empty\n", ""} {
		code, out, errs := granary(t, "token", "--data", data, "--scope", "system/*.rs")
		if code != exitOK || errs != want || strings.Count(out, "\n") != 1 {
			t.Errorf("exit code %d, output %q, errors %q, want %q", code, out, errs, want)
		}
	}
}

func TestTokenNamesRefusedScopes(t *testing.T) {
	data := t.TempDir()
	code, out, errs := granary(t, "token", "--data", data, "--scope", "system/Patient.rs system/Patient.sr patient/*.rs")
	if code != exitOK || strings.Count(out, "\n") != 1 {
		t.Errorf("exit code %d, output %q", code, out)
	}
	for _, want := range []string{`refused: scope "system/Patient.sr": `, `refused: scope "patient/*.rs": there is no patient in context`, "note: patient/ scopes need --patient, and user/ scopes --user\n"} {
		if !strings.Contains(errs, want) {
			t.Errorf("errors %q lack %q", errs, want)
		}
	}
	code, out, errs = granary(t, "token", "--data", data, "--scope", "system/Nothing.rs")
	if code != exitFailure || out != "" || !strings.Contains(errs, `refused: scope "system/Nothing.rs": `) || !strings.Contains(errs, "granary: every scope is refused; there is no token\n") {
		t.Errorf("all refused: exit code %d, output %q, errors %q", code, out, errs)
	}
}
