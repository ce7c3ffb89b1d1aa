package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"

	"github.com/granary-fhir/granary/api"
	"github.com/granary-fhir/granary/auth/audit"
	"github.com/granary-fhir/granary/internal/proxy"
	"github.com/granary-fhir/granary/store/installed"
)

type serveCmd struct {
	writeFlags
	metricsFlags
	loadFlags
	smartFlags
	sandboxFlags
	Addr        string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on. Beyond loopback it needs --tls-cert and --tls-key, or --behind-proxy (default: ${default})."`
	BaseURL     string `placeholder:"URL" help:"URL at which clients reach the server, if that is not --addr; the FHIR base is /fhir below it."`
	Auth        string `default:"smart" enum:"smart,off" help:"smart: every request needs a token. off: no request does; on loopback only."`
	Panel       string `default:"all" enum:"all,care,organization" help:"Patients that user/ scopes of a practitioner reach. all: everyone. care: those whose generalPractitioner, active CareTeam or Encounter names the practitioner. organization: also those of an organization in which the practitioner has a PractitionerRole."`
	TLSCert     string `name:"tls-cert" placeholder:"FILE" help:"Certificate chain, PEM."`
	TLSKey      string `name:"tls-key" placeholder:"FILE" help:"Private key of the certificate, PEM."`
	BehindProxy bool   `help:"A reverse proxy in front of the server terminates TLS; say with --base-url how clients reach it."`
	Trust       string `name:"trust-forwarded" default:"none" enum:"none,forwarded,x-forwarded" help:"Headers that the proxy in front sets, and that are believed: forwarded (RFC 7239), or x-forwarded (X-Forwarded-For, -Proto, -Host, -Prefix). Needs --base-url (default: ${default})."`
	LogFormat   string `default:"text" enum:"text,json" help:"Form of the log on stderr: ${enum}."`

	ConditionalDelete string `default:"single" enum:"single,multiple" help:"What DELETE [type]?criteria does with several matches. single: refuses. multiple: deletes them all, up to 10000."`
}

// Help is shown by granary serve --help.
func (serveCmd) Help() string {
	return `Examples:

  granary
      A sandbox on http://127.0.0.1:8080/fhir with twenty synthetic patients.

  granary --addr :8443 --tls-cert cert.pem --tls-key key.pem --data /var/lib/granary
      A server for others, without sandbox patients.

  granary --addr :8080 --behind-proxy --base-url https://fhir.example.org
      The same behind a proxy that terminates TLS.`
}

// Validate refuses flags that do not go together, before anything is opened.
func (cmd *serveCmd) Validate() error {
	host, err := hostToListen("--addr", cmd.Addr)
	if err != nil {
		return err
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
	case (cmd.BehindProxy || cmd.trusts()) && cmd.Auth == "off":
		return errors.New("--auth=off does not go with --behind-proxy or --trust-forwarded, which let others in")
	case cmd.trusts() && !tls && !cmd.BehindProxy:
		return errors.New("--trust-forwarded is about a proxy in front: add --behind-proxy, or --tls-cert and --tls-key if the proxy speaks TLS to the server")
	case cmd.trusts() && cmd.BaseURL == "":
		return errors.New("--trust-forwarded needs --base-url: a server has one URL, and what the proxy says of it is held against that")
	case beyond && !tls && !cmd.BehindProxy:
		return fmt.Errorf("--addr %q is beyond loopback, where tokens and patients must not travel in the clear: add --tls-cert and --tls-key, or --behind-proxy", cmd.Addr)
	}
	if cmd.BaseURL != "" {
		if _, err := fhirBase(cmd.BaseURL); err != nil {
			return fmt.Errorf("--base-url: %w", err)
		}
	}
	return errors.Join(cmd.loadFlags.check(), cmd.metricsFlags.check(), cmd.smartFlags.check(), cmd.sandboxFlags.check())
}

// trusts tells whether a proxy's headers are believed.
func (cmd *serveCmd) trusts() bool { return cmd.Trust != string(proxy.None) }

