package user

import (
	"regexp"
	"strings"

	"golang.org/x/text/secure/precis"
)

var loginName = regexp.MustCompile(`^[a-z0-9._@+-]{1,64}$`)

// NormalizeName is the one form in which a login name is kept and looked up: without
// space around it, in lower case, as RFC 8265, 3.3 has it, and of few characters, so
// that no two names look alike. The error is *Invalid.
func NormalizeName(name string) (string, error) {
	mapped, err := precis.UsernameCaseMapped.String(strings.TrimSpace(name))
	if err != nil || !loginName.MatchString(mapped) {
		return "", &Invalid{"name", "it should have 1 to 64 of the characters a-z 0-9 . _ @ + -"}
	}
	return mapped, nil
}
