package main

import (
	"fmt"
	"net"
	"regexp"
	"strings"

	"github.com/granary-fhir/granary/api"
	"github.com/granary-fhir/granary/auth/user"
)

// loopback tells whether only this machine reaches the server.
func (cmd *serveCmd) loopback() bool {
	host, _, err := net.SplitHostPort(cmd.Addr)
	return err == nil && isLoopback(host)
}

// greet says where the server is and what to do next, in one piece, so that
// whoever waits for the address has the rest too.
func (cmd *serveCmd) greet(c console, base string, in sandbox, watching net.Listener, welcome string) error {
	at, err := cmd.location()
	if err != nil {
		return err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "Granary %s: FHIR R4 at %s\nData: %s\n", version, base, at)
	if in.now > 0 {
		fmt.Fprintf(&text, "The store was empty; %d resources of synthetic patients are in it now.\n", in.now)
	}
	if watching != nil {
		fmt.Fprintf(&text, "Metrics at http://%s/metrics\n", watching.Addr())
	}
	if cmd.Auth == "off" {
		fmt.Fprintf(&text, "\nWARNING: --auth=off: whoever reaches this address reads and changes everything.\n")
	}
	root := strings.TrimSuffix(base, api.BasePath) + "/"
	switch {
	case cmd.Auth == "off":
	case welcome != "":
		fmt.Fprintf(&text, "\nThere is no administrator yet. Whoever opens this link first becomes one; it is good once, and for a day:\n\n  %s\n", welcome)
	default:
		fmt.Fprintf(&text, "\nOpen %s in a browser", root)
		if in.filled {
			fmt.Fprintf(&text, ": launch the demonstration app, and log in as helen (password %s)", user.DemoPassword)
		}
		fmt.Fprintln(&text, ".")
	}
	fmt.Fprintf(&text, "\nTry it from another terminal:\n\n")
	switch {
	case cmd.Auth == "off":
		fmt.Fprintf(&text, "  curl '%s/Patient?_count=5'\n", base)
	case in.filled:
		text.WriteString(withToken(c, at, "'patient/*.rs' --patient "+examplePatient, base+"/Observation?category=vital-signs"))
	default:
		text.WriteString(withToken(c, at, "'system/*.rs'", base+"/Patient?_count=5"))
	}
	_, err = fmt.Fprintln(c.out, text.String())
	return err
}

// withToken are the commands that ask for a URL with a token. In the other terminal
// too a URI with a password belongs into the environment.
func withToken(c console, at location, scope, url string) string {
	return fmt.Sprintf("  TOKEN=$(%s token %s--scope %s)\n  curl -H \"Authorization: Bearer $TOKEN\" '%s'\n",
		c.program, at.arguments(), scope, url)
}

// examplePatient is a built-in patient.
const examplePatient = "amara-okafor"

// calledAs is the command by which the user started the program, to be written
// in front of further arguments.
func calledAs(arg0 string) string {
	if strings.Contains(arg0, "/go-build") { // a temporary file of go run
		return "go run ./cmd/granary"
	}
	return shellQuote(arg0)
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// shellQuote writes a text as one word of a POSIX shell.
func shellQuote(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
