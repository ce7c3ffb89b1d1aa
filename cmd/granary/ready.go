package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

type readyCmd struct {
	Addr    string        `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"The --addr of the server (default: ${default})."`
	TLSCert string        `name:"tls-cert" placeholder:"FILE" help:"The --tls-cert of the server, if it has one."`
	Timeout time.Duration `default:"8s" placeholder:"DURATION" help:"How long it may take to answer (default: ${default})."`
}

// Help is shown by granary ready --help.
func (readyCmd) Help() string {
	return `For health checks in containers, where there is no other program. With the environment of
the server it needs no flags. The exit code is 0 if the server answers at /readyz that it
is ready, and else 1.`
}

// Run asks.
func (cmd *readyCmd) Run(ctx context.Context, c console) error {
	root, transport, err := cmd.server()
	if err != nil {
		return usageError{err}
	}
	ctx, cancel := context.WithTimeout(ctx, cmd.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, root+readyzPath, nil)
	if err != nil {
		return usageError{err}
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(io.LimitReader(response.Body, 1000))
	if err != nil {
		return err
	}
	text := strings.TrimSpace(string(said))
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", response.Status, text)
	}
	_, err = fmt.Fprintln(c.out, text)
	return err
}

// server is the URL at which this machine reaches the server, and the way there.
func (cmd *readyCmd) server() (string, *http.Transport, error) {
	host, port, err := net.SplitHostPort(cmd.Addr)
	if err != nil {
		return "", nil, fmt.Errorf("--addr: %q is not HOST:PORT", cmd.Addr)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	at := net.JoinHostPort(host, port)
	transport := &http.Transport{DisableKeepAlives: true}
	if cmd.TLSCert == "" {
		return "http://" + at, transport, nil
	}
	transport.TLSClientConfig, err = trusting(cmd.TLSCert)
	return "https://" + at, transport, err
}

// trusting accepts the certificate that the server was given, whatever name that has,
// and no other.
func trusting(file string) (*tls.Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--tls-cert: %w", err)
	}
	chain, err := certificatesOf(text)
	if err != nil {
		return nil, fmt.Errorf("--tls-cert: %w", err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: x509.NewCertPool()}
	for _, certificate := range chain {
		config.RootCAs.AddCert(certificate)
	}
	switch leaf := chain[0]; {
	case len(leaf.DNSNames) > 0:
		config.ServerName = strings.Replace(leaf.DNSNames[0], "*", "any", 1)
	case len(leaf.IPAddresses) > 0:
		config.ServerName = leaf.IPAddresses[0].String()
	default:
		return nil, errors.New("--tls-cert: the certificate is for no name")
	}
	return config, nil
}

// certificatesOf are those in a PEM file, at least one.
func certificatesOf(text []byte) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain = append(chain, certificate)
	}
	if len(chain) == 0 {
		return nil, errors.New("there is no certificate in it")
	}
	return chain, nil
}
