package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/fhirjson"
	"github.com/granary-fhir/granary/store"
	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// installation makes an SQLite store with everything in it: resources with many
// versions, deleted ones and ones that came back, accounts, clients, tokens and keys.
func installation(t *testing.T) (folder, token string) {
	t.Helper()
	folder = t.TempDir()
	must(t, "import", "--data", folder, "../../seed/data")
	if code, _, errs := typed(t, secret+"\n", "user", "add", "anna", "--role", "administrator", "--password-stdin", "--data", folder); code != exitOK {
		t.Fatal(errs)
	}
	must(t, "client", "add", "--data", folder, "--id", "app", "--name", "App", "--redirect-uri", "http://localhost:9000/")
	must(t, "keys", "rotate", "--data", folder)
	token = strings.TrimSpace(must(t, "token", "--data", folder, "--scope", "system/*.cruds"))
	opened := openFolder(t, folder)
	defer func() { _ = opened.Close() }()
	for i := range 300 { // more than one transaction of a copy has
		revise(t, opened, "Patient", "often", fmt.Sprintf(`{"resourceType":"Patient","birthDate":"%d-01-01"}`, 1700+i))
	}
	revise(t, opened, "Patient", "gone", `{"resourceType":"Patient"}`)
	revise(t, opened, "Patient", "gone", "")
	revise(t, opened, "Patient", "back", `{"resourceType":"Patient"}`)
	revise(t, opened, "Patient", "back", "")
	revise(t, opened, "Patient", "back", `{"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner/helen-park"}]}`)
	return folder, token
}

