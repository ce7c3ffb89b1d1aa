package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metricsFlags are the second address, for those who watch the server.
type metricsFlags struct {
	MetricsAddr           string `placeholder:"HOST:PORT" help:"Address of /metrics for Prometheus, in plain HTTP and without tokens; none by default."`
	MetricsBeyondLoopback bool   `help:"Let --metrics-addr be beyond loopback: whoever reaches it reads the numbers."`
}

// check refuses an address that others reach, unless that is meant.
func (f metricsFlags) check() error {
	if f.MetricsAddr == "" {
		if f.MetricsBeyondLoopback {
			return errors.New("--metrics-beyond-loopback is for --metrics-addr")
		}
		return nil
	}
	host, err := hostToListen("--metrics-addr", f.MetricsAddr)
	switch {
	case err != nil:
		return err
	case !isLoopback(host) && !f.MetricsBeyondLoopback:
		return fmt.Errorf("--metrics-addr %q is beyond loopback, where everyone reads how busy the server is: choose a loopback address, or add --metrics-beyond-loopback", f.MetricsAddr)
	}
	return nil
}

// listen takes the address; the listener is nil without one.
func (f metricsFlags) listen() (net.Listener, error) {
	if f.MetricsAddr == "" {
		return nil, nil
	}
	listener, err := net.Listen("tcp", f.MetricsAddr)
	if err != nil {
		return nil, unheard("--metrics-addr", err)
	}
	return listener, nil
}

// serve answers on the listener, if there is one, until stop is called: that is
// after all other requests have been answered. The address for them no longer
// takes connections while the server stops, and here it can still be seen why.
func (m *metrics) serve(listener net.Listener, health *health, logger *slog.Logger) (stop func()) {
	if listener == nil {
		return func() {}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(logger.Handler(), slog.LevelError),
		MaxRequestsInFlight: 4,
		Timeout:             10 * time.Second,
	}))
	server := newServer(health.around(mux), logger, limits{header: 10 * time.Second, read: 10 * time.Second, write: 30 * time.Second, idle: 2 * time.Minute, bytes: 16 << 10})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := listen(server, listener); err != nil {
			logger.Error("the address of the metrics failed", "error", err)
		}
	}()
	return func() {
		soon, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(soon) != nil {
			_ = server.Close() // whoever still reads numbers is cut off
		}
		<-ended
	}
}
