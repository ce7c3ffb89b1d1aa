package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/user"
	"github.com/granary-fhir/granary/seed"
	"github.com/granary-fhir/granary/store"
)

// typed runs a command whose standard input is a text.
func typed(t *testing.T, input string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, console{program: "granary", in: strings.NewReader(input), out: &stdout, err: &stderr})
	return code, stdout.String(), stderr.String()
}

// accountsOf opens the accounts of a store; allow lets the demonstration accounts in.
func accountsOf(t *testing.T, data string, allow bool) (*store.Store, *user.Accounts) {
	t.Helper()
	opened, err := dataFlags{Data: data, Store: "sqlite"}.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened, user.NewAccounts(opened.Records(), user.Options{Clock: time.Now, AllowDemo: allow})
}

// logsIn tells whether a name and password go together.
func logsIn(t *testing.T, accounts *user.Accounts, name, password string) bool {
	t.Helper()
	_, err := accounts.LogIn(t.Context(), name, password, "192.0.2.1")
	var refused *user.Refused
	if err != nil && !errors.As(err, &refused) {
		t.Fatal(err)
	}
	return err == nil
}

const secret = "correct horse battery"

func TestUserAdd(t *testing.T) {
	data := t.TempDir()
	must(t, "import", "--data", data, "../../seed/data")
	file := write(t, "password", secret+"\r\nand more\n")
	for _, c := range []struct {
		input string
		args  []string
		want  string // regular expression
	}{
		{secret + "\n", []string{"Anna", "--role", "practitioner", "--password-stdin", "--display-name", "Anna Berg, MD"}, `^anna: practitioner, acts as Practitioner/[0-9a-f-]{36}\n$`},
		{"", []string{"elena", "--role", "related-person", "--fhir-user", "RelatedPerson/elena-pena", "--link", "RelatedPerson/elena-pena-valentina", "--link", "Patient/jun-tanaka", "--password-file", file},
			`^elena: related-person, acts as RelatedPerson/elena-pena, RelatedPerson/elena-pena-valentina, Patient/jun-tanaka\n$`},
		{secret, []string{"jun", "--role", "patient", "--fhir-user", "Patient/jun-tanaka", "--password-stdin"}, `^jun: patient, acts as Patient/jun-tanaka\n$`},
		{secret, []string{"later", "--role", "patient", "--fhir-user", "Patient/later", "--password-stdin", "--force"}, `^later: patient, acts as Patient/later\n$`},
		{secret, []string{"root", "--role", "administrator", "--password-stdin"}, `^root: administrator, acts as Practitioner/[0-9a-f-]{36}\n$`},
	} {
		code, out, errs := typed(t, c.input, append([]string{"user", "add", "--data", data}, c.args...)...)
		if code != exitOK || errs != "" || !regexp.MustCompile(c.want).MatchString(out) {
			t.Errorf("%q: exit code %d, output %q, errors %q", c.args, code, out, errs)
		}
	}
	opened, accounts := accountsOf(t, data, false)
	for _, name := range []string{"anna", "elena", "jun", "later", "root"} {
		if !logsIn(t, accounts, name, secret) {
			t.Errorf("%s cannot log in", name)
		}
	}
	anna, err := accounts.Get(t.Context(), "anna")
	if err != nil {
		t.Fatal(err)
	}
	made, err := opened.View(store.Unrestricted("test")).Read(t.Context(), keyOf(anna.FHIRUser))
	if err != nil || !strings.Contains(string(made.Body), `"name":[{"text":"Anna Berg, MD"}]`) {
		t.Errorf("%s, %v", made.Body, err)
	}
}

