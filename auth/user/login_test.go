package user

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/store"
)

const home = "192.0.2.1" // an address

// try logs in and returns what a refusal says: -1 if there was none.
func (w *world) try(name, password, address string) time.Duration {
	w.Helper()
	account, err := w.accounts.LogIn(w.ctx, name, password, address)
	var refused *Refused
	switch {
	case err == nil && account.Subject != "":
		return -1
	case errors.As(err, &refused) && account.Subject == "":
		return refused.RetryAfter
	}
	w.Fatalf("%+v, %v", account, err)
	return 0
}

func (w *world) expect(what string, got, want time.Duration) {
	w.Helper()
	if got != want {
		w.Errorf("%s: %v, want %v", what, got, want)
	}
}

const in = time.Duration(-1)

func TestLogIn(t *testing.T) {
	w := newWorld(t)
	added := w.add(anna, annas)
	for _, name := range []string{"anna", "ANNA", " anna\t"} {
		account, err := w.accounts.LogIn(w.ctx, name, annas, home)
		if err != nil || account.Subject != added.Subject {
			t.Errorf("%q: %+v, %v", name, account, err)
		}
	}
	for what, c := range map[string][2]string{
		"another password":       {"anna", "annas other secret"},
		"no password":            {"anna", ""},
		"a password of 1 MB":     {"anna", strings.Repeat(annas, 1<<16)},
		"a control character":    {"anna", annas + "\x00"},
		"nobody":                 {"bob", annas},
		"no name":                {"", annas},
		"a name that none is":    {"an na", annas},
		"a name of 100 kB":       {strings.Repeat("anna", 25000), annas},
		"a name with a NUL":      {"anna\x00" + home, annas},
		"a name that is not UTF": {"\xff", annas},
	} {
		w.expect(what, w.try(c[0], c[1], "what: "+what), 0)
	}
}

// What is refused says the same, whatever the cause is, and counts the same.
func TestRefusalsDoNotTellWhetherThereIsAnAccount(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	w.add(Account{Name: "dora", Role: Patient, FHIRUser: "Patient/1"}, annas)
	if err := w.accounts.SetDisabled(w.ctx, "dora", true); err != nil {
		t.Fatal(err)
	}
	if _, err := w.accounts.Add(w.ctx, Account{Name: "demo", Role: Patient, FHIRUser: "Patient/1", Demo: true}, w.hash(Account{Demo: true}, DemoPassword)); err != nil {
		t.Fatal(err)
	}
	said := map[string][]string{}
	for name, password := range map[string]string{"anna": "wrong", "dora": annas, "demo": DemoPassword, "nobody": "wrong"} {
		for range 8 {
			_, err := w.accounts.LogIn(w.ctx, name, password, home)
			if err == nil {
				t.Fatalf("%s is in", name)
			}
			said[name] = append(said[name], err.Error())
		}
	}
	want := strings.Join(said["nobody"], "\n")
	for name, texts := range said {
		if got := strings.Join(texts, "\n"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
	if !strings.Contains(want, "no account of this name and password") || !strings.Contains(want, "too many attempts to log in; wait 1s") {
		t.Errorf("what is said:\n%s", want)
	}
}

// The password of an account that is not there takes as long as one that is.
func TestUnknownNamesAreHashedToo(t *testing.T) {
	w := newWorld(t)
	w.accounts = w.with(Options{Hashes: 1})
	w.accounts.hasher.seats <- struct{}{} // nobody gets to hash
	ctx, cancel := context.WithTimeout(w.ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := w.accounts.LogIn(ctx, "nobody", annas, home); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, without a hash", err)
	}
	// An attempt in which nothing was compared does not count.
	if keys, err := w.records.List(w.ctx, pairLimit.kind, "", 10); err != nil || len(keys) != 0 {
		t.Errorf("%v, %v", keys, err)
	}
}

func TestFailuresWaitTwiceAsLongEachTime(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	for range 5 {
		w.expect("free", w.try("anna", "wrong", home), 0)
	}
	for _, wait := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900} {
		wait *= time.Second
		w.expect("before the wait", w.try("anna", annas, home), wait)
		w.clock.Advance(wait - time.Nanosecond)
		w.expect("until its end, which attempts do not put off", w.try("anna", annas, home), time.Nanosecond)
		w.clock.Advance(time.Nanosecond)
		w.expect("after it", w.try("anna", "wrong", home), 0)
	}
	w.expect("from elsewhere", w.try("anna", annas, "192.0.2.2"), in)
	w.clock.Advance(15 * time.Minute)
	w.expect("right at last", w.try("anna", annas, home), in)
	for range 5 {
		w.expect("all is forgotten", w.try("anna", "wrong", home), 0)
	}
	w.expect("and counted anew", w.try("anna", annas, home), time.Second)
}

func TestFailuresAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	for range 5 {
		w.expect("free", w.try("anna", "wrong", home), 0)
	}
	w.clock.Advance(2 * time.Hour)
	for range 2 {
		w.expect("two are forgotten", w.try("anna", "wrong", home), 0)
	}
	w.expect("but not the others", w.try("anna", annas, home), time.Second)
	w.clock.Advance(10 * time.Hour)
	for _, kind := range []string{pairLimit.kind, addressLimit.kind, accountLimit.kind} {
		if keys, err := w.records.List(w.ctx, kind, "", 10); err != nil || len(keys) != 0 {
			t.Errorf("%s is kept for ever: %v, %v", kind, keys, err)
		}
	}
}

