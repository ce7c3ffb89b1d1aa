package main

import (
	"fmt"
	"net"
	"regexp"
	"strings"
)

// loopback tells whether only this machine reaches the server.
func (cmd *serveCmd) loopback() bool {
	host, _, err := net.SplitHostPort(cmd.Addr)
	return err == nil && isLoopback(host)
}

// greet says where the server is and what to do next.
func (cmd *serveCmd) greet(c console, base string, in sandbox) {
	fmt.Fprintf(c.out, "Granary %s: FHIR R4 at %s\nData: %s\n", version, base, cmd.Data)
	if in.now > 0 {
		fmt.Fprintf(c.out, "The store was empty; %d resources of synthetic patients are in it now.\n", in.now)
	}
	if cmd.Auth == "off" {
		fmt.Fprintf(c.out, "\nWARNING: --auth=off: whoever reaches this address reads and changes everything.\n")
	}
	fmt.Fprintf(c.out, "\nTry it from another terminal:\n\n")
	switch {
	case cmd.Auth == "off":
		fmt.Fprintf(c.out, "  curl '%s/Patient?_count=5'\n", base)
	case in.filled:
		cmd.greetWithToken(c, "'patient/*.rs' --patient "+examplePatient, base+"/Observation?category=vital-signs")
	default:
		cmd.greetWithToken(c, "'system/*.rs'", base+"/Patient?_count=5")
	}
	fmt.Fprintln(c.out)
}

func (cmd *serveCmd) greetWithToken(c console, scope, url string) {
	fmt.Fprintf(c.out, "  TOKEN=$(%s token --data %s --scope %s)\n  curl -H \"Authorization: Bearer $TOKEN\" '%s'\n",
		c.program, shellQuote(cmd.Data), scope, url)
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