// What is refused leaves nothing behind.
func TestUserAddRefuses(t *testing.T) {
	data := t.TempDir()
	must(t, "import", "--data", data, "../../seed/data")
	if code, _, errs := typed(t, secret, "user", "add", "--data", data, "anna", "--role", "practitioner", "--password-stdin"); code != exitOK {
		t.Fatal(errs)
	}
	before := must(t, "user", "list", "--json", "--data", data)
	for _, c := range []struct {
		input string
		args  []string
		code  int
		want  string
	}{
		{secret, []string{"ANNA", "--role", "practitioner", "--password-stdin"}, exitFailure, "there is an account anna already"},
		{"short\n", []string{"bob", "--role", "practitioner", "--password-stdin"}, exitFailure, "password: it should have at least 8 characters"},
		{"11 chars...\n", []string{"bob", "--role", "administrator", "--password-stdin"}, exitFailure, "password: it should have at least 12 characters"},
		{"", []string{"bob", "--role", "practitioner", "--password-stdin"}, exitFailure, "password: it should be text"},
		{secret, []string{"bob", "--role", "practitioner"}, exitUsage, "there is no terminal to ask for the password"},
		{secret, []string{"bob", "--role", "practitioner", "--password-file", "absent"}, exitUsage, "--password-file: open absent"},
		{secret, []string{"bob", "--role", "practitioner", "--password-stdin", "--invite"}, exitUsage, "can't be used together"},
		{secret, []string{"bob", "--role", "nurse", "--password-stdin"}, exitUsage, "--role: wants patient, related-person, practitioner or administrator, not \"nurse\""},
		{secret, []string{"bob", "--password-stdin"}, exitUsage, "--role"},
		{secret, []string{"b b", "--role", "practitioner", "--password-stdin"}, exitUsage, "name: it should have 1 to 64 of the characters"},
		{secret, []string{"bob", "--role", "patient", "--password-stdin"}, exitUsage, "--fhir-user: a patient needs one, such as Patient/123"},
		{secret, []string{"bob", "--role", "patient", "--fhir-user", "Practitioner/helen-park", "--password-stdin"}, exitUsage, "fhirUser: it should be a reference like Patient/1"},
		{secret, []string{"bob", "--role", "practitioner", "--link", "Patient/jun-tanaka", "--password-stdin"}, exitUsage, "link: only patients and related persons"},
		{secret, []string{"bob", "--role", "patient", "--fhir-user", "Patient/nobody", "--password-stdin"}, exitFailure, "there is no Patient/nobody in the store; --force if it will be"},
		{secret, []string{"bob", "--role", "patient", "--fhir-user", "Patient/jun-tanaka", "--link", "RelatedPerson/nobody", "--password-stdin"}, exitFailure, "there is no RelatedPerson/nobody in the store"},
		{secret, []string{"bob", "--role", "patient", "--fhir-user", "Patient/nobody", "--invite"}, exitFailure, "there is no Patient/nobody in the store"},
		{secret, []string{"bob", "--role", "practitioner", "--invite", "--ttl", "0s"}, exitUsage, "--ttl: wants a duration above 0"},
	} {
		code, out, errs := typed(t, c.input, append([]string{"user", "add", "--data", data}, c.args...)...)
		if code != c.code || out != "" || !strings.Contains(errs, c.want) || strings.Contains(errs, secret) {
			t.Errorf("%q: exit code %d, output %q, errors %q, want %q", c.args, code, out, errs, c.want)
		}
	}
	if after := must(t, "user", "list", "--json", "--data", data); after != before {
		t.Errorf("%s\nwas\n%s", after, before)
	}
	if out := must(t, "check", "--data", data); !strings.HasPrefix(out, "155 resources") {
		t.Errorf("a Practitioner was left behind: %s", out)
	}
}

