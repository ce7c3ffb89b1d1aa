package user

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// DemoPassword is the password of all demonstration accounts. It is no secret.
const DemoPassword = "granary"

// maxPassword is the longest password, in bytes.
const maxPassword = 256

// Password is a password that an account may have, hashed. Only Accounts.Hash makes
// one: what is not checked and hashed cannot be kept.
type Password struct {
	hash string
	name string // of the account for which it was checked
	role Role
	demo bool
}

// fits tells whether the password was checked for such an account.
func (p Password) fits(a Account) bool {
	if p.demo || a.Demo {
		return p.hash != "" && p.demo && a.Demo
	}
	return p.hash != "" && p.name == a.Name && p.role == a.Role
}

// Hash makes of a password one that an account may have. Name, Role and Demo say
// which account; it may be one that is still to be added. The error is *Invalid if
// the password will not do. It takes long, and is to be called before a transaction
// begins. The password of a demonstration account may be anything, and is good for
// all of them.
func (a *Accounts) Hash(ctx context.Context, of Account, password string) (Password, error) {
	name, err := NormalizeName(of.Name)
	if err != nil && !of.Demo {
		return Password{}, err
	}
	if err := of.Role.check(); err != nil && !of.Demo {
		return Password{}, err
	}
	prepared, err := prepare(password)
	if err != nil {
		return Password{}, err
	}
	if !of.Demo {
		if err := checkPassword(prepared, name, of.Role); err != nil {
			return Password{}, err
		}
	}
	made, err := a.hasher.hash(ctx, prepared)
	if err != nil {
		return Password{}, err
	}
	return Password{made.String(), name, of.Role, of.Demo}, nil
}

// prepare is the form of a password that is hashed: the same, whatever the keyboard
// made of it (RFC 8265, 4.2).
func prepare(password string) (string, error) {
	if len(password) > maxPassword {
		return "", &Invalid{"password", fmt.Sprintf("it should have at most %d bytes", maxPassword)}
	}
	prepared, err := precis.OpaqueString.String(password)
	if err != nil || !utf8.ValidString(password) {
		return "", &Invalid{"password", "it should be text without control characters, and not empty"}
	}
	return prepared, nil
}

// checkPassword refuses what is guessed first (NIST SP 800-63B, 5.1.1.2): what is short,
// common or the account's own name. It asks for no mixture of characters.
func checkPassword(password, name string, role Role) error {
	least := roles[role].password
	lower := strings.ToLower(password)
	switch {
	case utf8.RuneCountInString(password) < least:
		return &Invalid{"password", fmt.Sprintf("it should have at least %d characters", least)}
	case lower == name:
		return &Invalid{"password", "it should not be the name by which you log in"}
	case common[lower] || monotonous(lower):
		return &Invalid{"password", "it is one of those that are tried first; it should be one that nobody else would choose"}
	}
	return nil
}

// monotonous tells whether a text is one or two characters over and over.
func monotonous(text string) bool {
	kinds := map[rune]bool{}
	for _, r := range text {
		kinds[r] = true
	}
	return len(kinds) < 3
}

// common are the commonest passwords of public lists that are long enough, and what
// somebody in a hurry would choose here.
var common = func() map[string]bool {
	set := map[string]bool{}
	for _, p := range strings.Fields(`
		password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword passwordpassword
		12345678 123456789 1234567890 12345678910 123456789012 87654321 987654321 0123456789 123123123 147258369
		qwertyui qwertyuiop qwerty12 qwerty123 qwerty12345 1qaz2wsx 1q2w3e4r 1q2w3e4r5t zaq12wsx asdfghjk asdfghjkl
		abcdefgh abcd1234 abc12345 a1b2c3d4 iloveyou sunshine princess football baseball superman trustno1 starwars
		whatever computer internet jennifer michelle welcome1 welcome123 letmein1 letmein123 changeme changeme123
		changeit secret123 admin123 admin1234 administrator administrator1 rootroot test1234 testtest
		granary1 granary123 granarygranary fhirfhir hospital doctor123 patient1 patient123`) {
		set[p] = true
	}
	return set
}()
