package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/granary-fhir/granary/store/mongo/mongotest"
)

// Every command works on a MongoDB store as on one of SQLite, which the environment
// names, and writes no file.
func TestCommandsOnMongoDB(t *testing.T) {
	uri := mongotest.URI(t)
	t.Setenv("GRANARY_STORE", uri)
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"user", "list"}, {"check"}, {"reindex"}, {"keys", "list"}, {"client", "list"}} {
		if code, _, errs := granary(t, args...); code != exitUsage || !strings.Contains(errs, "there is no store") {
			t.Errorf("granary %q on no store: exit code %d, %s", args, code, errs)
		}
	}
	s := serveTest(t, "--sandbox", "--metrics-addr", "127.0.0.1:0")
	said := s.out.String()
	if !strings.Contains(said, "Data: mongodb://127.0.0.1") || !strings.Contains(said, "The store was empty; 156 resources") {
		t.Errorf("the greeting: %s", said)
	}
	token := strings.TrimSpace(must(t, "token", "--scope", "system/*.rs"))
	if status, body := s.get(t, token, "/Patient/amara-okafor"); status != http.StatusOK || !strings.Contains(body, "Okafor") {
		t.Errorf("a read: %d %s", status, body)
	}
	if code, _, errs := typed(t, secret+"\n", "user", "add", "anna", "--role", "administrator", "--password-stdin"); code != exitOK {
		t.Errorf("user add: %s", errs)
	}
	for command, want := range map[string]string{
		"user list":         "anna",
		"keys list":         "signing",
		"keys rotate":       "",
		"client list":       "demo",
		"user disable anna": "anna: ",
		"import " + write(t, "p.json", `{"resourceType":"Patient","id":"new","active":true}`): "Patient        1",
	} {
		if out := must(t, strings.Fields(command)...); !strings.Contains(out, want) {
			t.Errorf("granary %s: %s, want %q", command, out, want)
		}
	}
	if status, body := s.get(t, token, "/Patient/new"); status != http.StatusOK {
		t.Errorf("what was imported: %d %s", status, body)
	}
	metrics := fetched(t, regexp.MustCompile(`Metrics at (\S+)`).FindStringSubmatch(said)[1])
	for _, name := range []string{"granary_mongo_connections_open ", "granary_mongo_conflicts_total ", "granary_store_commit_duration_seconds_count "} {
		if !strings.Contains(metrics, "\n"+name) {
			t.Errorf("the metrics lack %s", name)
		}
	}
	if strings.Contains(metrics, "granary_store_writer_queue_length") {
		t.Error("the metrics have those of SQLite")
	}
	if code, errs := s.stop(); code != exitOK {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if files, _ := filepath.Glob("*"); len(files) > 0 {
		t.Errorf("files were written: %v", files)
	}
}

// fetched is a page that needs no token.
func fetched(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Of several processes that open an empty store at once one fills it, and all go on with
// it filled.
func TestOneOfSeveralFillsTheSandbox(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		fillAtOnce(t, dataFlags{Data: t.TempDir()})
	})
	t.Run("MongoDB", func(t *testing.T) {
		t.Parallel()
		fillAtOnce(t, dataFlags{Store: storeName(mongotest.URI(t))})
	})
}

func fillAtOnce(t *testing.T, flags dataFlags) {
	const processes = 3
	wanted := true
	var results [processes]sandbox
	var errs [processes]error
	var done sync.WaitGroup
	for i := range processes {
		done.Go(func() {
			opened, err := flags.open(t.Context(), "http://127.0.0.1/fhir")
			if err != nil {
				errs[i] = err
				return
			}
			results[i], errs[i] = (&serveCmd{sandboxFlags: sandboxFlags{Sandbox: &wanted, SandboxPatients: 7}}).seed(t.Context(), opened)
			if err := opened.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	filled := 0
	for i, r := range results {
		if errs[i] != nil || !r.filled || r.now != 0 && r.now != 156 {
			t.Errorf("process %d: %+v, %v", i, r, errs[i])
		}
		if r.now > 0 {
			filled++
		}
	}
	if filled != 1 {
		t.Errorf("%d processes have filled the store", filled)
	}
	opened, err := flags.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	if keys, err := opened.Records().List(t.Context(), sandboxKind, "", 10); err != nil || len(keys) != 1 || keys[0] != sandboxFilled {
		t.Errorf("records of the sandbox: %v, %v", keys, err)
	}
}

// relay is a proxy of connections that can be cut off.
type relay struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	cut      bool
	open     []net.Conn
}

func newRelay(t *testing.T, to string) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener, to: to}
	t.Cleanup(func() { _ = listener.Close(); r.set(true) })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			go r.carry(near)
		}
	}()
	return r
}

