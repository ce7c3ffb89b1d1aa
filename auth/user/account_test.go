package user

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/granary-fhir/granary/store"
)

func TestNormalizeName(t *testing.T) {
	for in, want := range map[string]string{
		"anna": "anna", "Anna": "anna", "ANNA.Berg@Example.ORG": "anna.berg@example.org", "a-b_c+1": "a-b_c+1", "ａｎｎａ": "anna",
		strings.Repeat("a", 64): strings.Repeat("a", 64),
	} {
		if got, err := NormalizeName(in); err != nil || got != want {
			t.Errorf("NormalizeName(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	if got, err := NormalizeName(" anna\n"); err != nil || got != "anna" {
		t.Errorf("space around it: %q, %v", got, err)
	}
	for _, in := range []string{"", " ", "a b", "a/b", "user:1", "аnna" /* a Cyrillic а */, "ann\u0061\u0301", "a\x00", "a\nb", strings.Repeat("a", 65), "<script>", "\xff"} {
		if got, err := NormalizeName(in); err == nil {
			t.Errorf("NormalizeName(%q) = %q", in, got)
		}
	}
}

func TestCheck(t *testing.T) {
	good := Account{Name: "e", Role: RelatedPerson, FHIRUser: "RelatedPerson/1", Links: []string{"RelatedPerson/2", "Patient/3"}}
	for name, c := range map[string]struct {
		edit  func(a *Account)
		field string // "" if it is right
	}{
		"as it is":                        {func(*Account) {}, ""},
		"a patient":                       {func(a *Account) { a.Role, a.FHIRUser = Patient, "Patient/1" }, ""},
		"a patient as a practitioner":     {func(a *Account) { a.Role = Patient; a.FHIRUser = "Practitioner/1" }, "fhirUser"},
		"a related person as a patient":   {func(a *Account) { a.FHIRUser = "Patient/1" }, "fhirUser"},
		"a practitioner":                  {func(a *Account) { a.Role, a.FHIRUser, a.Links = Practitioner, "Practitioner/1", nil }, ""},
		"a role":                          {func(a *Account) { a.Role, a.FHIRUser, a.Links = Practitioner, "PractitionerRole/1", nil }, ""},
		"a practitioner as a person":      {func(a *Account) { a.Role, a.FHIRUser, a.Links = Practitioner, "Person/1", nil }, "fhirUser"},
		"a practitioner with links":       {func(a *Account) { a.Role, a.FHIRUser = Practitioner, "Practitioner/1" }, "link"},
		"an administrator as a person":    {func(a *Account) { a.Role, a.FHIRUser, a.Links = Administrator, "Person/1", nil }, ""},
		"an administrator as a patient":   {func(a *Account) { a.Role, a.FHIRUser, a.Links = Administrator, "Patient/1", nil }, "fhirUser"},
		"an administrator with links":     {func(a *Account) { a.Role, a.FHIRUser = Administrator, "Person/1" }, "link"},
		"no role":                         {func(a *Account) { a.Role = "" }, "role"},
		"an unknown role":                 {func(a *Account) { a.Role = "nurse" }, "role"},
		"no fhirUser":                     {func(a *Account) { a.FHIRUser = "" }, "fhirUser"},
		"no id":                           {func(a *Account) { a.FHIRUser = "RelatedPerson" }, "fhirUser"},
		"an absolute fhirUser":            {func(a *Account) { a.FHIRUser = "https://x/RelatedPerson/1" }, "fhirUser"},
		"a version":                       {func(a *Account) { a.FHIRUser = "RelatedPerson/1/_history/1" }, "fhirUser"},
		"a link to a practitioner":        {func(a *Account) { a.Links = []string{"Practitioner/1"} }, "link"},
		"a link twice":                    {func(a *Account) { a.Links = []string{"Patient/3", "Patient/3"} }, "link"},
		"a link to the fhirUser":          {func(a *Account) { a.Links = []string{"RelatedPerson/1"} }, "link"},
		"too many links":                  {func(a *Account) { a.Links = make([]string, maxLinks+1) }, "link"},
		"a long display name":             {func(a *Account) { a.DisplayName = strings.Repeat("é", maxDisplayName) }, ""},
		"a display name that is too long": {func(a *Account) { a.DisplayName = strings.Repeat("é", maxDisplayName+1) }, "displayName"},
		"a display name of two lines":     {func(a *Account) { a.DisplayName = "a\nb" }, "displayName"},
		"a display name that turns round": {func(a *Account) { a.DisplayName = "a\u202eb" }, "displayName"},
		"a bad name":                      {func(a *Account) { a.Name = "a b" }, "name"},
	} {
		account := good
		c.edit(&account)
		_, err := account.Check()
		var invalid *Invalid
		if c.field == "" && err != nil || c.field != "" && (!errors.As(err, &invalid) || invalid.Field != c.field) {
			t.Errorf("%s: %v, want %q", name, err, c.field)
		}
	}
}

// Of the names of accounts and clients no subject can be a client_id, and no two
// accounts have one.
func TestAuth39SubjectsAreNoClientIDs(t *testing.T) {
	w := newWorld(t)
	first := w.add(anna, annas)
	if err := w.accounts.Remove(w.ctx, "anna"); err != nil {
		t.Fatal(err)
	}
	second := w.add(anna, annas)
	if first.Subject == second.Subject {
		t.Error("a subject was given twice")
	}
	for _, a := range []Account{first, second} {
		if !strings.HasPrefix(a.Subject, "user:") || strings.Contains(a.Subject, "anna") || len(a.Subject) < 20 {
			t.Errorf("the subject %q", a.Subject)
		}
	}
	if _, err := w.accounts.Current(w.ctx, "anna", second.Subject); err != nil {
		t.Error(err)
	}
	if _, err := w.accounts.Current(w.ctx, "anna", first.Subject); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the account that was removed: %v", err)
	}
}

func TestAdd(t *testing.T) {
	w := newWorld(t)
	password := w.hash(anna, annas)
	added, err := w.accounts.Add(w.ctx, Account{Name: " Anna", Role: Practitioner, FHIRUser: "Practitioner/1", Subject: "user:chosen", Version: 7}, password)
	if err != nil || added.Name != "anna" || added.DisplayName != "anna" || added.Subject == "user:chosen" || added.Version != 1 || !added.Created.Equal(w.clock.Now()) {
		t.Errorf("%+v, %v", added, err)
	}
	if _, err := w.accounts.Add(w.ctx, anna, password); !errors.Is(err, ErrTaken) {
		t.Errorf("again: %v", err)
	}
	got, err := w.accounts.Get(w.ctx, "ANNA")
	if err != nil || got.Subject != added.Subject {
		t.Errorf("%+v, %v", got, err)
	}
	for _, name := range []string{"bob", "a b", ""} {
		if _, err := w.accounts.Get(w.ctx, name); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
	// A password is good for the account for which it was checked.
	for _, other := range []Account{
		{Name: "bob", Role: Practitioner, FHIRUser: "Practitioner/1"},
		{Name: "anna", Role: Administrator, FHIRUser: "Practitioner/1"},
		{Name: "anna", Role: Practitioner, FHIRUser: "Practitioner/1", Demo: true},
	} {
		if _, err := w.accounts.Add(w.ctx, other, password); !errors.Is(err, errOtherPassword) {
			t.Errorf("%+v: %v", other, err)
		}
	}
	if _, err := w.accounts.Add(w.ctx, Account{Name: "bob", Role: Patient, FHIRUser: "Patient/1"}, Password{}); !errors.Is(err, errOtherPassword) {
		t.Errorf("without a password: %v", err)
	}
}

func TestLink(t *testing.T) {
	w := newWorld(t)
	w.add(Account{Name: "elena", Role: RelatedPerson, FHIRUser: "RelatedPerson/1"}, annas)
	for _, link := range []string{"RelatedPerson/2", "Patient/3"} {
		if err := w.accounts.Link(w.ctx, "elena", link); err != nil {
			t.Fatal(err)
		}
	}
	acts := func(want ...string) {
		t.Helper()
		a, err := w.accounts.Get(w.ctx, "elena")
		if err != nil || !slices.Equal(a.ActsAs(), want) || a.Version != 1 {
			t.Errorf("%+v, %v, want %v", a, err, want)
		}
	}
	acts("RelatedPerson/1", "RelatedPerson/2", "Patient/3")
	w.wrong(w.accounts.Link(w.ctx, "elena", "Patient/3"), "link")
	w.wrong(w.accounts.Link(w.ctx, "elena", "RelatedPerson/1"), "link")
	w.wrong(w.accounts.Link(w.ctx, "elena", "Group/1"), "link")
	acts("RelatedPerson/1", "RelatedPerson/2", "Patient/3")
	if err := w.accounts.Unlink(w.ctx, "elena", "RelatedPerson/2"); err != nil {
		t.Fatal(err)
	}
	acts("RelatedPerson/1", "Patient/3")
	w.wrong(w.accounts.Unlink(w.ctx, "elena", "RelatedPerson/2"), "link")
	w.wrong(w.accounts.Unlink(w.ctx, "elena", "RelatedPerson/1"), "link")
	for _, err := range []error{w.accounts.Link(w.ctx, "bob", "Patient/1"), w.accounts.Unlink(w.ctx, "bob", "Patient/1")} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of nobody: %v", err)
		}
	}
	w.add(anna, annas)
	w.wrong(w.accounts.Link(w.ctx, "anna", "Patient/1"), "link")
}