// Many addresses together do not get further than an account's limit, which holds up
// strangers for a minute at most, and never those who have logged in from where they are.
func TestManyAddressesOnOneAccount(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	w.expect("from home", w.try("anna", annas, home), in)
	guesses := 0
	for i := range accountLimit.free + 10 {
		if w.try("anna", "wrong", "198.51.100."+strconv.Itoa(i)) == 0 {
			guesses++
		}
	}
	if guesses != accountLimit.free {
		t.Errorf("%d guesses", guesses)
	}
	w.expect("the right one from elsewhere", w.try("anna", annas, "203.0.113.1"), time.Second)
	w.expect("from home", w.try("anna", annas, home), in)
	for i := range 40 { // the attacker goes on
		w.clock.Advance(time.Minute)
		w.try("anna", "wrong", "203.0.113."+strconv.Itoa(2+i))
	}
	if wait := w.try("anna", annas, "203.0.113.1"); wait <= 0 || wait > time.Minute {
		t.Errorf("a wait of %v", wait)
	}
	w.expect("still from home", w.try("anna", annas, home), in)
}

func TestOneAddressOnManyAccounts(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	guesses := 0
	for i := range addressLimit.free + 10 {
		if w.try("user"+strconv.Itoa(i), "wrong", "2001:db8:1:1::"+strconv.FormatInt(int64(i+1), 16)) == 0 {
			guesses++
		}
	}
	if guesses != addressLimit.free {
		t.Errorf("%d guesses from one network", guesses)
	}
	w.expect("the right one from there", w.try("anna", annas, "2001:db8:1:1::ffff"), time.Second)
	w.expect("from the next network", w.try("anna", annas, "2001:db8:1:2::1"), in)
	w.expect("from IPv4", w.try("anna", annas, home), in)
}

// What one limit refuses the others have not counted.
func TestRefusedAttemptsDoNotCount(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	for i := range addressLimit.free {
		w.expect("used up", w.try("user"+strconv.Itoa(i), "wrong", home), 0)
	}
	for range accountLimit.free {
		w.expect("the address waits", w.try("anna", "wrong", home), time.Second)
	}
	for kind, key := range map[string]string{pairLimit.kind: handle.Digest("anna\x00" + home), accountLimit.kind: handle.Digest("anna")} {
		if found, err := w.records.Get(w.ctx, kind, key); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %s, %v", kind, found.Value, err)
		}
	}
	w.clock.Advance(time.Second)
	w.expect("after the wait", w.try("anna", annas, home), in)
}

// Whoever has a right password does not use up what the others of the address have.
func TestSuccessesDoNotCount(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	for i := range addressLimit.free + 10 {
		w.expect(strconv.Itoa(i), w.try("anna", annas, home), in)
	}
	// Nor does it clear the failures of the address on other accounts.
	for i := range addressLimit.free {
		w.expect(strconv.Itoa(i), w.try("user"+strconv.Itoa(i/4), "wrong", home), 0)
	}
	w.expect("all used up", w.try("user100", "wrong", home), time.Second)
	w.clock.Advance(time.Second)
	w.expect("a right one", w.try("anna", annas, home), in)
	w.expect("no wait for a success", w.try("anna", annas, home), in)
	w.expect("a wrong one", w.try("user101", "wrong", home), 0)
	w.expect("two more than are free", w.try("user102", "wrong", home), 2*time.Second)
}

