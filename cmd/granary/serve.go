package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/granary-fhir/granary/api"
	"github.com/granary-fhir/granary/auth"
)

type serveCmd struct {
	writeFlags
	Addr        string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on. Beyond loopback it needs --tls-cert and --tls-key, or --behind-proxy (default: ${default})."`
	BaseURL     string `placeholder:"URL" help:"URL at which clients reach the server, if that is not --addr; the FHIR base is /fhir below it."`
	Auth        string `default:"smart" enum:"smart,off" help:"smart: every request needs a token. off: no request does; on loopback only."`
	Panel       string `default:"all" enum:"all,care" help:"Patients that user/ scopes of a practitioner reach. all: everyone. care: those whose generalPractitioner, active CareTeam or Encounter names the practitioner."`
	TLSCert     string `name:"tls-cert" placeholder:"FILE" help:"Certificate chain, PEM."`
	TLSKey      string `name:"tls-key" placeholder:"FILE" help:"Private key of the certificate, PEM."`
	BehindProxy bool   `help:"A reverse proxy in front of the server terminates TLS; say with --base-url how clients reach it."`
	Sandbox     *bool  `negatable:"" help:"Fill an empty store with synthetic patients (default: only if the server is for this machine alone)."`
	LogFormat   string `default:"text" enum:"text,json" help:"Form of the log on stderr: ${enum}."`

	ConditionalDelete string `default:"single" enum:"single,multiple" help:"What DELETE [type]?criteria does with several matches. single: refuses. multiple: deletes them all, up to 10000."`
}

// Help is shown by granary serve --help.
func (serveCmd) Help() string {
	return `Examples:

  granary
      A sandbox on http://127.0.0.1:8080/fhir with a few patients.

  granary --addr :8443 --tls-cert cert.pem --tls-key key.pem --data /var/lib/granary
      A server for others, without sandbox patients.

  granary --addr :8080 --behind-proxy --base-url https://fhir.example.org
      The same behind a proxy that terminates TLS.`
}

// Validate refuses flags that do not go together, before anything is opened.
func (cmd *serveCmd) Validate() error {
	host, _, err := net.SplitHostPort(cmd.Addr)
	if err != nil {
		return fmt.Errorf("--addr: %q is not HOST:PORT", cmd.Addr)
	}
	beyond := !isLoopback(host)
	tls := cmd.TLSCert != ""
	switch {
	case (cmd.TLSCert == "") != (cmd.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case tls && cmd.BehindProxy:
		return errors.New("--behind-proxy says that a proxy terminates TLS; leave out --tls-cert and --tls-key")
	case beyond && cmd.Auth == "off":
		return fmt.Errorf("--auth=off is for trying things out on this machine: with it --addr must be loopback, not %q", cmd.Addr)
	case cmd.BehindProxy && cmd.Auth == "off":
		return errors.New("--auth=off does not go with --behind-proxy, which lets others in")
	case beyond && !tls && !cmd.BehindProxy:
		return fmt.Errorf("--addr %q is beyond loopback, where tokens and patients must not travel in the clear: add --tls-cert and --tls-key, or --behind-proxy", cmd.Addr)
	}
	if cmd.BaseURL != "" {
		if _, err := fhirBase(cmd.BaseURL); err != nil {
			return fmt.Errorf("--base-url: %w", err)
		}
	}
	return nil
}

// isLoopback tells whether a host to listen on is reached from this machine only.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Run is the whole server: store, tokens and routes put together, and served
// until ctx is done.
func (cmd *serveCmd) Run(ctx context.Context, c console) (err error) {
	certificates, err := cmd.certificates()
	if err != nil {
		return usageError{err}
	}
	listener, err := net.Listen("tcp", cmd.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // the HTTP server has closed it, unless it did not start
	base, err := cmd.base(listener.Addr())
	if err != nil {
		return err
	}

	opened, err := cmd.open(ctx, base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	logger := cmd.logger(c)
	handler, err := api.New(api.Config{
		Store:   opened,
		Tokens:  auth.NewTokens(opened, auth.Panel(cmd.Panel), time.Now),
		BaseURL: base,
		AuthOff: cmd.Auth == "off",
		Version: version,
		Logger:  logger,

		ConditionalDelete: api.ConditionalDelete(cmd.ConditionalDelete),
	})
	if err != nil {
		return err
	}
	sandbox, err := cmd.seed(ctx, opened)
	if err != nil {
		return err
	}
	cmd.greet(c, base, sandbox)
	if cmd.BehindProxy && cmd.BaseURL == "" {
		logger.Warn("--behind-proxy without --base-url: links point to this address, which clients may not reach", "base", base)
	}
	return serve(ctx, listener, certificates, handler, logger)
}

// certificates are what TLS shows, nil without TLS.
func (cmd *serveCmd) certificates() ([]tls.Certificate, error) {
	if cmd.TLSCert == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(cmd.TLSCert, cmd.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("--tls-cert, --tls-key: %w", err)
	}
	return []tls.Certificate{pair}, nil
}

// base is the FHIR base URL: as configured, or the address that is listened on,
// whose port may have been chosen by the system.
func (cmd *serveCmd) base(listening net.Addr) (string, error) {
	if cmd.BaseURL != "" {
		return fhirBase(cmd.BaseURL)
	}
	scheme := "http"
	if cmd.TLSCert != "" {
		scheme = "https"
	}
	host, _, err := net.SplitHostPort(cmd.Addr)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	_, port, err := net.SplitHostPort(listening.String())
	if err != nil {
		return "", err
	}
	return fhirBase(scheme + "://" + net.JoinHostPort(host, port))
}

func (cmd *serveCmd) logger(c console) *slog.Logger {
	if cmd.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(c.err, nil))
	}
	return slog.New(slog.NewTextHandler(c.err, nil))
}
