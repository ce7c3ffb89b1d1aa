package user

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/granary-fhir/granary/auth/handle"

	"github.com/granary-fhir/granary/store"
)

// start starts a session of anna's.
func (w *world) start(s *Sessions) (string, Session) {
	w.Helper()
	account, err := w.accounts.LogIn(w.ctx, "anna", annas, home)
	if err != nil {
		w.Fatal(err)
	}
	cookie, session, err := s.Start(w.ctx, account)
	if err != nil {
		w.Fatal(err)
	}
	return cookie, session
}

// over asserts whether a session is over.
func (w *world) over(s *Sessions, cookie string, want bool) {
	w.Helper()
	if _, err := s.Get(w.ctx, cookie); errors.Is(err, store.ErrNotFound) != want || !want && err != nil {
		w.Errorf("%v; over: want %t", err, want)
	}
}

func TestSession(t *testing.T) {
	w := newWorld(t)
	added := w.add(anna, annas)
	s := NewSessions(w.accounts, 0)
	cookie, started := w.start(s)
	if !strings.HasPrefix(cookie, "grs_") || len(cookie) != 4+43 {
		t.Errorf("cookie %q", cookie)
	}
	got, err := s.Get(w.ctx, cookie)
	now := w.clock.Now()
	if err != nil || got.ID != started.ID || got.User != "anna" || got.Subject != added.Subject || got.Account.FHIRUser != "Practitioner/1" ||
		!got.AuthTime.Equal(now) || !got.Expires.Equal(now.Add(12*time.Hour)) || got.CSRF != started.CSRF || len(got.CSRF) < 43 {
		t.Errorf("%+v, %v", got, err)
	}
	if byID, err := s.ByID(w.ctx, started.ID); err != nil || byID.CSRF != got.CSRF {
		t.Errorf("%+v, %v", byID, err)
	}
	for _, bad := range []string{"", "grs_", cookie[:len(cookie)-1], cookie + "A", "grb_" + cookie[4:], started.ID, "grs_" + started.ID} {
		w.over(s, bad, true)
	}
	for _, kind := range []string{sessionKind, sessionOfKind} {
		keys, err := w.records.List(w.ctx, kind, "", 10)
		if err != nil || len(keys) != 1 || strings.Contains(keys[0], cookie[4:]) {
			t.Errorf("%s: %v, %v", kind, keys, err)
		}
	}
	if found, err := w.records.Get(w.ctx, sessionKind, started.ID); err != nil || strings.Contains(string(found.Value), cookie[4:]) {
		t.Errorf("the record has the cookie in it: %s, %v", found.Value, err)
	}
}

// Session fixation: the cookie that a browser has before a login is none after it, and
// each login has another.
func TestEachLoginHasASessionOfItsOwn(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	s := NewSessions(w.accounts, 0)
	before, browser := NewBrowser()
	first, one := w.start(s)
	second, two := w.start(s)
	if first == second || first == before || one.ID == two.ID || one.CSRF == two.CSRF || one.CSRF == browser.CSRF {
		t.Errorf("%q %q %q", before, first, second)
	}
	w.over(s, before, true)
	w.over(s, first, false)
	w.over(s, second, false)
}

func TestAuth35SessionsEnd(t *testing.T) {
	for what, c := range map[string]struct {
		do   func(w *world, s *Sessions, cookie string) error
		over bool
	}{
		"nothing":             {func(*world, *Sessions, string) error { return nil }, false},
		"until its end":       {func(w *world, _ *Sessions, _ string) error { w.clock.Advance(time.Hour - time.Nanosecond); return nil }, false},
		"its end":             {func(w *world, _ *Sessions, _ string) error { w.clock.Advance(time.Hour); return nil }, true},
		"logging out":         {func(w *world, s *Sessions, cookie string) error { return s.End(w.ctx, cookie) }, true},
		"another cookie ends": {func(w *world, s *Sessions, _ string) error { return s.End(w.ctx, handle.Session.New()) }, false},
		"no cookie ends":      {func(w *world, s *Sessions, _ string) error { return s.End(w.ctx, "nonsense") }, false},
		"all end":             {func(w *world, s *Sessions, _ string) error { _, err := s.EndAll(w.ctx, "Anna"); return err }, true},
		"all of another end":  {func(w *world, s *Sessions, _ string) error { _, err := s.EndAll(w.ctx, "ann"); return err }, false},
		"a new password": {func(w *world, _ *Sessions, _ string) error {
			return w.accounts.SetPassword(w.ctx, "anna", w.hash(anna, "annas new secret"))
		}, true},
		"the same password anew": {func(w *world, _ *Sessions, _ string) error {
			return w.accounts.SetPassword(w.ctx, "anna", w.hash(anna, annas))
		}, true},
		"stronger hashes": {func(w *world, _ *Sessions, _ string) error {
			_, err := w.with(Options{Argon2: Argon2{128, 2, 1}}).LogIn(w.ctx, "anna", annas, home)
			return err
		}, false},
		"disabled": {func(w *world, _ *Sessions, _ string) error { return w.accounts.SetDisabled(w.ctx, "anna", true) }, true},
		"disabled and enabled": {func(w *world, _ *Sessions, _ string) error {
			return errors.Join(w.accounts.SetDisabled(w.ctx, "anna", true), w.accounts.SetDisabled(w.ctx, "anna", false))
		}, true},
		"enabled, as it was": {func(w *world, _ *Sessions, _ string) error { return w.accounts.SetDisabled(w.ctx, "anna", false) }, false},
		"removed":            {func(w *world, _ *Sessions, _ string) error { return w.accounts.Remove(w.ctx, "anna") }, true},
		"removed and added": {func(w *world, _ *Sessions, _ string) error {
			err := w.accounts.Remove(w.ctx, "anna")
			w.add(anna, annas)
			return err
		}, true},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			w.add(anna, annas)
			s := NewSessions(w.accounts, time.Hour)
			cookie, session := w.start(s)
			if err := c.do(w, s, cookie); err != nil {
				t.Fatal(err)
			}
			w.over(s, cookie, c.over)
			if _, err := s.ByID(w.ctx, session.ID); errors.Is(err, store.ErrNotFound) != c.over {
				t.Errorf("by its ID: %v", err)
			}
		})
	}
}