// 100 guesses at the same time get no further than one after the other, in several
// processes and after a restart.
func TestParallelGuesses(t *testing.T) {
	w := newStoreWorld(t)
	w.add(anna, annas)
	several := []*Accounts{w.accounts, w.with(Options{}), w.with(Options{})}
	var compared, waited atomic.Int64
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			_, err := several[i%len(several)].LogIn(w.ctx, "anna", "guess"+strconv.Itoa(i), home)
			var refused *Refused
			switch {
			case !errors.As(err, &refused):
				t.Error(err)
			case refused.RetryAfter == 0:
				compared.Add(1)
			default:
				waited.Add(1)
			}
		})
	}
	all.Wait()
	if compared.Load() != int64(pairLimit.free) || waited.Load() != 100-int64(pairLimit.free) {
		t.Errorf("%d were compared, %d refused", compared.Load(), waited.Load())
	}
	w.accounts = w.with(Options{}) // a restart
	w.expect("after a restart", w.try("anna", annas, home), time.Second)
}

// The limits of an account and of an address hold for guesses at the same time, too.
func TestParallelGuessesFromManyAddresses(t *testing.T) {
	for what, c := range map[string]struct {
		guess func(i int) (name, address string)
		want  int
	}{
		"account": {func(i int) (string, string) { return "anna", "198.51.100." + strconv.Itoa(i) }, accountLimit.free},
		"address": {func(i int) (string, string) { return "user" + strconv.Itoa(i), home }, addressLimit.free},
	} {
		w := newWorld(t)
		var compared atomic.Int64
		var all sync.WaitGroup
		for i := range 120 {
			all.Go(func() {
				name, address := c.guess(i)
				if w.try(name, "wrong", address) == 0 {
					compared.Add(1)
				}
			})
		}
		all.Wait()
		// One that was counted by one limit and refused by the next is taken back, and
		// may have kept out another one meanwhile.
		if got := int(compared.Load()); got != c.want {
			t.Errorf("%s: %d were compared, want %d", what, got, c.want)
		}
	}
}

func TestNetwork(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "192.0.2.1:443": "192.0.2.1", "2001:db8::1": "2001:db8::/64",
		"2001:db8:0:1::1": "2001:db8:0:1::/64", "[2001:db8::1]:443": "2001:db8::/64", "fe80::1%eth0": "fe80::/64", "": "", "@": "@",
	} {
		if got := network(in); got != want {
			t.Errorf("network(%q) = %q, want %q", in, got, want)
		}
	}
}

// A login makes a hash of today's costs of one of yesterday's, and ends nothing by it.
func TestHashesGrowStronger(t *testing.T) {
	w := newWorld(t)
	added := w.add(anna, annas)
	stronger := Argon2{Memory: 128, Time: 2, Threads: 1}
	costs := func() Argon2 {
		t.Helper()
		s, _, err := w.accounts.load(w.ctx, "anna")
		if err != nil {
			t.Fatal(err)
		}
		h, err := parsePHC(s.Password)
		if err != nil {
			t.Fatal(err)
		}
		return h.costs
	}
	w.accounts = w.with(Options{Argon2: stronger})
	w.expect("wrong", w.try("anna", "wrong", home), 0)
	if costs() != cheap {
		t.Error("a wrong password was hashed")
	}
	w.expect("right", w.try("anna", annas, home), in)
	if costs() != stronger {
		t.Errorf("the costs are %+v", costs())
	}
	w.accounts = w.with(Options{Argon2: cheap})
	w.expect("once more", w.try("anna", annas, home), in)
	if costs() != stronger {
		t.Error("it has become weaker")
	}
	if account, err := w.accounts.Get(w.ctx, "anna"); err != nil || account.Version != added.Version {
		t.Errorf("%+v, %v", account, err)
	}
}

func TestLogInWithoutAStore(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	w.memory().broken = store.ErrUnavailable
	var refused *Refused
	if _, err := w.accounts.LogIn(w.ctx, "anna", annas, home); !errors.Is(err, store.ErrUnavailable) || errors.As(err, &refused) {
		t.Errorf("%v", err)
	}
}
