package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// drainTime is how long requests in flight may take once the server is told to
// stop.
const drainTime = 20 * time.Second

// serve answers requests until ctx is done, and then until those in flight are
// answered. The error is nil if all of them were.
func serve(ctx context.Context, listener net.Listener, certificates []tls.Certificate, handler http.Handler, logger *slog.Logger) error {
	server := newServer(handler, logger)
	if certificates != nil {
		server.TLSConfig = &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12}
	}
	failed := make(chan error, 1)
	go func() { failed <- listen(server, listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	logger.Info("stopping: answering the requests in flight")
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := server.Shutdown(deadline); err != nil {
		return errors.Join(fmt.Errorf("requests took longer than %v to finish and were cut off", drainTime), server.Close())
	}
	logger.Info("stopped")
	return nil
}

// newServer sets the limits that keep slow or greedy clients from holding the
// server's connections and memory.
func newServer(handler http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
}

// listen is Serve or ServeTLS; that the server was told to stop is no error.
func listen(server *http.Server, listener net.Listener) error {
	var err error
	if server.TLSConfig != nil {
		err = server.ServeTLS(listener, "", "")
	} else {
		err = server.Serve(listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