func TestEndAll(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	ann := w.add(Account{Name: "ann", Role: Patient, FHIRUser: "Patient/1"}, annas)
	s := NewSessions(w.accounts, 0)
	var want []string
	for range 120 { // more than one portion
		_, session, err := s.Start(w.ctx, anna)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, session.ID)
	}
	other, _, err := s.Start(w.ctx, ann)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if ended, err := s.EndAll(w.ctx, "anna"); err != nil || !slices.Equal(ended, want) {
		t.Errorf("%d sessions, %v", len(ended), err)
	}
	if ended, err := s.EndAll(w.ctx, "anna"); err != nil || len(ended) != 0 {
		t.Errorf("again: %v, %v", ended, err)
	}
	w.over(s, other, false)
	if err := s.End(w.ctx, other); err != nil {
		t.Fatal(err)
	}
	if keys, err := w.records.List(w.ctx, sessionOfKind, "", 10); err != nil || len(keys) != 0 {
		t.Errorf("what is left: %v, %v", keys, err)
	}
}

// A demonstration session of a sandbox is none where the store is served without it.
func TestDemonstrationSessionsStayInTheSandbox(t *testing.T) {
	w := newWorld(t)
	sandbox := w.with(Options{AllowDemo: true})
	if _, err := sandbox.Add(w.ctx, Account{Name: "demo", Role: Patient, FHIRUser: "Patient/1", Demo: true}, w.hash(Account{Demo: true}, DemoPassword)); err != nil {
		t.Fatal(err)
	}
	account, err := sandbox.LogIn(w.ctx, "demo", DemoPassword, home)
	if err != nil {
		t.Fatal(err)
	}
	cookie, _, err := NewSessions(sandbox, 0).Start(w.ctx, account)
	if err != nil {
		t.Fatal(err)
	}
	w.over(NewSessions(sandbox, 0), cookie, false)
	w.over(NewSessions(w.accounts, 0), cookie, true)
}

func TestSessionsStartWithTheirTransaction(t *testing.T) {
	w := newStoreWorld(t)
	w.add(anna, annas)
	s := NewSessions(w.accounts, 0)
	account, err := w.accounts.LogIn(w.ctx, "anna", annas, home)
	if err != nil {
		t.Fatal(err)
	}
	undone := errors.New("undone")
	for _, want := range []error{undone, nil} {
		var cookie string
		err := w.transact(func(tx *store.Tx) (err error) {
			if cookie, _, err = s.In(tx.Records()).Start(w.ctx, account); err != nil {
				return err
			}
			return want
		})
		if !errors.Is(err, want) {
			t.Fatal(err)
		}
		w.over(s, cookie, want != nil)
	}
}

func TestCSRF(t *testing.T) {
	w := newWorld(t)
	w.add(anna, annas)
	_, session := w.start(NewSessions(w.accounts, 0))
	_, browser := NewBrowser()
	for text, want := range map[string][2]bool{session.CSRF: {true, false}, browser.CSRF: {false, true}, "": {}, session.ID: {}, browser.ID: {}} {
		if session.Authentic(text) != want[0] || browser.Authentic(text) != want[1] {
			t.Errorf("%q", text)
		}
	}
	if (Session{}).Authentic("") || (Browser{}).Authentic("") {
		t.Error("nothing is authentic to nobody")
	}
}

func TestBrowser(t *testing.T) {
	cookie, browser := NewBrowser()
	if got, ok := BrowserOf(cookie); !ok || got != browser || !strings.HasPrefix(cookie, "grb_") {
		t.Errorf("%+v, %t", got, ok)
	}
	if browser.ID == "" || browser.CSRF == "" || browser.ID == browser.CSRF || strings.Contains(browser.ID+browser.CSRF, cookie[4:]) {
		t.Errorf("%+v of %q", browser, cookie)
	}
	for _, bad := range []string{"", "grb_", cookie + "A", cookie[1:], handle.Session.New()} {
		if got, ok := BrowserOf(bad); ok || got != (Browser{}) {
			t.Errorf("%q: %+v", bad, got)
		}
	}
	if other, _ := NewBrowser(); other == cookie {
		t.Error("two browsers have one cookie")
	}
}
