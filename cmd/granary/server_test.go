package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/granary-fhir/granary/internal/testrun"
	"github.com/granary-fhir/granary/seed/synthetic"
)

// The address of a server that runs already is the commonest thing that goes wrong.
func TestThePortIsTaken(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	address, data := listener.Addr().String(), t.TempDir()+"/store"
	for flag, args := range map[string][]string{"--addr": {"--addr", address}, "--metrics-addr": {"--addr", "127.0.0.1:0", "--metrics-addr", address}} {
		code, _, errs := granary(t, append(args, "--data", data)...)
		want := "granary: " + flag + ": listen tcp " + address + ": bind: address already in use: another program has it, maybe a granary that runs already; stop that, or choose another port\n"
		if code != exitFailure || errs != want {
			t.Errorf("exit code %d, errors %q, want %q", code, errs, want)
		}
	}
	if found, err := exists(data); found || err != nil {
		t.Errorf("a store was opened: %v", err)
	}
}

func TestServeAnswersWhatIsInFlight(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	entered, leave := make(chan bool), make(chan bool)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-leave
		_, _ = io.WriteString(w, "done")
	})
	ctx, stop := context.WithCancel(t.Context())
	logged := newOutput()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener, nil, handler, slog.New(slog.NewTextHandler(logged, nil))) }()
	answered := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			answered <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answered <- string(body)
	}()
	<-entered
	stop()
	logged.find(t, regexpStopping)
	select {
	case err := <-ended:
		t.Fatalf("ended with a request in flight: %v", err)
	default:
	}
	close(leave)
	if got := <-answered; got != "done" {
		t.Errorf("the request in flight got %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("still listening: %v", err)
	}
}

func TestServeTLS(t *testing.T) {
	cert, key, pool := certificate(t)
	s := serveTest(t, "--data", t.TempDir(), "--no-sandbox", "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(s.base, "https://127.0.0.1:") {
		t.Fatalf("base %s", s.base)
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	response, err := client.Get(s.base + "/metadata")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status %d", response.StatusCode)
	}
}

// certificate makes one for 127.0.0.1.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	cert = write(t, "cert.pem", string(certPEM))
	key = write(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})))
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return cert, key, pool
}

// TestMain lets the tests start this program as a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_RUN_MAIN") != "" {
		main()
	}
	testrun.GrowHeap()
	smallSandbox()
	os.Exit(m.Run())
}

// smallSandbox makes sandboxes of the patients that the tests know, with the dates of
// their files, for the tests start many.
func smallSandbox() {
	for name, value := range map[string]string{"GRANARY_SANDBOX_PATIENTS": "7", "GRANARY_SANDBOX_AS_OF": synthetic.WrittenOn.Format(time.DateOnly)} {
		if err := os.Setenv(name, value); err != nil {
			panic(err) // the name is a constant
		}
	}
}

// wholeSandbox gives a test the sandbox that users get.
func wholeSandbox(t *testing.T) {
	t.Helper()
	t.Setenv("GRANARY_SANDBOX_PATIENTS", "20")
	t.Setenv("GRANARY_SANDBOX_AS_OF", "")
}

// process is the program as a process.
func process(t *testing.T, args ...string) (*exec.Cmd, *output, *output) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, errs := newOutput(), newOutput()
	command := exec.CommandContext(t.Context(), self, args...)
	command.Env = append(os.Environ(), "TEST_RUN_MAIN=1")
	command.Stdout, command.Stderr = out, errs
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command, out, errs
}

func TestSignals(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		command, out, errs := process(t, "--addr", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"))
		out.find(t, regexpBase)
		if err := command.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := command.Wait(); err != nil || !strings.Contains(errs.String(), "msg=stopped") {
			t.Errorf("%v: %v\n%s", signal, err, errs)
		}
	}
}

func TestSecondSignalForces(t *testing.T) {
	command, out, errs := process(t, "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--auth=off", "--no-sandbox")
	address := strings.TrimSuffix(strings.TrimPrefix(out.find(t, regexpBase), "http://"), "/fhir")
	slow, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	// The server asks for the rest with 100 Continue, and so is within the request.
	_, err = io.WriteString(slow, "PUT /fhir/Patient/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	errs.find(t, regexpStopping)
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	// Until the process no longer catches the signal, which is soon, it has no
	// effect.
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case err := <-ended:
			var exit *exec.ExitError
			if !errors.As(err, &exit) || !exit.Sys().(syscall.WaitStatus).Signaled() {
				t.Errorf("ended with %v\n%s", err, errs)
			}
			return
		case <-again.C:
			_ = command.Process.Signal(syscall.SIGTERM)
		}
	}
}