func openFolder(t *testing.T, folder string) *store.Store {
	t.Helper()
	opened, err := dataFlags{Data: folder}.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// revise makes the next version of a resource; "" deletes it.
func revise(t *testing.T, s *store.Store, typ, id, body string) {
	t.Helper()
	key := store.Key{Type: typ, ID: id}
	view := s.View(store.Unrestricted("a test"))
	err := view.Transact(t.Context(), func(tx *store.Tx) error {
		if body == "" {
			_, err := tx.Delete(t.Context(), key, store.Precondition{})
			return err
		}
		parsed, err := fhirjson.Parse([]byte(body))
		if err != nil {
			return err
		}
		draft, err := view.Draft(typ, parsed)
		if err != nil {
			return err
		}
		_, err = tx.Update(t.Context(), key, draft, store.Precondition{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A copy to MongoDB and back is the installation: the same digests of all, tokens that
// count, and history as it was.
func TestCopyThereAndBack(t *testing.T) {
	uri := mongotest.URI(t)
	source, token := installation(t)
	answers := func(flags ...string) (all []string) {
		s := serveTest(t, append(flags, "--no-sandbox")...)
		defer s.stop()
		for _, path := range []string{"/Patient/often/_history?_count=500", "/Patient/gone/_history", "/Patient/back/_history", "/Patient?general-practitioner=Practitioner/helen-park&_sort=_id", "/Observation?patient=amara-okafor&_count=100&_sort=_id"} {
			status, body := s.get(t, token, path)
			_, entries, found := strings.Cut(body, `"entry":`)
			if status != http.StatusOK || !found {
				t.Errorf("%v: %s: %d %s", flags, path, status, body)
			}
			all = append(all, strings.ReplaceAll(entries, s.base, "BASE"))
		}
		return all
	}
	back := t.TempDir()
	there := must(t, "copy", "--from", "sqlite:"+source, "--to", uri)
	if !strings.Contains(there, "Both stores hold the same.") {
		t.Error(there)
	}
	if again := must(t, "copy", "--from", uri, "--to", "sqlite:"+back); again != there {
		t.Errorf("there:\n%s\nand back:\n%s", there, again)
	}
	must(t, "check", "--data", back)
	if is, want := answers("--store", uri), answers("--data", source); !slices.Equal(is, want) {
		t.Errorf("the copy answers\n%s\nand its source\n%s", is, want)
	}
	for _, kind := range []string{"account ", "client ", "access-token ", "signing-key ", "Patient "} {
		if !strings.Contains(there, "\n"+kind) {
			t.Errorf("the inventory lacks %s:\n%s", kind, there)
		}
	}
	code, _, errs := granary(t, "copy", "--from", "sqlite:"+source, "--to", uri)
	if code != exitFailure || !strings.Contains(errs, "the target of the copy is not empty") {
		t.Errorf("copied again: exit code %d, %s", code, errs)
	}
}

// copyFolders copies one SQLite store to another, and tells progress.
func copyFolders(ctx context.Context, t *testing.T, source, target string, progress func(*store.Store, store.Copying)) error {
	t.Helper()
	from, to := openFolder(t, source), openFolder(t, target)
	defer func() { _ = errors.Join(from.Close(), to.Close()) }()
	_, err := store.Copy(ctx, from, to, func(at store.Copying) { progress(from, at) })
	return err
}

// A copy that is interrupted after any of its transactions goes on there.
func TestCopyGoesOn(t *testing.T) {
	source, _ := installation(t)
	target := t.TempDir()
	furthest, runs := int64(-1), 0
	for {
		ctx, cancel := context.WithCancel(t.Context())
		began := int64(-1)
		err := copyFolders(ctx, t, source, target, func(_ *store.Store, at store.Copying) {
			if at.Comparing {
				return
			}
			if began < 0 && at.Done < furthest {
				t.Errorf("run %d began at %d versions, and %d were there", runs, at.Done, furthest)
			}
			began, furthest = at.Done, at.Done
			if runs < 4 {
				cancel()
			}
		})
		cancel()
		if runs++; err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || runs > 5 {
			t.Fatalf("run %d: %v", runs, err)
		}
	}
	if runs != 5 {
		t.Errorf("%d runs", runs)
	}
	must(t, "check", "--data", target)
}

// What was written to the source when it had been read is found.
func TestCopyFailsLoudly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*store.Store)
		want  string
	}{
		"a version":        {func(s *store.Store) { revise(t, s, "Account", "1", `{"resourceType":"Account","status":"on-hold"}`) }, "Account: the source has 1 resources, 0 deleted ones and 2 versions"},
		"another type":     {func(s *store.Store) { revise(t, s, "Basic", "1", `{"resourceType":"Basic","code":{"text":"x"}}`) }, "Basic: the source has 1 resources, 0 deleted ones and 1 versions"},
		"a record":         {func(s *store.Store) { put(t, s, "client", "a", "changed") }, "records of kind client: the source has 1, digest"},
		"a deleted record": {func(s *store.Store) { _ = s.Records().Delete(t.Context(), "client", "a") }, "records of kind client: the source has none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, target := t.TempDir(), t.TempDir()
			made := openFolder(t, source)
			revise(t, made, "Account", "1", `{"resourceType":"Account","status":"active"}`)
			put(t, made, "client", "a", "as it was")
			if err := made.Close(); err != nil {
				t.Fatal(err)
			}
			if err := copyFolders(t.Context(), t, source, target, func(*store.Store, store.Copying) {}); err != nil {
				t.Fatalf("a copy that nobody spoils: %v", err)
			}
			target = t.TempDir()
			records := 0
			err := copyFolders(t.Context(), t, source, target, func(from *store.Store, at store.Copying) {
				if records++; records == 3 { // resources, their end, the records
					c.spoil(from)
				}
			})
			if !errors.Is(err, store.ErrCopyDiffers) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if err := copyFolders(t.Context(), t, source, target, func(*store.Store, store.Copying) {}); !errors.Is(err, store.ErrCopyDiffers) {
				t.Errorf("again: %v", err)
			}
		})
	}
}

func put(t *testing.T, s *store.Store, kind, key, value string) {
	t.Helper()
	if _, err := s.Records().Put(t.Context(), kind, key, []byte(value), time.Time{}); err != nil {
		t.Fatal(err)
	}
}

func TestCopyUsage(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	must(t, "token", "--data", data, "--scope", "system/*.rs")
	held := openFolder(t, data)
	defer func() { _ = held.Close() }()
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"--to sqlite:x", exitUsage, "missing flags: --from=STORE"},
		{"--from x --to sqlite:x", exitUsage, "--from: wants sqlite:DIR, or the URI of a MongoDB database"},
		{"--from mongodb://u:hid/den@h/d --to sqlite:x", exitUsage, "--from: this is no MongoDB URI"},
		{"--from sqlite:x --to sqlite:x", exitUsage, "--from and --to are both x"},
		{"--from sqlite:absent --to sqlite:x", exitUsage, "--from absent: there is no store"},
		{"--from sqlite:" + data + " --to sqlite:x", exitFailure, "stop the server and all other commands on it first"},
	} {
		code, out, errs := granary(t, append([]string{"copy"}, strings.Fields(c.args)...)...)
		if code != c.code || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("copy %s: exit code %d, %q, %s", c.args, code, out, errs)
		}
	}
}