func TestUserList(t *testing.T) {
	data := t.TempDir()
	if code, _, errs := typed(t, secret, "user", "add", "--data", data, "elena", "--role", "related-person", "--fhir-user", "RelatedPerson/1", "--link", "RelatedPerson/2", "--force", "--password-stdin", "--display-name", "Elena Peña"); code != exitOK {
		t.Fatal(errs)
	}
	const want = "name   role            acts as                          state   display name\n" +
		"elena  related-person  RelatedPerson/1 RelatedPerson/2  active  Elena Peña\n"
	if out := must(t, "user", "list", "--data", data); out != want {
		t.Errorf("%swant\n%s", out, want)
	}
	var all []user.Account
	out := must(t, "user", "list", "--data", data, "--json")
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all) != 1 || all[0].Name != "elena" || strings.Contains(out, "argon2") {
		t.Errorf("%s, %v", out, err)
	}
}

func TestUserChanges(t *testing.T) {
	data := t.TempDir()
	must(t, "import", "--data", data, "../../seed/data")
	if code, _, errs := typed(t, secret, "user", "add", "--data", data, "elena", "--role", "related-person", "--fhir-user", "RelatedPerson/elena-pena", "--password-stdin"); code != exitOK {
		t.Fatal(errs)
	}
	_, accounts := accountsOf(t, data, false)
	elena := func() user.Account {
		t.Helper()
		account, err := accounts.Get(t.Context(), "elena")
		if err != nil {
			t.Fatal(err)
		}
		return account
	}
	step := func(code int, want string, args ...string) {
		t.Helper()
		got, out, errs := typed(t, "another good secret\n", append(append([]string{"user"}, args...), "--data", data)...)
		if got != code || !strings.Contains(out+errs, want) {
			t.Errorf("granary user %q: exit code %d, %q, want %q", args, got, out+errs, want)
		}
	}
	step(exitOK, "elena: acts as RelatedPerson/elena-pena-valentina too\n", "link", "elena", "RelatedPerson/elena-pena-valentina")
	step(exitFailure, "there is no RelatedPerson/nobody in the store", "link", "elena", "RelatedPerson/nobody")
	step(exitOK, "elena: acts as RelatedPerson/nobody too\n", "link", "elena", "RelatedPerson/nobody", "--force")
	step(exitFailure, "acts as RelatedPerson/nobody already", "link", "elena", "RelatedPerson/nobody", "--force")
	step(exitUsage, "link: it should be a reference like Patient/1 or RelatedPerson/1", "link", "elena", "Group/1")
	step(exitOK, "elena: acts as RelatedPerson/nobody no more\n", "unlink", "Elena", "RelatedPerson/nobody")
	step(exitFailure, "the account has none to RelatedPerson/nobody", "unlink", "elena", "RelatedPerson/nobody")
	if got := elena().ActsAs(); !slices.Equal(got, []string{"RelatedPerson/elena-pena", "RelatedPerson/elena-pena-valentina"}) {
		t.Errorf("%v", got)
	}
	step(exitOK, "elena: the password is set\n", "passwd", "elena", "--password-stdin")
	if logsIn(t, accounts, "elena", secret) || !logsIn(t, accounts, "elena", "another good secret") {
		t.Error("the password is as it was")
	}
	step(exitOK, "elena: may not log in any more\n", "disable", "elena")
	if logsIn(t, accounts, "elena", "another good secret") || !elena().Disabled {
		t.Error("a disabled account logs in")
	}
	step(exitOK, "elena: may log in\n", "enable", "elena")
	if !logsIn(t, accounts, "elena", "another good secret") {
		t.Error("it cannot log in again")
	}
	step(exitOK, "elena: removed\n", "remove", "elena")
	for _, args := range [][]string{{"remove", "elena"}, {"disable", "elena"}, {"enable", "elena"}, {"invite", "elena"}, {"passwd", "elena", "--password-stdin"}, {"link", "elena", "Patient/1", "--force"}, {"unlink", "elena", "Patient/1"}} {
		step(exitFailure, "granary: there is no account elena\n", args...)
	}
}