func (r *relay) carry(near net.Conn) {
	far, err := net.Dial("tcp", r.to)
	if err != nil {
		_ = near.Close()
		return
	}
	r.mu.Lock()
	r.open = append(r.open, near, far)
	cut := r.cut
	r.mu.Unlock()
	if cut {
		r.set(true)
		return
	}
	go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
	_, _ = io.Copy(near, far)
	_ = near.Close()
}

// set cuts all connections off, those to come too, or lets them be.
func (r *relay) set(cut bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = cut
	if cut {
		for _, c := range r.open {
			_ = c.Close()
		}
		r.open = nil
	}
}

// A server whose database is gone is not ready, and is ready again when it is back.
func TestReadinessFollowsTheDatabase(t *testing.T) {
	t.Parallel()
	database, err := url.Parse(mongotest.URI(t))
	if err != nil {
		t.Fatal(err)
	}
	way := newRelay(t, database.Host)
	database.Host, database.RawQuery = way.listener.Addr().String(), "directConnection=true"
	s := serveTest(t, "--store", database.String(), "--mongo-selection-timeout=2s", "--mongo-connect-timeout=10s", "--no-sandbox")
	ready := strings.TrimSuffix(s.base, "/fhir") + readyzPath
	becomes := func(want int) {
		t.Helper()
		client := http.Client{Timeout: time.Minute}
		for end := time.Now().Add(time.Minute); ; {
			response, err := client.Get(ready)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode == want {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("%s is %d, want %d", readyzPath, response.StatusCode, want)
			}
		}
	}
	becomes(http.StatusOK)
	way.set(true)
	becomes(http.StatusServiceUnavailable)
	way.set(false)
	becomes(http.StatusOK)
}

// No message has a password, whatever is wrong.
func TestPasswordsAreNotPrinted(t *testing.T) {
	t.Parallel()
	for _, uri := range []string{
		"mongodb://u:hidden@127.0.0.1:1/ward?directConnection=true",
		"mongodb://u:hid/hidden@127.0.0.1:1/ward",
		"mongodb://u:hidden@127.0.0.1:x/ward",
		"mongodb://u:hidden?@127.0.0.1:1/ward",
		"mongodb+srv://u:hidden@127.0.0.1:1/ward",
		"mongodb://u:hidden@127.0.0.1:1/ward?tls=maybe",
		"Mongodb://u:hidden@127.0.0.1:1/ward",
	} {
		for _, command := range []string{"serve --addr 127.0.0.1:0", "token --scope system/*.rs", "user list", "backup f"} {
			args := append(strings.Fields(command), "--store", uri, "--mongo-selection-timeout=20ms")
			code, out, errs := granary(t, args...)
			if code == exitOK || strings.Contains(out+errs, "hidden") {
				t.Errorf("%q: exit code %d\n%s%s", args, code, out, errs)
			}
		}
	}
}

// A location is shown as a command can use it again, unless that would show a password.
func TestLocationArguments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		flags dataFlags
		want  string
	}{
		{dataFlags{}, "--data granary-data "},
		{dataFlags{Store: "mongodb://a/b?replicaSet=c"}, "--store 'mongodb://a/b?replicaSet=c' "},
		{dataFlags{Store: "mongodb://u:p@a/b"}, ""},
		{dataFlags{Store: "mongodb://a/b", mongoFlags: mongoFlags{MongoStandalone: true}}, "--mongo-standalone --store mongodb://a/b "},
		{dataFlags{Store: "mongodb://u:p@a/b", mongoFlags: mongoFlags{MongoStandalone: true}}, "--mongo-standalone "},
	} {
		at, err := c.flags.location()
		if err != nil || at.arguments() != c.want {
			t.Errorf("%+v: %q, %v, want %q", c.flags, at.arguments(), err, c.want)
		}
	}
}

// Several servers that start on an empty store at once all come up: no record that each
// of them makes is in the way of another.
func TestServersStartAtOnce(t *testing.T) {
	for name, flags := range map[string]func(t *testing.T) []string{
		"SQLite":  func(t *testing.T) []string { return []string{"--data", t.TempDir()} },
		"MongoDB": func(t *testing.T) []string { return []string{"--store", mongotest.URI(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"serve", "--addr", "127.0.0.1:0", "--sandbox"}, flags(t)...)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var outs, errs [4]*output
			var codes [4]int
			var ended sync.WaitGroup
			for i := range outs {
				outs[i], errs[i] = newOutput(), newOutput()
				ended.Go(func() {
					defer outs[i].Close()
					codes[i] = run(ctx, args, console{program: "granary", out: outs[i], err: errs[i]})
				})
			}
			for i, out := range outs {
				if out.find(t, regexpBase) == "" {
					t.Errorf("server %d did not start: %s", i, errs[i])
				}
			}
			cancel()
			ended.Wait()
			if codes != [4]int{} {
				t.Errorf("exit codes %v", codes)
			}
		})
	}
}