// A process that is killed while it copies has lost nothing: the next one goes on.
func TestCopyIsKilled(t *testing.T) {
	source, _ := installation(t)
	for size := int64(300_000); size < 2_000_000; size += 100_000 {
		target := t.TempDir()
		args := []string{"copy", "--from", "sqlite:" + source, "--to", "sqlite:" + target}
		if !killedAt(t, size, target, args) {
			continue // too early, or too late
		}
		if said := must(t, args...); !strings.Contains(said, "Both stores hold the same.") {
			t.Error(said)
		}
		must(t, "check", "--data", target)
		return
	}
	t.Error("no process was killed while it copied")
}

// The same to MongoDB, where the transaction of a process that is gone is there until the
// server ends it. Killed before a commit is done, or when it is and nobody knows.
func TestCopyToMongoDBIsKilled(t *testing.T) {
	source, _ := installation(t)
	for name, fault := range map[string]mongotest.Fault{"before": mongotest.CutBefore, "after": mongotest.CutAfter} {
		p := mongotest.NewProxy(t, mongotest.URI(t))
		args := []string{"copy", "--from", "sqlite:" + source, "--to", p.URI()}
		commits := 0
		var command *exec.Cmd
		var mu sync.Mutex
		p.On(func(c mongotest.Command) mongotest.Fault {
			mu.Lock()
			defer mu.Unlock()
			if c.Name != "commitTransaction" {
				return mongotest.Fault{}
			}
			if commits++; commits != 2 {
				return mongotest.Fault{}
			}
			_ = command.Process.Kill()
			return fault
		})
		mu.Lock()
		command, _, _ = process(t, args...)
		mu.Unlock()
		err := command.Wait()
		mu.Lock()
		if err == nil || commits != 2 {
			t.Fatalf("%s the second commit: the copy has ended after %d: %v", name, commits, err)
		}
		mu.Unlock()
		p.On(nil)
		if err := p.Expire(); err != nil {
			t.Fatal(err)
		}
		if said := must(t, args...); !strings.Contains(said, "Both stores hold the same.") {
			t.Errorf("%s the second commit: %s", name, said)
		}
		must(t, "check", "--store", p.URI())
	}
}

// killedAt kills a copy when so many bytes are written, to a store that is new and then
// by the copy. It tells whether the copy had begun, and had not ended.
func killedAt(t *testing.T, size int64, target string, args []string) bool {
	t.Helper()
	command, _, _ := process(t, args...)
	written := func() int64 {
		info, err := os.Stat(filepath.Join(target, "granary.db-wal"))
		if err != nil {
			return 0
		}
		return info.Size()
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	for written() < size {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			return false
		default:
		}
	}
	_ = command.Process.Kill() // it may have ended just now
	<-ended
	opened := openFolder(t, target)
	defer func() { _ = opened.Close() }()
	_, err := opened.Records().Get(t.Context(), "copy", "unfinished")
	return err == nil
}
