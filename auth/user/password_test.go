package user

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

func TestHashRefuses(t *testing.T) {
	w := newWorld(t)
	patient := Account{Name: "long.login.name", Role: Patient}
	admin := Account{Name: "long.login.name", Role: Administrator}
	for _, c := range []struct {
		of       Account
		password string
		ok       bool
	}{
		{patient, "", false},
		{patient, "7 chars", false},
		{patient, "8 chars!", true},
		{patient, "пароль12", true}, // 8 characters, 14 bytes
		{patient, "пароль1", false},
		{admin, "11 chars...", false},
		{admin, "12 chars....", true},
		{patient, strings.Repeat("abc", 85) + "d", true}, // 256 bytes
		{patient, strings.Repeat("abc", 85) + "de", false},
		{patient, "long.login.name", false},
		{patient, "Long.Login.NAME", false},
		{patient, "long.login.name2", true},
		{patient, "password", false},
		{patient, "PassWord1", false},
		{admin, "passwordpassword", false},
		{patient, "aaaaaaaaaaaa", false},
		{patient, "abababababab", false},
		{patient, "with\ttab 12", false},
		{patient, "with\x00nul 12", false},
		{patient, "not UTF-8 \xff", false},
		{Account{Name: "a b", Role: Patient}, "8 chars!", false},
		{Account{Name: "a", Role: "nurse"}, "8 chars!", false},
		{Account{Demo: true}, "granary", true},
		{Account{Demo: true}, "", false},
	} {
		hashed, err := w.accounts.Hash(w.ctx, c.of, c.password)
		var invalid *Invalid
		if (err == nil) != c.ok || err != nil && !errors.As(err, &invalid) {
			t.Errorf("%+v %q: %v", c.of, c.password, err)
		}
		if c.ok && hashed.hash == "" || !c.ok && hashed != (Password{}) {
			t.Errorf("%+v %q: %+v", c.of, c.password, hashed)
		}
		if err != nil && len(c.password) > 3 && c.password != invalid.Field && strings.Contains(err.Error(), c.password) {
			t.Errorf("the error has the password in it: %v", err)
		}
	}
}

// One password typed on two keyboards: é in one character and in two.
func TestPasswordsAreNormalized(t *testing.T) {
	w := newWorld(t)
	w.add(anna, "caf\u00e9 noir")
	if _, err := w.accounts.LogIn(w.ctx, "anna", "cafe\u0301 noir", "192.0.2.1"); err != nil {
		t.Error(err)
	}
	if _, err := w.accounts.LogIn(w.ctx, "anna", "cafe noir", "192.0.2.1"); err == nil {
		t.Error("without the accent")
	}
}

func TestTheDefaultIsOWASPs(t *testing.T) {
	if NewAccounts(nil, Options{}).hasher.costs != (Argon2{Memory: 19456, Time: 2, Threads: 1}) {
		t.Error("the default costs")
	}
}

func TestPHC(t *testing.T) {
	h := newHasher(cheap, 1)
	made, err := h.hash(t.Context(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	text := made.String()
	if !strings.HasPrefix(text, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("%q", text)
	}
	read, err := parsePHC(text)
	if err != nil || read.String() != text {
		t.Fatalf("%q, %v", read, err)
	}
	if string(read.key) != string(argon2.IDKey([]byte("secret"), read.salt, 1, 64, 1, 32)) {
		t.Error("the key is none of argon2id")
	}
	for password, want := range map[string]bool{"secret": true, "Secret": false, "": false} {
		if got, err := h.matches(t.Context(), password, read); err != nil || got != want {
			t.Errorf("%q: %t, %v", password, got, err)
		}
	}
	again, err := h.hash(t.Context(), "secret")
	if err != nil || again.String() == text {
		t.Errorf("the same salt twice: %v", err)
	}
	for name, bad := range map[string]string{
		"nothing": "", "another kind": strings.Replace(text, "argon2id", "argon2i", 1), "another version": strings.Replace(text, "v=19", "v=16", 1),
		"no time": strings.Replace(text, "t=1", "t=0", 1), "no threads": strings.Replace(text, "p=1", "p=0", 1), "no memory": strings.Replace(text, "m=64", "m=0", 1),
		"too much memory": strings.Replace(text, "m=64", "m=4000000000", 1), "too much time": strings.Replace(text, "t=1", "t=1000000", 1),
		"no key": text[:strings.LastIndex(text, "$")], "a short key": text[:len(text)-4], "a bad character": text[:len(text)-1] + "!",
	} {
		if got, err := parsePHC(bad); err == nil {
			t.Errorf("%s: %q is read as %v", name, bad, got)
		}
	}
}

func FuzzPHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$" + strings.Repeat("A", 43))
	f.Add("$argon2id$v=19$m=64,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, text string) {
		if h, err := parsePHC(text); err == nil {
			if again, err := parsePHC(h.String()); err != nil || fmt.Sprint(again) != fmt.Sprint(h) {
				t.Errorf("%q: %v, %v", text, again, err)
			}
		}
	})
}

// Hashes wait for each other, and nobody waits longer than they want to.
func TestHashesAreFewAtATime(t *testing.T) {
	h := newHasher(cheap, 1)
	h.seats <- struct{}{} // somebody hashes
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := h.hash(ctx, "secret")
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	go func() {
		_, err := h.hash(t.Context(), "secret")
		done <- err
	}()
	<-h.seats
	if err := <-done; err != nil {
		t.Error(err)
	}
	for range 20 { // a free seat, and nobody to sit on it
		if _, err := h.hash(ctx, "secret"); !errors.Is(err, context.Canceled) {
			t.Errorf("for who has left: %v", err)
		}
	}
}