// Links that are added at the same time are all there.
func TestLinkConcurrently(t *testing.T) {
	w := newWorld(t)
	w.add(Account{Name: "elena", Role: RelatedPerson, FHIRUser: "RelatedPerson/0"}, annas)
	want := []string{"RelatedPerson/0"}
	done := make(chan error)
	for _, id := range strings.Split("abcdefghijklmnopqrst", "") {
		link := "RelatedPerson/" + id
		want = append(want, link)
		go func() { done <- w.accounts.Link(w.ctx, "elena", link) }()
	}
	for range want[1:] {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	a, err := w.accounts.Get(w.ctx, "elena")
	got := a.ActsAs()
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestList(t *testing.T) {
	w := newWorld(t)
	if all, err := w.accounts.List(w.ctx); err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
	for _, name := range []string{"c", "a", "b"} {
		w.add(Account{Name: name, Role: Patient, FHIRUser: "Patient/1"}, annas)
	}
	all, err := w.accounts.List(w.ctx)
	if err != nil || len(all) != 3 || all[0].Name != "a" || all[1].Name != "b" || all[2].Name != "c" {
		t.Errorf("%v, %v", all, err)
	}
	if err := w.accounts.Remove(w.ctx, " B"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"b", "a b"} {
		if err := w.accounts.Remove(w.ctx, name); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q again: %v", name, err)
		}
	}
	if all, err := w.accounts.List(w.ctx); err != nil || len(all) != 2 {
		t.Errorf("%v, %v", all, err)
	}
}

// What is printed and logged of an account has nothing of its password in it, and
// neither has its record.
func TestNoPasswordIsKept(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	found, err := w.records.Get(w.ctx, accountKind, "anna")
	if err != nil || strings.Contains(string(found.Value), annas) || !strings.Contains(string(found.Value), "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("%s, %v", found.Value, err)
	}
}

func TestDemonstrationAccounts(t *testing.T) {
	w := newWorld(t)
	sandbox := w.with(Options{AllowDemo: true})
	password := w.hash(Account{Demo: true}, DemoPassword)
	for _, a := range []Account{
		{Name: "amara", Role: Patient, FHIRUser: "Patient/1", Demo: true},
		{Name: "admin", Role: Administrator, FHIRUser: "Practitioner/1", Demo: true},
	} {
		if _, err := w.accounts.Add(w.ctx, a, password); err != nil {
			t.Fatal(err)
		}
	}
	w.add(anna, annas)
	if _, err := w.accounts.Add(w.ctx, Account{Name: "bob", Role: Patient, FHIRUser: "Patient/1"}, password); !errors.Is(err, errOtherPassword) {
		t.Errorf("the password of demonstrations for another account: %v", err)
	}
	for name, c := range map[string]struct {
		accounts *Accounts
		demos    int
		admin    bool
		refused  bool
	}{"sandbox": {sandbox, 2, true, false}, "no sandbox": {w.accounts, 0, false, true}} {
		demos, err := c.accounts.Demonstration(w.ctx)
		if err != nil || len(demos) != c.demos {
			t.Errorf("%s: %v, %v", name, demos, err)
		}
		if has, err := c.accounts.HasAdministrator(w.ctx); err != nil || has != c.admin {
			t.Errorf("%s: an administrator: %t, %v", name, has, err)
		}
		var refused *Refused
		if _, err := c.accounts.LogIn(w.ctx, "amara", DemoPassword, "192.0.2.1"); errors.As(err, &refused) != c.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.wrong(sandbox.SetPassword(w.ctx, "amara", password), "name")
}