// hostToListen is the host of an address to listen on, as a flag has it. A port that
// cannot be is refused here: that is a mistake in the command line, and not the
// machine's, to which it may look like a host that is not known.
func hostToListen(flag, addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("%s: %q is not HOST:PORT", flag, addr)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return "", fmt.Errorf("%s: %q has no port from 0 to 65535, where 0 is any that is free", flag, addr)
	}
	return host, nil
}

// isLoopback tells whether a host to listen on is reached from this machine only.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Run is the whole server: store, tokens and routes put together, and served
// until ctx is done.
func (cmd *serveCmd) Run(ctx context.Context, c console) (err error) {
	logger, endLog := cmd.logger(c)
	defer endLog()
	certificates, err := cmd.certificates()
	if err != nil {
		return usageError{err}
	}
	listener, err := net.Listen("tcp", cmd.Addr)
	if err != nil {
		return unheard("--addr", err)
	}
	defer func() { _ = listener.Close() }() // the HTTP server has closed it, unless it did not start
	base, err := cmd.base(listener.Addr())
	if err != nil {
		return err
	}

	watching, err := cmd.metricsFlags.listen()
	if err != nil {
		return err
	}
	numbers := newMetrics()
	opened, err := cmd.openObserved(ctx, base, numbers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	if err := cmd.warnIfOutdated(ctx, opened, logger); err != nil {
		return err
	}
	packages, err := installed.List(ctx, opened.Records())
	if err != nil {
		return err
	}
	recorded := audit.New(opened, audit.Options{Logger: logger})
	defer func() { err = errors.Join(err, recorded.Close(context.WithoutCancel(ctx))) }()
	authority, err := cmd.authority(ctx, opened, recorded, base, logger)
	if err != nil {
		return err
	}
	admission := cmd.admission()
	numbers.watch(authority.tokens, admission, recorded)
	numbers.watchIndexing(opened)
	handler, err := api.New(api.Config{
		Store:   opened,
		Tokens:  authority.tokens,
		BaseURL: base,
		AuthOff: cmd.Auth == "off",
		OAuth:   authority.oauth(),
		Origins: authority.config.Origins(),
		Version: version,
		Guides:  guidesOf(packages),
		Logger:  logger,
		Observe: numbers.observe,
		Audit:   recorded,

		ExplainToEveryone: cmd.wantsSandbox(),

		Admission: admission,
		Timeout:   cmd.RequestTimeout,

		ConditionalDelete: api.ConditionalDelete(cmd.ConditionalDelete),
	})
	if err != nil {
		return err
	}
	sandbox, err := cmd.seed(ctx, opened)
	if err != nil {
		return err
	}
	handler = numbers.around(handler)
	if cmd.Auth != "off" { // or nobody has to ask for tokens
		if err := authority.registerDemo(ctx); err != nil {
			return err
		}
		handler = authority.around(handler)
	}
	handler, err = proxy.Around(handler, proxy.Trust(cmd.Trust), strings.TrimSuffix(base, api.BasePath))
	if err != nil {
		return err
	}
	tuneCollector(ctx)
	health := newHealth(ctx, opened, logger)
	defer keepIndexed(ctx, opened, logger)()
	defer numbers.serve(watching, health, logger)()
	welcome, err := authority.welcome(ctx)
	if err != nil {
		return err
	}
	if err := cmd.greet(c, base, sandbox, watching, welcome); err != nil {
		return err
	}
	if cmd.BehindProxy && cmd.BaseURL == "" {
		logger.Warn("--behind-proxy without --base-url: links point to this address, which clients may not reach", "base", base)
	}
	return serve(ctx, listener, certificates, health.around(handler), logger)
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

// logger is the log, and the function that ends it.
func (cmd *serveCmd) logger(c console) (*slog.Logger, func()) {
	lines := newLogBuffer(c.err)
	if cmd.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(lines, nil)), lines.close
	}
	return slog.New(slog.NewTextHandler(lines, nil)), lines.close
}