func TestUserNotesThatNoAdministratorIsLeft(t *testing.T) {
	data := t.TempDir()
	const note = "note: no administrator is left"
	for _, name := range []string{"one", "two"} {
		if code, _, errs := typed(t, secret, "user", "add", "--data", data, name, "--role", "administrator", "--password-stdin"); code != exitOK {
			t.Fatal(errs)
		}
	}
	if code, _, errs := granary(t, "user", "disable", "--data", data, "one"); code != exitOK || errs != "" {
		t.Errorf("%d %q", code, errs)
	}
	if code, _, errs := granary(t, "user", "remove", "--data", data, "two"); code != exitOK || !strings.Contains(errs, note) {
		t.Errorf("%d %q", code, errs)
	}
}

// A link makes the account that was meant, once.
func TestUserInvite(t *testing.T) {
	data := t.TempDir()
	s := serveTest(t, "--data", data, "--base-url", "https://fhir.example.org/here", "--no-sandbox")
	s.stop()
	opened, accounts := accountsOf(t, data, false)
	redeem := func(link, password string) {
		t.Helper()
		token, ok := strings.CutPrefix(lastLine(link), "https://fhir.example.org/here/welcome?token=")
		if !ok {
			t.Fatalf("the link %q", link)
		}
		invitations := user.NewInvitations(accounts)
		invitation, err := invitations.Peek(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		hashed, err := accounts.Hash(t.Context(), invitation.For("", ""), password)
		if err != nil {
			t.Fatal(err)
		}
		err = opened.View(store.Unrestricted("test")).Transact(t.Context(), func(tx *store.Tx) error {
			_, err := invitations.Redeem(t.Context(), tx, token, user.Chosen{Password: hashed})
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	link := must(t, "user", "add", "--data", data, "anna", "--role", "practitioner", "--display-name", "Anna Berg", "--invite")
	if out := must(t, "user", "list", "--data", data, "--json"); out != "[]\n" {
		t.Errorf("the account is there before: %s", out)
	}
	redeem(link, secret)
	if !logsIn(t, accounts, "anna", secret) {
		t.Error("anna cannot log in")
	}
	redeem(must(t, "user", "invite", "--data", data, "anna"), "another good secret")
	if logsIn(t, accounts, "anna", secret) || !logsIn(t, accounts, "anna", "another good secret") {
		t.Error("the password is as it was")
	}
}

func TestDemonstrationAccounts(t *testing.T) {
	data := t.TempDir()
	if code, _, errs := typed(t, secret, "user", "add", "--data", data, "jun", "--role", "practitioner", "--fhir-user", "Practitioner/mine", "--force", "--password-stdin"); code != exitOK {
		t.Fatal(errs)
	}
	serveTest(t, "--data", data).stop()
	_, sandbox := accountsOf(t, data, true)
	_, outside := accountsOf(t, data, false)
	for _, p := range seed.Demonstration() {
		if p.Name != "jun" && !logsIn(t, sandbox, p.Name, user.DemoPassword) {
			t.Errorf("%s cannot log in", p.Name)
		}
		if logsIn(t, outside, p.Name, user.DemoPassword) {
			t.Errorf("%s logs in without a sandbox", p.Name)
		}
	}
	if !logsIn(t, outside, "jun", secret) {
		t.Error("the account that was there is not")
	}
	demos := func(want int) {
		t.Helper()
		if got, err := sandbox.Demonstration(t.Context()); err != nil || len(got) != want {
			t.Errorf("%v, %v", got, err)
		}
	}
	demos(len(seed.Demonstration()) - 1)
	must(t, "user", "remove", "--data", data, "amara")
	serveTest(t, "--data", data).stop() // which does not bring her back
	demos(len(seed.Demonstration()) - 2)
}

func TestNoDemonstrationAccountsWithoutASandbox(t *testing.T) {
	data := t.TempDir()
	serveTest(t, "--data", data, "--no-sandbox").stop()
	if out := must(t, "user", "list", "--data", data, "--json"); out != "[]\n" {
		t.Errorf("%s", out)
	}
}
